//! Clues: matches that only serve correlations, kept as long as they can count.

use bartizan_model::{
    DeviceId, EventId, Evidence, MatchedField, ProcessKey, TenantId, Text, Timestamp,
};
use rusqlite::{Row, Transaction, params};

use crate::{
    StepEffects, Store, border,
    column::{Columns as _, json, key_bytes},
    error::{Doing as _, Result},
};

/// Most clues kept for a tenant; those that would count for the shortest time go first.
pub const MAX_CLUES_PER_TENANT: usize = 100_000;

/// A match that only serves correlations.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptClue {
    /// Which rule matched, by its id.
    pub rule: Text,
    /// The rule's title.
    pub title: Text,
    /// Where.
    pub device: DeviceId,
    /// The machine's name at that time.
    pub device_name: Text,
    /// Which event.
    pub event: EventId,
    /// When that happened.
    pub at: Timestamp,
    /// Until when it can count.
    pub until: Timestamp,
    /// The process it is about, if any.
    pub process: Option<ProcessKey>,
    /// What correlations ask of it.
    pub fields: Vec<(String, String)>,
    /// What was found.
    pub evidence: Vec<Evidence>,
    /// Which fields matched.
    pub matched: Vec<MatchedField>,
}

impl Store {
    /// The tenant's clues that can still count at `now`, in the order of their events.
    pub fn load_clues(&self, tenant: TenantId, now: Timestamp) -> Result<Vec<KeptClue>> {
        self.read(|view| {
            view.prepare("SELECT * FROM clues WHERE tenant = ?1 AND until >= ?2 ORDER BY at, event")
                .and_then(|mut s| s.query_map((tenant.bytes(), now.nanos()), read)?.collect())
                .doing("taking up clues")
        })
    }
}

/// Keeps a step's clues, and lets go of those that cannot count any more.
pub(crate) fn keep(t: &Transaction<'_>, step: &StepEffects) -> Result<()> {
    for clue in &step.clues {
        t.prepare_cached(
            "INSERT INTO clues (tenant, device, rule, event, title, device_name, at, until,
                 process, fields, evidence, matched)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (tenant, device, rule, event) DO NOTHING",
        )
        .doing("keeping a clue")?
        .execute(params![
            step.tenant.bytes(),
            clue.device.bytes(),
            &*clue.rule,
            clue.event.to_string(),
            &*clue.title,
            &*clue.device_name,
            clue.at.nanos(),
            clue.until.nanos(),
            clue.process.map(key_bytes),
            json("fields", &clue.fields)?,
            border::written("evidence", &clue.evidence)?,
            border::written("matched fields", &clue.matched)?,
        ])
        .doing("keeping a clue")?;
    }
    if step.clues.is_empty() { Ok(()) } else { forget(t, step) }
}

fn forget(t: &Transaction<'_>, step: &StepEffects) -> Result<()> {
    let tenant = step.tenant.bytes();
    t.prepare_cached("DELETE FROM clues WHERE tenant = ?1 AND until < ?2")
        .and_then(|mut s| s.execute((tenant, step.received_at.nanos())))
        .doing("forgetting clues")?;
    // Counting is a walk over an index, and only a step that brings clues counts.
    t.prepare_cached(
        "DELETE FROM clues WHERE rowid IN (
             SELECT rowid FROM clues WHERE tenant = ?1 ORDER BY until DESC LIMIT -1 OFFSET ?2)",
    )
    .and_then(|mut s| s.execute((tenant, i64::try_from(MAX_CLUES_PER_TENANT).unwrap_or(i64::MAX))))
    .doing("forgetting clues for want of room")?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<KeptClue> {
    Ok(KeptClue {
        rule: row.text("rule")?,
        title: row.text("title")?,
        device: row.device("device")?,
        device_name: row.text("device_name")?,
        event: row.parsed("event")?,
        at: row.time("at")?,
        until: row.time("until")?,
        process: row.maybe_key("process")?,
        fields: row.json("fields")?,
        evidence: border::read::<Evidence>(row.json("evidence")?)?,
        matched: border::read::<MatchedField>(row.json("matched")?)?,
    })
}
