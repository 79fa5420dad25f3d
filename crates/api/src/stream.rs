//! What changed, told as it changes (server-sent events): a topic and an id, never the thing itself.

use std::{collections::VecDeque, convert::Infallible, fmt, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use bartizan_model::TenantId;
use futures::{Stream, StreamExt as _, stream};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::{self, error::RecvError};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    caller::{Caller, Read},
    problem::{ApiError, Problem},
    request::{Asked, words},
};

/// How many notices a slow watcher may fall behind before it is told to ask for everything again.
const BEHIND: usize = 1_024;
/// How many notices are kept for watchers that come back.
const REMEMBERED: usize = 10_000;
/// How often a watcher hears that the line still stands.
const PING: Duration = Duration::from_secs(15);

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// An incident was opened or changed.
    Incidents,
    /// An alert was raised.
    Alerts,
    /// A device was heard or enrolled.
    Devices,
    /// A rule, or what is expected of it, changed.
    Rules,
    /// An action is new or changed.
    Actions,
    /// Something was said in a live session.
    Live,
}

impl Topic {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "incidents" => Some(Self::Incidents),
            "alerts" => Some(Self::Alerts),
            "devices" => Some(Self::Devices),
            "rules" => Some(Self::Rules),
            "actions" => Some(Self::Actions),
            "live" => Some(Self::Live),
            _ => None,
        }
    }
}

/// Something changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Notice {
    /// What it is about.
    topic: Topic,
    /// Which one.
    id: String,
    #[serde(skip)]
    number: u64,
    #[serde(skip)]
    tenant: TenantId,
}

/// Tells watchers what changed.
#[derive(Clone)]
pub struct Notices(Arc<Inner>);

struct Inner {
    sender: broadcast::Sender<Notice>,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    last: u64,
    latest: VecDeque<Notice>,
}

impl Notices {
    /// Nobody watches yet. Numbers go on from `first`: give the time of the start, so that a watcher that
    /// comes back after a restart is not mistaken for one that missed nothing.
    pub fn new(first: u64) -> Self {
        let (sender, _) = broadcast::channel(BEHIND);
        let told = Mutex::new(Told { last: first, latest: VecDeque::new() });
        Self(Arc::new(Inner { sender, told }))
    }

    /// Tells the tenant's watchers that something changed.
    pub fn tell(&self, tenant: TenantId, topic: Topic, id: &str) {
        let mut told = self.0.told.lock();
        told.last += 1;
        let notice = Notice { topic, id: id.to_owned(), number: told.last, tenant };
        if told.latest.len() >= REMEMBERED {
            told.latest.pop_front();
        }
        told.latest.push_back(notice.clone());
        // Nobody watching is no failure. Sent under the lock, so that numbers arrive in order.
        drop(self.0.sender.send(notice));
    }

    /// From now on, and what was told after `last`; the flag says that some of that is not remembered.
    fn watch(&self, last: Option<u64>) -> (broadcast::Receiver<Notice>, Vec<Notice>, bool) {
        let told = self.0.told.lock();
        let receiver = self.0.sender.subscribe();
        let Some(last) = last else { return (receiver, Vec::new(), false) };
        let first = told.latest.front().map_or(told.last + 1, |notice| notice.number);
        let missed = last + 1 < first || last > told.last;
        let after = told.latest.iter().filter(|notice| notice.number > last).cloned().collect();
        (receiver, after, missed)
    }
}

/// Hears of one kind of thing of one tenant.
#[derive(Debug)]
pub(crate) struct Watcher {
    tenant: TenantId,
    topic: Topic,
    receiver: broadcast::Receiver<Notice>,
}

impl Notices {
    /// From now on.
    pub(crate) fn watcher(&self, tenant: TenantId, topic: Topic) -> Watcher {
        Watcher { tenant, topic, receiver: self.0.sender.subscribe() }
    }
}

impl Watcher {
    /// Returns when this thing changed, or may have; nothing when nobody tells any more.
    pub(crate) async fn hear_of(&mut self, id: &str) -> Option<()> {
        loop {
            match self.receiver.recv().await {
                Ok(notice) => {
                    if (notice.tenant, notice.topic) == (self.tenant, self.topic) && notice.id == id
                    {
                        return Some(());
                    }
                }
                Err(RecvError::Lagged(_)) => return Some(()),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notices").field("told", &self.0.told.lock().last).finish_non_exhaustive()
    }
}

/// Which topics.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// Any of `incidents`, `alerts`, `devices`, `rules`, `actions`, `live`, with commas between; all when not said.
    topics: Option<String>,
}

/// What changes, as it changes. An event `reset` says that notices were missed: ask for everything again.
#[utoipa::path(get, path = "/stream", tag = "stream", params(StreamQuery), responses(
    (status = 200, body = Notice, content_type = "text/event-stream"), (status = 401, body = Problem)))]
pub(crate) async fn stream(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<StreamQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let topics = words(asked.topics.as_deref(), "topic", Topic::from_word)?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let (receiver, after, missed) = api.notices.watch(last);
    let (tenant, ended) = (caller.tenant(), ended(api, caller));
    let wanted = move |notice: &Notice| {
        notice.tenant == tenant && (topics.is_empty() || topics.contains(&notice.topic))
    };
    let first = missed.then(reset).into_iter();
    let again: Vec<Event> = after.iter().filter(|notice| wanted(notice)).map(event).collect();
    let now = live(receiver).filter_map(move |told| {
        let event = match &told {
            Some(notice) => wanted(notice).then(|| event(notice)),
            None => Some(reset()),
        };
        std::future::ready(event)
    });
    let all = stream::iter(first.chain(again)).chain(now).map(Ok::<_, Infallible>);
    let all = all.take_until(ended);
    let mut response = Sse::new(all).keep_alive(KeepAlive::new().interval(PING)).into_response();
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// Ends when the watcher's session does. Watching does not keep it open. What comes with a token goes on.
pub(crate) async fn ended<N>(api: Api, caller: Caller<N>) {
    let Some(secret) = caller.secret.filter(|_| caller.identity.user().is_some()) else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(PING).await;
        let (now, secret) = (api.now(), secret.clone());
        // When it cannot be asked, the watcher comes again and is asked who they are.
        let goes_on = api.run(move |api| Ok(api.access.goes_on(&secret, now)?)).await;
        if !goes_on.unwrap_or(false) {
            return;
        }
    }
}

/// Notices as they are told; nothing in place of those that were missed.
fn live(receiver: broadcast::Receiver<Notice>) -> impl Stream<Item = Option<Notice>> {
    stream::unfold(receiver, |mut receiver| async move {
        match receiver.recv().await {
            Ok(notice) => Some((Some(notice), receiver)),
            Err(RecvError::Lagged(_)) => Some((None, receiver)),
            Err(RecvError::Closed) => None,
        }
    })
}

fn event(notice: &Notice) -> Event {
    let data = serde_json::to_string(notice).unwrap_or_default();
    Event::default().id(notice.number.to_string()).event("changed").data(data)
}

fn reset() -> Event {
    Event::default().event("reset").data("{}")
}
