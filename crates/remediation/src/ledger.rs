//! What this device was told to do, what came of it, and what is needed to take it back: one file for each action.
//!
//! An action stands here before it is begun; so it is done once however often it is told, and one that a crash
//! interrupted is known and done again. An answer is kept until the server has said that it has it.

use std::path::{Path, PathBuf};

use bartizan_model::{ActionId, Outcome, OutcomeItem, OutcomeState, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    durable,
    error::{Doing as _, Result},
};

/// Most actions that are remembered; the oldest confirmed ones go first.
const ACTIONS_MAX: usize = 2_000;

/// What was told and done.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
}

/// An action, as its file holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    action: String,
    /// The order's bytes.
    order: Vec<u8>,
    /// When it was begun, nanoseconds since 1970.
    begun_at: i64,
    outcome: Option<KeptOutcome>,
    /// The server has the outcome.
    confirmed: bool,
    /// What is needed to take it back.
    undo: Option<serde_json::Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptOutcome {
    state: String,
    summary: String,
    items: Vec<(String, String, bool)>,
    undoable: bool,
    at: i64,
}

impl Ledger {
    /// The ledger in a folder.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        durable::folder(folder)?;
        Ok(Self { folder: folder.to_path_buf() })
    }

    /// Notes that an action is begun, if it is not known yet. Gives its outcome when it is over already.
    pub(crate) fn begin(
        &self,
        action: ActionId,
        order: &[u8],
        now: Timestamp,
    ) -> Result<Option<Outcome>> {
        if let Some(entry) = self.entry(action)? {
            return Ok(entry.outcome());
        }
        self.make_room()?;
        let entry = Entry {
            action: action.to_string(),
            order: order.to_vec(),
            begun_at: now.nanos(),
            outcome: None,
            confirmed: false,
            undo: None,
        };
        durable::keep(&self.path(action), &entry)?;
        Ok(None)
    }

    /// Keeps what is needed to take an action back, before it is done.
    pub(crate) fn keep_undo(&self, action: ActionId, undo: &impl Serialize) -> Result<()> {
        self.change(action, |entry| entry.undo = serde_json::to_value(undo).ok())
    }

    /// What is needed to take an action back.
    pub(crate) fn undo<T: DeserializeOwned>(&self, action: ActionId) -> Result<Option<T>> {
        let entry = self.entry(action)?;
        Ok(entry.and_then(|entry| entry.undo).and_then(|undo| serde_json::from_value(undo).ok()))
    }

    /// The action was taken back, or cannot be any more.
    pub(crate) fn forget_undo(&self, action: ActionId) -> Result<()> {
        self.change(action, |entry| entry.undo = None)
    }

    /// The action is over.
    pub(crate) fn finish(&self, outcome: &Outcome) -> Result<()> {
        self.change(outcome.action, |entry| {
            entry.outcome = Some(KeptOutcome {
                state: outcome.state.word().to_owned(),
                summary: outcome.summary.to_string(),
                items: outcome
                    .items
                    .iter()
                    .map(|item| (item.name.to_string(), item.result.to_string(), item.done))
                    .collect(),
                undoable: outcome.undoable,
                at: outcome.at.nanos(),
            });
        })
    }

    /// The server has the outcome.
    pub(crate) fn confirm(&self, action: ActionId) -> Result<()> {
        match self.entry(action)? {
            Some(entry) if !entry.confirmed => self.change(action, |entry| entry.confirmed = true),
            _ => Ok(()),
        }
    }

    /// Outcomes that the server may not have.
    pub(crate) fn unconfirmed(&self) -> Result<Vec<Outcome>> {
        let entries = self.entries()?;
        let open = entries.iter().filter(|entry| !entry.confirmed);
        Ok(open.filter_map(Entry::outcome).collect())
    }

    /// Actions that were begun and are not over: a crash came between.
    pub(crate) fn interrupted(&self) -> Result<Vec<(ActionId, Vec<u8>)>> {
        let entries = self.entries()?.into_iter().filter(|entry| entry.outcome.is_none());
        Ok(entries.filter_map(|entry| Some((entry.action.parse().ok()?, entry.order))).collect())
    }

    fn change(&self, action: ActionId, change: impl FnOnce(&mut Entry)) -> Result<()> {
        let Some(mut entry) = self.entry(action)? else { return Ok(()) };
        change(&mut entry);
        durable::keep(&self.path(action), &entry)
    }

    fn entry(&self, action: ActionId) -> Result<Option<Entry>> {
        durable::kept(&self.path(action))
    }

    /// All entries, the oldest first. A damaged one is set aside: it must not keep the others from being read.
    fn entries(&self) -> Result<Vec<Entry>> {
        let mut entries: Vec<Entry> = Vec::new();
        for file in std::fs::read_dir(&self.folder).doing("listing", &self.folder)? {
            let path = file.doing("listing", &self.folder)?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match durable::kept(&path) {
                Ok(entry) => entries.extend(entry),
                Err(error) => tracing::error!(%error, "an action's record cannot be read"),
            }
        }
        entries.sort_by_key(|entry| entry.begun_at);
        Ok(entries)
    }

    fn make_room(&self) -> Result<()> {
        let entries = self.entries()?;
        let over = (entries.len() + 1).saturating_sub(ACTIONS_MAX);
        for entry in entries.iter().filter(|entry| entry.confirmed).take(over) {
            durable::remove(&self.folder.join(format!("{}.json", entry.action)))?;
        }
        Ok(())
    }

    fn path(&self, action: ActionId) -> PathBuf {
        self.folder.join(format!("{action}.json"))
    }
}

impl Entry {
    fn outcome(&self) -> Option<Outcome> {
        let kept = self.outcome.as_ref()?;
        let item = |(name, result, done): &(String, String, bool)| OutcomeItem {
            name: name.as_str().into(),
            result: result.as_str().into(),
            done: *done,
        };
        Some(Outcome {
            action: self.action.parse().ok()?,
            state: kept.state.parse().unwrap_or(OutcomeState::Failed),
            summary: kept.summary.as_str().into(),
            items: kept.items.iter().map(item).collect(),
            undoable: kept.undoable,
            at: Timestamp::from_nanos(kept.at),
        })
    }
}
