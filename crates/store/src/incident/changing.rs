//! What people decide about an incident, and how its history tells it.

use bartizan_model::{IncidentId, IncidentStatus, TenantId};
use rusqlite::{Transaction, params};

use super::{ActivityKind, IncidentChange, IncidentRecord, keeping::add_activity, one};
use crate::{
    NewAuditEntry, Store, audit,
    column::{json, number},
    error::{Doing as _, Result, StoreError},
};

impl Store {
    /// Changes what people decide about an incident. `None` when there is no such incident.
    pub fn change_incident(
        &self,
        tenant: TenantId,
        id: IncidentId,
        change: &IncidentChange,
        entry: NewAuditEntry<'_>,
    ) -> Result<Option<IncidentRecord>> {
        let _held = self.hold_incidents();
        self.write(|t| changed(t, tenant, id, change, entry))
    }

    /// Changes several incidents alike. Gives those that there are, as they are then; the others are left out.
    pub fn change_incidents(
        &self,
        tenant: TenantId,
        ids: &[IncidentId],
        change: &IncidentChange,
        entry: NewAuditEntry<'_>,
    ) -> Result<Vec<IncidentRecord>> {
        let _held = self.hold_incidents();
        self.write(|t| {
            let mut all = Vec::with_capacity(ids.len());
            for id in ids {
                let target = format!("incident {id}");
                let entry = NewAuditEntry { target: &target, ..entry };
                all.extend(changed(t, tenant, *id, change, entry)?);
            }
            Ok(all)
        })
    }
}

fn changed(
    t: &Transaction<'_>,
    tenant: TenantId,
    id: IncidentId,
    change: &IncidentChange,
    entry: NewAuditEntry<'_>,
) -> Result<Option<IncidentRecord>> {
    let Some(before) = one(t, tenant, id)? else { return Ok(None) };
    if let Some(into) = before.merged_into {
        return Err(StoreError::Conflict(format!("incident {id} went into incident {into}")));
    }
    let after = with(&before, change);
    let told = differences(&before, &after);
    if told.is_empty() {
        return Ok(Some(before));
    }
    let incident = &after.incident;
    t.prepare_cached(
        "UPDATE incidents SET status = ?3, assigned_to = ?4, classification = ?5,
             determination = ?6, tags = ?7, hand_over = ?8, changed_at = ?9,
             resolved_at = CASE WHEN ?3 <> 'Resolved' THEN NULL ELSE coalesce(resolved_at, ?9) END
         WHERE tenant = ?1 AND number = ?2",
    )
    .doing("changing an incident")?
    .execute(params![
        tenant.bytes(),
        number(id.0),
        incident.status.word(),
        incident.assigned_to.as_deref(),
        incident.classification.as_deref(),
        after.determination,
        json("tags", &after.tags)?,
        after.hand_over,
        entry.at.nanos(),
    ])
    .doing("changing an incident")?;
    for (kind, text) in &told {
        add_activity(t, tenant, id, (entry.at, *kind, Some(entry.actor), text))?;
    }
    decided(t, tenant, id)?;
    if incident.status == IncidentStatus::Resolved {
        resolve_alerts(t, tenant, &after)?;
    }
    audit::add(t, tenant, entry)?;
    one(t, tenant, id)
}

/// Notes that a person decided something about an incident.
pub(super) fn decided(t: &Transaction<'_>, tenant: TenantId, id: IncidentId) -> Result<()> {
    t.prepare_cached(
        "UPDATE incidents SET decision = 1 +
             (SELECT coalesce(max(decision), 0) FROM incidents WHERE tenant = ?1)
         WHERE tenant = ?1 AND number = ?2",
    )
    .and_then(|mut s| s.execute((tenant.bytes(), number(id.0))))
    .doing("noting a decision")?;
    Ok(())
}

/// What an incident turned out to be, its alerts are too, unless somebody said otherwise of one.
fn resolve_alerts(t: &Transaction<'_>, tenant: TenantId, record: &IncidentRecord) -> Result<()> {
    t.prepare_cached(
        "UPDATE alerts SET status = 'Resolved', classification = coalesce(classification, ?3),
             determination = coalesce(determination, ?4)
         WHERE tenant = ?1 AND incident = ?2",
    )
    .and_then(|mut s| {
        s.execute((
            tenant.bytes(),
            number(record.incident.id.0),
            record.incident.classification.as_deref(),
            record.determination.as_deref(),
        ))
    })
    .doing("resolving the alerts of an incident")?;
    Ok(())
}

fn with(before: &IncidentRecord, change: &IncidentChange) -> IncidentRecord {
    let mut after = before.clone();
    if let Some(status) = change.status {
        after.incident.status = status;
    }
    if let Some(to) = &change.assigned_to {
        after.incident.assigned_to = to.as_deref().map(Into::into);
    }
    if let Some(classification) = &change.classification {
        after.incident.classification = classification.as_deref().map(Into::into);
        after.determination = None;
    }
    if let Some(determination) = &change.determination {
        after.determination.clone_from(determination);
    }
    if let Some(tags) = &change.tags {
        after.tags.clone_from(tags);
    }
    if let Some(note) = &change.hand_over {
        after.hand_over.clone_from(note);
    }
    after
}

fn differences(before: &IncidentRecord, after: &IncidentRecord) -> Vec<(ActivityKind, String)> {
    let mut told = Vec::new();
    let (was, is) = (&before.incident, &after.incident);
    if was.status != is.status {
        let text = format!("{} → {}", was.status.word(), is.status.word());
        told.push((ActivityKind::Status, text));
    }
    if was.assigned_to != is.assigned_to {
        let to = is.assigned_to.as_deref().unwrap_or("nobody");
        told.push((ActivityKind::Assigned, to.to_owned()));
    }
    if was.classification != is.classification || before.determination != after.determination {
        let text = match (&is.classification, &after.determination) {
            (Some(classification), Some(more)) => format!("{classification}: {more}"),
            (Some(classification), None) => classification.to_string(),
            (None, _) => "not classified".to_owned(),
        };
        told.push((ActivityKind::Classified, text));
    }
    if before.tags != after.tags {
        let text = if after.tags.is_empty() { "no tags".to_owned() } else { after.tags.join(", ") };
        told.push((ActivityKind::Tagged, text));
    }
    if before.hand_over != after.hand_over {
        let text = after.hand_over.clone().unwrap_or_else(|| "no note".to_owned());
        told.push((ActivityKind::HandOver, text));
    }
    told
}
