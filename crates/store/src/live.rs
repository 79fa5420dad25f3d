//! Live sessions and their recordings: what was typed, what the device answered, in the order in which it came.

mod script;
mod transfer;

use bartizan_model::{DeviceId, IncidentId, LiveLevel, LiveSessionId, TenantId, Timestamp};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params, params};

use crate::{
    Listing, NewAuditEntry, Page, Store, audit,
    column::{Columns as _, number},
    error::{Doing as _, Result},
    filter::{Where, blob, text},
};

pub use script::{LiveScriptRecord, NewLiveScript};
pub use transfer::{LiveTransferFilter, LiveTransferRecord};

/// A live session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSessionRecord {
    /// Which.
    pub id: LiveSessionId,
    /// On which device.
    pub device: DeviceId,
    /// The device's name.
    pub device_name: String,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Timestamp,
    /// How much it may.
    pub level: LiveLevel,
    /// Why.
    pub reason: String,
    /// For which incident.
    pub incident: Option<IncidentId>,
    /// `opening`, `open` or `closed`.
    pub state: String,
    /// When something was last said.
    pub last_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Why it was closed.
    pub closed_why: Option<String>,
    /// How many entries the recording has.
    pub entries: u64,
}

/// An entry of a recording, to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewLiveEntry<'a> {
    /// When it came.
    pub at: Timestamp,
    /// What it is.
    pub kind: &'a str,
    /// The entry of the line that it answers.
    pub line: Option<u64>,
    /// The background job that it is of.
    pub job: Option<u64>,
    /// JSON.
    pub content: &'a str,
}

/// A kept entry of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEntry {
    /// Counted from 1 in the session.
    pub number: u64,
    /// When it came.
    pub at: Timestamp,
    /// What it is.
    pub kind: String,
    /// The entry of the line that it answers.
    pub line: Option<u64>,
    /// The background job that it is of.
    pub job: Option<u64>,
    /// JSON.
    pub content: String,
}

/// Which live sessions. What is not said is not asked for.
#[derive(Debug, Clone, Default)]
pub struct LiveFilter {
    /// On this device.
    pub device: Option<DeviceId>,
    /// In one of these states.
    pub states: Vec<String>,
    /// For this incident.
    pub incident: Option<IncidentId>,
}

impl Store {
    /// Keeps that a session is to be opened.
    pub fn create_live_session(
        &self,
        tenant: TenantId,
        session: &LiveSessionRecord,
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            t.execute(
                "INSERT INTO live_sessions (tenant, id, device, device_name, opened_by, opened_at, level, reason,
                     incident, state, last_at)
                 VALUES (:tenant, :id, :device, :device_name, :by, :at, :level, :reason, :incident, :state, :at)",
                named_params! {
                    ":tenant": tenant.bytes(), ":id": session.id.bytes(), ":device": session.device.bytes(),
                    ":device_name": session.device_name, ":by": session.opened_by,
                    ":at": session.opened_at.nanos(), ":level": session.level.word(),
                    ":reason": session.reason, ":incident": session.incident.map(|one| number(one.0)),
                    ":state": session.state,
                },
            )
            .doing("keeping a live session")?;
            audit::add(t, tenant, entry)
        })
    }

    /// Adds to a session's recording; gives the entry's number. What has to stand in the audit log too is kept with it.
    pub fn add_live_entry(
        &self,
        tenant: TenantId,
        session: LiveSessionId,
        entry: NewLiveEntry<'_>,
        audited: Option<NewAuditEntry<'_>>,
    ) -> Result<u64> {
        self.write(|t| {
            let added = add(t, tenant, session, entry)?;
            audited.map_or(Ok(()), |audited| audit::add(t, tenant, audited))?;
            Ok(added)
        })
    }

    /// Keeps that the device opened a session.
    pub fn live_session_opened(&self, tenant: TenantId, session: LiveSessionId) -> Result<()> {
        self.write(|t| {
            t.execute(
                "UPDATE live_sessions SET state = 'open' WHERE tenant = ?1 AND id = ?2 AND state = 'opening'",
                (tenant.bytes(), session.bytes()),
            )
            .doing("keeping that a live session is open")?;
            Ok(())
        })
    }

    /// Ends a session's record with a last entry. Says false when it was closed already.
    pub fn close_live_session(
        &self,
        tenant: TenantId,
        session: LiveSessionId,
        why: &str,
        last: NewLiveEntry<'_>,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let closed = t
                .execute(
                    "UPDATE live_sessions SET state = 'closed', closed_at = ?3, closed_why = ?4
                     WHERE tenant = ?1 AND id = ?2 AND state <> 'closed'",
                    params![tenant.bytes(), session.bytes(), last.at.nanos(), why],
                )
                .doing("closing a live session")?;
            if closed > 0 {
                add(t, tenant, session, last)?;
                audit::add(t, tenant, entry)?;
            }
            Ok(closed > 0)
        })
    }

    /// A session.
    pub fn live_session(
        &self,
        tenant: TenantId,
        session: LiveSessionId,
    ) -> Result<Option<LiveSessionRecord>> {
        self.read(|view| {
            view.prepare_cached("SELECT * FROM live_sessions WHERE tenant = ?1 AND id = ?2")
                .and_then(|mut s| s.query_row((tenant.bytes(), session.bytes()), read).optional())
                .doing("finding a live session")
        })
    }

    /// The sessions, the latest first.
    pub fn live_sessions(
        &self,
        tenant: TenantId,
        filter: &LiveFilter,
        page: Page,
    ) -> Result<Listing<LiveSessionRecord>> {
        let mut matching = Where::tenant("tenant", tenant);
        matching.any("device", filter.device.map(|device| blob(device.bytes())));
        matching.any("state", filter.states.iter().map(text));
        matching.any(
            "incident",
            filter.incident.map(|one| rusqlite::types::Value::from(number(one.0))),
        );
        let list = "SELECT * FROM live_sessions";
        self.read(|view| {
            listing(view, (list, "live_sessions", "opened_at DESC, id"), &matching, page, read)
        })
    }

    /// A recording, after an entry.
    pub fn live_entries(
        &self,
        tenant: TenantId,
        session: LiveSessionId,
        after: u64,
        limit: u64,
    ) -> Result<Vec<LiveEntry>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM live_entries WHERE tenant = ?1 AND session = ?2 AND number > ?3
                 ORDER BY number LIMIT ?4",
            )
            .and_then(|mut s| {
                let (after, limit) = (number(after), number(limit.min(Page::LARGEST)));
                s.query_map((tenant.bytes(), session.bytes(), after, limit), entry)?.collect()
            })
            .doing("reading a recording")
        })
    }
}

fn add(
    t: &Transaction<'_>,
    tenant: TenantId,
    session: LiveSessionId,
    entry: NewLiveEntry<'_>,
) -> Result<u64> {
    let added: i64 = t
        .prepare_cached(
            "UPDATE live_sessions SET entries = entries + 1, last_at = max(last_at, ?3)
             WHERE tenant = ?1 AND id = ?2 RETURNING entries",
        )
        .and_then(|mut s| {
            let (tenant, session) = (tenant.bytes(), session.bytes());
            s.query_row((tenant, session, entry.at.nanos()), |row| row.get(0))
        })
        .doing("counting the entries of a recording")?;
    t.prepare_cached(
        "INSERT INTO live_entries (tenant, session, number, at, kind, line, job, content)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .and_then(|mut s| {
        s.execute(params![
            tenant.bytes(),
            session.bytes(),
            added,
            entry.at.nanos(),
            entry.kind,
            entry.line.map(number),
            entry.job.map(number),
            entry.content
        ])
    })
    .doing("adding to a recording")?;
    Ok(added.max(0).unsigned_abs())
}

/// A page of a table, and how many rows there are.
fn listing<T>(
    view: &Transaction<'_>,
    (list, table, order): (&str, &str, &str),
    matching: &Where,
    page: Page,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Listing<T>> {
    let condition = matching.sql();
    let total: i64 = view
        .prepare_cached(&format!("SELECT count(*) FROM {table} WHERE {condition}"))
        .and_then(|mut s| {
            s.query_row(rusqlite::params_from_iter(matching.values()), |row| row.get(0))
        })
        .doing("counting a list")?;
    let (limit, offset) = page.sql();
    let items = view
        .prepare_cached(&format!(
            "{list} WHERE {condition} ORDER BY {order} LIMIT {limit} OFFSET {offset}"
        ))
        .and_then(|mut s| {
            s.query_map(rusqlite::params_from_iter(matching.values()), |row| read(row))?.collect()
        })
        .doing("reading a list")?;
    Ok(Listing { items, total: total.max(0).unsigned_abs() })
}

fn read(row: &Row<'_>) -> rusqlite::Result<LiveSessionRecord> {
    Ok(LiveSessionRecord {
        id: LiveSessionId::from_uuid(row.uuid("id")?),
        device: row.device("device")?,
        device_name: row.of("device_name")?,
        opened_by: row.of("opened_by")?,
        opened_at: row.time("opened_at")?,
        level: row.parsed("level")?,
        reason: row.of("reason")?,
        incident: row
            .of::<Option<i64>>("incident")?
            .map(|one| IncidentId(one.max(0).unsigned_abs())),
        state: row.of("state")?,
        last_at: row.time("last_at")?,
        closed_at: row.maybe_time("closed_at")?,
        closed_why: row.of("closed_why")?,
        entries: row.count("entries")?,
    })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<LiveEntry> {
    let count = |name| -> rusqlite::Result<Option<u64>> {
        Ok(row.of::<Option<i64>>(name)?.map(|one| one.max(0).unsigned_abs()))
    };
    Ok(LiveEntry {
        number: row.count("number")?,
        at: row.time("at")?,
        kind: row.of("kind")?,
        line: count("line")?,
        job: count("job")?,
        content: row.of("content")?,
    })
}
