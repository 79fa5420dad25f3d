//! What an incident's alerts name, each thing once: the ground for its graph, its words and its evidence table.

use std::{collections::BTreeMap, fmt, net::IpAddr};

use bartizan_model::{
    Alert, AlertId, DeviceId, Entity, EvidenceRole, Process, ProcessKey, Severity, Text, Timestamp,
};

/// A thing that alerts name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A device.
    Device(DeviceId),
    /// An account on a device.
    User(DeviceId, Text),
    /// A process on a device.
    Process(DeviceId, ProcessKey),
    /// A file, by its path, on a device.
    File(DeviceId, Text),
    /// A network address.
    Address(IpAddr),
    /// Several things of one kind below one process.
    Group(DeviceId, ProcessKey, &'static str),
}

impl Thing {
    /// The word for what it is.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Device(_) => "device",
            Self::User(..) => "user",
            Self::Process(..) => "process",
            Self::File(..) => "file",
            Self::Address(_) => "address",
            Self::Group(..) => "group",
        }
    }
}

/// By this name it is known within an incident.
impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(device) => write!(f, "device {device}"),
            Self::User(device, name) => write!(f, "user {device} {name}"),
            Self::Process(device, key) => write!(f, "process {device} {key}"),
            Self::File(device, path) => write!(f, "file {device} {path}"),
            Self::Address(ip) => write!(f, "address {ip}"),
            Self::Group(device, key, kind) => write!(f, "group {device} {key} {kind}"),
        }
    }
}

/// What an incident's alerts are about, and what is known of the processes they name.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The alerts, in any order.
    pub alerts: &'a [Alert],
    /// Processes of the story and their ancestors, as far as known.
    pub processes: &'a [(DeviceId, Process)],
}

/// A thing that an incident's alerts name, and what they say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The thing.
    pub thing: Thing,
    /// What people call it.
    pub label: String,
    /// More of it: a command line, a path.
    pub detail: String,
    /// SHA-256, of a file or of a process's executable.
    pub sha256: Option<Text>,
    /// The gravest alert that names it as what acted or what was acted on.
    pub severity: Option<Severity>,
    /// When it first plays a part.
    pub first_at: Timestamp,
    /// When it last does.
    pub last_at: Timestamp,
    /// The alerts that name it.
    pub alerts: Vec<AlertId>,
    /// The parts it plays.
    pub roles: Vec<EvidenceRole>,
}

impl Scene<'_> {
    /// The alerts in the order of what happened.
    pub(crate) fn in_order(&self) -> Vec<&Alert> {
        let mut alerts: Vec<&Alert> = self.alerts.iter().collect();
        alerts.sort_by_key(|alert| (alert.event_at, alert.id));
        alerts
    }

    /// What is known of a process.
    pub(crate) fn process(&self, device: DeviceId, key: ProcessKey) -> Option<&Process> {
        let known = self.processes.iter().find(|(of, process)| *of == device && process.key == key);
        known.map(|(_, process)| process)
    }

    /// Everything that the alerts name, each once, by when it first plays a part.
    pub fn evidence(&self) -> Vec<Named> {
        let mut named: BTreeMap<Thing, Named> = BTreeMap::new();
        for alert in self.in_order() {
            note(&mut named, alert, EvidenceRole::Related, device(alert));
            for evidence in &alert.evidence {
                note(&mut named, alert, evidence.role, of_entity(alert.device, &evidence.entity));
            }
        }
        let mut all: Vec<Named> = named.into_values().collect();
        all.sort_by(|a, b| (a.first_at, &a.thing).cmp(&(b.first_at, &b.thing)));
        all
    }
}

/// What is said of a thing in one place.
pub(crate) struct Said {
    pub(crate) thing: Thing,
    pub(crate) label: String,
    pub(crate) detail: String,
    pub(crate) sha256: Option<Text>,
}

fn device(alert: &Alert) -> Said {
    Said {
        thing: Thing::Device(alert.device),
        label: alert.device_name.to_string(),
        detail: String::new(),
        sha256: None,
    }
}

pub(crate) fn of_entity(device: DeviceId, entity: &Entity) -> Said {
    match entity {
        Entity::Process { key, image, command_line, sha256, .. } => Said {
            thing: Thing::Process(device, *key),
            label: file_name(image).to_owned(),
            detail: command_line.to_string(),
            sha256: sha256.clone(),
        },
        Entity::File { path, sha256 } => Said {
            thing: Thing::File(device, path.clone()),
            label: file_name(path).to_owned(),
            detail: path.to_string(),
            sha256: sha256.clone(),
        },
        Entity::Address { ip, port } => Said {
            thing: Thing::Address(*ip),
            label: ip.to_string(),
            detail: port.map_or_else(String::new, |port| format!("port {port}")),
            sha256: None,
        },
        Entity::User { name, uid } => Said {
            thing: Thing::User(device, name.clone()),
            label: name.to_string(),
            detail: format!("user id {uid}"),
            sha256: None,
        },
    }
}

fn note(named: &mut BTreeMap<Thing, Named>, alert: &Alert, role: EvidenceRole, said: Said) {
    let about = named.entry(said.thing.clone()).or_insert_with(|| Named {
        thing: said.thing,
        label: said.label,
        detail: said.detail,
        sha256: None,
        severity: None,
        first_at: alert.event_at,
        last_at: alert.event_at,
        alerts: Vec::new(),
        roles: Vec::new(),
    });
    about.last_at = about.last_at.max(alert.event_at);
    about.sha256 = about.sha256.take().or(said.sha256);
    if role != EvidenceRole::Related {
        about.severity = about.severity.max(Some(alert.severity));
    }
    if !about.alerts.contains(&alert.id) {
        about.alerts.push(alert.id);
    }
    if !about.roles.contains(&role) {
        about.roles.push(role);
    }
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(path)
}
