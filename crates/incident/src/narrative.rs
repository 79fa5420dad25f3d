//! The story of an incident in words, made from its evidence and from nothing else. Every sentence says from
//! which alerts it is.

use bartizan_model::{Alert, AlertId, Entity, EvidenceRole, Incident, Severity, Text, Timestamp};

use crate::scene::{Scene, Thing, file_name, of_entity};

/// Most sentences of a story; of the rest it is said how many there are.
const SENTENCES_MAX: usize = 60;
/// Longest command line that is told.
const LINE_MAX: usize = 160;

/// A sentence of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// When it happened.
    pub at: Timestamp,
    /// Its words and the things it names.
    pub parts: Vec<Part>,
    /// The alerts it is from.
    pub alerts: Vec<AlertId>,
    /// The gravest of those.
    pub severity: Option<Severity>,
}

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words.
    Words(String),
    /// What a program was told to do, as it stood there.
    Code(String),
    /// A thing, by its name.
    Thing(Thing, String),
    /// An alert, by its title.
    Alert(AlertId, String),
}

impl Sentence {
    /// The sentence without its links.
    pub fn text(&self) -> String {
        let words = self.parts.iter().map(|part| match part {
            Part::Words(text) | Part::Thing(_, text) => text.clone(),
            Part::Code(text) => format!("`{text}`"),
            Part::Alert(_, title) => format!("“{title}”"),
        });
        words.collect()
    }
}

/// The story of an incident: what it is in one sentence, then what happened, in order.
pub fn narrate(incident: &Incident, scene: &Scene<'_>) -> Vec<Sentence> {
    let alerts = scene.in_order();
    let mut told = vec![summary(incident, scene, &alerts)];
    let mut rest = alerts.as_slice();
    while let Some(first) = rest.first() {
        // What several rules say of one event is one sentence; so is the same thing said again and again.
        let same = rest.iter().take_while(|alert| alike(first, alert)).count().max(1);
        let (group, others) = rest.split_at(same);
        if told.len() > SENTENCES_MAX {
            told.push(left_out(first.event_at, rest));
            break;
        }
        told.push(sentence(scene, group));
        rest = others;
    }
    told
}

fn alike(first: &Alert, other: &Alert) -> bool {
    let same_event = first.event == other.event && first.device == other.device;
    let same_act = first.rule == other.rule
        && first.process == other.process
        && first.device == other.device
        && object(first).map(|(relation, _, _)| relation)
            == object(other).map(|(relation, _, _)| relation);
    same_event || same_act
}

fn summary(incident: &Incident, scene: &Scene<'_>, alerts: &[&Alert]) -> Sentence {
    let mut devices: Vec<(Thing, String)> = Vec::new();
    for alert in alerts {
        let device = (Thing::Device(alert.device), alert.device_name.to_string());
        if !devices.contains(&device) {
            devices.push(device);
        }
    }
    let span = incident.last_at.since(incident.first_at).as_secs();
    let within = match span {
        0..=1 => "at one moment".to_owned(),
        2..=119 => format!("within {span} seconds"),
        120..=7_199 => format!("within {} minutes", span / 60),
        7_200..=172_799 => format!("within {} hours", span / 3_600),
        _ => format!("within {} days", span / 86_400),
    };
    let mut parts = vec![Part::Words(format!("{} on ", counted(alerts.len(), "alert")))];
    push_list(
        &mut parts,
        devices.into_iter().map(|(thing, name)| Part::Thing(thing, name)).collect(),
    );
    parts.push(Part::Words(format!(" {within}")));
    if let Some((first, image)) = beginning(incident, scene) {
        parts.push(Part::Words(", all from what ".to_owned()));
        parts.push(Part::Thing(first, image));
        parts.push(Part::Words(" did".to_owned()));
    }
    if !incident.tactics.is_empty() {
        let tactics: Vec<String> = incident.tactics.iter().map(|t| t.replace('-', " ")).collect();
        parts.push(Part::Words(format!(". Stages of an attack seen: {}", tactics.join(", "))));
    }
    parts.push(Part::Words(".".to_owned()));
    Sentence {
        at: incident.first_at,
        parts,
        alerts: alerts.iter().map(|alert| alert.id).collect(),
        severity: Some(incident.severity),
    }
}

/// The process with which all of it begins, if it is all one family's.
fn beginning(incident: &Incident, scene: &Scene<'_>) -> Option<(Thing, String)> {
    let family = incident.family?;
    let one = scene.alerts.iter().all(|alert| {
        alert.device == incident.device && alert.family.is_none_or(|other| other == family)
    });
    let process = scene.process(incident.device, family)?;
    let name = format!("{} ({})", file_name(&process.image), family.pid);
    one.then_some((Thing::Process(incident.device, family), name))
}

fn sentence(scene: &Scene<'_>, group: &[&Alert]) -> Sentence {
    let mut parts = Vec::new();
    if let Some(first) = group.first() {
        act(scene, first, group, &mut parts);
    }
    let mut titles: Vec<(AlertId, &Text, Severity)> = Vec::new();
    for alert in group {
        if titles.iter().all(|(_, title, _)| **title != alert.title) {
            titles.push((alert.id, &alert.title, alert.severity));
        }
    }
    parts.push(Part::Words(": ".to_owned()));
    let mut named = Vec::new();
    for (id, title, severity) in titles {
        named.push((Part::Alert(id, title.to_string()), format!(" ({})", severity.word())));
    }
    let last = named.len().saturating_sub(1);
    for (index, (alert, severity)) in named.into_iter().enumerate() {
        if index > 0 {
            parts.push(Part::Words(if index == last { " and " } else { ", " }.to_owned()));
        }
        parts.push(alert);
        parts.push(Part::Words(severity));
    }
    parts.push(Part::Words(".".to_owned()));
    Sentence {
        at: group.first().map_or(Timestamp::default(), |alert| alert.event_at),
        parts,
        alerts: group.iter().map(|alert| alert.id).collect(),
        severity: group.iter().map(|alert| alert.severity).max(),
    }
}

/// Who did what to what.
fn act(scene: &Scene<'_>, alert: &Alert, group: &[&Alert], parts: &mut Vec<Part>) {
    let several = scene.alerts.iter().any(|other| other.device != alert.device);
    if several {
        parts.push(Part::Words("On ".to_owned()));
        parts.push(Part::Thing(Thing::Device(alert.device), alert.device_name.to_string()));
        parts.push(Part::Words(", ".to_owned()));
    }
    let Some((actor, line, user)) = actor(alert) else {
        let words = if several { "this was seen" } else { "This was seen" };
        parts.push(Part::Words(words.to_owned()));
        return;
    };
    let as_user = user.map(|name| Thing::User(alert.device, name));
    match object(alert) {
        Some((relation, thing, label)) => {
            parts.push(actor);
            as_whom(as_user, parts);
            parts.push(Part::Words(format!(" {relation} ")));
            let mut things = vec![Part::Thing(thing, label)];
            for other in group {
                if let Some((_, thing, label)) = object(other)
                    && !things.contains(&Part::Thing(thing.clone(), label.clone()))
                {
                    things.push(Part::Thing(thing, label));
                }
            }
            let more = things.len().saturating_sub(3);
            things.truncate(3);
            push_list(parts, things);
            if more > 0 {
                parts.push(Part::Words(format!(" and {more} more")));
            }
        }
        None => {
            if let Some(parent) = parent(alert) {
                parts.push(parent);
                parts.push(Part::Words(" started ".to_owned()));
                parts.push(actor);
            } else {
                parts.push(actor);
                parts.push(Part::Words(" ran".to_owned()));
            }
            as_whom(as_user, parts);
            if !line.is_empty() {
                parts.push(Part::Words(" with ".to_owned()));
                parts.push(Part::Code(line));
            }
        }
    }
    let times = group.iter().filter(|other| other.event != alert.event).count();
    if times > 0 && object(alert).is_none() {
        parts.push(Part::Words(format!(", {} times in all", times + 1)));
    }
}

fn as_whom(user: Option<Thing>, parts: &mut Vec<Part>) {
    if let Some(Thing::User(device, name)) = user {
        parts.push(Part::Words(" as ".to_owned()));
        let label = name.to_string();
        parts.push(Part::Thing(Thing::User(device, name), label));
    }
}

fn actor(alert: &Alert) -> Option<(Part, String, Option<Text>)> {
    alert.evidence.iter().find_map(|evidence| match &evidence.entity {
        Entity::Process { key, image, command_line, user, .. }
            if evidence.role == EvidenceRole::Actor =>
        {
            let name = format!("{} ({})", file_name(image), key.pid);
            let part = Part::Thing(Thing::Process(alert.device, *key), name);
            Some((part, shortened(command_line), user.clone()))
        }
        _ => None,
    })
}

fn parent(alert: &Alert) -> Option<Part> {
    alert.evidence.iter().find_map(|evidence| match &evidence.entity {
        Entity::Process { key, image, .. } if evidence.role == EvidenceRole::Related => {
            let name = format!("{} ({})", file_name(image), key.pid);
            Some(Part::Thing(Thing::Process(alert.device, *key), name))
        }
        _ => None,
    })
}

/// What was done to what, when it was done to something.
fn object(alert: &Alert) -> Option<(&'static str, Thing, String)> {
    let impacted = alert.evidence.iter().filter(|e| e.role == EvidenceRole::Impacted);
    impacted.into_iter().find_map(|evidence| {
        let said = of_entity(alert.device, &evidence.entity);
        match &evidence.entity {
            Entity::File { path, .. } => Some(("changed", said.thing, path.to_string())),
            Entity::Address { ip, port } => {
                let label = match (port, ip.is_ipv6()) {
                    (Some(port), true) => format!("[{ip}]:{port}"),
                    (Some(port), false) => format!("{ip}:{port}"),
                    (None, _) => ip.to_string(),
                };
                Some(("connected to", said.thing, label))
            }
            _ => None,
        }
    })
}

fn left_out(at: Timestamp, rest: &[&Alert]) -> Sentence {
    let words = format!("{} more follow.", counted(rest.len(), "alert"));
    Sentence {
        at,
        parts: vec![Part::Words(words)],
        alerts: rest.iter().map(|alert| alert.id).collect(),
        severity: rest.iter().map(|alert| alert.severity).max(),
    }
}

fn push_list(parts: &mut Vec<Part>, things: Vec<Part>) {
    let last = things.len().saturating_sub(1);
    for (index, thing) in things.into_iter().enumerate() {
        if index > 0 {
            parts.push(Part::Words(if index == last { " and " } else { ", " }.to_owned()));
        }
        parts.push(thing);
    }
}

fn counted(many: usize, what: &str) -> String {
    if many == 1 { format!("1 {what}") } else { format!("{many} {what}s") }
}

fn shortened(line: &str) -> String {
    if line.chars().count() <= LINE_MAX {
        return line.to_owned();
    }
    let mut short: String = line.chars().take(LINE_MAX).collect();
    short.push('…');
    short
}
