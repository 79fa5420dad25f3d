//! How long a tenant's things are kept, and removing the records whose time is over: resolved incidents with all
//! that belongs to them, and alerts that are in no incident. What is open is kept for as long as it is open.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use crate::{
    Store,
    column::{Columns as _, number},
    error::{Doing as _, Result},
};

/// Name of the setting.
const RETENTION: &str = "retention";
/// How many incidents, and how many alerts without one, are removed at once; the rest in the next round.
pub const FORGOTTEN_AT_ONCE: u64 = 500;

/// Days that resolved incidents and alerts are kept when nobody said how long.
pub const RECORD_DAYS: u32 = 365;

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Events, in days.
    pub event_days: u32,
    /// Resolved incidents and alerts, in days.
    pub record_days: u32,
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Incidents.
    pub incidents: u64,
    /// Alerts, in those and without one.
    pub alerts: u64,
}

impl Store {
    /// How long a tenant's things are kept, if people said so.
    pub fn retention(&self, tenant: TenantId) -> Result<Option<Retention>> {
        let setting = self.setting(tenant, RETENTION)?;
        Ok(setting.and_then(|setting| serde_json::from_str(&setting.value).ok()))
    }

    /// Removes incidents that were resolved before this time, with their alerts and history, and alerts before it
    /// that are in no incident; at most [`FORGOTTEN_AT_ONCE`] of each. The latest incident stays whatever its age,
    /// so that no number is given twice.
    pub fn forget_records(&self, tenant: TenantId, before: Timestamp) -> Result<Forgotten> {
        let _held = self.hold_incidents();
        self.write(|t| {
            let mut done = Forgotten::default();
            let over: Vec<u64> = t
                .prepare_cached(
                    "SELECT number FROM incidents WHERE tenant = ?1 AND resolved_at < ?2 AND status = 'Resolved'
                         AND number < (SELECT max(number) FROM incidents WHERE tenant = ?1)
                     ORDER BY resolved_at LIMIT ?3",
                )
                .and_then(|mut s| {
                    let of = (tenant.bytes(), before.nanos(), number(FORGOTTEN_AT_ONCE));
                    s.query_map(of, |row| row.count("number"))?.collect()
                })
                .doing("finding incidents whose time is over")?;
            for incident in over {
                done.alerts += forget(t, tenant, incident)?;
                done.incidents += 1;
            }
            done.alerts += forget_lone_alerts(t, tenant, before)?;
            Ok(done)
        })
    }
}

/// Gives how many alerts went with the incident.
fn forget(t: &Transaction<'_>, tenant: TenantId, incident: u64) -> Result<u64> {
    let key = (tenant.bytes(), number(incident));
    let doing = "removing an incident whose time is over";
    let run = |sql: &str| t.prepare_cached(sql).and_then(|mut s| s.execute(key)).doing(doing);
    run("DELETE FROM alert_entities WHERE tenant = ?1 AND alert IN
             (SELECT id FROM alerts WHERE tenant = ?1 AND id IN
                 (SELECT alert FROM incident_alerts WHERE tenant = ?1 AND incident = ?2))")?;
    let alerts = run("DELETE FROM alerts WHERE tenant = ?1 AND id IN
             (SELECT alert FROM incident_alerts WHERE tenant = ?1 AND incident = ?2)")?;
    for table in ["incident_alerts", "incident_devices", "incident_tasks", "verdicts"] {
        run(&format!("DELETE FROM {table} WHERE tenant = ?1 AND incident = ?2"))?;
    }
    run("DELETE FROM incidents WHERE tenant = ?1 AND number = ?2")?;
    run("DELETE FROM incident_activity WHERE tenant = ?1 AND incident = ?2")?;
    Ok(u64::try_from(alerts).unwrap_or(u64::MAX))
}

fn forget_lone_alerts(t: &Transaction<'_>, tenant: TenantId, before: Timestamp) -> Result<u64> {
    let over: Vec<Vec<u8>> = t
        .prepare_cached(
            "SELECT id FROM alerts WHERE tenant = ?1 AND event_at < ?2 AND incident IS NULL LIMIT ?3",
        )
        .and_then(|mut s| {
            let of = (tenant.bytes(), before.nanos(), number(FORGOTTEN_AT_ONCE));
            s.query_map(of, |row| row.of("id"))?.collect()
        })
        .doing("finding alerts whose time is over")?;
    for id in &over {
        for sql in [
            "DELETE FROM alert_entities WHERE tenant = ?1 AND alert = ?2",
            "DELETE FROM alerts WHERE tenant = ?1 AND id = ?2",
        ] {
            t.prepare_cached(sql)
                .and_then(|mut s| s.execute((tenant.bytes(), id)))
                .doing("removing an alert whose time is over")?;
        }
    }
    Ok(u64::try_from(over.len()).unwrap_or(u64::MAX))
}
