//! The families of alerts: marked, so that they are kept when others are forgotten.

use bartizan_model::{Alert, DeviceId, ProcessKey, TenantId};
use rusqlite::Transaction;

use super::ancestors;
use crate::{
    column::key_bytes,
    error::{Doing as _, Result},
};

/// How many processes are marked as an alert's family at once.
const MAX_FAMILY: i64 = 20_000;

/// Marks an alert's family, so that it is kept: the process, its ancestors, and all that the eldest of the
/// family started. Later children are marked as they come.
pub(crate) fn keep_family(t: &Transaction<'_>, alert: &Alert) -> Result<()> {
    let Some(process) = alert.process else { return Ok(()) };
    let (tenant, device) = (alert.tenant, alert.device);
    let eldest = alert.family.unwrap_or(process);
    // Whatever a marked family starts is marked as it comes; only what came before its parent may lack it.
    let known = is_member(t, tenant, device, eldest)?;
    let mut within = true;
    for record in ancestors(t, tenant, device, process)? {
        let key = record.process.key;
        mark(t, tenant, device, key, if within { 2 } else { 1 })?;
        within = within && key != eldest;
    }
    let from = if known { process } else { eldest };
    t.prepare_cached(
        "WITH RECURSIVE members (key) AS (
             SELECT ?3
             UNION
             SELECT p.key FROM members m JOIN processes p
                 ON p.tenant = ?1 AND p.device = ?2 AND p.parent = m.key AND p.family < 2
             LIMIT ?4)
         UPDATE processes SET family = 2 WHERE tenant = ?1 AND device = ?2 AND family < 2
             AND key IN (SELECT key FROM members)",
    )
    .and_then(|mut s| s.execute((tenant.bytes(), device.bytes(), key_bytes(from), MAX_FAMILY)))
    .doing("marking the family of an alert")?;
    Ok(())
}

/// Whether a process is known to be a member of an alert's family.
fn is_member(
    t: &Transaction<'_>,
    tenant: TenantId,
    device: DeviceId,
    key: ProcessKey,
) -> Result<bool> {
    t.prepare_cached(
        "SELECT 1 FROM processes WHERE tenant = ?1 AND device = ?2 AND key = ?3 AND family = 2",
    )
    .and_then(|mut s| s.exists((tenant.bytes(), device.bytes(), key_bytes(key))))
    .doing("looking for the family of an alert")
}

fn mark(
    t: &Transaction<'_>,
    tenant: TenantId,
    device: DeviceId,
    key: ProcessKey,
    family: i64,
) -> Result<()> {
    t.prepare_cached(
        "UPDATE processes SET family = max(family, ?4)
         WHERE tenant = ?1 AND device = ?2 AND key = ?3",
    )
    .and_then(|mut s| s.execute((tenant.bytes(), device.bytes(), key_bytes(key), family)))
    .doing("marking the family of an alert")?;
    Ok(())
}
