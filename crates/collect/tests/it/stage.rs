//! A stage for tricks: a program is played before the running kernel, and the rows it leaves are compared with
//! what a person would expect to find in the tables.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use bartizan_collect::{Collector, CollectorConfig, Moment, Observation};
use bartizan_model::{DeviceId, Envelope, EventId, StreamId, TenantId, Timestamp, Value, rows_of};
use bartizan_probe::{POLL_INTERVAL, Probe, ProbeConfig};

const DEADLINE: Duration = Duration::from_secs(40);
/// Long enough for a busy machine, and shorter than the deadline: what waits for a hash holds up what follows.
const PATIENCE: Duration = Duration::from_secs(5);

/// A trick: what it does, and what must be seen of it.
pub(crate) struct Trick {
    /// What should be true, as a sentence.
    pub(crate) sentence: &'static str,
    /// Python, after the prelude of [`Stage`].
    pub(crate) program: &'static str,
    /// Rows that must be there: an `ActionType`, then patterns by column.
    pub(crate) seen: &'static [Row],
}

/// A row that must be there. `*` stands for anything, `{name}` for what the program printed as `name=…`.
pub(crate) type Row = (&'static str, &'static [(&'static str, &'static str)]);

/// The probe and the collector, wired as the sensor wires them.
pub(crate) struct Stage {
    probe: Probe,
    collector: Collector,
    rows: Vec<BTreeMap<String, String>>,
}

impl Stage {
    /// `None`, said aloud, where the kernel does not let itself be watched.
    pub(crate) fn open(config: CollectorConfig) -> Option<Self> {
        let root = fs::metadata("/proc/self")
            .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let python = Command::new("python3").arg("--version").output().is_ok();
        if !root || !python || !Path::new("/sys/kernel/btf/vmlinux").is_file() {
            println!("skipped: needs root, BTF and python3");
            return None;
        }
        let probe =
            Probe::attach(&ProbeConfig { own_pid: None, ..ProbeConfig::default() }).unwrap();
        let config = CollectorConfig { hash_patience: PATIENCE, ..config };
        let mut collector = Collector::new(config, Moment::now()).unwrap();
        collector.observe_running(Moment::now()).unwrap();
        Some(Self { probe, collector, rows: Vec::new() })
    }

    /// Plays every trick and fails with all sentences that are not true.
    pub(crate) fn play(&mut self, tricks: &[Trick]) {
        let mut failures = Vec::new();
        for trick in tricks {
            if let Err(failure) = self.play_one(trick) {
                failures.push(format!("NOT TRUE: {}\n{failure}", trick.sentence));
            }
        }
        assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
    }

    fn play_one(&mut self, trick: &Trick) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let words = self.perform(trick.program, &folder.path().canonicalize().unwrap())?;
        if words.contains_key("skip") {
            println!("skipped: {}: {}", trick.sentence, words["skip"]);
            return Ok(());
        }
        let first = self.rows.len();
        let started = clock();
        loop {
            self.gather();
            let missing: Vec<&Row> =
                trick.seen.iter().filter(|row| !self.holds(row, &words)).collect();
            if missing.is_empty() {
                println!("seen: {}", trick.sentence);
                return Ok(());
            }
            if started.elapsed() > DEADLINE {
                let near =
                    missing.iter().map(|row| self.nearest(row, &words, first)).collect::<Vec<_>>();
                return Err(format!("missing {missing:?}\nof {words:?}\nnear: {near:#?}"));
            }
        }
    }

    /// Plays a program, watching meanwhile as the sensor would.
    fn perform(
        &mut self,
        program: &str,
        folder: &Path,
    ) -> Result<BTreeMap<String, String>, String> {
        let mut player = Command::new("python3")
            .args(["-c", &format!("{PRELUDE}\n{program}"), &folder.display().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        while player.try_wait().map_err(|error| error.to_string())?.is_none() {
            self.gather();
            thread::park_timeout(POLL_INTERVAL);
        }
        words_of(&player.wait_with_output().map_err(|error| error.to_string())?, folder)
    }

    /// Takes in what the kernel has to say.
    pub(crate) fn gather(&mut self) {
        let collector = &mut self.collector;
        let read = self.probe.poll(&mut |record| collector.record(record, Moment::now()));
        for told in self.collector.take(Moment::now()) {
            self.rows.extend(rows(told));
        }
        if read == 0 {
            thread::yield_now();
        }
    }

    /// Gathers until a row is there.
    pub(crate) fn until(&mut self, row: Row) {
        let started = clock();
        while !self.holds(&row, &BTreeMap::new()) {
            assert!(
                started.elapsed() < DEADLINE,
                "no {row:?} near {:#?}",
                self.nearest(&row, &BTreeMap::new(), 0)
            );
            self.gather();
        }
    }

    /// Rows with this `ActionType`.
    pub(crate) fn of(&self, action: &str) -> Vec<&BTreeMap<String, String>> {
        self.rows.iter().filter(|row| row.get("ActionType").is_some_and(|a| a == action)).collect()
    }

    fn holds(&self, (action, columns): &Row, words: &BTreeMap<String, String>) -> bool {
        self.of(action).iter().any(|row| {
            columns.iter().all(|(column, pattern)| {
                let pattern = filled(pattern, words);
                row.get(*column).is_some_and(|value| matches(&pattern, value))
            })
        })
    }

    /// The rows that come nearest, to see what was there instead.
    fn nearest(
        &self,
        (action, columns): &Row,
        words: &BTreeMap<String, String>,
        first: usize,
    ) -> Vec<String> {
        let rows = self.rows.get(first..).unwrap_or_default().iter();
        let met = |row: &BTreeMap<String, String>| {
            let met = |(column, pattern): &&(&str, &str)| {
                row.get(*column).is_some_and(|value| matches(&filled(pattern, words), value))
            };
            columns.iter().filter(met).count() * 2
                + usize::from(row.get("ActionType").is_some_and(|a| a == action))
        };
        let shown = |row: &BTreeMap<String, String>| {
            let columns =
                ["ActionType"].into_iter().chain(columns.iter().map(|(column, _)| *column));
            columns.map(|c| format!("{c}={:?}", row.get(c))).collect::<Vec<_>>().join(" ")
        };
        let mut like: Vec<_> =
            rows.map(|row| (met(row), row)).filter(|(met, _)| *met > 0).collect();
        like.sort_by_key(|(met, _)| std::cmp::Reverse(*met));
        like.into_iter().take(5).map(|(_, row)| shown(row)).collect()
    }
}

/// Reads what a program printed as `name=value`.
fn words_of(output: &Output, folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words: BTreeMap<String, String> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    words.insert("dir".to_owned(), folder.display().to_string());
    if !output.status.success() && !words.contains_key("skip") {
        return Err(format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    Ok(words)
}

fn filled(pattern: &str, words: &BTreeMap<String, String>) -> String {
    words
        .iter()
        .fold(pattern.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, rest)) => text.strip_prefix(before).is_some_and(|text| {
            rest.is_empty()
                || text
                    .char_indices()
                    .map(|(at, _)| at)
                    .chain([text.len()])
                    .any(|at| matches(rest, &text[at..]))
        }),
    }
}

fn rows(told: Observation) -> Vec<BTreeMap<String, String>> {
    let one = "00000000-0000-0000-0000-000000000001";
    let id = EventId { stream: one.parse::<StreamId>().unwrap(), sequence: 1 };
    let envelope = Envelope {
        tenant: one.parse::<TenantId>().unwrap(),
        device: one.parse::<DeviceId>().unwrap(),
        device_name: Arc::from("stage"),
        received_at: Timestamp::from_millis(0),
        event: told.numbered(id),
    };
    let rows = rows_of(&envelope);
    let shown = |row: &bartizan_model::Row| {
        let columns = row.table().definition().columns;
        let cell = |at: usize| Some((columns[at].name.to_owned(), text(row.value(at)?)));
        (0..columns.len()).filter_map(cell).collect()
    };
    rows.iter().map(shown).collect()
}

fn text(value: Value<'_>) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        Value::Text(value) => value.to_owned(),
        Value::DateTime(value) => value.nanos().to_string(),
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's deadline")]
pub(crate) fn clock() -> Instant {
    Instant::now()
}

/// A folder whose files are watched wherever it lies.
pub(crate) fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    (folder, path)
}

const PRELUDE: &str = r#"
import os, sys, ctypes, socket, struct, time, signal, mmap, subprocess, threading, shutil, hashlib
d = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def sc(*a):
    r = libc.syscall(*[ctypes.c_void_p(x) if isinstance(x, int) else x for x in a])
    if r < 0:
        e = ctypes.get_errno(); raise OSError(e, os.strerror(e))
    return r
def say(**k):
    for n, v in k.items(): print(f'{n}={v}', flush=True)
def child(f):
    p = os.fork()
    if p == 0:
        try: f()
        except BaseException as e: print(e, file=sys.stderr); os._exit(1)
        os._exit(0)
    return p
def wait(p): return os.waitstatus_to_exitcode(os.waitpid(p, 0)[1])
def run(*a, **k): return subprocess.run(a, check=True, **k)
def own(flags):
    sc(272, flags)
    if flags & 0x20000: libc.mount(b'none', b'/', None, 0x44000, None)
def mount(s, t, k, f=0, o=None):
    if libc.mount(s.encode(), t.encode(), k.encode() if k else None, f, o.encode() if o else None):
        e = ctypes.get_errno(); raise OSError(e, os.strerror(e))
def sha(p): return hashlib.sha256(open(p, 'rb').read()).hexdigest()
def sleeper(uid=None):
    def go():
        if uid is not None: os.setgid(uid); os.setuid(uid)
        os.execv('/bin/sleep', ['sleep', '60'])
    p = child(go)
    while True:
        if b'sleep' in open(f'/proc/{p}/cmdline', 'rb').read() and ') S ' in open(f'/proc/{p}/stat').read(): break
        time.sleep(0.005)
    return p
def end(p): os.kill(p, 9); os.waitpid(p, 0)
class Ring:
    def __init__(s):
        p = (ctypes.c_uint32 * 30)()
        s.fd = sc(425, 8, p)
        so, co = p[10:20], p[20:30]
        s.sq = mmap.mmap(s.fd, so[6] + 64, offset=0)
        s.cq = mmap.mmap(s.fd, co[5] + 512, offset=0x8000000)
        s.sqe = mmap.mmap(s.fd, 8 * 64, offset=0x10000000)
        s.so, s.co, s.keep = so, co, []
    def do(s, op, fd, off, addr, length, flags):
        def ptr(x):
            if isinstance(x, bytes):
                b = ctypes.create_string_buffer(x); s.keep.append(b); return ctypes.addressof(b)
            return x
        tail = struct.unpack_from('I', s.sq, s.so[1])[0]
        i = tail & 7
        struct.pack_into('BBHiQQII', s.sqe, i * 64, op, 0, 0, fd, ptr(off), ptr(addr), length, flags)
        struct.pack_into('QHHIQQ', s.sqe, i * 64 + 32, 1, 0, 0, 0, 0, 0)
        struct.pack_into('I', s.sq, s.so[6] + 4 * i, i)
        struct.pack_into('I', s.sq, s.so[1], tail + 1)
        sc(426, s.fd, 1, 1, 1, 0, 0)
        head = struct.unpack_from('I', s.cq, s.co[0])[0]
        r = struct.unpack_from('i', s.cq, s.co[5] + 16 * (head & (struct.unpack_from('I', s.cq, s.co[2])[0])) + 8)[0]
        struct.pack_into('I', s.cq, s.co[0], head + 1)
        return r
"#;
