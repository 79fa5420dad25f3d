//! Files through rules: one thread reads, some judge, and the caller's puts what they found back in order.
//!
//! However many threads there are, the findings come in the order of the files and of the events in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::{io, thread};

use bartizan_sigma::CompileError;
use parking_lot::Mutex;

use crate::finding::{Circumstances, Detail, Finding, Found};
use crate::kinds::{Kinds, Routing};
use crate::mapping::Mapping;
use crate::rules::RuleSet;
use crate::source::{Block, Source};
use crate::totals::Totals;

mod correlate;
mod worker;

use correlate::Correlating;
use worker::{Judged, Worker};

/// Blocks that were read and not yet reported, for each thread: what bounds the memory of a run.
const BLOCKS_PER_THREAD: usize = 4;

/// Why a run cannot go on. A bad file, line or record is never the reason: those are counted in [`Totals`].
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The rules for one kind of event cannot be prepared.
    #[error("preparing the rules for a kind of event")]
    Compile(#[from] CompileError),
    /// The report cannot be written.
    #[error("writing the report")]
    Report(#[from] io::Error),
    /// A thread cannot be started.
    #[error("starting a thread")]
    Thread(#[source] io::Error),
}

/// How to judge.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether events are led to the rules about their kind.
    pub routing: Routing,
    /// How events are understood.
    pub mapping: Mapping,
    /// How many threads judge.
    pub threads: usize,
    /// How much of each match the report needs.
    pub detail: Detail,
}

/// How far a run is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Bytes read from disk so far.
    pub read: u64,
    /// Events judged so far.
    pub events: u64,
    /// Matches so far.
    pub findings: u64,
}

/// What becomes of the findings.
pub trait Report {
    /// One more finding.
    fn add(&mut self, found: &Found<'_>) -> io::Result<()>;
    /// That was all.
    fn end(&mut self, totals: &Totals) -> io::Result<()>;
}

/// A block on its way to be judged.
struct Job {
    number: u64,
    file: usize,
    block: Block,
}

/// A block that was judged.
struct Done {
    number: u64,
    file: usize,
    judged: Result<Judged, CompileError>,
}

/// Judges the events of all files and reports what was found.
pub fn run(
    rules: &RuleSet,
    files: &[PathBuf],
    settings: &Settings,
    report: &mut dyn Report,
    progress: &mut dyn FnMut(Progress),
) -> Result<Totals, RunError> {
    let mut kinds = Kinds::new(&rules.matcher, settings.mapping.clone(), settings.routing)?;
    let circumstances = Circumstances::new(&mut kinds.asked);
    let worker =
        Worker { rules, kinds: &kinds, circumstances: &circumstances, detail: settings.detail };
    let threads = settings.threads.max(1);
    let read = Arc::new(AtomicU64::new(0));
    let in_flight = threads * BLOCKS_PER_THREAD;
    let (tickets, returned) = sync_channel::<()>(in_flight);
    let (jobs, todo) = sync_channel::<Job>(in_flight);
    let (finished, done) = sync_channel::<Done>(in_flight);
    let todo = Mutex::new(todo);
    let todo = &todo;
    let worker = &worker;
    let counter = &read;
    thread::scope(|scope| {
        let start = |name: &str| thread::Builder::new().name(name.to_owned());
        start("read")
            .spawn_scoped(scope, move || read_all(files, counter, &tickets, &jobs))
            .map_err(RunError::Thread)?;
        for _ in 0..threads {
            let finished = finished.clone();
            start("judge")
                .spawn_scoped(scope, move || judge_all(worker, todo, &finished))
                .map_err(RunError::Thread)?;
        }
        drop(finished);
        let mut collector = Collector::new(rules, files, report);
        let outcome = collector.collect(&done, &returned, &mut |events, findings| {
            progress(Progress { read: read.load(Ordering::Relaxed), events, findings });
        });
        // Whoever still waits to hand something over learns that nobody listens.
        drop((done, returned));
        outcome
    })
}

fn read_all(
    files: &[PathBuf],
    read: &Arc<AtomicU64>,
    tickets: &SyncSender<()>,
    jobs: &SyncSender<Job>,
) {
    let mut number = 0;
    let mut send = |file: usize, block: Block| {
        let sent = tickets.send(()).is_ok() && jobs.send(Job { number, file, block }).is_ok();
        number += 1;
        sent
    };
    for (file, path) in files.iter().enumerate() {
        let mut source = match Source::open(path, read) {
            Ok(source) => source,
            Err(error) => {
                if !send(file, Block::Broken(crate::source::chain(&error))) {
                    return;
                }
                continue;
            }
        };
        loop {
            let block = match source.next() {
                Ok(Some(block)) => block,
                Ok(None) => break,
                Err(error) => {
                    if !send(file, Block::Broken(format!("reading stopped: {error}"))) {
                        return;
                    }
                    break;
                }
            };
            if !send(file, block) {
                return;
            }
        }
    }
}

fn judge_all(worker: &Worker<'_>, todo: &Mutex<Receiver<Job>>, finished: &SyncSender<Done>) {
    let mut bench = worker.bench();
    loop {
        let job = todo.lock().recv();
        let Ok(Job { number, file, block }) = job else { return };
        let judged = worker.judge(block, &mut bench);
        if finished.send(Done { number, file, judged }).is_err() {
            return;
        }
    }
}

/// Puts blocks back in order and numbers their events.
struct Collector<'a> {
    rules: &'a RuleSet,
    files: &'a [PathBuf],
    report: &'a mut dyn Report,
    totals: Totals,
    correlating: Correlating,
    file: usize,
    /// Events of this file in the blocks before.
    before: u64,
}

impl<'a> Collector<'a> {
    fn new(rules: &'a RuleSet, files: &'a [PathBuf], report: &'a mut dyn Report) -> Self {
        let totals = Totals::new(rules, files.len());
        let correlating = Correlating::new(rules);
        Self { rules, files, report, totals, correlating, file: 0, before: 0 }
    }

    fn collect(
        &mut self,
        done: &Receiver<Done>,
        returned: &Receiver<()>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Totals, RunError> {
        let mut waiting: BTreeMap<u64, Done> = BTreeMap::new();
        let mut next = 0;
        for block in done {
            waiting.insert(block.number, block);
            while let Some(block) = waiting.remove(&next) {
                next += 1;
                self.take(block.file, block.judged?)?;
                // The reader waited for this one's place.
                if returned.recv().is_err() {
                    break;
                }
            }
            progress(self.totals.events, self.totals.findings);
        }
        for (file, number, finding) in self.correlating.finish() {
            self.correlated(file, number, &finding)?;
        }
        self.totals.uncorrelated += self.correlating.losses();
        self.report.end(&self.totals)?;
        Ok(std::mem::take(&mut self.totals))
    }

    fn take(&mut self, file: usize, judged: Judged) -> Result<(), RunError> {
        if file != self.file {
            self.file = file;
            self.before = 0;
        }
        let (before, events) = (self.before, judged.counts.events);
        self.totals.add_block(path_of(self.files, file), before, &judged.counts);
        for mut matched in judged.matched {
            matched.finding.event += before;
            let silent = self.rules.links.is_silent(matched.rule);
            let (rule, finding) = (matched.rule, &matched.finding);
            if let Some(rule) = self.rules.rules().get(rule.index())
                && !silent
            {
                let found = Found { rule, file: path_of(self.files, file), finding };
                self.totals.add_finding(&found);
                self.report.add(&found)?;
            }
            for (file, number, finding) in self.correlating.observe(file, &matched) {
                self.correlated(file, number, &finding)?;
            }
        }
        self.before += events;
        Ok(())
    }

    fn correlated(&mut self, file: usize, number: usize, finding: &Finding) -> io::Result<()> {
        let Some(correlation) = self.rules.correlations().get(number) else { return Ok(()) };
        let found = Found { rule: &correlation.about, file: path_of(self.files, file), finding };
        self.totals.add_finding(&found);
        self.report.add(&found)
    }
}

fn path_of(files: &[PathBuf], file: usize) -> &Path {
    files.get(file).map_or(Path::new(""), PathBuf::as_path)
}
