//! One event through one program.
//!
//! Marks are stamped with the number of the event, so that nothing has to be cleared between events and no memory is
//! allocated for an event.

use std::net::IpAddr;

use super::index::{Folded, Index, PADDING};
use super::network::{Gate, Input, Network, Point, Sort};
use super::probe::Question;
use super::program::{Found, Program, ProgramField};
use super::{Matcher, Node, NodeId, RuleIndex, at};
use crate::event::{FieldId, Fields, Value};
use crate::pattern::{fold_into_bytes, fold_plain};

mod marks;

pub(super) use marks::Marks;
use marks::State;

/// Working memory for judging events, one for each thread.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) marks: Marks,
    folded: Vec<u8>,
    buffer: String,
    /// The field that was last read as an address.
    address: Option<(FieldId, Option<IpAddr>)>,
}

pub(super) struct Evaluation<'a, E> {
    pub(super) matcher: &'a Matcher,
    program: &'a Program,
    pub(super) event: &'a E,
    pub(super) scratch: &'a mut Scratch,
}

impl<'a, E: Fields> Evaluation<'a, E> {
    pub(super) fn new(
        matcher: &'a Matcher,
        program: &'a Program,
        event: &'a E,
        scratch: &'a mut Scratch,
    ) -> Self {
        scratch.address = None;
        scratch.marks.begin(&program.network);
        Self { matcher, program, event, scratch }
    }

    /// Finds the rules that match, in order, and leaves them in the scratch.
    pub(super) fn run(&mut self) {
        self.find_literals();
        let network = &self.program.network;
        self.scratch.marks.rise(network);
        let mut waiting = std::mem::take(&mut self.scratch.marks.waiting);
        for point in waiting.iter().chain(&network.always) {
            if self.is_true(*point) {
                self.scratch.marks.found.extend_from_slice(network.rules(network.links(*point)));
            }
        }
        waiting.clear();
        self.scratch.marks.waiting = waiting;
        self.scratch.marks.found.sort_unstable();
    }

    fn find_literals(&mut self) {
        let (program, event) = (self.program, self.event);
        if let Some(present) = event.present() {
            for field in present {
                if let Some(sought) = program.field(*field) {
                    self.find_in_field(sought);
                }
            }
        } else {
            for sought in &program.fields {
                self.find_in_field(sought);
            }
        }
        let Some(keywords) = &program.keywords else { return };
        if event.raw().is_some_and(|raw| !keywords.may_stand_in(raw)) {
            return;
        }
        event.each(&mut |_, value| match value {
            Value::Str(text) if !keywords.may_stand_in(text) => {}
            Value::Escaped(text) if is_plain(text) && !keywords.may_stand_in(text) => {}
            _ => self.find_in(&keywords.index, value),
        });
    }

    fn find_in_field(&mut self, sought: &ProgramField) {
        let value = match self.event.field(sought.field) {
            None | Some(Value::Null) => return,
            Some(value) => value,
        };
        for found in &sought.present {
            self.scratch.marks.found_some(&self.program.network, *found);
        }
        match (&sought.index, value) {
            (Some(index), Value::Str(text)) if index.has_none_of_length(text) => {}
            (Some(index), _) => self.find_in(index, value),
            (None, _) => {}
        }
    }

    fn find_in(&mut self, index: &Index, value: Value<'_>) {
        let (network, matcher) = (&self.program.network, self.matcher);
        let Scratch { marks, folded, buffer, .. } = &mut *self.scratch;
        if !fold_padded(value, folded, buffer) {
            return;
        }
        let folded = &*folded;
        index.find(Folded::new(folded), |number| {
            let found = Found::named(number);
            if found.sort() == Sort::Quick {
                let text = folded.get(..folded.len() - PADDING).unwrap_or_default();
                if marks.state(found.point()).is_some()
                    || !quick(matcher, network, found, text, value, buffer)
                {
                    return;
                }
                marks.fire(network, found.point());
            } else {
                marks.found_some(network, found);
            }
        });
    }

    /// Whether a point is true of this event. Only to be asked when everything below it has risen.
    fn is_true(&mut self, point: Point) -> bool {
        let network = &self.program.network;
        let state = self.scratch.marks.state(point);
        match state {
            Some(State::True) => return true,
            Some(State::False) => return false,
            _ => {}
        }
        if !network.is_late(point) || state.is_none() && !network.is_unguarded(point) {
            return false;
        }
        let truth = match network.gate(point) {
            Some(gate) => self.gate_is_true(gate),
            None => self.ask(point),
        };
        self.scratch.marks.set(point, if truth { State::True } else { State::False });
        truth
    }

    fn gate_is_true(&mut self, gate: &Gate) -> bool {
        let inputs = self.program.network.inputs(gate);
        count_reaches(inputs, gate.need, |input| self.is_true(input.point()) != input.negated())
    }

    fn ask(&mut self, point: Point) -> bool {
        let matcher = self.matcher;
        let leaf = self.program.network.leaf(point);
        let Some(probe) = leaf.and_then(|leaf| at(&matcher.probes, leaf.probe?)) else {
            return false;
        };
        match (&probe.question, probe.field) {
            (Question::Cidr(net), Some(field)) => {
                self.address(field).is_some_and(|address| net.contains(&address))
            }
            (Question::Folded(pattern), Some(field)) => {
                let Scratch { folded, buffer, .. } = &mut *self.scratch;
                folded.clear();
                let value = self.event.field(field);
                value.is_some_and(|value| fold_into_bytes(value, folded, buffer))
                    && std::str::from_utf8(folded).is_ok_and(|folded| pattern.matches(folded))
            }
            _ => probe.ask(self.event, &mut self.scratch.buffer),
        }
    }

    /// The value of a field as an address, read once for all networks in a row.
    fn address(&mut self, field: FieldId) -> Option<IpAddr> {
        match self.scratch.address {
            Some((known, address)) if known == field => address,
            _ => {
                let text = self.event.field(field)?.text(&mut self.scratch.buffer)?;
                let address =
                    text.trim().parse().ok().map(|address: IpAddr| address.to_canonical());
                self.scratch.address = Some((field, address));
                address
            }
        }
    }

    /// Whether a node of the matcher is true of this event, for the explanation of a match.
    pub(super) fn node_is_true(&mut self, node: NodeId) -> bool {
        let matcher = self.matcher;
        match at(&matcher.nodes, node) {
            Some(Node::Is(probe)) => self.probe_is_true(*probe),
            Some(Node::Not(inner)) => !self.node_is_true(*inner),
            Some(Node::All(parts)) => parts.iter().all(|part| self.node_is_true(*part)),
            Some(Node::AtLeast(n, parts)) => {
                parts.iter().filter(|part| self.node_is_true(**part)).take(*n).count() == *n
            }
            None => false,
        }
    }

    fn probe_is_true(&mut self, id: u32) -> bool {
        let network = &self.program.network;
        if let Some(point) = network.leaf_of(id) {
            return self.is_true(point);
        }
        let matcher = self.matcher;
        at(&matcher.probes, id).is_some_and(|p| p.ask(self.event, &mut self.scratch.buffer))
    }

    /// The rules that were found, by taking the list out of the working memory.
    pub(super) fn take_found(&mut self) -> Vec<RuleIndex> {
        std::mem::take(&mut self.scratch.marks.found)
    }

    pub(super) fn give_back(&mut self, found: Vec<RuleIndex>) {
        self.scratch.marks.found = found;
    }
}

/// Whether JSON's escapes in this text leave everything else as it is.
fn is_plain(text: &str) -> bool {
    !text.contains("\\u") && !text.contains("\\/")
}

/// The folded text of a value with [`PADDING`] behind it; `false` when the value has no text.
#[inline]
fn fold_padded(value: Value<'_>, folded: &mut Vec<u8>, buffer: &mut String) -> bool {
    if let Value::Str(text) = value
        && fold_plain(text.as_bytes(), folded)
    {
        return true;
    }
    folded.clear();
    let has_text = fold_into_bytes(value, folded, buffer);
    folded.extend_from_slice(&[0; PADDING]);
    has_text
}

/// Whether at least so many inputs are true, asking no more than needed.
#[inline]
fn count_reaches(inputs: &[Input], need: u32, mut is_true: impl FnMut(Input) -> bool) -> bool {
    let need = super::index::wide(need);
    let Some(mut spare) = inputs.len().checked_sub(need) else { return false };
    let mut missing = need;
    for input in inputs {
        if missing == 0 {
            break;
        }
        if is_true(*input) {
            missing -= 1;
        } else if spare == 0 {
            return false;
        } else {
            spare -= 1;
        }
    }
    missing == 0
}

/// Asks a predicate whose literal was found.
fn quick(
    matcher: &Matcher,
    network: &Network,
    found: Found,
    folded: &[u8],
    value: Value<'_>,
    buffer: &mut String,
) -> bool {
    let leaf = network.leaf(found.point());
    let Some(probe) = leaf.and_then(|leaf| at(&matcher.probes, leaf.probe?)) else { return false };
    match &probe.question {
        Question::Folded(pattern) => {
            std::str::from_utf8(folded).is_ok_and(|folded| pattern.matches(folded))
        }
        Question::Cased(pattern) => value.text(buffer).is_some_and(|text| pattern.matches(text)),
        _ => false,
    }
}
