//! What is held and what it costs: figures of the server's health.

use bartizan_model::{DeviceId, TenantId, Text, Timestamp};

use crate::{
    Store,
    column::Columns as _,
    error::{Doing as _, Result},
};

/// How many devices are named.
const NAMED: i64 = 50;

/// What is held and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Costs {
    /// Sealed files of events.
    pub event_files: u64,
    /// Rows in them.
    pub event_rows: u64,
    /// Bytes of them.
    pub event_bytes: u64,
    /// The earliest row in them.
    pub events_since: Option<Timestamp>,
    /// Bytes of the records.
    pub record_bytes: u64,
    /// Alerts.
    pub alerts: u64,
    /// Events lost, by stage: how many, on how many devices, when last.
    pub losses: Vec<(String, u64, u64, Timestamp)>,
    /// The devices that send most.
    pub devices: Vec<DeviceCost>,
}

/// What one device costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCost {
    /// Which.
    pub device: DeviceId,
    /// The machine's name.
    pub name: Text,
    /// Processor time of its sensor.
    pub cpu_millis: u64,
    /// Memory of its sensor.
    pub resident_bytes: u64,
    /// What waits in its spool.
    pub spool_bytes: u64,
    /// Events its sensor put into the spool.
    pub events: u64,
    /// Events of it that were lost.
    pub events_lost: u64,
    /// Alerts on it.
    pub alerts: u64,
    /// Processes that are kept of it.
    pub processes: u64,
}

impl Store {
    /// What is held of a tenant, and what it costs.
    pub fn costs(&self, tenant: TenantId) -> Result<Costs> {
        self.read(|view| {
            let mut costs = view
                .prepare_cached(
                    "SELECT count(*) AS files, coalesce(sum(rows), 0) AS rows,
                         coalesce(sum(bytes), 0) AS bytes, min(first_at) AS since,
                         (SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()) AS records,
                         (SELECT coalesce(sum(count), 0) FROM alert_rules WHERE tenant = ?1) AS alerts
                     FROM telemetry_files WHERE tenant = ?1",
                )
                .and_then(|mut s| {
                    s.query_row([tenant.bytes()], |row| {
                        Ok(Costs {
                            event_files: row.count("files")?,
                            event_rows: row.count("rows")?,
                            event_bytes: row.count("bytes")?,
                            events_since: row.maybe_time("since")?,
                            record_bytes: row.count("records")?,
                            alerts: row.count("alerts")?,
                            ..Costs::default()
                        })
                    })
                })
                .doing("counting what is held")?;
            costs.losses = view
                .prepare_cached(
                    "SELECT stage, sum(count) AS n, count(DISTINCT device) AS devices, max(last_at) AS last
                     FROM device_losses WHERE tenant = ?1 GROUP BY stage ORDER BY stage",
                )
                .and_then(|mut s| {
                    s.query_map([tenant.bytes()], |row| {
                        let (count, devices) = (row.count("n")?, row.count("devices")?);
                        Ok((row.of("stage")?, count, devices, row.time("last")?))
                    })?
                    .collect()
                })
                .doing("counting losses by stage")?;
            costs.devices = view
                .prepare_cached(
                    "SELECT d.id, d.name, d.alert_count, d.processes,
                         coalesce(json_extract(health, '$.cpu_millis'), 0) AS cpu,
                         coalesce(json_extract(health, '$.resident_bytes'), 0) AS resident,
                         coalesce(json_extract(health, '$.spool_bytes'), 0) AS spool,
                         coalesce(json_extract(health, '$.events_spooled'), 0) AS events,
                         (SELECT coalesce(sum(count), 0) FROM device_losses l
                             WHERE l.tenant = d.tenant AND l.device = d.id) AS lost
                     FROM devices d WHERE d.tenant = ?1 AND d.revoked_at IS NULL
                     ORDER BY events DESC, d.name LIMIT ?2",
                )
                .and_then(|mut s| {
                    s.query_map((tenant.bytes(), NAMED), |row| {
                        Ok(DeviceCost {
                            device: row.device("id")?,
                            name: row.text("name")?,
                            cpu_millis: row.count("cpu")?,
                            resident_bytes: row.count("resident")?,
                            spool_bytes: row.count("spool")?,
                            events: row.count("events")?,
                            events_lost: row.count("lost")?,
                            alerts: row.count("alert_count")?,
                            processes: row.count("processes")?,
                        })
                    })?
                    .collect()
                })
                .doing("finding what devices cost")?;
            Ok(costs)
        })
    }
}
