//! The sensor of the server's own machine: started beside the server, adopted when it still runs.
//!
//! It is a process group and a program of its own, with a spool of its own, so that it goes on recording
//! when the server is killed. A server that ends in order ends it first.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    os::unix::{fs::DirBuilderExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::say;

/// How long the sensor may take to flush and detach.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// The file that an enrolled sensor has in its folder.
const IDENTITY: &str = "identity/enrolment";

/// A running sensor.
#[derive(Debug)]
pub(crate) struct LocalSensor {
    folder: PathBuf,
    pid: u32,
    /// `None` when it was started by an earlier server.
    child: Option<Child>,
}

impl LocalSensor {
    /// Start the sensor, or adopt the one that runs on this data folder. `token` is asked for only when the
    /// sensor has never enrolled.
    pub(crate) fn start(
        data: &Path,
        token: impl FnOnce() -> anyhow::Result<String>,
    ) -> anyhow::Result<Self> {
        let folder = data.join("sensor");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("making the sensor's folder {}", folder.display()))?;
        if let Some(pid) = running(&folder) {
            say("▸ this machine's sensor still runs; taking it over");
            return Ok(Self { folder, pid, child: None });
        }
        let program = program()?;
        let enrolled = folder
            .join(IDENTITY)
            .try_exists()
            .with_context(|| format!("looking for an identity in {}", folder.display()))?;
        if !enrolled {
            say("▸ enrolling this machine's sensor");
            enrol(&program, &folder, &token()?)?;
        }
        say("▸ starting this machine's sensor");
        let log = File::options().create(true).append(true).open(folder.join("sensor.log"));
        let log =
            log.with_context(|| format!("opening the sensor's log in {}", folder.display()))?;
        let child = Command::new(&program)
            .arg("--data")
            .arg(&folder)
            .arg("run")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        Ok(Self { folder, pid: child.id(), child: Some(child) })
    }

    /// Its last words, if it has ended by itself.
    pub(crate) fn ended(&mut self) -> Option<String> {
        let gone = match &mut self.child {
            Some(child) => child.try_wait().is_ok_and(|status| status.is_some()),
            None => running(&self.folder) != Some(self.pid),
        };
        gone.then(|| last_lines(&self.folder.join("sensor.log")))
    }

    /// End it in order: it flushes its spool and detaches from the kernel.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        signal(self.pid, Signal::TERM)?;
        let begun = now();
        while begun.elapsed() < ENDS_WITHIN {
            if self.ended().is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        signal(self.pid, Signal::KILL)?;
        bail!("the sensor did not end within {ENDS_WITHIN:?} and was killed")
    }
}

#[expect(clippy::disallowed_methods, reason = "waiting for a process needs the clock")]
fn now() -> Instant {
    Instant::now()
}

fn enrol(program: &Path, folder: &Path, token: &str) -> anyhow::Result<()> {
    let output = Command::new(program)
        .arg("--data")
        .arg(folder)
        .arg("enrol")
        .env("BARTIZAN_ENROLMENT_TOKEN", token)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("starting {}", program.display()))?;
    if !output.status.success() {
        bail!("enrolling the sensor: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// The sensor's program: beside this one, or named by `BARTIZAN_SENSOR`.
fn program() -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("BARTIZAN_SENSOR") {
        return Ok(path.into());
    }
    let beside =
        std::env::current_exe().context("finding this program")?.with_file_name("bartizan-sensor");
    if !beside.is_file() {
        bail!(
            "{} is missing: build it with `cargo build -p bartizan-sensor`, or name it with BARTIZAN_SENSOR",
            beside.display()
        );
    }
    Ok(beside)
}

/// The sensor that runs on this folder, whoever started it.
fn running(folder: &Path) -> Option<u32> {
    let folder = folder.as_os_str().as_encoded_bytes();
    fs::read_dir("/proc").ok()?.find_map(|entry| {
        let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        let sensor = words.first()?.ends_with(b"bartizan-sensor");
        (sensor && words.contains(&folder) && words.contains(&b"run".as_slice())).then_some(pid)
    })
}

fn signal(pid: u32, signal: Signal) -> anyhow::Result<()> {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return Ok(()) };
    match pidfd_open(pid, PidfdFlags::empty()).and_then(|fd| pidfd_send_signal(fd, signal)) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error).context("ending the sensor"),
    }
}

fn last_lines(log: &Path) -> String {
    let Ok(file) = File::open(log) else { return String::new() };
    let lines: Vec<String> = BufReader::new(file).lines().map_while(Result::ok).collect();
    lines.iter().rev().take(5).rev().cloned().collect::<Vec<_>>().join("\n")
}
