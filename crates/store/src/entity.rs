//! Users, files, addresses and domains as alerts name them: where, since when, by what.

use bartizan_model::{DeviceId, TenantId, Text, Timestamp};
use rusqlite::OptionalExtension as _;

use crate::{
    AlertRecord, Store, alert,
    column::Columns as _,
    error::{Doing as _, Result},
};

/// What alerts say of a user, file, address or domain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityAlerts {
    /// How many alerts name it, up to a bound.
    pub total: u64,
    /// Event of the first of them.
    pub first_at: Option<Timestamp>,
    /// Event of the last of them.
    pub last_at: Option<Timestamp>,
    /// The devices of the latest of them, with how many.
    pub devices: Vec<(DeviceId, Text, u64)>,
    /// The latest of them.
    pub latest: Vec<AlertRecord>,
}

impl Store {
    /// What alerts say of an entity; `kind` is `user`, `file` (by SHA-256), `address` or `domain`.
    pub fn entity_alerts(
        &self,
        tenant: TenantId,
        kind: &str,
        value: &str,
        latest: u32,
    ) -> Result<EntityAlerts> {
        let key = (tenant.bytes(), kind, value);
        self.read(|view| {
            let edge = |order: &str| {
                view.prepare_cached(&format!(
                    "SELECT event_at FROM alert_entities WHERE tenant = ?1 AND kind = ?2 AND value = ?3
                     ORDER BY event_at {order} LIMIT 1"
                ))
                .and_then(|mut s| s.query_row(key, |row| row.time("event_at")).optional())
                .doing("finding when alerts name an entity")
            };
            let (first_at, last_at) = (edge("ASC")?, edge("DESC")?);
            let devices: Vec<(DeviceId, Text, u64)> = view
                .prepare_cached(
                    "SELECT e.device, coalesce(d.name, '') AS name, count(*) AS n FROM
                         (SELECT device FROM alert_entities WHERE tenant = ?1 AND kind = ?2 AND value = ?3
                          ORDER BY event_at DESC LIMIT 10000) e
                     LEFT JOIN devices d ON d.tenant = ?1 AND d.id = e.device
                     GROUP BY e.device ORDER BY n DESC, e.device",
                )
                .and_then(|mut s| {
                    s.query_map(key, |row| {
                        Ok((row.device("device")?, row.text("name")?, row.count("n")?))
                    })?
                    .collect()
                })
                .doing("finding the devices of an entity")?;
            let latest = view
                .prepare_cached(
                    "SELECT a.* FROM alert_entities e JOIN alerts a ON a.tenant = e.tenant AND a.id = e.alert
                     WHERE e.tenant = ?1 AND e.kind = ?2 AND e.value = ?3
                     ORDER BY e.event_at DESC LIMIT ?4",
                )
                .and_then(|mut s| {
                    s.query_map((key.0, key.1, key.2, latest), alert::read)?.collect()
                })
                .doing("finding the alerts of an entity")?;
            let total = devices.iter().map(|(_, _, count)| count).sum();
            Ok(EntityAlerts { total, first_at, last_at, devices, latest })
        })
    }
}
