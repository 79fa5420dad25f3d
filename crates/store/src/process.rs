//! Processes: what the tree is made of. Bounded per device; those of an alert's family are kept longer than
//! others.

use std::collections::BTreeMap;

use bartizan_model::{
    Connection, DeviceId, EndedProcess, FileChange, Process, ProcessKey, TenantId, Timestamp,
    Touched, hex,
};
use rusqlite::{OptionalExtension as _, Transaction, named_params, params};

use crate::{
    StepEffects, Store,
    border::{self, Border as _},
    column::{key_bytes, unreadable},
    error::{Doing as _, Result},
};

/// How many processes are kept of a device. Beyond it the ones that ended first are forgotten, except those in
/// an alert's family; beyond twice as many, those too.
pub const MAX_PROCESSES_PER_DEVICE: i64 = 200_000;
/// How many of the latest connections and files are kept with a process.
const LATEST: usize = 8;
/// How far up a tree is followed.
pub(crate) const MAX_DEPTH: usize = 256;

mod asking;
mod children;
mod family;
mod reading;

pub use asking::UserOnDevice;
pub use children::AlikeChildren;
pub(crate) use children::{alike_children, children};
pub(crate) use family::keep_family;

pub(crate) use reading::one;
use reading::read;

/// A kept process.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessRecord {
    /// What the sensor knows of it.
    pub process: Process,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Exit code, when it ended by itself.
    pub exit_code: Option<u8>,
    /// Signal, when it was ended by one.
    pub signal: Option<u8>,
    /// How many processes it started, kept or not.
    pub children: u64,
    /// How many connections it opened.
    pub connections: u64,
    /// How many times it changed a file.
    pub files: u64,
    /// The latest of its connections, latest last.
    pub latest_connections: Vec<(Timestamp, Connection)>,
    /// The latest of its file changes, latest last.
    pub latest_files: Vec<(Timestamp, FileChange)>,
}

impl Store {
    /// The process.
    pub fn process(
        &self,
        tenant: TenantId,
        device: DeviceId,
        key: ProcessKey,
    ) -> Result<Option<ProcessRecord>> {
        self.read(|view| one(view, tenant, device, key))
    }

    /// The processes of a device that run, or ended at `since` or later: what the pipeline goes on with after
    /// a start. Parents stand before their children where both are kept.
    pub fn load_processes(
        &self,
        tenant: TenantId,
        device: DeviceId,
        since: Timestamp,
    ) -> Result<Vec<ProcessRecord>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM processes WHERE tenant = ?1 AND device = ?2
                 AND (ended_at IS NULL OR ended_at >= ?3 OR family > 0) ORDER BY started_at, number",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), device.bytes(), since.nanos()), read)?.collect()
            })
            .doing("loading processes")
        })
    }
}

/// Keeps a step's processes, their ends and what they touched.
pub(crate) fn keep(t: &Transaction<'_>, step: &StepEffects) -> Result<()> {
    let mut added = 0;
    for process in &step.processes {
        if insert(t, step, process)? {
            adopt(t, step, process)?;
            added += 1;
        } else {
            update(t, step, process)?;
        }
    }
    for ended in &step.ended {
        end(t, step, ended)?;
    }
    touch(t, step)?;
    if added > 0 {
        count(t, step, added)?;
    }
    Ok(())
}

/// Forgets the processes that ended first, where a device has too many.
pub(crate) fn forget(t: &Transaction<'_>, step: &StepEffects) -> Result<()> {
    forget_beyond(t, step, MAX_PROCESSES_PER_DEVICE)
}

fn forget_beyond(t: &Transaction<'_>, step: &StepEffects, bound: i64) -> Result<()> {
    let kept = t
        .prepare_cached("SELECT processes FROM devices WHERE tenant = ?1 AND id = ?2")
        .and_then(|mut s| {
            s.query_row((step.tenant.bytes(), step.device.bytes()), |row| row.get::<_, i64>(0))
                .optional()
        })
        .doing("counting processes")?
        .unwrap_or(0);
    if kept <= bound {
        return Ok(());
    }
    // A fiftieth more than needed, so that a busy device is not swept at every step.
    let many = kept - bound + bound / 50;
    let mut forgotten = delete(
        t,
        step,
        "SELECT number FROM processes WHERE tenant = ?1 AND device = ?2 AND family = 0
         AND ended_at IS NOT NULL ORDER BY ended_at LIMIT ?3",
        many,
    )?;
    if kept - forgotten > bound.saturating_mul(2) {
        forgotten += delete(
            t,
            step,
            "SELECT number FROM processes WHERE tenant = ?1 AND device = ?2
             ORDER BY started_at LIMIT ?3",
            many,
        )?;
    }
    count(t, step, -forgotten)
}

fn delete(t: &Transaction<'_>, step: &StepEffects, which: &str, many: i64) -> Result<i64> {
    let deleted = t
        .prepare_cached(&format!("DELETE FROM processes WHERE number IN ({which})"))
        .and_then(|mut s| s.execute((step.tenant.bytes(), step.device.bytes(), many)))
        .doing("forgetting processes")?;
    Ok(i64::try_from(deleted).unwrap_or(i64::MAX))
}

fn count(t: &Transaction<'_>, step: &StepEffects, more: i64) -> Result<()> {
    t.prepare_cached(
        "UPDATE devices SET processes = max(0, processes + ?3) WHERE tenant = ?1 AND id = ?2",
    )
    .and_then(|mut s| s.execute((step.tenant.bytes(), step.device.bytes(), more)))
    .doing("counting processes")?;
    Ok(())
}

/// Says whether it was new.
fn insert(t: &Transaction<'_>, step: &StepEffects, process: &Process) -> Result<bool> {
    let added = t
        .prepare_cached(
            "INSERT INTO processes (tenant, device, key, parent, image, command_line, arguments_cut,
                 current_directory, user_name, uid, gid, effective_uid, effective_gid, login_uid,
                 session, cgroup, container, file, sha256, started_at, parent_image,
                 parent_command_line, parent_started_at)
             VALUES (:tenant, :device, :key, :parent, :image, :command, :cut, :directory, :name, :uid,
                 :gid, :euid, :egid, :login, :session, :cgroup, :container, :file, :sha256,
                 :started, :parent_image, :parent_command, :parent_started)
             ON CONFLICT (tenant, device, key) DO NOTHING",
        )
        .and_then(|mut s| bind(process, step, |values| s.execute(values)))
        .doing("keeping a process")?;
    Ok(added > 0)
}

/// The same process, known better or with another program in it.
fn update(t: &Transaction<'_>, step: &StepEffects, process: &Process) -> Result<()> {
    t.prepare_cached(
        "UPDATE processes SET parent = coalesce(:parent, parent), image = :image,
             command_line = :command, arguments_cut = :cut,
             current_directory = coalesce(:directory, current_directory),
             user_name = :name, uid = :uid, gid = :gid, effective_uid = :euid,
             effective_gid = :egid, login_uid = :login, session = :session,
             cgroup = coalesce(:cgroup, cgroup), container = coalesce(:container, container),
             file = :file, sha256 = :sha256, started_at = :started,
             parent_image = coalesce(:parent_image, parent_image),
             parent_command_line = coalesce(:parent_command, parent_command_line),
             parent_started_at = coalesce(:parent_started, parent_started_at)
         WHERE tenant = :tenant AND device = :device AND key = :key",
    )
    .and_then(|mut s| bind(process, step, |values| s.execute(values)))
    .doing("keeping what is known of a process")?;
    Ok(())
}

fn bind<T>(
    process: &Process,
    step: &StepEffects,
    run: impl FnOnce(&[(&str, &dyn rusqlite::ToSql)]) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let user = &process.user;
    let file = process.file.map(|file| serde_json::to_string(&file.form()));
    let file = file.transpose().map_err(unreadable)?;
    run(named_params! {
        ":tenant": step.tenant.bytes(), ":device": step.device.bytes(),
        ":key": key_bytes(process.key), ":parent": process.parent.map(key_bytes),
        ":image": &*process.image, ":command": &*process.command_line,
        ":cut": process.arguments_cut, ":directory": process.current_directory.as_deref(),
        ":name": user.name.as_deref(), ":uid": user.uid, ":gid": user.gid,
        ":euid": user.effective_uid, ":egid": user.effective_gid, ":login": user.login_uid,
        ":session": user.session, ":cgroup": process.cgroup.as_deref(),
        ":container": process.container.as_deref(), ":file": file,
        ":sha256": process.file.and_then(|file| file.sha256).map(|sha256| hex(&sha256)),
        ":started": process.started_at.nanos(), ":parent_image": process.parent_image.as_deref(),
        ":parent_command": process.parent_command_line.as_deref(),
        ":parent_started": process.parent_started_at.map(Timestamp::nanos),
    })
}

/// Counts a new process with its parent, takes the parent's family, and counts children told before it.
fn adopt(t: &Transaction<'_>, step: &StepEffects, process: &Process) -> Result<()> {
    let (tenant, device, key) = (step.tenant.bytes(), step.device.bytes(), key_bytes(process.key));
    if let Some(parent) = process.parent.map(key_bytes) {
        t.prepare_cached(
            "UPDATE processes SET children = children + 1
             WHERE tenant = ?1 AND device = ?2 AND key = ?3",
        )
        .and_then(|mut s| s.execute((tenant, device, parent)))
        .doing("counting a child")?;
    }
    t.prepare_cached(
        "UPDATE processes SET
             family = coalesce((SELECT 2 FROM processes q WHERE q.tenant = ?1 AND q.device = ?2
                 AND q.key = processes.parent AND q.family = 2), family),
             children = (SELECT count(*) FROM processes c WHERE c.tenant = ?1 AND c.device = ?2
                 AND c.parent = ?3)
         WHERE tenant = ?1 AND device = ?2 AND key = ?3",
    )
    .and_then(|mut s| s.execute((tenant, device, key)))
    .doing("taking a process into its family")?;
    Ok(())
}

fn end(t: &Transaction<'_>, step: &StepEffects, ended: &EndedProcess) -> Result<()> {
    t.prepare_cached(
        "UPDATE processes SET ended_at = ?4, exit_code = ?5, signal = ?6
         WHERE tenant = ?1 AND device = ?2 AND key = ?3",
    )
    .and_then(|mut s| {
        s.execute(params![
            step.tenant.bytes(),
            step.device.bytes(),
            key_bytes(ended.key),
            ended.at.nanos(),
            ended.exit_code,
            ended.signal,
        ])
    })
    .doing("keeping the end of a process")?;
    Ok(())
}

/// What one process touched in a step.
#[derive(Default)]
struct Touches {
    connections: Vec<(Timestamp, Connection)>,
    files: Vec<(Timestamp, FileChange)>,
}

fn touch(t: &Transaction<'_>, step: &StepEffects) -> Result<()> {
    let mut touched: BTreeMap<ProcessKey, Touches> = BTreeMap::new();
    for touch in &step.touches {
        let touches = touched.entry(touch.process).or_default();
        match &touch.what {
            Touched::Connection(connection) => {
                touches.connections.push((touch.at, connection.clone()));
            }
            Touched::File(change) => touches.files.push((touch.at, change.clone())),
        }
    }
    for (key, touches) in touched {
        let Some(before) = one(t, step.tenant, step.device, key)? else { continue };
        let connections = touches.connections.len();
        let files: u64 = touches.files.iter().map(|(_, change)| u64::from(change.count)).sum();
        let latest_connections = latest(before.latest_connections, touches.connections);
        let latest_files = latest(before.latest_files, touches.files);
        t.prepare_cached(
            "UPDATE processes SET connections = connections + ?4, files = files + ?5,
                 latest_connections = ?6, latest_files = ?7
             WHERE tenant = ?1 AND device = ?2 AND key = ?3",
        )
        .doing("keeping what a process touched")?
        .execute(params![
            step.tenant.bytes(),
            step.device.bytes(),
            key_bytes(key),
            i64::try_from(connections).unwrap_or(i64::MAX),
            crate::column::number(files),
            border::written("connections", &latest_connections)?,
            border::written("file changes", &latest_files)?,
        ])
        .doing("keeping what a process touched")?;
    }
    Ok(())
}

fn latest<T>(mut before: Vec<T>, more: Vec<T>) -> Vec<T> {
    before.extend(more);
    let surplus = before.len().saturating_sub(LATEST);
    before.split_off(surplus)
}

/// The process and its ancestors, nearest first, as far as they are kept.
pub(crate) fn ancestors(
    view: &Transaction<'_>,
    tenant: TenantId,
    device: DeviceId,
    key: ProcessKey,
) -> Result<Vec<ProcessRecord>> {
    let mut path: Vec<ProcessRecord> = Vec::new();
    let mut next = Some(key);
    while let Some(key) = next {
        let known = path.iter().any(|record| record.process.key == key);
        if known || path.len() >= MAX_DEPTH {
            break;
        }
        let Some(record) = one(view, tenant, device, key)? else { break };
        next = record.process.parent;
        path.push(record);
    }
    Ok(path)
}
