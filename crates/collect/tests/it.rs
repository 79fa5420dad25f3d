//! The collector on records of the running kernel, against real processes. Needs root and BTF;
//! says so and passes where either is missing.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "rows that the tests made themselves"
)]

#[path = "it/network.rs"]
mod network;
#[path = "it/places.rs"]
mod places;
#[path = "it/stage.rs"]
mod stage;
#[path = "it/storm.rs"]
mod storm;
#[path = "it/tricks.rs"]
mod tricks;

use std::{
    collections::{HashMap, HashSet},
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bartizan_collect::{Collector, CollectorConfig, Moment, Observation, WatchPolicy};
use bartizan_model::{Action, ConnectionOutcome, FileOperation, Process, ProcessKey};
use bartizan_probe::{Probe, ProbeConfig, abi::Ring};
use sha2::{Digest as _, Sha256};

const DEADLINE: Duration = Duration::from_secs(30);

/// A probe and a collector, wired as the sensor wires them.
struct Watch {
    probe: Probe,
    collector: Collector,
    stream: Vec<Observation>,
}

impl Watch {
    fn start(config: CollectorConfig) -> Option<Self> {
        let root = fs::metadata("/proc/self")
            .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        if !root || !Path::new("/sys/kernel/btf/vmlinux").is_file() {
            println!("skipped: needs root and BTF");
            return None;
        }
        let probe =
            Probe::attach(&ProbeConfig { own_pid: None, ..ProbeConfig::default() }).unwrap();
        let mut collector = Collector::new(config, Moment::now()).unwrap();
        collector.observe_running(Moment::now()).unwrap();
        Some(Self { probe, collector, stream: Vec::new() })
    }

    fn until(&mut self, enough: impl Fn(&[Observation]) -> bool) {
        let started = clock();
        while !enough(&self.stream) {
            assert!(started.elapsed() < DEADLINE, "gave up with {} told", self.stream.len());
            let collector = &mut self.collector;
            let read = self.probe.poll(&mut |record| collector.record(record, Moment::now()));
            self.stream.extend(self.collector.take(Moment::now()));
            if read == 0 {
                thread::yield_now();
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's deadline")]
fn clock() -> Instant {
    Instant::now()
}

fn ended(stream: &[Observation], pid: u32) -> bool {
    stream.iter().any(|told| {
        matches!(told.action, Action::ProcessEnded { .. })
            && told.actor.as_ref().is_some_and(|actor| actor.key.pid == pid)
    })
}

fn introduced(observation: &Observation) -> Option<&Arc<Process>> {
    match &observation.action {
        Action::ProcessStarted(process)
        | Action::ProcessForked(process)
        | Action::ProcessObserved(process) => Some(process),
        _ => None,
    }
}

/// Every process is introduced before it is named as actor or parent.
fn assert_no_orphans(stream: &[Observation]) {
    let mut known: HashSet<ProcessKey> = HashSet::new();
    for told in stream {
        for named in told.actor.iter().map(|actor| actor.key) {
            assert!(known.contains(&named), "{named} acts unintroduced in {told:?}");
        }
        if let Some(process) = introduced(told) {
            assert!(
                process.parent.is_none_or(|parent| known.contains(&parent)),
                "unintroduced parent in {told:?}"
            );
            known.insert(process.key);
        }
    }
}

#[test]
fn a_real_shell_is_told_with_user_hash_and_tree() {
    // Hashing is slow in an emulated machine; here the hash matters, not how soon it comes.
    let config = CollectorConfig { hash_patience: DEADLINE, ..CollectorConfig::default() };
    let Some(mut watch) = Watch::start(config) else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut child = Command::new("sh")
        .args(["-c", "cat /dev/null; cp /bin/true own; ./own argument; echo > written; mv written moved; rm moved"])
        .current_dir(directory.path())
        .spawn()
        .unwrap();
    let pid = child.id();
    child.wait().unwrap();
    watch.until(|stream| ended(stream, pid));
    assert_no_orphans(&watch.stream);

    let started: Vec<&Arc<Process>> = watch
        .stream
        .iter()
        .filter_map(|told| match &told.action {
            Action::ProcessStarted(process) => Some(process),
            _ => None,
        })
        .collect();
    let shell = started.iter().find(|process| process.key.pid == pid).unwrap();
    let expected: [u8; 32] = Sha256::digest(fs::read("/bin/sh").unwrap()).into();
    assert_eq!(shell.file.unwrap().sha256, Some(expected));
    assert_eq!(shell.user.name.as_deref(), Some("root"));
    assert_eq!(shell.parent.unwrap().pid, std::process::id());
    let root = directory.path().canonicalize().unwrap();
    let own = started.iter().find(|p| *p.command_line == *"./own argument").unwrap();
    assert_eq!(*own.image, *root.join("own").display().to_string());
    assert_eq!(own.parent, Some(shell.key));
    assert_eq!(own.current_directory.as_deref(), Some(root.display().to_string().as_str()));
    assert_eq!(own.parent_command_line, Some(shell.command_line.clone()));
    let expected: [u8; 32] = Sha256::digest(fs::read("/bin/true").unwrap()).into();
    assert_eq!(own.file.unwrap().sha256, Some(expected));

    let files: Vec<(FileOperation, String)> = watch
        .stream
        .iter()
        .filter_map(|told| match &told.action {
            Action::File(change) => {
                let name = Path::new(&*change.path).strip_prefix(&root).ok()?;
                Some((change.operation, name.display().to_string()))
            }
            _ => None,
        })
        .collect();
    let expected = [
        (FileOperation::Created, "own"),
        (FileOperation::Created, "written"),
        (FileOperation::Renamed, "moved"),
        (FileOperation::Deleted, "moved"),
    ];
    assert_eq!(files, expected.map(|(operation, name)| (operation, name.to_owned())));
}

#[test]
fn two_thousand_processes_are_told_once_each() {
    const COUNT: usize = 2000;
    let Some(mut watch) = Watch::start(CollectorConfig::default()) else { return };
    let mut last = 0;
    for number in 0..COUNT {
        let mut child = Command::new("/bin/true").arg(format!("told-{number}")).spawn().unwrap();
        last = child.id();
        child.wait().unwrap();
    }
    watch.until(|stream| ended(stream, last));
    assert_no_orphans(&watch.stream);
    let mut starts: HashMap<String, Vec<ProcessKey>> = HashMap::new();
    let mut ends: HashMap<ProcessKey, usize> = HashMap::new();
    for told in &watch.stream {
        match &told.action {
            Action::ProcessStarted(p) if p.command_line.contains("told-") => {
                assert_eq!(p.parent.unwrap().pid, std::process::id());
                starts.entry(p.command_line.to_string()).or_default().push(p.key);
            }
            Action::ProcessEnded { .. } => {
                *ends.entry(told.actor.as_ref().unwrap().key).or_default() += 1;
            }
            _ => {}
        }
    }
    assert_eq!(starts.len(), COUNT);
    for keys in starts.values() {
        assert_eq!(keys.len(), 1);
        assert_eq!(ends.get(&keys[0]), Some(&1));
    }
    let lost = watch.probe.counters().unwrap();
    assert!(
        lost.kinds
            .iter()
            .filter(|counter| counter.kind.ring() == Ring::Critical)
            .all(|c| c.lost == 0)
    );
    println!("{:?}\n{lost:?}", watch.collector.counters());
}

#[test]
fn processes_that_start_while_the_sensor_does_are_neither_missed_nor_told_twice() {
    let stop = Arc::new(AtomicBool::new(false));
    // Long-lived ones are made all the time, and short-lived ones between them as noise.
    let load = thread::spawn({
        let stop = Arc::clone(&stop);
        move || {
            let mut children: Vec<(Child, String)> = Vec::new();
            while !stop.load(Ordering::Relaxed) && children.len() < 1500 {
                let mark = format!("6{:05}", children.len());
                let child = Command::new("sleep").arg(&mark).stdin(Stdio::null()).spawn().unwrap();
                children.push((child, mark));
                Command::new("true").spawn().unwrap().wait().unwrap();
            }
            children
        }
    });
    // A few run before the sensor begins.
    let begun = clock();
    while begun.elapsed() < Duration::from_millis(200) {
        thread::yield_now();
    }
    let watch = Watch::start(CollectorConfig::default());
    let after = clock();
    while after.elapsed() < Duration::from_millis(200) {
        thread::yield_now();
    }
    stop.store(true, Ordering::Relaxed);
    let mut children = load.join().unwrap();
    for (child, _) in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let Some(mut watch) = watch else { return };
    let last = children.last().unwrap().0.id();
    watch.until(|stream| ended(stream, last));
    assert_no_orphans(&watch.stream);

    let (mut observed, mut live) = (0, 0);
    for (child, mark) in &children {
        let pid = child.id();
        let told: Vec<&Observation> = watch
            .stream
            .iter()
            .filter(|told| {
                introduced(told)
                    .is_some_and(|p| p.key.pid == pid && p.command_line.ends_with(mark.as_str()))
            })
            .collect();
        assert_eq!(told.len(), 1, "sleep {mark} ({pid}) was introduced {} times", told.len());
        match told[0].action {
            Action::ProcessObserved(_) => observed += 1,
            _ => live += 1,
        }
        let ends =
            watch.stream.iter().filter(|told| ended(std::slice::from_ref(*told), pid)).count();
        assert_eq!(ends, 1, "sleep {mark} ({pid}) ended {ends} times");
    }
    println!("{observed} observed, {live} seen live");
    assert!(observed > 0 && live > 0, "{observed} observed, {live} seen live: no joint was tested");
}

#[test]
fn a_refused_connection_is_told_with_its_process() {
    let Some(mut watch) = Watch::start(CollectorConfig::default()) else { return };
    let closed = {
        let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        gone.local_addr().unwrap().port()
    };
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, closed)).is_err());
    watch.until(|stream| {
        stream.iter().any(|told| {
            matches!(&told.action, Action::Connection(c)
                if c.remote.port() == closed && c.outcome == ConnectionOutcome::Failed)
                && told.actor.as_ref().is_some_and(|a| a.key.pid == std::process::id())
        })
    });
    assert_no_orphans(&watch.stream);
    let exe = std::env::current_exe().unwrap().display().to_string();
    let own = watch.stream.iter().filter_map(introduced).find(|p| p.key.pid == std::process::id());
    assert_eq!(*own.unwrap().image, *exe);
}

#[test]
fn a_storm_of_temporary_files_is_held_to_the_rate() {
    let Some(mut watch) = Watch::start(CollectorConfig {
        watch: WatchPolicy::default(),
        ..CollectorConfig::default()
    }) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    for number in 0..6000 {
        let file = directory.path().join(format!("{number}.o"));
        fs::write(&file, "").unwrap();
        fs::remove_file(&file).unwrap();
    }
    let mut child = Command::new("true").spawn().unwrap();
    let marker = child.id();
    child.wait().unwrap();
    watch.until(|stream| ended(stream, marker));
    let told = watch.stream.iter().filter(|told| matches!(told.action, Action::File(_))).count();
    let suppressed = watch.collector.counters().suppressed;
    println!("{told} told, {suppressed} held back");
    assert!(told < 6000 && suppressed > 5000, "{told} told, {suppressed} held back");
}
