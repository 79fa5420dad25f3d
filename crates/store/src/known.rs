//! Which files and addresses a tenant's devices know: what few know ties alerts together, also after a restart.

use bartizan_model::{DeviceId, TenantId, Tie};
use rusqlite::{Transaction, params};

use crate::{
    StepEffects, Store,
    border::Border as _,
    column::{Columns as _, json},
    error::{Doing as _, Result},
};

/// Most of a tenant that is kept; the oldest is let go, and is rare again.
const KNOWN_MAX: i64 = 1_000_000;

impl Store {
    /// What the tenant's devices know, what was known first first.
    pub fn load_known_things(&self, tenant: TenantId) -> Result<Vec<(Tie, DeviceId)>> {
        self.read(|view| {
            view.prepare("SELECT thing, device FROM known_things WHERE tenant = ?1 ORDER BY number")
                .and_then(|mut s| {
                    s.query_map([tenant.bytes()], |row| {
                        Ok((Tie::of(row.json("thing")?)?, row.device("device")?))
                    })?
                    .collect()
                })
                .doing("taking up what devices know")
        })
    }
}

/// Keeps what a device was not known to know.
pub(crate) fn keep(t: &Transaction<'_>, step: &StepEffects) -> Result<()> {
    if step.known.is_empty() {
        return Ok(());
    }
    let tenant = step.tenant.bytes();
    for tie in &step.known {
        t.prepare_cached(
            "INSERT INTO known_things (tenant, thing, device) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )
        .doing("keeping what devices know")?
        .execute(params![tenant, json("a tie", &tie.form())?, step.device.bytes()])
        .doing("keeping what devices know")?;
    }
    // Numbers are given one after another to all tenants: this bounds each, and all together.
    t.prepare_cached(
        "DELETE FROM known_things WHERE number <= (SELECT max(number) FROM known_things) - ?1",
    )
    .and_then(|mut s| s.execute([KNOWN_MAX]))
    .doing("bounding what devices know")?;
    Ok(())
}
