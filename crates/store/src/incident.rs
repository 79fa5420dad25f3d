//! Incidents: what the pipeline made of alerts, and what people did with it. Their history is only added to.

use bartizan_model::{
    AlertId, DeviceId, Incident, IncidentId, IncidentStatus, Severity, TenantId, Text, Timestamp,
};

use crate::{
    NewAuditEntry, Store,
    column::{Columns as _, number},
    error::{Doing as _, Result},
};

mod changing;
mod keeping;
mod listing;
mod merging;
mod reading;
mod work;

pub(crate) use keeping::keep;
pub use listing::IncidentFacets;
use reading::{activity, joins, one, read};
pub use work::{Task, TaskChange, Verdict};

/// An incident and what this room knows beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentRecord {
    /// The incident; in lists without its alerts.
    pub incident: Incident,
    /// How many alerts it has.
    pub alerts: u64,
    /// The devices of its alerts.
    pub devices: Vec<(DeviceId, Text)>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it last changed, by alert or by person.
    pub changed_at: Timestamp,
    /// When it was resolved, if it is.
    pub resolved_at: Option<Timestamp>,
    /// How soon it should be looked at, 0 to 100.
    pub priority: u8,
    /// Why so soon.
    pub priority_reasons: Vec<String>,
    /// More exactly what it turned out to be.
    pub determination: Option<String>,
    /// Words people gave it.
    pub tags: Vec<String>,
    /// What the next person should know.
    pub hand_over: Option<String>,
    /// The incident that it went into.
    pub merged_into: Option<IncidentId>,
}

/// In which order incidents come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IncidentOrder {
    /// By their latest event.
    #[default]
    Latest,
    /// By severity, then by their latest event.
    Severity,
    /// By priority, then by their latest event.
    Priority,
}

/// Which incidents. What is not said is not asked for.
#[derive(Debug, Clone, Default)]
pub struct IncidentFilter {
    /// Any of these.
    pub statuses: Vec<IncidentStatus>,
    /// Any of these.
    pub severities: Vec<Severity>,
    /// With alerts on this device.
    pub device: Option<DeviceId>,
    /// Assigned to this user name; the empty name means nobody.
    pub assigned_to: Option<String>,
    /// Classified so; the empty word means not classified.
    pub classification: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
    /// Part of the title, the machine's name, or the number.
    pub text: Option<String>,
    /// With an event at or after this time.
    pub from: Option<Timestamp>,
    /// With an event before this time.
    pub to: Option<Timestamp>,
    /// Also those that went into others.
    pub merged: bool,
    /// The order.
    pub order: IncidentOrder,
    /// The smallest first.
    pub ascending: bool,
}

/// What a person changes. `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentChange {
    /// Another status.
    pub status: Option<IncidentStatus>,
    /// Somebody else, or nobody.
    pub assigned_to: Option<Option<String>>,
    /// What it turned out to be, or not known any more.
    pub classification: Option<Option<String>>,
    /// More exactly.
    pub determination: Option<Option<String>>,
    /// Other tags.
    pub tags: Option<Vec<String>>,
    /// What the next person should know, or nothing.
    pub hand_over: Option<Option<String>>,
}

/// One entry of an incident's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its number; later entries have larger ones.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What kind.
    pub kind: String,
    /// Who, when it was a person.
    pub actor: Option<String>,
    /// What, in words.
    pub text: String,
}

/// Kind of an entry of an incident's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityKind {
    /// It was opened.
    Opened,
    /// Alerts joined.
    Joined,
    /// Its status changed.
    Status,
    /// Somebody else has it.
    Assigned,
    /// Somebody said something.
    Comment,
    /// It was said what it is.
    Classified,
    /// Its tags changed.
    Tagged,
    /// A note for the next person.
    HandOver,
    /// It went into another incident, or another into it.
    Merged,
    /// Alerts were moved into it or out of it.
    Moved,
    /// A task was made, done or taken up again.
    Task,
    /// A verdict on its evidence.
    Verdict,
}

impl ActivityKind {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Joined => "joined",
            Self::Status => "status",
            Self::Assigned => "assigned",
            Self::Comment => "comment",
            Self::Classified => "classified",
            Self::Tagged => "tagged",
            Self::HandOver => "hand_over",
            Self::Merged => "merged",
            Self::Moved => "moved",
            Self::Task => "task",
            Self::Verdict => "verdict",
        }
    }
}

/// An incident about which people decided something, in numbers only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Number of the decision.
    pub number: u64,
    /// About which incident.
    pub incident: IncidentId,
    /// It takes alerts: it is neither resolved nor part of another.
    pub open: bool,
}

impl Store {
    /// The incident with its alerts.
    pub fn incident(&self, tenant: TenantId, id: IncidentId) -> Result<Option<IncidentRecord>> {
        self.read(|view| one(view, tenant, id))
    }

    /// The incidents that are not resolved, with their alerts: what the pipeline goes on with after a start.
    pub fn load_open_incidents(&self, tenant: TenantId) -> Result<Vec<Incident>> {
        self.read(|view| {
            let mut open: Vec<IncidentRecord> = view
                .prepare_cached(
                    "SELECT * FROM incidents WHERE tenant = ?1 AND status <> 'Resolved'
                         AND merged_into IS NULL ORDER BY number",
                )
                .and_then(|mut s| s.query_map([tenant.bytes()], read)?.collect())
                .doing("loading open incidents")?;
            for record in &mut open {
                record.incident.alerts = joins(view, tenant, record.incident.id)?;
            }
            Ok(open.into_iter().map(|record| record.incident).collect())
        })
    }

    /// What people decided after the decision `after`, in order; numbers only.
    pub fn decisions(&self, tenant: TenantId, after: u64) -> Result<Vec<Decision>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT decision, number, status <> 'Resolved' AND merged_into IS NULL AS open
                 FROM incidents WHERE tenant = ?1 AND decision > ?2 ORDER BY decision",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), number(after)), |row| {
                    Ok(Decision {
                        number: row.count("decision")?,
                        incident: IncidentId(row.count("number")?),
                        open: row.of("open")?,
                    })
                })?
                .collect()
            })
            .doing("reading people's decisions")
        })
    }

    /// The number that the tenant's next incident gets.
    pub fn next_incident_number(&self, tenant: TenantId) -> Result<u64> {
        self.read(|view| keeping::next_number(view, tenant))
    }

    /// The history of an incident, earliest first.
    pub fn incident_activity(&self, tenant: TenantId, id: IncidentId) -> Result<Vec<Activity>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM incident_activity WHERE tenant = ?1 AND incident = ?2 ORDER BY number",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), number(id.0)), activity)?.collect()
            })
            .doing("reading the history of an incident")
        })
    }

    /// Adds a comment to an incident's history. Says whether there is such an incident.
    pub fn comment_incident(
        &self,
        tenant: TenantId,
        id: IncidentId,
        text: &str,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.work_on(tenant, id, (ActivityKind::Comment, text), entry, |_| Ok(()))
    }

    /// The other incidents that alerts of these are in, or that share what they name: never loaded whole.
    pub fn incidents_of_alerts(
        &self,
        tenant: TenantId,
        alerts: &[AlertId],
    ) -> Result<Vec<IncidentId>> {
        self.read(|view| {
            let mut found = Vec::new();
            for alert in alerts {
                let record = crate::alert::one(view, tenant, *alert)?;
                found.extend(record.and_then(|record| record.alert.incident));
            }
            found.sort_unstable();
            found.dedup();
            Ok(found)
        })
    }
}
