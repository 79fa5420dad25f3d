//! From a match to an alert: who did what to what, with the rule's own words.

use bartizan_model::{
    Action, Alert, AlertId, Entity, Envelope, Evidence, EvidenceRole, Process, Severity, Text,
    Timestamp,
};
use bartizan_sigma::Level;

use crate::Detection;

/// The alert that a detection makes of an event. Family and incident are decided later.
pub(crate) fn alert(detection: &Detection<'_>, envelope: &Envelope, now: Timestamp) -> Alert {
    let rule = detection.rule;
    let event = &envelope.event;
    let name = rule.name();
    Alert {
        id: AlertId::of(envelope.tenant, envelope.device, name, event.id),
        tenant: envelope.tenant,
        device: envelope.device,
        device_name: envelope.device_name.clone(),
        rule: name.into(),
        title: rule.title.as_str().into(),
        description: rule.description.trim().into(),
        severity: severity(rule.level),
        tactics: rule.tactics.iter().map(|tactic| Text::from(*tactic)).collect(),
        techniques: rule.techniques.iter().map(|t| Text::from(t.as_str())).collect(),
        triage: rule.triage.iter().map(|step| Text::from(step.as_str())).collect(),
        event: event.id,
        event_at: event.at,
        raised_at: now,
        process: doer(envelope).map(|process| process.key),
        family: None,
        evidence: evidence(envelope),
        matched: detection.matched.clone(),
        incident: None,
    }
}

const fn severity(level: Level) -> Severity {
    match level {
        Level::Informational => Severity::Informational,
        Level::Low => Severity::Low,
        Level::Medium => Severity::Medium,
        Level::High => Severity::High,
        Level::Critical => Severity::Critical,
    }
}

/// The process an alert is about: a started program itself, otherwise the one that acted.
fn doer(envelope: &Envelope) -> Option<&Process> {
    match &envelope.event.action {
        Action::ProcessStarted(process)
        | Action::ProcessForked(process)
        | Action::ProcessObserved(process) => Some(process),
        _ => envelope.event.actor.as_deref(),
    }
}

fn evidence(envelope: &Envelope) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let mut push = |role, entity| evidence.push(Evidence { role, entity });
    let doer = doer(envelope);
    if let Some(process) = doer {
        push(EvidenceRole::Actor, entity(process));
    }
    match &envelope.event.action {
        Action::File(change) => {
            let file = |path: &Text| Entity::File { path: path.clone(), sha256: None };
            push(EvidenceRole::Impacted, file(&change.path));
            if let Some(previous) = &change.previous_path {
                push(EvidenceRole::Related, file(previous));
            }
        }
        Action::Connection(connection) => {
            let (ip, port) = (connection.remote.ip().to_canonical(), connection.remote.port());
            push(EvidenceRole::Impacted, Entity::Address { ip, port: Some(port) });
        }
        Action::ProcessStarted(process) => {
            let (path, sha256) = (process.image.clone(), sha256_of(process));
            push(EvidenceRole::Related, Entity::File { path, sha256 });
        }
        _ => {}
    }
    if let Some(parent) = doer.and_then(|process| parent(envelope, process)) {
        push(EvidenceRole::Related, parent);
    }
    if let Some(process) = doer {
        let (name, uid) = (user_name(process), process.user.uid);
        push(EvidenceRole::Related, Entity::User { name, uid });
    }
    evidence
}

fn entity(process: &Process) -> Entity {
    Entity::Process {
        key: process.key,
        image: process.image.clone(),
        command_line: process.command_line.clone(),
        user: Some(user_name(process)),
        sha256: sha256_of(process),
    }
}

/// The parent, from the event where it acted itself, otherwise as the child knew it.
fn parent(envelope: &Envelope, process: &Process) -> Option<Entity> {
    let key = process.parent?;
    let actor = envelope.event.actor.as_deref().filter(|actor| actor.key == key);
    if let Some(actor) = actor {
        return Some(entity(actor));
    }
    Some(Entity::Process {
        key,
        image: process.parent_image.clone()?,
        command_line: process.parent_command_line.clone().unwrap_or_default(),
        user: None,
        sha256: None,
    })
}

fn user_name(process: &Process) -> Text {
    process.user.name.clone().unwrap_or_else(|| process.user.uid.to_string().into())
}

fn sha256_of(process: &Process) -> Option<Text> {
    use std::fmt::Write as _;
    let digest = process.file?.sha256?;
    let mut hex = String::with_capacity(64);
    for byte in digest {
        // Writing to a String cannot fail.
        write!(hex, "{byte:02x}").ok()?;
    }
    Some(hex.into())
}
