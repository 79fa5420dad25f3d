//! Who may come in, and what they may do: tenants' first start, users, roles, sessions, tokens and certificates.
//!
//! The one room that draws secrets. It does not listen to the network and shows no page; time is an argument.

mod action;
mod authority;
mod enrolment;
mod error;
mod first_start;
mod gate;
mod identity;
mod limit;
mod live;
mod password;
mod permission;
mod second_factor;
mod secret;
mod signer;
mod totp;
mod users;

#[cfg(test)]
mod tests;

pub use action::{
    ACTION_LASTS, ActionNews, ActionPlan, ActionRequest, PlannedDevice, RELEASE_TOKEN_LASTS,
    UndoRequest,
};
pub use authority::{Authority, ServerCertificate};
pub use enrolment::{Enrolled, EnrolmentSecret};
pub use error::{AccessError, Refusal, Result};
pub use first_start::{FirstSignIn, FirstTenant};
pub use gate::{Access, SignedIn};
pub use identity::{Identity, Means};
pub use live::{
    LIVE_IDLE, LiveCompletions, LiveNews, LiveOutgoing, LivePart, LiveRequest, LiveSent,
    NewTransfer, Received,
};
pub use permission::{Permission, permissions};
pub use second_factor::NewSecondFactor;
pub use users::NewPassword;
