//! Settings of a tenant: named JSON values; and groups of devices.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::{OptionalExtension as _, params};

use crate::{
    NewAuditEntry, Store, StoreError, audit,
    column::{Columns as _, number},
    error::{Doing as _, Result},
};

/// A setting as it was last made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its value, JSON.
    pub value: String,
    /// Who made it so.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// A group of devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceGroup {
    /// Its number; 0 for one to be made.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How many devices are in it.
    pub devices: u64,
}

impl Store {
    /// The setting with this name, if it was made.
    pub fn setting(&self, tenant: TenantId, name: &str) -> Result<Option<Setting>> {
        self.read(|view| {
            view.prepare_cached("SELECT * FROM settings WHERE tenant = ?1 AND name = ?2")
                .and_then(|mut s| {
                    s.query_row((tenant.bytes(), name), |row| {
                        Ok(Setting {
                            value: row.of("value")?,
                            actor: row.of("actor")?,
                            at: row.time("at")?,
                        })
                    })
                    .optional()
                })
                .doing("reading a setting")
        })
    }

    /// Makes a setting.
    pub fn set(
        &self,
        tenant: TenantId,
        name: &str,
        value: &str,
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            t.execute(
                "INSERT INTO settings (tenant, name, value, actor, at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value,
                     actor = excluded.actor, at = excluded.at",
                params![tenant.bytes(), name, value, entry.actor, entry.at.nanos()],
            )
            .doing("keeping a setting")?;
            audit::add(t, tenant, entry)
        })
    }

    /// The groups of devices, by name.
    pub fn device_groups(&self, tenant: TenantId) -> Result<Vec<DeviceGroup>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT g.*, (SELECT count(*) FROM devices d
                     WHERE d.tenant = g.tenant AND d.group_number = g.number) AS devices
                 FROM device_groups g WHERE g.tenant = ?1 ORDER BY g.name",
            )
            .and_then(|mut s| {
                s.query_map([tenant.bytes()], |row| {
                    Ok(DeviceGroup {
                        number: row.count("number")?,
                        name: row.of("name")?,
                        description: row.of("description")?,
                        devices: row.count("devices")?,
                    })
                })?
                .collect()
            })
            .doing("listing device groups")
        })
    }

    /// Keeps a group, and gives its number; `None` when there is none with its number.
    pub fn keep_device_group(
        &self,
        tenant: TenantId,
        group: &DeviceGroup,
        entry: NewAuditEntry<'_>,
    ) -> Result<Option<u64>> {
        self.write(|t| {
            let taken: bool = t
                .query_row(
                    "SELECT EXISTS (SELECT 1 FROM device_groups WHERE tenant = ?1 AND name = ?2 AND number <> ?3)",
                    params![tenant.bytes(), group.name, number(group.number)],
                    |row| row.get(0),
                )
                .doing("finding a device group")?;
            if taken {
                let text = format!("there is a group named {} already", group.name);
                return Err(StoreError::Conflict(text));
            }
            let kept = if group.number == 0 {
                t.execute(
                    "INSERT INTO device_groups (tenant, name, description) VALUES (?1, ?2, ?3)",
                    params![tenant.bytes(), group.name, group.description],
                )
                .doing("keeping a device group")?;
                Some(t.last_insert_rowid().max(0).unsigned_abs())
            } else {
                let changed = t
                    .execute(
                        "UPDATE device_groups SET name = ?3, description = ?4
                         WHERE tenant = ?1 AND number = ?2",
                        params![tenant.bytes(), number(group.number), group.name, group.description],
                    )
                    .doing("changing a device group")?;
                (changed > 0).then_some(group.number)
            };
            if kept.is_some() {
                audit::add(t, tenant, entry)?;
            }
            Ok(kept)
        })
    }

    /// Removes a group; its devices are in none then. Says whether there was one.
    pub fn remove_device_group(
        &self,
        tenant: TenantId,
        which: u64,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            t.execute(
                "UPDATE devices SET group_number = NULL WHERE tenant = ?1 AND group_number = ?2",
                (tenant.bytes(), number(which)),
            )
            .doing("emptying a device group")?;
            let removed = t
                .execute(
                    "DELETE FROM device_groups WHERE tenant = ?1 AND number = ?2",
                    (tenant.bytes(), number(which)),
                )
                .doing("removing a device group")?;
            if removed > 0 {
                audit::add(t, tenant, entry)?;
            }
            Ok(removed > 0)
        })
    }
}
