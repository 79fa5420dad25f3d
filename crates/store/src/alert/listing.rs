//! Lists of alerts: each answered from the index that fits what is asked.

use std::collections::BTreeMap;

use bartizan_model::{DeviceId, TenantId};
use rusqlite::{params_from_iter, types::Value};

use super::{AlertFilter, AlertRecord, read};
use crate::{
    Store,
    column::{Columns as _, number, severity_number},
    error::{Doing as _, Result},
    filter::{COUNTED, Order, Where, blob, text},
    page::{Place, Seek, Stretch},
};

/// What the alerts of a list are like: how many there are of each value, among the latest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertFacets {
    /// By severity, 0 informational … 4 critical.
    pub severities: BTreeMap<u8, u64>,
    /// By status.
    pub statuses: BTreeMap<String, u64>,
    /// By rule.
    pub rules: BTreeMap<String, u64>,
    /// By device.
    pub devices: BTreeMap<DeviceId, u64>,
    /// By person; the empty name is nobody.
    pub people: BTreeMap<String, u64>,
    /// How many were looked at.
    pub of: u64,
    /// There are more.
    pub more: bool,
}

impl Store {
    /// The alerts that match.
    pub fn alerts(
        &self,
        tenant: TenantId,
        filter: &AlertFilter,
        seek: &Seek,
    ) -> Result<Stretch<AlertRecord>> {
        if let Some(place) = &seek.after {
            place.fits(2)?;
        }
        let (table, matching) = matching(tenant, filter);
        let order = Order { columns: &["event_at", "id"], descending: !filter.earliest_first };
        let (stretch, sorted) = matching.after(order, seek);
        let limit = seek.limit();
        self.read(|view| {
            let counted = view
                .prepare_cached(&matching.count(table))
                .and_then(|mut s| {
                    s.query_row(params_from_iter(matching.values()), |r| r.count("n"))
                })
                .doing("counting alerts")?;
            let sql = format!(
                "SELECT * FROM {table} WHERE {} ORDER BY {sorted} LIMIT {}",
                stretch.sql(),
                limit + 1
            );
            let rows = view
                .prepare_cached(&sql)
                .and_then(|mut s| {
                    s.query_map(params_from_iter(stretch.values()), |row| {
                        let record = read(row)?;
                        let place = vec![
                            Value::from(record.alert.event_at.nanos()),
                            blob(record.alert.id.bytes()),
                        ];
                        Ok((record, Place(place)))
                    })?
                    .collect()
                })
                .doing("listing alerts")?;
            Ok(Stretch::of(rows, limit, counted))
        })
    }

    /// What the latest of the alerts that match are like.
    pub fn alert_facets(&self, tenant: TenantId, filter: &AlertFilter) -> Result<AlertFacets> {
        let (table, matching) = matching(tenant, filter);
        let sql = format!(
            "SELECT severity, status, rule, device, assigned_to FROM {table} WHERE {}
             ORDER BY event_at DESC LIMIT {}",
            matching.sql(),
            COUNTED + 1
        );
        self.read(|view| {
            let mut facets = AlertFacets::default();
            let mut statement = view.prepare_cached(&sql).doing("counting kinds of alerts")?;
            let mut rows = statement
                .query(params_from_iter(matching.values()))
                .doing("counting kinds of alerts")?;
            while let Some(row) = rows.next().doing("counting kinds of alerts")? {
                if facets.of >= COUNTED.unsigned_abs() {
                    facets.more = true;
                    break;
                }
                facets.add(row).doing("counting kinds of alerts")?;
            }
            Ok(facets)
        })
    }
}

impl AlertFacets {
    fn add(&mut self, row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
        self.of += 1;
        *self.severities.entry(row.of("severity")?).or_default() += 1;
        *self.statuses.entry(row.of("status")?).or_default() += 1;
        *self.rules.entry(row.of("rule")?).or_default() += 1;
        *self.devices.entry(row.device("device")?).or_default() += 1;
        let person: Option<String> = row.of("assigned_to")?;
        *self.people.entry(person.unwrap_or_default()).or_default() += 1;
        Ok(())
    }
}

/// Where to look, by the index that fits best, and for what.
pub(crate) fn matching(tenant: TenantId, filter: &AlertFilter) -> (&'static str, Where) {
    let named = filter.assigned_to.as_deref().filter(|name| !name.is_empty());
    let table = if filter.incident.is_some() {
        "alerts INDEXED BY alerts_by_incident"
    } else if filter.device.is_some() {
        "alerts INDEXED BY alerts_by_device"
    } else if filter.rules.len() == 1 {
        "alerts INDEXED BY alerts_by_rule"
    } else if named.is_some() {
        "alerts INDEXED BY alerts_by_person"
    } else if filter.statuses.len() == 1 {
        "alerts INDEXED BY alerts_by_status"
    } else if filter.severities.len() == 1 {
        "alerts INDEXED BY alerts_by_severity"
    } else {
        "alerts INDEXED BY alerts_by_time"
    };
    let mut all = Where::tenant("tenant", tenant);
    all.and("hidden = ?", [Value::from(filter.hidden)]);
    all.any("device", filter.device.map(|device| blob(device.bytes())));
    all.any("incident", filter.incident.map(|incident| Value::from(number(incident.0))));
    all.any("rule", filter.rules.iter().map(text));
    all.any("severity", filter.severities.iter().map(|s| Value::from(severity_number(*s))));
    all.any("status", filter.statuses.iter().map(|status| text(status.word())));
    match filter.assigned_to.as_deref() {
        Some("") => all.and("assigned_to IS NULL", []),
        Some(name) => all.and("assigned_to = ?", [text(name)]),
        None => {}
    }
    all.within("event_at", filter.from, filter.to);
    if let Some(part) = &filter.text {
        // Titles are the rules': there are few of them, and few devices, beside many alerts.
        let part = text(part.to_lowercase());
        let tenant = blob(tenant.bytes());
        all.and(
            "(rule IN (SELECT rule FROM alert_rules WHERE tenant = ?
                 AND (instr(lower(title), ?) > 0 OR instr(lower(rule), ?) > 0))
              OR device IN (SELECT id FROM devices WHERE tenant = ? AND instr(lower(name), ?) > 0))",
            [tenant.clone(), part.clone(), part.clone(), tenant, part],
        );
    }
    (table, all)
}
