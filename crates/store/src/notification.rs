//! Who is told of incidents: the channels, and what still has to be delivered. Delivering is the server's work.

use bartizan_model::{Severity, TenantId, Timestamp};
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use crate::{
    IncidentEffect, NewAuditEntry, Store, audit,
    column::{Columns as _, number, severity_number},
    error::{Doing as _, Result},
};

/// How many notifications wait at most for one channel; beyond it the oldest are given up, which they say.
pub const MAX_WAITING: i64 = 1_000;
/// How many notifications of a channel are remembered.
const REMEMBERED: i64 = 2_000;

/// Where notifications go.
#[derive(Clone, PartialEq, Eq)]
pub struct NotificationChannel {
    /// Its number; 0 for one to be made.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// `webhook`, `syslog` or `email`.
    pub kind: String,
    /// A URL, `tcp://host:port` or `udp://host:port`, or `smtp://server:port/from/to`.
    pub target: String,
    /// What a webhook is signed with.
    pub secret: Option<String>,
    /// Only of incidents at least as grave.
    pub least: Severity,
    /// It is used.
    pub enabled: bool,
}

impl std::fmt::Debug for NotificationChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NotificationChannel")
            .field("number", &self.number)
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Something told, or still to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its number.
    pub number: u64,
    /// Whose.
    pub tenant: TenantId,
    /// By which channel.
    pub channel: u64,
    /// In one line.
    pub subject: String,
    /// All of it, JSON.
    pub body: String,
    /// When it came up.
    pub created_at: Timestamp,
    /// When it is tried next; never again without.
    pub due_at: Option<Timestamp>,
    /// How often it was tried.
    pub tries: u32,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// Why it did not, the last time.
    pub problem: Option<String>,
}

impl Store {
    /// The channels, in the order they were made.
    pub fn notification_channels(&self, tenant: TenantId) -> Result<Vec<NotificationChannel>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM notification_channels WHERE tenant = ?1 ORDER BY number",
            )
            .and_then(|mut s| s.query_map([tenant.bytes()], channel)?.collect())
            .doing("listing notification channels")
        })
    }

    /// Keeps a channel, and gives its number; `None` when there is none with its number. A known channel keeps
    /// its secret when none is given.
    pub fn keep_notification_channel(
        &self,
        tenant: TenantId,
        channel: &NotificationChannel,
        entry: NewAuditEntry<'_>,
    ) -> Result<Option<u64>> {
        self.write(|t| {
            let least = severity_number(channel.least);
            let kept = if channel.number == 0 {
                t.execute(
                    "INSERT INTO notification_channels
                         (tenant, name, kind, target, secret, least, enabled, created_by, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                    params![
                        tenant.bytes(),
                        channel.name,
                        channel.kind,
                        channel.target,
                        channel.secret,
                        least,
                        channel.enabled,
                        entry.actor,
                        entry.at.nanos()
                    ],
                )
                .doing("keeping a notification channel")?;
                Some(t.last_insert_rowid().max(0).unsigned_abs())
            } else {
                let changed = t
                    .execute(
                        "UPDATE notification_channels SET name = ?3, kind = ?4, target = ?5,
                             secret = coalesce(?6, secret), least = ?7, enabled = ?8
                         WHERE tenant = ?1 AND number = ?2",
                        params![
                            tenant.bytes(),
                            number(channel.number),
                            channel.name,
                            channel.kind,
                            channel.target,
                            channel.secret,
                            least,
                            channel.enabled
                        ],
                    )
                    .doing("changing a notification channel")?;
                (changed > 0).then_some(channel.number)
            };
            if kept.is_some() {
                audit::add(t, tenant, entry)?;
            }
            Ok(kept)
        })
    }

    /// Removes a channel and what waits for it. Says whether there was one.
    pub fn remove_notification_channel(
        &self,
        tenant: TenantId,
        which: u64,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let key = (tenant.bytes(), number(which));
            t.execute("DELETE FROM notifications WHERE tenant = ?1 AND channel = ?2", key)
                .doing("removing notifications")?;
            let removed = t
                .execute("DELETE FROM notification_channels WHERE tenant = ?1 AND number = ?2", key)
                .doing("removing a notification channel")?;
            if removed > 0 {
                audit::add(t, tenant, entry)?;
            }
            Ok(removed > 0)
        })
    }

    /// Puts a notification into the queue of a channel.
    pub fn notify(
        &self,
        tenant: TenantId,
        channel: u64,
        (subject, body): (&str, &str),
        at: Timestamp,
    ) -> Result<()> {
        self.write(|t| add(t, tenant, channel, (subject, body), at))
    }

    /// A channel does not answer: what else waits for it waits at least until then too, so that it holds up no other.
    pub fn put_channel_off(&self, tenant: TenantId, channel: u64, until: Timestamp) -> Result<()> {
        self.write(|t| {
            t.execute(
                "UPDATE notifications SET due_at = max(due_at, ?3)
                 WHERE tenant = ?1 AND channel = ?2 AND due_at IS NOT NULL",
                (tenant.bytes(), number(channel), until.nanos()),
            )
            .doing("putting notifications off")?;
            Ok(())
        })
    }

    /// What is due at this time, of all tenants, with the channel of each; earliest first.
    pub fn notifications_due(
        &self,
        at: Timestamp,
        many: u32,
    ) -> Result<Vec<(Notification, NotificationChannel)>> {
        self.read(|view| {
            let due: Vec<Notification> = view
                .prepare_cached(
                    "SELECT * FROM notifications WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
                )
                .and_then(|mut s| s.query_map((at.nanos(), many), notification)?.collect())
                .doing("finding notifications that are due")?;
            let mut found = Vec::with_capacity(due.len());
            for notification in due {
                let by = view
                    .prepare_cached(
                        "SELECT * FROM notification_channels WHERE tenant = ?1 AND number = ?2",
                    )
                    .and_then(|mut s| {
                        let key = (notification.tenant.bytes(), number(notification.channel));
                        s.query_row(key, channel).optional()
                    })
                    .doing("finding a notification channel")?;
                found.extend(by.map(|by| (notification, by)));
            }
            Ok(found)
        })
    }

    /// Keeps how a delivery went: it arrived, or why not and when it is tried again, if it is.
    pub fn notification_tried(
        &self,
        which: u64,
        at: Timestamp,
        outcome: Result<(), (&str, Option<Timestamp>)>,
    ) -> Result<()> {
        let (delivered, problem, due) = match outcome {
            Ok(()) => (Some(at.nanos()), None, None),
            Err((problem, again)) => (None, Some(problem), again.map(Timestamp::nanos)),
        };
        self.write(|t| {
            t.execute(
                "UPDATE notifications SET tries = tries + 1, delivered_at = ?2, problem = ?3, due_at = ?4
                 WHERE number = ?1",
                params![number(which), delivered, problem, due],
            )
            .doing("keeping how a notification went")?;
            Ok(())
        })
    }

    /// The latest notifications of a channel, latest first.
    pub fn notifications(
        &self,
        tenant: TenantId,
        channel: u64,
        many: u32,
    ) -> Result<Vec<Notification>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM notifications WHERE tenant = ?1 AND channel = ?2
                 ORDER BY number DESC LIMIT ?3",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), number(channel), many), notification)?.collect()
            })
            .doing("listing notifications")
        })
    }
}

/// Puts what happened to an incident into the queue of every channel that wants it, in the transaction that keeps
/// it: told once, also when a batch is judged again.
pub(crate) fn incident(
    t: &Transaction<'_>,
    effect: &IncidentEffect,
    kind: &str,
    at: Timestamp,
) -> Result<()> {
    let incident = &effect.incident;
    let channels: Vec<u64> = t
        .prepare_cached(
            "SELECT number FROM notification_channels WHERE tenant = ?1 AND enabled AND least <= ?2",
        )
        .and_then(|mut s| {
            let of = (incident.tenant.bytes(), severity_number(incident.severity));
            s.query_map(of, |row| row.count("number"))?.collect()
        })
        .doing("finding who is told of an incident")?;
    if channels.is_empty() {
        return Ok(());
    }
    let subject =
        format!("{}: {} (incident {})", incident.severity.word(), incident.title, incident.id);
    let tactics: Vec<&str> = incident.tactics.iter().map(|tactic| &**tactic).collect();
    let body = serde_json::json!({
        "kind": kind,
        "incident": incident.id.0,
        "title": &*incident.title,
        "severity": incident.severity.word(),
        "severity_reason": &*incident.severity_reason,
        "priority": effect.priority,
        "priority_reasons": effect.priority_reasons,
        "tactics": tactics,
        "device": incident.device.to_string(),
        "device_name": &*incident.device_name,
        "alerts": incident.alerts.len(),
        "first_at_ms": incident.first_at.millis(),
        "last_at_ms": incident.last_at.millis(),
    });
    let body = body.to_string();
    for channel in channels {
        add(t, incident.tenant, channel, (&subject, &body), at)?;
    }
    Ok(())
}

fn add(
    t: &Transaction<'_>,
    tenant: TenantId,
    channel: u64,
    (subject, body): (&str, &str),
    at: Timestamp,
) -> Result<()> {
    t.prepare_cached(
        "INSERT INTO notifications (tenant, channel, subject, body, created_at, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
    )
    .and_then(|mut s| {
        s.execute(params![tenant.bytes(), number(channel), subject, body, at.nanos()])
    })
    .doing("keeping a notification")?;
    bound(t, tenant, channel)
}

fn bound(t: &Transaction<'_>, tenant: TenantId, channel: u64) -> Result<()> {
    let key = (tenant.bytes(), number(channel));
    t.execute(
        "UPDATE notifications SET due_at = NULL, problem = 'given up: too many were waiting'
         WHERE number IN (SELECT number FROM notifications WHERE tenant = ?1 AND channel = ?2
             AND due_at IS NOT NULL ORDER BY number DESC LIMIT -1 OFFSET ?3)",
        (key.0, key.1, MAX_WAITING),
    )
    .doing("bounding notifications")?;
    t.execute(
        "DELETE FROM notifications WHERE number IN (SELECT number FROM notifications
             WHERE tenant = ?1 AND channel = ?2 ORDER BY number DESC LIMIT -1 OFFSET ?3)",
        (key.0, key.1, REMEMBERED),
    )
    .doing("bounding notifications")?;
    Ok(())
}

fn channel(row: &Row<'_>) -> rusqlite::Result<NotificationChannel> {
    Ok(NotificationChannel {
        number: row.count("number")?,
        name: row.of("name")?,
        kind: row.of("kind")?,
        target: row.of("target")?,
        secret: row.of("secret")?,
        least: row.severity("least")?,
        enabled: row.of("enabled")?,
    })
}

fn notification(row: &Row<'_>) -> rusqlite::Result<Notification> {
    Ok(Notification {
        number: row.count("number")?,
        tenant: row.tenant("tenant")?,
        channel: row.count("channel")?,
        subject: row.of("subject")?,
        body: row.of("body")?,
        created_at: row.time("created_at")?,
        due_at: row.maybe_time("due_at")?,
        tries: row.of("tries")?,
        delivered_at: row.maybe_time("delivered_at")?,
        problem: row.of("problem")?,
    })
}
