//! What the pipeline remembers between steps. All of it can be made again from the store and the log.

use std::{collections::HashMap, sync::Arc};

use bartizan_detection::{Clue, Detector, Learned, Rarity, Scratch, Sequences};
use bartizan_incident::Correlator;
use bartizan_indicator::IndicatorSet;
use bartizan_lineage::{Told, Tree};
use bartizan_model::{Alert, DeviceId, Incident, IncidentId, Process, TenantId, Timestamp};

use crate::repeats::Repeats;

/// What the pipeline remembers between steps.
#[derive(Debug)]
pub struct State {
    pub(crate) detector: Arc<Detector>,
    pub(crate) scratch: Scratch,
    pub(crate) trees: HashMap<(TenantId, DeviceId), Tree>,
    pub(crate) correlators: HashMap<TenantId, Correlator>,
    pub(crate) repeats: Repeats,
    pub(crate) sequences: Sequences,
    pub(crate) rarity: Rarity,
    pub(crate) indicators: HashMap<TenantId, Arc<IndicatorSet>>,
}

impl State {
    /// Nothing seen yet.
    pub fn new(detector: Arc<Detector>) -> Self {
        Self {
            scratch: detector.scratch(),
            sequences: Sequences::new(Arc::clone(&detector)),
            rarity: Rarity::default(),
            indicators: HashMap::new(),
            detector,
            trees: HashMap::new(),
            correlators: HashMap::new(),
            repeats: Repeats::default(),
        }
    }

    /// Judge by other rules from now on. What correlations remember is forgotten; take clues up again.
    pub fn use_rules(&mut self, detector: Arc<Detector>) {
        self.scratch = detector.scratch();
        self.sequences = Sequences::new(Arc::clone(&detector));
        self.detector = detector;
    }

    /// Look for these indicators of a tenant from now on. The set was made elsewhere, so nothing waits for it.
    pub fn use_indicators(&mut self, tenant: TenantId, indicators: Arc<IndicatorSet>) {
        self.indicators.insert(tenant, indicators);
    }

    /// Take up a tenant's incidents after a restart: the open ones with their alerts, and the next number. What those
    /// alerts claim is not claimed again a moment later.
    pub fn resume_incidents(
        &mut self,
        tenant: TenantId,
        next: u64,
        open: impl IntoIterator<Item = (Incident, Vec<Alert>)>,
    ) {
        let mut correlator = Correlator::new(next);
        for (incident, alerts) in open {
            for alert in &alerts {
                self.repeats.remember(alert);
            }
            correlator.resume(incident, &alerts);
        }
        self.correlators.insert(tenant, correlator);
    }

    /// Take up what was found before a restart and can still be part of a correlation.
    pub fn resume_clues(&mut self, tenant: TenantId, clues: impl IntoIterator<Item = Clue>) {
        self.sequences.resume(tenant, clues);
    }

    /// Take up what was learned of how usual things are, and since when each device is watched (a day, from 1970).
    pub fn resume_rarity(
        &mut self,
        tenant: TenantId,
        learned: impl IntoIterator<Item = Learned>,
        watched_since: impl IntoIterator<Item = (DeviceId, i64)>,
    ) {
        self.rarity.resume_devices(tenant, watched_since);
        self.rarity.resume(tenant, learned);
    }

    /// Take up what is known of a device's processes after a restart.
    pub fn resume_processes(
        &mut self,
        tenant: TenantId,
        device: DeviceId,
        processes: impl IntoIterator<Item = Arc<Process>>,
    ) {
        let tree = self.trees.entry((tenant, device)).or_default();
        for process in processes {
            tree.tell(&process, Told::Observed, process.started_at);
        }
    }

    /// The tenant's incidents that still take alerts.
    pub fn open_incidents(&self, tenant: TenantId) -> Vec<IncidentId> {
        self.correlators.get(&tenant).map(|c| c.open().collect()).unwrap_or_default()
    }

    /// People resolved an incident: it takes no more alerts.
    pub fn close_incident(&mut self, tenant: TenantId, incident: IncidentId) {
        if let Some(correlator) = self.correlators.get_mut(&tenant) {
            correlator.close(incident);
        }
    }

    /// How many processes left a device's tree for want of room.
    pub fn evicted(&self, tenant: TenantId, device: DeviceId) -> u64 {
        self.trees.get(&(tenant, device)).map(Tree::evicted).unwrap_or_default()
    }

    pub(crate) fn tell(
        &mut self,
        of: (TenantId, DeviceId),
        process: &Arc<Process>,
        told: Told,
        at: Timestamp,
    ) -> bool {
        self.trees.entry(of).or_default().tell(process, told, at)
    }
}
