//! The machines of a story: what its lines say becomes the events that a sensor would have told.

use std::{collections::HashMap, fmt::Display, str::FromStr, sync::Arc, time::Duration};

use bartizan_model::{
    Action, BootId, Connection, ConnectionOutcome, DeviceId, Envelope, Event, EventId, FileChange,
    IdError, Process, ProcessFile, ProcessKey, ProcessUser, Protocol, StreamId, TenantId, Text,
    Timestamp,
};

use crate::story::{Act, Name, Start};

/// When every story begins.
const BEGINNING: Timestamp = Timestamp::from_millis(1_767_258_000_000);
/// How long after a line the next one happens.
const BETWEEN_LINES: Duration = Duration::from_millis(100);
/// Programs that stories name without a path and that do not stand in /usr/bin.
const SYSTEM_PROGRAMS: &[&str] = &[
    "apache2",
    "auditctl",
    "auditd",
    "chpasswd",
    "cron",
    "crond",
    "groupadd",
    "httpd",
    "insmod",
    "ip",
    "iptables",
    "logrotate",
    "modprobe",
    "nft",
    "nginx",
    "php-fpm",
    "rsyslogd",
    "sshd",
    "useradd",
    "usermod",
    "visudo",
];

type Staged<T> = Result<T, String>;

/// The machines and what runs on them.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) tenant: TenantId,
    pub(crate) now: Timestamp,
    devices: Vec<Machine>,
    processes: HashMap<u32, Actor>,
    users: Vec<String>,
}

#[derive(Debug)]
struct Machine {
    name: Text,
    id: DeviceId,
    stream: StreamId,
    told: u64,
    first: Arc<Process>,
}

#[derive(Debug)]
struct Actor {
    device: usize,
    process: Arc<Process>,
    /// Everything it has been called.
    names: Vec<String>,
}

impl Stage {
    pub(crate) fn new() -> Staged<Self> {
        Ok(Self {
            tenant: id(1, 1)?,
            now: BEGINNING,
            devices: Vec::new(),
            processes: HashMap::new(),
            users: Vec::new(),
        })
    }

    pub(crate) fn device(&mut self, name: &str) -> Staged<()> {
        if self.devices.iter().any(|device| &*device.name == name) {
            return Err(format!("there is a device {name} already"));
        }
        let number = self.devices.len() + 1;
        let first = Process {
            key: ProcessKey { boot: boot(number), pid: 1, start_ticks: 1 },
            parent: None,
            image: "/usr/lib/systemd/systemd".into(),
            command_line: "/sbin/init".into(),
            arguments_cut: false,
            current_directory: Some("/".into()),
            user: user("root", 0),
            cgroup: None,
            container: None,
            file: None,
            started_at: BEGINNING.minus(Duration::from_secs(3_600)),
            parent_image: None,
            parent_command_line: None,
            parent_started_at: None,
            execution: None,
        };
        self.devices.push(Machine {
            name: name.into(),
            id: id(2, number)?,
            stream: id(3, number)?,
            told: 0,
            first: Arc::new(first),
        });
        Ok(())
    }

    /// The number of the device with this name; the first when none is named.
    pub(crate) fn device_number(&self, name: Option<&str>) -> Staged<usize> {
        let found = self.devices.iter().position(|device| name.is_none_or(|n| n == &*device.name));
        found.ok_or_else(|| match name {
            Some(name) => format!("there is no device {name}"),
            None => "no device is given".to_owned(),
        })
    }

    pub(crate) fn device_id(&self, name: &str) -> Staged<DeviceId> {
        let number = self.device_number(Some(name))?;
        self.devices.get(number).map(|d| d.id).ok_or_else(|| format!("there is no device {name}"))
    }

    /// A process that ran before the story.
    pub(crate) fn given(
        &mut self,
        name: &Name,
        start: &Start,
        under: Option<&Name>,
        on: Option<&str>,
    ) -> Staged<(usize, Envelope)> {
        let (device, parent) = match under {
            Some(parent) => self.who(parent)?,
            None => {
                let device = self.device_number(on)?;
                let machine = self.devices.get(device).ok_or("no device is given")?;
                (device, Arc::clone(&machine.first))
            }
        };
        let process = self.begin(name, start, device, &parent)?;
        Ok((device, self.tell(device, None, Action::ProcessObserved(process))?))
    }

    /// Something a process does.
    pub(crate) fn act(&mut self, name: &Name, act: &Act) -> Staged<(usize, Envelope)> {
        let (device, actor) = self.who(name)?;
        let action = match act {
            Act::Runs(child, start) => {
                Action::ProcessStarted(self.begin(child, start, device, &actor)?)
            }
            Act::Forks(child) => {
                let start =
                    Start { command: Some(actor.command_line.to_string()), ..Start::default() };
                let child = Name { image: actor.image.to_string(), pid: child.pid };
                Action::ProcessForked(self.begin(&child, &start, device, &actor)?)
            }
            Act::Becomes(other, start) => {
                let changed = self.change(&actor, other, start)?;
                let parent = actor.parent.and_then(|parent| self.processes.get(&parent.pid));
                let parent = parent.map(|parent| Arc::clone(&parent.process));
                return Ok((device, self.tell(device, parent, Action::ProcessStarted(changed))?));
            }
            Act::Connects { to, fails, udp } => Action::Connection(Connection {
                outcome: match fails {
                    true => ConnectionOutcome::Failed,
                    false => ConnectionOutcome::Succeeded,
                },
                protocol: if *udp { Protocol::Udp } else { Protocol::Tcp },
                local: None,
                remote: *to,
                host: None,
            }),
            Act::Changes(operation, path, previous) => Action::File(FileChange {
                operation: *operation,
                path: path.as_str().into(),
                previous_path: previous.as_deref().map(Into::into),
                size: None,
                count: 1,
                details: Vec::new(),
            }),
            Act::Ends(exit_code) => Action::ProcessEnded { exit_code: *exit_code, signal: None },
        };
        Ok((device, self.tell(device, Some(actor), action)?))
    }

    /// The key of a process that the story has named before.
    pub(crate) fn key(&self, name: &Name) -> Staged<ProcessKey> {
        self.who(name).map(|(_, process)| process.key)
    }

    /// What the story calls a process.
    pub(crate) fn called(&self, key: ProcessKey) -> String {
        let actor = self.processes.get(&key.pid).filter(|actor| actor.process.key == key);
        let name = actor.map_or("systemd", |actor| actor.process.file_name());
        format!("{name}[{}]", key.pid)
    }

    fn who(&self, name: &Name) -> Staged<(usize, Arc<Process>)> {
        let actor = self.processes.get(&name.pid);
        let actor = actor.filter(|actor| actor.names.iter().any(|n| n == name.file_name()));
        let actor = actor.ok_or_else(|| format!("there is no process {name} yet"))?;
        Ok((actor.device, Arc::clone(&actor.process)))
    }

    fn begin(
        &mut self,
        name: &Name,
        start: &Start,
        device: usize,
        parent: &Arc<Process>,
    ) -> Staged<Arc<Process>> {
        if self.processes.contains_key(&name.pid) || name.pid <= 2 {
            return Err(format!("{name}: the pid is taken; every process of a story has its own"));
        }
        let ticks = self.now.since(BEGINNING).as_millis() / 10;
        let key = ProcessKey {
            boot: boot(device + 1),
            pid: name.pid,
            start_ticks: 360_000 + u64::try_from(ticks).unwrap_or_default(),
        };
        let like_parent = Process {
            key,
            parent: Some(parent.key),
            parent_image: Some(parent.image.clone()),
            parent_command_line: Some(parent.command_line.clone()),
            parent_started_at: Some(parent.started_at),
            execution: None,
            started_at: self.now,
            ..Process::clone(parent)
        };
        let process = Arc::new(self.dressed(like_parent, name, start));
        let names = vec![name.file_name().to_owned()];
        self.processes.insert(name.pid, Actor { device, process: Arc::clone(&process), names });
        Ok(process)
    }

    /// The same process executes another program.
    fn change(&mut self, actor: &Arc<Process>, name: &Name, start: &Start) -> Staged<Arc<Process>> {
        if name.pid != actor.key.pid {
            return Err(format!("a process keeps its pid: {}", actor.key.pid));
        }
        let process = Arc::new(self.dressed(Process::clone(actor), name, start));
        if let Some(known) = self.processes.get_mut(&name.pid) {
            known.process = Arc::clone(&process);
            known.names.push(name.file_name().to_owned());
        }
        Ok(process)
    }

    fn dressed(&mut self, process: Process, name: &Name, start: &Start) -> Process {
        let user = match &start.user {
            Some(name) => user(name, self.uid(name)),
            None => process.user.clone(),
        };
        let directory = start.directory.as_deref().map(Into::into);
        let container: Option<Text> = start.container.as_deref().map(Into::into);
        Process {
            image: path(&name.image).into(),
            command_line: start.command.as_deref().unwrap_or(&name.image).into(),
            current_directory: directory.or(process.current_directory),
            container: container.or(process.container),
            user,
            file: Some(ProcessFile {
                device: 1,
                inode: u64::from(name.pid),
                size: 100_000,
                sha256: None,
                deleted: false,
                fileless: name.image.starts_with("/memfd:"),
            }),
            ..process
        }
    }

    fn tell(
        &mut self,
        device: usize,
        actor: Option<Arc<Process>>,
        action: Action,
    ) -> Staged<Envelope> {
        let machine = self.devices.get_mut(device).ok_or("no device is given")?;
        machine.told += 1;
        let id = EventId { stream: machine.stream, sequence: machine.told };
        let at = self.now;
        self.now = self.now.plus(BETWEEN_LINES);
        Ok(Envelope {
            tenant: self.tenant,
            device: machine.id,
            device_name: machine.name.clone(),
            received_at: self.now,
            event: Event { id, at, actor, action },
        })
    }

    fn uid(&mut self, name: &str) -> u32 {
        match name {
            "root" => 0,
            "www-data" => 33,
            _ => {
                let known = self.users.iter().position(|user| user == name);
                let place = known.unwrap_or_else(|| {
                    self.users.push(name.to_owned());
                    self.users.len() - 1
                });
                1_000 + u32::try_from(place).unwrap_or_default()
            }
        }
    }
}

/// Where a program stands that is named without a path.
fn path(image: &str) -> String {
    if image.contains('/') {
        return image.to_owned();
    }
    let system = SYSTEM_PROGRAMS.contains(&image) || image.starts_with("php-fpm");
    format!("/usr/{}/{image}", if system { "sbin" } else { "bin" })
}

fn user(name: &str, uid: u32) -> ProcessUser {
    ProcessUser {
        name: Some(name.into()),
        uid,
        gid: uid,
        effective_uid: uid,
        effective_gid: uid,
        login_uid: None,
        session: None,
    }
}

fn boot(device: usize) -> BootId {
    BootId(u128::try_from(device).unwrap_or_default())
}

fn id<T: FromStr<Err = IdError>>(kind: u8, number: impl Display) -> Staged<T> {
    format!("00000000-0000-4000-8{kind:03}-{number:0>12}")
        .parse()
        .map_err(|e: IdError| e.to_string())
}
