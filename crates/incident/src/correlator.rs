//! Which incident an alert belongs to.

use std::collections::{BTreeMap, HashMap, VecDeque};

use bartizan_model::{
    Alert, AlertId, DeviceId, Incident, IncidentId, IncidentStatus, JoinReason, ProcessKey,
    Severity, Text, Timestamp,
};

use crate::story::Story;

/// Most open incidents kept in memory; beyond it the one that was silent longest takes no more alerts.
const STORIES_MAX: usize = 10_000;
/// Most families whose merely informational alerts are remembered, in case more comes.
const WAITING_FAMILIES_MAX: usize = 10_000;
/// Most alerts of which it is remembered that they are in an incident, so that a repeated one joins none again.
const PLACED_MAX: usize = 65_536;
/// Most such alerts of one family.
const WAITING_ALERTS_MAX: usize = 100;

/// The process family of an alert.
type FamilyOf = (DeviceId, ProcessKey);

/// What became of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The incident as it is now.
    pub incident: Incident,
    /// The alerts that joined it by this: usually one; more when earlier informational ones were waiting.
    pub alerts: Vec<AlertId>,
}

/// The open incidents of a tenant.
#[derive(Debug)]
pub struct Correlator {
    next: u64,
    stories: BTreeMap<IncidentId, Story>,
    families: HashMap<FamilyOf, IncidentId>,
    /// Informational alerts open no incident, but belong to one that their family opens later.
    waiting: HashMap<FamilyOf, Vec<Alert>>,
    placed: HashMap<AlertId, IncidentId>,
    /// Placed alerts, longest ago first.
    placed_order: VecDeque<AlertId>,
}

impl Correlator {
    /// No open incident; the next one gets this number.
    pub fn new(next: u64) -> Self {
        Self {
            next,
            stories: BTreeMap::new(),
            families: HashMap::new(),
            waiting: HashMap::new(),
            placed: HashMap::new(),
            placed_order: VecDeque::new(),
        }
    }

    /// Take up an open incident after a restart, with its alerts.
    pub fn resume(&mut self, incident: Incident, alerts: &[Alert]) {
        let id = incident.id;
        self.next = self.next.max(id.0 + 1);
        if let Some(family) = incident.family {
            self.families.insert((incident.device, family), id);
        }
        let mut story = Story::new(incident, None);
        for alert in alerts {
            story.remember(alert);
            self.note(alert.id, id);
        }
        self.stories.insert(id, story);
    }

    /// People resolved an incident: it takes no more alerts.
    pub fn close(&mut self, id: IncidentId) {
        if let Some(story) = self.stories.remove(&id)
            && let Some(family) = story.incident().family
        {
            let family = (story.incident().device, family);
            if self.families.get(&family) == Some(&id) {
                self.families.remove(&family);
            }
        }
    }

    /// The numbers of the incidents that still take alerts.
    pub fn open(&self) -> impl Iterator<Item = IncidentId> {
        self.stories.keys().copied()
    }

    /// The incident that an alert was put into, if it was of late.
    pub fn incident_of(&self, alert: AlertId) -> Option<IncidentId> {
        self.placed.get(&alert).copied()
    }

    /// The line of ancestors is known better now, and `family` begins it: an incident that began with a later
    /// ancestor of the same line goes on as the family's. Two incidents that are open already stay two.
    pub fn regroup(
        &mut self,
        device: DeviceId,
        (family, image): (ProcessKey, &Text),
        family_of: impl Fn(ProcessKey) -> Option<ProcessKey>,
    ) {
        let of_it = |known: &&FamilyOf| {
            known.0 == device && known.1 != family && family_of(known.1) == Some(family)
        };
        let mut waited: Vec<FamilyOf> = self.waiting.keys().filter(of_it).copied().collect();
        waited.sort();
        for known in waited {
            for alert in self.waiting.remove(&known).unwrap_or_default() {
                self.wait((device, family), &alert);
            }
        }
        if self.families.contains_key(&(device, family)) {
            return;
        }
        let Some(known) = self.families.keys().filter(of_it).min().copied() else { return };
        let Some(id) = self.families.remove(&known) else { return };
        self.families.insert((device, family), id);
        if let Some(story) = self.stories.get_mut(&id) {
            story.begins_with(family, Some(image.clone()));
        }
    }

    /// Put an alert where it belongs. `None` when it opens nothing: it is informational and alone so far, or it
    /// is in its incident already. `image` is the executable of the family's ancestor.
    pub fn place(&mut self, alert: &Alert, image: Option<&Text>) -> Option<Joined> {
        if self.placed.contains_key(&alert.id) {
            return None;
        }
        let family = alert.family.map(|family| (alert.device, family));
        if let Some(id) = family.and_then(|family| self.story_of(family, alert.event_at)) {
            return self.join(id, std::slice::from_ref(alert), image);
        }
        if alert.severity == Severity::Informational {
            if let Some(family) = family {
                self.wait(family, alert);
            }
            return None;
        }
        let id = self.begin(alert, image);
        let mut alerts = family.and_then(|family| self.waiting.remove(&family)).unwrap_or_default();
        alerts.insert(0, alert.clone());
        self.join(id, &alerts, image)
    }

    fn story_of(&self, family: FamilyOf, at: Timestamp) -> Option<IncidentId> {
        let id = self.families.get(&family).copied()?;
        self.stories.get(&id)?.takes(at).then_some(id)
    }

    fn join(&mut self, id: IncidentId, alerts: &[Alert], image: Option<&Text>) -> Option<Joined> {
        let story = self.stories.get_mut(&id)?;
        let mut joined = Vec::new();
        for alert in alerts {
            if story.has(alert.id) {
                continue;
            }
            story.join(alert, reason(story.incident(), image), image);
            joined.push(alert.id);
        }
        let incident = story.incident().clone();
        for alert in &joined {
            self.note(*alert, id);
        }
        (!joined.is_empty()).then_some(Joined { incident, alerts: joined })
    }

    fn note(&mut self, alert: AlertId, id: IncidentId) {
        if self.placed.insert(alert, id).is_none() {
            self.placed_order.push_back(alert);
        }
        while self.placed_order.len() > PLACED_MAX {
            if let Some(oldest) = self.placed_order.pop_front() {
                self.placed.remove(&oldest);
            }
        }
    }

    fn wait(&mut self, family: FamilyOf, alert: &Alert) {
        if self.waiting.len() >= WAITING_FAMILIES_MAX && !self.waiting.contains_key(&family) {
            return;
        }
        let waiting = self.waiting.entry(family).or_default();
        if waiting.len() < WAITING_ALERTS_MAX && waiting.iter().all(|other| other.id != alert.id) {
            waiting.push(alert.clone());
        }
    }

    fn begin(&mut self, alert: &Alert, image: Option<&Text>) -> IncidentId {
        while self.stories.len() >= STORIES_MAX {
            let silent =
                self.stories.iter().min_by_key(|(_, s)| s.incident().last_at).map(|(id, _)| *id);
            let Some(silent) = silent else { break };
            self.close(silent);
        }
        let id = IncidentId(self.next);
        self.next += 1;
        if let Some(family) = alert.family {
            self.families.insert((alert.device, family), id);
        }
        let incident = Incident {
            id,
            tenant: alert.tenant,
            device: alert.device,
            device_name: alert.device_name.clone(),
            title: alert.title.clone(),
            severity: alert.severity,
            severity_reason: Text::default(),
            status: IncidentStatus::New,
            assigned_to: None,
            family: alert.family,
            tactics: Vec::new(),
            alerts: Vec::new(),
            first_at: alert.event_at,
            last_at: alert.event_at,
        };
        self.stories.insert(id, Story::new(incident, image.cloned()));
        id
    }
}

fn reason(incident: &Incident, image: Option<&Text>) -> JoinReason {
    match incident.family {
        Some(ancestor) if !incident.alerts.is_empty() => {
            JoinReason::SameFamily { ancestor, image: image.cloned().unwrap_or_default() }
        }
        _ => JoinReason::Opened,
    }
}

#[cfg(test)]
#[path = "correlator_tests.rs"]
mod tests;
