//! One incident goes into another, and alerts go from one to another. Nothing is deleted: the incident that
//! went away says where its alerts are.

use bartizan_model::{AlertId, IncidentId, IncidentStatus, JoinReason, TenantId, Timestamp};
use rusqlite::{Transaction, params};

use super::{
    ActivityKind, IncidentRecord, Store,
    changing::decided,
    keeping::{add_activity, belongs, next_number},
    one,
};
use crate::{
    NewAuditEntry, audit,
    border::Border as _,
    column::{Columns as _, json, number},
    error::{Doing as _, Result, StoreError},
};

impl Store {
    /// A person puts incidents into another. `None` when the other does not exist; those that do not exist
    /// are a conflict, as those that went into another already.
    pub fn merge_incidents(
        &self,
        tenant: TenantId,
        into: IncidentId,
        from: &[IncidentId],
        entry: NewAuditEntry<'_>,
    ) -> Result<Option<IncidentRecord>> {
        let _held = self.hold_incidents();
        self.write(|t| {
            if one(t, tenant, into)?.is_none() {
                return Ok(None);
            }
            for source in from.iter().filter(|source| **source != into) {
                may_merge(t, tenant, *source)?;
                may_merge(t, tenant, into)?;
                absorb(t, tenant, (into, *source), entry.at, Some(entry.actor))?;
                add_up(t, tenant, into, entry.at)?;
                decided(t, tenant, *source)?;
            }
            decided(t, tenant, into)?;
            audit::add(t, tenant, entry)?;
            one(t, tenant, into)
        })
    }

    /// A person moves alerts into another incident, or into a new one. Gives where they are then.
    pub fn move_alerts(
        &self,
        tenant: TenantId,
        from: IncidentId,
        alerts: &[AlertId],
        to: Option<IncidentId>,
        entry: NewAuditEntry<'_>,
    ) -> Result<Option<IncidentRecord>> {
        let _held = self.hold_incidents();
        self.write(|t| {
            let Some(source) = one(t, tenant, from)? else { return Ok(None) };
            let moved: Vec<AlertId> = source
                .incident
                .alerts
                .iter()
                .map(|(id, _)| *id)
                .filter(|id| alerts.contains(id))
                .collect();
            if moved.len() != alerts.len() {
                return Err(StoreError::Conflict(format!(
                    "not all of these alerts are in incident {from}"
                )));
            }
            if moved.is_empty() || moved.len() == source.incident.alerts.len() {
                let text = "move some of an incident's alerts, not none or all: merge it instead";
                return Err(StoreError::Conflict(text.to_owned()));
            }
            let target = match to {
                Some(to) => {
                    may_merge(t, tenant, to)?;
                    to
                }
                None => begin(t, &source, entry.at)?,
            };
            put(t, tenant, target, &moved, entry.actor)?;
            for (of, text) in [
                (from, format!("{} moved to incident {target}", alerts_word(moved.len()))),
                (target, format!("{} moved from incident {from}", alerts_word(moved.len()))),
            ] {
                add_activity(
                    t,
                    tenant,
                    of,
                    (entry.at, ActivityKind::Moved, Some(entry.actor), &text),
                )?;
                add_up(t, tenant, of, entry.at)?;
                decided(t, tenant, of)?;
            }
            audit::add(t, tenant, entry)?;
            one(t, tenant, target)
        })
    }
}

/// All alerts of an incident go into another, and it says so.
pub(super) fn absorb(
    t: &Transaction<'_>,
    tenant: TenantId,
    (into, from): (IncidentId, IncidentId),
    at: Timestamp,
    actor: Option<&str>,
) -> Result<()> {
    let Some(source) = one(t, tenant, from)? else { return Ok(()) };
    if source.merged_into.is_some() {
        return Ok(());
    }
    let offset = t
        .prepare_cached(
            "SELECT coalesce(max(ordinal), -1) + 1 AS n FROM incident_alerts WHERE tenant = ?1 AND incident = ?2",
        )
        .and_then(|mut s| s.query_row((tenant.bytes(), number(into.0)), |row| row.count("n")))
        .doing("merging incidents")?;
    t.prepare_cached(
        "UPDATE incident_alerts SET incident = ?3, ordinal = ordinal + ?4 WHERE tenant = ?1 AND incident = ?2",
    )
    .and_then(|mut s| {
        s.execute((tenant.bytes(), number(from.0), number(into.0), number(offset)))
    })
    .doing("merging incidents")?;
    for (alert, _) in &source.incident.alerts {
        belongs(t, tenant, *alert, into)?;
    }
    t.prepare_cached(
        "UPDATE incidents SET ties = (SELECT json_group_array(json(value)) FROM (
             SELECT e.value FROM incidents i, json_each(i.ties) e WHERE i.tenant = ?1 AND i.number IN (?2, ?3)
             GROUP BY e.value))
         WHERE tenant = ?1 AND number = ?3",
    )
    .and_then(|mut s| s.execute((tenant.bytes(), number(from.0), number(into.0))))
    .doing("merging incidents")?;
    t.prepare_cached(
        "UPDATE incidents SET merged_into = ?3, status = 'Resolved', resolved_at = ?4, changed_at = ?4,
             alerts = 0 WHERE tenant = ?1 AND number = ?2",
    )
    .and_then(|mut s| {
        s.execute((tenant.bytes(), number(from.0), number(into.0), at.nanos()))
    })
    .doing("merging incidents")?;
    let gone = format!("went into incident {into}");
    add_activity(t, tenant, from, (at, ActivityKind::Merged, actor, &gone))?;
    let came =
        format!("incident {from} came in with {}", alerts_word(source.incident.alerts.len()));
    add_activity(t, tenant, into, (at, ActivityKind::Merged, actor, &came))
}

/// A new incident beside `like`, without alerts yet.
fn begin(t: &Transaction<'_>, like: &IncidentRecord, at: Timestamp) -> Result<IncidentId> {
    let incident = &like.incident;
    let id = IncidentId(next_number(t, incident.tenant)?);
    t.execute(
        "INSERT INTO incidents (tenant, number, device, device_name, title, severity, severity_reason,
             status, family, tactics, alerts, first_at, last_at, opened_at, changed_at)
         SELECT tenant, ?3, device, device_name, title, severity, severity_reason, 'New', NULL, tactics,
             0, first_at, last_at, ?4, ?4 FROM incidents WHERE tenant = ?1 AND number = ?2",
        params![incident.tenant.bytes(), number(incident.id.0), number(id.0), at.nanos()],
    )
    .doing("opening an incident for moved alerts")?;
    let text = format!("opened by hand, with alerts of incident {}", incident.id);
    add_activity(t, incident.tenant, id, (at, ActivityKind::Opened, None, &text))?;
    Ok(id)
}

fn put(
    t: &Transaction<'_>,
    tenant: TenantId,
    target: IncidentId,
    moved: &[AlertId],
    actor: &str,
) -> Result<()> {
    for alert in moved {
        let reason = JoinReason::Moved { by: actor.into() };
        t.prepare_cached(
            "UPDATE incident_alerts SET incident = ?3, reason = ?4,
                 ordinal = (SELECT coalesce(max(ordinal), -1) + 1 FROM incident_alerts
                     WHERE tenant = ?1 AND incident = ?3)
             WHERE tenant = ?1 AND alert = ?2",
        )
        .doing("moving an alert")?
        .execute(params![
            tenant.bytes(),
            alert.bytes(),
            number(target.0),
            json("a reason", &reason.form())?
        ])
        .doing("moving an alert")?;
        belongs(t, tenant, *alert, target)?;
    }
    Ok(())
}

/// What follows from an incident's alerts alone, after people changed which they are. The pipeline makes title
/// and severity anew with the next alert; until then it is the gravest alert's.
fn add_up(t: &Transaction<'_>, tenant: TenantId, id: IncidentId, at: Timestamp) -> Result<()> {
    t.prepare_cached(
        "UPDATE incidents SET changed_at = ?3,
             (alerts, first_at, last_at, severity) = (
                 SELECT count(*), coalesce(min(event_at), first_at), coalesce(max(event_at), last_at),
                     coalesce(max(a.severity), incidents.severity)
                 FROM alerts a WHERE a.tenant = ?1 AND a.incident = ?2),
             priority = max(0, min(100, priority + 20 * (
                 (SELECT coalesce(max(a.severity), incidents.severity) FROM alerts a
                     WHERE a.tenant = ?1 AND a.incident = ?2) - severity))),
             tactics = (SELECT json_group_array(DISTINCT x.value) FROM alerts a, json_each(a.tactics) x
                 WHERE a.tenant = ?1 AND a.incident = ?2),
             severity_reason = 'the gravest of its alerts, which people put together.',
             title = coalesce((SELECT a.title || ' on ' || a.device_name ||
                     CASE WHEN (SELECT count(*) FROM alerts c WHERE c.tenant = ?1 AND c.incident = ?2) > 1
                         THEN ' and more' ELSE '' END
                 FROM alerts a WHERE a.tenant = ?1 AND a.incident = ?2
                 ORDER BY a.severity DESC, a.event_at LIMIT 1), title)
         WHERE tenant = ?1 AND number = ?2",
    )
    .and_then(|mut s| s.execute((tenant.bytes(), number(id.0), at.nanos())))
    .doing("adding an incident up")?;
    t.prepare_cached(
        "DELETE FROM incident_devices WHERE tenant = ?1 AND incident = ?2 AND device NOT IN
             (SELECT device FROM alerts WHERE tenant = ?1 AND incident = ?2)",
    )
    .and_then(|mut s| s.execute((tenant.bytes(), number(id.0))))
    .doing("adding an incident up")?;
    Ok(())
}

fn may_merge(t: &Transaction<'_>, tenant: TenantId, id: IncidentId) -> Result<()> {
    let why = match one(t, tenant, id)? {
        None => format!("there is no incident {id}"),
        Some(record) => match record.merged_into {
            Some(into) => format!("incident {id} went into incident {into}"),
            None if record.incident.status == IncidentStatus::Resolved => {
                format!("incident {id} is resolved: open it again first")
            }
            None => return Ok(()),
        },
    };
    Err(StoreError::Conflict(why))
}

fn alerts_word(many: usize) -> String {
    if many == 1 { "1 alert".to_owned() } else { format!("{many} alerts") }
}
