//! Enrol, authenticate, send batches, receive acknowledgements.
//!
//! Takes events from the spool and gives acknowledgements to it; what is not acknowledged is sent again.
//! This room decides nothing about events, and keeps nothing but the machine's key and certificate.

mod backoff;
mod batch;
mod channel;
mod control;
mod enrolment;
mod error;
mod identity;
mod link;

pub use control::{ControlLink, ControlNews};
pub use enrolment::enrol;
pub use error::UplinkError;
pub use identity::{Identity, IdentityError};
pub use link::{LinkConfig, LinkState, Uplink};
