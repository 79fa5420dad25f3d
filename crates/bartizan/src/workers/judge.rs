//! The judging reader: the pipeline's state, what it goes on with after a start, and how its effects are kept.

use std::{collections::HashSet, sync::Arc, time::Duration};

use anyhow::Context as _;
use bartizan_detection::{Clue, Detector, Learned};
use bartizan_event_log::{Entry, Position};
use bartizan_model::{DeviceId, TenantId, Timestamp};
use bartizan_pipeline::{Effects, State, adopt, step};
use bartizan_store::{
    EndedProcess, IncidentEffect, KeptClue, StepEffects, Store, Touch, Touched, UsualThing,
};

use super::{after, clock, envelopes, indicators::Watch};

/// Processes that ended longer ago than this are not taken up again after a start.
const TAKE_UP_ENDED_WITHIN: Duration = Duration::from_secs(3_600);
/// How often people's decisions on incidents are looked at.
const LOOK_AT_DECISIONS_EVERY: Duration = Duration::from_millis(500);

/// The judging reader.
#[derive(Debug)]
pub(super) struct Judge {
    state: State,
    place: Position,
    devices: HashSet<(TenantId, DeviceId)>,
    looked_at: Timestamp,
    watch: Arc<Watch>,
}

impl Judge {
    /// Take up what the store knows. After a failure too: what was judged and not kept is judged anew.
    pub(super) fn resume(
        store: &Store,
        detector: Arc<Detector>,
        watch: Arc<Watch>,
    ) -> anyhow::Result<Self> {
        let mut state = State::new(detector);
        for tenant in store.door().tenants().context("listing tenants")? {
            let mut open = Vec::new();
            for incident in store.load_open_incidents(tenant.id).context("taking up incidents")? {
                let alerts = store.alerts_of_incident(tenant.id, incident.id)?;
                open.push((incident, alerts.into_iter().map(|a| a.alert).collect()));
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
            let clues = store.load_clues(tenant.id, clock()).context("taking up clues")?;
            state.resume_clues(tenant.id, clues.into_iter().map(clue));
        }
        let place = after(store.pipeline_position().context("finding the place in the event log")?);
        Ok(Self { state, place, devices: HashSet::new(), looked_at: Timestamp::default(), watch })
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
        // Before anything is judged: an incident that is opened below is not in the store yet.
        self.heed_decisions(store)?;
        for (tenant, indicators) in self.watch.sets() {
            self.state.use_indicators(tenant, indicators);
        }
        let mut steps = Vec::with_capacity(entries.len());
        for (_, entry) in entries {
            self.take_up_device(store, entry)?;
            let effects = step(&mut self.state, &envelopes(entry), clock());
            steps.push(kept(entry, effects));
        }
        store.commit_steps(&steps, last.0).context("keeping what was judged")?;
        self.place = last.next();
        Ok(steps)
    }

    /// Gives what a hunt over stored events found its place among the incidents, and keeps it.
    pub(super) fn adopt(&mut self, store: &Store) -> anyhow::Result<Vec<StepEffects>> {
        let now = clock();
        let found = self.watch.found();
        let mut steps = Vec::with_capacity(found.len());
        for alert in found {
            let (tenant, device, name) = (alert.tenant, alert.device, alert.device_name.clone());
            let effects = adopt(&mut self.state, alert);
            let mut step = StepEffects::new(tenant, device, name, now);
            step.alerts = effects.alerts;
            step.incidents = effects.incidents.into_iter().map(incident).collect();
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

    /// Incidents that people resolved take no more alerts.
    fn heed_decisions(&mut self, store: &Store) -> anyhow::Result<()> {
        let now = clock();
        if now.since(self.looked_at) < LOOK_AT_DECISIONS_EVERY {
            return Ok(());
        }
        self.looked_at = now;
        for tenant in store.door().tenants().context("listing tenants")? {
            let open: HashSet<_> = store
                .load_open_incidents(tenant.id)
                .context("looking at people's decisions")?
                .into_iter()
                .map(|incident| incident.id)
                .collect();
            for incident in self.state.open_incidents(tenant.id) {
                if !open.contains(&incident) {
                    self.state.close_incident(tenant.id, incident);
                }
            }
        }
        Ok(())
    }
}

/// A step's effects in the words of the store.
fn kept(entry: &Entry, effects: Effects) -> StepEffects {
    let mut step =
        StepEffects::new(entry.tenant, entry.device, entry.device_name.clone(), entry.received_at);
    step.processes = effects.processes;
    step.ended = effects
        .ended
        .into_iter()
        .map(|e| EndedProcess { key: e.key, at: e.at, exit_code: e.exit_code, signal: e.signal })
        .collect();
    step.touches = effects.touches.into_iter().map(touch).collect();
    step.alerts = effects.alerts;
    step.incidents = effects.incidents.into_iter().map(incident).collect();
    step.clues = effects.clues.into_iter().map(kept_clue).collect();
    step.learned = effects
        .learned
        .into_iter()
        .map(|Learned { device, thing, day }| UsualThing { device, thing, day })
        .collect();
    step.facts = effects.facts;
    step.health = effects.health;
    step.losses = effects.losses;
    step
}

fn incident(joined: bartizan_incident::Joined) -> IncidentEffect {
    IncidentEffect { incident: joined.incident, joined: joined.alerts }
}

fn touch(touch: bartizan_pipeline::Touch) -> Touch {
    let what = match touch.what {
        bartizan_pipeline::Touched::Connection(connection) => Touched::Connection(connection),
        bartizan_pipeline::Touched::File(change) => Touched::File(change),
    };
    Touch { process: touch.process, at: touch.at, what }
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
