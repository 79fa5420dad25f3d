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
    /// The key that commands are signed with cannot be used.
    #[error("{doing} the key that commands are signed with")]
    CommandKey {
        /// What we were doing.
        doing: &'static str,
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
    /// The password is right; a code of the second factor is needed too.
    #[error("a code of your second factor is needed too")]
    CodeNeeded,
    /// The code is wrong or was used already.
    #[error("the code is wrong or was used already: wait for the next one")]
    WrongCode,
    /// There is no second factor that waits to be confirmed.
    #[error("there is no second factor that waits to be confirmed: begin again")]
    NoSecondFactor,
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
    /// What is to be done makes no sense.
    #[error("{0}")]
    BadOrder(String),
    /// One of the devices is not there.
    #[error("there is no such device")]
    NoSuchDevice,
    /// There is no such action.
    #[error("there is no such action")]
    NoSuchAction,
    /// The policy forbids it.
    #[error("the policy does not allow this on {device}")]
    PolicyForbids {
        /// On which device.
        device: String,
    },
    /// Many devices: their number has to be said.
    #[error("this is for {devices} devices: say their number again to do it")]
    NeedsCount {
        /// How many.
        devices: u64,
    },
    /// Nobody approves their own.
    #[error("somebody else has to approve what you asked for")]
    OwnAction,
    /// A program approves nothing.
    #[error("approving is for people who are signed in, not for programs")]
    ApproveInPerson,
    /// It does not wait for this person's approval.
    #[error("the action does not wait for your approval (any more)")]
    NotPending,
    /// Every device has it already.
    #[error("there is nothing to cancel: every device has it, or it is over")]
    NothingToCancel,
    /// It was not done, cannot be undone, or is undone.
    #[error("there is nothing to undo on these devices")]
    NothingToUndo,
    /// It is of the advanced level of live response.
    #[error(
        "this needs live response of the advanced level, which your role or this session has not"
    )]
    LiveLevel,
    /// The device does not listen now.
    #[error("{device} is away: a live session needs a device that is connected")]
    DeviceAway {
        /// Its name.
        device: String,
    },
    /// There are as many as there may be.
    #[error("{0}")]
    TooManySessions(&'static str),
    /// There is no such session.
    #[error("there is no such live session")]
    NoSuchSession,
    /// Somebody else opened it.
    #[error("somebody else opened this session: you can watch it")]
    NotYourSession,
    /// It is over.
    #[error("the session is closed")]
    SessionClosed,
    /// There is no such transfer.
    #[error("there is no such file")]
    NoSuchTransfer,
    /// There is no such script.
    #[error("there is no such script")]
    NoSuchScript,
    /// The script is not what was read.
    #[error("the script has another content by now: read it again before you approve it")]
    OtherScript,
}

/// Result of this room.
pub type Result<T, E = AccessError> = std::result::Result<T, E>;
