//! Actions, read back.

use bartizan_model::{ActionId, ActionStatus, OutcomeItem, TenantId};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ActionDecision, ActionFilter, ActionOnDevice, ActionRecord};
use crate::{
    Listing, Page,
    column::{Columns as _, json, number},
    error::{Doing as _, Result},
};

/// What happened to one thing, as a column holds it.
#[derive(Serialize, Deserialize)]
struct Item {
    name: String,
    result: String,
    done: bool,
}

/// The things of an outcome, as a column holds them.
pub(super) fn items_column(items: &[OutcomeItem]) -> Result<String> {
    let items: Vec<Item> = items
        .iter()
        .map(|item| Item {
            name: item.name.to_string(),
            result: item.result.to_string(),
            done: item.done,
        })
        .collect();
    json("what happened to things", &items)
}

pub(super) fn action(
    view: &Transaction<'_>,
    tenant: TenantId,
    action: ActionId,
) -> Result<Option<ActionRecord>> {
    let found = view
        .prepare_cached("SELECT * FROM actions WHERE tenant = ?1 AND id = ?2")
        .and_then(|mut s| s.query_row((tenant.bytes(), action.bytes()), record).optional())
        .doing("finding an action")?;
    found.map(|found| completed(view, tenant, found)).transpose()
}

/// Which actions a filter matches. Lists stand as JSON, so that one statement serves every filter.
const MATCHING: &str = "a.tenant = :tenant
    AND (:statuses = '[]' OR a.status IN (SELECT value FROM json_each(:statuses)))
    AND (:kinds = '[]' OR a.kind IN (SELECT value FROM json_each(:kinds)))
    AND (:incident IS NULL OR a.incident = :incident)
    AND (:by IS NULL OR a.requested_by = :by)
    AND (:device IS NULL OR EXISTS (SELECT 1 FROM action_devices d
        WHERE d.tenant = a.tenant AND d.device = :device AND d.action = a.id))";

pub(super) fn actions(
    view: &Transaction<'_>,
    tenant: TenantId,
    filter: &ActionFilter,
    page: Page,
) -> Result<Listing<ActionRecord>> {
    let statuses: Vec<_> = filter.statuses.iter().map(|status| status.word()).collect();
    let kinds: Vec<_> = filter.kinds.iter().map(|kind| kind.word()).collect();
    let (statuses, kinds) = (json("statuses", &statuses)?, json("kinds", &kinds)?);
    let (limit, offset) = page.sql();
    let total = view
        .prepare_cached(&format!("SELECT count(*) AS n FROM actions a WHERE {MATCHING}"))
        .and_then(|mut s| {
            s.query_row(
                named_params! {
                    ":tenant": tenant.bytes(), ":statuses": statuses, ":kinds": kinds,
                    ":incident": filter.incident.map(|one| number(one.0)),
                    ":by": filter.requested_by, ":device": filter.device.map(|one| one.bytes()),
                },
                |row| row.count("n"),
            )
        })
        .doing("counting actions")?;
    let found: Vec<ActionRecord> = view
        .prepare_cached(&format!(
            "SELECT a.* FROM actions a WHERE {MATCHING}
             ORDER BY a.requested_at DESC, a.id DESC LIMIT :limit OFFSET :offset"
        ))
        .and_then(|mut s| {
            s.query_map(
                named_params! {
                    ":tenant": tenant.bytes(), ":statuses": statuses, ":kinds": kinds,
                    ":incident": filter.incident.map(|one| number(one.0)),
                    ":by": filter.requested_by, ":device": filter.device.map(|one| one.bytes()),
                    ":limit": limit, ":offset": offset,
                },
                record,
            )?
            .collect()
        })
        .doing("listing actions")?;
    let items: Result<_> = found.into_iter().map(|one| completed(view, tenant, one)).collect();
    Ok(Listing { items: items?, total })
}

pub(super) fn devices(
    view: &Transaction<'_>,
    tenant: TenantId,
    action: ActionId,
    status: Option<ActionStatus>,
    page: Page,
) -> Result<Listing<ActionOnDevice>> {
    let matching = "tenant = ?1 AND action = ?2 AND (?3 IS NULL OR status = ?3)";
    let status = status.map(ActionStatus::word);
    let total = view
        .prepare_cached(&format!("SELECT count(*) AS n FROM action_devices WHERE {matching}"))
        .and_then(|mut s| {
            s.query_row((tenant.bytes(), action.bytes(), status), |row| row.count("n"))
        })
        .doing("counting the devices of an action")?;
    let (limit, offset) = page.sql();
    let items = view
        .prepare_cached(&format!(
            "SELECT * FROM action_devices WHERE {matching}
             ORDER BY device_name, device LIMIT ?4 OFFSET ?5"
        ))
        .and_then(|mut s| {
            s.query_map((tenant.bytes(), action.bytes(), status, limit, offset), on_device)?
                .collect()
        })
        .doing("listing the devices of an action")?;
    Ok(Listing { items, total })
}

/// How many devices of an action stand how.
pub(super) fn counts(
    view: &Transaction<'_>,
    tenant: TenantId,
    action: ActionId,
) -> Result<Vec<(ActionStatus, u64)>> {
    view.prepare_cached(
        "SELECT status, count(*) AS n FROM action_devices WHERE tenant = ?1 AND action = ?2
         GROUP BY status ORDER BY status",
    )
    .and_then(|mut s| {
        s.query_map((tenant.bytes(), action.bytes()), |row| {
            Ok((row.parsed("status")?, row.count("n")?))
        })?
        .collect()
    })
    .doing("counting the devices of an action")
}

/// What stands in other tables about an action.
fn completed(
    view: &Transaction<'_>,
    tenant: TenantId,
    mut action: ActionRecord,
) -> Result<ActionRecord> {
    let of = (tenant.bytes(), action.id.bytes());
    action.counts = counts(view, tenant, action.id)?;
    action.decisions = view
        .prepare_cached(
            "SELECT * FROM action_decisions WHERE tenant = ?1 AND action = ?2 ORDER BY at, person",
        )
        .and_then(|mut s| s.query_map(of, decision)?.collect())
        .doing("reading decisions about an action")?;
    action.undone_by = view
        .prepare_cached(
            "SELECT id FROM actions WHERE tenant = ?1 AND undoes = ?2 ORDER BY requested_at, id",
        )
        .and_then(|mut s| s.query_map(of, |row| row.uuid("id").map(ActionId::from_uuid))?.collect())
        .doing("finding what undoes an action")?;
    Ok(action)
}

fn record(row: &Row<'_>) -> rusqlite::Result<ActionRecord> {
    let incident: Option<i64> = row.of("incident")?;
    let undoes: Option<[u8; 16]> = row.of("undoes")?;
    Ok(ActionRecord {
        id: ActionId::from_uuid(row.uuid("id")?),
        kind: row.parsed("kind")?,
        order: row.of("what")?,
        summary: row.of("summary")?,
        reason: row.of("reason")?,
        requested_by: row.of("requested_by")?,
        requested_at: row.time("requested_at")?,
        expires_at: row.time("expires_at")?,
        status: row.parsed("status")?,
        approvals_needed: row.of("approvals_needed")?,
        decisions: Vec::new(),
        undoes: undoes.map(|bytes| ActionId::from_uuid(Uuid::from_bytes(bytes))),
        undone_by: Vec::new(),
        incident: incident.map(|one| bartizan_model::IncidentId(one.unsigned_abs())),
        counts: Vec::new(),
    })
}

fn on_device(row: &Row<'_>) -> rusqlite::Result<ActionOnDevice> {
    let item = |item: Item| OutcomeItem {
        name: item.name.into(),
        result: item.result.into(),
        done: item.done,
    };
    Ok(ActionOnDevice {
        device: row.device("device")?,
        device_name: row.text("device_name")?,
        status: row.parsed("status")?,
        deliveries: row.count("deliveries")?,
        delivered_at: row.maybe_time("delivered_at")?,
        finished_at: row.maybe_time("finished_at")?,
        summary: row.of("summary")?,
        items: row.json::<Vec<Item>>("items")?.into_iter().map(item).collect(),
        undoable: row.of("undoable")?,
    })
}

fn decision(row: &Row<'_>) -> rusqlite::Result<ActionDecision> {
    Ok(ActionDecision {
        person: row.of("person")?,
        approved: row.of("approved")?,
        comment: row.of("comment")?,
        at: row.time("at")?,
    })
}
