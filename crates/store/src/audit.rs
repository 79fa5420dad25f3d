//! The audit log: who did what, when, from where, and how it went. Only added to.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::{Row, Transaction, named_params};

use crate::{
    Listing, Page, Store,
    column::Columns as _,
    error::{Doing as _, Result},
};

/// Something done.
#[derive(Debug, Clone, Copy)]
pub struct NewAuditEntry<'a> {
    /// When.
    pub at: Timestamp,
    /// Who: a user's name, "token NAME", "device ID" or "server".
    pub actor: &'a str,
    /// From where, or nothing.
    pub address: &'a str,
    /// What, as "session.create".
    pub action: &'a str,
    /// To what, as "incident 12".
    pub target: &'a str,
    /// How it went: "done" or "refused".
    pub outcome: &'a str,
    /// More, in words.
    pub detail: &'a str,
}

/// A kept entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number; later entries have larger ones.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// From where.
    pub address: String,
    /// What.
    pub action: String,
    /// To what.
    pub target: String,
    /// How it went.
    pub outcome: String,
    /// More, in words.
    pub detail: String,
}

impl Store {
    /// Adds an entry.
    pub fn add_audit(&self, tenant: TenantId, entry: NewAuditEntry<'_>) -> Result<()> {
        self.write(|t| add(t, tenant, entry))
    }

    /// The entries, latest first.
    pub fn audit(&self, tenant: TenantId, page: Page) -> Result<Listing<AuditEntry>> {
        self.read(|view| {
            let total = view
                .query_row(
                    "SELECT count(*) AS n FROM audit_log WHERE tenant = ?1",
                    [tenant.bytes()],
                    |row| row.count("n"),
                )
                .doing("counting audit entries")?;
            let (limit, offset) = page.sql();
            let items = view
                .prepare_cached(
                    "SELECT * FROM audit_log WHERE tenant = ?1 ORDER BY number DESC LIMIT ?2 OFFSET ?3",
                )
                .and_then(|mut s| {
                    s.query_map((tenant.bytes(), limit, offset), read)?.collect()
                })
                .doing("reading the audit log")?;
            Ok(Listing { items, total })
        })
    }
}

pub(crate) fn add(t: &Transaction<'_>, tenant: TenantId, entry: NewAuditEntry<'_>) -> Result<()> {
    t.prepare_cached(
        "INSERT INTO audit_log (tenant, at, actor, address, action, target, outcome, detail)
         VALUES (:tenant, :at, :actor, :address, :action, :target, :outcome, :detail)",
    )
    .and_then(|mut statement| {
        statement.execute(named_params! {
            ":tenant": tenant.bytes(), ":at": entry.at.nanos(), ":actor": entry.actor,
            ":address": entry.address, ":action": entry.action, ":target": entry.target,
            ":outcome": entry.outcome, ":detail": entry.detail,
        })
    })
    .doing("adding to the audit log")?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    Ok(AuditEntry {
        number: row.count("number")?,
        at: row.time("at")?,
        actor: row.of("actor")?,
        address: row.of("address")?,
        action: row.of("action")?,
        target: row.of("target")?,
        outcome: row.of("outcome")?,
        detail: row.of("detail")?,
    })
}
