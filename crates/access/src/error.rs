//! Why somebody does not come in, and what can go wrong at the door.

use thiserror::Error;

use bartizan_store::StoreError;

/// What can go wrong.
#[derive(Debug, Error)]
pub enum AccessError {
    /// They may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The records could not be read or written.
    #[error("keeping who may come in")]
    Store(#[from] StoreError),
    /// A file of the data folder could not be read or written.
    #[error("{doing} {path}")]
    File {
        /// What we were doing.
        doing: &'static str,
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A certificate could not be made.
    #[error("{doing}")]
    Certificate {
        /// What we were doing.
        doing: &'static str,
        /// Why.
        #[source]
        source: rcgen::Error,
    },
    /// A password could not be hashed.
    #[error("hashing a password: {0}")]
    Hash(String),
}

/// Why somebody does not come in, in words for them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Wrong name or password; which of the two is not said.
    #[error("the name or the password is wrong")]
    WrongPassword,
    /// Too many tries.
    #[error("too many failed sign-ins: try again in {} minutes", .seconds.div_ceil(60).max(1))]
    TooMany {
        /// How long to wait.
        seconds: u64,
    },
    /// The current password is not that.
    #[error("the current password is wrong")]
    WrongCurrentPassword,
    /// The new password is too weak.
    #[error("{0}")]
    WeakPassword(&'static str),
    /// The name cannot be a user's.
    #[error("{0}")]
    BadName(&'static str),
    /// There is one already.
    #[error("{0}")]
    Taken(String),
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// The enrolment token is not ours.
    #[error("the enrolment token is not known to this server: make a new one in the console")]
    UnknownEnrolmentToken,
    /// The enrolment token was used.
    #[error("the enrolment token was used already: each lets one machine in")]
    UsedEnrolmentToken,
    /// The enrolment token is too old.
    #[error("the enrolment token has expired: make a new one in the console")]
    ExpiredEnrolmentToken,
    /// The certificate request cannot be read or is not signed by its key.
    #[error("the certificate request is not valid")]
    BadRequest,
    /// The certificate is no device's.
    #[error("the certificate belongs to no device of this server")]
    UnknownDevice,
    /// The device was shut out.
    #[error("the device was shut out")]
    RevokedDevice,
}

/// Result of this room.
pub type Result<T, E = AccessError> = std::result::Result<T, E>;
