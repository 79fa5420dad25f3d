//! Lists of incidents: each answered from the index of its order.

use std::collections::BTreeMap;

use bartizan_model::TenantId;
use rusqlite::{params_from_iter, types::Value};

use super::{
    IncidentFilter, IncidentOrder, IncidentRecord,
    reading::{name_devices, read},
};
use crate::{
    Store,
    column::{Columns as _, number, severity_number},
    error::{Doing as _, Result},
    filter::{COUNTED, Order, Where, blob, text},
    page::{Place, Seek, Stretch},
};

/// What the incidents of a list are like: how many there are of each value, among the latest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncidentFacets {
    /// By severity, 0 informational … 4 critical.
    pub severities: BTreeMap<u8, u64>,
    /// By status.
    pub statuses: BTreeMap<String, u64>,
    /// By person; the empty name is nobody.
    pub people: BTreeMap<String, u64>,
    /// By classification; the empty word is none.
    pub classifications: BTreeMap<String, u64>,
    /// By tag.
    pub tags: BTreeMap<String, u64>,
    /// How many were looked at.
    pub of: u64,
    /// There are more.
    pub more: bool,
}

impl Store {
    /// The incidents that match, without their alerts.
    pub fn incidents(
        &self,
        tenant: TenantId,
        filter: &IncidentFilter,
        seek: &Seek,
    ) -> Result<Stretch<IncidentRecord>> {
        let (index, columns): (&str, &[&str]) = match filter.order {
            IncidentOrder::Latest => ("incidents_by_time", &["last_at", "number"]),
            IncidentOrder::Severity => {
                ("incidents_by_severity", &["severity", "last_at", "number"])
            }
            IncidentOrder::Priority => {
                ("incidents_by_priority", &["priority", "last_at", "number"])
            }
        };
        if let Some(place) = &seek.after {
            place.fits(columns.len())?;
        }
        let table = format!("incidents INDEXED BY {index}");
        let matching = matching(tenant, filter);
        let (stretch, sorted) =
            matching.after(Order { columns, descending: !filter.ascending }, seek);
        let limit = seek.limit();
        self.read(|view| {
            let counted = view
                .prepare_cached(&matching.count("incidents"))
                .and_then(|mut s| {
                    s.query_row(params_from_iter(matching.values()), |r| r.count("n"))
                })
                .doing("counting incidents")?;
            let sql = format!(
                "SELECT * FROM {table} WHERE {} ORDER BY {sorted} LIMIT {}",
                stretch.sql(),
                limit + 1
            );
            let mut rows: Vec<(IncidentRecord, Place)> = view
                .prepare_cached(&sql)
                .and_then(|mut s| {
                    s.query_map(params_from_iter(stretch.values()), |row| {
                        let place = columns.iter().map(|column| row.of::<Value>(column));
                        let place = place.collect::<rusqlite::Result<_>>()?;
                        Ok((read(row)?, Place(place)))
                    })?
                    .collect()
                })
                .doing("listing incidents")?;
            for (record, _) in &mut rows {
                name_devices(view, record)?;
            }
            Ok(Stretch::of(rows, limit, counted))
        })
    }

    /// What the latest of the incidents that match are like.
    pub fn incident_facets(
        &self,
        tenant: TenantId,
        filter: &IncidentFilter,
    ) -> Result<IncidentFacets> {
        let matching = matching(tenant, filter);
        let sql = format!(
            "SELECT severity, status, assigned_to, classification, tags
             FROM incidents INDEXED BY incidents_by_time
             WHERE {} ORDER BY last_at DESC LIMIT {}",
            matching.sql(),
            COUNTED + 1
        );
        self.read(|view| {
            let mut facets = IncidentFacets::default();
            let mut statement = view.prepare_cached(&sql).doing("counting kinds of incidents")?;
            let mut rows = statement
                .query(params_from_iter(matching.values()))
                .doing("counting kinds of incidents")?;
            while let Some(row) = rows.next().doing("counting kinds of incidents")? {
                if facets.of >= COUNTED.unsigned_abs() {
                    facets.more = true;
                    break;
                }
                facets.add(row).doing("counting kinds of incidents")?;
            }
            Ok(facets)
        })
    }
}

impl IncidentFacets {
    fn add(&mut self, row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
        self.of += 1;
        *self.severities.entry(row.of("severity")?).or_default() += 1;
        *self.statuses.entry(row.of("status")?).or_default() += 1;
        let person: Option<String> = row.of("assigned_to")?;
        *self.people.entry(person.unwrap_or_default()).or_default() += 1;
        let classification: Option<String> = row.of("classification")?;
        *self.classifications.entry(classification.unwrap_or_default()).or_default() += 1;
        for tag in row.json::<Vec<String>>("tags")? {
            *self.tags.entry(tag).or_default() += 1;
        }
        Ok(())
    }
}

fn matching(tenant: TenantId, filter: &IncidentFilter) -> Where {
    let mut all = Where::tenant("tenant", tenant);
    if !filter.merged {
        all.and("merged_into IS NULL", []);
    }
    all.any("status", filter.statuses.iter().map(|status| text(status.word())));
    all.any("severity", filter.severities.iter().map(|s| Value::from(severity_number(*s))));
    if let Some(device) = filter.device {
        all.and(
            "number IN (SELECT incident FROM incident_devices WHERE tenant = ? AND device = ?)",
            [blob(tenant.bytes()), blob(device.bytes())],
        );
    }
    for (column, word) in
        [("assigned_to", &filter.assigned_to), ("classification", &filter.classification)]
    {
        match word.as_deref() {
            Some("") => all.and(&format!("{column} IS NULL"), []),
            Some(word) => all.and(&format!("{column} = ?"), [text(word)]),
            None => {}
        }
    }
    if let Some(tag) = &filter.tag {
        all.and("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)", [text(tag)]);
    }
    all.within("last_at", filter.from, None);
    all.within("first_at", None, filter.to);
    if let Some(part) = &filter.text {
        let number = part.trim_start_matches('#').parse::<u64>().map_or(-1, number);
        let part = text(part.to_lowercase());
        all.and(
            "(number = ? OR instr(lower(title), ?) > 0 OR instr(lower(device_name), ?) > 0)",
            [Value::from(number), part.clone(), part],
        );
    }
    all
}
