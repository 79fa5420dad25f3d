//! Devices: the list, the page, and the tree around one of its processes.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use bartizan_model::{
    DeviceFacts, DeviceId, LossStage, ProcessKey, SensorHealth, TenantId, Timestamp,
};
use bartizan_store::{
    Device, DeviceChange, DeviceFilter, DeviceOrder, IncidentFilter, IncidentOrder, Loss, Seek,
    UserOnDevice,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api, Topic,
    alerts::texts,
    caller::{Caller, ManageDevices, Read},
    export::{Format, export, numbered_pages},
    incidents::{self, IncidentSummary, tags},
    overview::HEARD,
    problem::{ApiError, Problem},
    request::{Asked, Body, List, Named, one_of, page, said, shown},
    tree::{Tree, tree_of},
};

/// What a device can be worth.
const VALUES: &[&str] = &["low", "normal", "high", "critical"];
/// How many incidents a device's page names.
const INCIDENTS: u64 = 50;

/// Which devices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeviceQuery {
    /// Part of the name.
    q: Option<String>,
    /// `reporting`, `silent`, `never_heard` (with `silent`) or `revoked`.
    state: Option<String>,
    /// In this group.
    group: Option<u64>,
    /// With this tag.
    tag: Option<String>,
    /// `low`, `normal`, `high` or `critical`.
    value: Option<String>,
    /// `name`, `risk` or `silent`; `name` when not said.
    sort: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
    /// Of an export: `csv` or `json`.
    format: Option<String>,
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
    /// The gravest of those.
    severity: Option<&'static str>,
    /// Alerts on it.
    alerts: u64,
    /// Events of it that were lost.
    events_lost: u64,
    /// What it is worth: `low`, `normal`, `high` or `critical`.
    value: String,
    group: Option<GroupRef>,
    tags: Vec<String>,
}

/// A device group by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupRef {
    id: u64,
    name: String,
}

/// What to change about a device. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeDevice {
    /// `low`, `normal`, `high` or `critical`.
    value: Option<String>,
    /// A group's id, or `null` for none.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<u64>)]
    group: Option<Option<u64>>,
    tags: Option<Vec<String>>,
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
    /// Who was seen on it of late, the latest first.
    users: Vec<SeenUser>,
    /// Its incidents, those of the highest priority first.
    incidents: Vec<IncidentSummary>,
    /// What is installed on it, when its sensor tells.
    software: Vec<SoftwareView>,
}

/// A user seen on a device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeenUser {
    name: String,
    uid: u32,
    /// Processes of theirs that are kept.
    processes: u64,
    /// A person signed in, not a service.
    signed_in: bool,
    first_at: String,
    last_at: String,
}

/// Something installed on a device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SoftwareView {
    name: String,
    version: String,
    vendor: Option<String>,
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
    let now = api.now();
    let filter = filter(asked, now)?;
    let listing =
        api.run(move |api| Ok(api.store.devices(caller.tenant(), &filter, page)?)).await?;
    Ok(Json(List::of(listing, page, |device| summary(&device, now))))
}

/// The devices as a file.
#[utoipa::path(get, path = "/devices/export", tag = "devices", params(DeviceQuery), responses(
    (status = 200, content_type = "text/csv", body = String), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn export_devices(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<DeviceQuery>,
) -> Result<Response, ApiError> {
    const COLUMNS: &[&str] = &[
        "name",
        "state",
        "os",
        "sensor_version",
        "enrolled_at",
        "last_seen",
        "open_incidents",
        "severity",
        "alerts",
        "events_lost",
        "value",
        "group",
        "tags",
        "id",
    ];
    let format = Format::read(asked.format.as_deref())?;
    let now = api.now();
    let (filter, tenant) = (filter(asked, now)?, caller.tenant());
    let pages = numbered_pages(api, move |api, page| {
        let found = api.store.devices(tenant, &filter, page)?;
        Ok(found.items.iter().map(|device| summary(device, now)).collect())
    });
    Ok(export(format, "devices", COLUMNS, pages))
}

/// A device: what it is, how its sensor is, what was lost, who is on it, its incidents.
#[utoipa::path(get, path = "/devices/{id}", tag = "devices", params(("id" = String, Path)), responses(
    (status = 200, body = DeviceView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn device(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<DeviceId>,
) -> Result<Json<DeviceView>, ApiError> {
    let now = api.now();
    api.run(move |api| view(api, caller.tenant(), id, now)).await.map(Json)
}

/// Change what people say of a device.
#[utoipa::path(patch, path = "/devices/{id}", tag = "devices", params(("id" = String, Path)),
    request_body = ChangeDevice, responses((status = 200, body = DeviceView), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn change(
    State(api): State<Api>,
    caller: Caller<ManageDevices>,
    Named(id): Named<DeviceId>,
    Body(asked): Body<ChangeDevice>,
) -> Result<Json<DeviceView>, ApiError> {
    if let Some(value) = &asked.value {
        one_of(value, "value", VALUES)?;
    }
    let tags = asked.tags.map(tags).transpose()?;
    let change = DeviceChange { value: asked.value, group: asked.group, tags };
    let now = api.now();
    api.run(move |api| {
        let (tenant, target) = (caller.tenant(), format!("device {id}"));
        let detail = format!("{change:?}");
        let entry = caller.did(now, "device.change", &target, &detail);
        let changed = api.store.change_device(tenant, id, &change, entry)?;
        changed.ok_or_else(|| ApiError::not_found("device"))?;
        api.notices.tell(tenant, Topic::Devices, &id.to_string());
        view(api, tenant, id, now)
    })
    .await
    .map(Json)
}

/// Shut a device out: its certificate opens nothing any more, and nothing it sends is taken.
#[utoipa::path(post, path = "/devices/{id}/revoke", tag = "devices", params(("id" = String, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    State(api): State<Api>,
    caller: Caller<ManageDevices>,
    Named(id): Named<DeviceId>,
) -> Result<StatusCode, ApiError> {
    let at = api.now();
    api.run(move |api| {
        let (tenant, target) = (caller.tenant(), format!("device {id}"));
        api.store.device(tenant, id)?.ok_or_else(|| ApiError::not_found("device"))?;
        let entry = caller.did(at, "device.revoke", &target, "");
        api.store.revoke_device(tenant, id, at, entry)?;
        api.notices.tell(tenant, Topic::Devices, &id.to_string());
        Ok(StatusCode::NO_CONTENT)
    })
    .await
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

fn view(api: &Api, tenant: TenantId, id: DeviceId, now: Timestamp) -> Result<DeviceView, ApiError> {
    let device = api.store.device(tenant, id)?.ok_or_else(|| ApiError::not_found("device"))?;
    let of_device = IncidentFilter {
        device: Some(id),
        order: IncidentOrder::Priority,
        ..IncidentFilter::default()
    };
    let incidents = api.store.incidents(tenant, &of_device, &Seek::first(INCIDENTS))?;
    let users = api.store.users_of_device(tenant, id)?;
    Ok(DeviceView {
        summary: summary(&device, now),
        certificate_expires_at: shown(device.certificate_expires_at),
        processes: device.processes,
        facts: device.facts.as_ref().map(|facts| facts_view(facts, device.facts_at)),
        health: device.health.as_ref().map(|health| health_view(health, device.health_at)),
        losses: api.store.device_losses(tenant, id)?.iter().map(loss).collect(),
        users: users.into_iter().map(seen).collect(),
        incidents: incidents.items.iter().map(incidents::summary).collect(),
        software: Vec::new(),
    })
}

fn seen(user: UserOnDevice) -> SeenUser {
    SeenUser {
        name: user.name,
        uid: user.uid,
        processes: user.processes,
        signed_in: user.signed_in,
        first_at: shown(user.first_at),
        last_at: shown(user.last_at),
    }
}

fn filter(asked: DeviceQuery, now: Timestamp) -> Result<DeviceFilter, ApiError> {
    let heard = now.minus(HEARD);
    let mut filter = DeviceFilter {
        name: asked.q.filter(|text| !text.is_empty()),
        group: asked.group,
        tag: asked.tag.filter(|tag| !tag.is_empty()),
        value: asked.value.filter(|value| !value.is_empty()),
        order: match asked.sort.as_deref().unwrap_or("name") {
            "name" => DeviceOrder::Name,
            "risk" => DeviceOrder::Risk,
            "silent" => DeviceOrder::Silent,
            other => {
                return Err(ApiError::bad_request(format!("`sort` by `{other}` is not offered")));
            }
        },
        ..DeviceFilter::default()
    };
    match asked.state.as_deref() {
        None | Some("") => {}
        Some("revoked") => filter.revoked = Some(true),
        Some("reporting") => {
            filter.revoked = Some(false);
            filter.heard_since = Some(heard);
        }
        Some("silent") => {
            filter.revoked = Some(false);
            filter.silent_since = Some(heard);
        }
        Some("never_heard") => {
            filter.revoked = Some(false);
            filter.silent_since = Some(Timestamp::from_nanos(1));
        }
        Some(other) => {
            return Err(ApiError::bad_request(format!("`state` is never `{other}`")));
        }
    }
    Ok(filter)
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
        severity: device.gravest.map(|severity| severity.word()),
        alerts: device.alerts,
        events_lost: device.events_lost,
        value: device.value.clone(),
        group: device.group.clone().map(|(id, name)| GroupRef { id, name }),
        tags: device.tags.clone(),
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
