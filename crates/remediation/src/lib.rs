//! The only room that changes the machine: it judges commands, carries them out, and can take them back.
//!
//! A command passes [`Judge`] (is it the server's, for this device, fresh, and new?), then [`Remediation`] does it once
//! however often it is told, keeps what is needed to undo it, and answers with an outcome. It opens no connection and
//! decides nothing about what should be done; it refuses what must never be.

mod arrival;
mod block;
mod durable;
mod error;
mod isolation;
mod judge;
mod ledger;
mod package;
mod process;
mod quarantine;
mod remediation;
mod script;
mod text;

pub use arrival::Arrival;
pub use block::{BlockCounters, Blocked, Blocker, Denied, Verdicts};
pub use error::RemediationError;
pub use isolation::{Isolated, Isolator, Network};
pub use judge::{Judge, Refused};
pub use ledger::Ledger;
pub use package::STARTS_AGAIN;
pub use process::{Stopped, stop};
pub use quarantine::{Item, Kind, Quarantine, Taken};
pub use remediation::{Config, Remediation, file::hash_of as sha256_of};
pub use script::{ScriptEnd, run_script};
