//! Settings of a tenant: groups of devices, how long things are kept.

use axum::{Json, extract::State, http::StatusCode};
use bartizan_store::{DeviceGroup, RECORD_DAYS};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, ManageDevices, ManageSettings, Read},
    problem::{ApiError, Problem},
    request::{Body, List, Named, shown, written},
};

/// Name under which retention is kept.
const RETENTION: &str = "retention";
/// Days that events are kept when nothing is set.
const EVENT_DAYS: u32 = 180;

/// A group of devices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceGroupView {
    id: u64,
    name: String,
    description: String,
    /// How many devices are in it.
    devices: u64,
}

/// A group to be kept.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct KeepDeviceGroup {
    name: String,
    #[serde(default)]
    description: String,
}

/// How long things are kept.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub(crate) struct Retention {
    /// Events, in days: 7 to 3650.
    event_days: u32,
    /// Resolved incidents and alerts, in days: 30 to 3650.
    record_days: u32,
}

/// How long things are kept, and who said so.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetentionView {
    #[serde(flatten)]
    retention: Retention,
    changed_by: Option<String>,
    changed_at: Option<String>,
}

/// The groups of devices, by name.
#[utoipa::path(get, path = "/device-groups", tag = "settings",
    responses((status = 200, body = List<DeviceGroupView>), (status = 401, body = Problem)))]
pub(crate) async fn groups(
    State(api): State<Api>,
    caller: Caller<Read>,
) -> Result<Json<List<DeviceGroupView>>, ApiError> {
    let groups = api.run(move |api| Ok(api.store.device_groups(caller.tenant())?)).await?;
    Ok(Json(List::whole(groups.into_iter().map(group).collect())))
}

/// Make a group.
#[utoipa::path(post, path = "/device-groups", tag = "settings", request_body = KeepDeviceGroup, responses(
    (status = 201, body = DeviceGroupView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn make_group(
    State(api): State<Api>,
    caller: Caller<ManageDevices>,
    Body(asked): Body<KeepDeviceGroup>,
) -> Result<(StatusCode, Json<DeviceGroupView>), ApiError> {
    Ok((StatusCode::CREATED, keep_group(&api, caller, 0, asked).await?))
}

/// Change a group's name and description.
#[utoipa::path(put, path = "/device-groups/{id}", tag = "settings", params(("id" = u64, Path)),
    request_body = KeepDeviceGroup, responses((status = 200, body = DeviceGroupView), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn change_group(
    State(api): State<Api>,
    caller: Caller<ManageDevices>,
    Named(id): Named<u64>,
    Body(asked): Body<KeepDeviceGroup>,
) -> Result<Json<DeviceGroupView>, ApiError> {
    keep_group(&api, caller, id, asked).await
}

/// Remove a group; its devices are in none then.
#[utoipa::path(delete, path = "/device-groups/{id}", tag = "settings", params(("id" = u64, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove_group(
    State(api): State<Api>,
    caller: Caller<ManageDevices>,
    Named(id): Named<u64>,
) -> Result<StatusCode, ApiError> {
    let at = api.now();
    api.run(move |api| {
        let target = format!("device group {id}");
        let entry = caller.did(at, "device_group.remove", &target, "");
        if api.store.remove_device_group(caller.tenant(), id, entry)? {
            return Ok(StatusCode::NO_CONTENT);
        }
        Err(ApiError::not_found("device group"))
    })
    .await
}

/// How long things are kept.
#[utoipa::path(get, path = "/settings/retention", tag = "settings",
    responses((status = 200, body = RetentionView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn retention(
    State(api): State<Api>,
    caller: Caller<ManageSettings>,
) -> Result<Json<RetentionView>, ApiError> {
    let setting = api.run(move |api| Ok(api.store.setting(caller.tenant(), RETENTION)?)).await?;
    let unset = Retention { event_days: EVENT_DAYS, record_days: RECORD_DAYS };
    let kept = setting.as_ref().and_then(|setting| serde_json::from_str(&setting.value).ok());
    Ok(Json(RetentionView {
        retention: kept.unwrap_or(unset),
        changed_by: setting.as_ref().map(|setting| setting.actor.clone()),
        changed_at: setting.map(|setting| shown(setting.at)),
    }))
}

/// Say how long things are kept.
#[utoipa::path(put, path = "/settings/retention", tag = "settings", request_body = Retention, responses(
    (status = 200, body = RetentionView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn set_retention(
    State(api): State<Api>,
    caller: Caller<ManageSettings>,
    Body(asked): Body<Retention>,
) -> Result<Json<RetentionView>, ApiError> {
    if !(7..=3_650).contains(&asked.event_days) || !(30..=3_650).contains(&asked.record_days) {
        let text = "`event_days` is between 7 and 3650, `record_days` between 30 and 3650";
        return Err(ApiError::bad_request(text));
    }
    let at = api.now();
    api.run(move |api| {
        let value = serde_json::to_string(&asked).unwrap_or_default();
        let entry = caller.did(at, "settings.retention", "retention", &value);
        api.store.set(caller.tenant(), RETENTION, &value, entry)?;
        Ok(Json(RetentionView {
            retention: asked,
            changed_by: Some(caller.identity.name.clone()),
            changed_at: Some(shown(at)),
        }))
    })
    .await
}

async fn keep_group(
    api: &Api,
    caller: Caller<ManageDevices>,
    number: u64,
    asked: KeepDeviceGroup,
) -> Result<Json<DeviceGroupView>, ApiError> {
    let name = written(&asked.name, "a group's name", 100)?;
    let description: String = asked.description.trim().chars().take(1_000).collect();
    let at = api.now();
    api.run(move |api| {
        let target = format!("device group {name}");
        let entry = caller.did(at, "device_group.keep", &target, "");
        let kept = DeviceGroup { number, name: name.clone(), description, devices: 0 };
        let kept = api.store.keep_device_group(caller.tenant(), &kept, entry)?;
        let id = kept.ok_or_else(|| ApiError::not_found("device group"))?;
        let groups = api.store.device_groups(caller.tenant())?;
        let found = groups.into_iter().find(|group| group.number == id);
        found.map(group).map(Json).ok_or_else(|| ApiError::not_found("device group"))
    })
    .await
}

fn group(group: DeviceGroup) -> DeviceGroupView {
    DeviceGroupView {
        id: group.number,
        name: group.name,
        description: group.description,
        devices: group.devices,
    }
}
