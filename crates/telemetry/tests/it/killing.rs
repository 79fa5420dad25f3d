//! `kill -9` at any point of taking, sealing and merging: what was acknowledged is there, once.
//!
//! The test starts itself again as the process that is killed. How often is said by `BARTIZAN_KILLS`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use bartizan_event_log::{Entry, EventLog, EventLogConfig, Position};
use bartizan_model::{Action, DeviceId, Envelope, StreamId, TenantId};
use bartizan_store::Store;
use bartizan_telemetry::{Config, QueryOptions, Telemetry};

use crate::world::{START, envelope, id, process};

/// How often the process is killed, when nobody says.
const KILLS: u32 = 20;
const FOLDER: &str = "BARTIZAN_KILLED_FOLDER";
/// How long a process may take to begin its work.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest that it works before it is killed.
const LONGEST_LIFE_MS: u64 = 400;

#[test]
fn whenever_the_server_is_killed_every_acknowledged_event_is_there_once() {
    let kills = std::env::var("BARTIZAN_KILLS").ok().and_then(|kills| kills.parse().ok());
    let folder = tempfile::tempdir().unwrap();
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    let mut acknowledged = 0;
    for kill in 0..kills.unwrap_or(KILLS) {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let life = Duration::from_micros((chance >> 33) % (LONGEST_LIFE_MS * 1000));
        acknowledged = acknowledged.max(live_and_die(folder.path(), life));
        let (rows, events, last) = kept(folder.path());
        assert_eq!(
            (rows, events),
            (last, last),
            "after kill {kill}: none is missing, none is twice"
        );
        assert!(last >= acknowledged, "after kill {kill}: {last} of {acknowledged} are there");
    }
    println!("{acknowledged} acknowledged events survived");
    assert!(acknowledged > 0);
}

/// Starts the process, kills it after this long, and gives the last event that it acknowledged.
fn live_and_die(folder: &Path, life: Duration) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killing::the_process_that_is_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let (say, lines) = channel();
    let reading = std::thread::spawn(move || {
        output.lines().map_while(Result::ok).try_for_each(|line| say.send(line))
    });
    let mut last = acknowledged_until(&lines, PATIENCE, true);
    last = last.max(acknowledged_until(&lines, life, false));
    child.kill().unwrap();
    child.wait().unwrap();
    drop(reading.join());
    last.max(acknowledged_until(&lines, Duration::ZERO, false))
}

/// The last event that was acknowledged within a time, or up to the first that is.
#[expect(clippy::disallowed_methods, reason = "the moment of death is in time")]
fn acknowledged_until(lines: &Receiver<String>, time: Duration, first: bool) -> i64 {
    let deadline = Instant::now() + time;
    let mut last = 0;
    while let Ok(line) = lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        if let Some(number) = line.strip_prefix("acknowledged ") {
            last = number.parse().unwrap();
            if first {
                break;
            }
        }
    }
    last
}

/// After a start: how many rows there are, how many different events, and the last event's number.
fn kept(folder: &Path) -> (i64, i64, i64) {
    let server = Server::open(folder);
    server.gather();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let question = "union DeviceProcessEvents, DeviceEvents
        | summarize Rows = count(), Events = count_distinct(EventId), Last = max(ReportId)";
    let options = QueryOptions::at(START);
    let answer = runtime.block_on(server.telemetry.query(tenant(), question, &options)).unwrap();
    let number = |column: usize| answer.rows[0][column].as_i64().unwrap_or_default();
    (number(0), number(1), number(2))
}

#[test]
#[ignore = "started by the test above, and killed"]
fn the_process_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let server = Arc::new(Server::open(&folder));
    let gathering = server.clone();
    std::thread::spawn(move || {
        loop {
            gathering.gather();
            gathering.telemetry.keep_up(START).unwrap();
            gathering.forget();
        }
    });
    loop {
        let last = server.take();
        let mut out = std::io::stdout().lock();
        writeln!(out, "acknowledged {last}").unwrap();
        out.flush().unwrap();
    }
}

/// The two rooms that an event goes through, as the server connects them.
struct Server {
    log: EventLog,
    telemetry: Telemetry,
}

impl Server {
    fn open(folder: &Path) -> Self {
        let store = Arc::new(Store::open(folder.join("records.sqlite")).unwrap());
        let config = Config { max_hot_rows: 40, max_files_per_day: 3, ..Config::default() };
        let telemetry = Telemetry::open(folder.join("telemetry"), store, config).unwrap();
        let log = EventLogConfig { segment_bytes: 4_096, ..EventLogConfig::default() };
        Self { log: EventLog::open(folder.join("log"), log).unwrap(), telemetry }
    }

    /// Takes a batch; it is durable when this returns. Gives the number of its last event.
    fn take(&self) -> u64 {
        let first_sequence = self.log.high_water(device(), stream()) + 1;
        let last_sequence = first_sequence + first_sequence % 7;
        self.log
            .append(&Entry {
                tenant: tenant(),
                device: device(),
                device_name: "web-1".into(),
                stream: stream(),
                first_sequence,
                last_sequence,
                received_at: START,
                payload: Vec::new(),
            })
            .unwrap();
        last_sequence
    }

    /// Appends what the log has and the telemetry has not.
    fn gather(&self) {
        let mut place = after(self.telemetry.appended());
        loop {
            let entries = self.log.read(place, 16).unwrap();
            for (position, entry) in &entries {
                self.telemetry.append(position.0, &events(entry)).unwrap();
            }
            let Some((last, _)) = entries.last() else { return };
            place = last.next();
        }
    }

    /// The log keeps what is in no file.
    fn forget(&self) {
        self.log.forget_before(after(self.telemetry.position())).unwrap();
    }
}

const fn after(done: Option<u64>) -> Position {
    match done {
        Some(position) => Position(position).next(),
        None => Position(0),
    }
}

/// The events of a batch, made anew from their numbers.
fn events(entry: &Entry) -> Vec<Envelope> {
    let event = |number: u64| {
        let at = START.plus(Duration::from_secs(number));
        let program = process(number as u32, "/bin/true", &format!("true {number}"), "root", at);
        let action = match number % 3 {
            0 => Action::ProcessEnded { exit_code: Some(0), signal: None },
            _ => Action::ProcessStarted(program.clone()),
        };
        envelope(entry.tenant, 1, number, at, action, Some(program))
    };
    (entry.first_sequence..=entry.last_sequence).map(event).collect()
}

fn tenant() -> TenantId {
    id("aa").parse().unwrap()
}

fn device() -> DeviceId {
    id("d1").parse().unwrap()
}

fn stream() -> StreamId {
    id("e1").parse().unwrap()
}
