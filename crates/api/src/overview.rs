//! The first page: what needs somebody now, how things stand, what changed.

use std::{collections::BTreeSet, time::Duration};

use axum::{Json, extract::State};
use bartizan_model::{IncidentStatus, TenantId, Timestamp};
use bartizan_store::{
    Device, DeviceFilter, DeviceOrder, IncidentFilter, IncidentOrder, Overview, Page, Seek,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, Read},
    facets::{Facet, severity_word},
    incidents::{IncidentSummary, summary},
    problem::{ApiError, Problem},
    request::shown,
};

/// How long alerts are counted back.
const RANGE: Duration = Duration::from_secs(24 * 3_600);
/// A device that was not heard for longer is silent. Sensors tell their health every minute.
pub(crate) const HEARD: Duration = Duration::from_secs(5 * 60);
/// How many incidents and devices are named.
const NAMED: u64 = 8;

/// The first page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverviewView {
    /// Incidents that are not resolved.
    open_incidents: u64,
    /// Of those, how many nobody has.
    unassigned_incidents: u64,
    /// Incidents that are not resolved, by severity, the gravest first.
    open_by_severity: Vec<Facet>,
    /// The open incidents of the highest priority that are the caller's or nobody's.
    needs_you: Vec<IncidentSummary>,
    /// Devices that are not shut out.
    devices: u64,
    /// Devices heard in the last five minutes.
    devices_reporting: u64,
    /// Devices with something wrong, those silent for the longest first.
    trouble: Vec<Trouble>,
    /// Devices with the gravest open incidents.
    at_risk: Vec<RiskyDevice>,
    coverage: Coverage,
    /// Events lost on all devices.
    events_lost: u64,
    /// What changed since the caller was here before.
    since_last_visit: Option<ChangesView>,
    /// Alerts of the last 24 hours by hour and severity; hours without any are left out.
    alerts_by_hour: Vec<AlertCount>,
    /// What is still to be set up, in order.
    setup: Vec<SetupStep>,
}

/// A device with something wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trouble {
    id: String,
    name: String,
    /// `silent`, `never_heard` or `unwell`.
    state: &'static str,
    /// In words.
    problem: String,
    last_seen: Option<String>,
}

/// A device with open incidents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RiskyDevice {
    id: String,
    name: String,
    /// The gravest of its open incidents.
    severity: Option<&'static str>,
    open_incidents: u64,
    value: String,
}

/// What is watched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Coverage {
    devices_reporting: u64,
    devices_silent: u64,
    devices_never_heard: u64,
    devices_revoked: u64,
    rules: u64,
    /// Rules that judge.
    rules_enabled: u64,
    /// Rules that cannot work.
    rules_broken: u64,
    /// ATT&CK techniques that rules see.
    techniques: u64,
}

/// What changed since a time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangesView {
    since: String,
    incidents_opened: u64,
    incidents_resolved: u64,
    alerts: u64,
    devices_enrolled: u64,
}

/// Something to be set up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetupStep {
    /// `device`, `second_person`, `notification` or `second_factor`.
    step: &'static str,
    done: bool,
}

/// Alerts of one hour and severity.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertCount {
    /// When the hour began.
    hour: String,
    severity: &'static str,
    count: u64,
}

/// The first page.
#[utoipa::path(get, path = "/overview", tag = "overview",
    responses((status = 200, body = OverviewView), (status = 401, body = Problem)))]
pub(crate) async fn overview(
    State(api): State<Api>,
    caller: Caller<Read>,
) -> Result<Json<OverviewView>, ApiError> {
    let now = api.now();
    api.run(move |api| {
        let tenant = caller.tenant();
        let figures = api.store.overview(tenant, now.minus(RANGE), now.minus(HEARD))?;
        let users = api.store.users(tenant)?;
        let me = users.iter().find(|user| user.name == caller.identity.name);
        let since = me.and_then(|user| user.previous_sign_in);
        let setup = vec![
            SetupStep { step: "device", done: figures.devices > 0 },
            SetupStep { step: "second_person", done: users.len() > 1 },
            SetupStep {
                step: "notification",
                done: !api.store.notification_channels(tenant)?.is_empty(),
            },
            SetupStep { step: "second_factor", done: me.is_none_or(|user| user.second_factor) },
        ];
        Ok(Json(OverviewView {
            needs_you: needs_you(api, tenant, &caller.identity.name)?,
            trouble: trouble(api, tenant, now)?,
            at_risk: at_risk(api, tenant)?,
            coverage: coverage(api, tenant, &figures)?,
            since_last_visit: since.map(|since| changes(api, tenant, since)).transpose()?,
            setup,
            open_incidents: figures.open_incidents,
            unassigned_incidents: figures.unassigned_incidents,
            open_by_severity: by_severity(&figures),
            devices: figures.devices,
            devices_reporting: figures.devices_heard,
            events_lost: figures.events_lost,
            alerts_by_hour: by_hour(&figures),
        }))
    })
    .await
}

fn needs_you(api: &Api, tenant: TenantId, name: &str) -> Result<Vec<IncidentSummary>, ApiError> {
    let mut found = Vec::new();
    for assigned in [name, ""] {
        let filter = IncidentFilter {
            statuses: vec![IncidentStatus::New, IncidentStatus::InProgress],
            assigned_to: Some(assigned.to_owned()),
            order: IncidentOrder::Priority,
            ..IncidentFilter::default()
        };
        found.extend(api.store.incidents(tenant, &filter, &Seek::first(NAMED))?.items);
    }
    found.sort_by_key(|record| std::cmp::Reverse((record.priority, record.incident.last_at)));
    Ok(found.iter().take(usize::try_from(NAMED).unwrap_or(8)).map(summary).collect())
}

fn trouble(api: &Api, tenant: TenantId, now: Timestamp) -> Result<Vec<Trouble>, ApiError> {
    let page = Page { offset: 0, limit: NAMED };
    let silent = DeviceFilter {
        revoked: Some(false),
        silent_since: Some(now.minus(HEARD)),
        order: DeviceOrder::Silent,
        ..DeviceFilter::default()
    };
    let mut found = api.store.devices(tenant, &silent, page)?.items;
    found.extend(api.store.unwell_devices(tenant, now.minus(HEARD), NAMED)?);
    let told = found.iter().map(|device| {
        let (state, problem) = wrong(device, now);
        Trouble {
            id: device.id.to_string(),
            name: device.name.to_string(),
            state,
            problem,
            last_seen: device.last_seen.map(shown),
        }
    });
    Ok(told.collect())
}

fn wrong(device: &Device, now: Timestamp) -> (&'static str, String) {
    let Some(seen) = device.last_seen else {
        return ("never_heard", "enrolled, and never heard".to_owned());
    };
    let silent = now.since(seen);
    if silent > HEARD {
        return ("silent", format!("not heard for {}", span(silent)));
    }
    let problems = device.health.iter().flat_map(|health| &health.problems);
    let problems: Vec<&str> = problems.map(|problem| &**problem).collect();
    ("unwell", problems.join("; "))
}

/// "3 days", "2 hours", "12 minutes".
pub(crate) fn span(of: Duration) -> String {
    let minutes = of.as_secs() / 60;
    let (count, unit) = match minutes {
        0..=119 => (minutes, "minute"),
        120..=2_879 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

fn at_risk(api: &Api, tenant: TenantId) -> Result<Vec<RiskyDevice>, ApiError> {
    let found = api.store.devices_at_risk(tenant, NAMED)?;
    let views = found.into_iter().map(|device| RiskyDevice {
        id: device.id.to_string(),
        name: device.name.to_string(),
        severity: device.gravest.map(|severity| severity.word()),
        open_incidents: device.open_incidents,
        value: device.value,
    });
    Ok(views.collect())
}

fn coverage(api: &Api, tenant: TenantId, figures: &Overview) -> Result<Coverage, ApiError> {
    let states = api.store.rule_states(tenant)?;
    let off = |id: &str| states.iter().any(|state| state.rule == id && !state.enabled);
    let working = api.rules.iter().filter(|rule| rule.problem.is_none() && !off(&rule.id));
    let working: Vec<_> = working.collect();
    let techniques: BTreeSet<&str> =
        working.iter().flat_map(|rule| &rule.techniques).map(String::as_str).collect();
    let count = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
    Ok(Coverage {
        devices_reporting: figures.devices_heard,
        devices_silent: figures
            .devices
            .saturating_sub(figures.devices_heard)
            .saturating_sub(figures.devices_never_heard),
        devices_never_heard: figures.devices_never_heard,
        devices_revoked: figures.devices_revoked,
        rules: count(api.rules.len()),
        rules_enabled: count(working.len()),
        rules_broken: count(api.rules.iter().filter(|rule| rule.problem.is_some()).count()),
        techniques: count(techniques.len()),
    })
}

fn changes(api: &Api, tenant: TenantId, since: Timestamp) -> Result<ChangesView, ApiError> {
    let changes = api.store.changes(tenant, since)?;
    Ok(ChangesView {
        since: shown(since),
        incidents_opened: changes.incidents_opened,
        incidents_resolved: changes.incidents_resolved,
        alerts: changes.alerts,
        devices_enrolled: changes.devices_enrolled,
    })
}

fn by_severity(figures: &Overview) -> Vec<Facet> {
    let counts = (0_u8..).zip(figures.open_by_severity).filter(|(_, count)| *count > 0).collect();
    crate::facets::by_severity(&counts)
}

fn by_hour(figures: &Overview) -> Vec<AlertCount> {
    let hours = figures.alerts_by_hour.iter().map(|(hour, severity, count)| AlertCount {
        hour: shown(*hour),
        severity: severity_word(*severity),
        count: *count,
    });
    hours.collect()
}
