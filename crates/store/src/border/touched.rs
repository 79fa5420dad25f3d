//! How what a process touched is written as JSON.

use std::net::SocketAddr;

use bartizan_model::{Connection, FileChange, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Border, maybe_owned, operation_of, operation_word, outcome_of, outcome_word, owned,
    protocol_of, protocol_word, shared,
};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ConnectionForm {
    at: i64,
    outcome: String,
    protocol: String,
    local: Option<SocketAddr>,
    remote: SocketAddr,
}

impl Border for (Timestamp, Connection) {
    type Form = ConnectionForm;

    fn form(&self) -> ConnectionForm {
        ConnectionForm {
            at: self.0.nanos(),
            outcome: outcome_word(self.1.outcome).to_owned(),
            protocol: protocol_word(self.1.protocol).to_owned(),
            local: self.1.local,
            remote: self.1.remote,
        }
    }

    fn of(form: ConnectionForm) -> rusqlite::Result<Self> {
        let connection = Connection {
            outcome: outcome_of(&form.outcome)?,
            protocol: protocol_of(&form.protocol)?,
            local: form.local,
            remote: form.remote,
            host: None,
        };
        Ok((Timestamp::from_nanos(form.at), connection))
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ChangeForm {
    at: i64,
    operation: String,
    path: String,
    previous_path: Option<String>,
    size: Option<u64>,
    count: u32,
}

impl Border for (Timestamp, FileChange) {
    type Form = ChangeForm;

    fn form(&self) -> ChangeForm {
        ChangeForm {
            at: self.0.nanos(),
            operation: operation_word(self.1.operation).to_owned(),
            path: owned(&self.1.path),
            previous_path: maybe_owned(self.1.previous_path.as_ref()),
            size: self.1.size,
            count: self.1.count,
        }
    }

    fn of(form: ChangeForm) -> rusqlite::Result<Self> {
        let change = FileChange {
            operation: operation_of(&form.operation)?,
            path: form.path.into(),
            previous_path: shared(form.previous_path),
            size: form.size,
            count: form.count,
            details: Vec::new(),
        };
        Ok((Timestamp::from_nanos(form.at), change))
    }
}
