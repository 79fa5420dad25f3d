//! Correlations at work: clues in, alerts out, for every tenant and device apart.
//!
//! A correlation whose groups lie within a device (it groups by process, family, session or device) is run for each
//! device by itself, so that one that was offline and tells of this morning is judged by its own time. The others
//! are run over all devices of a tenant.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bartizan_model::{Alert, DeviceId, EventId, TenantId, Timestamp};
use bartizan_sigma::{
    Bounds, Correlation, CorrelationEngine, EventRef, Links, Losses, Observation, Problem, Rule,
    RuleIndex,
};

use crate::{Clue, Detector, Kin, alert};

/// How much later than others an event may come and still be put in its place.
pub const LATENESS: Duration = Duration::from_secs(3_600);
/// `group-by` names whose values belong to one device.
const OF_A_DEVICE: &[&str] = &["DeviceId", "DeviceName", "Computer"];

/// The correlations of a detector, by where they are run.
#[derive(Debug)]
pub(crate) struct Scopes {
    of_device: Arc<Links>,
    of_tenant: Arc<Links>,
}

impl Scopes {
    pub(crate) fn new(rules: &[Rule], correlations: &[Correlation]) -> Self {
        // References are looked up among all of them; what is wrong is said once.
        let all = Links::new(rules, correlations);
        let usable = all.correlations();
        let (of_device, of_tenant): (Vec<Correlation>, Vec<Correlation>) =
            usable.iter().cloned().partition(|one| within_device(one, usable));
        let mut of_tenant_links = Links::new(rules, &of_tenant);
        of_tenant_links.add_problems(all.problems());
        Self {
            of_device: Arc::new(Links::new(rules, &of_device)),
            of_tenant: Arc::new(of_tenant_links),
        }
    }

    pub(crate) fn links(&self) -> impl Iterator<Item = &Arc<Links>> {
        [&self.of_device, &self.of_tenant].into_iter()
    }

    pub(crate) fn correlations(&self) -> impl Iterator<Item = &Correlation> {
        self.links().flat_map(|links| links.correlations())
    }

    /// The correlations that do not only serve others.
    pub(crate) fn claims(&self) -> impl Iterator<Item = &Correlation> {
        let served = |one: &Correlation| {
            self.correlations().any(|other| other.refers_to(one) && !other.generate)
        };
        self.correlations().filter(move |one| !served(one))
    }

    pub(crate) fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.links().flat_map(|links| links.problems())
    }

    /// How long a match of this rule can count.
    pub(crate) fn lasts(&self, rule: RuleIndex) -> Duration {
        self.links().map(|links| links.lasts(rule)).max().unwrap_or_default() + LATENESS
    }
}

/// Whether a correlation, and all it hangs together with, has groups within one device.
fn within_device(one: &Correlation, all: &[Correlation]) -> bool {
    let mut together = vec![one];
    let mut at = 0;
    while let Some(current) = together.get(at).copied() {
        at += 1;
        for other in all {
            let linked = current.refers_to(other) || other.refers_to(current);
            if linked && !together.iter().any(|known| std::ptr::eq(*known, other)) {
                together.push(other);
            }
        }
    }
    let pinned = |name: &String| Kin::named(name).is_some() || OF_A_DEVICE.contains(&name.as_str());
    together.iter().all(|member| member.group_by.iter().any(pinned))
}

type Engine = CorrelationEngine<Arc<Clue>>;

/// What is remembered of clues, for every tenant and device.
#[derive(Debug)]
pub struct Sequences {
    detector: Arc<Detector>,
    rules: HashMap<String, RuleIndex>,
    of_device: HashMap<(TenantId, DeviceId), Engine>,
    of_tenant: HashMap<TenantId, Engine>,
}

impl Sequences {
    /// Nothing seen yet.
    pub fn new(detector: Arc<Detector>) -> Self {
        let rules = detector.rules().iter().zip(0..);
        let rules = rules.map(|(rule, at)| (rule.name().to_owned(), RuleIndex(at))).collect();
        Self { detector, rules, of_device: HashMap::new(), of_tenant: HashMap::new() }
    }

    /// A clue was found. Says which alerts follow, family and incident undecided, and whether the clue should be kept
    /// for a restart.
    pub fn observe(&mut self, tenant: TenantId, clue: &Clue, now: Timestamp) -> (Vec<Alert>, bool) {
        let Some(rule) = self.rules.get(&*clue.rule).copied() else { return (Vec::new(), false) };
        let clue = Arc::new(clue.clone());
        let scopes = self.detector.scopes();
        let bounds = Bounds::at_once(LATENESS);
        let (mut alerts, mut keep) = (Vec::new(), false);
        let mut run = |engine: &mut Engine| {
            for fired in engine.observe(observation(rule, &clue)) {
                let correlation = engine.links().correlations().get(fired.correlation);
                alerts.extend(correlation.and_then(|c| alert::of_many(c, &fired, tenant, now)));
            }
            keep |= engine.was_hopeful();
        };
        if scopes.of_device.concerns(rule) {
            let new = || CorrelationEngine::new(Arc::clone(&scopes.of_device), bounds);
            run(self.of_device.entry((tenant, clue.device)).or_insert_with(new));
        }
        if scopes.of_tenant.concerns(rule) {
            let new = || CorrelationEngine::new(Arc::clone(&scopes.of_tenant), bounds);
            run(self.of_tenant.entry(tenant).or_insert_with(new));
        }
        (alerts, keep)
    }

    /// Take up what was found before a restart. What it led to was said then.
    pub fn resume(&mut self, tenant: TenantId, clues: impl IntoIterator<Item = Clue>) {
        for clue in clues {
            drop(self.observe(tenant, &clue, clue.at));
        }
    }

    /// What was let go for want of room, or came too late, over all devices.
    pub fn losses(&self, tenant: TenantId) -> Losses {
        let of_devices = self.of_device.iter().filter(|((of, _), _)| *of == tenant);
        let engines = of_devices.map(|(_, engine)| engine).chain(self.of_tenant.get(&tenant));
        engines.fold(Losses::default(), |sum, engine| sum.plus(engine.losses()))
    }
}

fn observation(rule: RuleIndex, clue: &Arc<Clue>) -> Observation<Arc<Clue>> {
    Observation {
        rule,
        at: clue.at.nanos(),
        event: reference(clue.event),
        fields: clue.fields.clone(),
        payload: Arc::clone(clue),
    }
}

fn reference(event: EventId) -> EventRef {
    EventRef(event.stream.uuid().as_u128(), event.sequence)
}
