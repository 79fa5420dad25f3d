//! Fills a telemetry store with a generated month and answers the eight hunts over it.
//!
//! `generate` streams the events through the real store and prints what that took; `answer` reads names of hunts from
//! its input and answers each with a line of JSON, so that `compare.py` can ask all engines in turn.

mod chance;
mod estate;
mod hunts;
mod programs;

use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bartizan_model::{Envelope, TenantId};
use bartizan_store::Store;
use bartizan_telemetry::{Config, Limits, QueryOptions, Telemetry};
use clap::{Parser, Subcommand};

use crate::estate::{Estate, Plan, START};

/// Events of one record of the log.
const RECORD: usize = 500;
/// Events between two looks of the upkeep.
const UPKEEP_EVERY: u64 = 500_000;

#[derive(Debug, Parser)]
struct Arguments {
    /// Folder of the store.
    #[arg(long)]
    data: PathBuf,
    #[command(subcommand)]
    work: Work,
}

#[derive(Debug, Subcommand)]
enum Work {
    /// Make events and keep them.
    Generate {
        #[arg(long, default_value_t = 10_000_000)]
        events: u64,
        #[arg(long, default_value_t = 30)]
        days: u64,
        #[arg(long, default_value_t = 50)]
        devices: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Answer the hunts that are named on the input, a line each.
    Answer,
    /// The hunts' names and questions.
    Hunts,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match arguments.work {
        Work::Generate { events, days, devices, seed } => {
            generate(&arguments.data, Plan { devices, days, events, seed })
        }
        Work::Answer => answer(&arguments.data),
        Work::Hunts => {
            for hunt in hunts::hunts() {
                println!("{}\n  {}", hunt.name, hunt.question);
            }
            Ok(())
        }
    }
}

fn tenant() -> TenantId {
    "00000000-0000-4000-8000-000000000001".parse().expect("a UUID")
}

fn open(data: &Path) -> anyhow::Result<Telemetry> {
    std::fs::create_dir_all(data)?;
    let store = Arc::new(Store::open(data.join("records.sqlite")).context("opening the records")?);
    Telemetry::open(data.join("telemetry"), store, Config::default()).context("opening telemetry")
}

fn generate(data: &Path, plan: Plan) -> anyhow::Result<()> {
    let telemetry = open(data)?;
    let started = Instant::now();
    let mut estate = Estate::new(tenant(), plan);
    let (mut keeping, mut upkeep) = (Cost::default(), Cost::default());
    let mut done = 0_u64;
    for position in 1.. {
        let record: Vec<Envelope> = estate.by_ref().take(RECORD).collect();
        let Some(last) = record.last() else { break };
        let now = last.received_at;
        keeping.measure(|| telemetry.append(position, &record))?;
        let before = done / UPKEEP_EVERY;
        done += record.len() as u64;
        if done / UPKEEP_EVERY > before {
            upkeep.measure(|| telemetry.keep_up(now))?;
        }
    }
    keeping.measure(|| telemetry.seal())?;
    let end = START.plus(Duration::from_secs((plan.days + 2) * 86_400));
    upkeep.measure(|| telemetry.keep_up(end))?;
    let (files, bytes) = size_of(&data.join("telemetry"))?;
    let line = serde_json::json!({
        "events": plan.events,
        "seconds": started.elapsed().as_secs_f64(),
        "keeping": keeping.told(plan.events),
        "upkeep": upkeep.told(plan.events),
        "files": files,
        "bytes": bytes,
        "bytes_per_event": bytes as f64 / plan.events as f64,
        "peak_mib": peak_mib(),
    });
    println!("{line}");
    Ok(())
}

/// What a kind of work took.
#[derive(Debug, Default)]
struct Cost {
    wall: Duration,
    cpu: Duration,
}

impl Cost {
    fn measure<T, E>(&mut self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let (wall, cpu) = (Instant::now(), cpu_time());
        let done = work();
        self.wall += wall.elapsed();
        self.cpu += cpu_time().saturating_sub(cpu);
        done
    }

    fn told(&self, events: u64) -> serde_json::Value {
        serde_json::json!({
            "wall_s": self.wall.as_secs_f64(),
            "cpu_s": self.cpu.as_secs_f64(),
            "events_per_cpu_s": events as f64 / self.cpu.as_secs_f64().max(1e-9),
        })
    }
}

fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

fn size_of(folder: &Path) -> anyhow::Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (more, larger) = match entry.file_type()?.is_dir() {
            true => size_of(&entry.path())?,
            false => (1, entry.metadata()?.len()),
        };
        files += more;
        bytes += larger;
    }
    Ok((files, bytes))
}

fn answer(data: &Path) -> anyhow::Result<()> {
    let telemetry = open(data)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let limits = Limits { rows: 1_000_000, bytes: 1 << 30, memory: 4 << 30, ..Limits::default() };
    let now = START.plus(Duration::from_secs(32 * 86_400));
    let options = QueryOptions { limits, ..QueryOptions::at(now) };
    let hunts = hunts::hunts();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let question =
            hunts.iter().find(|hunt| hunt.name == line.trim()).map(|hunt| &hunt.question);
        let question = question.unwrap_or(&line);
        let (wall, cpu) = (Instant::now(), cpu_time());
        let result = runtime.block_on(telemetry.query(tenant(), question, &options));
        let (wall, cpu) = (wall.elapsed(), cpu_time().saturating_sub(cpu));
        let told = match result {
            Ok(result) => serde_json::json!({
                "ms": wall.as_secs_f64() * 1e3,
                "cpu_ms": cpu.as_secs_f64() * 1e3,
                "rows": result.rows.len(),
                "first": result.rows.first(),
                "stats": result.stats,
                "peak_mib": peak_mib(),
            }),
            Err(error) => serde_json::json!({ "error": format!("{error:?}") }),
        };
        println!("{told}");
        std::io::stdout().flush()?;
    }
    Ok(())
}
