//! One device's events in the order of time, newest first, and how many there are at each time.

use bartizan_kql::time::format_datetime;
use bartizan_kql::value::UNIX_EPOCH_TICKS;
use bartizan_model::{DeviceId, Table, TenantId, Timestamp};
use serde_json::Value as Json;

use crate::{QueryError, QueryOptions, QueryResult, Telemetry};

/// The most events of one page.
pub(crate) const MAX_PAGE: usize = 1_000;
/// The most bins of a histogram.
pub(crate) const MAX_BINS: usize = 1_000;

/// What kind of event: which table it is a row of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// A program was started.
    Process,
    /// A file was changed.
    File,
    /// A connection was opened.
    Network,
    /// Everything else.
    Other,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Process, Self::File, Self::Network, Self::Other];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::File => "file",
            Self::Network => "network",
            Self::Other => "other",
        }
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    const fn table(self) -> Table {
        match self {
            Self::Process => Table::DeviceProcessEvents,
            Self::File => Table::DeviceFileEvents,
            Self::Network => Table::DeviceNetworkEvents,
            Self::Other => Table::DeviceEvents,
        }
    }
}

/// Which events.
#[derive(Debug, Clone)]
pub struct TimelineQuery {
    /// Of which device.
    pub device: DeviceId,
    /// Not before.
    pub from: Timestamp,
    /// Before.
    pub to: Timestamp,
    /// Only these kinds; all when empty.
    pub kinds: Vec<EventKind>,
    /// Only events that say this somewhere, letter case aside; all when empty.
    pub text: String,
}

/// Where a page ended: the next begins with the event before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineCursor {
    /// When the last event of the page happened.
    pub at: Timestamp,
    /// Which it was, among those of the same time.
    pub event_id: String,
}

/// An event of a timeline.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TimelineEvent {
    /// When it happened, in the language's form.
    pub at: String,
    /// What kind it is.
    pub kind: EventKind,
    /// Its identity.
    pub event_id: String,
    /// Its columns that say something, by name.
    pub fields: serde_json::Map<String, Json>,
}

/// A page of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The events, newest first.
    pub events: Vec<TimelineEvent>,
    /// Where the next page begins, if there is one.
    pub next: Option<TimelineCursor>,
}

/// How many events of a kind begin in a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Bin {
    /// The start of the stretch, in the language's form.
    pub at: String,
    /// The kind.
    pub kind: EventKind,
    /// How many.
    pub count: u64,
}

/// What a timeline shows of an event.
const SHOWN: [&str; 25] = [
    "ActionType",
    "FileName",
    "FolderPath",
    "PreviousFolderPath",
    "SHA256",
    "ProcessId",
    "ProcessUniqueId",
    "ProcessCommandLine",
    "AccountName",
    "RemoteIP",
    "RemotePort",
    "RemoteUrl",
    "LocalIP",
    "LocalPort",
    "Protocol",
    "ExitCode",
    "Signal",
    "ChangeCount",
    "InitiatingProcessFileName",
    "InitiatingProcessFolderPath",
    "InitiatingProcessId",
    "InitiatingProcessUniqueId",
    "InitiatingProcessCommandLine",
    "InitiatingProcessAccountName",
    "AdditionalFields",
];
/// Where a timeline looks for a text.
const SEARCHED: [&str; 10] = [
    "ActionType",
    "FileName",
    "FolderPath",
    "ProcessCommandLine",
    "AccountName",
    "RemoteIP",
    "RemoteUrl",
    "InitiatingProcessFileName",
    "InitiatingProcessCommandLine",
    "SHA256",
];

impl Telemetry {
    /// A page of the device's events, newest first.
    ///
    /// # Errors
    /// When a limit is reached or the files cannot be read.
    pub async fn timeline(
        &self,
        tenant: TenantId,
        query: &TimelineQuery,
        cursor: Option<&TimelineCursor>,
        limit: usize,
    ) -> Result<Timeline, QueryError> {
        let limit = limit.clamp(1, MAX_PAGE);
        let before = cursor.map_or_else(String::new, |cursor| {
            let (at, id) = (moment(cursor.at), quoted(&cursor.event_id));
            format!(" and (Timestamp < {at} or (Timestamp == {at} and EventId < {id}))")
        });
        let mut options = QueryOptions::at(query.to);
        options.limits.rows = MAX_PAGE * EventKind::ALL.len();
        let mut events = Vec::new();
        for kind in query.kinds() {
            let text = format!(
                "{}{before} | sort by Timestamp desc, EventId desc | take {} | project Timestamp, EventId, {}",
                query.rows_of(kind),
                limit + 1,
                columns(kind, &SHOWN).join(", "),
            );
            let result = self.query(tenant, &text, &options).await?;
            events.extend(events_of(kind, result));
        }
        // The forms of times are of one length, so their texts have the order of the times.
        events.sort_by(|a, b| (&b.at, &b.event_id).cmp(&(&a.at, &a.event_id)));
        let more = events.len() > limit;
        events.truncate(limit);
        let next = events.last().filter(|_| more).and_then(|last| {
            Some(TimelineCursor { at: timestamp(&last.at)?, event_id: last.event_id.clone() })
        });
        Ok(Timeline { events, next })
    }

    /// How many of the device's events there are in each of so many stretches of the time asked for.
    ///
    /// # Errors
    /// When a limit is reached or the files cannot be read.
    pub async fn histogram(
        &self,
        tenant: TenantId,
        query: &TimelineQuery,
        bins: usize,
    ) -> Result<Vec<Bin>, QueryError> {
        let bins = i64::try_from(bins.clamp(1, MAX_BINS)).unwrap_or(1);
        let ticks = (query.to.nanos().saturating_sub(query.from.nanos()) / 100).max(1);
        let width = (ticks / bins + i64::from(ticks % bins > 0)).max(1);
        let options = QueryOptions::at(query.to);
        let mut counted = Vec::new();
        for kind in query.kinds() {
            let text = format!(
                "{} | summarize Count = count() by At = bin_at(Timestamp, {width}tick, {}) | sort by At asc",
                query.rows_of(kind),
                moment(query.from),
            );
            let result = self.query(tenant, &text, &options).await?;
            counted.extend(result.rows.iter().filter_map(|row| bin_of(kind, row)));
        }
        Ok(counted)
    }
}

impl TimelineQuery {
    fn kinds(&self) -> Vec<EventKind> {
        let wanted = |kind: &EventKind| self.kinds.is_empty() || self.kinds.contains(kind);
        EventKind::ALL.into_iter().filter(wanted).collect()
    }

    /// The query's rows of one kind, open for more conditions.
    fn rows_of(&self, kind: EventKind) -> String {
        let mut text = format!(
            "{} | where DeviceId == {} and Timestamp >= {} and Timestamp < {}",
            kind.table().definition().name,
            quoted(&self.device.to_string()),
            moment(self.from),
            moment(self.to),
        );
        if !self.text.is_empty() {
            let needle = quoted(&self.text);
            let tests: Vec<String> = columns(kind, &SEARCHED)
                .into_iter()
                .map(|column| format!("{column} contains {needle}"))
                .collect();
            text.push_str(&format!(" and ({})", tests.join(" or ")));
        }
        text
    }
}

/// Those of the columns that the kind's table has.
fn columns(kind: EventKind, wanted: &[&'static str]) -> Vec<&'static str> {
    let definition = kind.table().definition();
    wanted.iter().copied().filter(|column| definition.position(column).is_some()).collect()
}

/// A point in time as the language writes it.
fn moment(at: Timestamp) -> String {
    format!("datetime({})", format_datetime(at.nanos().div_euclid(100) + UNIX_EPOCH_TICKS))
}

fn timestamp(text: &str) -> Option<Timestamp> {
    let ticks = bartizan_kql::time::parse_datetime(text)?;
    Some(Timestamp::from_nanos((ticks - UNIX_EPOCH_TICKS).checked_mul(100)?))
}

/// A text as the language writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn events_of(kind: EventKind, result: QueryResult) -> Vec<TimelineEvent> {
    let names: Vec<String> = result.columns.into_iter().map(|column| column.name).collect();
    let event = |row: Vec<Json>| {
        let mut fields = serde_json::Map::new();
        let (mut at, mut event_id) = (String::new(), String::new());
        for (name, value) in names.iter().zip(row) {
            match (name.as_str(), value) {
                ("Timestamp", Json::String(text)) => at = text,
                ("EventId", Json::String(text)) => event_id = text,
                (_, Json::Null) => {}
                (_, Json::String(text)) if text.is_empty() => {}
                (name, value) => {
                    fields.insert(name.to_owned(), value);
                }
            }
        }
        TimelineEvent { at, kind, event_id, fields }
    };
    result.rows.into_iter().map(event).collect()
}

fn bin_of(kind: EventKind, row: &[Json]) -> Option<Bin> {
    let [Json::String(at), Json::Number(count)] = row else { return None };
    Some(Bin { at: at.clone(), kind, count: count.as_u64()? })
}
