//! Which points of a network an event has reached.

use super::count_reaches;
use crate::matcher::RuleIndex;
use crate::matcher::index::wide;
use crate::matcher::network::{Gate, Network, Point, Sort};
use crate::matcher::program::Found;

/// What is known of a point for the event at hand; nothing when it was not reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matcher) enum State {
    /// A gate that will be looked at when everything below it is known.
    Queued,
    /// A late point that may be true.
    Woken,
    False,
    True,
}

const STATES: [State; 4] = [State::Queued, State::Woken, State::False, State::True];

/// How far a number of an event is shifted to make room for a state.
const SHIFT: u32 = 2;
/// The events that can be told apart before the marks are cleared.
const EVENTS_MAX: u32 = u32::MAX >> SHIFT;

/// Marks for all points of a network, and the lists that grow while an event rises through it.
#[derive(Debug, Default)]
pub(in crate::matcher) struct Marks {
    event: u32,
    marks: Vec<u32>,
    /// Gates to look at, by level.
    queues: Vec<Vec<Point>>,
    /// Gates that have become true and whose edges are still to be followed.
    rising: Vec<Point>,
    /// Late points that rules hang on.
    pub(in crate::matcher) waiting: Vec<Point>,
    /// Rules that match.
    pub(in crate::matcher) found: Vec<RuleIndex>,
}

impl Marks {
    /// Begins a new event.
    pub(super) fn begin(&mut self, network: &Network) {
        if self.event == EVENTS_MAX {
            self.marks.fill(0);
            self.event = 0;
        }
        self.event += 1;
        if self.marks.len() < network.points() {
            self.marks.resize(network.points(), 0);
        }
        let levels = wide(network.levels) + 1;
        if self.queues.len() < levels {
            self.queues.resize_with(levels, Vec::new);
        }
        self.found.clear();
        self.waiting.clear();
    }

    #[inline]
    pub(super) fn state(&self, point: Point) -> Option<State> {
        let mark = self.marks.get(wide(point)).copied().unwrap_or(0);
        if mark >> SHIFT != self.event {
            return None;
        }
        STATES.get(wide(mark & 3)).copied()
    }

    #[inline]
    pub(super) fn set(&mut self, point: Point, state: State) {
        if let Some(mark) = self.marks.get_mut(wide(point)) {
            *mark = self.event << SHIFT | state as u32;
        }
    }

    /// A literal of a leaf was found, or the field of one that has no literals.
    #[inline]
    pub(super) fn found_some(&mut self, network: &Network, found: Found) {
        match found.sort() {
            Sort::Sure => self.fire(network, found.point()),
            _ => self.wake(network, found.point()),
        }
    }

    /// A point is true.
    #[inline]
    pub(super) fn fire(&mut self, network: &Network, point: Point) {
        if self.state(point) == Some(State::True) {
            return;
        }
        self.set(point, State::True);
        self.follow(network, point);
        while let Some(point) = self.rising.pop() {
            self.follow(network, point);
        }
    }

    fn follow(&mut self, network: &Network, point: Point) {
        let links = network.links(point);
        for edge in network.edges(links) {
            let gate = edge.gate();
            match self.state(gate) {
                None if edge.passes() => {
                    self.set(gate, State::True);
                    self.rising.push(gate);
                }
                None => self.enqueue(network, gate),
                Some(_) => {}
            }
        }
        self.found.extend_from_slice(network.rules(links));
    }

    fn enqueue(&mut self, network: &Network, point: Point) {
        self.set(point, State::Queued);
        let level = network.gate(point).map_or(0, |gate| gate.level);
        if let Some(queue) = self.queues.get_mut(wide(level)) {
            queue.push(point);
        }
    }

    /// A late point may be true.
    fn wake(&mut self, network: &Network, point: Point) {
        if matches!(self.state(point), Some(State::Woken)) {
            return;
        }
        self.set(point, State::Woken);
        let links = network.links(point);
        for edge in network.edges(links) {
            if self.state(edge.gate()).is_none() {
                self.enqueue(network, edge.gate());
            }
        }
        if !network.rules(links).is_empty() {
            self.waiting.push(point);
        }
    }

    /// Looks at every gate that was reached, lower ones first.
    pub(super) fn rise(&mut self, network: &Network) {
        for level in 1..=wide(network.levels) {
            let Some(queue) = self.queues.get_mut(level) else { break };
            let mut queue = std::mem::take(queue);
            for point in queue.drain(..) {
                let Some(gate) = network.gate(point) else { continue };
                match (self.may_be_true(network, gate), gate.late) {
                    (false, _) => self.set(point, State::False),
                    (true, false) => self.fire(network, point),
                    (true, true) => self.wake(network, point),
                }
            }
            if let Some(place) = self.queues.get_mut(level) {
                *place = queue;
            }
        }
    }

    /// Whether enough inputs are true, when every late one is taken to be so.
    fn may_be_true(&self, network: &Network, gate: &Gate) -> bool {
        let inputs = network.inputs(gate);
        if !gate.late {
            return count_reaches(inputs, gate.need, |input| {
                (self.state(input.point()) == Some(State::True)) != input.negated()
            });
        }
        count_reaches(inputs, gate.need, |input| {
            let state = self.state(input.point());
            if !network.is_late(input.point()) {
                return (state == Some(State::True)) != input.negated();
            }
            input.negated() || state == Some(State::Woken) || network.is_unguarded(input.point())
        })
    }
}
