//! Answers of a line: tables and texts in parts, within a bound, and an end that says how it went.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::{Map, Value, json};

use crate::{
    live::Shared,
    session::{Job, Session, now},
};

/// Most bytes that one line answers.
const BYTES_MAX: usize = 4 << 20;
/// Rows and bytes of one part of a table.
const PART_ROWS: usize = 200;
const PART_BYTES: usize = 48 * 1024;

/// Why a command is over before it is done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Ended {
    /// Somebody cancelled it, or the session is closed.
    #[error("cancelled")]
    Cancelled,
    /// It answered as much as a line may.
    #[error("the answer is cut: it is longer than 4 MiB")]
    Full,
    /// It cannot be done.
    #[error("{0}")]
    Failed(String),
}

/// Result of a command.
pub(crate) type Outcome<T = ()> = Result<T, Ended>;

/// Says what we were doing when something failed.
pub(crate) trait Doing<T> {
    fn doing(self, doing: impl std::fmt::Display) -> Outcome<T>;
}

impl<T, E: std::fmt::Display> Doing<T> for Result<T, E> {
    fn doing(self, doing: impl std::fmt::Display) -> Outcome<T> {
        self.map_err(|why| Ended::Failed(format!("{doing}: {why}")))
    }
}

/// What a line answers.
pub(crate) struct Answers {
    shared: Arc<Shared>,
    session: Arc<Session>,
    sequence: u64,
    job: Option<Job>,
    stop: Arc<AtomicBool>,
    bytes: usize,
    begun: std::time::Instant,
}

impl Answers {
    pub(crate) fn new(
        shared: Arc<Shared>,
        session: Arc<Session>,
        sequence: u64,
        job: Option<Job>,
    ) -> Self {
        let stop = job.as_ref().map_or_else(Arc::default, |job| Arc::clone(&job.stop));
        Self { shared, session, sequence, job, stop, bytes: 0, begun: now() }
    }

    /// A job says its number, and gives the prompt back.
    pub(crate) fn begin(&self) {
        if let Some(job) = self.job.as_ref().filter(|job| job.number > 0) {
            let content = json!({ "job": job.number, "state": "started", "text": job.text });
            self.send(job.number, "job", &content);
            self.send(0, "end", &json!({ "ok": true, "millis": 0, "cut": false }));
        }
    }

    /// The line is over.
    pub(crate) fn end(self, outcome: Outcome) {
        let number = self.number();
        let (ok, cut) = (matches!(outcome, Ok(()) | Err(Ended::Full)), outcome == Err(Ended::Full));
        if let Err(ended) = &outcome {
            self.send(number, "error", &json!({ "text": ended.to_string() }));
        }
        if number > 0 {
            let state = match &outcome {
                Ok(()) | Err(Ended::Full) => "done",
                Err(Ended::Cancelled) => "cancelled",
                Err(Ended::Failed(_)) => "failed",
            };
            let text = self.job.as_ref().map_or("", |job| job.text.as_str());
            self.send(number, "job", &json!({ "job": number, "state": state, "text": text }));
            return;
        }
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.send(0, "end", &json!({ "ok": ok, "millis": millis, "cut": cut }));
    }

    /// Says something of this kind.
    pub(crate) fn say(&mut self, kind: &str, content: &Value) -> Outcome {
        self.goes_on()?;
        self.bytes += content.to_string().len();
        if self.bytes > BYTES_MAX {
            return Err(Ended::Full);
        }
        self.session.touch();
        if self.send(self.number(), kind, content) { Ok(()) } else { Err(Ended::Cancelled) }
    }

    pub(crate) fn text(&mut self, text: &str) -> Outcome {
        self.say("text", &json!({ "text": text }))
    }

    /// Fails when it was told to stop.
    pub(crate) fn goes_on(&self) -> Outcome {
        let stop = self.stop.load(Ordering::Relaxed) || self.session.closed.load(Ordering::Relaxed);
        if stop { Err(Ended::Cancelled) } else { Ok(()) }
    }

    fn number(&self) -> u32 {
        self.job.as_ref().map_or(0, |job| job.number)
    }

    fn send(&self, job: u32, kind: &str, content: &Value) -> bool {
        let of = (self.sequence, job, kind);
        self.session.answer(&self.shared.outgoing, of, content, &self.stop)
    }
}

/// A table, or the same as JSON.
pub(crate) struct Table<'a> {
    answers: &'a mut Answers,
    columns: &'static [&'static str],
    json: bool,
    rows: Vec<Vec<String>>,
    bytes: usize,
    said: bool,
}

impl<'a> Table<'a> {
    pub(crate) fn new(
        answers: &'a mut Answers,
        columns: &'static [&'static str],
        json: bool,
    ) -> Self {
        Self { answers, columns, json, rows: Vec::new(), bytes: 0, said: false }
    }

    pub(crate) fn row(&mut self, row: Vec<String>) -> Outcome {
        self.bytes += row.iter().map(String::len).sum::<usize>();
        self.rows.push(row);
        if self.rows.len() >= PART_ROWS || self.bytes >= PART_BYTES {
            return self.flush();
        }
        self.answers.goes_on()
    }

    pub(crate) fn goes_on(&self) -> Outcome {
        self.answers.goes_on()
    }

    pub(crate) fn finish(mut self) -> Outcome {
        if self.rows.is_empty() && self.said { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Outcome {
        let rows = std::mem::take(&mut self.rows);
        (self.bytes, self.said) = (0, true);
        if !self.json {
            return self.answers.say("table", &json!({ "columns": self.columns, "rows": rows }));
        }
        let object = |row: Vec<String>| {
            let pairs = self.columns.iter().zip(row);
            Value::Object(
                pairs
                    .map(|(name, value)| ((*name).to_owned(), value.into()))
                    .collect::<Map<_, _>>(),
            )
        };
        let rows: Vec<Value> = rows.into_iter().map(object).collect();
        self.answers.say("json", &Value::Array(rows))
    }
}
