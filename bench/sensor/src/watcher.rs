//! Who watches meanwhile: nobody, our sensor with a server of its own, or auditd with common rules.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};

use crate::{clock, work::GROUP};

/// How long one who watches may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long is looked at what the machine's own doings cost a watcher.
const BACKGROUND: Duration = Duration::from_millis(500);

pub(crate) enum Watcher {
    None,
    Ours(Ours),
    Audit(Audit),
}

/// How it was before a piece of work.
pub(crate) struct Look {
    at: u64,
    spent: u64,
    /// What it spends on others, of each nanosecond.
    background: f64,
}

impl Watcher {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ours(_) => "ours",
            Self::Audit(_) => "auditd",
        }
    }

    pub(crate) fn begin(&mut self) -> anyhow::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Ours(ours) => ours.begin(),
            Self::Audit(audit) => audit.begin(),
        }
    }

    pub(crate) fn end(&mut self) -> anyhow::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Ours(ours) => ours.end(),
            Self::Audit(audit) => audit.end(),
        }
    }

    pub(crate) fn look(&self) -> anyhow::Result<Look> {
        if matches!(self, Self::None) {
            return Ok(Look { at: 0, spent: 0, background: 0.0 });
        }
        self.settle()?;
        let (begun, spent) = (clock::wall(), self.spent()?);
        thread::sleep(BACKGROUND);
        let (at, now) = (clock::wall(), self.spent()?);
        Ok(Look { at, spent: now, background: (now - spent) as f64 / (at - begun) as f64 })
    }

    /// What the watcher itself spent since, as far as the machine's own doings do not explain it.
    pub(crate) fn spent_since(&self, look: &Look) -> anyhow::Result<f64> {
        if matches!(self, Self::None) {
            return Ok(0.0);
        }
        self.settle()?;
        let spent = (self.spent()? - look.spent) as f64;
        Ok((spent - look.background * (clock::wall() - look.at) as f64).max(0.0))
    }

    fn spent(&self) -> anyhow::Result<u64> {
        match self {
            Self::None => Ok(0),
            Self::Ours(ours) => clock::of(ours.pid()?).context("the sensor ended"),
            Self::Audit(audit) => {
                let kernels = audit.kernel_thread.and_then(clock::of).unwrap_or(0);
                Ok(clock::of(audit.pid()?).context("auditd ended")? + kernels)
            }
        }
    }

    /// Waits until what was seen has been dealt with.
    fn settle(&self) -> anyhow::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Ours(ours) => ours.settle(),
            Self::Audit(audit) => audit.settle(),
        }
    }
}

/// Our sensor, and a server that keeps running.
pub(crate) struct Ours {
    sensor: PathBuf,
    data: PathBuf,
    server: Child,
    running: Option<Child>,
}

impl Ours {
    pub(crate) fn start(binaries: &Path, scratch: &Path) -> anyhow::Result<Self> {
        let (data, keep) = (scratch.join("sensor"), scratch.join("server"));
        let (server, sensor) = (binaries.join("bartizan"), binaries.join("bartizan-sensor"));
        let log = fs::File::create(scratch.join("server.log"))?;
        let running = Command::new(&server)
            .arg("--data")
            .arg(&keep)
            .args(["serve", "--console", "127.0.0.1:0", "--sensors", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", server.display()))?;
        let mut ours = Self { sensor, data, server: running, running: None };
        let token = until("the server", || {
            if let Some(status) = ours.server.try_wait()? {
                bail!(
                    "the server ended with {status}: see {}",
                    scratch.join("server.log").display()
                );
            }
            let made =
                Command::new(&server).arg("--data").arg(&keep).arg("enrolment-token").output()?;
            let token = String::from_utf8_lossy(&made.stdout).trim().to_owned();
            Ok(token.starts_with("bzn1.").then_some(token))
        })?;
        let enrolled = ours.command(&["enrol"]).env("BARTIZAN_ENROLMENT_TOKEN", token).output()?;
        ensure!(
            enrolled.status.success(),
            "enrolling: {}",
            String::from_utf8_lossy(&enrolled.stderr)
        );
        Ok(ours)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.sensor);
        command.arg("--data").arg(&self.data).args(arguments);
        command
    }

    fn begin(&mut self) -> anyhow::Result<()> {
        let log = fs::File::create(self.data.join("sensor.log"))?;
        self.running = Some(self.command(&["run"]).stdout(Stdio::null()).stderr(log).spawn()?);
        until("the sensor to be connected", || {
            Ok(self.status().filter(|status| status.contains("\"connection\":\"connected\"")))
        })?;
        // What runs already and what the machine has is told at the start.
        thread::sleep(Duration::from_secs(2));
        self.settle()
    }

    fn end(&mut self) -> anyhow::Result<()> {
        let Some(mut child) = self.running.take() else { return Ok(()) };
        // SAFETY: a process that we started and have not waited for.
        unsafe { libc::kill(child.id() as i32, libc::SIGTERM) };
        child.wait()?;
        Ok(())
    }

    fn pid(&self) -> anyhow::Result<u32> {
        Ok(self.running.as_ref().context("the sensor does not run")?.id())
    }

    fn status(&self) -> Option<String> {
        let output = self.command(&["status", "--json"]).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Everything that is observed by now is at the server.
    fn settle(&self) -> anyhow::Result<()> {
        // Kernel to spool.
        thread::sleep(Duration::from_millis(100));
        let mut observed = None;
        until("the sensor to send everything", || {
            let Some(status) = self.status() else { return Ok(None) };
            let observed = *observed.get_or_insert(number(&status, "events_observed")?);
            Ok((number(&status, "events_acknowledged")? >= observed).then_some(()))
        })
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        drop(self.end());
        // SAFETY: a process that we started and have not waited for.
        unsafe { libc::kill(self.server.id() as i32, libc::SIGTERM) };
        drop(self.server.wait());
    }
}

fn number(status: &str, name: &str) -> anyhow::Result<u64> {
    let (_, rest) = status.split_once(&format!("\"{name}\":")).context("reading the status")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().with_context(|| format!("reading {name}"))
}

/// auditd, with rules for what is executed, opened and connected to.
pub(crate) struct Audit {
    folder: PathBuf,
    scratch: PathBuf,
    kernel_thread: Option<u32>,
    running: Option<Child>,
}

impl Audit {
    /// Finds auditd, and sees to it that nothing is audited without it.
    pub(crate) fn find(folder: Option<&Path>, scratch: &Path) -> anyhow::Result<Self> {
        let folder = folder.unwrap_or_else(|| Path::new("/")).to_owned();
        ensure!(
            folder.join("sbin/auditd").exists(),
            "there is no auditd in {}/sbin",
            folder.display()
        );
        let scratch = scratch.join("audit");
        fs::create_dir_all(scratch.join("plugins"))?;
        let log = scratch.join("audit.log");
        let plugins = scratch.join("plugins");
        let configuration = format!(
            "log_file = {}\nlog_format = ENRICHED\nflush = INCREMENTAL_ASYNC\nfreq = 50\nmax_log_file = 64\n\
             num_logs = 2\nmax_log_file_action = ROTATE\nlog_group = root\nplugin_dir = {}\nq_depth = 2000\n\
             name_format = NONE\nspace_left = 75\nspace_left_action = IGNORE\nadmin_space_left = 50\n\
             admin_space_left_action = IGNORE\ndisk_full_action = IGNORE\ndisk_error_action = IGNORE\n",
            log.display(),
            plugins.display(),
        );
        fs::write(scratch.join("auditd.conf"), configuration)?;
        let audit = Self { folder, scratch, kernel_thread: kernel_thread(), running: None };
        audit.control(&["-s"]).context("this kernel has no audit for us")?;
        audit.quiet()?;
        Ok(audit)
    }

    /// Processes that begin from now on are not audited at all, as if there had never been any rule.
    fn quiet(&self) -> anyhow::Result<()> {
        self.control(&["-D"])?;
        self.control(&["-e", "0"])?;
        self.control(&["-a", "never,task"])
    }

    fn begin(&mut self) -> anyhow::Result<()> {
        let child = self
            .program("auditd")
            .arg("-n")
            .arg("-c")
            .arg(&self.scratch)
            .stdout(Stdio::null())
            .stderr(fs::File::create(self.scratch.join("auditd.log"))?)
            .spawn()?;
        let pid = child.id();
        self.running = Some(child);
        until("auditd", || {
            let said = self.program("auditctl").arg("-s").output()?;
            let said = String::from_utf8_lossy(&said.stdout).into_owned();
            Ok(said.lines().any(|line| line == format!("pid {pid}")).then_some(()))
        })?;
        self.control(&["-D"])?;
        self.control(&["-b", "8192"])?;
        // Held to the group of those who work: the rest of the machine is not measured.
        let group = format!("gid={GROUP}");
        for (calls, key) in [
            ("execve,execveat", "exec"),
            ("open,openat,openat2,creat", "open"),
            ("connect", "connect"),
        ] {
            let rule =
                ["-a", "always,exit", "-F", "arch=b64", "-S", calls, "-F", &group, "-k", key];
            self.control(&rule)?;
        }
        self.control(&["-e", "1"])
    }

    fn end(&mut self) -> anyhow::Result<()> {
        let Some(mut child) = self.running.take() else { return Ok(()) };
        self.quiet()?;
        // SAFETY: a process that we started and have not waited for.
        unsafe { libc::kill(child.id() as i32, libc::SIGTERM) };
        child.wait()?;
        drop(fs::remove_file(self.scratch.join("audit.log")));
        Ok(())
    }

    fn pid(&self) -> anyhow::Result<u32> {
        Ok(self.running.as_ref().context("auditd does not run")?.id())
    }

    fn settle(&self) -> anyhow::Result<()> {
        until("auditd to write everything", || {
            let said = self.program("auditctl").arg("-s").output()?;
            let said = String::from_utf8_lossy(&said.stdout).into_owned();
            Ok(said.lines().any(|line| line == "backlog 0").then_some(()))
        })?;
        thread::sleep(Duration::from_millis(200));
        Ok(())
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join("sbin").join(name));
        let libraries = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"]
            .map(|folder| self.folder.join(folder).display().to_string());
        command.env("LD_LIBRARY_PATH", libraries.join(":"));
        command
    }

    fn control(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let output = self.program("auditctl").args(arguments).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "auditctl {}: {}", arguments.join(" "), said.trim());
        Ok(())
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        drop(self.end());
        drop(self.control(&["-D"]));
    }
}

fn kernel_thread() -> Option<u32> {
    processes().into_iter().find_map(|(pid, name)| (name == "kauditd").then_some(pid))
}

fn processes() -> BTreeMap<u32, String> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    folders
        .filter_map(|folder| {
            let pid = folder.file_name().to_str()?.parse().ok()?;
            let name = fs::read_to_string(folder.path().join("comm")).ok()?;
            Some((pid, name.trim().to_owned()))
        })
        .collect()
}

/// Others that hold programs in the kernel: their cost is in every row.
pub(crate) fn strangers() -> Vec<String> {
    let holds = |pid: &u32| {
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        descriptors
            .filter_map(|descriptor| fs::read_link(descriptor.path()).ok())
            .any(|link| link.to_string_lossy().contains("bpf-prog"))
    };
    processes().into_iter().filter(|(pid, _)| holds(pid)).map(|(_, name)| name).collect()
}

fn until<T>(what: &str, mut is_so: impl FnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let begun = clock::wall();
    loop {
        if let Some(answer) = is_so()? {
            return Ok(answer);
        }
        if u128::from(clock::wall() - begun) > PATIENCE.as_nanos() {
            bail!("{what} took longer than {PATIENCE:?}");
        }
        thread::sleep(Duration::from_millis(50));
    }
}
