//! Typed identities: a device is not an alert, even where both are 128 bits.

use std::{fmt, str::FromStr};

use thiserror::Error;
use uuid::Uuid;

/// A text that is not the identity it was meant to be.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("reading `{text}` as {kind}: expected {expected}")]
pub struct IdError {
    /// What the text was meant to name, for example "a device id".
    pub kind: &'static str,
    /// What would have been right.
    pub expected: &'static str,
    /// The text itself.
    pub text: String,
}

macro_rules! uuid_identity {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The identity with these 128 bits.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The 128 bits.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The 128 bits as bytes, most significant first.
            pub const fn bytes(self) -> [u8; 16] {
                *self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::parse_str(text).map(Self).map_err(|_not_a_uuid| IdError {
                    kind: $kind,
                    expected: "a UUID",
                    text: text.to_owned(),
                })
            }
        }
    };
}

uuid_identity!(
    /// A customer: everything stored belongs to exactly one.
    TenantId, "a tenant id"
);
uuid_identity!(
    /// A protected machine, as the server named it at enrolment.
    DeviceId, "a device id"
);
uuid_identity!(
    /// A live response session.
    LiveSessionId, "a live session id"
);
uuid_identity!(
    /// A file on its way between a device and its server.
    TransferId, "a transfer id"
);
uuid_identity!(
    /// A person who signs in to the console.
    UserId, "a user id"
);
uuid_identity!(
    /// One rule's claim about one event.
    AlertId, "an alert id"
);
uuid_identity!(
    /// Something done to devices, from the request to its undoing.
    ActionId, "an action id"
);
uuid_identity!(
    /// One life of a sensor's spool: sequence numbers are unique within it.
    StreamId, "a stream id"
);

impl AlertId {
    /// The identity of what `rule` says about `event`: the same event judged twice gives the same alert.
    pub fn of(tenant: TenantId, device: DeviceId, rule: &str, event: EventId) -> Self {
        let name = format!("{device}/{rule}/{event}");
        Self(Uuid::new_v5(&tenant.0, name.as_bytes()))
    }
}

/// An incident's number, counted from 1 within a tenant, as people say it: "incident 12".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentId(pub u64);

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for IncidentId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self).map_err(|_not_a_number| IdError {
            kind: "an incident number",
            expected: "a whole number",
            text: text.to_owned(),
        })
    }
}

/// Where an event stands in its device's stream; with the device it names the event for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The life of the spool that numbered it.
    pub stream: StreamId,
    /// Its number within that life, from 1, without gaps.
    pub sequence: u64,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.stream.0.as_simple(), self.sequence)
    }
}

impl FromStr for EventId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError {
            kind: "an event id",
            expected: "a stream id and a sequence number with a dot between",
            text: text.to_owned(),
        };
        let (stream, sequence) = text.split_once('.').ok_or_else(wrong)?;
        Ok(Self {
            stream: stream.parse().map_err(|_not_a_stream| wrong())?,
            sequence: sequence.parse().map_err(|_not_a_number| wrong())?,
        })
    }
}
