//! The figures of the first page, in one reading.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::named_params;

use crate::{
    Store,
    column::Columns as _,
    error::{Doing as _, Result},
    rule::HOUR,
};

/// The figures of the first page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// Incidents that are not resolved.
    pub open_incidents: u64,
    /// Of those, how many nobody has.
    pub unassigned_incidents: u64,
    /// Devices that are not shut out.
    pub devices: u64,
    /// Of those, how many were heard since the given time.
    pub devices_heard: u64,
    /// Events lost, on all devices.
    pub events_lost: u64,
    /// Incidents that are not resolved, by severity (0 informational … 4 critical).
    pub open_by_severity: [u64; 5],
    /// Devices that are shut out.
    pub devices_revoked: u64,
    /// Devices that were never heard.
    pub devices_never_heard: u64,
    /// What changed since the time asked for.
    pub changes: Changes,
    /// Alerts by hour and severity (0 informational … 4 critical): hour's start, severity, count.
    pub alerts_by_hour: Vec<(Timestamp, u8, u64)>,
}

/// What changed since a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// Incidents opened.
    pub incidents_opened: u64,
    /// Incidents resolved.
    pub incidents_resolved: u64,
    /// Alerts of events.
    pub alerts: u64,
    /// Devices enrolled.
    pub devices_enrolled: u64,
}

impl Store {
    /// What changed since `since`.
    pub fn changes(&self, tenant: TenantId, since: Timestamp) -> Result<Changes> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT
                 (SELECT count(*) FROM incidents WHERE tenant = ?1 AND opened_at >= ?2) AS opened,
                 (SELECT count(*) FROM incidents WHERE tenant = ?1 AND last_at >= ?2 - 7776000000000000
                    AND resolved_at >= ?2) AS resolved,
                 (SELECT coalesce(sum(count), 0) FROM alert_counts
                    WHERE tenant = ?1 AND hour >= ?2 / ?3) AS alerts,
                 (SELECT count(*) FROM devices WHERE tenant = ?1 AND enrolled_at >= ?2) AS enrolled",
            )
            .and_then(|mut s| {
                s.query_row((tenant.bytes(), since.nanos(), HOUR), |row| {
                    Ok(Changes {
                        incidents_opened: row.count("opened")?,
                        incidents_resolved: row.count("resolved")?,
                        alerts: row.count("alerts")?,
                        devices_enrolled: row.count("enrolled")?,
                    })
                })
            })
            .doing("counting changes")
        })
    }

    /// The figures; `since` bounds the alerts, `heard` says which devices count as heard.
    pub fn overview(
        &self,
        tenant: TenantId,
        since: Timestamp,
        heard: Timestamp,
    ) -> Result<Overview> {
        self.read(|view| {
            let mut overview = view
                .prepare_cached(
                    "SELECT count(*) AS devices, coalesce(sum(last_seen >= :heard), 0) AS heard,
                         coalesce(sum(last_seen IS NULL), 0) AS never,
                     (SELECT count(*) FROM devices WHERE tenant = :t AND revoked_at IS NOT NULL) AS revoked,
                     (SELECT coalesce(sum(count), 0) FROM device_losses WHERE tenant = :t) AS lost
                     FROM devices WHERE tenant = :t AND revoked_at IS NULL",
                )
                .and_then(|mut s| {
                    s.query_row(named_params! { ":t": tenant.bytes(), ":heard": heard.nanos() }, |row| {
                        Ok(Overview {
                            devices: row.count("devices")?,
                            devices_heard: row.count("heard")?,
                            devices_revoked: row.count("revoked")?,
                            devices_never_heard: row.count("never")?,
                            events_lost: row.count("lost")?,
                            ..Overview::default()
                        })
                    })
                })
                .doing("counting for the overview")?;
            let open: Vec<(u8, u64, u64)> = view
                .prepare_cached(
                    "SELECT severity, count(*) AS n, sum(assigned_to IS NULL) AS nobody
                     FROM incidents INDEXED BY incidents_open
                     WHERE tenant = ?1 AND status <> 'Resolved' GROUP BY severity",
                )
                .and_then(|mut s| {
                    s.query_map([tenant.bytes()], |row| {
                        Ok((row.of("severity")?, row.count("n")?, row.count("nobody")?))
                    })?
                    .collect()
                })
                .doing("counting open incidents")?;
            for (severity, count, nobody) in open {
                overview.open_incidents += count;
                overview.unassigned_incidents += nobody;
                if let Some(of_severity) = overview.open_by_severity.get_mut(usize::from(severity)) {
                    *of_severity = count;
                }
            }
            overview.alerts_by_hour = view
                .prepare_cached(
                    "SELECT hour, severity, sum(count) AS n FROM alert_counts
                     WHERE tenant = ?1 AND hour >= ?2 / ?3 GROUP BY hour, severity ORDER BY hour, severity",
                )
                .and_then(|mut s| {
                    s.query_map((tenant.bytes(), since.nanos(), HOUR), |row| {
                        let hour = row.of::<i64>("hour")?.saturating_mul(HOUR);
                        Ok((Timestamp::from_nanos(hour), row.of("severity")?, row.count("n")?))
                    })?
                    .collect()
                })
                .doing("counting alerts by hour")?;
            Ok(overview)
        })
    }
}
