//! What people decide about detection rules, and what each rule raised.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::{Row, params};

use crate::{
    NewAuditEntry, Store, audit,
    column::Columns as _,
    error::{Doing as _, Result},
};

/// Nanoseconds of an hour, by which alerts are counted.
pub(crate) const HOUR: i64 = 3_600_000_000_000;

/// Whether a rule judges, by a person's decision. Rules nobody decided about do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleState {
    /// Which rule.
    pub rule: String,
    /// It judges.
    pub enabled: bool,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// What a rule raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFired {
    /// Which rule.
    pub rule: String,
    /// Alerts ever.
    pub total: u64,
    /// Alerts since the time asked for.
    pub lately: u64,
    /// The latest event it was about.
    pub last_at: Timestamp,
}

impl Store {
    /// What people decided about rules, by rule.
    pub fn rule_states(&self, tenant: TenantId) -> Result<Vec<RuleState>> {
        self.read(|view| {
            view.prepare_cached("SELECT * FROM rule_states WHERE tenant = ?1 ORDER BY rule")
                .and_then(|mut s| s.query_map([tenant.bytes()], state)?.collect())
                .doing("reading the states of rules")
        })
    }

    /// Lets a rule judge, or not.
    pub fn set_rule_state(
        &self,
        tenant: TenantId,
        (rule, enabled, reason): (&str, bool, &str),
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            t.execute(
                "INSERT INTO rule_states (tenant, rule, enabled, reason, actor, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (tenant, rule) DO UPDATE SET enabled = excluded.enabled,
                     reason = excluded.reason, actor = excluded.actor, at = excluded.at",
                params![tenant.bytes(), rule, enabled, reason, entry.actor, entry.at.nanos()],
            )
            .doing("keeping the state of a rule")?;
            audit::add(t, tenant, entry)
        })
    }

    /// What each rule raised, ever and since `since`.
    pub fn rules_fired(&self, tenant: TenantId, since: Timestamp) -> Result<Vec<RuleFired>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT r.rule, r.count AS total, r.last_at,
                     (SELECT coalesce(sum(c.count), 0) FROM alert_counts c INDEXED BY alert_counts_by_rule
                      WHERE c.tenant = r.tenant AND c.rule = r.rule AND c.hour >= ?2) AS lately
                 FROM alert_rules r WHERE r.tenant = ?1 ORDER BY r.rule",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), since.nanos() / HOUR), |row| {
                    Ok(RuleFired {
                        rule: row.of("rule")?,
                        total: row.count("total")?,
                        lately: row.count("lately")?,
                        last_at: row.time("last_at")?,
                    })
                })?
                .collect()
            })
            .doing("counting what rules raised")
        })
    }
}

fn state(row: &Row<'_>) -> rusqlite::Result<RuleState> {
    Ok(RuleState {
        rule: row.of("rule")?,
        enabled: row.of("enabled")?,
        reason: row.of("reason")?,
        actor: row.of("actor")?,
        at: row.time("at")?,
    })
}
