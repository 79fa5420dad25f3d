//! How far each reader of the event log is, and which sealed files the telemetry store has.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use crate::{
    Store,
    column::{Columns as _, number},
    error::{Doing as _, Result},
};

/// A sealed file of telemetry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelemetryFile {
    /// Whose rows.
    pub tenant: TenantId,
    /// Rows of which table.
    pub table: String,
    /// Where it is, relative to the telemetry folder.
    pub path: String,
    /// How many rows.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The earliest time of its rows.
    pub first_at: Timestamp,
    /// The latest time of its rows.
    pub last_at: Timestamp,
}

impl Store {
    /// The position that a reader of the log has committed.
    pub fn position_of(&self, reader: &str) -> Result<Option<u64>> {
        self.read(|view| {
            view.query_row("SELECT position FROM positions WHERE reader = ?1", [reader], |row| {
                row.count("position")
            })
            .optional()
            .doing("reading a position in the event log")
        })
    }

    /// Records sealed files and the reader's position after them, in one transaction.
    pub fn commit_telemetry_files(
        &self,
        reader: &str,
        files: &[TelemetryFile],
        position: u64,
    ) -> Result<()> {
        self.write(|t| {
            for file in files {
                insert(t, file)?;
            }
            advance(t, reader, position)
        })
    }

    /// Every tenant that has files: for the upkeep of the files, which is done for all of them.
    pub fn telemetry_tenants(&self) -> Result<Vec<TenantId>> {
        self.read(|view| {
            view.prepare_cached("SELECT DISTINCT tenant FROM telemetry_files ORDER BY tenant")
                .and_then(|mut s| s.query_map([], |row| row.tenant("tenant"))?.collect())
                .doing("listing tenants with telemetry files")
        })
    }

    /// Where every file is: whatever else lies in the folder was never sealed.
    pub fn telemetry_paths(&self) -> Result<Vec<String>> {
        self.read(|view| {
            view.prepare_cached("SELECT path FROM telemetry_files")
                .and_then(|mut s| s.query_map([], |row| row.of("path"))?.collect())
                .doing("listing telemetry files")
        })
    }

    /// Puts merged files in the place of the tenant's files with these paths, in one transaction.
    pub fn replace_telemetry_files(
        &self,
        tenant: TenantId,
        old: &[String],
        merged: &[TelemetryFile],
    ) -> Result<()> {
        self.write(|t| {
            for path in old {
                t.prepare_cached("DELETE FROM telemetry_files WHERE tenant = ?1 AND path = ?2")
                    .and_then(|mut s| s.execute((tenant.bytes(), path)))
                    .doing("replacing a telemetry file")?;
            }
            for file in merged {
                insert(t, file)?;
            }
            Ok(())
        })
    }

    /// The tenant's files of a table that may hold rows between two times.
    pub fn telemetry_files(
        &self,
        tenant: TenantId,
        table: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<TelemetryFile>> {
        self.read(|view| {
            let mut statement = view
                .prepare_cached(
                    "SELECT * FROM telemetry_files WHERE tenant = :tenant AND table_name = :table
                     AND last_at >= :from AND first_at <= :to ORDER BY number",
                )
                .doing("finding telemetry files")?;
            let values = named_params! {
                ":tenant": tenant.bytes(), ":table": table, ":from": from.nanos(), ":to": to.nanos(),
            };
            statement
                .query_map(values, file)
                .and_then(Iterator::collect)
                .doing("finding telemetry files")
        })
    }

    /// Forgets the tenant's files whose rows are all older than `before`, and gives what it forgot, so that
    /// the caller deletes them from disk.
    pub fn forget_telemetry_files(
        &self,
        tenant: TenantId,
        before: Timestamp,
    ) -> Result<Vec<TelemetryFile>> {
        self.write(|t| {
            let mut statement = t
                .prepare_cached(
                    "DELETE FROM telemetry_files WHERE tenant = ?1 AND last_at < ?2 RETURNING *",
                )
                .doing("forgetting telemetry files")?;
            statement
                .query_map((tenant.bytes(), before.nanos()), file)
                .and_then(Iterator::collect)
                .doing("forgetting telemetry files")
        })
    }
}

/// Moves a reader's position forward; it never goes back.
pub(crate) fn advance(t: &Transaction<'_>, reader: &str, position: u64) -> Result<()> {
    t.prepare_cached(
        "INSERT INTO positions (reader, position) VALUES (?1, ?2)
         ON CONFLICT (reader) DO UPDATE SET position = max(position, excluded.position)",
    )
    .and_then(|mut statement| statement.execute((reader, number(position))))
    .doing("keeping the position in the event log")?;
    Ok(())
}

fn insert(t: &Transaction<'_>, file: &TelemetryFile) -> Result<()> {
    t.prepare_cached(
        "INSERT INTO telemetry_files (tenant, table_name, path, rows, bytes, first_at, last_at)
         VALUES (:tenant, :table, :path, :rows, :bytes, :first, :last)",
    )
    .and_then(|mut statement| {
        statement.execute(named_params! {
            ":tenant": file.tenant.bytes(), ":table": file.table, ":path": file.path,
            ":rows": number(file.rows), ":bytes": number(file.bytes),
            ":first": file.first_at.nanos(), ":last": file.last_at.nanos(),
        })
    })
    .doing("recording a telemetry file")?;
    Ok(())
}

fn file(row: &Row<'_>) -> rusqlite::Result<TelemetryFile> {
    Ok(TelemetryFile {
        tenant: row.tenant("tenant")?,
        table: row.of("table_name")?,
        path: row.of("path")?,
        rows: row.count("rows")?,
        bytes: row.count("bytes")?,
        first_at: row.time("first_at")?,
        last_at: row.time("last_at")?,
    })
}
