//! The first page's figures.

use std::time::Duration;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, Read},
    problem::{ApiError, Problem},
    request::shown,
};

/// How long alerts are counted back.
const RANGE: Duration = Duration::from_secs(24 * 3_600);
/// A device that was not heard for longer is silent. Sensors tell their health every minute.
pub(crate) const HEARD: Duration = Duration::from_secs(5 * 60);

/// The first page's figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverviewView {
    /// Incidents that are not resolved.
    open_incidents: u64,
    /// Of those, how many nobody has.
    unassigned_incidents: u64,
    /// Devices.
    devices: u64,
    /// Devices heard in the last five minutes.
    devices_reporting: u64,
    /// Events lost on all devices.
    events_lost: u64,
    /// Alerts of the last 24 hours by hour and severity; hours without any are left out.
    alerts_by_hour: Vec<AlertCount>,
}

/// Alerts of one hour and severity.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertCount {
    /// When the hour began.
    hour: String,
    severity: &'static str,
    count: u64,
}

/// The first page's figures.
#[utoipa::path(get, path = "/overview", tag = "overview",
    responses((status = 200, body = OverviewView), (status = 401, body = Problem)))]
pub(crate) async fn overview(
    State(api): State<Api>,
    caller: Caller<Read>,
) -> Result<Json<OverviewView>, ApiError> {
    let now = api.now();
    let figures = api
        .run(move |api| {
            Ok(api.store.overview(caller.tenant(), now.minus(RANGE), now.minus(HEARD))?)
        })
        .await?;
    let severities = ["Informational", "Low", "Medium", "High", "Critical"];
    let by_hour = figures.alerts_by_hour.into_iter().map(|(hour, severity, count)| AlertCount {
        hour: shown(hour),
        severity: severities.get(usize::from(severity)).copied().unwrap_or("Critical"),
        count,
    });
    Ok(Json(OverviewView {
        open_incidents: figures.open_incidents,
        unassigned_incidents: figures.unassigned_incidents,
        devices: figures.devices,
        devices_reporting: figures.devices_heard,
        events_lost: figures.events_lost,
        alerts_by_hour: by_hour.collect(),
    }))
}
