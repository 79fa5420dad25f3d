//! The process table: every running process, and for a while those that ended.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use bartizan_model::ProcessKey;

use crate::process::Process;

/// Most ended processes that are kept: late events and children still name them.
const ENDED_KEPT: usize = 16_384;
/// How long an ended process is kept.
const ENDED_FOR_NS: u64 = 300 * 1_000_000_000;
/// Beyond this many entries, those that no longer run are swept out: their end was lost.
const SWEEP_ABOVE: usize = 65_536;

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    entries: HashMap<ProcessKey, Entry>,
    running: HashMap<u32, ProcessKey>,
    ended: VecDeque<(u64, ProcessKey)>,
    sweep_at: usize,
}

/// A process with what the stream of events knows of it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) process: Arc<Process>,
    /// The parent as it was when it made this process; keeps its words after it is forgotten.
    pub(crate) parent: Option<Arc<Process>>,
    /// An event has introduced it: others may name it.
    pub(crate) introduced: bool,
    pub(crate) ended: bool,
}

impl Table {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn get(&self, key: ProcessKey) -> Option<&Entry> {
        self.entries.get(&key)
    }

    /// Which process has this id now, as far as the records say.
    pub(crate) fn running(&self, pid: u32) -> Option<ProcessKey> {
        self.running.get(&pid).copied()
    }

    pub(crate) fn get_mut(&mut self, key: ProcessKey) -> Option<&mut Entry> {
        self.entries.get_mut(&key)
    }

    /// Puts in a process; one that had its process id before has ended without our hearing of it.
    pub(crate) fn insert(
        &mut self,
        process: Arc<Process>,
        parent: Option<Arc<Process>>,
        now_ns: u64,
    ) {
        let key = process.key;
        if let Some(previous) = self.running.insert(key.pid, key)
            && previous != key
        {
            self.mark_ended(previous, now_ns);
        }
        let introduced = self.entries.get(&key).is_some_and(|entry| entry.introduced);
        self.entries.insert(key, Entry { process, parent, introduced, ended: false });
    }

    /// The process has ended; it is kept for a while.
    pub(crate) fn end(&mut self, key: ProcessKey, now_ns: u64) {
        if self.running.get(&key.pid) == Some(&key) {
            self.running.remove(&key.pid);
        }
        self.mark_ended(key, now_ns);
    }

    /// Forgets what ended long ago, and what must have ended when there is too much.
    pub(crate) fn tidy(&mut self, now_ns: u64, still_runs: impl Fn(ProcessKey) -> bool) {
        while let Some((ended_ns, key)) = self.ended.front().copied() {
            let old = now_ns.saturating_sub(ended_ns) > ENDED_FOR_NS;
            if !old && self.ended.len() <= ENDED_KEPT {
                break;
            }
            self.ended.pop_front();
            if self.entries.get(&key).is_some_and(|entry| entry.ended) {
                self.entries.remove(&key);
            }
        }
        if self.entries.len() > SWEEP_ABOVE.max(self.sweep_at) {
            let running: Vec<ProcessKey> = self.running.values().copied().collect();
            for key in running.into_iter().filter(|key| !still_runs(*key)) {
                self.end(key, now_ns);
            }
            // What is left does run: look again only when there are many more.
            self.sweep_at = self.entries.len() + SWEEP_ABOVE;
        }
    }

    fn mark_ended(&mut self, key: ProcessKey, now_ns: u64) {
        if let Some(entry) = self.entries.get_mut(&key)
            && !entry.ended
        {
            entry.ended = true;
            self.ended.push_back((now_ns, key));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bartizan_model::{BootId, ProcessKey, Timestamp};

    use super::{ENDED_FOR_NS, ENDED_KEPT, Table};
    use crate::process::{Credentials, Origin, Place, Process};

    fn key(pid: u32, start_ticks: u64) -> ProcessKey {
        ProcessKey { boot: BootId(1), pid, start_ticks }
    }

    fn process(pid: u32, start_ticks: u64) -> Arc<Process> {
        Arc::new(Process {
            key: key(pid, start_ticks),
            parent: None,
            started_at: Timestamp::default(),
            comm: "job".into(),
            image: None,
            credentials: Credentials::default(),
            place: Place::default(),
            origin: Origin::Forked,
        })
    }

    #[test]
    fn a_process_id_that_comes_again_is_another_process() {
        let mut table = Table::default();
        table.insert(process(7, 1), None, 0);
        table.insert(process(7, 2), None, 10);
        assert!(table.get(key(7, 1)).unwrap().ended);
        assert!(!table.get(key(7, 2)).unwrap().ended);
    }

    #[test]
    fn the_ended_are_forgotten_by_age_and_by_number_but_the_running_never() {
        let mut table = Table::default();
        table.insert(process(1, 0), None, 0);
        for pid in 2..=u32::try_from(ENDED_KEPT).unwrap() + 100 {
            table.insert(process(pid, 5), None, 1);
            table.end(key(pid, 5), 1);
        }
        table.tidy(2, |_| true);
        assert_eq!(table.len(), ENDED_KEPT + 1);
        table.tidy(2 + ENDED_FOR_NS, |_| true);
        assert_eq!(table.len(), 1);
        assert!(table.get(key(1, 0)).is_some());
    }
}
