//! A known value was seen: the alert that is made of it.

use bartizan_detection::{doer, evidence};
use bartizan_incident::INDICATOR_RULES;
use bartizan_indicator::{Indicator, IndicatorSet, Kind, Seen, Sighted, observables};
use bartizan_model::{
    Alert, AlertId, DeviceId, Envelope, EventId, Evidence, MatchedField, ProcessKey, TenantId,
    Text, Timestamp,
};

/// The alerts that an event raises by the indicators it shows.
pub(crate) fn sightings(set: &IndicatorSet, envelope: &Envelope, now: Timestamp) -> Vec<Alert> {
    let at = envelope.event.at;
    let found = observables(envelope).filter_map(|sighted| {
        let found = set.find(sighted.seen, at, envelope.device, &[])?;
        Some(alert(found.indicator, sighted, envelope, now))
    });
    found.collect()
}

/// A value in an event that is only remembered as a row.
#[derive(Debug, Clone)]
pub struct Remembered {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub device: DeviceId,
    /// The machine's name.
    pub device_name: Text,
    /// Which event.
    pub event: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The process it is about.
    pub process: Option<ProcessKey>,
    /// What the row names.
    pub evidence: Vec<Evidence>,
    /// The column the value stands in.
    pub field: &'static str,
    /// The value.
    pub value: Text,
}

/// The alert about a value that was seen before it was known to be bad.
pub fn remembered_sighting(indicator: &Indicator, seen: Remembered, now: Timestamp) -> Alert {
    let rule = sighting_rule(indicator);
    let (tactic, technique) = meaning(indicator.kind());
    Alert {
        id: AlertId::of(seen.tenant, seen.device, &rule, seen.event),
        tenant: seen.tenant,
        device: seen.device,
        device_name: seen.device_name,
        title: sighting_title(indicator),
        description: description(indicator),
        severity: indicator.severity,
        tactics: vec![tactic.into()],
        techniques: vec![technique.into()],
        triage: vec![
            "See what the source says of the value, and how old that is.".into(),
            "Look at the process that showed it and what else its family did.".into(),
        ],
        event: seen.event,
        event_at: seen.at,
        raised_at: now,
        process: seen.process,
        family: None,
        evidence: seen.evidence,
        matched: vec![MatchedField {
            selection: "indicator".into(),
            field: seen.field.into(),
            value: seen.value,
            pattern: format!("{} {}", indicator.kind().word(), indicator.value).into(),
        }],
        incident: None,
        rule,
    }
}

fn alert(
    indicator: &Indicator,
    sighted: Sighted<'_>,
    envelope: &Envelope,
    now: Timestamp,
) -> Alert {
    let seen = Remembered {
        tenant: envelope.tenant,
        device: envelope.device,
        device_name: envelope.device_name.clone(),
        event: envelope.event.id,
        at: envelope.event.at,
        process: doer(envelope).map(|process| process.key),
        evidence: evidence(envelope),
        field: sighted.field,
        value: shown(sighted.seen, indicator).into(),
    };
    remembered_sighting(indicator, seen, now)
}

/// How alerts name an indicator as their rule.
pub fn sighting_rule(indicator: &Indicator) -> Text {
    format!("{INDICATOR_RULES}{}", indicator.id).into()
}

/// What a sighting is called.
fn sighting_title(indicator: &Indicator) -> Text {
    format!("Indicator seen: {}", indicator.title).into()
}

fn description(indicator: &Indicator) -> Text {
    let (kind, value, source) = (indicator.kind().word(), &indicator.value, &indicator.source);
    let said = if indicator.description.is_empty() { "" } else { " It says: " };
    format!("The {kind} {value} is known from {source}.{said}{}", indicator.description).into()
}

fn shown(seen: Seen<'_>, indicator: &Indicator) -> String {
    match seen {
        Seen::Address(address) => address.to_canonical().to_string(),
        Seen::Host(text) | Seen::Url(text) => text.to_owned(),
        // A digest is only found as a whole.
        Seen::Md5(_) | Seen::Sha1(_) | Seen::Sha256(_) => indicator.value.to_string(),
    }
}

const fn meaning(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 => ("execution", "T1204.002"),
        Kind::Address | Kind::Network | Kind::Domain | Kind::Url => {
            ("command-and-control", "T1071")
        }
    }
}
