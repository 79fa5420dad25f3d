//! Which numbers of a device's streams never came. Counted with the judging of each record, so that it is counted
//! once, and kept over restarts.

use bartizan_model::{DeviceId, StreamId, TenantId};
use rusqlite::{Transaction, params};

use crate::{
    StepEffects, Store,
    column::{Columns as _, number},
    error::{Doing as _, Result},
};

/// Which stretch of a stream a record of the log held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamSpan {
    /// Which stream.
    pub stream: StreamId,
    /// The last number that the record spans.
    pub last: u64,
    /// How many events were in it.
    pub events: u64,
}

impl Store {
    /// How many events of a tenant's devices never came: their numbers were passed over.
    pub fn missing_events(&self, tenant: TenantId) -> Result<u64> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT coalesce(sum(missing), 0) AS n FROM device_streams WHERE tenant = ?1",
            )
            .and_then(|mut s| s.query_row([tenant.bytes()], |row| row.count("n")))
            .doing("counting missing events")
        })
    }

    /// How many events of a device never came.
    pub fn missing_events_of(&self, tenant: TenantId, device: DeviceId) -> Result<u64> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT coalesce(sum(missing), 0) AS n FROM device_streams
                 WHERE tenant = ?1 AND device = ?2",
            )
            .and_then(|mut s| s.query_row((tenant.bytes(), device.bytes()), |row| row.count("n")))
            .doing("counting missing events")
        })
    }
}

/// Counts what a record passed over. A stream begins with number 1.
pub(crate) fn keep(t: &Transaction<'_>, step: &StepEffects) -> Result<()> {
    let Some(span) = step.span else { return Ok(()) };
    t.prepare_cached(
        "INSERT INTO device_streams (tenant, device, stream, through, missing)
         VALUES (?1, ?2, ?3, ?4, max(0, ?4 - ?5))
         ON CONFLICT (tenant, device, stream) DO UPDATE SET
             missing = missing + max(0, ?4 - through - ?5), through = ?4
         WHERE ?4 > through",
    )
    .and_then(|mut s| {
        s.execute(params![
            step.tenant.bytes(),
            step.device.bytes(),
            span.stream.bytes(),
            number(span.last),
            number(span.events)
        ])
    })
    .doing("counting missing events")?;
    Ok(())
}
