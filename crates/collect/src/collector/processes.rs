//! Processes come, change and go; and each is introduced before an event names it.

use std::sync::{Arc, OnceLock};

use bartizan_model::{Execution, ProcessKey, Text};
use bartizan_probe_abi::{Actor, Exec, Exit};

use crate::{
    collector::Collector,
    container,
    fact::{Fact, What},
    process::{Credentials, Image, ImageFile, Origin, Place, Process},
    procfs::COMMAND_LINE_MAX,
    script,
};

/// Nanoseconds in one tick of `/proc/PID/stat`.
const TICK_NS: u64 = 10_000_000;
/// Names of variables that are kept, beside those with a telling beginning.
const TELLING: &[&str] = &[
    "GCONV_PATH",
    "HISTFILE",
    "HISTSIZE",
    "HISTFILESIZE",
    "HISTCONTROL",
    "HISTIGNORE",
    "PROMPT_COMMAND",
    "BASH_ENV",
    "ENV",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONHOME",
    "PERL5LIB",
    "PERL5OPT",
    "NODE_OPTIONS",
    "NODE_PATH",
    "RUBYOPT",
    "RUBYLIB",
    "JAVA_TOOL_OPTIONS",
    "LESSOPEN",
    "GIT_SSH_COMMAND",
    "GIT_SSH",
];

/// Longest line of ancestors that is introduced at once; nobody nests deeper.
const ANCESTORS: usize = 256;

impl Collector {
    /// A process that ran before the first record. What the records say of it is newer.
    pub(crate) fn observe(&mut self, mut process: Process) {
        if self.table.get(process.key).is_some() {
            return;
        }
        if let Some(cgroups) = self.procfs.cgroups(process.key.pid) {
            process.place = container::place(&cgroups);
        }
        self.table.insert(Arc::new(process), None, self.now.boot_ns);
    }

    pub(crate) fn on_fork(&mut self, child: &Actor) {
        let key = self.key(child.pid, child.start_ticks());
        let parent = self.parent_of(child);
        // The look at what runs may have come between the fork and this record. It saw the parent
        // of that moment, which is not the one that forked when that one had ended.
        if let Some(entry) = self.table.get_mut(key) {
            if !entry.introduced {
                Arc::make_mut(&mut entry.process).parent = parent.as_ref().map(|p| p.key);
                entry.parent = parent;
            }
            return;
        }
        let process = Process {
            key,
            parent: parent.as_ref().map(|parent| parent.key),
            started_at: self.now.wall_at_tick(key.start_ticks),
            comm: child.comm.as_str().into(),
            image: parent.as_ref().and_then(|parent| parent.image.clone()),
            credentials: credentials(child),
            place: parent.as_ref().map(|parent| parent.place.clone()).unwrap_or_default(),
            origin: Origin::Forked,
        };
        self.table.insert(Arc::new(process), parent, self.now.boot_ns);
    }

    pub(crate) fn on_exec(&mut self, actor: &Actor, exec: Exec, time_ns: u64) {
        let key = self.key(actor.pid, actor.start_ticks());
        let before = self.table.get(key).cloned();
        let parent = match &before {
            // A process whose parent has ended gets another; who made it does not change.
            Some(entry) if entry.parent.is_some() || entry.introduced => {
                entry.parent.clone().or_else(|| self.known(entry.process.parent?))
            }
            Some(_) | None => self.parent_of(actor),
        };
        let place = self
            .places
            .of(actor.cgroup_id, actor.mount_ns, || self.procfs.cgroups(actor.pid))
            .or_else(|| Some(before.as_ref()?.process.place.clone()))
            .unwrap_or_default();
        let process = Arc::new(Process {
            key,
            parent: parent.as_ref().map(|parent| parent.key),
            started_at: self.now.wall_at_tick(key.start_ticks),
            comm: actor.comm.as_str().into(),
            image: Some(Arc::new(self.image(actor, exec))),
            credentials: credentials(actor),
            place,
            origin: Origin::Started,
        });
        self.introduce(parent.as_ref().map(|parent| parent.key), time_ns);
        self.table.insert(Arc::clone(&process), parent.clone(), self.now.boot_ns);
        if let Some(entry) = self.table.get_mut(key) {
            entry.introduced = true;
        }
        let at = self.now.wall_at(time_ns);
        let script = process.execution().and_then(|execution| execution.script.clone());
        self.tell_introduction(Fact { at, process, parent, what: What::Introduced });
        if let Some(script) = script {
            self.tell_script(key, &script, time_ns);
        }
    }

    /// What a script says, once for each version of it.
    fn tell_script(&mut self, key: ProcessKey, path: &Text, time_ns: u64) {
        let through = self.procfs.inside(key.pid, path);
        if let Some(content) = self.scripts.read(&through, path) {
            self.tell_done(key, content, None, time_ns);
        }
    }

    /// A fork that never acted is not told, so its end is not either.
    pub(crate) fn on_exit(&mut self, actor: &Actor, exit: Exit, time_ns: u64) {
        let process = self.acting(actor);
        let silent = self
            .table
            .get(process.key)
            .is_some_and(|entry| !entry.introduced && entry.process.origin == Origin::Forked);
        if !silent {
            let what = What::Ended { code: exit.code(), signal: exit.signal() };
            self.tell_of(process.key, what, time_ns);
        }
        self.table.end(process.key, time_ns);
    }

    /// Tells what a known process did, after introducing it.
    pub(crate) fn tell_of(&mut self, key: ProcessKey, what: What, time_ns: u64) {
        if let Some(fact) = self.fact_of(key, what, time_ns) {
            self.tell(fact);
        }
    }

    /// The fact of what a known process did; the process is introduced at once.
    pub(crate) fn fact_of(&mut self, key: ProcessKey, what: What, time_ns: u64) -> Option<Fact> {
        self.introduce(Some(key), time_ns);
        let process = self.known(key)?;
        let parent = self.parent_in_table(key);
        Some(Fact { at: self.now.wall_at(time_ns), process, parent, what })
    }

    /// The process that a record names, with its present credentials; found, read or made up from
    /// what the record says.
    pub(crate) fn acting(&mut self, actor: &Actor) -> Arc<Process> {
        let key = self.key(actor.pid, actor.start_ticks());
        let credentials = credentials(actor);
        if let Some(entry) = self.table.get_mut(key) {
            if entry.process.credentials != credentials {
                Arc::make_mut(&mut entry.process).credentials = credentials;
            }
            return Arc::clone(&entry.process);
        }
        let parent = self.parent_of(actor);
        let read = self.procfs.process(actor.pid, self.now).filter(|process| process.key == key);
        let mut process = read.unwrap_or_else(|| Process {
            key,
            parent: None,
            started_at: self.now.wall_at_tick(key.start_ticks),
            comm: actor.comm.as_str().into(),
            image: None,
            credentials,
            place: Place::default(),
            origin: Origin::Observed,
        });
        process.parent = parent.as_ref().map(|parent| parent.key);
        process.credentials = credentials;
        let cgroups = || self.procfs.cgroups(actor.pid);
        process.place =
            self.places.of(actor.cgroup_id, actor.mount_ns, cgroups).unwrap_or_default();
        let process = Arc::new(process);
        self.table.insert(Arc::clone(&process), parent, self.now.boot_ns);
        process
    }

    /// A process of the table.
    pub(crate) fn known(&self, key: ProcessKey) -> Option<Arc<Process>> {
        self.table.get(key).map(|entry| Arc::clone(&entry.process))
    }

    /// The parent that a record names. The kernel's first processes have none.
    fn parent_of(&mut self, actor: &Actor) -> Option<Arc<Process>> {
        if actor.parent_pid == 0 {
            return None;
        }
        let key = self.key(actor.parent_pid, actor.parent_start_ticks());
        if let Some(known) = self.known(key) {
            return Some(known);
        }
        let read = self.procfs.process(key.pid, self.now).filter(|process| process.key == key);
        let process = Arc::new(read.unwrap_or_else(|| self.gone(key)));
        self.table.insert(Arc::clone(&process), None, self.now.boot_ns);
        Some(process)
    }

    /// A process of which nothing is left but its name in a record.
    pub(crate) fn gone(&self, key: ProcessKey) -> Process {
        Process {
            key,
            parent: None,
            started_at: self.now.wall_at_tick(key.start_ticks),
            comm: "gone".into(),
            image: None,
            credentials: Credentials::default(),
            place: Place::default(),
            origin: Origin::Observed,
        }
    }

    /// Tells of a process and its ancestors, oldest first, unless they were told of before.
    pub(crate) fn introduce(&mut self, key: Option<ProcessKey>, time_ns: u64) {
        let mut unknown = Vec::new();
        let mut next = key;
        while let Some(key) = next {
            if unknown.len() >= ANCESTORS || unknown.contains(&key) {
                break;
            }
            let parent = self.parent_in_table(key);
            let Some(entry) = self.table.get_mut(key) else { break };
            if entry.introduced {
                break;
            }
            entry.parent.clone_from(&parent);
            unknown.push(key);
            next = parent.map(|parent| parent.key);
        }
        for key in unknown.into_iter().rev() {
            self.introduce_one(key, time_ns);
        }
    }

    fn introduce_one(&mut self, key: ProcessKey, time_ns: u64) {
        let at = self.now.wall_at(time_ns);
        let Some(entry) = self.table.get_mut(key) else { return };
        entry.introduced = true;
        let (process, parent) = (Arc::clone(&entry.process), entry.parent.clone());
        self.tell_introduction(Fact { at, process, parent, what: What::Introduced });
    }

    /// The parent of a process, as it is in the table now, or as it was. One that was forgotten
    /// meanwhile, or was never seen, comes back so that it can be introduced.
    fn parent_in_table(&mut self, key: ProcessKey) -> Option<Arc<Process>> {
        let entry = self.table.get(key)?;
        let parent_key = entry.process.parent?;
        if let Some(parent) = self.known(parent_key) {
            return Some(parent);
        }
        let process = entry.parent.clone().unwrap_or_else(|| Arc::new(self.gone(parent_key)));
        self.table.insert(Arc::clone(&process), None, self.now.boot_ns);
        self.table.end(parent_key, self.now.boot_ns);
        Some(process)
    }

    fn image(&self, actor: &Actor, exec: Exec) -> Image {
        let script = script::of(&exec, |path| self.procfs.inside(actor.pid, path));
        let execution = Execution {
            script: script.map(Text::from),
            image_inside: inside(&exec.exe, &exec.root),
            environment: exec
                .environment
                .iter()
                .filter(|v| is_telling(v))
                .map(|v| v.as_str().into())
                .collect(),
            arguments_bytes: exec.argv_total,
            mode: exec.mode,
            file_owner: exec.file_uid,
            gained_rights: exec.gained_rights,
            capabilities: exec.capabilities,
            mount_namespace: actor.mount_ns,
            pid_namespace: exec.pid_ns,
            network_namespace: exec.net_ns,
            user_namespace: exec.user_ns,
        };
        let (argv, arguments_cut) =
            self.arguments(actor, exec.argv, exec.argv_cut, exec.argv_missing);
        Image {
            path: exec.exe.into(),
            command_line: argv.join(" ").into(),
            arguments_cut,
            directory: Some(exec.cwd.into()),
            file: Some(ImageFile {
                device: exec.device,
                inode: exec.inode,
                size: exec.file_size,
                changed_ns: exec.file_changed_ns,
                deleted: exec.deleted && !exec.detached,
                fileless: exec.detached,
            }),
            execution: Some(Arc::new(execution)),
            hash: OnceLock::new(),
        }
    }

    /// What the kernel programs did not copy is read from the process, if it still runs and if what it shows
    /// begins with what they did copy: it may have rewritten its own arguments since.
    fn arguments(
        &self,
        actor: &Actor,
        argv: Vec<String>,
        cut: bool,
        missing: bool,
    ) -> (Vec<String>, bool) {
        if !cut && !missing {
            return (argv, false);
        }
        let key = self.key(actor.pid, actor.start_ticks());
        let Some(read) = self.procfs.arguments(actor.pid) else { return (argv, cut) };
        if self.procfs.key_of(actor.pid) != Some(key) {
            return (argv, cut);
        }
        let whole = argv.len().saturating_sub(1);
        let begins = read.get(..whole) == argv.get(..whole)
            && match (read.get(whole), argv.get(whole)) {
                // The last that was copied may end within a letter.
                (Some(read), Some(copied)) => read.starts_with(copied.trim_end_matches('\u{fffd}')),
                (_, copied) => copied.is_none(),
            };
        if !begins {
            return (argv, cut);
        }
        let bytes: usize = read.iter().map(|argument| argument.len() + 1).sum();
        (read, bytes >= COMMAND_LINE_MAX)
    }

    pub(crate) fn key_at(&self, pid: u32, start_ns: u64) -> ProcessKey {
        self.key(pid, start_ns / TICK_NS)
    }

    fn key(&self, pid: u32, start_ticks: u64) -> ProcessKey {
        ProcessKey { boot: self.procfs.boot(), pid, start_ticks }
    }
}

/// The executable as a process sees it whose root is a directory of another.
fn inside(exe: &str, root: &str) -> Option<Text> {
    if root.is_empty() {
        return None;
    }
    exe.strip_prefix(root).filter(|rest| rest.starts_with('/')).map(Text::from)
}

/// Variables that change what a program does, or say where somebody came from.
fn is_telling(variable: &str) -> bool {
    let name = variable.split('=').next().unwrap_or(variable);
    name.starts_with("LD_")
        || name.starts_with("SSH_")
        || name.starts_with("SUDO_")
        || TELLING.contains(&name)
        || name.to_ascii_lowercase().ends_with("_proxy")
}

fn credentials(actor: &Actor) -> Credentials {
    Credentials {
        uid: actor.uid,
        gid: actor.gid,
        euid: actor.euid,
        egid: actor.egid,
        login_uid: actor.login_uid,
        session_id: actor.session_id,
    }
}
