//! The attack graph: who did what to what, each step with its time, so that it can be played.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_model::{
    Alert, AlertId, DeviceId, Entity, EvidenceRole, ProcessKey, Severity, Timestamp,
};

use crate::scene::{Said, Scene, Thing, file_name, of_entity};

/// So many things of one kind below one process become a group, when there are too many nodes.
const GROUP_FROM: usize = 4;
/// Longest line of ancestors that is drawn.
const ANCESTORS_MAX: usize = 32;

/// The attack graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Graph {
    /// Its nodes, by when each first plays a part.
    pub nodes: Vec<Node>,
    /// Its steps, by time.
    pub edges: Vec<Edge>,
    /// How many things are not shown, for want of room.
    pub hidden: u64,
}

/// A thing of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The thing.
    pub thing: Thing,
    /// What people call it.
    pub label: String,
    /// More of it.
    pub detail: String,
    /// The gravest alert about it.
    pub severity: Option<Severity>,
    /// When it first plays a part.
    pub first_at: Timestamp,
    /// The alerts about it.
    pub alerts: Vec<AlertId>,
    /// How many things it stands for.
    pub members: u64,
}

/// A step of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Who.
    pub from: Thing,
    /// To what.
    pub to: Thing,
    /// "started", "ran", "changed", "connected to" or "has".
    pub relation: &'static str,
    /// When.
    pub at: Timestamp,
    /// The alerts about this step.
    pub alerts: Vec<AlertId>,
}

/// The graph of a scene, with at most `most` nodes: things of one kind below one process are grouped when there
/// are more, and what still finds no room is counted.
pub fn graph(scene: &Scene<'_>, most: usize) -> Graph {
    let mut drawing = Drawing::default();
    for alert in scene.in_order() {
        drawing.alert(scene, alert);
    }
    drawing.roots(scene);
    if drawing.nodes.len() > most {
        drawing.group();
    }
    drawing.finish(most)
}

#[derive(Default)]
struct Drawing {
    nodes: BTreeMap<Thing, Node>,
    edges: BTreeMap<(Thing, Thing, &'static str), (Timestamp, Vec<AlertId>)>,
    users: BTreeMap<Thing, Said>,
}

impl Drawing {
    fn alert(&mut self, scene: &Scene<'_>, alert: &Alert) {
        let actor = alert.evidence.iter().find(|evidence| {
            evidence.role == EvidenceRole::Actor
                && matches!(evidence.entity, Entity::Process { .. })
        });
        let Some(actor) = actor.map(|evidence| of_entity(alert.device, &evidence.entity)) else {
            self.node(device(alert), alert, true);
            return;
        };
        let doer = actor.thing.clone();
        self.node(actor, alert, true);
        for evidence in &alert.evidence {
            let said = of_entity(alert.device, &evidence.entity);
            match (evidence.role, &evidence.entity) {
                (EvidenceRole::Impacted, Entity::File { .. }) => {
                    self.step(&doer, said, "changed", alert);
                }
                (EvidenceRole::Impacted, Entity::Address { .. }) => {
                    self.step(&doer, said, "connected to", alert);
                }
                (_, Entity::User { .. }) => {
                    self.users.entry(doer.clone()).or_insert(said);
                }
                (EvidenceRole::Related, Entity::Process { .. }) => {
                    let parent = said.thing.clone();
                    self.node(said, alert, false);
                    self.edge(&parent, &doer, "started", alert.event_at, None);
                }
                _ => {}
            }
        }
        if let Thing::Process(device, key) = doer {
            self.ancestors(scene, device, key);
        }
    }

    /// The known line from a process up to where its story begins.
    fn ancestors(&mut self, scene: &Scene<'_>, device: DeviceId, key: ProcessKey) {
        let mut child = key;
        for _ in 0..ANCESTORS_MAX {
            let Some(process) = scene.process(device, child) else { return };
            let Some(parent) = process.parent.and_then(|parent| scene.process(device, parent))
            else {
                return;
            };
            let (of, to) = (Thing::Process(device, parent.key), Thing::Process(device, child));
            self.nodes.entry(of.clone()).or_insert_with(|| Node {
                thing: of.clone(),
                label: file_name(&parent.image).to_owned(),
                detail: parent.command_line.to_string(),
                severity: None,
                first_at: parent.started_at,
                alerts: Vec::new(),
                members: 1,
            });
            self.edges.remove(&(of.clone(), to.clone(), "started"));
            self.edge(&of, &to, "started", process.started_at, None);
            child = parent.key;
        }
    }

    /// Who ran what nobody in the graph started, and where.
    fn roots(&mut self, scene: &Scene<'_>) {
        let started: BTreeSet<Thing> = self
            .edges
            .keys()
            .filter(|(_, _, relation)| *relation == "started")
            .map(|(_, to, _)| to.clone())
            .collect();
        let roots: Vec<(Thing, Timestamp)> = self
            .nodes
            .values()
            .filter(|node| {
                matches!(node.thing, Thing::Process(..)) && !started.contains(&node.thing)
            })
            .map(|node| (node.thing.clone(), node.first_at))
            .collect();
        for (root, at) in roots {
            let Thing::Process(of, key) = root else { continue };
            let name = scene.process(of, key).map(|process| {
                let user = &process.user;
                user.name.clone().unwrap_or_else(|| user.uid.to_string().into())
            });
            let user = match (name, self.users.get(&root)) {
                (Some(name), _) => Thing::User(of, name),
                (None, Some(said)) => said.thing.clone(),
                (None, None) => continue,
            };
            let Thing::User(_, name) = &user else { continue };
            let label = name.to_string();
            self.plain(user.clone(), label, at);
            self.edge(&user, &root, "ran", at, None);
            let machine = scene.alerts.iter().find(|alert| alert.device == of);
            if let Some(machine) = machine {
                self.plain(Thing::Device(of), machine.device_name.to_string(), at);
                self.edge(&Thing::Device(of), &user, "has", at, None);
            }
        }
    }

    fn step(&mut self, from: &Thing, said: Said, relation: &'static str, alert: &Alert) {
        let to = said.thing.clone();
        self.node(said, alert, true);
        self.edge(from, &to, relation, alert.event_at, Some(alert.id));
    }

    fn node(&mut self, said: Said, alert: &Alert, about: bool) {
        let node = self.nodes.entry(said.thing.clone()).or_insert_with(|| Node {
            thing: said.thing,
            label: said.label,
            detail: said.detail,
            severity: None,
            first_at: alert.event_at,
            alerts: Vec::new(),
            members: 1,
        });
        node.first_at = node.first_at.min(alert.event_at);
        if about {
            node.severity = node.severity.max(Some(alert.severity));
            if !node.alerts.contains(&alert.id) {
                node.alerts.push(alert.id);
            }
        }
    }

    fn plain(&mut self, thing: Thing, label: String, at: Timestamp) {
        let node = self.nodes.entry(thing.clone()).or_insert_with(|| Node {
            thing,
            label,
            detail: String::new(),
            severity: None,
            first_at: at,
            alerts: Vec::new(),
            members: 1,
        });
        node.first_at = node.first_at.min(at);
    }

    fn edge(
        &mut self,
        from: &Thing,
        to: &Thing,
        relation: &'static str,
        at: Timestamp,
        alert: Option<AlertId>,
    ) {
        let known = self.edges.entry((from.clone(), to.clone(), relation));
        let (first, alerts) = known.or_insert_with(|| (at, Vec::new()));
        *first = (*first).min(at);
        alerts.extend(alert.filter(|alert| !alerts.contains(alert)));
    }

    /// Things of one kind that one process did the same to become one node.
    fn group(&mut self) {
        let mut alike: BTreeMap<(Thing, &'static str), Vec<Thing>> = BTreeMap::new();
        for (from, to, relation) in self.edges.keys() {
            let leaf = !self.edges.keys().any(|(of, _, _)| of == to);
            let only = self.edges.keys().filter(|(_, other, _)| other == to).count() == 1;
            if leaf && only && matches!(relation, &"changed" | &"connected to" | &"started") {
                alike.entry((from.clone(), to.kind())).or_default().push(to.clone());
            }
        }
        for ((from, kind), members) in alike {
            if members.len() >= GROUP_FROM {
                self.merge(&from, kind, &members);
            }
        }
    }

    fn merge(&mut self, from: &Thing, kind: &'static str, members: &[Thing]) {
        let Thing::Process(device, key) = *from else { return };
        let thing = Thing::Group(device, key, kind);
        let gone: Vec<Node> =
            members.iter().filter_map(|member| self.nodes.remove(member)).collect();
        let Some(first_at) = gone.iter().map(|node| node.first_at).min() else { return };
        let plural = match kind {
            "address" => "addresses",
            "process" => "processes",
            _ => "files",
        };
        let labels: Vec<&str> = gone.iter().take(5).map(|node| node.label.as_str()).collect();
        let mut alerts: Vec<AlertId> = gone.iter().flat_map(|node| node.alerts.clone()).collect();
        alerts.sort();
        alerts.dedup();
        let node = Node {
            label: format!("{} {plural}", gone.len()),
            detail: labels.join(", "),
            severity: gone.iter().filter_map(|node| node.severity).max(),
            first_at,
            alerts: alerts.clone(),
            members: u64::try_from(gone.len()).unwrap_or(u64::MAX),
            thing: thing.clone(),
        };
        self.nodes.insert(thing.clone(), node);
        let relation = match kind {
            "address" => "connected to",
            "process" => "started",
            _ => "changed",
        };
        self.edges.retain(|(_, to, _), _| !members.contains(to));
        self.edges.insert((from.clone(), thing, relation), (first_at, alerts));
    }

    fn finish(self, most: usize) -> Graph {
        let mut nodes: Vec<Node> = self.nodes.into_values().collect();
        // What alerts are about is kept before what only leads to it.
        nodes.sort_by(|a, b| {
            (b.severity, a.first_at, &a.thing).cmp(&(a.severity, b.first_at, &b.thing))
        });
        let hidden = nodes.len().saturating_sub(most);
        nodes.truncate(most);
        nodes.sort_by(|a, b| (a.first_at, &a.thing).cmp(&(b.first_at, &b.thing)));
        let shown: BTreeSet<&Thing> = nodes.iter().map(|node| &node.thing).collect();
        let edges = self
            .edges
            .into_iter()
            .filter(|((from, to, _), _)| shown.contains(from) && shown.contains(to));
        let mut edges: Vec<Edge> = edges
            .map(|((from, to, relation), (at, alerts))| Edge { from, to, relation, at, alerts })
            .collect();
        edges.sort_by(|a, b| (a.at, &a.from, &a.to).cmp(&(b.at, &b.from, &b.to)));
        Graph { nodes, edges, hidden: u64::try_from(hidden).unwrap_or(u64::MAX) }
    }
}

fn device(alert: &Alert) -> Said {
    Said {
        thing: Thing::Device(alert.device),
        label: alert.device_name.to_string(),
        detail: String::new(),
        sha256: None,
    }
}
