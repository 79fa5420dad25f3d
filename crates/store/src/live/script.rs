//! The library of scripts that live sessions may run, once they are approved.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::{OptionalExtension as _, Row, named_params, params};

use crate::{
    NewAuditEntry, Store, audit,
    column::Columns as _,
    error::{Doing as _, Result},
};

/// A script, to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewLiveScript<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// What it says.
    pub content: &'a str,
    /// SHA-256 of that.
    pub sha256: [u8; 32],
    /// Who wrote it.
    pub written_by: &'a str,
    /// When.
    pub written_at: Timestamp,
}

/// A script of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveScriptRecord {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it says.
    pub content: String,
    /// SHA-256 of that.
    pub sha256: [u8; 32],
    /// Who wrote it.
    pub written_by: String,
    /// When.
    pub written_at: Timestamp,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When.
    pub approved_at: Option<Timestamp>,
}

impl Store {
    /// Keeps a script. The approval of another content is void.
    pub fn keep_live_script(
        &self,
        tenant: TenantId,
        script: &NewLiveScript<'_>,
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            t.execute(
                "INSERT INTO live_scripts (tenant, name, description, content, sha256, written_by, written_at)
                 VALUES (:tenant, :name, :description, :content, :sha256, :by, :at)
                 ON CONFLICT (tenant, name) DO UPDATE SET description = excluded.description,
                     approved_by = CASE WHEN sha256 = excluded.sha256 THEN approved_by END,
                     approved_at = CASE WHEN sha256 = excluded.sha256 THEN approved_at END,
                     written_by = CASE WHEN sha256 = excluded.sha256 THEN written_by ELSE excluded.written_by END,
                     written_at = CASE WHEN sha256 = excluded.sha256 THEN written_at ELSE excluded.written_at END,
                     content = excluded.content, sha256 = excluded.sha256",
                named_params! {
                    ":tenant": tenant.bytes(), ":name": script.name, ":description": script.description,
                    ":content": script.content, ":sha256": script.sha256, ":by": script.written_by,
                    ":at": script.written_at.nanos(),
                },
            )
            .doing("keeping a script")?;
            audit::add(t, tenant, entry)
        })
    }

    /// Keeps that a content was approved. Says false when the script has another content by now.
    pub fn approve_live_script(
        &self,
        tenant: TenantId,
        (name, sha256): (&str, [u8; 32]),
        (by, at): (&str, Timestamp),
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let approved = t
                .execute(
                    "UPDATE live_scripts SET approved_by = ?4, approved_at = ?5
                     WHERE tenant = ?1 AND name = ?2 AND sha256 = ?3",
                    params![tenant.bytes(), name, sha256, by, at.nanos()],
                )
                .doing("approving a script")?;
            if approved > 0 {
                audit::add(t, tenant, entry)?;
            }
            Ok(approved > 0)
        })
    }

    /// Removes a script. Says whether there was one.
    pub fn remove_live_script(
        &self,
        tenant: TenantId,
        name: &str,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let removed = t
                .execute(
                    "DELETE FROM live_scripts WHERE tenant = ?1 AND name = ?2",
                    (tenant.bytes(), name),
                )
                .doing("removing a script")?;
            if removed > 0 {
                audit::add(t, tenant, entry)?;
            }
            Ok(removed > 0)
        })
    }

    /// A script.
    pub fn live_script(&self, tenant: TenantId, name: &str) -> Result<Option<LiveScriptRecord>> {
        self.read(|view| {
            view.query_row(
                "SELECT * FROM live_scripts WHERE tenant = ?1 AND name = ?2",
                (tenant.bytes(), name),
                read,
            )
            .optional()
            .doing("finding a script")
        })
    }

    /// The scripts, by name.
    pub fn live_scripts(&self, tenant: TenantId) -> Result<Vec<LiveScriptRecord>> {
        self.read(|view| {
            view.prepare_cached("SELECT * FROM live_scripts WHERE tenant = ?1 ORDER BY name")
                .and_then(|mut s| s.query_map([tenant.bytes()], read)?.collect())
                .doing("listing scripts")
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<LiveScriptRecord> {
    Ok(LiveScriptRecord {
        name: row.of("name")?,
        description: row.of("description")?,
        content: row.of("content")?,
        sha256: row.of("sha256")?,
        written_by: row.of("written_by")?,
        written_at: row.time("written_at")?,
        approved_by: row.of("approved_by")?,
        approved_at: row.maybe_time("approved_at")?,
    })
}
