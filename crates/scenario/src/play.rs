//! The play: lines become batches, batches go through the pipeline, expectations are checked.

use std::{fmt, sync::Arc, time::Duration};

use bartizan_detection::Detector;
use bartizan_model::{DeviceId, Envelope, IncidentId, IncidentStatus};
use bartizan_pipeline::{State, step};

use crate::{
    outcome::Outcome,
    stage::Stage,
    story::{Given, Line, Story, When},
};

/// How events get to the server. Every story must end in the same way whatever the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Each event at once, in a batch of its own.
    EachAtOnce,
    /// All events of a device together, just before an expectation is checked.
    Together,
    /// Each batch twice, as when an acknowledgement is lost.
    Twice,
    /// The server restarts after every batch.
    RestartAfterEach,
}

impl Delivery {
    /// Every delivery.
    pub const ALL: [Self; 4] =
        [Self::EachAtOnce, Self::Together, Self::Twice, Self::RestartAfterEach];
}

/// A story that did not come true.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// The file of the story.
    pub file: String,
    /// The line that failed, from 1.
    pub line: usize,
    /// How events were delivered.
    pub delivery: Delivery,
    /// What is wrong.
    pub problem: String,
    /// The story's text.
    pub text: String,
    /// All that came.
    pub came: String,
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: {} ({:?})", self.file, self.line, self.problem, self.delivery)?;
        for (number, text) in (1..).zip(self.text.lines()) {
            let mark = if number == self.line { "==>" } else { "   " };
            writeln!(f, "{mark} {number:3} {text}")?;
        }
        write!(f, "what came (? = not expected so far):\n{}", self.came)
    }
}

/// Play a story. Nothing but what it expects may come.
pub fn play(story: &Story, detector: &Arc<Detector>, delivery: Delivery) -> Result<(), Failure> {
    let failure = |line, problem, came| Failure {
        file: story.file.clone(),
        line,
        delivery,
        problem,
        text: story.text.clone(),
        came,
    };
    let mut play =
        Play::new(detector, delivery).map_err(|problem| failure(0, problem, String::new()))?;
    let mut lines = story.lines.iter().peekable();
    let mut last = 0;
    while let Some((number, line)) = lines.next() {
        last = *number;
        let ends_block =
            matches!(line, Line::Then(_)) && !matches!(lines.peek(), Some((_, Line::Then(_))));
        let outcome = play.line(line).and_then(|()| match ends_block {
            true => play.outcome.nothing_else(),
            false => Ok(()),
        });
        outcome.map_err(|problem| failure(last, problem, play.outcome.shown(&play.stage)))?;
    }
    if !matches!(story.lines.last(), Some((_, Line::Then(_)))) {
        let problem = "a story ends with what must be said of it: add `then …`".to_owned();
        return Err(failure(last, problem, play.outcome.shown(&play.stage)));
    }
    Ok(())
}

struct Play {
    stage: Stage,
    state: State,
    detector: Arc<Detector>,
    delivery: Delivery,
    outcome: Outcome,
    /// Events on their way, with the number of their device.
    waiting: Vec<(usize, Envelope)>,
    /// Events that arrive after all others of their block.
    late: Vec<(usize, Envelope)>,
    next_is_late: bool,
    offline: Vec<usize>,
    arrived: Vec<Vec<Envelope>>,
    tenant_given: bool,
}

impl Play {
    fn new(detector: &Arc<Detector>, delivery: Delivery) -> Result<Self, String> {
        Ok(Self {
            stage: Stage::new()?,
            state: State::new(Arc::clone(detector)),
            detector: Arc::clone(detector),
            delivery,
            outcome: Outcome::default(),
            waiting: Vec::new(),
            late: Vec::new(),
            next_is_late: false,
            offline: Vec::new(),
            arrived: Vec::new(),
            tenant_given: false,
        })
    }

    fn line(&mut self, line: &Line) -> Result<(), String> {
        match line {
            Line::Given(given) => self.given(given),
            Line::When(when) => self.when(when),
            Line::Then(then) => {
                let mut late = std::mem::take(&mut self.late);
                self.waiting.append(&mut late);
                self.deliver();
                self.outcome.check(then, &self.stage, &self.detector)
            }
        }
    }

    fn given(&mut self, given: &Given) -> Result<(), String> {
        match given {
            Given::Tenant(_) if self.tenant_given => Err("a story has one tenant".to_owned()),
            Given::Tenant(_) => {
                self.tenant_given = true;
                Ok(())
            }
            Given::Device(name) => self.stage.device(name),
            Given::Process { name, start, under, on } => {
                let event = self.stage.given(name, start, under.as_ref(), on.as_deref())?;
                self.happened(event);
                Ok(())
            }
        }
    }

    fn when(&mut self, when: &When) -> Result<(), String> {
        match when {
            When::Act(name, act) => {
                let event = self.stage.act(name, act)?;
                self.happened(event);
            }
            When::Pass(time) => self.pass(*time),
            When::Offline(device) => {
                self.deliver();
                self.offline.push(self.stage.device_number(Some(device))?);
            }
            When::Online(device) => {
                let device = self.stage.device_number(Some(device))?;
                self.offline.retain(|offline| *offline != device);
                self.deliver();
            }
            When::NextArrivesLate => self.next_is_late = true,
            When::LastBatchTwice => {
                self.deliver();
                let last = self.arrived.last().cloned().ok_or("no batch has arrived yet")?;
                self.judge(&last);
            }
            When::EverythingTwice => {
                self.deliver();
                for batch in self.arrived.clone() {
                    self.judge(&batch);
                }
            }
            When::ServerRestarts => {
                self.deliver();
                self.restart();
            }
            When::Resolved(number) => {
                self.deliver();
                self.resolve(IncidentId(*number))?;
            }
        }
        Ok(())
    }

    fn pass(&mut self, time: Duration) {
        self.stage.now = self.stage.now.plus(time);
    }

    fn resolve(&mut self, id: IncidentId) -> Result<(), String> {
        let incident = self.outcome.incidents.get_mut(&id);
        let incident = incident.ok_or_else(|| format!("there is no incident {id} yet"))?;
        incident.status = IncidentStatus::Resolved;
        self.state.close_incident(self.stage.tenant, id);
        Ok(())
    }

    fn happened(&mut self, event: (usize, Envelope)) {
        if std::mem::take(&mut self.next_is_late) {
            self.late.push(event);
            return;
        }
        self.waiting.push(event);
        if self.delivery != Delivery::Together {
            self.deliver();
        }
    }

    /// Let everything arrive that is on its way from devices that are online: one batch for each.
    fn deliver(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let (kept, sent): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(device, _)| self.offline.contains(device));
        self.waiting = kept;
        let mut batches: Vec<(usize, Vec<Envelope>)> = Vec::new();
        for (device, envelope) in sent {
            match batches.iter_mut().find(|(of, _)| *of == device) {
                Some((_, batch)) => batch.push(envelope),
                None => batches.push((device, vec![envelope])),
            }
        }
        for (_, batch) in batches {
            self.judge(&batch);
            match self.delivery {
                Delivery::Twice => self.judge(&batch),
                Delivery::RestartAfterEach => self.restart(),
                Delivery::EachAtOnce | Delivery::Together => {}
            }
            self.arrived.push(batch);
        }
    }

    fn judge(&mut self, batch: &[Envelope]) {
        let Some(device) = batch.first().map(|envelope| envelope.device) else { return };
        let effects = step(&mut self.state, batch, self.stage.now);
        self.outcome.keep(device, effects);
    }

    /// Forget everything and take up what was kept.
    fn restart(&mut self) {
        let tenant = self.stage.tenant;
        let mut state = State::new(Arc::clone(&self.detector));
        state.resume_incidents(tenant, self.outcome.next_incident(), self.outcome.open());
        state.resume_rarity(tenant, self.outcome.learned.iter().copied(), []);
        state.resume_clues(tenant, self.outcome.clues.iter().cloned());
        for ((device, _), process) in &self.outcome.processes {
            let device: DeviceId = *device;
            state.resume_processes(tenant, device, [Arc::clone(process)]);
        }
        self.state = state;
    }
}

#[cfg(test)]
mod tests;
