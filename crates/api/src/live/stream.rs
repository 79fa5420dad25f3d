//! A recording as it grows (server-sent events): everything after an entry, and then each entry as it is made.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{
        IntoResponse as _, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use bartizan_model::{LiveSessionId, TenantId};
use bartizan_store::LiveEntry;
use futures::stream;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{LiveEntryView, entry};
use crate::{
    Api, Topic,
    caller::{Caller, LiveLook},
    problem::{ApiError, Problem},
    request::{Asked, Named},
    stream::Watcher,
};

/// How often a watcher hears that the line still stands.
const PING: Duration = Duration::from_secs(15);
/// Entries that are read at a time.
const AT_ONCE: u64 = 200;

/// From where on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LiveStreamQuery {
    /// After this entry; from the beginning when not said. `Last-Event-ID` goes before it.
    after: Option<u64>,
}

/// What is said in a session, as it is said. Ends after the session's last entry.
#[utoipa::path(get, path = "/live/sessions/{id}/stream", tag = "live",
    params(("id" = String, Path), LiveStreamQuery), responses(
    (status = 200, body = LiveEntryView, content_type = "text/event-stream"), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn watch(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Named(id): Named<LiveSessionId>,
    Asked(asked): Asked<LiveStreamQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let tenant = caller.tenant();
    let found = api.run(move |api| Ok(api.store.live_session(tenant, id)?)).await?;
    found.ok_or_else(|| ApiError::not_found("live session"))?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let watch = Watch {
        watcher: api.notices.watcher(tenant, Topic::Live),
        api: api.clone(),
        tenant,
        id,
        after: last.or(asked.after).unwrap_or(0),
        ready: VecDeque::new(),
        over: false,
    };
    let all = stream::unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok::<_, Infallible>(event), watch))
    });
    let ended = crate::stream::ended(api, caller);
    let all = futures::StreamExt::take_until(all, ended);
    let mut response = Sse::new(all).keep_alive(KeepAlive::new().interval(PING)).into_response();
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

struct Watch {
    api: Api,
    watcher: Watcher,
    tenant: TenantId,
    id: LiveSessionId,
    after: u64,
    ready: VecDeque<LiveEntry>,
    over: bool,
}

impl Watch {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(found) = self.ready.pop_front() {
                self.after = found.number;
                self.over = found.kind == "closed";
                let number = found.number.to_string();
                let data = serde_json::to_string(&entry(found)).unwrap_or_default();
                return Some(Event::default().id(number).event("entry").data(data));
            }
            if self.over {
                return None;
            }
            let (tenant, id, after) = (self.tenant, self.id, self.after);
            let read = move |api: &Api| Ok(api.store.live_entries(tenant, id, after, AT_ONCE)?);
            self.ready = self.api.run(read).await.ok()?.into();
            if self.ready.is_empty() {
                self.watcher.hear_of(&self.id.to_string()).await?;
            }
        }
    }
}
