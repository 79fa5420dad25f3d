//! How the server is: what comes in, how far behind it is, what was lost at each hop, what it holds, what each
//! device costs.

use std::time::Duration;

use axum::{Json, extract::State};
use bartizan_store::{Costs, DeviceCost};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, Read},
    problem::{ApiError, Problem},
    request::shown,
};

/// What flows through the server, as its binary measures it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Flow {
    /// Events taken per second, over the last minute.
    pub events_per_second: f64,
    /// Batches taken since the start.
    pub batches: u64,
    /// Events taken since the start.
    pub events: u64,
    /// Events that came again and were left out.
    pub repeated: u64,
    /// Batches that could not be read.
    pub malformed: u64,
    /// Records of the log that are not judged yet.
    pub judge_behind: u64,
    /// Records of the log that are not gathered yet.
    pub gather_behind: u64,
    /// Bytes of the log on disk.
    pub log_bytes: u64,
    /// Bytes free on the disk of the data folder.
    pub disk_free_bytes: u64,
    /// Bytes of that disk.
    pub disk_bytes: u64,
    /// Memory the server holds.
    pub resident_bytes: u64,
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServerHealth {
    version: String,
    started_at: String,
    now: String,
    /// What needs somebody, in words; nothing when all is well.
    problems: Vec<String>,
    flow: FlowView,
    /// Events lost at each hop.
    losses: Vec<HopLoss>,
    storage: StorageView,
    /// The devices that cost most.
    devices: Vec<DeviceCostView>,
}

/// What flows through the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowView {
    events_per_second: f64,
    batches: u64,
    events: u64,
    repeated: u64,
    malformed: u64,
    /// Events whose numbers never came, ever: their sensors had to drop them.
    missing: u64,
    judge_behind: u64,
    gather_behind: u64,
}

/// Events lost at one hop.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HopLoss {
    /// `kernel`, `sensor`, `spool` or `server`.
    stage: String,
    count: u64,
    devices: u64,
    last_at: String,
}

/// What the server holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StorageView {
    /// Sealed files of events.
    event_files: u64,
    event_rows: u64,
    event_bytes: u64,
    /// The earliest sealed event.
    events_since: Option<String>,
    /// Rows in memory, not sealed yet.
    hot_rows: u64,
    log_bytes: u64,
    record_bytes: u64,
    alerts: u64,
    disk_bytes: u64,
    disk_free_bytes: u64,
    resident_bytes: u64,
}

/// What a device costs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceCostView {
    id: String,
    name: String,
    /// Processor time of its sensor, as a share of one processor since it started counting.
    sensor_cpu_millis: u64,
    sensor_resident_bytes: u64,
    spool_bytes: u64,
    /// Events its sensor put into the spool.
    events: u64,
    events_lost: u64,
    alerts: u64,
    processes: u64,
}

/// How the server is.
#[utoipa::path(get, path = "/server/health", tag = "health",
    responses((status = 200, body = ServerHealth), (status = 401, body = Problem)))]
pub(crate) async fn health(
    State(api): State<Api>,
    caller: Caller<Read>,
) -> Result<Json<ServerHealth>, ApiError> {
    let now = api.now();
    api.run(move |api| {
        let costs = api.store.costs(caller.tenant())?;
        let missing = api.store.missing_events(caller.tenant())?;
        let flow = (api.flow)();
        let hot_rows = u64::try_from(api.telemetry.hot_rows()).unwrap_or(u64::MAX);
        let losses = costs.losses.iter().map(|(stage, count, devices, last)| HopLoss {
            stage: stage.clone(),
            count: *count,
            devices: *devices,
            last_at: shown(*last),
        });
        Ok(Json(ServerHealth {
            version: api.settings.version.clone(),
            started_at: shown(api.settings.started_at),
            now: shown(now),
            problems: problems(&flow, &costs, now),
            losses: losses.collect(),
            storage: storage(&flow, &costs, hot_rows),
            devices: costs.devices.iter().map(device).collect(),
            flow: FlowView {
                events_per_second: flow.events_per_second,
                batches: flow.batches,
                events: flow.events,
                repeated: flow.repeated,
                malformed: flow.malformed,
                missing,
                judge_behind: flow.judge_behind,
                gather_behind: flow.gather_behind,
            },
        }))
    })
    .await
}

fn problems(flow: &Flow, costs: &Costs, now: bartizan_model::Timestamp) -> Vec<String> {
    /// Behind by more records than this, detection is late.
    const BEHIND: u64 = 1_000;
    let mut problems = Vec::new();
    if flow.judge_behind > BEHIND {
        problems.push(format!("detection is {} batches behind", flow.judge_behind));
    }
    if flow.gather_behind > BEHIND {
        problems.push(format!("events can be asked for {} batches late", flow.gather_behind));
    }
    if flow.malformed > 0 {
        problems.push(format!("{} batches could not be read", flow.malformed));
    }
    if flow.disk_bytes > 0 && flow.disk_free_bytes < flow.disk_bytes / 10 {
        let free = flow.disk_free_bytes / 1_048_576;
        problems.push(format!("the disk of the data folder is nearly full: {free} MB are free"));
    }
    let day = Duration::from_secs(86_400);
    let lately = costs.losses.iter().filter(|(_, _, _, last)| now.since(*last) < day);
    for (stage, count, devices, _) in lately {
        problems.push(format!("{count} events lost at the {stage} of {devices} devices"));
    }
    problems
}

fn storage(flow: &Flow, costs: &Costs, hot_rows: u64) -> StorageView {
    StorageView {
        event_files: costs.event_files,
        event_rows: costs.event_rows,
        event_bytes: costs.event_bytes,
        events_since: costs.events_since.map(shown),
        hot_rows,
        log_bytes: flow.log_bytes,
        record_bytes: costs.record_bytes,
        alerts: costs.alerts,
        disk_bytes: flow.disk_bytes,
        disk_free_bytes: flow.disk_free_bytes,
        resident_bytes: flow.resident_bytes,
    }
}

fn device(cost: &DeviceCost) -> DeviceCostView {
    DeviceCostView {
        id: cost.device.to_string(),
        name: cost.name.to_string(),
        sensor_cpu_millis: cost.cpu_millis,
        sensor_resident_bytes: cost.resident_bytes,
        spool_bytes: cost.spool_bytes,
        events: cost.events,
        events_lost: cost.events_lost,
        alerts: cost.alerts,
        processes: cost.processes,
    }
}
