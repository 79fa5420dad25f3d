//! The HTTP interface: one file per noun, each call parse → authorise → call → view. Handlers decide nothing:
//! who may is said in `caller`, what is true in the rooms behind.
//!
//! This room also serves the console's files, with the headers that keep other people's script out of it.

#![expect(unused_qualifications, reason = "derived descriptions of calls name query types in full")]

mod actions;
mod advanced_hunting;
mod alerts;
mod audit;
mod caller;
mod console;
mod decision;
mod devices;
mod document;
mod enrolment;
mod entities;
mod evidence;
mod export;
mod facets;
mod front;
mod health;
mod hunting;
mod incidents;
mod indicators;
mod kusto;
mod live;
mod me;
mod notifications;
mod overview;
mod problem;
mod request;
mod rules;
mod second_factor;
mod server;
mod session;
mod settings;
mod stream;
mod timeline;
mod tokens;
mod tree;
mod tuning;
mod users;
mod views;

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use axum::http::StatusCode;
use bartizan_access::Access;
use bartizan_model::Timestamp;
use bartizan_store::Store;
use bartizan_telemetry::Telemetry;

pub use console::{Asset, ConsoleAssets, NoConsole};
pub use document::openapi;
pub use evidence::{alert_evidence_rows, alert_info_rows};
pub use front::router;
pub use problem::{ApiError, Problem, QueryProblem};
pub use rules::Rule;
pub use server::Flow;
pub use stream::{Notices, Topic};

/// What the interface stands on.
#[derive(Clone)]
pub struct Api {
    /// The records.
    pub store: Arc<Store>,
    /// Who may come in.
    pub access: Arc<Access>,
    /// The events.
    pub telemetry: Arc<Telemetry>,
    /// What changed, for those who watch.
    pub notices: Notices,
    /// The rules alerts are made by.
    pub rules: Arc<[Rule]>,
    /// The console's files.
    pub console: Arc<dyn ConsoleAssets>,
    /// How it is reached and named.
    pub settings: Arc<Settings>,
    /// What flows through the server, as the binary measures it.
    pub flow: Arc<dyn Fn() -> Flow + Send + Sync>,
    /// The time. The binary gives the clock.
    pub clock: fn() -> Timestamp,
}

/// How the interface is reached and named.
#[derive(Debug, Clone)]
pub struct Settings {
    /// It is served over TLS: cookies and headers say so.
    pub secure: bool,
    /// Where sensors reach the server, as `host:port`.
    pub sensor_address: String,
    /// The line to paste on a new machine, with `{token}` in it.
    pub enrol_command: String,
    /// Version of this server.
    pub version: String,
    /// When it started.
    pub started_at: Timestamp,
    /// Folder of files that devices sent.
    pub uploads: std::path::PathBuf,
}

impl Api {
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.settings.secure { "__Host-bartizan_session" } else { "bartizan_session" }
    }

    /// Runs what waits for a disk or hashes passwords where it holds nobody up.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let api = self.clone();
        match tokio::task::spawn_blocking(move || work(&api)).await {
            Ok(outcome) => outcome,
            Err(why) => {
                tracing::error!(error = %why, "a call ended early");
                let detail = "the server failed while doing this";
                Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail))
            }
        }
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("settings", &self.settings).finish_non_exhaustive()
    }
}
