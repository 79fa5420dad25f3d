//! Files that live sessions carry: their names, lengths and hashes. Their content is kept elsewhere.

use bartizan_model::{DeviceId, LiveSessionId, TenantId, Timestamp, TransferId};
use rusqlite::{OptionalExtension as _, Row, named_params};
use uuid::Uuid;

use super::listing;
use crate::{
    Listing, NewAuditEntry, Page, Store, audit,
    column::{Columns as _, number},
    error::{Doing as _, Result},
    filter::{Where, blob, text},
};

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTransferRecord {
    /// Which.
    pub id: TransferId,
    /// The session that it was last asked for in.
    pub session: Option<LiveSessionId>,
    /// From which device it comes.
    pub device: Option<DeviceId>,
    /// `get` from a device, `put` to devices.
    pub direction: String,
    /// Its name.
    pub name: String,
    /// Where it is on the device.
    pub path: Option<String>,
    /// Its length.
    pub length: u64,
    /// SHA-256 of all of it.
    pub sha256: [u8; 32],
    /// Who asked for it or brought it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// When all of it was there.
    pub complete_at: Option<Timestamp>,
}

/// Which transfers. What is not said is not asked for.
#[derive(Debug, Clone, Default)]
pub struct LiveTransferFilter {
    /// Of this session.
    pub session: Option<LiveSessionId>,
    /// `get` or `put`.
    pub direction: Option<String>,
}

impl Store {
    /// Keeps a transfer. One that is known goes on: only its session is changed.
    pub fn keep_live_transfer(
        &self,
        tenant: TenantId,
        transfer: &LiveTransferRecord,
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            t.execute(
                "INSERT INTO live_transfers (tenant, id, session, device, direction, name, path, length, sha256,
                     made_by, made_at)
                 VALUES (:tenant, :id, :session, :device, :direction, :name, :path, :length, :sha256, :by, :at)
                 ON CONFLICT (tenant, id) DO UPDATE SET session = excluded.session",
                named_params! {
                    ":tenant": tenant.bytes(), ":id": transfer.id.bytes(),
                    ":session": transfer.session.map(LiveSessionId::bytes),
                    ":device": transfer.device.map(DeviceId::bytes),
                    ":direction": transfer.direction, ":name": transfer.name, ":path": transfer.path,
                    ":length": number(transfer.length), ":sha256": transfer.sha256,
                    ":by": transfer.made_by, ":at": transfer.made_at.nanos(),
                },
            )
            .doing("keeping a transfer")?;
            audit::add(t, tenant, entry)
        })
    }

    /// Keeps that all of a file is there.
    pub fn complete_live_transfer(
        &self,
        tenant: TenantId,
        transfer: TransferId,
        at: Timestamp,
    ) -> Result<()> {
        self.write(|t| {
            t.execute(
                "UPDATE live_transfers SET complete_at = ?3
                 WHERE tenant = ?1 AND id = ?2 AND complete_at IS NULL",
                (tenant.bytes(), transfer.bytes(), at.nanos()),
            )
            .doing("keeping that a file is complete")?;
            Ok(())
        })
    }

    /// Forgets a transfer. Says whether there was one.
    pub fn remove_live_transfer(
        &self,
        tenant: TenantId,
        transfer: TransferId,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let removed = t
                .execute(
                    "DELETE FROM live_transfers WHERE tenant = ?1 AND id = ?2",
                    (tenant.bytes(), transfer.bytes()),
                )
                .doing("removing a transfer")?;
            if removed > 0 {
                audit::add(t, tenant, entry)?;
            }
            Ok(removed > 0)
        })
    }

    /// A transfer.
    pub fn live_transfer(
        &self,
        tenant: TenantId,
        transfer: TransferId,
    ) -> Result<Option<LiveTransferRecord>> {
        self.read(|view| {
            view.query_row(
                "SELECT * FROM live_transfers WHERE tenant = ?1 AND id = ?2",
                (tenant.bytes(), transfer.bytes()),
                read,
            )
            .optional()
            .doing("finding a transfer")
        })
    }

    /// The transfers, the latest first.
    pub fn live_transfers(
        &self,
        tenant: TenantId,
        filter: &LiveTransferFilter,
        page: Page,
    ) -> Result<Listing<LiveTransferRecord>> {
        let mut matching = Where::tenant("tenant", tenant);
        matching.any("session", filter.session.map(|session| blob(session.bytes())));
        matching.any("direction", filter.direction.as_ref().map(text));
        let list = "SELECT * FROM live_transfers";
        self.read(|view| {
            listing(view, (list, "live_transfers", "made_at DESC, id"), &matching, page, read)
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<LiveTransferRecord> {
    let uuid = |name| -> rusqlite::Result<_> {
        Ok(row.of::<Option<[u8; 16]>>(name)?.map(Uuid::from_bytes))
    };
    Ok(LiveTransferRecord {
        id: TransferId::from_uuid(row.uuid("id")?),
        session: uuid("session")?.map(LiveSessionId::from_uuid),
        device: uuid("device")?.map(DeviceId::from_uuid),
        direction: row.of("direction")?,
        name: row.of("name")?,
        path: row.of("path")?,
        length: row.count("length")?,
        sha256: row.of("sha256")?,
        made_by: row.of("made_by")?,
        made_at: row.time("made_at")?,
        complete_at: row.maybe_time("complete_at")?,
    })
}
