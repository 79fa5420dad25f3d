//! The figures of the first page, in one reading.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::named_params;

use crate::{
    Store,
    column::Columns as _,
    error::{Doing as _, Result},
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
    /// Alerts by hour and severity (0 informational … 4 critical): hour's start, severity, count.
    pub alerts_by_hour: Vec<(Timestamp, u8, u64)>,
}

impl Store {
    /// The figures; `since` bounds the alerts, `heard` says which devices count as heard.
    pub fn overview(
        &self,
        tenant: TenantId,
        since: Timestamp,
        heard: Timestamp,
    ) -> Result<Overview> {
        const HOUR: i64 = 3_600_000_000_000;
        self.read(|view| {
            let mut overview = view
                .prepare_cached(
                    "SELECT
                     (SELECT count(*) FROM incidents WHERE tenant = :t AND status <> 'Resolved') AS open,
                     (SELECT count(*) FROM incidents WHERE tenant = :t AND status <> 'Resolved'
                        AND assigned_to IS NULL) AS unassigned,
                     (SELECT count(*) FROM devices WHERE tenant = :t AND revoked_at IS NULL) AS devices,
                     (SELECT count(*) FROM devices WHERE tenant = :t AND revoked_at IS NULL
                        AND last_seen >= :heard) AS heard,
                     (SELECT coalesce(sum(count), 0) FROM device_losses WHERE tenant = :t) AS lost",
                )
                .and_then(|mut s| {
                    s.query_row(named_params! { ":t": tenant.bytes(), ":heard": heard.nanos() }, |row| {
                        Ok(Overview {
                            open_incidents: row.count("open")?,
                            unassigned_incidents: row.count("unassigned")?,
                            devices: row.count("devices")?,
                            devices_heard: row.count("heard")?,
                            events_lost: row.count("lost")?,
                            alerts_by_hour: Vec::new(),
                        })
                    })
                })
                .doing("counting for the overview")?;
            overview.alerts_by_hour = view
                .prepare_cached(
                    "SELECT event_at / ?3 AS hour, severity, count(*) AS n FROM alerts
                     WHERE tenant = ?1 AND event_at >= ?2 GROUP BY hour, severity ORDER BY hour, severity",
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
