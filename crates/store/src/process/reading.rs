//! Processes as rows, read back.

use bartizan_model::{DeviceId, Process, ProcessFile, ProcessKey, ProcessUser, TenantId};
use rusqlite::{OptionalExtension as _, Row, Transaction};

use super::ProcessRecord;
use crate::{
    border::{self, Border as _},
    column::{Columns as _, key_bytes},
    error::{Doing as _, Result},
};

pub(crate) fn one(
    view: &Transaction<'_>,
    tenant: TenantId,
    device: DeviceId,
    key: ProcessKey,
) -> Result<Option<ProcessRecord>> {
    view.prepare_cached("SELECT * FROM processes WHERE tenant = ?1 AND device = ?2 AND key = ?3")
        .and_then(|mut s| {
            s.query_row((tenant.bytes(), device.bytes(), key_bytes(key)), read).optional()
        })
        .doing("finding a process")
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<ProcessRecord> {
    let connections = row.maybe_json("latest_connections")?.unwrap_or_default();
    let files = row.maybe_json("latest_files")?.unwrap_or_default();
    Ok(ProcessRecord {
        process: process(row)?,
        ended_at: row.maybe_time("ended_at")?,
        exit_code: row.of("exit_code")?,
        signal: row.of("signal")?,
        children: row.count("children")?,
        connections: row.count("connections")?,
        files: row.count("files")?,
        latest_connections: border::read(connections)?,
        latest_files: border::read(files)?,
    })
}

fn process(row: &Row<'_>) -> rusqlite::Result<Process> {
    let mut file = row.maybe_json("file")?.map(ProcessFile::of).transpose()?;
    if let Some(file) = &mut file {
        file.sha256 = row.of::<Option<String>>("sha256")?.as_deref().and_then(from_hex);
    }
    Ok(Process {
        key: row.key("key")?,
        parent: row.maybe_key("parent")?,
        image: row.text("image")?,
        command_line: row.text("command_line")?,
        arguments_cut: row.of("arguments_cut")?,
        current_directory: row.maybe_text("current_directory")?,
        user: ProcessUser {
            name: row.maybe_text("user_name")?,
            uid: row.of("uid")?,
            gid: row.of("gid")?,
            effective_uid: row.of("effective_uid")?,
            effective_gid: row.of("effective_gid")?,
            login_uid: row.of("login_uid")?,
            session: row.of("session")?,
        },
        cgroup: row.maybe_text("cgroup")?,
        container: row.maybe_text("container")?,
        file,
        started_at: row.time("started_at")?,
        parent_image: row.maybe_text("parent_image")?,
        parent_command_line: row.maybe_text("parent_command_line")?,
        parent_started_at: row.maybe_time("parent_started_at")?,
        execution: None,
    })
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}
