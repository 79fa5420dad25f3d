//! A storm of process starts: every one of them is told, or counted as lost with the hop that lost it.

use std::{
    collections::HashSet,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use bartizan_collect::{Collector, CollectorConfig, Moment};
use bartizan_model::Action;
use bartizan_probe::{Probe, ProbeConfig, abi::RecordKind};

use crate::stage::clock;

/// How many threads start processes.
const STARTERS: usize = 4;

/// Three seconds as a test; `BARTIZAN_STORM_SECONDS` makes it longer.
#[test]
fn a_storm_of_starts_is_told_or_counted_to_the_last_one() {
    let seconds = std::env::var("BARTIZAN_STORM_SECONDS").ok().and_then(|text| text.parse().ok());
    let length = Duration::from_secs(seconds.unwrap_or(3));
    let root = std::fs::metadata("/proc/self")
        .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !root || !std::path::Path::new("/sys/kernel/btf/vmlinux").is_file() {
        println!("skipped: needs root and BTF");
        return;
    }
    let mut probe =
        Probe::attach(&ProbeConfig { own_pid: None, ..ProbeConfig::default() }).unwrap();
    let mut collector = Collector::new(CollectorConfig::default(), Moment::now()).unwrap();
    collector.observe_running(Moment::now()).unwrap();
    // The sensor is a process of its own; here it shares one with the storm.
    let (started, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let mut told = HashSet::new();
    thread::scope(|scope| {
        for _ in 0..STARTERS {
            scope.spawn(|| start_until(&over, &started));
        }
        let begun = clock();
        let mut take = |probe: &mut Probe, collector: &mut Collector| {
            let read = probe.poll(&mut |record| collector.record(record, Moment::now()));
            for observation in collector.take(Moment::now()) {
                if let Action::ProcessStarted(process) = &observation.action
                    && *process.command_line == *"/bin/true storm"
                {
                    told.insert(process.key);
                }
            }
            read
        };
        while begun.elapsed() < length {
            take(&mut probe, &mut collector);
        }
        over.store(true, Ordering::Relaxed);
        let calm = clock();
        while calm.elapsed() < Duration::from_secs(3) {
            if take(&mut probe, &mut collector) == 0 {
                thread::yield_now();
            }
        }
    });
    let started = started.load(Ordering::Relaxed);
    let counters = probe.counters().unwrap();
    let lost = counters.of(RecordKind::Exec).unwrap().lost;
    let told = told.len() as u64;
    println!(
        "{started} started, {} a second; {told} told, {lost} lost in the kernel, {} without their hash",
        started / length.as_secs().max(1),
        collector.counters().unhashed,
    );
    assert!(
        told <= started && told + lost >= started,
        "{started} started, {told} told, {lost} lost"
    );
    assert_eq!(counters.undecodable, 0);
}

fn start_until(over: &AtomicBool, started: &AtomicU64) {
    while !over.load(Ordering::Relaxed) {
        let child = Command::new("/bin/true").arg("storm").stdin(Stdio::null()).spawn();
        if let Ok(mut child) = child {
            started.fetch_add(1, Ordering::Relaxed);
            child.wait().unwrap();
        }
    }
}
