//! Devices: the list, the page, and the tree around one of its processes.

use axum::{Json, extract::Path, extract::State};
use bartizan_model::{DeviceFacts, DeviceId, LossStage, ProcessKey, SensorHealth, Timestamp};
use bartizan_store::{Device, DeviceFilter, Loss};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    alerts::texts,
    caller::{Caller, Read},
    overview::HEARD,
    problem::{ApiError, Problem},
    request::{Asked, List, Named, page, shown},
    tree::{Tree, tree_of},
};

/// Which devices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeviceQuery {
    /// Part of the name.
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
}

/// A device in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceSummary {
    id: String,
    name: String,
    /// `reporting`, `silent`, `never_heard` or `revoked`.
    state: &'static str,
    os: Option<String>,
    sensor_version: Option<String>,
    enrolled_at: String,
    last_seen: Option<String>,
    /// Incidents on it that are not resolved.
    open_incidents: u64,
    /// Alerts on it.
    alerts: u64,
    /// Events of it that were lost.
    events_lost: u64,
}

/// A device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceView {
    #[serde(flatten)]
    summary: DeviceSummary,
    certificate_expires_at: String,
    /// How many of its processes are kept for trees.
    processes: u64,
    facts: Option<FactsView>,
    health: Option<HealthView>,
    /// What was lost, by stage and kind.
    losses: Vec<LossView>,
}

/// What a machine is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactsView {
    /// When it told.
    at: Option<String>,
    host_name: String,
    machine_id: Option<String>,
    os_name: String,
    os_version: String,
    kernel: String,
    architecture: String,
    processors: u32,
    memory_bytes: u64,
    sensor_version: String,
    addresses: Vec<String>,
    booted_at: String,
}

/// How a sensor is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthView {
    /// When it told.
    at: Option<String>,
    kernel_execs: u64,
    reported_execs: u64,
    events_spooled: u64,
    events_lost: u64,
    spool_bytes: u64,
    resident_bytes: u64,
    cpu_millis: u64,
    /// What does not work as it should.
    problems: Vec<String>,
}

/// Events of one kind that were lost at one stage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LossView {
    /// `kernel`, `sensor`, `spool` or `server`.
    stage: &'static str,
    kind: String,
    count: u64,
    first_at: String,
    last_at: String,
}

/// The devices.
#[utoipa::path(get, path = "/devices", tag = "devices", params(DeviceQuery), responses(
    (status = 200, body = List<DeviceSummary>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn devices(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<DeviceQuery>,
) -> Result<Json<List<DeviceSummary>>, ApiError> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let filter = DeviceFilter { name: asked.q.filter(|text| !text.is_empty()) };
    let now = api.now();
    let listing =
        api.run(move |api| Ok(api.store.devices(caller.tenant(), &filter, page)?)).await?;
    Ok(Json(List::of(listing, page, |device| summary(&device, now))))
}

/// A device: what it is, how its sensor is, what was lost.
#[utoipa::path(get, path = "/devices/{id}", tag = "devices", params(("id" = String, Path)), responses(
    (status = 200, body = DeviceView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn device(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<DeviceId>,
) -> Result<Json<DeviceView>, ApiError> {
    let now = api.now();
    let (device, losses) = api
        .run(move |api| {
            let tenant = caller.tenant();
            let device = api.store.device(tenant, id)?;
            let device = device.ok_or_else(|| ApiError::not_found("device"))?;
            Ok((device, api.store.device_losses(tenant, id)?))
        })
        .await?;
    Ok(Json(DeviceView {
        summary: summary(&device, now),
        certificate_expires_at: shown(device.certificate_expires_at),
        processes: device.processes,
        facts: device.facts.as_ref().map(|facts| facts_view(facts, device.facts_at)),
        health: device.health.as_ref().map(|health| health_view(health, device.health_at)),
        losses: losses.iter().map(loss).collect(),
    }))
}

/// The tree around a process of a device: its ancestors and what it started.
#[utoipa::path(get, path = "/devices/{id}/processes/{key}/tree", tag = "devices",
    params(("id" = String, Path), ("key" = String, Path)), responses((status = 200, body = Tree),
    (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn process_tree(
    State(api): State<Api>,
    caller: Caller<Read>,
    Path((device, key)): Path<(String, String)>,
) -> Result<Json<Tree>, ApiError> {
    let device: DeviceId = device.parse().map_err(|_no_id| ApiError::not_found("device"))?;
    let key: ProcessKey = key.parse().map_err(|_no_key| ApiError::not_found("process"))?;
    api.run(move |api| tree_of(api, caller.tenant(), device, key, None)).await.map(Json)
}

fn summary(device: &Device, now: Timestamp) -> DeviceSummary {
    let state = match (device.revoked_at, device.last_seen) {
        (Some(_), _) => "revoked",
        (None, None) => "never_heard",
        (None, Some(seen)) if now.since(seen) > HEARD => "silent",
        (None, Some(_)) => "reporting",
    };
    let facts = device.facts.as_ref();
    DeviceSummary {
        id: device.id.to_string(),
        name: device.name.to_string(),
        state,
        os: facts.map(|facts| format!("{} {}", facts.os_name, facts.os_version)),
        sensor_version: facts.map(|facts| facts.sensor_version.to_string()),
        enrolled_at: shown(device.enrolled_at),
        last_seen: device.last_seen.map(shown),
        open_incidents: device.open_incidents,
        alerts: device.alerts,
        events_lost: device.events_lost,
    }
}

fn facts_view(facts: &DeviceFacts, at: Option<Timestamp>) -> FactsView {
    FactsView {
        at: at.map(shown),
        host_name: facts.host_name.to_string(),
        machine_id: facts.machine_id.as_ref().map(ToString::to_string),
        os_name: facts.os_name.to_string(),
        os_version: facts.os_version.to_string(),
        kernel: facts.kernel.to_string(),
        architecture: facts.architecture.to_string(),
        processors: facts.processors,
        memory_bytes: facts.memory_bytes,
        sensor_version: facts.sensor_version.to_string(),
        addresses: facts.addresses.iter().map(ToString::to_string).collect(),
        booted_at: shown(facts.booted_at),
    }
}

fn health_view(health: &SensorHealth, at: Option<Timestamp>) -> HealthView {
    HealthView {
        at: at.map(shown),
        kernel_execs: health.kernel_execs,
        reported_execs: health.reported_execs,
        events_spooled: health.events_spooled,
        events_lost: health.events_lost,
        spool_bytes: health.spool_bytes,
        resident_bytes: health.resident_bytes,
        cpu_millis: health.cpu_millis,
        problems: texts(&health.problems),
    }
}

fn loss(loss: &Loss) -> LossView {
    LossView {
        stage: match loss.stage {
            LossStage::Kernel => "kernel",
            LossStage::Sensor => "sensor",
            LossStage::Spool => "spool",
            LossStage::Server => "server",
        },
        kind: loss.kind.to_string(),
        count: loss.count,
        first_at: shown(loss.first_at),
        last_at: shown(loss.last_at),
    }
}
