//! What one step of the pipeline changes, committed as one: either all of it is kept together with the
//! position in the log, or nothing is.

use std::sync::Arc;

use bartizan_model::{
    Alert, AlertId, DeviceFacts, DeviceId, EndedProcess, EventsLost, Incident, IncidentId, Process,
    SensorHealth, TenantId, Text, Tie, Timestamp, Touch,
};

use crate::{
    KeptClue, Store, StreamSpan, Tuned, UsualThing, alert, catalogue, clue, device, error::Result,
    gap, incident, known, process, rarity,
};

/// Name under which the pipeline's position is kept.
const READER: &str = "pipeline";

/// What one record of the log (a batch of one device) changes.
#[derive(Debug, Clone)]
pub struct StepEffects {
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub device: DeviceId,
    /// The machine's name.
    pub device_name: Text,
    /// When the server took the batch.
    pub received_at: Timestamp,
    /// Processes that are new or known better now, in the order they were told.
    pub processes: Vec<Arc<Process>>,
    /// Processes that ended.
    pub ended: Vec<EndedProcess>,
    /// What processes touched.
    pub touches: Vec<Touch>,
    /// Alerts raised. One that is kept already is left as it is.
    pub alerts: Vec<Alert>,
    /// Those of them that tuning rules hide or resolve.
    pub tuned: Vec<Tuned>,
    /// Incidents opened or joined.
    pub incidents: Vec<IncidentEffect>,
    /// What was found that only serves correlations.
    pub clues: Vec<KeptClue>,
    /// What was learned of how usual things are.
    pub learned: Vec<UsualThing>,
    /// What the machine is, if it was told.
    pub facts: Option<(Timestamp, DeviceFacts)>,
    /// How its sensor is, if it was told.
    pub health: Option<(Timestamp, SensorHealth)>,
    /// Gaps in the stream.
    pub losses: Vec<EventsLost>,
    /// Files and addresses that the device was not known to know.
    pub known: Vec<Tie>,
    /// Which stretch of its stream the record held.
    pub span: Option<StreamSpan>,
}

impl StepEffects {
    /// A step that only says that the device was heard.
    pub fn new(
        tenant: TenantId,
        device: DeviceId,
        device_name: Text,
        received_at: Timestamp,
    ) -> Self {
        Self {
            tenant,
            device,
            device_name,
            received_at,
            processes: Vec::new(),
            ended: Vec::new(),
            touches: Vec::new(),
            alerts: Vec::new(),
            tuned: Vec::new(),
            incidents: Vec::new(),
            clues: Vec::new(),
            learned: Vec::new(),
            facts: None,
            health: None,
            losses: Vec::new(),
            known: Vec::new(),
            span: None,
        }
    }
}

/// An incident as the step left it.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentEffect {
    /// All of it, its alerts included. Status and assignment of a known incident are people's and not taken.
    pub incident: Incident,
    /// The alerts that this step put into it.
    pub joined: Vec<AlertId>,
    /// Incidents that went into this one by the step: it turned out that they tell one story.
    pub absorbed: Vec<IncidentId>,
    /// How soon it should be looked at, 0 to 100.
    pub priority: u8,
    /// Why so soon.
    pub priority_reasons: Vec<String>,
}

impl Store {
    /// Keeps a step's effects and the position after it, in one transaction.
    pub fn commit_step(&self, effects: &StepEffects, position: u64) -> Result<()> {
        self.commit_steps(std::slice::from_ref(effects), position)
    }

    /// Keeps several steps' effects and the position after the last, in one transaction.
    pub fn commit_steps(&self, steps: &[StepEffects], position: u64) -> Result<()> {
        self.write(|t| {
            for step in steps {
                device::heard(t, step)?;
                process::keep(t, step)?;
                for alert in &step.alerts {
                    let tuned = step.tuned.iter().find(|tuned| tuned.alert == alert.id);
                    alert::keep(t, alert, tuned)?;
                    process::keep_family(t, alert)?;
                }
                for effect in &step.incidents {
                    incident::keep(t, effect, step.received_at)?;
                }
                clue::keep(t, step)?;
                rarity::keep(t, step)?;
                gap::keep(t, step)?;
                known::keep(t, step)?;
                process::forget(t, step)?;
            }
            catalogue::advance(t, READER, position)
        })
    }

    /// Keeps claims that no record of the log brought: what was found in events kept before. Nothing is said of when the
    /// device was heard, nor of the position.
    pub fn commit_claims(&self, steps: &[StepEffects]) -> Result<()> {
        self.write(|t| {
            for step in steps {
                for alert in &step.alerts {
                    let tuned = step.tuned.iter().find(|tuned| tuned.alert == alert.id);
                    alert::keep(t, alert, tuned)?;
                    process::keep_family(t, alert)?;
                }
                for effect in &step.incidents {
                    incident::keep(t, effect, step.received_at)?;
                }
            }
            Ok(())
        })
    }

    /// Where the pipeline goes on reading the log: the position of the last record it is done with.
    pub fn pipeline_position(&self) -> Result<Option<u64>> {
        self.position_of(READER)
    }
}
