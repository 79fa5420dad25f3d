//! What the pipeline remembers between steps. All of it can be made again from the store and the log.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bartizan_detection::{Clue, Detector, Learned, Rarity, Scratch, Sequences};
use bartizan_incident::{Correlator, Expected};
use bartizan_indicator::IndicatorSet;
use bartizan_lineage::{Told, Tree};
use bartizan_model::{
    Alert, DeviceId, Incident, IncidentId, Process, TenantId, Text, Tie, Timestamp,
};

use crate::{prevalence::Prevalence, repeats::Repeats};

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
    pub(crate) prevalence: Prevalence,
    expected: HashMap<TenantId, Vec<Expected>>,
    off: HashMap<TenantId, HashSet<Text>>,
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
            prevalence: Prevalence::default(),
            expected: HashMap::new(),
            off: HashMap::new(),
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

    /// What a tenant's people expect, and which rules they switched off, from now on.
    pub fn tune(&mut self, tenant: TenantId, expected: Vec<Expected>, off: HashSet<Text>) {
        self.expected.insert(tenant, expected);
        self.off.insert(tenant, off);
    }

    /// Whether the rule of an alert is switched off.
    pub(crate) fn is_off(&self, alert: &Alert) -> bool {
        self.off.get(&alert.tenant).is_some_and(|off| off.contains(&alert.rule))
    }

    /// The tuning rule by which an alert is expected, and whether it hides it.
    pub(crate) fn expects(&self, alert: &Alert, now: Timestamp) -> Option<(u64, bool)> {
        let all = self.expected.get(&alert.tenant)?;
        let expected = all.iter().find(|expected| expected.holds(alert, now))?;
        Some((expected.number, expected.hide))
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

    /// Take up which files and addresses the tenant's devices know, those known first first.
    pub fn resume_known(
        &mut self,
        tenant: TenantId,
        known: impl IntoIterator<Item = (Tie, DeviceId)>,
    ) {
        self.prevalence.resume(tenant, known);
    }

    /// Take up one incident as it is now: people opened it again, or changed what is in it.
    pub fn resume_incident(&mut self, tenant: TenantId, incident: Incident, alerts: &[Alert]) {
        for alert in alerts {
            self.repeats.remember(alert);
        }
        let correlator = self.correlators.entry(tenant).or_insert_with(|| Correlator::new(1));
        correlator.resume(incident, alerts);
    }

    /// Take up informational alerts that wait for an incident of their family.
    pub fn resume_waiting(&mut self, tenant: TenantId, waiting: impl IntoIterator<Item = Alert>) {
        let correlator = self.correlators.entry(tenant).or_insert_with(|| Correlator::new(1));
        for alert in waiting {
            correlator.resume_waiting(&alert);
        }
    }

    /// The tenant's next incident gets this number, or a later one: people open incidents too.
    pub fn number_from(&mut self, tenant: TenantId, next: u64) {
        let correlator = self.correlators.entry(tenant).or_insert_with(|| Correlator::new(next));
        correlator.number_from(next);
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
