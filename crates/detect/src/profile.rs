//! What rules cost: each alone over the same events, so that the dear ones can be named.
//!
//! Every rule sees every event, whatever its logsource. Together they share most of their work; alone they show what they ask for.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bartizan_sigma::{CompileError, Matcher, Rule};

use crate::mapping::Mapping;
use crate::record::{Asked, Record, View};
use crate::rules::RuleSet;
use crate::source::{Source, SourceError, records_of};

/// Most events that rules are measured with: enough to tell them apart, and soon done.
const EVENTS_MAX: usize = 2_000;
/// Least time that one rule is measured for, so that the clock's own grain does not show.
const ROUND_MIN: Duration = Duration::from_millis(1);
/// Most rounds over the events for one rule.
const ROUNDS_MAX: u32 = 20;

/// Why rules cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Events cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A rule cannot be prepared.
    #[error("preparing a rule")]
    Compile(#[from] CompileError),
    /// There are no events to measure with.
    #[error("measuring rules: the files hold no event")]
    NoEvents,
}

/// What one rule costs alone.
#[derive(Debug, Clone)]
pub struct RuleCost {
    /// Its title.
    pub title: String,
    /// Its identity, or the title.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Time for one event.
    pub per_event: Duration,
    /// Time to prepare it.
    pub to_prepare: Duration,
    /// Memory it takes alone, in bytes.
    pub bytes: usize,
    /// How many of the events it matched.
    pub matched: usize,
}

/// What rules cost.
#[derive(Debug, Clone)]
pub struct Profile {
    /// How many events they were measured with.
    pub events: usize,
    /// Time for one event and all rules together.
    pub together: Duration,
    /// Time to prepare all rules.
    pub to_prepare: Duration,
    /// Memory of all rules prepared for judging everything, in bytes.
    pub bytes: usize,
    /// Each rule alone, the dearest first.
    pub rules: Vec<RuleCost>,
}

/// Measures rules with the first events of these files.
pub fn profile(rules: &RuleSet, files: &[PathBuf]) -> Result<Profile, ProfileError> {
    let events = sample(files)?;
    if events.is_empty() {
        return Err(ProfileError::NoEvents);
    }
    let all = measure(rules.rules(), &events)?;
    let mut costs = Vec::with_capacity(rules.rules().len());
    for rule in rules.rules() {
        let one = measure(std::slice::from_ref(rule), &events)?;
        costs.push(RuleCost {
            title: rule.title.clone(),
            name: rule.name().to_owned(),
            file: rule.file.clone(),
            per_event: one.per_event,
            to_prepare: one.to_prepare,
            bytes: one.bytes,
            matched: one.matched,
        });
    }
    costs.sort_by(|a, b| b.per_event.cmp(&a.per_event).then_with(|| a.name.cmp(&b.name)));
    Ok(Profile {
        events: events.len(),
        together: all.per_event,
        to_prepare: all.to_prepare,
        bytes: all.bytes,
        rules: costs,
    })
}

struct Measured {
    per_event: Duration,
    to_prepare: Duration,
    bytes: usize,
    matched: usize,
}

#[expect(clippy::disallowed_methods, reason = "measuring is what this room is for")]
fn measure(rules: &[Rule], events: &[Record]) -> Result<Measured, CompileError> {
    let started = Instant::now();
    let matcher = Matcher::new(rules)?;
    let route = matcher.route_all()?;
    let to_prepare = started.elapsed();
    let asked = Asked::new(&matcher);
    let (mut slots, mut scratch) = (asked.slots(), matcher.scratch());
    // What is made at first use is not what an event costs.
    for record in events {
        slots.fill(record, &asked);
        matcher.matching(&route, &View { record, slots: &slots }, &mut scratch);
    }
    let (mut matched, mut spent, mut rounds) = (0, Duration::ZERO, 0);
    while rounds == 0 || (spent < ROUND_MIN && rounds < ROUNDS_MAX) {
        matched = 0;
        for record in events {
            slots.fill(record, &asked);
            let view = View { record, slots: &slots };
            let started = Instant::now();
            matched += matcher.matching(&route, &view, &mut scratch).len();
            spent += started.elapsed();
        }
        rounds += 1;
    }
    let judged = u32::try_from(events.len()).unwrap_or(u32::MAX).saturating_mul(rounds).max(1);
    Ok(Measured { per_event: spent / judged, to_prepare, bytes: route.bytes(), matched })
}

/// Events spread over the files.
fn sample(files: &[PathBuf]) -> Result<Vec<Record>, ProfileError> {
    let mapping = Mapping::none();
    let mut events = Vec::new();
    let read = std::sync::Arc::default();
    let share = (EVENTS_MAX / files.len().max(1)).max(1);
    for path in files {
        let mut source = Source::open(path, &read)?;
        let limit = (events.len() + share).min(EVENTS_MAX);
        while events.len() < limit {
            let Ok(Some(block)) = source.next() else { break };
            events.extend(records_of(block, &mapping).take(limit - events.len()));
        }
    }
    Ok(events)
}
