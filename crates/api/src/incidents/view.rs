//! An incident as the interface shows it.

use bartizan_model::{IncidentId, JoinReason, TenantId};
use bartizan_store::{Activity, AlertInIncident, IncidentRecord, Task};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    alerts::{AlertView, texts},
    problem::ApiError,
    request::shown,
};

/// An incident in the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentSummary {
    number: u64,
    title: String,
    severity: &'static str,
    severity_reason: String,
    /// How soon it should be looked at, 0 to 100.
    priority: u8,
    /// Why so soon.
    priority_reasons: Vec<String>,
    status: &'static str,
    assigned_to: Option<String>,
    /// What people say it is.
    classification: Option<String>,
    determination: Option<String>,
    tags: Vec<String>,
    tactics: Vec<String>,
    devices: Vec<DeviceRef>,
    /// How many alerts it has.
    alert_count: u64,
    first_at: String,
    last_at: String,
    opened_at: String,
    changed_at: String,
    resolved_at: Option<String>,
    /// The incident that it went into.
    merged_into: Option<u64>,
}

/// A device by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceRef {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// An incident with its story.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentView {
    #[serde(flatten)]
    summary: IncidentSummary,
    /// The process its alerts descend from.
    family: Option<String>,
    /// What the next person should know.
    hand_over: Option<String>,
    /// Its alerts in the order they joined.
    alerts: Vec<JoinedAlert>,
    /// What is to be done about it.
    tasks: Vec<TaskView>,
    /// Its history, earliest first.
    activity: Vec<ActivityView>,
}

/// An alert of an incident.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JoinedAlert {
    #[serde(flatten)]
    alert: AlertView,
    reason: Reason,
}

/// Why an alert is in an incident.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// `opened`, `same_family`, `same_session`, `shared_entity` or `moved`.
    kind: &'static str,
    /// In words.
    text: String,
    /// The common ancestor.
    ancestor: Option<String>,
}

/// Something to be done about an incident.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskView {
    number: u64,
    title: String,
    assigned_to: Option<String>,
    done: bool,
    created_by: String,
    created_at: String,
    done_at: Option<String>,
}

/// An entry of an incident's history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActivityView {
    number: u64,
    at: String,
    /// `opened`, `joined`, `status`, `assigned`, `comment`, `classified`, `tagged`, `hand_over`, `merged`,
    /// `moved`, `task` or `verdict`.
    kind: String,
    /// Who, when it was a person.
    actor: Option<String>,
    text: String,
}

/// An incident with all that belongs to it.
pub(crate) fn view(api: &Api, tenant: TenantId, id: IncidentId) -> Result<IncidentView, ApiError> {
    let record = api.store.incident(tenant, id)?.ok_or_else(|| ApiError::not_found("incident"))?;
    let alerts = api.store.alerts_of_incident(tenant, id)?;
    let activity = api.store.incident_activity(tenant, id)?;
    let tasks = api.store.tasks(tenant, id)?;
    Ok(IncidentView {
        family: record.incident.family.map(|key| key.to_string()),
        hand_over: record.hand_over.clone(),
        summary: summary(&record),
        alerts: alerts.into_iter().map(joined).collect(),
        tasks: tasks.into_iter().map(task).collect(),
        activity: activity.into_iter().map(said_or_done).collect(),
    })
}

pub(crate) fn summary(record: &IncidentRecord) -> IncidentSummary {
    let incident = &record.incident;
    let devices = record.devices.iter();
    IncidentSummary {
        number: incident.id.0,
        title: incident.title.to_string(),
        severity: incident.severity.word(),
        severity_reason: incident.severity_reason.to_string(),
        priority: record.priority,
        priority_reasons: record.priority_reasons.clone(),
        status: incident.status.word(),
        assigned_to: incident.assigned_to.as_deref().map(str::to_owned),
        classification: incident.classification.as_deref().map(str::to_owned),
        determination: record.determination.clone(),
        tags: record.tags.clone(),
        tactics: texts(&incident.tactics),
        devices: devices
            .map(|(id, name)| DeviceRef { id: id.to_string(), name: name.to_string() })
            .collect(),
        alert_count: record.alerts,
        first_at: shown(incident.first_at),
        last_at: shown(incident.last_at),
        opened_at: shown(record.opened_at),
        changed_at: shown(record.changed_at),
        resolved_at: record.resolved_at.map(shown),
        merged_into: record.merged_into.map(|id| id.0),
    }
}

fn joined(joined: AlertInIncident) -> JoinedAlert {
    JoinedAlert { alert: crate::alerts::view(&joined.alert), reason: reason(&joined.reason) }
}

/// Why an alert is in an incident, in words.
pub(crate) fn reason(reason: &JoinReason) -> Reason {
    let (kind, text, ancestor) = match reason {
        JoinReason::Opened => ("opened", "opened this incident".to_owned(), None),
        JoinReason::SameFamily { ancestor, image } => (
            "same_family",
            format!("its process descends from {image} ({})", ancestor.pid),
            Some(ancestor.to_string()),
        ),
        JoinReason::SameSession { session } => (
            "same_session",
            format!("it goes on with the attack in the same sign-in (session {session})"),
            None,
        ),
        JoinReason::SharedEntity { kind, value } => {
            ("shared_entity", format!("it names the same {kind}: {value}"), None)
        }
        JoinReason::Moved { by } => ("moved", format!("{by} put it here"), None),
    };
    Reason { kind, text, ancestor }
}

fn task(task: Task) -> TaskView {
    TaskView {
        number: task.number,
        title: task.title,
        assigned_to: task.assigned_to,
        done: task.done,
        created_by: task.created_by,
        created_at: shown(task.created_at),
        done_at: task.done_at.map(shown),
    }
}

fn said_or_done(activity: Activity) -> ActivityView {
    ActivityView {
        number: activity.number,
        at: shown(activity.at),
        kind: activity.kind,
        actor: activity.actor,
        text: activity.text,
    }
}
