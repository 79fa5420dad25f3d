//! Questions over the data folder of a server that does not run.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use bartizan_event_log::{EventLog, EventLogConfig};
use bartizan_kql::Plan;
use bartizan_store::Store;
use bartizan_telemetry::{Config, QueryError, QueryOptions, QueryResult, Telemetry};

use crate::workers::{RECORDS_AT_ONCE, after, envelopes};

/// Whether the folder is one of a server.
pub(super) fn is_one(data: &Path) -> bool {
    data.join("state.db").is_file()
}

/// Ask the folder's telemetry, with everything that was accepted but not yet sealed. The event log's lock
/// keeps a server from starting meanwhile.
pub(super) async fn ask(
    data: &Path,
    (query, plan): (&str, &Plan),
    options: &QueryOptions,
) -> anyhow::Result<Result<QueryResult, QueryError>> {
    if plan.tables().iter().any(|table| table.starts_with("Alert")) {
        bail!("alerts are answered by a running server: start it with `bartizan serve`");
    }
    let log = EventLog::open(data.join("log"), EventLogConfig::default())
        .context("opening the event log (is a server running on this data folder?)")?;
    let store = Arc::new(Store::open(data.join("state.db")).context("opening the state store")?);
    let mut tenants = store.telemetry_tenants().context("finding the tenants")?;
    // Nothing is sealed here, so memory has to hold what the log has.
    let config =
        Config { max_hot_rows: usize::MAX / 4, max_hot_bytes: usize::MAX / 4, ..Config::default() };
    let telemetry =
        Telemetry::open(data.join("telemetry"), store, config).context("opening the telemetry")?;
    let mut place = after(telemetry.position());
    loop {
        let entries = log.read(place, RECORDS_AT_ONCE).context("reading the event log")?;
        let Some((last, _)) = entries.last() else { break };
        place = last.next();
        for (position, entry) in &entries {
            let envelopes = envelopes(entry);
            tenants.extend(envelopes.iter().map(|envelope| envelope.tenant));
            telemetry.append(position.0, &envelopes).context("gathering telemetry")?;
        }
    }
    tenants.sort_unstable();
    tenants.dedup();
    match tenants.as_slice() {
        [tenant] => Ok(telemetry.query(*tenant, query, options).await),
        [] => bail!("there are no events in {}", data.display()),
        _ => bail!("{} holds several tenants: start the server and ask it", data.display()),
    }
}
