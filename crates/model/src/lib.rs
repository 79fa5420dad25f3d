//! The words of Bartizan: what a tenant, a device, a process, an event, an alert and an incident are.
//!
//! This room holds values and the laws between them. It does no IO, reads no clock, draws no random
//! number, and its types are not a wire or storage format: `wire`, `store` and `api` convert at their borders.

mod alert;
mod event;
mod hex;
mod id;
mod incident;
mod inventory;
mod live;
mod operation;
mod process;
mod response;
mod row;
mod schema;
pub mod tables;
mod time;
mod touch;

pub use alert::{Alert, Entity, Evidence, EvidenceRole, MatchedField, Severity};
pub use event::{
    Action, Connection, ConnectionOutcome, DeviceFacts, Envelope, Event, EventsLost, FileChange,
    FileOperation, LossStage, Protocol, SensorHealth, Tampering,
};
pub use hex::hex;
pub use id::{
    ActionId, AlertId, DeviceId, EventId, IdError, IncidentId, LiveSessionId, StreamId, TenantId,
    TransferId, UserId,
};
pub use incident::{CLASSIFICATIONS, Incident, IncidentStatus, JoinReason, Tie};
pub use inventory::{Inventory, InventoryItem, InventoryKind, ItemState};
pub use live::{
    LIVE_COMMANDS, LiveCommand, LiveFile, LiveLevel, LiveLine, LiveMessage, LiveOption, LiveOrder,
    LiveScript, live_command, live_words,
};
pub use operation::{
    Detail, DetailValue, ImageLoad, Logon, LogonOutcome, LogonWay, Operation, OperationKind,
};
pub use process::{BootId, Execution, Process, ProcessFile, ProcessKey, ProcessUser};
pub use response::{
    ActionStatus, Command, FileTarget, Isolation, Order, OrderKind, Outcome, OutcomeItem,
    OutcomeState,
};
pub use row::{Value, rows_of};
pub use schema::{Column, ColumnType, Logsource, TableDefinition};
pub use tables::{Row, TABLES, Table};
pub use time::Timestamp;
pub use touch::{EndedProcess, Touch, Touched};

/// Shared text: command lines and paths are mentioned by many events, so they are counted, not copied.
pub type Text = std::sync::Arc<str>;
