//! One story: the alerts of an incident, and what they add up to.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bartizan_model::{
    Alert, AlertId, DeviceId, Entity, Incident, JoinReason, ProcessKey, Severity, Text, Tie,
    Timestamp,
};

use crate::priority::INDICATOR_RULES;

/// Most alerts of one incident; the next one opens another.
pub const ALERTS_MAX: usize = 1_000;
/// A family that was silent for this long begins another incident.
pub const STORY_GAP_MAX: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Most ties of one incident; further ones are not taken.
const TIES_MAX: usize = 256;

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
    device: DeviceId,
    device_name: Text,
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

    /// Whether both can be one: not too many alerts, not too far apart in time, and people neither gave them to
    /// different people, said different things of them, nor put them together by hand.
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        let (one, two) = (&self.incident, &other.incident);
        let apart = matches!((&one.assigned_to, &two.assigned_to), (Some(a), Some(b)) if a != b)
            || one.classification != two.classification
            || self.by_hand()
            || other.by_hand();
        !apart
            && self.members.len() + other.members.len() <= ALERTS_MAX
            && one.first_at.since(two.last_at) <= STORY_GAP_MAX
            && two.first_at.since(one.last_at) <= STORY_GAP_MAX
    }

    /// People moved alerts into it.
    pub(crate) fn by_hand(&self) -> bool {
        self.incident.alerts.iter().any(|(_, reason)| matches!(reason, JoinReason::Moved { .. }))
    }

    /// How many tactics there would be with these.
    pub(crate) fn tactics_with(&self, others: &[Text]) -> usize {
        let all: BTreeSet<&str> =
            self.incident.tactics.iter().chain(others).map(|tactic| &**tactic).collect();
        all.len()
    }

    /// Executable of the family's ancestor, as far as known.
    pub(crate) fn image(&self) -> Text {
        self.image.clone().unwrap_or_default()
    }

    /// By these, too, alerts join it.
    pub(crate) fn tie(&mut self, ties: impl IntoIterator<Item = Tie>) {
        for tie in ties {
            if self.incident.ties.len() < TIES_MAX {
                self.incident.ties.insert(tie);
            }
        }
    }

    /// Take in another story; what opened it is here for this reason.
    pub(crate) fn absorb(&mut self, other: Self, reason: &JoinReason) {
        for (alert, why) in other.incident.alerts {
            let why = if why == JoinReason::Opened { reason.clone() } else { why };
            self.incident.alerts.push((alert, why));
        }
        self.members.extend(other.members);
        self.tie(other.incident.ties);
        self.image = self.image.take().or(other.image);
        self.acting_image = self.acting_image.take().or(other.acting_image);
        self.add_up();
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
            device: alert.device,
            device_name: alert.device_name.clone(),
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

    /// "web-1", "web-1 and web-2", "web-1 and 2 more devices": the first that is named first.
    fn devices(&self) -> String {
        let mut names: BTreeMap<DeviceId, (Timestamp, &Text)> = BTreeMap::new();
        for member in self.members.values() {
            let known = names.entry(member.device).or_insert((member.at, &member.device_name));
            if (member.at, &member.device_name) < *known {
                *known = (member.at, &member.device_name);
            }
        }
        let mut names: Vec<(Timestamp, &Text)> = names.into_values().collect();
        names.sort();
        match names.as_slice() {
            [] => self.incident.device_name.to_string(),
            [(_, only)] => only.to_string(),
            [(_, first), (_, second)] => format!("{first} and {second}"),
            [(_, first), rest @ ..] => format!("{first} and {} more devices", rest.len()),
        }
    }

    /// The devices of its alerts.
    pub(crate) fn all_devices(&self) -> Vec<(DeviceId, Text)> {
        let members = self.members.values();
        let all: BTreeMap<DeviceId, Text> =
            members.map(|member| (member.device, member.device_name.clone())).collect();
        all.into_iter().collect()
    }

    /// The titles of its alerts that say a known indicator was seen, each once.
    pub(crate) fn indicators(&self) -> Vec<Text> {
        let members = self.members.values();
        let seen = members.filter(|member| member.rule.starts_with(INDICATOR_RULES));
        let titles: BTreeSet<Text> = seen.map(|member| member.title.clone()).collect();
        titles.into_iter().collect()
    }

    fn families(&self) -> usize {
        let ties = self.incident.ties.iter();
        ties.filter(|tie| matches!(tie, Tie::Family { .. })).count()
    }

    fn title(&self) -> String {
        let Some(gravest) = self.gravest() else { return String::new() };
        let device = self.devices();
        let image = self.image.as_ref().or(self.acting_image.as_ref());
        let image = image.filter(|image| !image.is_empty() && self.families() <= 1);
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
