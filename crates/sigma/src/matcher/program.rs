//! The rules for one kind of event, arranged so that an event leads to the few that can match it.
//!
//! For every rule a set of *witnesses* is chosen: literals of which at least one must be in the event for the rule to
//! match. Rules that have no such set (`not`, `null`, a bare number test) are looked at for every event.

use rustc_hash::{FxHashMap, FxHashSet};

use super::index::Index;
use super::probe::Needle;
use super::{CompileError, Compiled, Matcher, Node, NodeId, ProbeId, RuleIndex, at, part_number};
use crate::event::FieldId;
use crate::pattern::Anchor;

/// Compiled rules for one kind of event.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// The literals of each field that has any.
    pub(super) fields: Vec<(FieldId, Index)>,
    /// The literals looked for in every value.
    pub(super) keywords: Option<Index>,
    /// Which rules to look at when a probe's literal is found.
    pub(super) witnessed: FxHashMap<ProbeId, Vec<RuleIndex>>,
    /// Rules to look at always.
    pub(super) always: Vec<RuleIndex>,
    rules: usize,
}

impl Program {
    pub(super) fn new(
        matcher: &Matcher,
        wanted: impl Fn(&Compiled) -> bool,
    ) -> Result<Self, CompileError> {
        let mut program = Self::default();
        let mut probes = FxHashSet::default();
        for (number, rule) in matcher.rules.iter().enumerate().filter(|(_, r)| wanted(r)) {
            let number = RuleIndex(part_number(number)?);
            program.rules += 1;
            collect(matcher, rule.root, &mut probes);
            match witnesses(matcher, rule.root) {
                Some(set) => {
                    for probe in set.probes {
                        program.witnessed.entry(probe).or_default().push(number);
                    }
                }
                None => program.always.push(number),
            }
        }
        program.index(matcher, probes)?;
        Ok(program)
    }

    pub(super) fn rules(&self) -> usize {
        self.rules
    }

    fn index(&mut self, matcher: &Matcher, probes: FxHashSet<ProbeId>) -> Result<(), CompileError> {
        let mut probes: Vec<ProbeId> = probes.into_iter().collect();
        probes.sort_unstable();
        let mut needles: FxHashMap<Option<FieldId>, Vec<(&Needle, ProbeId)>> = FxHashMap::default();
        for id in probes {
            let Some(probe) = at(&matcher.probes, id) else { continue };
            for needle in probe.needles() {
                needles.entry(probe.field).or_default().push((needle, id));
            }
        }
        for (field, needles) in needles {
            let index = Index::new(&needles)?;
            match field {
                Some(field) => self.fields.push((field, index)),
                None => self.keywords = Some(index),
            }
        }
        self.fields.sort_by_key(|(field, _)| *field);
        Ok(())
    }
}

/// All probes below a node.
fn collect(matcher: &Matcher, node: NodeId, probes: &mut FxHashSet<ProbeId>) {
    match at(&matcher.nodes, node) {
        Some(Node::Is(probe)) => {
            probes.insert(*probe);
        }
        Some(Node::Not(inner)) => collect(matcher, *inner, probes),
        Some(Node::All(parts) | Node::AtLeast(_, parts)) => {
            parts.iter().for_each(|part| collect(matcher, *part, probes));
        }
        None => {}
    }
}

/// Literals of which one must be found, and how often that is expected to happen by chance.
#[derive(Debug)]
struct Witnesses {
    probes: Vec<ProbeId>,
    cost: f64,
}

fn witnesses(matcher: &Matcher, node: NodeId) -> Option<Witnesses> {
    match at(&matcher.nodes, node)? {
        Node::Is(probe) => {
            let needles = at(&matcher.probes, *probe)?.needles();
            let cost = needles.iter().map(cost).sum();
            (!needles.is_empty()).then(|| Witnesses { probes: vec![*probe], cost })
        }
        Node::Not(_) => None,
        Node::All(parts) => parts
            .iter()
            .filter_map(|part| witnesses(matcher, *part))
            .min_by(|a, b| a.cost.total_cmp(&b.cost)),
        Node::AtLeast(0, _) => None,
        Node::AtLeast(_, parts) => {
            let mut union = Witnesses { probes: Vec::new(), cost: 0.0 };
            for part in parts {
                let part = witnesses(matcher, *part)?;
                union.probes.extend(part.probes);
                union.cost += part.cost;
            }
            union.probes.sort_unstable();
            union.probes.dedup();
            Some(union)
        }
    }
}

/// Short literals, and those that may stand anywhere, are found by chance more often.
fn cost(needle: &Needle) -> f64 {
    let length = u32::try_from(needle.text.len()).map_or(f64::MAX, f64::from);
    let freedom = if needle.anchor == Anchor::Anywhere { 2.0 } else { 1.0 };
    freedom / (length + 0.5).powi(2)
}
