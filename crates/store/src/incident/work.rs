//! The work on an incident: tasks, and verdicts on its evidence.

use bartizan_model::{IncidentId, TenantId, Timestamp};
use rusqlite::{Row, Transaction, params};

use super::{ActivityKind, keeping::add_activity};
use crate::{
    NewAuditEntry, Store, audit,
    column::{Columns as _, number},
    error::{Doing as _, Result},
};

/// Something to be done about an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its number.
    pub number: u64,
    /// What.
    pub title: String,
    /// Who.
    pub assigned_to: Option<String>,
    /// It is done.
    pub done: bool,
    /// Who said so.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

/// What a person changes about a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskChange {
    /// What.
    pub title: Option<String>,
    /// Who, or nobody.
    pub assigned_to: Option<Option<String>>,
    /// It is done, or not.
    pub done: Option<bool>,
}

/// What a person decided about a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which, as "file /tmp/x" or "address 198.51.100.7".
    pub entity: String,
    /// "malicious", "suspicious" or "clean".
    pub verdict: String,
    /// Who.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// The tasks of an incident, in the order they were made.
    pub fn tasks(&self, tenant: TenantId, id: IncidentId) -> Result<Vec<Task>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM incident_tasks WHERE tenant = ?1 AND incident = ?2 ORDER BY number",
            )
            .and_then(|mut s| s.query_map((tenant.bytes(), number(id.0)), task)?.collect())
            .doing("listing tasks")
        })
    }

    /// Adds a task. Says whether there is such an incident.
    pub fn add_task(
        &self,
        tenant: TenantId,
        id: IncidentId,
        title: &str,
        assigned_to: Option<&str>,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        let said = format!("to do: {title}");
        self.work_on(tenant, id, (ActivityKind::Task, &said), entry, |t| {
            t.execute(
                "INSERT INTO incident_tasks (tenant, incident, title, assigned_to, created_by, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    tenant.bytes(),
                    number(id.0),
                    title,
                    assigned_to,
                    entry.actor,
                    entry.at.nanos()
                ],
            )
            .doing("adding a task")?;
            Ok(())
        })
    }

    /// Changes a task. Says whether there is such a task of such an incident.
    pub fn change_task(
        &self,
        tenant: TenantId,
        id: IncidentId,
        which: u64,
        change: &TaskChange,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        let Some(before) = self.tasks(tenant, id)?.into_iter().find(|task| task.number == which)
        else {
            return Ok(false);
        };
        let title = change.title.clone().unwrap_or_else(|| before.title.clone());
        let assigned = change.assigned_to.clone().unwrap_or_else(|| before.assigned_to.clone());
        let done = change.done.unwrap_or(before.done);
        let said = match (before.done, done) {
            (false, true) => format!("done: {title}"),
            (true, false) => format!("taken up again: {title}"),
            _ => format!("to do: {title} ({})", assigned.as_deref().unwrap_or("nobody")),
        };
        self.work_on(tenant, id, (ActivityKind::Task, &said), entry, |t| {
            t.execute(
                "UPDATE incident_tasks SET title = ?4, assigned_to = ?5, done = ?6,
                     done_at = CASE WHEN ?6 THEN coalesce(done_at, ?7) END
                 WHERE tenant = ?1 AND incident = ?2 AND number = ?3",
                params![
                    tenant.bytes(),
                    number(id.0),
                    number(which),
                    title,
                    assigned,
                    done,
                    entry.at.nanos()
                ],
            )
            .doing("changing a task")?;
            Ok(())
        })
    }

    /// What people decided about the evidence of an incident.
    pub fn verdicts(&self, tenant: TenantId, id: IncidentId) -> Result<Vec<Verdict>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM verdicts WHERE tenant = ?1 AND incident = ?2 ORDER BY entity",
            )
            .and_then(|mut s| s.query_map((tenant.bytes(), number(id.0)), verdict)?.collect())
            .doing("listing verdicts")
        })
    }

    /// Keeps what a person decided about a piece of evidence. Says whether there is such an incident.
    pub fn set_verdict(
        &self,
        tenant: TenantId,
        id: IncidentId,
        (entity, verdict): (&str, &str),
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        let said = format!("{entity} is {verdict}");
        self.work_on(tenant, id, (ActivityKind::Verdict, &said), entry, |t| {
            t.execute(
                "INSERT INTO verdicts (tenant, incident, entity, verdict, actor, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (tenant, incident, entity) DO UPDATE SET
                     verdict = excluded.verdict, actor = excluded.actor, at = excluded.at",
                params![
                    tenant.bytes(),
                    number(id.0),
                    entity,
                    verdict,
                    entry.actor,
                    entry.at.nanos()
                ],
            )
            .doing("keeping a verdict")?;
            Ok(())
        })
    }

    /// Does some work on an incident and tells it in its history. Says whether there is such an incident.
    pub(super) fn work_on(
        &self,
        tenant: TenantId,
        id: IncidentId,
        (kind, said): (ActivityKind, &str),
        entry: NewAuditEntry<'_>,
        work: impl FnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<bool> {
        self.write(|t| {
            let changed = t
                .execute(
                    "UPDATE incidents SET changed_at = ?3 WHERE tenant = ?1 AND number = ?2",
                    (tenant.bytes(), number(id.0), entry.at.nanos()),
                )
                .doing("working on an incident")?;
            if changed > 0 {
                work(t)?;
                add_activity(t, tenant, id, (entry.at, kind, Some(entry.actor), said))?;
                audit::add(t, tenant, entry)?;
            }
            Ok(changed > 0)
        })
    }
}

fn task(row: &Row<'_>) -> rusqlite::Result<Task> {
    Ok(Task {
        number: row.count("number")?,
        title: row.of("title")?,
        assigned_to: row.of("assigned_to")?,
        done: row.of("done")?,
        created_by: row.of("created_by")?,
        created_at: row.time("created_at")?,
        done_at: row.maybe_time("done_at")?,
    })
}

fn verdict(row: &Row<'_>) -> rusqlite::Result<Verdict> {
    Ok(Verdict {
        entity: row.of("entity")?,
        verdict: row.of("verdict")?,
        actor: row.of("actor")?,
        at: row.time("at")?,
    })
}
