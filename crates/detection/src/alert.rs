//! From a match to an alert: who did what to what, with the rule's own words.

use std::time::Duration;

use bartizan_model::{
    Action, Alert, AlertId, DeviceId, Entity, Envelope, Evidence, EvidenceRole, MatchedField,
    Process, Severity, TenantId, Text, Timestamp,
};
use bartizan_sigma::{Correlation, CorrelationKind, Fired, Level, Rule, Threshold};

use crate::{Clue, Detection};

/// Most things that an alert of several events names.
const EVIDENCE_MAX: usize = 100;
/// How far ahead of the server a device's clock may run.
const AHEAD_MAX: Duration = Duration::from_secs(300);
/// Most fields that such an alert shows.
const MATCHED_MAX: usize = 100;

/// The alert that a detection makes of an event. Family and incident are decided later.
pub(crate) fn alert(detection: &Detection<'_>, envelope: &Envelope, now: Timestamp) -> Alert {
    let event = &envelope.event;
    Alert {
        device_name: envelope.device_name.clone(),
        event_at: event.at,
        process: doer(envelope).map(|process| process.key),
        evidence: evidence(envelope),
        matched: detection.matched.clone(),
        ..claim(detection.rule, envelope.tenant, envelope.device, event.id, now)
    }
}

/// What a match contributes to correlations: all that an alert made of several would need of it.
pub(crate) fn clue(
    detection: &Detection<'_>,
    envelope: &Envelope,
    fields: Vec<(String, String)>,
    lasts: Duration,
) -> Clue {
    // A clock that runs ahead must not make what others tell come too late.
    let at = envelope.event.at.min(envelope.received_at.plus(AHEAD_MAX));
    Clue {
        rule: detection.rule.name().into(),
        title: detection.rule.title.as_str().into(),
        device: envelope.device,
        device_name: envelope.device_name.clone(),
        event: envelope.event.id,
        at,
        until: at.plus(lasts),
        process: doer(envelope).map(|process| process.key),
        fields,
        evidence: evidence(envelope),
        matched: detection.matched.clone(),
    }
}

/// The alert that a correlation makes of its clues: about the event that completed it, with the evidence of all.
pub(crate) fn of_many(
    correlation: &Correlation,
    fired: &Fired<std::sync::Arc<Clue>>,
    tenant: TenantId,
    now: Timestamp,
) -> Option<Alert> {
    let completing = fired.parts.iter().find(|part| part.event == fired.event);
    let last = &completing.or(fired.parts.last())?.payload;
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut matched = vec![together(correlation, fired)];
    // The completing event first: it is what the alert is about.
    let others =
        fired.parts.iter().map(|part| &part.payload).filter(|clue| clue.event != last.event);
    for clue in std::iter::once(last).chain(others) {
        for piece in &clue.evidence {
            let known = evidence.iter().any(|other| says(&other.entity, &piece.entity));
            if !known && evidence.len() < EVIDENCE_MAX {
                evidence.push(piece.clone());
            }
        }
        for field in &clue.matched {
            if matched.len() < MATCHED_MAX {
                let selection = format!("{}: {}", clue.title, field.selection).into();
                matched.push(MatchedField { selection, ..field.clone() });
            }
        }
    }
    Some(Alert {
        device_name: last.device_name.clone(),
        event_at: last.at,
        process: last.process,
        evidence,
        matched,
        ..claim(&correlation.about, tenant, last.device, last.event, now)
    })
}

/// Whether what is known of a thing says all that another mention of it says.
fn says(known: &Entity, other: &Entity) -> bool {
    match (known, other) {
        (Entity::File { path, .. }, Entity::File { path: same, sha256: None }) => path == same,
        (known, other) => known == other,
    }
}

/// What the events have in common, and how much of it there was.
fn together(correlation: &Correlation, fired: &Fired<std::sync::Arc<Clue>>) -> MatchedField {
    let fields: Vec<&str> = fired.group.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<&str> = fired.group.iter().map(|(_, value)| value.as_str()).collect();
    let seconds = correlation.timespan.as_secs();
    let asked = match &correlation.kind {
        CorrelationKind::EventCount(threshold) => counted(threshold, "events"),
        CorrelationKind::ValueCount(names, threshold) => {
            counted(threshold, &format!("different {}", names.join(" and ")))
        }
        CorrelationKind::Value(_, name, threshold) => format!("{name} {threshold}"),
        CorrelationKind::Regularity(_, threshold) => {
            format!("times between them spread by {threshold} % of their mean")
        }
        CorrelationKind::Temporal(_) => "all together".to_owned(),
        CorrelationKind::TemporalOrdered(_) => "one after another".to_owned(),
    };
    MatchedField {
        selection: "together".into(),
        field: fields.join(", ").into(),
        value: values.join(", ").into(),
        pattern: format!(
            "{} events within {seconds} s: {asked} (measured: {})",
            fired.events, fired.measured
        )
        .into(),
    }
}

fn counted(threshold: &Threshold, of: &str) -> String {
    format!("{threshold} {of}")
}

/// An alert by this rule about this event, as far as the rule says it.
fn claim(
    rule: &Rule,
    tenant: TenantId,
    device: DeviceId,
    event: bartizan_model::EventId,
    now: Timestamp,
) -> Alert {
    let name = rule.name();
    Alert {
        id: AlertId::of(tenant, device, name, event),
        tenant,
        device,
        device_name: Text::from(""),
        rule: name.into(),
        title: rule.title.as_str().into(),
        description: rule.description.trim().into(),
        severity: severity(rule.level),
        tactics: rule.tactics.iter().map(|tactic| Text::from(*tactic)).collect(),
        techniques: rule.techniques.iter().map(|t| Text::from(t.as_str())).collect(),
        triage: rule.triage.iter().map(|step| Text::from(step.as_str())).collect(),
        event,
        event_at: now,
        raised_at: now,
        process: None,
        family: None,
        evidence: Vec::new(),
        matched: Vec::new(),
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
pub fn doer(envelope: &Envelope) -> Option<&Process> {
    match &envelope.event.action {
        Action::ProcessStarted(process)
        | Action::ProcessForked(process)
        | Action::ProcessObserved(process) => Some(process),
        _ => envelope.event.actor.as_deref(),
    }
}

/// The things an event names, with the part each plays.
pub fn evidence(envelope: &Envelope) -> Vec<Evidence> {
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
        Action::Connection(connection) if !connection.remote.ip().is_unspecified() => {
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
