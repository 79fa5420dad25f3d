//! The judging reader: the pipeline's state, what it goes on with after a start, and how its effects are kept.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use bartizan_detection::{Clue, Detector, Learned};
use bartizan_event_log::{Entry, Position};
use bartizan_incident::{AssetValue, Grounds, Joined, priority};
use bartizan_model::{Alert, AlertId, DeviceId, IncidentId, TenantId, Text};
use bartizan_pipeline::{Condition, Effects, Expected, State, adopt, step};
use bartizan_store::{
    IncidentEffect, KeptClue, StepEffects, Store, StreamSpan, Tuned, TuningCondition, TuningRule,
    UsualThing,
};

use super::{after, clock, envelopes, indicators::Watch};

/// Processes that ended longer ago than this are not taken up again after a start.
const TAKE_UP_ENDED_WITHIN: Duration = Duration::from_secs(3_600);
/// How far back informational alerts are taken up that wait for an incident of their family.
const TAKE_UP_WAITING_WITHIN: Duration = Duration::from_secs(7 * 86_400);
/// How many of them of a tenant.
const WAITING_MAX: u32 = 20_000;

/// The judging reader.
#[derive(Debug)]
pub(super) struct Judge {
    state: State,
    place: Position,
    devices: HashSet<(TenantId, DeviceId)>,
    watch: Arc<Watch>,
    /// The last decision of people that was heeded, of each tenant.
    decided: HashMap<TenantId, u64>,
}

impl Judge {
    /// Take up what the store knows. After a failure too: what was judged and not kept is judged anew.
    pub(super) fn resume(
        store: &Store,
        detector: Arc<Detector>,
        watch: Arc<Watch>,
    ) -> anyhow::Result<Self> {
        let _held = store.hold_incidents();
        let mut state = State::new(detector);
        let mut decided = HashMap::new();
        for tenant in store.door().tenants().context("listing tenants")? {
            let last = store.decisions(tenant.id, 0).context("reading people's decisions")?;
            decided.insert(tenant.id, last.last().map_or(0, |decision| decision.number));
            let mut open = Vec::new();
            for incident in store.load_open_incidents(tenant.id).context("taking up incidents")? {
                let alerts = alerts_of(store, tenant.id, incident.id)?;
                open.push((incident, alerts));
            }
            let next = store.next_incident_number(tenant.id).context("counting incidents")?;
            state.resume_incidents(tenant.id, next, open);
            let learned = store.load_usual_things(tenant.id).context("taking up what is usual")?;
            let since = store.load_watched_devices(tenant.id)?;
            let learned = learned.into_iter().map(|UsualThing { device, thing, day }| Learned {
                device,
                thing,
                day,
            });
            state.resume_rarity(tenant.id, learned, since);
            let known =
                store.load_known_things(tenant.id).context("taking up what devices know")?;
            state.resume_known(tenant.id, known);
            let clues = store.load_clues(tenant.id, clock()).context("taking up clues")?;
            state.resume_clues(tenant.id, clues.into_iter().map(clue));
            let waiting_since = clock().minus(TAKE_UP_WAITING_WITHIN);
            let waiting = store
                .waiting_alerts(tenant.id, waiting_since, WAITING_MAX)
                .context("taking up alerts that wait for an incident")?;
            state.resume_waiting(tenant.id, waiting);
        }
        let place = after(store.pipeline_position().context("finding the place in the event log")?);
        Ok(Self { state, place, devices: HashSet::new(), decided, watch })
    }

    /// Where to go on reading.
    pub(super) const fn place(&self) -> Position {
        self.place
    }

    /// Judge records and keep what follows, with the place, in one transaction.
    pub(super) fn judge(
        &mut self,
        store: &Store,
        entries: &[(Position, Entry)],
        last: Position,
    ) -> anyhow::Result<Vec<StepEffects>> {
        // Until what is judged is kept, nobody decides about incidents: neither overtakes the other.
        let _held = store.hold_incidents();
        self.heed_decisions(store)?;
        for (tenant, indicators) in self.watch.sets() {
            self.state.use_indicators(tenant, indicators);
        }
        let mut steps = Vec::with_capacity(entries.len());
        for (_, entry) in entries {
            self.take_up_device(store, entry)?;
            let batch = envelopes(entry);
            let effects = step(&mut self.state, &batch, clock());
            let mut kept = kept(store, entry, effects)?;
            kept.span = Some(StreamSpan {
                stream: entry.stream,
                last: entry.last_sequence,
                events: u64::try_from(batch.len()).unwrap_or(u64::MAX),
            });
            steps.push(kept);
        }
        store.commit_steps(&steps, last.0).context("keeping what was judged")?;
        self.place = last.next();
        Ok(steps)
    }

    /// Gives what a hunt over stored events found its place among the incidents, and keeps it.
    pub(super) fn adopt(&mut self, store: &Store) -> anyhow::Result<Vec<StepEffects>> {
        let _held = store.hold_incidents();
        self.heed_decisions(store)?;
        let now = clock();
        let found = self.watch.found();
        let mut steps = Vec::with_capacity(found.len());
        for alert in found {
            let (tenant, device, name) = (alert.tenant, alert.device, alert.device_name.clone());
            let effects = adopt(&mut self.state, alert, now);
            let mut step = StepEffects::new(tenant, device, name, now);
            step.alerts = effects.alerts;
            step.tuned = tuned(effects.expected);
            step.incidents = incidents(store, tenant, effects.incidents)?;
            steps.push(step);
        }
        if !steps.is_empty() {
            store.commit_claims(&steps).context("keeping what a hunt found")?;
        }
        Ok(steps)
    }

    /// The first time a device is heard, what is known of its processes.
    fn take_up_device(&mut self, store: &Store, entry: &Entry) -> anyhow::Result<()> {
        let (tenant, device) = (entry.tenant, entry.device);
        if !self.devices.insert((tenant, device)) {
            return Ok(());
        }
        let since = clock().minus(TAKE_UP_ENDED_WITHIN);
        let records = store.load_processes(tenant, device, since).context("taking up processes")?;
        let processes = records.into_iter().map(|record| Arc::new(record.process));
        self.state.resume_processes(tenant, device, processes);
        Ok(())
    }

    /// What people decided since: resolved incidents take no more alerts; reopened, merged, split, assigned and
    /// classified ones are taken up as they are now. Only what was decided about is read.
    fn heed_decisions(&mut self, store: &Store) -> anyhow::Result<()> {
        for tenant in store.door().tenants().context("listing tenants")? {
            let rules = store.tuning_rules(tenant.id).context("reading tuning rules")?;
            let expected = rules.into_iter().filter(|rule| rule.enabled).map(expected).collect();
            let states = store.rule_states(tenant.id).context("reading the states of rules")?;
            let off = states.into_iter().filter(|state| !state.enabled);
            let off = off.map(|state| Text::from(state.rule)).collect();
            self.state.tune(tenant.id, expected, off);
            let after = self.decided.get(&tenant.id).copied().unwrap_or(0);
            let decisions =
                store.decisions(tenant.id, after).context("looking at people's decisions")?;
            let next = store.next_incident_number(tenant.id).context("counting incidents")?;
            self.state.number_from(tenant.id, next);
            for decision in decisions {
                self.state.close_incident(tenant.id, decision.incident);
                let record = store.incident(tenant.id, decision.incident)?;
                if let Some(record) = record.filter(|_| decision.open) {
                    let alerts = alerts_of(store, tenant.id, decision.incident)?;
                    self.state.resume_incident(tenant.id, record.incident, &alerts);
                }
                self.decided.insert(tenant.id, decision.number);
            }
        }
        Ok(())
    }
}

fn expected(rule: TuningRule) -> Expected {
    let conditions = rule.conditions.into_iter();
    let condition = |c: TuningCondition| Condition { field: c.field, pattern: c.value };
    Expected {
        number: rule.number,
        rule: rule.rule,
        conditions: conditions.map(condition).collect(),
        expires_at: rule.expires_at,
        hide: rule.hide,
    }
}

fn alerts_of(store: &Store, tenant: TenantId, id: IncidentId) -> anyhow::Result<Vec<Alert>> {
    let alerts = store.alerts_of_incident(tenant, id).context("taking up alerts")?;
    Ok(alerts.into_iter().map(|joined| joined.alert.alert).collect())
}

/// A step's effects in the words of the store.
fn kept(store: &Store, entry: &Entry, effects: Effects) -> anyhow::Result<StepEffects> {
    let mut step =
        StepEffects::new(entry.tenant, entry.device, entry.device_name.clone(), entry.received_at);
    step.processes = effects.processes;
    step.ended = effects.ended;
    step.touches = effects.touches;
    step.alerts = effects.alerts;
    step.tuned = tuned(effects.expected);
    step.incidents = incidents(store, entry.tenant, effects.incidents)?;
    step.clues = effects.clues.into_iter().map(kept_clue).collect();
    step.learned = effects
        .learned
        .into_iter()
        .map(|Learned { device, thing, day }| UsualThing { device, thing, day })
        .collect();
    step.facts = effects.facts;
    step.health = effects.health;
    step.losses = effects.losses;
    step.known = effects.known;
    Ok(step)
}

fn tuned(expected: Vec<(AlertId, u64, bool)>) -> Vec<Tuned> {
    expected.into_iter().map(|(alert, by, hidden)| Tuned { alert, by, hidden }).collect()
}

/// Incidents in the words of the store, with how soon each should be looked at.
fn incidents(
    store: &Store,
    tenant: TenantId,
    all: Vec<Joined>,
) -> anyhow::Result<Vec<IncidentEffect>> {
    let mut kept = Vec::with_capacity(all.len());
    for joined in all {
        let mut devices = Vec::with_capacity(joined.devices.len());
        for (device, name) in &joined.devices {
            let value =
                store.device_value(tenant, *device).context("asking what a device is worth")?;
            devices.push((name.clone(), AssetValue::of_word(value.as_deref().unwrap_or_default())));
        }
        let grounds = Grounds { devices: &devices, indicators: &joined.indicators };
        let priority = priority(&joined.incident, grounds);
        kept.push(IncidentEffect {
            priority: priority.number,
            priority_reasons: priority.reasons,
            incident: joined.incident,
            joined: joined.alerts,
            absorbed: joined.absorbed,
        });
    }
    Ok(kept)
}

/// A clue in the words of the store.
fn kept_clue(clue: Clue) -> KeptClue {
    KeptClue {
        rule: clue.rule,
        title: clue.title,
        device: clue.device,
        device_name: clue.device_name,
        event: clue.event,
        at: clue.at,
        until: clue.until,
        process: clue.process,
        fields: clue.fields,
        evidence: clue.evidence,
        matched: clue.matched,
    }
}

fn clue(kept: KeptClue) -> Clue {
    Clue {
        rule: kept.rule,
        title: kept.title,
        device: kept.device,
        device_name: kept.device_name,
        event: kept.event,
        at: kept.at,
        until: kept.until,
        process: kept.process,
        fields: kept.fields,
        evidence: kept.evidence,
        matched: kept.matched,
    }
}
