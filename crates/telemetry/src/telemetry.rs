//! The telemetry store: rows come in, are sealed, and are found.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bartizan_model::{Envelope, Table, TenantId, Timestamp, rows_of};
use bartizan_store::Store;
use datafusion::arrow::array::RecordBatch;
use parking_lot::Mutex;

use crate::hot::{HotRows, TableKey};
use crate::lower::Source;
use crate::rows::{columns_of, hot_schema, stored_schema};
use crate::sealed::{self, Footers, ScanCounts, SealedTable};
use crate::turn::Turns;
use crate::upkeep::Leases;
use crate::{Config, TelemetryError, file, index};

/// The name under which the store keeps this reader's position in the event log.
const READER: &str = "telemetry";

/// The telemetry of all tenants.
///
/// Rows are appended by one caller, in the order of the event log. Questions may be asked at any time.
#[derive(Debug)]
pub struct Telemetry {
    pub(crate) folder: PathBuf,
    pub(crate) store: Arc<Store>,
    pub(crate) config: Config,
    pub(crate) leases: Leases,
    state: Mutex<State>,
    /// Held while files are written, so that only one writes.
    sealing: Mutex<()>,
    /// Held while files are merged and removed.
    pub(crate) upkeep: Mutex<()>,
    /// What the files' footers say.
    footers: Footers,
    pub(crate) turns: Turns,
}

#[derive(Debug, Default)]
struct State {
    hot: HotRows,
    /// Rows that are being written to files, and still answer questions.
    sealing: HashMap<TableKey, Vec<RecordBatch>>,
    /// The last log record whose rows are here.
    appended: Option<u64>,
    /// The last log record whose rows are all in files.
    sealed: Option<u64>,
}

impl Telemetry {
    /// Opens the folder of sealed files, making it where needed, and removes what a crash left behind.
    ///
    /// # Errors
    /// When the folder or the catalogue refuse.
    pub fn open(
        folder: impl AsRef<Path>,
        store: Arc<Store>,
        config: Config,
    ) -> Result<Self, TelemetryError> {
        let folder = folder.as_ref().to_owned();
        let made = std::fs::create_dir_all(&folder).and_then(|()| folder.canonicalize());
        let folder = made.map_err(|source| TelemetryError::File {
            doing: "making",
            path: folder.display().to_string(),
            source,
        })?;
        let paths = store.telemetry_paths()?.into_iter().map(|path| folder.join(path));
        let known = paths.flat_map(|path| [index::path_of(&path), path]).collect();
        let strays = file::remove_strays(&folder, &known)?;
        if strays > 0 {
            tracing::info!(strays, "removed files that were never sealed");
        }
        let sealed = store.position_of(READER)?;
        let footers = sealed::footers(config.footer_bytes);
        let turns = Turns::new(config.max_questions);
        let state = State { appended: sealed, sealed, ..State::default() };
        Ok(Self {
            folder,
            store,
            config,
            leases: Leases::default(),
            state: Mutex::new(state),
            sealing: Mutex::new(()),
            upkeep: Mutex::new(()),
            footers,
            turns,
        })
    }

    /// The last record of the event log whose rows are all in files; nothing before the first. After a start
    /// the caller appends every later record again.
    pub fn position(&self) -> Option<u64> {
        self.state.lock().sealed
    }

    /// The last record of the event log whose rows are here, in memory or in files.
    pub fn appended(&self) -> Option<u64> {
        self.state.lock().appended
    }

    /// How many rows are in memory only.
    pub fn hot_rows(&self) -> usize {
        self.state.lock().hot.rows()
    }

    /// Adds the events of one log record; they answer questions at once. A record that was added before is
    /// left alone, so that replaying the log is harmless. Seals when memory is full.
    ///
    /// # Errors
    /// When memory was full and sealing failed; the rows are kept, and the next call tries again.
    pub fn append(&self, position: u64, envelopes: &[Envelope]) -> Result<(), TelemetryError> {
        let full = {
            let mut state = self.state.lock();
            if state.appended.is_some_and(|appended| position <= appended) {
                return Ok(());
            }
            for envelope in envelopes {
                for row in rows_of(envelope) {
                    state.hot.push(envelope.tenant, &row);
                }
                let oldest = state
                    .hot
                    .oldest
                    .map_or(envelope.received_at, |at| at.min(envelope.received_at));
                state.hot.oldest = Some(oldest);
            }
            state.appended = Some(position);
            self.is_full(&state)
        };
        if full { self.seal() } else { Ok(()) }
    }

    /// Whether memory holds what it may; twice as much when files refused before.
    fn is_full(&self, state: &State) -> bool {
        let waiting: usize = state.sealing.values().flatten().map(RecordBatch::num_rows).sum();
        let rows = state.hot.rows();
        rows >= self.config.max_hot_rows
            || state.hot.bytes() >= self.config.max_hot_bytes
            || (waiting > 0 && rows + waiting >= 2 * self.config.max_hot_rows)
    }

    /// Seals when the oldest rows in memory are old enough, or could not be sealed before. Returns whether
    /// it did.
    ///
    /// # Errors
    /// When files or the catalogue refuse.
    pub fn seal_due(&self, now: Timestamp) -> Result<bool, TelemetryError> {
        let due = {
            let state = self.state.lock();
            let old = |oldest| now.since(oldest) >= self.config.max_hot_age;
            state.hot.oldest.is_some_and(old) || !state.sealing.is_empty()
        };
        if due {
            self.seal()?;
        }
        Ok(due)
    }

    /// Writes all rows in memory to files, and moves the position past them.
    ///
    /// # Errors
    /// When files or the catalogue refuse; the rows then stay in memory.
    pub fn seal(&self) -> Result<(), TelemetryError> {
        let _one_at_a_time = self.sealing.lock();
        let (position, taken) = {
            let mut state = self.state.lock();
            let State { hot, sealing, appended, .. } = &mut *state;
            // What an earlier attempt could not write is still there.
            for (key, batches) in hot.take()? {
                sealing.entry(key).or_default().extend(batches);
            }
            (*appended, sealing.clone())
        };
        let Some(position) = position else { return Ok(()) };
        let mut files = Vec::new();
        for (key, batches) in taken {
            match file::seal(&self.folder, key, &batches) {
                Ok(sealed) => files.extend(sealed),
                Err(error) => return Err(self.discard(&files, error)),
            }
        }
        // The lock makes the rows change from memory to files at once for those who ask.
        let mut state = self.state.lock();
        if let Err(error) = self.store.commit_telemetry_files(READER, &files, position) {
            return Err(self.discard(&files, error.into()));
        }
        state.sealing.clear();
        state.sealed = Some(position);
        Ok(())
    }

    /// Removes files that will not be in the catalogue.
    fn discard(
        &self,
        files: &[bartizan_store::TelemetryFile],
        error: TelemetryError,
    ) -> TelemetryError {
        for stray in files {
            if let Err(error) = file::remove(&self.folder.join(&stray.path)) {
                tracing::warn!(%error, "a file that was not sealed stays until the next start");
            }
        }
        error
    }

    /// The tenant's rows of a table, as they are now. Held leases keep the files from being removed.
    pub(crate) fn source(
        &self,
        tenant: TenantId,
        table: Table,
        counts: &Arc<ScanCounts>,
    ) -> Result<Source, TelemetryError> {
        let definition = table.definition();
        let mut state = self.state.lock();
        let mut hot = state.hot.batches((tenant, table))?;
        hot.extend(state.sealing.get(&(tenant, table)).into_iter().flatten().cloned());
        let (first, last) = (Timestamp::from_nanos(i64::MIN), Timestamp::from_nanos(i64::MAX));
        let files = self.store.telemetry_files(tenant, definition.name, first, last)?;
        drop(state);
        let sealed = SealedTable {
            folder: self.folder.clone(),
            schema: stored_schema(definition),
            files,
            counts: counts.clone(),
            footers: self.footers.clone(),
        };
        Ok(Source {
            columns: columns_of(definition)
                .into_iter()
                .map(|(name, ty)| (name.to_owned(), ty))
                .collect(),
            hot_schema: hot_schema(definition),
            hot,
            sealed: (!sealed.files.is_empty()).then(|| Arc::new(sealed)),
            foreign: None,
        })
    }
}
