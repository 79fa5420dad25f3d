//! The records that people work with: tenants, devices, processes, alerts, incidents, users and the audit
//! log, in one SQLite file.
//!
//! This room keeps and finds; it decides nothing, draws no random number and reads no clock. Nothing is
//! read without a tenant, except through [`Door`], which finds the tenant that a credential opens.
//! Columns of events are the business of `telemetry`, not of this room.

mod action;
mod alert;
mod audit;
mod border;
mod catalogue;
mod clue;
mod column;
mod cost;
mod device;
mod door;
mod entity;
mod error;
mod filter;
mod gap;
mod incident;
mod indicator;
mod known;
mod live;
mod migration;
mod notification;
mod overview;
mod page;
mod process;
mod rarity;
mod retention;
mod rule;
mod setting;
mod step;
mod store;
mod tenant;
mod token;
mod tree;
mod tuning;
mod user;
mod view;

pub use action::{
    ActionBreaker, ActionDecision, ActionFile, ActionFilter, ActionOnDevice, ActionPolicy,
    ActionRecord, DeviceToActOn, Finished, NewAction, WaitingCommand,
};
pub use alert::{AlertChange, AlertFacets, AlertFilter, AlertInIncident, AlertRecord, Tuned};
pub use audit::{AuditEntry, AuditFilter, NewAuditEntry};
pub use catalogue::TelemetryFile;
pub use clue::{KeptClue, MAX_CLUES_PER_TENANT};
pub use cost::{Costs, DeviceCost};
pub use device::{Device, DeviceChange, DeviceFilter, DeviceOrder, Loss, NewDevice};
pub use door::{ApiToken, Door, EnrolmentToken, KnownDevice, Session, SignInRecord};
pub use entity::EntityAlerts;
pub use error::{Result, StoreError};
pub use gap::StreamSpan;
pub use incident::{
    Activity, ActivityKind, Decision, IncidentChange, IncidentFacets, IncidentFilter,
    IncidentOrder, IncidentRecord, Task, TaskChange, Verdict,
};
pub use indicator::{IndicatorFilter, KeptIndicator};
pub use live::{
    LiveEntry, LiveFilter, LiveScriptRecord, LiveSessionRecord, LiveTransferFilter,
    LiveTransferRecord, NewLiveEntry, NewLiveScript,
};
pub use notification::{MAX_WAITING, Notification, NotificationChannel};
pub use overview::{Changes, Overview};
pub use page::{Listing, Page, Place, Seek, Stretch};
pub use process::{AlikeChildren, MAX_PROCESSES_PER_DEVICE, ProcessRecord, UserOnDevice};
pub use rarity::UsualThing;
pub use retention::{FORGOTTEN_AT_ONCE, Forgotten, RECORD_DAYS, Retention};
pub use rule::{RuleFired, RuleState};
pub use setting::{DeviceGroup, Setting};
pub use step::{IncidentEffect, StepEffects};
pub use store::Store;
pub use tenant::Tenant;
pub use token::{KnownApiToken, KnownEnrolmentToken, NewApiToken, NewEnrolmentToken};
pub use tree::{MAX_GROUPS, MAX_TREE_NODES, ProcessTree, TreeNode};
pub use tuning::{TuningCondition, TuningRule};
pub use user::{NewUser, Role, User};
pub use view::SavedView;

#[cfg(test)]
mod tests;
