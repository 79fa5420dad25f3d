//! The audit log: who did what, when, from where, and how it went. Only added to.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::{Row, Transaction, named_params, params_from_iter, types::Value};

use crate::{
    Seek, Store, Stretch,
    column::Columns as _,
    error::{Doing as _, Result},
    filter::{Order, Where, text},
    page::Place,
};

/// Which entries. What is not said is not asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// By this actor.
    pub actor: Option<String>,
    /// This action, or all that begin so when it ends with a dot.
    pub action: Option<String>,
    /// With this outcome.
    pub outcome: Option<String>,
    /// Part of the target or of the detail.
    pub text: Option<String>,
    /// At or after this time.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
}

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

    /// The entries that match, latest first.
    pub fn audit(
        &self,
        tenant: TenantId,
        filter: &AuditFilter,
        seek: &Seek,
    ) -> Result<Stretch<AuditEntry>> {
        if let Some(place) = &seek.after {
            place.fits(1)?;
        }
        let matching = matching(tenant, filter);
        let order = Order { columns: &["number"], descending: true };
        let (stretch, sorted) = matching.after(order, seek);
        let limit = seek.limit();
        self.read(|view| {
            let counted = view
                .prepare_cached(&matching.count("audit_log"))
                .and_then(|mut s| {
                    s.query_row(params_from_iter(matching.values()), |r| r.count("n"))
                })
                .doing("counting audit entries")?;
            let sql = format!(
                "SELECT * FROM audit_log WHERE {} ORDER BY {sorted} LIMIT {}",
                stretch.sql(),
                limit + 1
            );
            let rows = view
                .prepare_cached(&sql)
                .and_then(|mut s| {
                    s.query_map(params_from_iter(stretch.values()), |row| {
                        Ok((read(row)?, Place(vec![row.of::<Value>("number")?])))
                    })?
                    .collect()
                })
                .doing("reading the audit log")?;
            Ok(Stretch::of(rows, limit, counted))
        })
    }
}

fn matching(tenant: TenantId, filter: &AuditFilter) -> Where {
    let mut all = Where::tenant("tenant", tenant);
    all.any("actor", filter.actor.as_ref().map(text));
    match filter.action.as_deref() {
        Some(start) if start.ends_with('.') => {
            all.and("substr(action, 1, length(?)) = ?", [text(start), text(start)]);
        }
        Some(action) => all.and("action = ?", [text(action)]),
        None => {}
    }
    all.any("outcome", filter.outcome.as_ref().map(text));
    all.within("at", filter.from, filter.to);
    if let Some(part) = &filter.text {
        let part = text(part.to_lowercase());
        all.and(
            "(instr(lower(target), ?) > 0 OR instr(lower(detail), ?) > 0)",
            [part.clone(), part],
        );
    }
    all
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
