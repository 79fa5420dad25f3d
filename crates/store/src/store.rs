//! The open file: one connection that writes, a few that read.

use std::{fmt, path::Path, path::PathBuf, time::Duration};

use parking_lot::{Mutex, MutexGuard};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::{
    error::{Doing as _, Result, StoreError},
    migration,
};

/// How many connections read at the same time; more readers wait.
const READERS: usize = 4;
/// How long a connection waits for another process that holds the file.
const BUSY: Duration = Duration::from_secs(10);
/// Prepared statements kept by a connection.
const STATEMENTS: usize = 128;

/// The records of all tenants.
pub struct Store {
    path: PathBuf,
    writer: Mutex<Connection>,
    incidents: Mutex<()>,
    readers: [Mutex<Connection>; READERS],
    turn: std::sync::atomic::AtomicUsize,
}

impl Store {
    /// Opens the records at `path`, making or migrating them where needed.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let open = |flags| {
            connect(path, flags)
                .map_err(|source| StoreError::Open { path: path.display().to_string(), source })
        };
        let mut writer = open(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        migration::migrate(&mut writer)?;
        let reader = || open(OpenFlags::SQLITE_OPEN_READ_ONLY).map(Mutex::new);
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            incidents: Mutex::new(()),
            readers: [reader()?, reader()?, reader()?, reader()?],
            turn: std::sync::atomic::AtomicUsize::new(0),
        })
    }

    /// Keeps people from deciding about incidents while it is held. Whoever judges events holds it from reading
    /// the decisions until what was judged is kept, so that neither overtakes the other.
    pub fn hold_incidents(&self) -> MutexGuard<'_, ()> {
        self.incidents.lock()
    }

    /// Runs `work` in one transaction; it is durable when this returns.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        transact(&mut self.writer.lock(), work)
    }

    /// As [`Store::write`], for what may be left out when somebody else is writing: it waits for nobody.
    pub(crate) fn write_if_free<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let writer = self.writer.try_lock();
        writer.map(|mut writer| transact(&mut writer, work)).transpose()
    }

    /// Runs `work` on a connection that only reads, over one unchanging view of the records.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut reader = self.reader();
        let view = reader.transaction().doing("beginning to read")?;
        work(&view)
    }

    /// A free reader, or the next in turn.
    fn reader(&self) -> MutexGuard<'_, Connection> {
        if let Some(free) = self.readers.iter().find_map(Mutex::try_lock) {
            return free;
        }
        let turn = self.turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let [first, ..] = &self.readers;
        self.readers.get(turn % READERS).unwrap_or(first).lock()
    }
}

fn transact<T>(
    writer: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<T> {
    let transaction = writer
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning a transaction")?;
    let outcome = work(&transaction)?;
    transaction.commit().doing("committing a transaction")?;
    Ok(outcome)
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // In WAL mode a transaction is in the file system's hands when it is committed, so it survives the end
    // of this process at any moment. FULL also syncs the log at each commit, so that it survives the end of
    // the machine: a person's decision must not be taken back by a power cut.
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
    }
    connection.pragma_update(None, "cache_size", -16_000)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_opened_again_as_they_were_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.sqlite");
        let count = |store: &Store| {
            store
                .read(|view| {
                    view.query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
                        row.get::<_, i64>(0)
                    })
                    .doing("counting")
                })
                .unwrap()
        };

        let first = count(&Store::open(&path).unwrap());
        let second = count(&Store::open(&path).unwrap());

        assert!(first > 20);
        assert_eq!(first, second);
    }

    #[test]
    fn records_of_a_newer_program_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.sqlite");
        Store::open(&path)
            .unwrap()
            .write(|t| t.pragma_update(None, "user_version", 9_999).doing("ageing"))
            .unwrap();

        let error = Store::open(&path).unwrap_err().to_string();

        assert!(error.contains("version 9999"), "{error}");
    }
}
