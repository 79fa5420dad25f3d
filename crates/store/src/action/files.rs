//! Files that devices send for an action: their names and hashes. Their content is kept elsewhere.

use bartizan_model::{ActionId, DeviceId, TenantId, Timestamp};
use rusqlite::{OptionalExtension as _, Row, named_params};

use super::delivery::asked_of;
use crate::{
    Store,
    column::{Columns as _, number},
    error::{Doing as _, Result},
};

/// A file that a device sends for an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionFile {
    /// Of which device.
    pub device: DeviceId,
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// SHA-256 of all of it.
    pub sha256: [u8; 32],
    /// When all of it was there.
    pub complete_at: Option<Timestamp>,
}

impl Store {
    /// Keeps that a device will send a file. Says false when the device was not asked for one.
    pub fn offer_action_file(
        &self,
        tenant: TenantId,
        action: ActionId,
        file: &ActionFile,
        at: Timestamp,
    ) -> Result<bool> {
        self.write(|t| {
            if !asked_of(t, tenant, file.device, action)? {
                return Ok(false);
            }
            t.execute(
                "INSERT INTO action_files (tenant, action, device, name, length, sha256, offered_at)
                 VALUES (:tenant, :action, :device, :name, :length, :sha256, :at)
                 ON CONFLICT (tenant, action, device) DO UPDATE SET name = excluded.name,
                     length = excluded.length, sha256 = excluded.sha256, offered_at = excluded.offered_at,
                     complete_at = CASE WHEN sha256 = excluded.sha256 THEN complete_at END",
                named_params! {
                    ":tenant": tenant.bytes(), ":action": action.bytes(),
                    ":device": file.device.bytes(), ":name": file.name,
                    ":length": number(file.length), ":sha256": file.sha256, ":at": at.nanos(),
                },
            )
            .doing("keeping that a device sends a file")?;
            Ok(true)
        })
    }

    /// Keeps that all of a file is there.
    pub fn complete_action_file(
        &self,
        tenant: TenantId,
        action: ActionId,
        device: DeviceId,
        at: Timestamp,
    ) -> Result<()> {
        self.write(|t| {
            t.execute(
                "UPDATE action_files SET complete_at = ?4
                 WHERE tenant = ?1 AND action = ?2 AND device = ?3 AND complete_at IS NULL",
                (tenant.bytes(), action.bytes(), device.bytes(), at.nanos()),
            )
            .doing("keeping that a file is complete")?;
            Ok(())
        })
    }

    /// The file that a device sent, or is sending.
    pub fn action_file(
        &self,
        tenant: TenantId,
        action: ActionId,
        device: DeviceId,
    ) -> Result<Option<ActionFile>> {
        self.read(|view| {
            view.query_row(
                "SELECT * FROM action_files WHERE tenant = ?1 AND action = ?2 AND device = ?3",
                (tenant.bytes(), action.bytes(), device.bytes()),
                file,
            )
            .optional()
            .doing("finding a device's file")
        })
    }
}

fn file(row: &Row<'_>) -> rusqlite::Result<ActionFile> {
    Ok(ActionFile {
        device: row.device("device")?,
        name: row.of("name")?,
        length: row.count("length")?,
        sha256: row.of("sha256")?,
        complete_at: row.maybe_time("complete_at")?,
    })
}
