//! All rules compiled into one machine that asks each distinct question at most once per event.
//!
//! Equal predicates and equal groups of predicates are one node, whichever rules they come from. A [`Route`] is the
//! part of the machine that concerns one kind of event: its literals in tables (see `index`), and the network they lead
//! into (see `network`), so that an event costs what it contains and not what the rules are.

use rustc_hash::FxHashMap;

use crate::condition::Condition;
use crate::event::{FieldId, FieldNames, Fields, JsonEvent, JsonReader};
use crate::predicate::Term;
use crate::rule::{LogSource, Rule};

mod evaluate;
mod evidence;
mod index;
mod network;
mod probe;
mod program;
#[cfg(test)]
mod tests;

use evaluate::Evaluation;
pub use evaluate::Scratch;
pub use evidence::{FieldMatch, Match};
use probe::{Probe, ProbeKey};
use program::Program;

/// The place of a rule among the rules that the matcher was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub u32);

impl RuleIndex {
    /// The index into the list of rules.
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Why rules cannot become a matcher.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// Field numbers are 16 bits wide.
    #[error("compiling rules: more than 65536 different field names")]
    TooManyFields,
    /// The parts of rules have numbers of 30 bits.
    #[error("compiling rules: more than a billion parts")]
    TooManyParts,
}

/// A predicate, by its place.
type ProbeId = u32;
/// A node of the shared network, by its place.
type NodeId = u32;

/// Part of a condition, shared between all rules that have it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    Is(ProbeId),
    Not(NodeId),
    All(Vec<NodeId>),
    AtLeast(usize, Vec<NodeId>),
}

/// A rule in the network.
#[derive(Debug)]
struct Compiled {
    logsource: LogSource,
    root: NodeId,
    /// Name and node of each selection, and whether the condition asks for it (rather than against it).
    selections: Vec<(String, NodeId, bool)>,
}

/// All rules as one machine. Made once, shared by all threads; each thread has its own [`Scratch`].
#[derive(Debug)]
pub struct Matcher {
    fields: FieldNames,
    probes: Vec<Probe>,
    nodes: Vec<Node>,
    rules: Vec<Compiled>,
}

/// The part of a matcher that concerns one kind of event.
#[derive(Debug)]
pub struct Route(Program);

impl Route {
    /// How many rules this kind of event is judged by.
    pub fn rules(&self) -> usize {
        self.0.network.rules_in_all()
    }

    /// The memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

/// What a matcher consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How many rules there are.
    pub rules: usize,
    /// How many different fields they ask for.
    pub fields: usize,
    /// How many different predicates they consist of.
    pub predicates: usize,
    /// How many different groups of predicates there are.
    pub groups: usize,
}

impl Matcher {
    /// Compiles rules. [`Match::rule`] is the index into this slice.
    pub fn new(rules: &[Rule]) -> Result<Self, CompileError> {
        let mut builder = Builder::default();
        for rule in rules {
            builder.add(rule)?;
        }
        Ok(Self {
            fields: builder.fields,
            probes: builder.probes,
            nodes: builder.nodes,
            rules: builder.rules,
        })
    }

    /// The fields that rules ask for; a field's place in this list is its [`FieldId`].
    pub fn fields(&self) -> &[String] {
        &self.fields.names
    }

    /// The number of a field, if any rule asks for it.
    pub fn field(&self, name: &str) -> Option<FieldId> {
        self.fields.find(name)
    }

    /// Prepares the rules for one kind of event, which may go by several names (a rename is a `file_rename` and a
    /// `file_event`). Costs time: do it once for each kind.
    pub fn route(&self, event: &[LogSource]) -> Result<Route, CompileError> {
        Program::new(self, |rule| event.iter().any(|name| rule.logsource.covers(name))).map(Route)
    }

    /// Prepares all rules, whatever events they are about.
    pub fn route_all(&self) -> Result<Route, CompileError> {
        Program::new(self, |_| true).map(Route)
    }

    /// Working memory for [`judge`](Self::judge) and [`matching`](Self::matching), one for each thread.
    pub fn scratch(&self) -> Scratch {
        Scratch::default()
    }

    /// What it consists of.
    pub fn size(&self) -> Size {
        let is_group = |node: &&Node| matches!(node, Node::All(_) | Node::AtLeast(..));
        Size {
            rules: self.rules.len(),
            fields: self.fields.names.len(),
            predicates: self.probes.len(),
            groups: self.nodes.iter().filter(is_group).count(),
        }
    }

    /// Reads lines of JSON as events for this matcher, one for each thread.
    pub fn json_reader(&self) -> JsonReader {
        JsonReader::new(&self.fields)
    }

    /// Views a flat JSON object as an event.
    pub fn json<'a>(
        &self,
        object: &'a serde_json::Map<String, serde_json::Value>,
    ) -> JsonEvent<'a> {
        JsonEvent::new(object, &self.fields)
    }

    /// The rules that match the event, in the order of the rules, and why.
    pub fn judge(&self, route: &Route, event: &impl Fields, scratch: &mut Scratch) -> Vec<Match> {
        let mut evaluation = Evaluation::new(self, &route.0, event, scratch);
        evaluation.run();
        let found = evaluation.take_found();
        let matches = found.iter().map(|rule| evaluation.explain(*rule)).collect();
        evaluation.give_back(found);
        matches
    }

    /// The rules that match the event, in the order of the rules. Allocates no memory.
    pub fn matching<'s>(
        &self,
        route: &Route,
        event: &impl Fields,
        scratch: &'s mut Scratch,
    ) -> &'s [RuleIndex] {
        Evaluation::new(self, &route.0, event, scratch).run();
        &scratch.marks.found
    }
}

#[derive(Debug, Default)]
struct Builder {
    fields: FieldNames,
    probes: Vec<Probe>,
    known_probes: FxHashMap<ProbeKey, ProbeId>,
    nodes: Vec<Node>,
    known_nodes: FxHashMap<Node, NodeId>,
    rules: Vec<Compiled>,
}

impl Builder {
    fn add(&mut self, rule: &Rule) -> Result<(), CompileError> {
        let mut nodes = Vec::with_capacity(rule.selections.len());
        for selection in &rule.selections {
            nodes.push(self.term(&selection.term)?);
        }
        let root = self.condition(&rule.condition, &nodes)?;
        let mut asked = vec![false; nodes.len()];
        mark_asked(&rule.condition, true, &mut asked);
        let selections = rule.selections.iter().zip(nodes).zip(asked);
        let selections =
            selections.map(|((s, node), asked)| (s.name.clone(), node, asked)).collect();
        self.rules.push(Compiled { logsource: rule.logsource.clone(), root, selections });
        Ok(())
    }

    fn term(&mut self, term: &Term) -> Result<NodeId, CompileError> {
        let node = match term {
            Term::All(terms) => Node::All(self.terms(terms)?),
            Term::Any(terms) => Node::AtLeast(1, self.terms(terms)?),
            Term::Not(inner) => Node::Not(self.term(inner)?),
            Term::Is(predicate) => {
                let key = ProbeKey::new(predicate, &mut self.fields)?;
                let id = match self.known_probes.get(&key) {
                    Some(id) => *id,
                    None => {
                        let id = part_number(self.probes.len())?;
                        self.probes.push(Probe::new(predicate, &mut self.fields)?);
                        self.known_probes.insert(key, id);
                        id
                    }
                };
                Node::Is(id)
            }
        };
        self.node(node)
    }

    fn terms(&mut self, terms: &[Term]) -> Result<Vec<NodeId>, CompileError> {
        let mut nodes = Vec::with_capacity(terms.len());
        for term in terms {
            nodes.push(self.term(term)?);
        }
        Ok(without_repeats(nodes))
    }

    fn condition(
        &mut self,
        condition: &Condition,
        selections: &[NodeId],
    ) -> Result<NodeId, CompileError> {
        let of = |index: &usize| selections.get(*index).copied();
        let node = match condition {
            Condition::Selection(index) => {
                return of(index).ok_or(CompileError::TooManyParts);
            }
            Condition::Not(inner) => Node::Not(self.condition(inner, selections)?),
            Condition::All(parts) => Node::All(self.conditions(parts, selections)?),
            Condition::Any(parts) => Node::AtLeast(1, self.conditions(parts, selections)?),
            Condition::AtLeast(n, members) if *n == members.len() => {
                Node::All(without_repeats(members.iter().filter_map(of).collect()))
            }
            Condition::AtLeast(n, members) => {
                Node::AtLeast(*n, members.iter().filter_map(of).collect())
            }
        };
        self.node(node)
    }

    fn conditions(
        &mut self,
        parts: &[Condition],
        selections: &[NodeId],
    ) -> Result<Vec<NodeId>, CompileError> {
        let nodes: Result<Vec<_>, _> =
            parts.iter().map(|part| self.condition(part, selections)).collect();
        nodes.map(without_repeats)
    }

    fn node(&mut self, node: Node) -> Result<NodeId, CompileError> {
        if let Node::All(parts) | Node::AtLeast(1, parts) = &node
            && let [only] = parts.as_slice()
        {
            return Ok(*only);
        }
        if let Some(id) = self.known_nodes.get(&node) {
            return Ok(*id);
        }
        let id = part_number(self.nodes.len())?;
        self.nodes.push(node.clone());
        self.known_nodes.insert(node, id);
        Ok(id)
    }
}

fn without_repeats(mut nodes: Vec<NodeId>) -> Vec<NodeId> {
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

fn part_number(length: usize) -> Result<u32, CompileError> {
    u32::try_from(length).map_err(|_too_many| CompileError::TooManyParts)
}

/// Marks the selections that stand under an even number of `not`.
fn mark_asked(condition: &Condition, positive: bool, asked: &mut [bool]) {
    let mut mark = |index: &usize| {
        if let Some(asked) = asked.get_mut(*index) {
            *asked |= positive;
        }
    };
    match condition {
        Condition::Selection(index) => mark(index),
        Condition::AtLeast(_, members) => members.iter().for_each(mark),
        Condition::Not(inner) => mark_asked(inner, !positive, asked),
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| mark_asked(part, positive, asked));
        }
    }
}

fn at<T>(items: &[T], id: u32) -> Option<&T> {
    items.get(usize::try_from(id).ok()?)
}
