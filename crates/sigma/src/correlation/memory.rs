//! What is remembered for one correlation: its groups, within a bound.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::engine::ENTRIES_MAX;
use super::group::Group;
use super::{Correlation, CorrelationKind, Measure};

/// Most events of one group where all of them must be looked at again for each new one.
const SAMPLES_MAX: usize = 4_096;
/// How many groups are looked at for being over, at each event.
const OVER_AT_ONCE: usize = 4;

/// The values of a group.
pub(super) type Key = Arc<[Box<str>]>;
/// Fields of an event, shared by the correlations that remember it.
pub(super) type Fields = Arc<[(String, String)]>;

/// What is remembered for one correlation.
#[derive(Debug)]
pub(super) struct State<P> {
    groups: FxHashMap<Key, Group<P>>,
    /// Groups that may come to something, and those that only wait for a late first step, each in the order they were
    /// last added to.
    order: BTreeMap<u64, Key>,
    hopeless: BTreeMap<u64, Key>,
    touches: u64,
    /// How many events there are, in all groups.
    pub(super) entries: usize,
}

impl<P> Default for State<P> {
    fn default() -> Self {
        Self {
            groups: FxHashMap::default(),
            order: BTreeMap::new(),
            hopeless: BTreeMap::new(),
            touches: 0,
            entries: 0,
        }
    }
}

impl<P: Clone> State<P> {
    pub(super) fn group(&mut self, key: &Key) -> &mut Group<P> {
        self.groups.entry(Arc::clone(key)).or_default()
    }

    /// Notes that the group is the last one added to.
    pub(super) fn touch(&mut self, key: &Key, hopeful: bool) {
        let Some(group) = self.groups.get_mut(key) else { return };
        self.touches += 1;
        self.order.remove(&group.touched);
        self.hopeless.remove(&group.touched);
        group.touched = self.touches;
        let order = if hopeful { &mut self.order } else { &mut self.hopeless };
        order.insert(self.touches, Arc::clone(key));
    }

    /// Lets groups go that are over, and then, for want of room, those that were left alone longest. Says how many
    /// events were forgotten that might have counted.
    pub(super) fn make_room(&mut self, entries_max: usize, kept_from: i64) -> u64 {
        for _ in 0..OVER_AT_ONCE {
            for hopeful in [false, true] {
                let order = if hopeful { &self.order } else { &self.hopeless };
                let Some((_, key)) = order.first_key_value() else { continue };
                if self.groups.get(key).is_none_or(|group| group.newest() < kept_from) {
                    self.drop_oldest(hopeful);
                }
            }
        }
        let mut forgotten = 0;
        while self.entries > entries_max && self.groups.len() > 1 {
            forgotten += self.drop_oldest(self.hopeless.is_empty());
        }
        if self.entries > entries_max
            && let Some(group) = self.groups.values_mut().next()
        {
            while self.entries > entries_max && group.len() > 1 {
                group.forget_oldest();
                self.entries -= 1;
                forgotten += 1;
            }
        }
        forgotten
    }

    fn drop_oldest(&mut self, hopeful: bool) -> u64 {
        let order = if hopeful { &mut self.order } else { &mut self.hopeless };
        let Some((_, key)) = order.pop_first() else { return 0 };
        let dropped = self.groups.remove(&key).map_or(0, |group| group.len());
        self.entries = self.entries.saturating_sub(dropped);
        u64::try_from(dropped).unwrap_or(u64::MAX)
    }
}

pub(super) fn group_max(kind: &CorrelationKind) -> usize {
    match kind {
        CorrelationKind::TemporalOrdered(_)
        | CorrelationKind::Regularity(..)
        | CorrelationKind::Value(Measure::Percentile(_), ..) => SAMPLES_MAX,
        _ => ENTRIES_MAX,
    }
}

pub(super) fn key_of(correlation: &Correlation, reference: usize, fields: &Fields) -> Option<Key> {
    let value = |name: &String| field(fields, correlation.field_of(name, reference), name);
    correlation.group_by.iter().map(|name| value(name).map(Box::from)).collect()
}

/// The value under the rule's own name for it, or under the name of the group (as an inner correlation gives it).
fn field<'a>(fields: &'a Fields, name: &str, alias: &str) -> Option<&'a str> {
    let find = |wanted: &str| fields.iter().find(|(n, _)| n == wanted).map(|(_, v)| v.as_str());
    find(name).or_else(|| find(alias))
}

/// The value that is looked at, as text and as a number; `None` when the event does not have it.
pub(super) fn value_of(
    correlation: &Correlation,
    fields: &Fields,
) -> Option<(Option<Box<str>>, f64)> {
    match &correlation.kind {
        CorrelationKind::ValueCount(names, _) => {
            let values: Option<Vec<&str>> = names.iter().map(|n| field(fields, n, n)).collect();
            Some((Some(values?.join("\u{1f}").into()), 0.0))
        }
        CorrelationKind::Value(Measure::Share, name, _) => {
            Some((Some(field(fields, name, name)?.into()), 0.0))
        }
        CorrelationKind::Value(_, name, _) => {
            let number: f64 = field(fields, name, name)?.trim().parse().ok()?;
            number.is_finite().then_some((None, number))
        }
        _ => Some((None, 0.0)),
    }
}
