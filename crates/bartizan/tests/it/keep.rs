//! A server with its sensor on a data folder and ports of its own, for one test.

use std::{
    fs::{self, File},
    io::Read as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// Longest wait for anything.
const DEADLINE: Duration = Duration::from_secs(60);

/// Whether this machine lets a sensor load its programs; says so when it does not.
pub(crate) fn sensor_can_run() -> bool {
    let root = fs::read_to_string("/proc/self/status")
        .is_ok_and(|status| status.lines().any(|line| line.starts_with("Uid:\t0")));
    let able = root && Path::new("/sys/kernel/btf/vmlinux").is_file();
    if !able {
        println!("skipped: needs root and BTF");
    }
    able
}

/// Poll until `ready` gives something; the deadline fails the test with what was waited for.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(begun.elapsed() < DEADLINE, "waited {DEADLINE:?} in vain: {what}");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

/// A server and its sensor.
pub(crate) struct Keep {
    data: TempDir,
    /// Console and sensors: the same after a restart, since the sensor knows the way.
    ports: [u16; 2],
    server: Child,
}

impl Keep {
    /// Start both, and wait until the sensor is connected.
    pub(crate) fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let ports = [free_port(), free_port()];
        let server = Self::serve(data.path(), ports);
        let keep = Self { data, ports, server };
        keep.wait_until_connected();
        keep
    }

    /// Start the server again on the same data, after it was killed.
    pub(crate) fn start_again(&mut self) {
        self.server = Self::serve(self.data.path(), self.ports);
        self.wait_until_connected();
    }

    fn serve(data: &Path, [console, sensors]: [u16; 2]) -> Child {
        let log = File::options().create(true).append(true).open(data.join("test.log")).unwrap();
        drop(fs::remove_file(data.join("operator.json")));
        bartizan(data)
            .args(["serve", "--local-sensor", "--console", &format!("127.0.0.1:{console}")])
            .args(["--sensors", &format!("127.0.0.1:{sensors}")])
            .env("BARTIZAN_SENSOR", sensor_program())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    fn wait_until_connected(&self) {
        eventually(&format!("the sensor is connected\n{}", self.log()), || {
            let answer = self.try_hunt("DeviceInfo | summarize count()")?;
            (answer.first()?.first()?.as_u64()? > 0).then_some(())
        });
    }

    /// What server and sensor said.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.data.path().join("test.log")).unwrap_or_default()
    }

    /// `bartizan` on this server's data folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Output {
        bartizan(self.data.path()).args(arguments).output().unwrap()
    }

    /// The rows of an answer.
    #[track_caller]
    pub(crate) fn hunt(&self, query: &str) -> Vec<Vec<Value>> {
        self.try_hunt(query).unwrap_or_else(|| panic!("no answer to {query}\n{}", self.log()))
    }

    fn try_hunt(&self, query: &str) -> Option<Vec<Vec<Value>>> {
        let output = self.command(&["hunt", "--format", "json", query]);
        let answer: Value = serde_json::from_slice(&output.stdout).ok()?;
        serde_json::from_value(answer.pointer("/tables/0/rows")?.clone()).ok()
    }

    /// The single number of an answer.
    #[track_caller]
    pub(crate) fn count(&self, query: &str) -> u64 {
        let rows = self.hunt(query);
        rows.first().and_then(|row| row.first()).and_then(Value::as_u64).unwrap()
    }

    /// The same; nothing while the server does not answer.
    pub(crate) fn try_count(&self, query: &str) -> Option<u64> {
        self.try_hunt(query)?.first()?.first()?.as_u64()
    }

    /// `kill -9`: the sensor lives on.
    pub(crate) fn kill_server(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// Ctrl-C, and its exit code.
    pub(crate) fn interrupt(&mut self) -> Option<i32> {
        let interrupted =
            Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        assert!(interrupted.unwrap().success());
        self.server.wait().unwrap().code()
    }

    /// Process ids of sensors on this data folder.
    pub(crate) fn sensors(&self) -> Vec<u32> {
        let folder = self.data.path().to_str().unwrap().to_owned();
        let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let mut line = String::new();
            File::open(format!("/proc/{pid}/cmdline")).ok()?.read_to_string(&mut line).ok()?;
            (line.contains("bartizan-sensor") && line.contains(&folder)).then_some(pid)
        });
        processes.collect()
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        if self.server.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.interrupt();
        }
        for sensor in self.sensors() {
            drop(Command::new("kill").arg(sensor.to_string()).status());
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn bartizan(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bartizan"));
    command.arg("--data").arg(data).stdin(Stdio::null());
    command
}

/// The sensor beside the server; `make test` builds both.
fn sensor_program() -> PathBuf {
    let sensor = Path::new(env!("CARGO_BIN_EXE_bartizan")).with_file_name("bartizan-sensor");
    assert!(sensor.is_file(), "build it first: cargo build -p bartizan-sensor");
    sensor
}
