//! The last stretch: facts wait in order until what they name is hashed, but not for long, and leave in the
//! words of the model.

use std::sync::Arc;

use bartizan_model::{self as model, Action, Text};

use crate::{
    collector::Collector,
    fact::{Fact, Observation, What},
    process::{Answer, ImageFile, Origin, Process, sha256_of},
};

/// Most facts that wait; beyond it the oldest leaves without its hash.
const WAITING: usize = 16_384;

/// Something to be told, and what it waits for.
#[derive(Debug)]
pub(crate) struct Waiting {
    told: Told,
    hash: Option<Answer>,
    until_ns: u64,
}

#[derive(Debug)]
enum Told {
    Fact(Fact),
    /// In words already.
    Ready(Observation),
}

impl Collector {
    /// A fact that can be told as soon as those before it are.
    pub(crate) fn tell(&mut self, fact: Fact) {
        self.waiting.push_back(Waiting { told: Told::Fact(fact), hash: None, until_ns: 0 });
    }

    /// What no process of the table did.
    pub(crate) fn tell_of_nobody(&mut self, action: Action) {
        self.tell_ready(Observation { at: self.now.wall, actor: None, action });
    }

    /// What is in words already.
    pub(crate) fn tell_ready(&mut self, ready: Observation) {
        self.waiting.push_back(Waiting { told: Told::Ready(ready), hash: None, until_ns: 0 });
    }

    /// A fact that introduces a process: worth waiting a little for the hash of what it runs.
    pub(crate) fn tell_introduction(&mut self, fact: Fact) {
        let hash = fact.process.image.as_ref().map(|image| {
            let through = || self.procfs.executable(fact.process.key.pid);
            let ask = || self.hasher.answer_for(image.file, &image.path, through());
            Arc::clone(image.hash.get_or_init(ask))
        });
        if fact.process.origin == Origin::Started {
            self.counters.starts += 1;
        }
        self.wait(fact, hash);
    }

    /// A fact about a file that a process has: told with its hash when that comes soon.
    pub(crate) fn tell_hashed(&mut self, fact: Fact, file: ImageFile) {
        let What::Image(image) = &fact.what else { return self.tell(fact) };
        let through = self.procfs.inside(fact.process.key.pid, &image.path);
        let hash = self.hasher.answer_for(Some(file), &image.path, through);
        self.wait(fact, Some(hash));
    }

    fn wait(&mut self, fact: Fact, hash: Option<Answer>) {
        let until_ns = self.now.boot_ns.saturating_add(self.patience_ns);
        self.waiting.push_back(Waiting { told: Told::Fact(fact), hash, until_ns });
    }

    pub(crate) fn release(&mut self, now_ns: u64) -> Vec<Observation> {
        let mut ready = Vec::new();
        while let Some(first) = self.waiting.front() {
            let unhashed = first.hash.as_ref().is_some_and(|hash| hash.get().is_none());
            if unhashed && first.until_ns > now_ns && self.waiting.len() <= WAITING {
                break;
            }
            self.counters.unhashed += u64::from(unhashed);
            let Some(waiting) = self.waiting.pop_front() else { break };
            ready.push(match waiting.told {
                Told::Ready(observation) => observation,
                Told::Fact(fact) => self.in_words(fact, waiting.hash.as_ref()),
            });
        }
        ready
    }

    fn in_words(&mut self, fact: Fact, hash: Option<&Answer>) -> Observation {
        let grandparent = fact.parent.as_ref().and_then(|parent| self.known(parent.parent?));
        let parent = fact
            .parent
            .as_ref()
            .map(|parent| Arc::new(self.described(parent, grandparent.as_deref())));
        let process = self.described(&fact.process, fact.parent.as_deref());
        let (actor, action) = match fact.what {
            What::Introduced => {
                let execution = fact.process.execution();
                let process = Arc::new(model::Process { execution, ..process });
                match fact.process.origin {
                    Origin::Observed => (None, Action::ProcessObserved(process)),
                    Origin::Forked => (parent, Action::ProcessForked(process)),
                    Origin::Started => (parent, Action::ProcessStarted(process)),
                }
            }
            What::Ended { code, signal } => {
                (Some(Arc::new(process)), Action::ProcessEnded { exit_code: code, signal })
            }
            What::File(change) => (Some(Arc::new(process)), Action::File(change)),
            What::Connection(connection) => {
                (Some(Arc::new(process)), Action::Connection(connection))
            }
            What::Operation { mut operation, target } => {
                operation.target = target.map(|target| Arc::new(self.described(&target, None)));
                (Some(Arc::new(process)), Action::Operation(operation))
            }
            What::Image(mut image) => {
                image.sha256 = hash.and_then(sha256_of);
                (Some(Arc::new(process)), Action::ImageLoaded(image))
            }
        };
        Observation { at: fact.at, actor, action }
    }

    pub(crate) fn described(
        &mut self,
        process: &Process,
        parent: Option<&Process>,
    ) -> model::Process {
        let user: Option<Text> = self.users.name(process.credentials.uid, self.now.boot_ns);
        process.to_model(user, parent)
    }
}
