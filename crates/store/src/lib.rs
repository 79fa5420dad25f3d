//! The records that people work with: tenants, devices, processes, alerts, incidents, users and the audit
//! log, in one SQLite file.
//!
//! This room keeps and finds; it decides nothing, draws no random number and reads no clock. Nothing is
//! read without a tenant, except through [`Door`], which finds the tenant that a credential opens.
//! Columns of events are the business of `telemetry`, not of this room.

mod alert;
mod audit;
mod border;
mod catalogue;
mod clue;
mod column;
mod device;
mod door;
mod error;
mod incident;
mod indicator;
mod migration;
mod overview;
mod page;
mod process;
mod rarity;
mod step;
mod store;
mod tenant;
mod token;
mod tree;
mod user;

pub use alert::{AlertFilter, AlertInIncident};
pub use audit::{AuditEntry, NewAuditEntry};
pub use catalogue::TelemetryFile;
pub use clue::{KeptClue, MAX_CLUES_PER_TENANT};
pub use device::{Device, DeviceFilter, Loss, NewDevice};
pub use door::{ApiToken, Door, EnrolmentToken, KnownDevice, Session, SignInRecord};
pub use error::{Result, StoreError};
pub use incident::{Activity, ActivityKind, IncidentChange, IncidentFilter, IncidentRecord};
pub use indicator::{IndicatorFilter, KeptIndicator};
pub use overview::Overview;
pub use page::{Listing, Page};
pub use process::{MAX_PROCESSES_PER_DEVICE, ProcessRecord};
pub use rarity::UsualThing;
pub use step::{EndedProcess, IncidentEffect, StepEffects, Touch, Touched};
pub use store::Store;
pub use tenant::Tenant;
pub use token::{NewApiToken, NewEnrolmentToken};
pub use tree::{MAX_TREE_NODES, ProcessTree, TreeNode};
pub use user::{NewUser, Role, User};

#[cfg(test)]
mod tests;
