//! The children of a process: those worth most to look at, and the others by kind.

use bartizan_model::{DeviceId, ProcessKey, TenantId, Text, Timestamp};
use rusqlite::Transaction;

use super::{ProcessRecord, read};
use crate::{
    column::{Columns as _, key_bytes},
    error::{Doing as _, Result},
};

/// Children of one process that run the same executable, told as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlikeChildren {
    /// The executable.
    pub image: Text,
    /// How many there are.
    pub count: u64,
    /// The command line of one of them.
    pub example: Text,
    /// When the first of all that run it started.
    pub first_at: Timestamp,
    /// When the last did.
    pub last_at: Timestamp,
}

/// How many children of one process are looked at, the latest ones; so one process that started very many holds up nobody.
const CHILDREN_LOOKED_AT: i64 = 10_000;

/// The children of a process worth most to look at: those with alerts, then those that did something (started,
/// connected, changed files), then the latest.
pub(crate) fn children(
    view: &Transaction<'_>,
    tenant: TenantId,
    device: DeviceId,
    parent: ProcessKey,
    many: i64,
) -> Result<Vec<ProcessRecord>> {
    let ranked: Vec<i64> = view
        .prepare_cached(
            "SELECT number FROM (
                 SELECT number, key, started_at, children > 0 OR connections > 0 OR files > 0 AS busy
                 FROM processes WHERE tenant = ?1 AND device = ?2 AND parent = ?3
                 ORDER BY started_at DESC LIMIT ?5) p
             ORDER BY EXISTS (SELECT 1 FROM alerts a
                 WHERE a.tenant = ?1 AND a.device = ?2 AND a.process = p.key) DESC,
                 busy DESC, started_at DESC LIMIT ?4",
        )
        .and_then(|mut s| {
            let of = (tenant.bytes(), device.bytes(), key_bytes(parent), many, CHILDREN_LOOKED_AT);
            s.query_map(of, |row| row.get(0))?.collect()
        })
        .doing("ranking the children of a process")?;
    let mut all = Vec::with_capacity(ranked.len());
    for number in ranked {
        let one = view
            .prepare_cached("SELECT * FROM processes WHERE number = ?1 AND tenant = ?2")
            .and_then(|mut s| s.query_row((number, tenant.bytes()), read))
            .doing("reading a child of a process")?;
        all.push(one);
    }
    Ok(all)
}

/// The children of a process by executable: how many, an example of their command lines, first and last start.
pub(crate) fn alike_children(
    view: &Transaction<'_>,
    tenant: TenantId,
    device: DeviceId,
    parent: ProcessKey,
) -> Result<Vec<AlikeChildren>> {
    view.prepare_cached(
        "SELECT image, count(*) AS count, max(command_line) AS example,
             min(started_at) AS first_at, max(started_at) AS last_at
         FROM (SELECT image, command_line, started_at FROM processes
             WHERE tenant = ?1 AND device = ?2 AND parent = ?3 ORDER BY started_at DESC LIMIT ?4)
         GROUP BY image ORDER BY count DESC, image",
    )
    .and_then(|mut s| {
        let of = (tenant.bytes(), device.bytes(), key_bytes(parent), CHILDREN_LOOKED_AT);
        s.query_map(of, |row| {
            Ok(AlikeChildren {
                image: row.text("image")?,
                count: row.count("count")?,
                example: row.text("example")?,
                first_at: row.time("first_at")?,
                last_at: row.time("last_at")?,
            })
        })?
        .collect()
    })
    .doing("grouping the children of a process")
}
