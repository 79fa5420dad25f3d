//! Six months of events: hot rows, Parquet, query execution.
//!
//! Rows are in memory first, where they can be asked for at once, and are sealed into Parquet files from
//! time to time. The event log is the only write-ahead log: everything at or before [`Telemetry::position`]
//! is in files, everything after it is appended again after a start. Nothing is read without a tenant.

mod aggregate;
mod column;
mod config;
mod error;
mod file;
mod function;
mod hot;
mod index;
mod lower;
mod query;
mod rows;
mod scalar;
mod sealed;
mod sketch;
mod telemetry;
mod term;
mod timeline;
mod turn;
mod upkeep;
mod value;
mod workbench;

pub use config::{Config, Limits};
pub use error::{QueryError, TelemetryError};
pub use query::{QueryColumn, QueryOptions, QueryResult, QueryStats};
pub use rows::schema;
pub use telemetry::Telemetry;
pub use timeline::{Bin, EventKind, Timeline, TimelineCursor, TimelineEvent, TimelineQuery};
pub use upkeep::Upkeep;
pub use workbench::{Answers, Workbench, WorkbenchError, parquet_of};
