//! Alerts as the interface shows them.

use bartizan_model::{Entity, Evidence, EvidenceRole, Text};
use bartizan_store::AlertRecord;
use serde::Serialize;
use utoipa::ToSchema;

use crate::request::shown;

/// An alert.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertView {
    id: String,
    title: String,
    description: String,
    severity: &'static str,
    rule: String,
    tactics: Vec<String>,
    techniques: Vec<String>,
    /// What to look at next.
    triage: Vec<String>,
    device_id: String,
    device_name: String,
    incident: Option<u64>,
    /// `New`, `In progress` or `Resolved`.
    status: &'static str,
    assigned_to: Option<String>,
    /// What it turned out to be.
    classification: Option<String>,
    determination: Option<String>,
    /// The tuning rule that hides it or resolved it.
    tuned_by: Option<u64>,
    /// A tuning rule hides it.
    hidden: bool,
    event_id: String,
    event_at: String,
    raised_at: String,
    /// The process it is about.
    process: Option<String>,
    /// The eldest process of its story.
    family: Option<String>,
    evidence: Vec<EvidenceView>,
    matched: Vec<MatchedView>,
}

/// A thing an alert names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    /// `actor`, `impacted` or `related`.
    role: &'static str,
    #[serde(flatten)]
    entity: EntityView,
}

/// Anything an event names.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum EntityView {
    /// A process.
    Process {
        /// Which one.
        key: String,
        /// Its executable.
        image: String,
        /// Its command line.
        command_line: String,
        /// Who it ran as.
        user: Option<String>,
        /// SHA-256 of its executable.
        sha256: Option<String>,
    },
    /// A file.
    File {
        /// Absolute path.
        path: String,
        /// SHA-256.
        sha256: Option<String>,
    },
    /// A network address.
    Address {
        /// Address.
        ip: String,
        /// Port.
        port: Option<u16>,
    },
    /// An account of the device.
    User {
        /// Name.
        name: String,
        /// User id.
        uid: u32,
    },
}

/// A field that made the rule match.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatchedView {
    selection: String,
    field: String,
    value: String,
    pattern: String,
}

pub(crate) fn view(record: &AlertRecord) -> AlertView {
    let alert = &record.alert;
    AlertView {
        id: alert.id.to_string(),
        title: alert.title.to_string(),
        description: alert.description.to_string(),
        severity: alert.severity.word(),
        rule: alert.rule.to_string(),
        tactics: texts(&alert.tactics),
        techniques: texts(&alert.techniques),
        triage: texts(&alert.triage),
        device_id: alert.device.to_string(),
        device_name: alert.device_name.to_string(),
        incident: alert.incident.map(|incident| incident.0),
        status: record.status.word(),
        assigned_to: record.assigned_to.clone(),
        classification: record.classification.clone(),
        determination: record.determination.clone(),
        tuned_by: record.tuned_by,
        hidden: record.hidden,
        event_id: alert.event.to_string(),
        event_at: shown(alert.event_at),
        raised_at: shown(alert.raised_at),
        process: alert.process.map(|key| key.to_string()),
        family: alert.family.map(|key| key.to_string()),
        evidence: alert.evidence.iter().map(evidence).collect(),
        matched: alert
            .matched
            .iter()
            .map(|matched| MatchedView {
                selection: matched.selection.to_string(),
                field: matched.field.to_string(),
                value: matched.value.to_string(),
                pattern: matched.pattern.to_string(),
            })
            .collect(),
    }
}

pub(crate) fn texts(texts: &[Text]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn maybe(text: Option<&Text>) -> Option<String> {
    text.map(ToString::to_string)
}

fn evidence(evidence: &Evidence) -> EvidenceView {
    let role = match evidence.role {
        EvidenceRole::Actor => "actor",
        EvidenceRole::Impacted => "impacted",
        EvidenceRole::Related => "related",
    };
    let entity = match &evidence.entity {
        Entity::Process { key, image, command_line, user, sha256 } => EntityView::Process {
            key: key.to_string(),
            image: image.to_string(),
            command_line: command_line.to_string(),
            user: maybe(user.as_ref()),
            sha256: maybe(sha256.as_ref()),
        },
        Entity::File { path, sha256 } => {
            EntityView::File { path: path.to_string(), sha256: maybe(sha256.as_ref()) }
        }
        Entity::Address { ip, port } => EntityView::Address { ip: ip.to_string(), port: *port },
        Entity::User { name, uid } => EntityView::User { name: name.to_string(), uid: *uid },
    };
    EvidenceView { role, entity }
}
