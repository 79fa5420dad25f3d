//! How values without columns of their own are written as JSON. The forms are this room's; `model` knows
//! nothing of them.

use std::net::IpAddr;

use bartizan_model::{
    ConnectionOutcome, DeviceFacts, Entity, Evidence, EvidenceRole, FileOperation, JoinReason,
    LossStage, MatchedField, ProcessFile, ProcessKey, Protocol, SensorHealth, Text, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{column::unreadable, error::Result};

mod tie;
mod touched;

/// A word of an enum, in the database and back.
macro_rules! words {
    ($to:ident, $from:ident, $ty:ty, $($variant:path => $word:literal),+ $(,)?) => {
        pub(crate) const fn $to(value: $ty) -> &'static str {
            match value { $($variant => $word),+ }
        }
        pub(crate) fn $from(word: &str) -> rusqlite::Result<$ty> {
            match word {
                $($word => Ok($variant),)+
                other => Err(unreadable(std::io::Error::other(format!("`{other}` is no word of ours")))),
            }
        }
    };
}

words!(role_word, role_of, EvidenceRole,
    EvidenceRole::Actor => "actor", EvidenceRole::Impacted => "impacted", EvidenceRole::Related => "related");
words!(stage_word, stage_of, LossStage,
    LossStage::Kernel => "kernel", LossStage::Sensor => "sensor", LossStage::Spool => "spool",
    LossStage::Server => "server");
words!(outcome_word, outcome_of, ConnectionOutcome,
    ConnectionOutcome::Attempted => "attempted", ConnectionOutcome::Succeeded => "succeeded",
    ConnectionOutcome::Failed => "failed", ConnectionOutcome::Accepted => "accepted",
    ConnectionOutcome::Listening => "listening");
words!(protocol_word, protocol_of, Protocol, Protocol::Tcp => "tcp", Protocol::Udp => "udp");
words!(operation_word, operation_of, FileOperation,
    FileOperation::Created => "created", FileOperation::Modified => "modified",
    FileOperation::Renamed => "renamed", FileOperation::Deleted => "deleted",
    FileOperation::Linked => "linked", FileOperation::AttributesChanged => "attributes changed");

/// A value that has a JSON form here.
pub(crate) trait Border: Sized {
    type Form: Serialize + for<'a> Deserialize<'a>;
    fn form(&self) -> Self::Form;
    fn of(form: Self::Form) -> rusqlite::Result<Self>;
}

/// Several values as a JSON array.
pub(crate) fn written<T: Border>(what: &'static str, values: &[T]) -> Result<String> {
    crate::column::json(what, &values.iter().map(Border::form).collect::<Vec<_>>())
}

/// And back.
pub(crate) fn read<T: Border>(forms: Vec<T::Form>) -> rusqlite::Result<Vec<T>> {
    forms.into_iter().map(T::of).collect()
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EvidenceForm {
    role: String,
    entity: EntityForm,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum EntityForm {
    Process {
        key: String,
        image: String,
        command_line: String,
        user: Option<String>,
        sha256: Option<String>,
    },
    File {
        path: String,
        sha256: Option<String>,
    },
    Address {
        ip: IpAddr,
        port: Option<u16>,
    },
    User {
        name: String,
        uid: u32,
    },
}

fn owned(text: &Text) -> String {
    text.as_ref().to_owned()
}

fn maybe_owned(text: Option<&Text>) -> Option<String> {
    text.map(owned)
}

fn shared(text: Option<String>) -> Option<Text> {
    text.map(Text::from)
}

fn key(text: &str) -> rusqlite::Result<ProcessKey> {
    text.parse().map_err(unreadable)
}

impl Border for Evidence {
    type Form = EvidenceForm;

    fn form(&self) -> EvidenceForm {
        let entity = match &self.entity {
            Entity::Process { key, image, command_line, user, sha256 } => EntityForm::Process {
                key: key.to_string(),
                image: owned(image),
                command_line: owned(command_line),
                user: maybe_owned(user.as_ref()),
                sha256: maybe_owned(sha256.as_ref()),
            },
            Entity::File { path, sha256 } => {
                EntityForm::File { path: owned(path), sha256: maybe_owned(sha256.as_ref()) }
            }
            Entity::Address { ip, port } => EntityForm::Address { ip: *ip, port: *port },
            Entity::User { name, uid } => EntityForm::User { name: owned(name), uid: *uid },
        };
        EvidenceForm { role: role_word(self.role).to_owned(), entity }
    }

    fn of(form: EvidenceForm) -> rusqlite::Result<Self> {
        let entity = match form.entity {
            EntityForm::Process { key: text, image, command_line, user, sha256 } => {
                Entity::Process {
                    key: key(&text)?,
                    image: image.into(),
                    command_line: command_line.into(),
                    user: shared(user),
                    sha256: shared(sha256),
                }
            }
            EntityForm::File { path, sha256 } => {
                Entity::File { path: path.into(), sha256: shared(sha256) }
            }
            EntityForm::Address { ip, port } => Entity::Address { ip, port },
            EntityForm::User { name, uid } => Entity::User { name: name.into(), uid },
        };
        Ok(Self { role: role_of(&form.role)?, entity })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MatchedForm {
    selection: String,
    field: String,
    value: String,
    pattern: String,
}

impl Border for MatchedField {
    type Form = MatchedForm;

    fn form(&self) -> MatchedForm {
        MatchedForm {
            selection: owned(&self.selection),
            field: owned(&self.field),
            value: owned(&self.value),
            pattern: owned(&self.pattern),
        }
    }

    fn of(form: MatchedForm) -> rusqlite::Result<Self> {
        Ok(Self {
            selection: form.selection.into(),
            field: form.field.into(),
            value: form.value.into(),
            pattern: form.pattern.into(),
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum ReasonForm {
    Opened,
    SameFamily { ancestor: String, image: String },
    SameSession { session: u32 },
    SharedEntity { entity: String, value: String },
    Moved { by: String },
}

impl Border for JoinReason {
    type Form = ReasonForm;

    fn form(&self) -> ReasonForm {
        match self {
            Self::Opened => ReasonForm::Opened,
            Self::SameFamily { ancestor, image } => {
                ReasonForm::SameFamily { ancestor: ancestor.to_string(), image: owned(image) }
            }
            Self::SameSession { session } => ReasonForm::SameSession { session: *session },
            Self::SharedEntity { kind, value } => {
                ReasonForm::SharedEntity { entity: owned(kind), value: owned(value) }
            }
            Self::Moved { by } => ReasonForm::Moved { by: owned(by) },
        }
    }

    fn of(form: ReasonForm) -> rusqlite::Result<Self> {
        Ok(match form {
            ReasonForm::Opened => Self::Opened,
            ReasonForm::SameFamily { ancestor, image } => {
                Self::SameFamily { ancestor: key(&ancestor)?, image: image.into() }
            }
            ReasonForm::SameSession { session } => Self::SameSession { session },
            ReasonForm::SharedEntity { entity, value } => {
                Self::SharedEntity { kind: entity.into(), value: value.into() }
            }
            ReasonForm::Moved { by } => Self::Moved { by: by.into() },
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FactsForm {
    host_name: String,
    machine_id: Option<String>,
    os_name: String,
    os_version: String,
    kernel: String,
    architecture: String,
    processors: u32,
    memory_bytes: u64,
    sensor_version: String,
    addresses: Vec<IpAddr>,
    booted_at: i64,
}

impl Border for DeviceFacts {
    type Form = FactsForm;

    fn form(&self) -> FactsForm {
        FactsForm {
            host_name: owned(&self.host_name),
            machine_id: maybe_owned(self.machine_id.as_ref()),
            os_name: owned(&self.os_name),
            os_version: owned(&self.os_version),
            kernel: owned(&self.kernel),
            architecture: owned(&self.architecture),
            processors: self.processors,
            memory_bytes: self.memory_bytes,
            sensor_version: owned(&self.sensor_version),
            addresses: self.addresses.clone(),
            booted_at: self.booted_at.nanos(),
        }
    }

    fn of(form: FactsForm) -> rusqlite::Result<Self> {
        Ok(Self {
            host_name: form.host_name.into(),
            machine_id: shared(form.machine_id),
            os_name: form.os_name.into(),
            os_version: form.os_version.into(),
            kernel: form.kernel.into(),
            architecture: form.architecture.into(),
            processors: form.processors,
            memory_bytes: form.memory_bytes,
            sensor_version: form.sensor_version.into(),
            addresses: form.addresses,
            booted_at: Timestamp::from_nanos(form.booted_at),
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HealthForm {
    kernel_execs: u64,
    reported_execs: u64,
    events_spooled: u64,
    events_lost: u64,
    spool_bytes: u64,
    resident_bytes: u64,
    cpu_millis: u64,
    problems: Vec<String>,
}

impl Border for SensorHealth {
    type Form = HealthForm;

    fn form(&self) -> HealthForm {
        HealthForm {
            kernel_execs: self.kernel_execs,
            reported_execs: self.reported_execs,
            events_spooled: self.events_spooled,
            events_lost: self.events_lost,
            spool_bytes: self.spool_bytes,
            resident_bytes: self.resident_bytes,
            cpu_millis: self.cpu_millis,
            problems: self.problems.iter().map(owned).collect(),
        }
    }

    fn of(form: HealthForm) -> rusqlite::Result<Self> {
        Ok(Self {
            kernel_execs: form.kernel_execs,
            reported_execs: form.reported_execs,
            events_spooled: form.events_spooled,
            events_lost: form.events_lost,
            spool_bytes: form.spool_bytes,
            resident_bytes: form.resident_bytes,
            cpu_millis: form.cpu_millis,
            problems: form.problems.into_iter().map(Text::from).collect(),
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FileForm {
    device: u64,
    inode: u64,
    size: u64,
    deleted: bool,
    fileless: bool,
}

/// A process's file without its digest, which has a column of its own.
impl Border for ProcessFile {
    type Form = FileForm;

    fn form(&self) -> FileForm {
        FileForm {
            device: self.device,
            inode: self.inode,
            size: self.size,
            deleted: self.deleted,
            fileless: self.fileless,
        }
    }

    fn of(form: FileForm) -> rusqlite::Result<Self> {
        Ok(Self {
            device: form.device,
            inode: form.inode,
            size: form.size,
            sha256: None,
            deleted: form.deleted,
            fileless: form.fileless,
        })
    }
}
