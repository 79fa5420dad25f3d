//! One observed fact, and what the server adds when it arrives.

use std::{net::SocketAddr, sync::Arc};

use crate::{
    Detail, DeviceId, EventId, ImageLoad, Inventory, Logon, Operation, Process, TenantId, Text,
    Timestamp,
};

/// An event with whose it is and when the server got it.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The customer.
    pub tenant: TenantId,
    /// The machine, known by its certificate, never by its own word.
    pub device: DeviceId,
    /// The machine's name at that time.
    pub device_name: Text,
    /// When the server took it.
    pub received_at: Timestamp,
    /// What was observed.
    pub event: Event,
}

/// One observed fact.
#[derive(Debug, Clone)]
pub struct Event {
    /// Where it stands in its device's stream.
    pub id: EventId,
    /// When it happened, by the device's clock.
    pub at: Timestamp,
    /// Who did it: the acting process. For a process start this is the parent. `None` for facts of state.
    pub actor: Option<Arc<Process>>,
    /// What was done.
    pub action: Action,
}

/// What was done.
#[derive(Debug, Clone)]
pub enum Action {
    /// A process executed a program.
    ProcessStarted(Arc<Process>),
    /// A process was forked and acts without having executed anything; told before its first act.
    ProcessForked(Arc<Process>),
    /// A process that already ran when the sensor started; told before its first act.
    ProcessObserved(Arc<Process>),
    /// The acting process ended.
    ProcessEnded {
        /// Exit code (0 to 255), when it ended by itself.
        exit_code: Option<u8>,
        /// Signal number, when it was ended by one.
        signal: Option<u8>,
    },
    /// The acting process opened a connection.
    Connection(Connection),
    /// The acting process changed a file.
    File(FileChange),
    /// The acting process, or nobody that is known, did something else.
    Operation(Box<Operation>),
    /// The acting process mapped code it had not mapped before.
    ImageLoaded(Box<ImageLoad>),
    /// Somebody signed in, failed to, or left.
    Logon(Box<Logon>),
    /// What the machine is; sent at start and daily.
    DeviceFacts(DeviceFacts),
    /// Things that the machine has; all of them at start and daily, in between what changes.
    Inventory(Box<Inventory>),
    /// Events did not get through.
    EventsLost(EventsLost),
    /// How the sensor is doing; sent every minute.
    SensorHealth(SensorHealth),
    /// Somebody tried to misuse or weaken the sensor.
    Tampering(Tampering),
}

/// An attempt to misuse or weaken the sensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tampering {
    /// What was tried, in a word: "command", "isolation".
    pub kind: Text,
    /// What was seen, in words.
    pub detail: Text,
}

/// A connection, or a port that waits for some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// How it went.
    pub outcome: ConnectionOutcome,
    /// Transport.
    pub protocol: Protocol,
    /// Our end, when known.
    pub local: Option<SocketAddr>,
    /// Their end; unspecified for a port that listens.
    pub remote: SocketAddr,
    /// The name that the process looked up to find it.
    pub host: Option<Text>,
}

/// How a connection went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionOutcome {
    /// It was asked for; nothing more is known yet.
    Attempted,
    /// It was established.
    Succeeded,
    /// It was refused, unreachable or timed out.
    Failed,
    /// A peer opened it and the process took it.
    Accepted,
    /// No connection yet: the process waits for them at its end.
    Listening,
}

/// Transport protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// A change of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// What kind of change.
    pub operation: FileOperation,
    /// Absolute path after the change.
    pub path: Text,
    /// Absolute path before, for a rename.
    pub previous_path: Option<Text>,
    /// Size in bytes, when known.
    pub size: Option<u64>,
    /// How many like changes by the same process this one stands for, itself included (at least 1).
    pub count: u32,
    /// Whatever else is known: mode, owner, attribute, the way it was done.
    pub details: Vec<Detail>,
}

/// Kind of file change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileOperation {
    /// It did not exist before.
    Created,
    /// It existed and was opened for writing or truncated.
    Modified,
    /// It got another name.
    Renamed,
    /// Its name was removed.
    Deleted,
    /// It got one more name, or a symbolic link leads to it.
    Linked,
    /// Its mode, owner, extended attributes or times were changed.
    AttributesChanged,
}

/// What a machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceFacts {
    /// Host name.
    pub host_name: Text,
    /// Machine id of the installation (`/etc/machine-id`): a hint, not an identity.
    pub machine_id: Option<Text>,
    /// Distribution, for example "Debian GNU/Linux".
    pub os_name: Text,
    /// Its version, for example "12".
    pub os_version: Text,
    /// Kernel release.
    pub kernel: Text,
    /// Processor architecture, for example "x86_64".
    pub architecture: Text,
    /// Number of processors.
    pub processors: u32,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Version of the sensor.
    pub sensor_version: Text,
    /// Addresses of the machine, without loopback.
    pub addresses: Vec<std::net::IpAddr>,
    /// When this boot began.
    pub booted_at: Timestamp,
}

/// Where events were lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LossStage {
    /// The kernel ring was full.
    Kernel,
    /// The sensor could not keep up between ring and spool.
    Sensor,
    /// The disk spool was full or damaged.
    Spool,
    /// The server could not read what it was sent.
    Server,
}

/// A gap: events that happened and are not in the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventsLost {
    /// At which hop.
    pub stage: LossStage,
    /// What kind of events, for example "process" or "file".
    pub kind: Text,
    /// How many.
    pub count: u64,
    /// When the gap was first noticed.
    pub first_at: Timestamp,
    /// When it was last noticed.
    pub last_at: Timestamp,
}

/// Counters of the sensor since it started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SensorHealth {
    /// Process executions the kernel counted.
    pub kernel_execs: u64,
    /// Process starts the sensor made events of.
    pub reported_execs: u64,
    /// Events written to the spool.
    pub events_spooled: u64,
    /// Events lost, all stages together.
    pub events_lost: u64,
    /// Bytes waiting in the spool.
    pub spool_bytes: u64,
    /// Resident memory in bytes.
    pub resident_bytes: u64,
    /// CPU time used in milliseconds.
    pub cpu_millis: u64,
    /// What does not work as it should, in words; empty when all is well.
    pub problems: Vec<Text>,
}
