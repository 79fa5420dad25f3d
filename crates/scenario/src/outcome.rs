//! What came of a story: what the server would keep, and whether the story expects it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bartizan_detection::{Clue, Detector, Learned};
use bartizan_model::{
    Alert, AlertId, DeviceId, Entity, Incident, IncidentId, IncidentStatus, Process, ProcessKey,
    Severity,
};
use bartizan_pipeline::Effects;

use crate::{
    stage::Stage,
    story::{Name, Seen, Then},
};

/// What the server would keep, each alert once.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) alerts: Vec<Alert>,
    pub(crate) incidents: BTreeMap<IncidentId, Incident>,
    pub(crate) processes: BTreeMap<(DeviceId, ProcessKey), Arc<Process>>,
    pub(crate) clues: Vec<Clue>,
    pub(crate) learned: Vec<Learned>,
    expected_alerts: BTreeSet<AlertId>,
    /// With how many alerts each had when it was expected: one that has grown can be spoken of again.
    expected_incidents: BTreeMap<IncidentId, usize>,
}

impl Outcome {
    /// Keep what a step changed, as the store would.
    pub(crate) fn keep(&mut self, device: DeviceId, effects: Effects) {
        for process in effects.processes {
            self.processes.insert((device, process.key), process);
        }
        for alert in effects.alerts {
            if self.alerts.iter().all(|kept| kept.id != alert.id) {
                self.alerts.push(alert);
            }
        }
        self.clues.extend(effects.clues);
        self.learned.extend(effects.learned);
        for joined in effects.incidents {
            for gone in &joined.absorbed {
                self.incidents.remove(gone);
                self.expected_incidents.remove(gone);
            }
            let known = self.incidents.get(&joined.incident.id).map(|incident| incident.status);
            let mut incident = joined.incident;
            incident.status = known.unwrap_or(incident.status);
            self.incidents.insert(incident.id, incident);
        }
    }

    /// Open incidents with their alerts, as after a restart.
    pub(crate) fn open(&self) -> Vec<(Incident, Vec<Alert>)> {
        let open = self.incidents.values().filter(|i| i.status != IncidentStatus::Resolved);
        open.map(|incident| {
            let of_it = |alert: &&Alert| incident.alerts.iter().any(|(id, _)| *id == alert.id);
            (incident.clone(), self.alerts.iter().filter(of_it).cloned().collect())
        })
        .collect()
    }

    /// The number of the next incident.
    pub(crate) fn next_incident(&self) -> u64 {
        self.incidents.keys().next_back().map_or(1, |last| last.0 + 1)
    }

    /// Check one expectation. The error says what is missing or too much.
    pub(crate) fn check(
        &mut self,
        then: &Then,
        stage: &Stage,
        detector: &Detector,
    ) -> Result<(), String> {
        match then {
            Then::Alert { rule, severity, on } => {
                self.alert(rule, *severity, on.as_ref(), stage, detector)
            }
            Then::Incident { severity, device, rules } => {
                let device = stage.device_id(device)?;
                self.incident(*severity, device, rules, detector)
            }
            Then::Evidence(seen) => seen.iter().try_for_each(|seen| self.evidence(seen, stage)),
            Then::Nothing => self.nothing_else(),
        }
    }

    fn alert(
        &mut self,
        rule: &str,
        severity: Severity,
        on: Option<&Name>,
        stage: &Stage,
        detector: &Detector,
    ) -> Result<(), String> {
        let id = rule_id(rule, detector)?;
        let on = on.map(|name| stage.key(name)).transpose()?;
        let found = self.alerts.iter().find(|alert| {
            &*alert.rule == id
                && alert.severity == severity
                && (on.is_none() || alert.process == on)
                && !self.expected_alerts.contains(&alert.id)
        });
        let found = found.ok_or_else(|| self.instead(id, stage))?;
        self.expected_alerts.insert(found.id);
        Ok(())
    }

    /// What came of the rule that was to raise an alert, and did not as expected.
    fn instead(&self, rule: &str, stage: &Stage) -> String {
        let of_rule = self
            .alerts
            .iter()
            .filter(|alert| &*alert.rule == rule && !self.expected_alerts.contains(&alert.id));
        let came: Vec<String> = of_rule
            .map(|alert| {
                let on = alert.process.map(|key| format!(" on {}", stage.called(key)));
                format!("{}{}", alert.severity.word().to_lowercase(), on.unwrap_or_default())
            })
            .collect();
        match came.as_slice() {
            [] => "this alert did not come".to_owned(),
            came => format!("this alert did not come; its rule raised: {}", came.join(", ")),
        }
    }

    fn incident(
        &mut self,
        severity: Option<Severity>,
        device: DeviceId,
        rules: &[String],
        detector: &Detector,
    ) -> Result<(), String> {
        let expected: BTreeSet<&str> =
            rules.iter().map(|rule| rule_id(rule, detector)).collect::<Result<_, _>>()?;
        let found = self.incidents.values().find(|incident| {
            incident.device == device
                && severity.is_none_or(|severity| incident.severity == severity)
                && self.expected_incidents.get(&incident.id) != Some(&incident.alerts.len())
                && self.rules_of(incident) == expected
        });
        let found = found.ok_or("there is no incident of exactly these alerts")?;
        self.expected_incidents.insert(found.id, found.alerts.len());
        Ok(())
    }

    fn rules_of(&self, incident: &Incident) -> BTreeSet<&str> {
        let in_it = |alert: &&Alert| incident.alerts.iter().any(|(id, _)| *id == alert.id);
        self.alerts.iter().filter(in_it).map(|alert| &*alert.rule).collect()
    }

    fn evidence(&self, seen: &Seen, stage: &Stage) -> Result<(), String> {
        let named = |wanted: &dyn Fn(&Entity) -> bool| {
            self.alerts.iter().flat_map(|alert| &alert.evidence).any(|e| wanted(&e.entity))
        };
        match seen {
            Seen::Address(address) => named(&|entity| {
                matches!(entity, Entity::Address { ip, port }
                    if *ip == address.ip() && *port == Some(address.port()))
            })
            .then_some(())
            .ok_or_else(|| format!("no evidence names {address}")),
            Seen::File(wanted) => {
                named(&|entity| matches!(entity, Entity::File { path, .. } if **path == **wanted))
                    .then_some(())
                    .ok_or_else(|| format!("no evidence names {wanted}"))
            }
            Seen::Line(names) => {
                for name in names {
                    let key = stage.key(name)?;
                    if !named(&|e| matches!(e, Entity::Process { key: k, .. } if *k == key)) {
                        return Err(format!("no evidence names {name}"));
                    }
                }
                names.windows(2).try_for_each(|pair| match pair {
                    [parent, child] => self.is_child(parent, child, stage),
                    _ => Ok(()),
                })
            }
        }
    }

    fn is_child(&self, parent: &Name, child: &Name, stage: &Stage) -> Result<(), String> {
        let (parent_key, child_key) = (stage.key(parent)?, stage.key(child)?);
        let known = self.processes.values().find(|process| process.key == child_key);
        match known.and_then(|process| process.parent) {
            Some(key) if key == parent_key => Ok(()),
            _ => Err(format!("{child} is not known as a child of {parent}")),
        }
    }

    /// Every alert was expected, and, once incidents are spoken of, every incident.
    pub(crate) fn nothing_else(&self) -> Result<(), String> {
        if let Some(alert) = self.alerts.iter().find(|a| !self.expected_alerts.contains(&a.id)) {
            return Err(format!("`{}` was not expected", slug(&alert.title)));
        }
        let spoken_of = !self.expected_incidents.is_empty();
        match self.incidents.keys().find(|id| !self.expected_incidents.contains_key(*id)) {
            Some(id) if spoken_of => Err(format!("incident {id} was not expected")),
            _ => Ok(()),
        }
    }

    /// Everything that came, for whoever reads a failure.
    pub(crate) fn shown(&self, stage: &Stage) -> String {
        let mut shown = String::new();
        for alert in &self.alerts {
            let on = alert.process.map(|key| format!(" on {}", stage.called(key)));
            let family = alert.family.map(|key| format!(", family of {}", stage.called(key)));
            let mark = if self.expected_alerts.contains(&alert.id) { ' ' } else { '?' };
            let (title, severity) = (slug(&alert.title), alert.severity.word().to_lowercase());
            let (on, family) = (on.unwrap_or_default(), family.unwrap_or_default());
            shown.push_str(&format!("  {mark} alert {title} {severity}{on}{family}\n"));
            for matched in &alert.matched {
                let (selection, field) = (&matched.selection, &matched.field);
                let (value, pattern) = (&matched.value, &matched.pattern);
                shown.push_str(&format!("        {selection}: {field} `{value}` {pattern}\n"));
            }
        }
        for incident in self.incidents.values() {
            let (id, title, reason) = (incident.id, &incident.title, &incident.severity_reason);
            let (severity, alerts) = (incident.severity.word(), incident.alerts.len());
            shown.push_str(&format!(
                "    incident {id} {severity}, {alerts} alerts: {title} ({reason})\n"
            ));
        }
        if shown.is_empty() {
            shown.push_str("    nothing\n");
        }
        shown
    }
}

/// Stories call a rule by its title in small letters with dashes, as its file is called.
fn rule_id<'a>(rule: &str, detector: &'a Detector) -> Result<&'a str, String> {
    let found = detector.claims().find(|known| slug(&known.title) == rule);
    found.map(|known| known.name()).ok_or_else(|| format!("there is no rule `{rule}`"))
}

fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}
