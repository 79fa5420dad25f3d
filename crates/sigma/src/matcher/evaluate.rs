//! One event through one program.
//!
//! Marks are stamped with the number of the event, so that nothing has to be cleared between events and no memory is
//! allocated for an event that matches nothing.

use super::probe::Access;
use super::program::Program;
use super::{Matcher, Node, NodeId, ProbeId, RuleIndex, at};
use crate::event::{Fields, Value};
use crate::pattern::fold_into;

/// Working memory for judging events, one for each thread.
#[derive(Debug)]
pub struct Scratch {
    event: u64,
    probes: Vec<u64>,
    nodes: Vec<u64>,
    rules: Vec<u64>,
    candidates: Vec<RuleIndex>,
    folded: String,
    buffer: String,
}

/// The literal of a probe was found.
const SEEN: u64 = 1;
/// It was asked, and is so.
const TRUE: u64 = 2;
/// It was asked, and is not so.
const FALSE: u64 = 3;

impl Scratch {
    pub(super) fn new(probes: usize, nodes: usize, rules: usize) -> Self {
        Self {
            event: 0,
            probes: vec![0; probes],
            nodes: vec![0; nodes],
            rules: vec![0; rules],
            candidates: Vec::new(),
            folded: String::new(),
            buffer: String::new(),
        }
    }
}

fn mark(marks: &[u64], id: u32, event: u64) -> Option<u64> {
    at(marks, id).filter(|m| **m >> 2 == event).map(|m| *m & 3)
}

fn set(marks: &mut [u64], id: u32, event: u64, state: u64) {
    if let Some(mark) = usize::try_from(id).ok().and_then(|i| marks.get_mut(i)) {
        *mark = event << 2 | state;
    }
}

pub(super) struct Evaluation<'a, E> {
    pub(super) matcher: &'a Matcher,
    program: &'a Program,
    pub(super) event: &'a E,
    scratch: &'a mut Scratch,
}

impl<'a, E: Fields> Evaluation<'a, E> {
    pub(super) fn new(
        matcher: &'a Matcher,
        program: &'a Program,
        event: &'a E,
        scratch: &'a mut Scratch,
    ) -> Self {
        scratch.event += 1;
        Self { matcher, program, event, scratch }
    }

    /// The rules that match, in no particular order.
    pub(super) fn matching(&mut self) -> Vec<RuleIndex> {
        self.scratch.candidates.clear();
        self.find_literals();
        let mut candidates = std::mem::take(&mut self.scratch.candidates);
        candidates.extend_from_slice(&self.program.always);
        let mut found = Vec::new();
        for rule in &candidates {
            let root = at(&self.matcher.rules, rule.0).map(|r| r.root);
            if root.is_some_and(|root| self.is_true(root)) {
                found.push(*rule);
            }
        }
        self.scratch.candidates = candidates;
        found
    }

    fn find_literals(&mut self) {
        let (program, event) = (self.program, self.event);
        for (field, index) in &program.fields {
            if let Some(value) = event.field(*field) {
                self.find_in(index, value);
            }
        }
        if let Some(index) = &program.keywords {
            event.each(&mut |_, value| self.find_in(index, value));
        }
    }

    fn find_in(&mut self, index: &super::index::Index, value: Value<'_>) {
        let Scratch { event, probes, rules, candidates, folded, buffer, .. } = &mut *self.scratch;
        let Some(text) = value.text(buffer) else { return };
        folded.clear();
        fold_into(text, folded);
        index.find(folded, |probe| {
            if mark(probes, probe, *event).is_some() {
                return;
            }
            set(probes, probe, *event, SEEN);
            for rule in self.program.witnessed.get(&probe).into_iter().flatten() {
                if mark(rules, rule.0, *event).is_none() {
                    set(rules, rule.0, *event, SEEN);
                    candidates.push(*rule);
                }
            }
        });
    }

    /// Whether a node is true of this event.
    pub(super) fn is_true(&mut self, node: NodeId) -> bool {
        if let Some(state) = mark(&self.scratch.nodes, node, self.scratch.event) {
            return state == TRUE;
        }
        let matcher = self.matcher;
        let truth = match at(&matcher.nodes, node) {
            Some(Node::Is(probe)) => self.probe_is_true(*probe),
            Some(Node::Not(inner)) => !self.is_true(*inner),
            Some(Node::All(parts)) => parts.iter().all(|part| self.is_true(*part)),
            Some(Node::AtLeast(1, parts)) => parts.iter().any(|part| self.is_true(*part)),
            Some(Node::AtLeast(n, parts)) => {
                parts.iter().filter(|part| self.is_true(**part)).take(*n).count() == *n
            }
            None => false,
        };
        set(&mut self.scratch.nodes, node, self.scratch.event, if truth { TRUE } else { FALSE });
        truth
    }

    fn probe_is_true(&mut self, id: ProbeId) -> bool {
        let Some(probe) = at(&self.matcher.probes, id) else { return false };
        let state = mark(&self.scratch.probes, id, self.scratch.event);
        let must_ask = match (state, &probe.access) {
            (Some(TRUE), _) | (Some(SEEN), Access::Indexed(_)) => return true,
            (Some(SEEN), Access::Guarded(_)) | (None, Access::Free) => true,
            _ => false,
        };
        if !must_ask {
            return false;
        }
        let truth = probe.ask(self.event, &mut self.scratch.buffer);
        let state = if truth { TRUE } else { FALSE };
        set(&mut self.scratch.probes, id, self.scratch.event, state);
        truth
    }
}
