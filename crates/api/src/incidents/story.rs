//! The story of an incident in words, each sentence with what it names.

use axum::{Json, extract::State};
use bartizan_incident::{Part, Scene, Sentence, Thing, narrate};
use bartizan_model::{Alert, DeviceId, IncidentId, Process, TenantId};
use bartizan_store::IncidentRecord;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, Read},
    problem::{ApiError, Problem},
    request::{Named, shown},
};

/// The story of an incident.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StoryView {
    /// What it is first, then what happened, in order.
    sentences: Vec<SentenceView>,
}

/// A sentence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentenceView {
    at: String,
    /// The sentence without its links.
    text: String,
    parts: Vec<PartView>,
    /// The alerts it is from.
    alerts: Vec<String>,
    severity: Option<&'static str>,
}

/// A part of a sentence.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum PartView {
    /// Words.
    Words {
        /// The words.
        text: String,
    },
    /// A command line, as it stood there.
    Code {
        /// The command line.
        text: String,
    },
    /// An alert.
    Alert {
        /// Its title.
        text: String,
        /// Which one.
        id: String,
    },
    /// A thing.
    Thing {
        /// Its name.
        text: String,
        /// The thing.
        thing: ThingView,
    },
}

/// A thing that alerts name: by `id` it is known in evidence and graph; the other fields say where its page is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ThingView {
    id: String,
    /// `device`, `user`, `process`, `file`, `address` or `group`.
    kind: &'static str,
    device_id: Option<String>,
    /// Of a process: its key.
    process: Option<String>,
    /// Of a file: its path. Of a user: the name. Of an address: the address. Of a group: the kind of its members.
    value: Option<String>,
}

/// The story of an incident in words.
#[utoipa::path(get, path = "/incidents/{number}/story", tag = "incidents", params(("number" = u64, Path)),
    responses((status = 200, body = StoryView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn story(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<IncidentId>,
) -> Result<Json<StoryView>, ApiError> {
    api.run(move |api| {
        let material = Material::of(api, caller.tenant(), id)?;
        let sentences = material.sentences().iter().map(sentence).collect();
        Ok(Json(StoryView { sentences }))
    })
    .await
}

/// What a story, a graph and a report are made from.
pub(crate) struct Material {
    pub(crate) record: IncidentRecord,
    pub(crate) alerts: Vec<Alert>,
    pub(crate) processes: Vec<(DeviceId, Process)>,
}

impl Material {
    pub(crate) fn of(api: &Api, tenant: TenantId, id: IncidentId) -> Result<Self, ApiError> {
        let record =
            api.store.incident(tenant, id)?.ok_or_else(|| ApiError::not_found("incident"))?;
        let alerts = api.store.alerts_of_incident(tenant, id)?;
        let alerts: Vec<Alert> = alerts.into_iter().map(|joined| joined.alert.alert).collect();
        let about = alerts.iter().filter_map(|alert| Some((alert.device, alert.process?)));
        let mut about: Vec<_> = about.collect();
        about.extend(record.incident.family.map(|family| (record.incident.device, family)));
        let processes = api.store.lines_of(tenant, &about)?;
        Ok(Self { record, alerts, processes })
    }

    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene { alerts: &self.alerts, processes: &self.processes }
    }

    pub(crate) fn sentences(&self) -> Vec<Sentence> {
        narrate(&self.record.incident, &self.scene())
    }
}

fn sentence(sentence: &Sentence) -> SentenceView {
    SentenceView {
        at: shown(sentence.at),
        text: sentence.text(),
        parts: sentence.parts.iter().map(part).collect(),
        alerts: sentence.alerts.iter().map(ToString::to_string).collect(),
        severity: sentence.severity.map(|severity| severity.word()),
    }
}

fn part(part: &Part) -> PartView {
    match part {
        Part::Words(text) => PartView::Words { text: text.clone() },
        Part::Code(text) => PartView::Code { text: text.clone() },
        Part::Alert(id, title) => PartView::Alert { text: title.clone(), id: id.to_string() },
        Part::Thing(named, text) => PartView::Thing { text: text.clone(), thing: thing(named) },
    }
}

pub(crate) fn thing(thing: &Thing) -> ThingView {
    let (device, process, value) = match thing {
        Thing::Device(device) => (Some(device), None, None),
        Thing::User(device, name) => (Some(device), None, Some(name.to_string())),
        Thing::Process(device, key) => (Some(device), Some(key), None),
        Thing::File(device, path) => (Some(device), None, Some(path.to_string())),
        Thing::Address(ip) => (None, None, Some(ip.to_string())),
        Thing::Group(device, key, kind) => (Some(device), Some(key), Some((*kind).to_owned())),
    };
    ThingView {
        id: thing.to_string(),
        kind: thing.kind(),
        device_id: device.map(ToString::to_string),
        process: process.map(ToString::to_string),
        value,
    }
}
