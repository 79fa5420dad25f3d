//! One story: the alerts of an incident, and what they add up to.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bartizan_model::{
    Alert, AlertId, Entity, Incident, JoinReason, ProcessKey, Severity, Text, Timestamp,
};

/// Most alerts of one incident; the next one opens another.
pub const ALERTS_MAX: usize = 1_000;
/// A family that was silent for this long begins another incident.
pub const STORY_GAP_MAX: Duration = Duration::from_secs(7 * 24 * 3_600);

/// ATT&CK tactics in the order of an attack.
const TACTICS: &[&str] = &[
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "stealth",
    "defense-evasion",
    "defense-impairment",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
];
/// So many tactics, claimed by at least as many rules, make an attack of several stages, which is graver than its
/// gravest alert. A single rule may name many tactics; it shows one act.
const STAGES_OF_AN_ATTACK: usize = 3;

/// What a story keeps of an alert.
#[derive(Debug, Clone)]
struct Member {
    rule: Text,
    severity: Severity,
    title: Text,
    tactics: Vec<Text>,
    at: Timestamp,
}

/// An incident with what its alerts say.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    incident: Incident,
    members: BTreeMap<AlertId, Member>,
    /// Executable of the family's ancestor, for the title.
    image: Option<Text>,
    /// Executable that acted, for the title while nothing is known of the ancestor.
    acting_image: Option<Text>,
}

impl Story {
    /// A story that has no alert yet.
    pub(crate) const fn new(incident: Incident, image: Option<Text>) -> Self {
        Self { incident, members: BTreeMap::new(), image, acting_image: None }
    }

    pub(crate) const fn incident(&self) -> &Incident {
        &self.incident
    }

    /// The story begins earlier than was known: with this ancestor.
    pub(crate) fn begins_with(&mut self, ancestor: ProcessKey, image: Option<Text>) {
        self.incident.family = Some(ancestor);
        self.image = image.or_else(|| self.image.take());
    }

    /// Whether an alert at this time still belongs to the story.
    pub(crate) fn takes(&self, at: Timestamp) -> bool {
        self.members.len() < ALERTS_MAX
            && at.since(self.incident.last_at) <= STORY_GAP_MAX
            && self.incident.first_at.since(at) <= STORY_GAP_MAX
    }

    pub(crate) fn has(&self, alert: AlertId) -> bool {
        self.members.contains_key(&alert)
    }

    /// Take the alert in and make title, severity and times anew. `image` is the executable of the family's ancestor:
    /// after a restart the first alert that joins brings it back.
    pub(crate) fn join(&mut self, alert: &Alert, reason: JoinReason, image: Option<&Text>) {
        if self.image.is_none() {
            self.image = image.cloned();
        }
        self.remember(alert);
        self.incident.alerts.push((alert.id, reason));
        self.add_up();
    }

    /// An alert that is in the incident already, after a restart.
    pub(crate) fn remember(&mut self, alert: &Alert) {
        let member = Member {
            rule: alert.rule.clone(),
            severity: alert.severity,
            title: alert.title.clone(),
            tactics: alert.tactics.clone(),
            at: alert.event_at,
        };
        self.members.insert(alert.id, member);
        if self.acting_image.is_none() {
            self.acting_image = acting_image(alert);
        }
    }

    /// Everything that follows from the alerts alone, whatever their order.
    fn add_up(&mut self) {
        let seen: BTreeSet<&str> =
            self.members.values().flat_map(|member| &member.tactics).map(|t| &**t).collect();
        self.incident.tactics =
            TACTICS.iter().filter(|tactic| seen.contains(**tactic)).map(|t| (*t).into()).collect();
        if let Some(first) = self.members.values().map(|member| member.at).min() {
            self.incident.first_at = first;
        }
        if let Some(last) = self.members.values().map(|member| member.at).max() {
            self.incident.last_at = last;
        }
        let (severity, reason) = self.severity();
        self.incident.severity = severity;
        self.incident.severity_reason = reason.into();
        self.incident.title = self.title().into();
    }

    fn severity(&self) -> (Severity, String) {
        let Some(gravest) = self.gravest() else {
            return (Severity::Informational, String::new());
        };
        let because =
            format!("its gravest alert, “{}”, is {}", gravest.title, gravest.severity.word());
        let stages = self.stages();
        let raised = match gravest.severity {
            Severity::Low => Severity::Medium,
            Severity::Medium => Severity::High,
            Severity::High => Severity::Critical,
            other => other,
        };
        if stages.is_none() || raised == gravest.severity {
            return (gravest.severity, format!("{because}."));
        }
        (
            raised,
            format!(
                "{because}; raised to {} since {} stages of an attack are seen.",
                raised.word(),
                stages.unwrap_or_default()
            ),
        )
    }

    /// How many stages of an attack are seen, when it is one of several stages.
    fn stages(&self) -> Option<usize> {
        let tactics = self.incident.tactics.len();
        let rules: BTreeSet<&str> = self.members.values().map(|member| &*member.rule).collect();
        (tactics.min(rules.len()) >= STAGES_OF_AN_ATTACK).then_some(tactics)
    }

    /// The gravest alert; of several, the one that happened first.
    fn gravest(&self) -> Option<&Member> {
        self.members
            .iter()
            .max_by_key(|(id, m)| (m.severity, std::cmp::Reverse((m.at, **id))))
            .map(|(_, m)| m)
    }

    fn title(&self) -> String {
        let Some(gravest) = self.gravest() else { return String::new() };
        let device = &self.incident.device_name;
        let image = self.image.as_ref().or(self.acting_image.as_ref());
        let by = image.map(|image| {
            format!(" in the family of {}", image.rsplit('/').next().unwrap_or(image))
        });
        let by = by.unwrap_or_default();
        match (self.members.len(), self.incident.tactics.as_slice()) {
            (1, _) => format!("{} on {device}", gravest.title),
            (_, tactics) if self.stages().is_some() => {
                format!("Attack in several stages{by} on {device}: {}", listed(tactics))
            }
            (2, _) => format!("{} and 1 more alert{by} on {device}", gravest.title),
            (n, _) => format!("{} and {} more alerts{by} on {device}", gravest.title, n - 1),
        }
    }
}

/// "execution, persistence and command and control".
fn listed(tactics: &[Text]) -> String {
    let words: Vec<String> = tactics.iter().map(|tactic| tactic.replace('-', " ")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn acting_image(alert: &Alert) -> Option<Text> {
    alert.evidence.iter().find_map(|evidence| match &evidence.entity {
        Entity::Process { image, .. } => Some(image.clone()),
        _ => None,
    })
}
