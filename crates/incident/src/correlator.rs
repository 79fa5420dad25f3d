//! Which incident an alert belongs to.
//!
//! Stories that share a tie are one, whatever the order in which their alerts came: an alert that shows that two
//! incidents tell one story puts the later into the earlier. What people keep apart stays apart.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use bartizan_model::{
    Alert, AlertId, DeviceId, Incident, IncidentId, IncidentStatus, JoinReason, ProcessKey,
    Severity, Text, Tie,
};

use crate::story::Story;

/// Most open incidents kept in memory; beyond it the one that was silent longest takes no more alerts.
const STORIES_MAX: usize = 10_000;
/// Most families whose merely informational alerts are remembered, in case more comes.
const WAITING_FAMILIES_MAX: usize = 10_000;
/// Most such alerts of one family.
const WAITING_ALERTS_MAX: usize = 100;
/// Most alerts of which it is remembered that they are in an incident, so that a repeated one joins none again.
const PLACED_MAX: usize = 65_536;

/// The process family of an alert.
type FamilyOf = (DeviceId, ProcessKey);

/// What became of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The incident as it is now.
    pub incident: Incident,
    /// The alerts that joined it by this: usually one; more when earlier informational ones were waiting.
    pub alerts: Vec<AlertId>,
    /// Incidents that went into it by this: it turned out that they tell one story.
    pub absorbed: Vec<IncidentId>,
    /// The devices of its alerts.
    pub devices: Vec<(DeviceId, Text)>,
    /// The titles of its alerts that say a known indicator was seen, each once.
    pub indicators: Vec<Text>,
}

/// The open incidents of a tenant.
#[derive(Debug)]
pub struct Correlator {
    next: u64,
    stories: BTreeMap<IncidentId, Story>,
    /// By each tie, the open stories that have it.
    tied: HashMap<Tie, BTreeSet<IncidentId>>,
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
            tied: HashMap::new(),
            waiting: HashMap::new(),
            placed: HashMap::new(),
            placed_order: VecDeque::new(),
        }
    }

    /// Take up an open incident as people and a restart left it, with its alerts.
    pub fn resume(&mut self, incident: Incident, alerts: &[Alert]) {
        let id = incident.id;
        self.close(id);
        self.next = self.next.max(id.0 + 1);
        let mut story = Story::new(incident, None);
        for alert in alerts {
            story.remember(alert);
            story.tie(alert.family.map(|ancestor| Tie::Family { device: alert.device, ancestor }));
            self.note(alert.id, id);
        }
        self.keep(id, story);
    }

    /// Take up an informational alert that waits for an incident of its family.
    pub fn resume_waiting(&mut self, alert: &Alert) {
        if let Some(family) = alert.family
            && !self.placed.contains_key(&alert.id)
        {
            self.wait((alert.device, family), alert);
        }
    }

    /// The next incident gets this number, or a later one.
    pub fn number_from(&mut self, next: u64) {
        self.next = self.next.max(next);
    }

    /// People resolved an incident: it takes no more alerts.
    pub fn close(&mut self, id: IncidentId) {
        self.take(id);
    }

    /// The numbers of the incidents that still take alerts.
    pub fn open(&self) -> impl Iterator<Item = IncidentId> {
        self.stories.keys().copied()
    }

    /// The incident that an alert was put into, if it was of late.
    pub fn incident_of(&self, alert: AlertId) -> Option<IncidentId> {
        self.placed.get(&alert).copied()
    }

    /// The line of ancestors is known better now, and `family` begins it: what began with a later ancestor of the
    /// same line goes on as the family's.
    pub fn regroup(
        &mut self,
        device: DeviceId,
        (family, image): (ProcessKey, &Text),
        family_of: impl Fn(ProcessKey) -> Option<ProcessKey>,
    ) {
        let of_it = |known: &FamilyOf| {
            known.0 == device && known.1 != family && family_of(known.1) == Some(family)
        };
        let mut waited: Vec<FamilyOf> =
            self.waiting.keys().filter(|known| of_it(known)).copied().collect();
        waited.sort();
        for known in waited {
            for alert in self.waiting.remove(&known).unwrap_or_default() {
                self.wait((device, family), &alert);
            }
        }
        let later = self.tied.iter().filter(|(tie, _)| match tie {
            Tie::Family { device, ancestor } => of_it(&(*device, *ancestor)),
            _ => false,
        });
        let ids: BTreeSet<IncidentId> = later.flat_map(|(_, ids)| ids.iter().copied()).collect();
        for id in ids {
            let Some(mut story) = self.take(id) else { continue };
            let begins = story.incident().family.is_none_or(|known| of_it(&(device, known)));
            if begins {
                story.begins_with(family, Some(image.clone()));
            }
            story.tie([Tie::Family { device, ancestor: family }]);
            self.keep(id, story);
        }
    }

    /// Put an alert where it belongs. `None` when it opens nothing: it is informational and alone so far, or it
    /// is in its incident already. `image` is the executable of the family's ancestor, `ties` what else ties the
    /// alert to others: a session, rare things that it names.
    pub fn place(&mut self, alert: &Alert, image: Option<&Text>, ties: &[Tie]) -> Option<Joined> {
        if self.placed.contains_key(&alert.id) {
            return None;
        }
        let family = alert.family.map(|ancestor| Tie::Family { device: alert.device, ancestor });
        let informational = alert.severity == Severity::Informational;
        let others = if informational { &[] } else { ties };
        let all: Vec<Tie> = family.into_iter().chain(others.iter().cloned()).collect();
        let found = all.iter().find_map(|tie| Some((self.story_of(tie, alert)?, tie.clone())));
        let (id, reason) = match found {
            Some((id, tie)) => (id, self.reason(id, &tie, image)),
            None if informational => {
                if let Some(family) = alert.family {
                    self.wait((alert.device, family), alert);
                }
                return None;
            }
            None => (self.begin(alert, image), JoinReason::Opened),
        };
        self.join(id, (alert, reason), image, all)
    }

    /// The story that a tie ties an alert to: of several the one people did not put together by hand, then the
    /// earliest.
    fn story_of(&self, tie: &Tie, alert: &Alert) -> Option<IncidentId> {
        let ids = self.tied.get(tie)?.iter();
        let taking = ids.filter_map(|id| Some((id, self.stories.get(id)?))).filter(|(_, story)| {
            story.takes(alert.event_at) && binds(tie, story.tactics_with(&alert.tactics))
        });
        taking.min_by_key(|(id, story)| (story.by_hand(), **id)).map(|(id, _)| *id)
    }

    fn join(
        &mut self,
        id: IncidentId,
        (alert, reason): (&Alert, JoinReason),
        image: Option<&Text>,
        ties: Vec<Tie>,
    ) -> Option<Joined> {
        let mut story = self.take(id)?;
        story.tie(ties);
        story.join(alert, reason, image);
        let mut joined = vec![alert.id];
        let (mut id, mut absorbed) = (id, Vec::new());
        // What joins makes the story longer, and a longer story takes more.
        loop {
            let waited = self.waited(&story);
            let (stays, gone) = self.absorb(id, &mut story);
            if waited.is_empty() && gone.is_empty() {
                break;
            }
            id = stays;
            absorbed.extend(gone);
            for (waited, ancestor) in waited {
                let reason = JoinReason::SameFamily { ancestor, image: story.image() };
                story.join(&waited, reason, image);
                joined.push(waited.id);
            }
        }
        absorbed.sort();
        let incident = story.incident().clone();
        for (alert, _) in &incident.alerts {
            self.note(*alert, id);
        }
        let (devices, indicators) = (story.all_devices(), story.indicators());
        self.keep(id, story);
        Some(Joined { incident, alerts: joined, absorbed, devices, indicators })
    }

    /// What waited for an incident of the story's families, and is not too far from it in time.
    fn waited(&mut self, story: &Story) -> Vec<(Alert, ProcessKey)> {
        let mut all = Vec::new();
        for tie in &story.incident().ties {
            let Tie::Family { device, ancestor } = tie else { continue };
            let Some(waiting) = self.waiting.remove(&(*device, *ancestor)) else { continue };
            let (near, far): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|alert| story.takes(alert.event_at));
            if !far.is_empty() {
                self.waiting.insert((*device, *ancestor), far);
            }
            let new = near.into_iter().filter(|alert| !story.has(alert.id));
            all.extend(new.map(|alert| (alert, *ancestor)));
        }
        all
    }

    /// Other stories that the story is tied to go into it, and those that they are tied to. The earliest number
    /// stays, unless people work on a later one.
    fn absorb(&mut self, id: IncidentId, story: &mut Story) -> (IncidentId, Vec<IncidentId>) {
        let mut gone = Vec::new();
        let mut stays = id;
        while let Some((other, tie)) = self.mergeable(story) {
            let Some(mut second) = self.take(other) else { break };
            let first = (story.incident().assigned_to.is_none(), stays);
            if (second.incident().assigned_to.is_none(), other) < first {
                std::mem::swap(story, &mut second);
                gone.push(stays);
                stays = other;
            } else {
                gone.push(other);
            }
            let reason = self.tie_reason(&tie, &story.image());
            story.absorb(second, &reason);
        }
        gone.sort();
        (stays, gone)
    }

    fn mergeable(&self, story: &Story) -> Option<(IncidentId, Tie)> {
        story.incident().ties.iter().find_map(|tie| {
            let ids = self.tied.get(tie)?;
            let fits = |id: &&IncidentId| {
                self.stories.get(*id).is_some_and(|other| {
                    story.goes_with(other)
                        && binds(tie, story.tactics_with(&other.incident().tactics))
                })
            };
            ids.iter().find(fits).map(|id| (*id, tie.clone()))
        })
    }

    fn reason(&self, id: IncidentId, tie: &Tie, image: Option<&Text>) -> JoinReason {
        let known = self.stories.get(&id).map(Story::image).unwrap_or_default();
        self.tie_reason(tie, &image.cloned().unwrap_or(known))
    }

    #[expect(clippy::unused_self, reason = "reads as a question to the correlator")]
    fn tie_reason(&self, tie: &Tie, image: &Text) -> JoinReason {
        match tie {
            Tie::Family { ancestor, .. } => {
                JoinReason::SameFamily { ancestor: *ancestor, image: image.clone() }
            }
            Tie::Session { session, .. } => JoinReason::SameSession { session: *session },
            Tie::File(sha256) => {
                JoinReason::SharedEntity { kind: "file".into(), value: sha256.clone() }
            }
            Tie::Address(ip) => {
                JoinReason::SharedEntity { kind: "address".into(), value: ip.to_string().into() }
            }
            Tie::Domain(name) => {
                JoinReason::SharedEntity { kind: "domain".into(), value: name.clone() }
            }
        }
    }

    fn take(&mut self, id: IncidentId) -> Option<Story> {
        let story = self.stories.remove(&id)?;
        for tie in &story.incident().ties {
            if let Some(ids) = self.tied.get_mut(tie) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.tied.remove(tie);
                }
            }
        }
        Some(story)
    }

    fn keep(&mut self, id: IncidentId, story: Story) {
        for tie in &story.incident().ties {
            self.tied.entry(tie.clone()).or_default().insert(id);
        }
        self.stories.insert(id, story);
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
            classification: None,
            family: alert.family,
            tactics: Vec::new(),
            alerts: Vec::new(),
            ties: BTreeSet::new(),
            first_at: alert.event_at,
            last_at: alert.event_at,
        };
        self.keep(id, Story::new(incident, image.cloned()));
        id
    }
}

/// Whether a tie ties stories of these tactics: a sign-in only ties what goes on from stage to stage.
fn binds(tie: &Tie, tactics: usize) -> bool {
    !matches!(tie, Tie::Session { .. }) || tactics >= 2
}

#[cfg(test)]
#[path = "correlator_tests.rs"]
mod tests;
