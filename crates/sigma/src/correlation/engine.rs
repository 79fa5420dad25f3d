//! The engine: matches in, what fired out, with what it remembers bounded and what it forgets counted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Correlation;
use super::group::{Entry, Found, Load};
use super::links::{Links, Role};
use super::memory::{Fields, State, group_max, key_of, value_of};
use crate::matcher::RuleIndex;

/// Most events that one correlation remembers, all groups together.
pub(super) const ENTRIES_MAX: usize = 65_536;
/// Most events that wait for earlier ones.
const WAITING_MAX: usize = 65_536;
/// Most events named by what fired.
const PARTS_MAX: usize = 50;
/// Deepest chain of correlations.
const CHAIN_MAX: usize = 16;

/// What the engine may remember, and how long it waits.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How much later than a later event an event may come and still count.
    pub lateness: Duration,
    /// Whether to wait for that long, by the time of events, before saying anything. Then what fires does not depend
    /// on the order in which events come. Otherwise each event is judged when it comes, and a late one with those
    /// that came before it.
    pub settle: bool,
    /// Most events that one correlation remembers.
    pub entries_max: usize,
}

impl Bounds {
    /// Everything is said as soon as it can be.
    pub const fn at_once(lateness: Duration) -> Self {
        Self { lateness, settle: false, entries_max: ENTRIES_MAX }
    }

    /// Everything is said when no earlier event can come any more.
    pub const fn settled(lateness: Duration) -> Self {
        Self { lateness, settle: true, entries_max: ENTRIES_MAX }
    }
}

/// Which event: a stream or file, and the number of the event in it. Orders events of the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventRef(pub u128, pub u64);

/// A rule matched an event. Whole in itself, so that it can be kept and observed again after a restart.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation<P> {
    /// Which rule.
    pub rule: RuleIndex,
    /// When the event happened, in nanoseconds.
    pub at: i64,
    /// Which event. The same rule and event twice are one.
    pub event: EventRef,
    /// The fields that correlations ask for ([`Links::fields`]), as far as the event has them.
    pub fields: Vec<(String, String)>,
    /// Whatever the caller wants to have back with what fires.
    pub payload: P,
}

/// A correlation that fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired<P> {
    /// The place of the correlation in [`Links::correlations`].
    pub correlation: usize,
    /// When the event happened that completed it.
    pub at: i64,
    /// That event.
    pub event: EventRef,
    /// The values of its `group-by` fields, with the names used there.
    pub group: Vec<(String, String)>,
    /// What was counted or computed: events, different values, rules, a sum ….
    pub measured: f64,
    /// How many events of the group lie within the timespan.
    pub events: usize,
    /// Those events in the order of time; at most 50, the newest, and always one for each rule. Of an ordered
    /// correlation: one for each step.
    pub parts: Vec<Part<P>>,
}

/// An event's part in what fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<P> {
    /// The rule as the innermost correlation refers to it.
    pub rule: RuleIndex,
    /// When the event happened.
    pub at: i64,
    /// Which event.
    pub event: EventRef,
    /// What came with its observation.
    pub payload: P,
}

/// What was let go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Losses {
    /// Matches later than the lateness that is allowed.
    pub late: u64,
    /// Matches without one of the fields they would be grouped by, or without the value that is looked at.
    pub unfit: u64,
    /// Events forgotten for want of room.
    pub forgotten: u64,
    /// Events that did not wait long enough for want of room.
    pub hurried: u64,
}

impl Losses {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            late: self.late + other.late,
            unfit: self.unfit + other.unfit,
            forgotten: self.forgotten + other.forgotten,
            hurried: self.hurried + other.hurried,
        }
    }
}

/// Correlations at work on one stream of matches.
#[derive(Debug)]
pub struct CorrelationEngine<P> {
    links: Arc<Links>,
    bounds: Bounds,
    states: Vec<State<P>>,
    waiting: BTreeMap<(i64, EventRef, RuleIndex), Observation<P>>,
    newest: i64,
    losses: Losses,
    hopeful: bool,
}

/// An event on its way to the correlations that look at it.
struct Arrival<P> {
    at: i64,
    event: EventRef,
    fields: Fields,
    load: Load<P>,
}

impl<P: Clone> CorrelationEngine<P> {
    /// An engine that has seen nothing.
    pub fn new(links: Arc<Links>, bounds: Bounds) -> Self {
        let states = links.correlations().iter().map(|_| State::default()).collect();
        Self {
            links,
            bounds,
            states,
            waiting: BTreeMap::new(),
            newest: i64::MIN,
            losses: Losses::default(),
            hopeful: false,
        }
    }

    /// The correlations it works on.
    pub fn links(&self) -> &Arc<Links> {
        &self.links
    }

    /// What was let go so far.
    pub const fn losses(&self) -> Losses {
        self.losses
    }

    /// How many events are remembered.
    pub fn remembered(&self) -> usize {
        self.waiting.len() + self.states.iter().map(|state| state.entries).sum::<usize>()
    }

    /// Whether the last observation stands beside what it needs: `false` for a later step of an order whose first
    /// step was not seen, and for what no correlation remembers. Only what is hopeful is worth keeping over a restart.
    pub const fn was_hopeful(&self) -> bool {
        self.hopeful
    }

    /// A rule matched. Says what fires by it (or, when settling, what fires now that time has gone on). Correlations
    /// that are only part of others and raise no alert of their own are not among it.
    pub fn observe(&mut self, observation: Observation<P>) -> Vec<Fired<P>> {
        self.hopeful = false;
        if observation.at < self.horizon() {
            self.losses.late += 1;
            return Vec::new();
        }
        let at = observation.at;
        if !self.bounds.settle {
            self.newest = self.newest.max(at);
            let mut fired = Vec::new();
            self.take(observation, &mut fired);
            return fired;
        }
        self.waiting.insert((at, observation.event, observation.rule), observation);
        self.advance(at)
    }

    /// Time has gone on to this point, whether or not an event says so.
    pub fn advance(&mut self, to: i64) -> Vec<Fired<P>> {
        self.newest = self.newest.max(to);
        let horizon = self.horizon();
        let mut fired = Vec::new();
        while let Some(next) = self.waiting.first_entry() {
            let hurried = next.key().0 >= horizon;
            if hurried && self.waiting.len() <= WAITING_MAX {
                break;
            }
            if hurried {
                self.losses.hurried += 1;
            }
            if let Some((_, observation)) = self.waiting.pop_first() {
                self.take(observation, &mut fired);
            }
        }
        fired
    }

    /// No more events will come: everything that still waits is judged.
    pub fn finish(&mut self) -> Vec<Fired<P>> {
        let mut fired = Vec::new();
        while let Some((_, observation)) = self.waiting.pop_first() {
            self.take(observation, &mut fired);
        }
        fired
    }

    /// Events before this time come too late.
    fn horizon(&self) -> i64 {
        self.newest.saturating_sub(nanos(self.bounds.lateness))
    }

    fn take(&mut self, observation: Observation<P>, fired: &mut Vec<Fired<P>>) {
        let Observation { rule, at, event, fields, payload } = observation;
        let part = Part { rule, at, event, payload };
        let arrival = Arrival { at, event, fields: fields.into(), load: Load::Event(part) };
        let links = Arc::clone(&self.links);
        self.arrive(links.roles(rule), &arrival, 0, fired);
    }

    fn arrive(
        &mut self,
        roles: &[Role],
        arrival: &Arrival<P>,
        depth: usize,
        fired: &mut Vec<Fired<P>>,
    ) {
        let links = Arc::clone(&self.links);
        for (at, reference) in roles {
            for found in self.enter(*at, *reference, arrival) {
                let outer = links.roles_of_correlation(*at);
                let parts: Arc<[Part<P>]> = found.parts.into();
                if !outer.is_empty() && depth < CHAIN_MAX {
                    let load = Load::Chain(Arc::clone(&parts));
                    let (at, event, fields) = (found.at, found.event, found.fields);
                    let inner = Arrival { at, event, fields, load };
                    self.arrive(outer, &inner, depth + 1, fired);
                }
                if !links.is_silent_correlation(*at) {
                    fired.push(Fired {
                        correlation: *at,
                        at: found.at,
                        event: found.event,
                        group: found.group,
                        measured: found.measured,
                        events: found.events,
                        parts: parts.to_vec(),
                    });
                }
            }
        }
    }

    /// Lets one correlation remember the event; says what follows.
    fn enter(&mut self, at: usize, reference: usize, arrival: &Arrival<P>) -> Vec<Completed<P>> {
        let links = Arc::clone(&self.links);
        let (Some(correlation), Some(state)) =
            (links.correlations().get(at), self.states.get_mut(at))
        else {
            return Vec::new();
        };
        let value = value_of(correlation, &arrival.fields);
        let key = key_of(correlation, reference, &arrival.fields);
        let (Some(key), Some((text, number))) = (key, value) else {
            self.losses.unfit += 1;
            return Vec::new();
        };
        let entry = Entry {
            at: arrival.at,
            event: arrival.event,
            reference,
            text,
            number,
            fields: Arc::clone(&arrival.fields),
            load: arrival.load.clone(),
        };
        let group = state.group(&key);
        let before = group.len();
        // When settling, events come here in order, and none before this one will follow.
        let earliest = if self.bounds.settle {
            arrival.at
        } else {
            self.newest.saturating_sub(nanos(self.bounds.lateness))
        };
        let kept_from = earliest.saturating_sub(nanos(correlation.timespan));
        let found = group.insert(entry, correlation, kept_from);
        let mut forgotten = 0;
        while group.len() > group_max(&correlation.kind) {
            group.forget_oldest();
            forgotten += 1;
        }
        let (after, hopeful) = (group.len(), group.is_hopeful(correlation));
        state.touch(&key, hopeful);
        self.hopeful |= hopeful;
        state.entries = (state.entries + after).saturating_sub(before);
        forgotten += state.make_room(self.bounds.entries_max, kept_from);
        self.losses.forgotten += forgotten;
        found.into_iter().map(|found| completed(found, correlation, &key)).collect()
    }
}

/// What an inner correlation hands on.
struct Completed<P> {
    at: i64,
    event: EventRef,
    group: Vec<(String, String)>,
    fields: Fields,
    measured: f64,
    events: usize,
    parts: Vec<Part<P>>,
}

fn completed<P: Clone>(
    found: Found<P>,
    correlation: &Correlation,
    key: &[Box<str>],
) -> Completed<P> {
    let group: Vec<(String, String)> =
        correlation.group_by.iter().cloned().zip(key.iter().map(|v| v.to_string())).collect();
    // A correlation further up may ask for a name of this group, or for a field of the completing event.
    let mut fields = group.clone();
    for (name, value) in found.fields.iter() {
        if fields.iter().all(|(known, _)| known != name) {
            fields.push((name.clone(), value.clone()));
        }
    }
    Completed {
        at: found.at,
        event: found.event,
        group,
        fields: fields.into(),
        measured: found.measured,
        events: found.events,
        parts: parts_of(found.loads),
    }
}

fn parts_of<P: Clone>(loads: Vec<Load<P>>) -> Vec<Part<P>> {
    let mut parts: Vec<Part<P>> = Vec::new();
    let mut push = |part: &Part<P>| {
        if parts.iter().all(|known| (known.event, known.rule) != (part.event, part.rule)) {
            parts.push(part.clone());
        }
    };
    for load in loads {
        match load {
            Load::Event(part) => push(&part),
            Load::Chain(inner) => inner.iter().for_each(&mut push),
        }
    }
    parts.sort_by_key(|part| (part.at, part.event, part.rule));
    let over = parts.len().saturating_sub(PARTS_MAX);
    // The newest are kept, and of each rule the newest.
    let mut dropped = 0;
    let mut at = 0;
    while dropped < over && at < parts.len() {
        let last_of_rule = parts
            .get(at)
            .is_some_and(|part| parts.iter().skip(at + 1).all(|later| later.rule != part.rule));
        if last_of_rule {
            at += 1;
        } else {
            parts.remove(at);
            dropped += 1;
        }
    }
    parts
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
