//! What goes wrong between sensor and server, in words with what to do.

use bartizan_spool::SpoolError;
use bartizan_wire::WireError;
use tonic::{Code, Status};

use crate::IdentityError;

/// What goes wrong between sensor and server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UplinkError {
    /// There is nobody at the address, or not the one we trust.
    #[error("the server at {server} does not answer: {reason}")]
    Away {
        /// The address.
        server: String,
        /// In words.
        reason: String,
    },
    /// The address cannot be one.
    #[error("`{server}` is not an address of a server; it has the form host:port")]
    Address {
        /// The address.
        server: String,
    },
    /// The server refused the enrolment.
    #[error("the server refused to enrol this machine: {0}")]
    EnrolmentRefused(String),
    /// The server does not know this device, or no longer.
    #[error("the server refuses this device: {0}. Enrol it again with a new token")]
    DeviceRefused(String),
    /// The server ended the conversation.
    #[error("the server ended the conversation: {0}")]
    Ended(String),
    /// The two sides do not understand each other.
    #[error("the server's answer is wrong")]
    Answer(#[source] WireError),
    /// The machine's key or certificate.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The spool refused.
    #[error("reading the spool")]
    Spool(#[from] SpoolError),
}

impl UplinkError {
    /// What the server's refusal means once a conversation is open.
    pub(crate) fn of_status(status: &Status) -> Self {
        let message = status.message().to_owned();
        match status.code() {
            Code::Unauthenticated | Code::PermissionDenied => Self::DeviceRefused(message),
            _ => Self::Ended(in_words(status)),
        }
    }
}

/// An error and its causes in one line.
pub(crate) fn in_words(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        cause = error.source();
    }
    words
}
