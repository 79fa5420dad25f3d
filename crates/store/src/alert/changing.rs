//! What people decide about alerts.

use bartizan_model::{AlertId, IncidentStatus, TenantId};
use rusqlite::params;

use super::{AlertRecord, one};
use crate::{
    NewAuditEntry, Store, audit,
    error::{Doing as _, Result},
};

/// What a person changes. `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertChange {
    /// Another status.
    pub status: Option<IncidentStatus>,
    /// Somebody else, or nobody.
    pub assigned_to: Option<Option<String>>,
    /// What it turned out to be, or not known any more.
    pub classification: Option<Option<String>>,
    /// More exactly.
    pub determination: Option<Option<String>>,
}

impl Store {
    /// Changes what people decide about alerts. Gives those that there are, as they are then; the others are
    /// left out.
    pub fn change_alerts(
        &self,
        tenant: TenantId,
        alerts: &[AlertId],
        change: &AlertChange,
        entry: NewAuditEntry<'_>,
    ) -> Result<Vec<AlertRecord>> {
        self.write(|t| {
            let mut changed = Vec::with_capacity(alerts.len());
            for alert in alerts {
                let Some(mut record) = one(t, tenant, *alert)? else { continue };
                apply(&mut record, change);
                t.prepare_cached(
                    "UPDATE alerts SET status = ?3, assigned_to = ?4, classification = ?5,
                         determination = ?6 WHERE tenant = ?1 AND id = ?2",
                )
                .doing("changing an alert")?
                .execute(params![
                    tenant.bytes(),
                    alert.bytes(),
                    record.status.word(),
                    record.assigned_to,
                    record.classification,
                    record.determination,
                ])
                .doing("changing an alert")?;
                let target = format!("alert {alert}");
                audit::add(t, tenant, NewAuditEntry { target: &target, ..entry })?;
                changed.push(record);
            }
            Ok(changed)
        })
    }
}

fn apply(record: &mut AlertRecord, change: &AlertChange) {
    if let Some(status) = change.status {
        record.status = status;
    }
    if let Some(to) = &change.assigned_to {
        record.assigned_to.clone_from(to);
    }
    if let Some(classification) = &change.classification {
        record.classification.clone_from(classification);
        record.determination = None;
    }
    if let Some(determination) = &change.determination {
        record.determination.clone_from(determination);
    }
}
