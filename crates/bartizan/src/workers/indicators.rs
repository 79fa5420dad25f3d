//! Indicators at work: whatever people keep or remove is looked for within seconds, and what is new is also looked
//! for in the events that are stored.
//!
//! Sets are made here, beside the judging reader, and taken by it between two batches: it never waits for one. A hunt
//! asks which values were seen at all, and looks those up; so it costs the same for one indicator and for a million.

mod hunt;

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use bartizan_indicator::{Action, Indicator, IndicatorSet, Kind, Observable, Scope};
use bartizan_model::{Alert, TenantId, Text, Timestamp};
use bartizan_store::KeptIndicator;
use parking_lot::Mutex;

use super::{Rooms, clock};

/// How often changes are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(1_000);
/// How often the sets are made anew so that the expired leave.
const RENEW_EVERY: Duration = Duration::from_secs(3_600);
/// Most alerts of a hunt that wait for the judging reader; the hunt waits beyond.
const FOUND_MAX: usize = 10_000;
/// Most alerts that the judging reader takes at once.
const TAKEN_AT_ONCE: usize = 256;

/// What is looked for, shared with the judging reader.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Sets that were made since the reader took the last.
    sets: Mutex<HashMap<TenantId, Arc<IndicatorSet>>>,
    /// What hunts found.
    found: Mutex<VecDeque<Alert>>,
}

impl Watch {
    /// The sets in force.
    pub(super) fn sets(&self) -> Vec<(TenantId, Arc<IndicatorSet>)> {
        self.sets.lock().iter().map(|(tenant, set)| (*tenant, Arc::clone(set))).collect()
    }

    /// What hunts found, some of it.
    pub(super) fn found(&self) -> Vec<Alert> {
        let mut found = self.found.lock();
        let some = found.len().min(TAKEN_AT_ONCE);
        found.drain(..some).collect()
    }

    fn has_room(&self) -> bool {
        self.found.lock().len() < FOUND_MAX
    }
}

/// What is known of one tenant's indicators.
#[derive(Debug)]
struct Known {
    version: u64,
    made: Timestamp,
}

/// Look for changes until told to end.
pub(super) fn watch_all(rooms: &Rooms, watch: &Watch, stop: &AtomicBool) {
    let mut known: HashMap<TenantId, Known> = HashMap::new();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("starting the hunt for indicators: {error}");
            return;
        }
    };
    while !stop.load(Ordering::Relaxed) {
        if let Err(error) = look(rooms, watch, &mut known, &runtime) {
            tracing::error!("looking for changes of indicators: {error:#}");
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn look(
    rooms: &Rooms,
    watch: &Watch,
    known: &mut HashMap<TenantId, Known>,
    runtime: &tokio::runtime::Runtime,
) -> anyhow::Result<()> {
    let now = clock();
    for tenant in rooms.store.door().tenants().context("listing tenants")? {
        let version = rooms.store.indicator_version(tenant.id)?;
        let fresh = known
            .get(&tenant.id)
            .is_some_and(|k| k.version == version && now.since(k.made) < RENEW_EVERY);
        if fresh || (version == 0 && !known.contains_key(&tenant.id)) {
            continue;
        }
        let kept = rooms.store.load_indicators(tenant.id, now).context("loading indicators")?;
        let until = kept.iter().map(|one| one.created_at).max();
        let hunted = rooms.store.indicators_hunted(tenant.id)?;
        let new: Vec<Indicator> =
            kept.iter().filter(|one| one.created_at > hunted).filter_map(indicator).collect();
        let set = IndicatorSet::new(kept.iter().filter_map(indicator).collect());
        watch.sets.lock().insert(tenant.id, Arc::new(set));
        known.insert(tenant.id, Known { version, made: now });
        if let (Some(until), false) = (until, new.is_empty())
            && watch.has_room()
        {
            let set = IndicatorSet::new(new);
            let alerts = runtime.block_on(hunt::hunt(&rooms.telemetry, tenant.id, &set, now))?;
            tracing::info!(found = alerts.len(), indicators = set.len(), "hunted for indicators");
            watch.found.lock().extend(alerts);
            rooms.store.keep_indicators_hunted(tenant.id, until)?;
        }
    }
    Ok(())
}

/// A kept indicator as it is looked for; `None` for what an older server kept in a form that is not ours.
fn indicator(kept: &KeptIndicator) -> Option<Indicator> {
    let kind = Kind::from_word(&kept.kind)?;
    let scope = match &kept.scope {
        None => Scope::All,
        Some((devices, groups)) => Scope::Some {
            devices: devices.clone(),
            groups: groups.iter().map(|group| Text::from(group.as_str())).collect(),
        },
    };
    Some(Indicator {
        id: kept.id.to_string().into(),
        value: Observable::parse(kind, &kept.value).ok()?,
        subdomains: kept.subdomains,
        action: Action::from_word(&kept.action)?,
        severity: kept.severity,
        title: kept.title.as_str().into(),
        description: kept.description.as_str().into(),
        source: kept.source.as_str().into(),
        scope,
        valid_from: kept.valid_from,
        valid_until: kept.valid_until,
    })
}
