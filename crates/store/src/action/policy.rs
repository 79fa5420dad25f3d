//! Who has to approve what, and from how many devices on a number has to be said again.

use bartizan_model::{DeviceId, OrderKind, TenantId, Text, Timestamp};
use rusqlite::{OptionalExtension as _, Row};

use crate::{
    NewAuditEntry, Store, audit,
    column::{Columns as _, unreadable},
    error::{Doing as _, Result},
};

/// What a kind of action needs in a group of devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionPolicy {
    /// Number of the group; nothing is all of them.
    pub group: Option<u64>,
    /// Kind of action; nothing is every kind.
    pub kind: Option<OrderKind>,
    /// It may be done at all.
    pub allowed: bool,
    /// How many people, other than who asks, have to approve it.
    pub approvals: u32,
}

/// From how many devices on the number has to be said again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionBreaker {
    /// Most devices without.
    pub most_devices: u64,
    /// Most percent of all devices without.
    pub most_percent: u64,
}

/// A device that can be acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceToActOn {
    /// Which.
    pub id: DeviceId,
    /// Its name.
    pub name: Text,
    /// When it was last heard.
    pub last_seen: Option<Timestamp>,
    /// Number of its group.
    pub group: Option<u64>,
}

impl Default for ActionBreaker {
    fn default() -> Self {
        Self { most_devices: 10, most_percent: 25 }
    }
}

impl Store {
    /// What was laid down, the particular before the general.
    pub fn action_policies(&self, tenant: TenantId) -> Result<Vec<ActionPolicy>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM action_policies WHERE tenant = ?1
                 ORDER BY device_group = 0, device_group, kind = '', kind",
            )
            .and_then(|mut s| s.query_map([tenant.bytes()], policy)?.collect())
            .doing("reading who has to approve what")
        })
    }

    /// Lays down what takes the place of everything that was.
    pub fn set_action_policies(
        &self,
        tenant: TenantId,
        policies: &[ActionPolicy],
        breaker: ActionBreaker,
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            t.execute("DELETE FROM action_policies WHERE tenant = ?1", [tenant.bytes()])
                .doing("taking back who has to approve what")?;
            for policy in policies {
                t.execute(
                    "INSERT OR REPLACE INTO action_policies VALUES (?1, ?2, ?3, ?4, ?5)",
                    (
                        tenant.bytes(),
                        i64::try_from(policy.group.unwrap_or(0)).unwrap_or(i64::MAX),
                        policy.kind.map_or("", OrderKind::word),
                        policy.allowed,
                        policy.approvals,
                    ),
                )
                .doing("laying down who has to approve what")?;
            }
            let most = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
            t.execute(
                "INSERT OR REPLACE INTO action_breakers VALUES (?1, ?2, ?3)",
                (tenant.bytes(), most(breaker.most_devices), most(breaker.most_percent)),
            )
            .doing("laying down how many devices are many")?;
            audit::add(t, tenant, entry)
        })
    }

    /// From how many devices on the number has to be said again.
    pub fn action_breaker(&self, tenant: TenantId) -> Result<ActionBreaker> {
        self.read(|view| {
            let found = view
                .query_row(
                    "SELECT * FROM action_breakers WHERE tenant = ?1",
                    [tenant.bytes()],
                    |row| {
                        Ok(ActionBreaker {
                            most_devices: row.count("most_devices")?,
                            most_percent: row.count("most_percent")?,
                        })
                    },
                )
                .optional()
                .doing("reading how many devices are many")?;
            Ok(found.unwrap_or_default())
        })
    }

    /// The tenant's devices of these that can be acted on, in the order of their names.
    pub fn devices_to_act_on(
        &self,
        tenant: TenantId,
        devices: &[DeviceId],
    ) -> Result<Vec<DeviceToActOn>> {
        self.read(|view| {
            let mut find = view
                .prepare_cached(
                    "SELECT id, name, last_seen, group_number FROM devices
                     WHERE tenant = ?1 AND id = ?2 AND revoked_at IS NULL",
                )
                .doing("finding devices to act on")?;
            let mut found = Vec::new();
            for device in devices {
                let one = find
                    .query_row((tenant.bytes(), device.bytes()), |row| {
                        let group: Option<i64> = row.of("group_number")?;
                        Ok(DeviceToActOn {
                            id: row.device("id")?,
                            name: row.text("name")?,
                            last_seen: row.maybe_time("last_seen")?,
                            group: group.map(i64::unsigned_abs),
                        })
                    })
                    .optional()
                    .doing("finding a device to act on")?;
                found.extend(one);
            }
            found.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
            Ok(found)
        })
    }

    /// How many devices a tenant has that are not shut out.
    pub fn device_count(&self, tenant: TenantId) -> Result<u64> {
        self.read(|view| {
            view.query_row(
                "SELECT count(*) AS n FROM devices WHERE tenant = ?1 AND revoked_at IS NULL",
                [tenant.bytes()],
                |row| row.count("n"),
            )
            .doing("counting devices")
        })
    }
}

fn policy(row: &Row<'_>) -> rusqlite::Result<ActionPolicy> {
    let kind: String = row.of("kind")?;
    let kind = if kind.is_empty() { None } else { Some(kind.parse().map_err(unreadable)?) };
    let group = row.count("device_group")?;
    Ok(ActionPolicy {
        group: (group > 0).then_some(group),
        kind,
        allowed: row.of("allowed")?,
        approvals: row.of("approvals")?,
    })
}
