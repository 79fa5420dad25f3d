//! Indicators: kept, found and removed; and the version by which others see that something changed.

use bartizan_model::{DeviceId, Severity, TenantId, Timestamp};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params, params};
use uuid::Uuid;

use crate::{
    Listing, NewAuditEntry, Page, Store, audit,
    column::{Columns as _, json, number, severity_number, unreadable},
    error::{Doing as _, Result},
};

/// How many indicators are kept in one transaction.
const KEPT_AT_ONCE: usize = 5_000;

/// A known value, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptIndicator {
    /// Its identity.
    pub id: Uuid,
    /// `sha256`, `domain` ….
    pub kind: String,
    /// The value in the one form it is compared in.
    pub value: String,
    /// Of a domain: whether names below it are meant too.
    pub subdomains: bool,
    /// `allow`, `audit`, `warn` or `block`.
    pub action: String,
    /// How grave a sighting is.
    pub severity: Severity,
    /// What a sighting is called.
    pub title: String,
    /// What is known of it.
    pub description: String,
    /// Who says so.
    pub source: String,
    /// On which devices it counts, and in which groups; `None` for all.
    pub scope: Option<(Vec<DeviceId>, Vec<String>)>,
    /// From when it counts.
    pub valid_from: Option<Timestamp>,
    /// Until when.
    pub valid_until: Option<Timestamp>,
    /// When it was taken.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

impl KeptIndicator {
    /// The identity of a value from a source: taken again, it replaces what was said before.
    pub fn identity(tenant: TenantId, kind: &str, value: &str, source: &str) -> Uuid {
        Uuid::new_v5(&tenant.uuid(), format!("indicator/{kind}/{value}/{source}").as_bytes())
    }
}

/// Which indicators.
#[derive(Debug, Clone, Default)]
pub struct IndicatorFilter {
    /// Of this kind.
    pub kind: Option<String>,
    /// From this source.
    pub source: Option<String>,
    /// Part of the value or the title.
    pub text: Option<String>,
}

const MATCHING: &str = "tenant = :tenant AND (:kind IS NULL OR kind = :kind)
    AND (:source IS NULL OR source = :source)
    AND (:text IS NULL OR instr(value, lower(:text)) > 0 OR instr(lower(title), lower(:text)) > 0)";

impl Store {
    /// Keeps indicators, each in the place of the one with its identity. A long list is kept in parts, so that others
    /// who keep something do not wait for all of it; it counts when the last part is there.
    pub fn keep_indicators(
        &self,
        tenant: TenantId,
        indicators: &[KeptIndicator],
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        for part in indicators.chunks(KEPT_AT_ONCE) {
            self.write(|t| part.iter().try_for_each(|indicator| keep(t, tenant, indicator)))?;
        }
        self.write(|t| {
            changed(t, tenant)?;
            audit::add(t, tenant, entry)
        })
    }

    /// Removes an indicator. Says whether there was one.
    pub fn remove_indicator(
        &self,
        tenant: TenantId,
        id: Uuid,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let removed = t
                .execute(
                    "DELETE FROM indicators WHERE tenant = ?1 AND id = ?2",
                    (tenant.bytes(), id.into_bytes()),
                )
                .doing("removing an indicator")?;
            if removed > 0 {
                changed(t, tenant)?;
                audit::add(t, tenant, entry)?;
            }
            Ok(removed > 0)
        })
    }

    /// The indicators that match, latest first.
    pub fn indicators(
        &self,
        tenant: TenantId,
        filter: &IndicatorFilter,
        page: Page,
    ) -> Result<Listing<KeptIndicator>> {
        let (limit, offset) = page.sql();
        self.read(|view| {
            let total = view
                .prepare_cached(&format!("SELECT count(*) AS n FROM indicators WHERE {MATCHING}"))
                .and_then(|mut s| {
                    let values = named_params! {
                        ":tenant": tenant.bytes(), ":kind": filter.kind,
                        ":source": filter.source, ":text": filter.text,
                    };
                    s.query_row(values, |row| row.count("n"))
                })
                .doing("counting indicators")?;
            let items = view
                .prepare_cached(&format!(
                    "SELECT * FROM indicators WHERE {MATCHING}
                     ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset"
                ))
                .and_then(|mut s| {
                    let values = named_params! {
                        ":tenant": tenant.bytes(), ":kind": filter.kind,
                        ":source": filter.source, ":text": filter.text,
                        ":limit": limit, ":offset": offset,
                    };
                    s.query_map(values, read)?.collect()
                })
                .doing("listing indicators")?;
            Ok(Listing { items, total })
        })
    }

    /// Every indicator of the tenant that can still count at `now`.
    pub fn load_indicators(&self, tenant: TenantId, now: Timestamp) -> Result<Vec<KeptIndicator>> {
        self.read(|view| {
            view.prepare(
                "SELECT * FROM indicators
                 WHERE tenant = ?1 AND (valid_until IS NULL OR valid_until > ?2)",
            )
            .and_then(|mut s| s.query_map((tenant.bytes(), now.nanos()), read)?.collect())
            .doing("loading indicators")
        })
    }

    /// A number that grows with every change of the tenant's indicators.
    pub fn indicator_version(&self, tenant: TenantId) -> Result<u64> {
        self.read(|view| {
            view.prepare_cached("SELECT version FROM indicator_versions WHERE tenant = ?1")
                .and_then(|mut s| {
                    s.query_row([tenant.bytes()], |row| row.count("version")).optional()
                })
                .doing("finding the version of the indicators")
                .map(Option::unwrap_or_default)
        })
    }

    /// Until which time of taking the tenant's indicators were looked for in the events kept.
    pub fn indicators_hunted(&self, tenant: TenantId) -> Result<Timestamp> {
        self.read(|view| {
            view.prepare_cached("SELECT hunted FROM indicator_versions WHERE tenant = ?1")
                .and_then(|mut s| {
                    s.query_row([tenant.bytes()], |row| row.time("hunted")).optional()
                })
                .doing("finding which indicators were hunted")
                .map(Option::unwrap_or_default)
        })
    }

    /// Keeps that indicators taken until then were looked for.
    pub fn keep_indicators_hunted(&self, tenant: TenantId, until: Timestamp) -> Result<()> {
        self.write(|t| {
            t.execute(
                "UPDATE indicator_versions SET hunted = ?2 WHERE tenant = ?1",
                (tenant.bytes(), until.nanos()),
            )
            .doing("keeping which indicators were hunted")?;
            Ok(())
        })
    }
}

fn keep(t: &Transaction<'_>, tenant: TenantId, indicator: &KeptIndicator) -> Result<()> {
    let devices = indicator.scope.as_ref().map(|(devices, _)| {
        json("devices", &devices.iter().map(ToString::to_string).collect::<Vec<_>>())
    });
    let groups = indicator.scope.as_ref().map(|(_, groups)| json("groups", groups));
    t.prepare_cached(
        "INSERT OR REPLACE INTO indicators (tenant, id, kind, value, subdomains, action, severity,
             title, description, source, devices, groups, valid_from, valid_until, created_at,
             created_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )
    .doing("keeping an indicator")?
    .execute(params![
        tenant.bytes(),
        indicator.id.into_bytes(),
        indicator.kind,
        indicator.value,
        indicator.subdomains,
        indicator.action,
        severity_number(indicator.severity),
        indicator.title,
        indicator.description,
        indicator.source,
        devices.transpose()?,
        groups.transpose()?,
        indicator.valid_from.map(Timestamp::nanos),
        indicator.valid_until.map(Timestamp::nanos),
        indicator.created_at.nanos(),
        indicator.created_by,
    ])
    .doing("keeping an indicator")?;
    Ok(())
}

fn changed(t: &Transaction<'_>, tenant: TenantId) -> Result<()> {
    t.execute(
        "INSERT INTO indicator_versions (tenant, version, hunted) VALUES (?1, ?2, 0)
         ON CONFLICT (tenant) DO UPDATE SET version = version + 1",
        (tenant.bytes(), number(1)),
    )
    .doing("keeping that indicators changed")?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<KeptIndicator> {
    let scope = match row.maybe_json::<Vec<String>>("devices")? {
        None => None,
        Some(devices) => {
            let devices: std::result::Result<Vec<DeviceId>, _> =
                devices.iter().map(|id| id.parse()).collect();
            let groups = row.maybe_json("groups")?.unwrap_or_default();
            Some((devices.map_err(unreadable)?, groups))
        }
    };
    Ok(KeptIndicator {
        id: row.uuid("id")?,
        kind: row.of("kind")?,
        value: row.of("value")?,
        subdomains: row.of("subdomains")?,
        action: row.of("action")?,
        severity: row.severity("severity")?,
        title: row.of("title")?,
        description: row.of("description")?,
        source: row.of("source")?,
        scope,
        valid_from: row.maybe_time("valid_from")?,
        valid_until: row.maybe_time("valid_until")?,
        created_at: row.time("created_at")?,
        created_by: row.of("created_by")?,
    })
}
