//! Tuning rules: which alerts are expected here, until when, and who says so.

use bartizan_model::{Alert, TenantId, Timestamp};
use rusqlite::{Row, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::{
    NewAuditEntry, Store, audit,
    column::{Columns as _, json, number},
    error::{Doing as _, Result},
};

/// One thing an alert must hold to be expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TuningCondition {
    /// Which thing, as `image` or `device`: see `pipeline::Tuning`.
    pub field: String,
    /// What it holds; `*` stands for any characters.
    pub value: String,
}

/// A tuning rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TuningRule {
    /// Its number; 0 for one to be made.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// Whose alerts.
    pub rule: String,
    /// All of these hold.
    pub conditions: Vec<TuningCondition>,
    /// The alerts are hidden; otherwise they are resolved.
    pub hide: bool,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Option<Timestamp>,
    /// It works.
    pub enabled: bool,
    /// To how many alerts it was applied.
    pub applied: u64,
    /// When it was last.
    pub last_at: Option<Timestamp>,
}

impl Store {
    /// The tuning rules, in the order they were made.
    pub fn tuning_rules(&self, tenant: TenantId) -> Result<Vec<TuningRule>> {
        self.read(|view| {
            view.prepare_cached("SELECT * FROM tuning_rules WHERE tenant = ?1 ORDER BY number")
                .and_then(|mut s| s.query_map([tenant.bytes()], read)?.collect())
                .doing("listing tuning rules")
        })
    }

    /// Keeps a tuning rule, and gives its number. `None` when one with its number is not there to be changed.
    pub fn keep_tuning_rule(
        &self,
        tenant: TenantId,
        rule: &TuningRule,
        entry: NewAuditEntry<'_>,
    ) -> Result<Option<u64>> {
        let conditions = json("conditions", &rule.conditions)?;
        let effect = if rule.hide { "hide" } else { "resolve" };
        let expires = rule.expires_at.map(Timestamp::nanos);
        self.write(|t| {
            let kept = if rule.number == 0 {
                t.execute(
                    "INSERT INTO tuning_rules (tenant, name, rule, conditions, effect, reason, owner,
                         created_at, expires_at, enabled)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                    params![
                        tenant.bytes(),
                        rule.name,
                        rule.rule,
                        conditions,
                        effect,
                        rule.reason,
                        rule.owner,
                        rule.created_at.nanos(),
                        expires,
                        rule.enabled
                    ],
                )
                .doing("keeping a tuning rule")?;
                Some(t.last_insert_rowid().max(0).unsigned_abs())
            } else {
                let changed = t
                    .execute(
                        "UPDATE tuning_rules SET name = ?3, conditions = ?4, effect = ?5, reason = ?6,
                             expires_at = ?7, enabled = ?8 WHERE tenant = ?1 AND number = ?2",
                        params![
                            tenant.bytes(),
                            number(rule.number),
                            rule.name,
                            conditions,
                            effect,
                            rule.reason,
                            expires,
                            rule.enabled
                        ],
                    )
                    .doing("changing a tuning rule")?;
                (changed > 0).then_some(rule.number)
            };
            if kept.is_some() {
                audit::add(t, tenant, entry)?;
            }
            Ok(kept)
        })
    }

    /// Removes a tuning rule; what it hid comes back. Says whether there was one.
    pub fn remove_tuning_rule(
        &self,
        tenant: TenantId,
        which: u64,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let removed = t
                .execute(
                    "DELETE FROM tuning_rules WHERE tenant = ?1 AND number = ?2",
                    (tenant.bytes(), number(which)),
                )
                .doing("removing a tuning rule")?;
            if removed > 0 {
                t.execute(
                    "UPDATE alerts SET hidden = 0 WHERE tenant = ?1 AND tuned_by = ?2 AND hidden = 1",
                    (tenant.bytes(), number(which)),
                )
                .doing("showing what a tuning rule hid")?;
                audit::add(t, tenant, entry)?;
            }
            Ok(removed > 0)
        })
    }

    /// The latest alerts of a rule since `since`, at most `many`, with the classification of the incident each
    /// is in.
    pub fn past_alerts(
        &self,
        tenant: TenantId,
        rule: &str,
        since: Timestamp,
        many: u32,
    ) -> Result<Vec<(Alert, Option<String>)>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT a.*, (SELECT i.classification FROM incidents i
                     WHERE i.tenant = a.tenant AND i.number = a.incident) AS of_incident
                 FROM alerts a INDEXED BY alerts_by_rule
                 WHERE a.tenant = ?1 AND a.rule = ?2 AND a.hidden = 0 AND a.event_at >= ?3
                 ORDER BY a.event_at DESC LIMIT ?4",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), rule, since.nanos(), many), |row| {
                    let record = crate::alert::read(row)?;
                    let said = record.classification.or(row.of("of_incident")?);
                    Ok((record.alert, said))
                })?
                .collect()
            })
            .doing("finding past alerts of a rule")
        })
    }
}

/// A tuning rule was applied once more.
pub(crate) fn applied(
    t: &Transaction<'_>,
    tenant: TenantId,
    which: u64,
    at: Timestamp,
) -> Result<()> {
    t.prepare_cached(
        "UPDATE tuning_rules SET applied = applied + 1, last_at = max(coalesce(last_at, ?3), ?3)
         WHERE tenant = ?1 AND number = ?2",
    )
    .and_then(|mut s| s.execute((tenant.bytes(), number(which), at.nanos())))
    .doing("counting what a tuning rule did")?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<TuningRule> {
    Ok(TuningRule {
        number: row.count("number")?,
        name: row.of("name")?,
        rule: row.of("rule")?,
        conditions: row.json("conditions")?,
        hide: row.of::<String>("effect")? == "hide",
        reason: row.of("reason")?,
        owner: row.of("owner")?,
        created_at: row.time("created_at")?,
        expires_at: row.maybe_time("expires_at")?,
        enabled: row.of("enabled")?,
        applied: row.count("applied")?,
        last_at: row.maybe_time("last_at")?,
    })
}
