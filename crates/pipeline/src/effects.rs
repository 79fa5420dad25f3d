//! What a step changes, as values. Whoever called it keeps them, all together.

use std::sync::Arc;

use bartizan_detection::{Clue, Learned};
use bartizan_incident::Joined;
use bartizan_model::{
    Alert, AlertId, DeviceFacts, EndedProcess, EventsLost, Process, SensorHealth, Tie, Timestamp,
    Touch,
};

/// What one batch of one device changes.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// Processes that are new or better known, in the order they were told.
    pub processes: Vec<Arc<Process>>,
    /// Processes that ended.
    pub ended: Vec<EndedProcess>,
    /// What processes touched.
    pub touches: Vec<Touch>,
    /// Alerts raised, with the incident each is in.
    pub alerts: Vec<Alert>,
    /// Those of them that people expect: the number of the tuning rule, and whether it hides them.
    pub expected: Vec<(AlertId, u64, bool)>,
    /// Incidents opened or joined, each as it is after the step.
    pub incidents: Vec<Joined>,
    /// What the machine is, if it was told.
    pub facts: Option<(Timestamp, DeviceFacts)>,
    /// How its sensor is, if it was told.
    pub health: Option<(Timestamp, SensorHealth)>,
    /// Gaps in the stream.
    pub losses: Vec<EventsLost>,
    /// What was found that only serves correlations, to be taken up again after a restart.
    pub clues: Vec<Clue>,
    /// What was learned of how usual things are.
    pub learned: Vec<Learned>,
    /// Files and addresses that the device was not known to know.
    pub known: Vec<Tie>,
    /// Alerts not raised since the same was said of the same process a moment ago.
    pub repeated: u64,
}
