//! The last stretch: facts wait in order until the executable they introduce is hashed, but not
//! for long, and leave in the words of the model.

use std::sync::Arc;

use bartizan_model::{self as model, Action, Text};

use crate::{
    collector::Collector,
    fact::{Fact, Observation, What},
    process::{Answer, Origin, Process},
};

/// Most facts that wait; beyond it the oldest leaves without its hash.
const WAITING: usize = 16_384;

/// A fact and what it waits for.
#[derive(Debug)]
pub(crate) struct Waiting {
    fact: Fact,
    hash: Option<Answer>,
    until_ns: u64,
}

impl Collector {
    /// A fact that can be told as soon as those before it are.
    pub(crate) fn tell(&mut self, fact: Fact) {
        self.waiting.push_back(Waiting { fact, hash: None, until_ns: 0 });
    }

    /// A fact that introduces a process: worth waiting a little for the hash of what it runs.
    pub(crate) fn tell_introduction(&mut self, fact: Fact) {
        let hash = fact.process.image.as_ref().map(|image| {
            let running = || self.procfs.executable(fact.process.key.pid);
            Arc::clone(image.hash.get_or_init(|| self.hasher.answer_for(image, running())))
        });
        if fact.process.origin == Origin::Started {
            self.counters.starts += 1;
        }
        let until_ns = self.now.boot_ns.saturating_add(self.patience_ns);
        self.waiting.push_back(Waiting { fact, hash, until_ns });
    }

    pub(crate) fn release(&mut self, now_ns: u64) -> Vec<Observation> {
        let mut ready = Vec::new();
        while let Some(first) = self.waiting.front() {
            let unhashed = first.hash.as_ref().is_some_and(|hash| hash.get().is_none());
            if unhashed && first.until_ns > now_ns && self.waiting.len() <= WAITING {
                break;
            }
            self.counters.unhashed += u64::from(unhashed);
            if let Some(waiting) = self.waiting.pop_front() {
                ready.push(self.in_words(waiting.fact));
            }
        }
        ready
    }

    fn in_words(&mut self, fact: Fact) -> Observation {
        let grandparent = fact.parent.as_ref().and_then(|parent| self.known(parent.parent?));
        let parent = fact
            .parent
            .as_ref()
            .map(|parent| Arc::new(self.described(parent, grandparent.as_deref())));
        let process = Arc::new(self.described(&fact.process, fact.parent.as_deref()));
        let (actor, action) = match fact.what {
            What::Introduced => match fact.process.origin {
                Origin::Observed => (None, Action::ProcessObserved(process)),
                Origin::Forked => (parent, Action::ProcessForked(process)),
                Origin::Started => (parent, Action::ProcessStarted(process)),
            },
            What::Ended { code, signal } => {
                (Some(process), Action::ProcessEnded { exit_code: code, signal })
            }
            What::File(change) => (Some(process), Action::File(change)),
            What::Connection(connection) => (Some(process), Action::Connection(connection)),
        };
        Observation { at: fact.at, actor, action }
    }

    fn described(&mut self, process: &Process, parent: Option<&Process>) -> model::Process {
        let user: Option<Text> = self.users.name(process.credentials.uid, self.now.boot_ns);
        process.to_model(user, parent)
    }
}
