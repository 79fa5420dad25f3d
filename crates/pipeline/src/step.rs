//! One step: a batch of events in, what they change out.

use bartizan_detection::{Around, Kin, doer};
use bartizan_incident::Correlator;
use bartizan_lineage::{Told, Tree};
use bartizan_model::{
    Action, Alert, ConnectionOutcome, EndedProcess, Envelope, Timestamp, Touch, Touched, rows_of,
};

use crate::{Effects, State, sighting};

/// Judge a batch. The envelopes are of one device, in the order of its stream; `now` is when the server judges.
pub fn step(state: &mut State, batch: &[Envelope], now: Timestamp) -> Effects {
    let mut effects = Effects::default();
    for envelope in batch {
        enrich(state, envelope, &mut effects);
        let rows = rows_of(envelope);
        let detector = std::sync::Arc::clone(&state.detector);
        let tree = state.trees.get(&(envelope.tenant, envelope.device));
        let kin = |which| kin(which, envelope, tree);
        let (facts, learned) = state.rarity.observe(envelope);
        effects.learned.extend(learned);
        let around = Around { facts, kin: &kin };
        let judged = detector.judge_event(envelope, &rows, &around, now, &mut state.scratch);
        for alert in judged.alerts {
            claim(state, alert, now, &mut effects);
        }
        for alert in sightings(state, envelope, now) {
            claim(state, alert, now, &mut effects);
        }
        for clue in judged.clues {
            let (alerts, keep) = state.sequences.observe(envelope.tenant, &clue, now);
            for alert in alerts {
                claim(state, alert, now, &mut effects);
            }
            effects.clues.extend(keep.then_some(clue));
        }
    }
    effects
}

fn sightings(state: &State, envelope: &Envelope, now: Timestamp) -> Vec<Alert> {
    let Some(indicators) = state.indicators.get(&envelope.tenant) else { return Vec::new() };
    sighting::sightings(indicators, envelope, now)
}

/// A claim that was made elsewhere (a hunt over stored events) finds its family and incident like any other, and what
/// people expect of it and which rules they switched off hold for it too.
pub fn adopt(state: &mut State, alert: Alert, now: Timestamp) -> Effects {
    let mut effects = Effects::default();
    claim(state, alert, now, &mut effects);
    effects
}

/// How the event's process belongs to others, as a value that only they share.
fn kin(which: Kin, envelope: &Envelope, tree: Option<&Tree>) -> Option<String> {
    let process = doer(envelope)?;
    match which {
        Kin::Process => Some(process.key.to_string()),
        Kin::Family => {
            let family = tree.and_then(|tree| tree.family(process.key));
            Some(family.map_or(process.key, |family| family.ancestor).to_string())
        }
        Kin::Session => Some(format!("{:032x}-{}", process.key.boot.0, process.user.session?)),
    }
}

/// Put the event into the process tree, and note what it says of the machine.
fn enrich(state: &mut State, envelope: &Envelope, effects: &mut Effects) {
    let of = (envelope.tenant, envelope.device);
    let event = &envelope.event;
    let at = event.at;
    effects.known.extend(state.prevalence.note(envelope));
    if let Some(actor) = &event.actor
        && state.tell(of, actor, Told::Mentioned, at)
    {
        effects.processes.push(actor.clone());
    }
    let told = match &event.action {
        Action::ProcessStarted(process) => Some((process, Told::Started)),
        Action::ProcessObserved(process) => Some((process, Told::Observed)),
        Action::ProcessForked(process) => Some((process, Told::Forked)),
        _ => None,
    };
    if let Some((process, told)) = told
        && state.tell(of, process, told, at)
    {
        effects.processes.push(process.clone());
    }
    match &event.action {
        Action::ProcessEnded { exit_code, signal } => {
            if let Some(actor) = &event.actor {
                state.trees.entry(of).or_default().end(actor.key);
                let (key, exit_code, signal) = (actor.key, *exit_code, *signal);
                effects.ended.push(EndedProcess { key, at, exit_code, signal });
            }
        }
        // A port that waits has no other end that could be named.
        Action::Connection(connection) if connection.outcome == ConnectionOutcome::Listening => {}
        Action::Connection(connection) => {
            touch(envelope, Touched::Connection(connection.clone()), effects);
        }
        Action::File(change) => touch(envelope, Touched::File(change.clone()), effects),
        Action::DeviceFacts(facts) => effects.facts = Some((at, facts.clone())),
        Action::SensorHealth(health) => effects.health = Some((at, health.clone())),
        Action::EventsLost(lost) => effects.losses.push(lost.clone()),
        Action::ProcessStarted(_)
        | Action::ProcessForked(_)
        | Action::ProcessObserved(_)
        | Action::Operation(_)
        | Action::ImageLoaded(_)
        | Action::Logon(_)
        | Action::Inventory(_)
        | Action::Tampering(_) => {}
    }
}

fn touch(envelope: &Envelope, what: Touched, effects: &mut Effects) {
    if let Some(actor) = &envelope.event.actor {
        effects.touches.push(Touch { process: actor.key, at: envelope.event.at, what });
    }
}

/// What a rule claims is heard unless the rule is switched off; what people expect is set apart.
fn claim(state: &mut State, alert: Alert, now: Timestamp, effects: &mut Effects) {
    if state.is_off(&alert) {
        return;
    }
    match state.expects(&alert, now) {
        Some((number, hide)) => expected(state, alert, (number, hide), effects),
        None => correlate(state, alert, effects),
    }
}

/// An alert that people expect is kept, and joins nothing.
fn expected(
    state: &mut State,
    mut alert: Alert,
    (number, hide): (u64, bool),
    effects: &mut Effects,
) {
    if state.repeats.repeats(&alert) {
        effects.repeated += 1;
        return;
    }
    let tree = state.trees.get(&(alert.tenant, alert.device));
    let family = alert.process.and_then(|process| tree?.family(process));
    alert.family = family.map(|family| family.ancestor);
    effects.expected.push((alert.id, number, hide));
    effects.alerts.push(alert);
}

/// Find the alert's family and its incident.
fn correlate(state: &mut State, mut alert: Alert, effects: &mut Effects) {
    if state.repeats.repeats(&alert) {
        effects.repeated += 1;
        return;
    }
    let tree = state.trees.get(&(alert.tenant, alert.device));
    let family = alert.process.and_then(|process| tree?.family(process));
    alert.family = family.as_ref().map(|family| family.ancestor);
    let image = family.as_ref().map(|family| &family.image);
    let correlator = state.correlators.entry(alert.tenant).or_insert_with(first_correlator);
    if let (Some(tree), Some(family)) = (tree, &family) {
        let family_of = |process| tree.family(process).map(|family| family.ancestor);
        correlator.regroup(alert.device, (family.ancestor, &family.image), family_of);
    }
    let ties = state.prevalence.ties(&alert, tree);
    let joined = correlator.place(&alert, image, &ties);
    // Also an alert that comes again says where it is.
    alert.incident = correlator.incident_of(alert.id);
    if let Some(joined) = joined {
        for other in &mut effects.alerts {
            if joined.alerts.contains(&other.id) {
                other.incident = Some(joined.incident.id);
            }
            // What was opened a moment ago in this batch may have gone into another by now.
            if other.incident.is_some_and(|id| joined.absorbed.contains(&id)) {
                other.incident = Some(joined.incident.id);
            }
        }
        effects.incidents.push(joined);
    }
    effects.alerts.push(alert);
}

/// When nothing else is known, a tenant's incidents are counted from 1.
fn first_correlator() -> Correlator {
    Correlator::new(1)
}
