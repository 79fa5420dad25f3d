//! What the collector concludes from records, before and after its executables are hashed.

use std::sync::Arc;

use bartizan_model::{
    Action, Connection, Event, EventId, FileChange, ImageLoad, Operation, Timestamp,
};

use crate::process::Process;

/// An observed fact that has no number yet: the spool numbers events when it writes them.
#[derive(Debug, Clone)]
pub struct Observation {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it: for a process start the parent.
    pub actor: Option<Arc<bartizan_model::Process>>,
    /// What was done.
    pub action: Action,
}

impl Observation {
    /// The event under this number.
    #[must_use]
    pub fn numbered(self, id: EventId) -> Event {
        Event { id, at: self.at, actor: self.actor, action: self.action }
    }
}

/// A fact that may still wait for a hash.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub(crate) at: Timestamp,
    pub(crate) process: Arc<Process>,
    pub(crate) parent: Option<Arc<Process>>,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    /// The process is told for the first time, by the way we came to know it.
    Introduced,
    Ended {
        code: Option<u8>,
        signal: Option<u8>,
    },
    File(FileChange),
    Connection(Connection),
    /// Something else; the process it was done to is put in words as it was then.
    Operation {
        operation: Box<Operation>,
        target: Option<Arc<Process>>,
    },
    Image(Box<ImageLoad>),
}
