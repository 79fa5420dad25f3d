//! Who is told of incidents: channels, a test of each, and how deliveries went.

use axum::{Json, extract::State, http::StatusCode};
use bartizan_model::{Severity, TenantId};
use bartizan_store::{Notification, NotificationChannel};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, ManageSettings},
    problem::{ApiError, Problem},
    request::{Body, List, Named, one_of, said, shown, written},
};

/// How many deliveries of a channel are shown.
const SHOWN: u32 = 100;

/// Where notifications go.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelView {
    id: u64,
    name: String,
    /// `webhook` or `syslog`.
    kind: String,
    target: String,
    /// A webhook is signed.
    signed: bool,
    /// Only of incidents at least as grave.
    least_severity: &'static str,
    enabled: bool,
    /// How the latest delivery went.
    latest: Option<DeliveryView>,
}

/// A channel to be kept.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct KeepChannel {
    name: String,
    /// `webhook` or `syslog`.
    kind: String,
    /// `https://…` of a webhook; `udp://host:port` or `tcp://host:port` of syslog.
    target: String,
    /// What a webhook is signed with (`X-Bartizan-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA-256 over
    /// `<seconds>.<body>`); stays when left out.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    secret: Option<Option<String>>,
    /// `Low` … `Critical`; `Medium` when not said.
    least_severity: Option<String>,
    enabled: Option<bool>,
}

/// How a delivery went.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    id: u64,
    subject: String,
    created_at: String,
    /// `waiting`, `delivered` or `given_up`.
    state: &'static str,
    tries: u32,
    delivered_at: Option<String>,
    next_try_at: Option<String>,
    /// Why it did not arrive.
    problem: Option<String>,
}

/// The channels.
#[utoipa::path(get, path = "/notifications/channels", tag = "settings", responses(
    (status = 200, body = List<ChannelView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn channels(
    State(api): State<Api>,
    caller: Caller<ManageSettings>,
) -> Result<Json<List<ChannelView>>, ApiError> {
    api.run(move |api| {
        let tenant = caller.tenant();
        let channels = api.store.notification_channels(tenant)?;
        let views: Result<Vec<_>, _> =
            channels.into_iter().map(|channel| view(api, tenant, channel)).collect();
        Ok(Json(List::whole(views?)))
    })
    .await
}

/// Make a channel.
#[utoipa::path(post, path = "/notifications/channels", tag = "settings", request_body = KeepChannel, responses(
    (status = 201, body = ChannelView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn make_channel(
    State(api): State<Api>,
    caller: Caller<ManageSettings>,
    Body(asked): Body<KeepChannel>,
) -> Result<(StatusCode, Json<ChannelView>), ApiError> {
    Ok((StatusCode::CREATED, keep(&api, caller, 0, asked).await?))
}

/// Change a channel.
#[utoipa::path(put, path = "/notifications/channels/{id}", tag = "settings", params(("id" = u64, Path)),
    request_body = KeepChannel, responses((status = 200, body = ChannelView), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn change_channel(
    State(api): State<Api>,
    caller: Caller<ManageSettings>,
    Named(id): Named<u64>,
    Body(asked): Body<KeepChannel>,
) -> Result<Json<ChannelView>, ApiError> {
    keep(&api, caller, id, asked).await
}

/// Remove a channel and what waits for it.
#[utoipa::path(delete, path = "/notifications/channels/{id}", tag = "settings", params(("id" = u64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove_channel(
    State(api): State<Api>,
    caller: Caller<ManageSettings>,
    Named(id): Named<u64>,
) -> Result<StatusCode, ApiError> {
    let at = api.now();
    api.run(move |api| {
        let target = format!("notification channel {id}");
        let entry = caller.did(at, "notification.remove", &target, "");
        if api.store.remove_notification_channel(caller.tenant(), id, entry)? {
            return Ok(StatusCode::NO_CONTENT);
        }
        Err(ApiError::not_found("notification channel"))
    })
    .await
}

/// Send a test through a channel. How it went is told by `GET …/deliveries` a moment later.
#[utoipa::path(post, path = "/notifications/channels/{id}/test", tag = "settings", params(("id" = u64, Path)),
    responses((status = 202), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn test_channel(
    State(api): State<Api>,
    caller: Caller<ManageSettings>,
    Named(id): Named<u64>,
) -> Result<StatusCode, ApiError> {
    let at = api.now();
    api.run(move |api| {
        let tenant = caller.tenant();
        known(api, tenant, id)?;
        let subject = "Bartizan: a test";
        let body = json!({
            "kind": "test", "at": shown(at), "by": caller.identity.name,
            "text": "This is a test. Notifications of incidents arrive like it.",
        });
        api.store.notify(tenant, id, (subject, &body.to_string()), at)?;
        let target = format!("notification channel {id}");
        api.store.add_audit(tenant, caller.did(at, "notification.test", &target, ""))?;
        Ok(StatusCode::ACCEPTED)
    })
    .await
}

/// The latest deliveries of a channel, latest first.
#[utoipa::path(get, path = "/notifications/channels/{id}/deliveries", tag = "settings", params(("id" = u64, Path)),
    responses((status = 200, body = List<DeliveryView>), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem)))]
pub(crate) async fn deliveries(
    State(api): State<Api>,
    caller: Caller<ManageSettings>,
    Named(id): Named<u64>,
) -> Result<Json<List<DeliveryView>>, ApiError> {
    api.run(move |api| {
        known(api, caller.tenant(), id)?;
        let latest = api.store.notifications(caller.tenant(), id, SHOWN)?;
        Ok(Json(List::whole(latest.into_iter().map(delivery).collect())))
    })
    .await
}

fn known(api: &Api, tenant: TenantId, id: u64) -> Result<(), ApiError> {
    let channels = api.store.notification_channels(tenant)?;
    let known = channels.iter().any(|channel| channel.number == id);
    if known { Ok(()) } else { Err(ApiError::not_found("notification channel")) }
}

async fn keep(
    api: &Api,
    caller: Caller<ManageSettings>,
    number: u64,
    asked: KeepChannel,
) -> Result<Json<ChannelView>, ApiError> {
    if asked.kind == "email" {
        let text = "e-mail is not delivered by this server: use a webhook or syslog";
        return Err(ApiError::bad_request(text));
    }
    one_of(&asked.kind, "kind", &["webhook", "syslog"])?;
    let target = written(&asked.target, "a target", 2_000)?;
    judge_target(&asked.kind, &target)?;
    let least = asked.least_severity.as_deref().unwrap_or("Medium");
    let least = Severity::from_word(least)
        .ok_or_else(|| ApiError::bad_request("`least_severity` is no severity"))?;
    let mut channel = NotificationChannel {
        number,
        name: written(&asked.name, "a channel's name", 100)?,
        kind: asked.kind,
        target,
        secret: asked.secret.flatten(),
        least,
        enabled: asked.enabled.unwrap_or(true),
    };
    let at = api.now();
    api.run(move |api| {
        let tenant = caller.tenant();
        let entry_target = format!("notification channel {}", channel.name);
        let entry = caller.did(at, "notification.keep", &entry_target, &channel.kind);
        let kept = api.store.keep_notification_channel(tenant, &channel, entry)?;
        channel.number = kept.ok_or_else(|| ApiError::not_found("notification channel"))?;
        view(api, tenant, channel).map(Json)
    })
    .await
}

/// Whether a target can be one of its kind.
fn judge_target(kind: &str, target: &str) -> Result<(), ApiError> {
    let (schemes, form): (&[&str], &str) = match kind {
        "webhook" => (&["https://", "http://"], "https://host/path"),
        _ => (&["udp://", "tcp://"], "udp://host:514"),
    };
    let rest = schemes.iter().find_map(|scheme| target.strip_prefix(scheme)).unwrap_or_default();
    let enough = match kind {
        "syslog" => rest
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()),
        _ => !rest.is_empty(),
    };
    let clean = !target.chars().any(|c| c.is_control() || c.is_whitespace());
    if enough && clean {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("the `target` of {kind} looks like {form}")))
}

fn view(
    api: &Api,
    tenant: TenantId,
    channel: NotificationChannel,
) -> Result<ChannelView, ApiError> {
    let latest = api.store.notifications(tenant, channel.number, 1)?;
    Ok(ChannelView {
        id: channel.number,
        name: channel.name,
        kind: channel.kind,
        target: channel.target,
        signed: channel.secret.is_some(),
        least_severity: channel.least.word(),
        enabled: channel.enabled,
        latest: latest.into_iter().next().map(delivery),
    })
}

fn delivery(told: Notification) -> DeliveryView {
    DeliveryView {
        id: told.number,
        subject: told.subject,
        created_at: shown(told.created_at),
        state: match (told.delivered_at, told.due_at) {
            (Some(_), _) => "delivered",
            (None, Some(_)) => "waiting",
            (None, None) => "given_up",
        },
        tries: told.tries,
        delivered_at: told.delivered_at.map(shown),
        next_try_at: told.due_at.map(shown),
        problem: told.problem,
    }
}
