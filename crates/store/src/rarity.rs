//! How usual things are: what was seen on which device, kept for a month after it was last seen.

use bartizan_model::{DeviceId, TenantId};
use rusqlite::Transaction;

use crate::{
    StepEffects, Store,
    column::Columns as _,
    error::{Doing as _, Result},
};

/// How many days something is kept after it was last seen.
const KEPT_DAYS: i64 = 31;

/// Something that was seen on a device on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsualThing {
    /// Where.
    pub device: DeviceId,
    /// What, by a number that is the same for the same thing for ever.
    pub thing: u64,
    /// The day it was last seen, counted from 1970.
    pub day: i64,
}

impl Store {
    /// What is usual on the tenant's devices.
    pub fn load_usual_things(&self, tenant: TenantId) -> Result<Vec<UsualThing>> {
        self.read(|view| {
            view.prepare(
                "SELECT device, thing, day FROM usual_things WHERE tenant = ?1 ORDER BY day",
            )
            .and_then(|mut s| {
                s.query_map([tenant.bytes()], |row| {
                    Ok(UsualThing {
                        device: row.device("device")?,
                        thing: row.of::<i64>("thing")?.cast_unsigned(),
                        day: row.of("day")?,
                    })
                })?
                .collect()
            })
            .doing("taking up what is usual")
        })
    }

    /// Since which day each of the tenant's devices is watched.
    pub fn load_watched_devices(&self, tenant: TenantId) -> Result<Vec<(DeviceId, i64)>> {
        self.read(|view| {
            view.prepare("SELECT device, since FROM watched_devices WHERE tenant = ?1")
                .and_then(|mut s| {
                    s.query_map([tenant.bytes()], |row| {
                        Ok((row.device("device")?, row.of("since")?))
                    })?
                    .collect()
                })
                .doing("taking up since when devices are watched")
        })
    }
}

/// Keeps what a step learned; once a day for each device, what is over is let go.
pub(crate) fn keep(t: &Transaction<'_>, step: &StepEffects) -> Result<()> {
    let Some(latest) = step.learned.iter().map(|learned| learned.day).max() else { return Ok(()) };
    let tenant = step.tenant.bytes();
    for learned in &step.learned {
        t.prepare_cached(
            "INSERT INTO usual_things (tenant, device, thing, day) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (tenant, device, thing) DO UPDATE SET day = max(day, excluded.day)",
        )
        .and_then(|mut s| {
            let thing = learned.thing.cast_signed();
            s.execute((tenant, learned.device.bytes(), thing, learned.day))
        })
        .doing("keeping what is usual")?;
    }
    let device = step.device.bytes();
    let new_day = t
        .prepare_cached(
            "INSERT INTO watched_devices (tenant, device, since, latest) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT (tenant, device) DO UPDATE SET
                 since = min(since, excluded.since), latest = excluded.latest
             WHERE excluded.latest > latest OR excluded.since < since",
        )
        .and_then(|mut s| s.execute((tenant, device, latest)))
        .doing("keeping since when a device is watched")?;
    if new_day > 0 {
        t.prepare_cached("DELETE FROM usual_things WHERE tenant = ?1 AND day < ?2")
            .and_then(|mut s| s.execute((tenant, latest - KEPT_DAYS)))
            .doing("forgetting what is not usual any more")?;
    }
    Ok(())
}
