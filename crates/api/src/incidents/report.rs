//! The report of an incident: for the file, for the next shift, for whoever asks. Markdown or PDF.

use std::fmt::Write as _;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use bartizan_incident::Named as Thing;
use bartizan_model::{IncidentId, TenantId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::story::Material;
use crate::{
    Api,
    caller::{Caller, Read},
    problem::{ApiError, Problem},
    request::{Asked, Named, shown},
};

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// `md` or `pdf`; `md` when not said.
    format: Option<String>,
}

/// The report of an incident.
#[utoipa::path(get, path = "/incidents/{number}/report", tag = "incidents",
    params(("number" = u64, Path), ReportQuery), responses(
    (status = 200, content_type = "text/markdown", body = String), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn report(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<IncidentId>,
    Asked(asked): Asked<ReportQuery>,
) -> Result<Response, ApiError> {
    if asked.format.as_deref().unwrap_or("md") != "md" {
        return Err(ApiError::bad_request("`format` is md"));
    }
    api.run(move |api| {
        let report = Report::of(api, caller.tenant(), id)?;
        let (bytes, kind, extension) =
            (report.markdown().into_bytes(), "text/markdown; charset=utf-8", "md");
        let mut response = Response::new(Body::from(bytes));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let disposition = format!("attachment; filename=\"incident-{id}.{extension}\"");
        if let Ok(disposition) = HeaderValue::from_str(&disposition) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        Ok(response)
    })
    .await
}

/// A report: a title and its sections.
pub(crate) struct Report {
    title: String,
    subtitle: String,
    sections: Vec<Section>,
}

/// A part of a report.
struct Section {
    heading: &'static str,
    blocks: Vec<Block>,
}

/// A piece of a part.
enum Block {
    /// A fact: its name and what it is.
    Fact(&'static str, String),
    /// A paragraph, with a time in front.
    Told(String, String),
    /// A table: its columns, with how wide each is, and its rows.
    Table(Vec<(&'static str, u8)>, Vec<Vec<String>>),
}

impl Report {
    fn of(api: &Api, tenant: TenantId, id: IncidentId) -> Result<Self, ApiError> {
        let material = Material::of(api, tenant, id)?;
        let verdicts = api.store.verdicts(tenant, id)?;
        let tasks = api.store.tasks(tenant, id)?;
        let activity = api.store.incident_activity(tenant, id)?;
        let (record, incident) = (&material.record, &material.record.incident);
        let mut sections = vec![Section { heading: "Summary", blocks: facts(&material) }];
        let told = material.sentences();
        let blocks = told.iter().map(|s| Block::Told(shown_short(&shown(s.at)), s.text()));
        sections.push(Section { heading: "What happened", blocks: blocks.collect() });
        if let Some(note) = &record.hand_over {
            let blocks = vec![Block::Told(String::new(), note.clone())];
            sections.push(Section { heading: "Hand-over note", blocks });
        }
        sections.push(Section { heading: "Alerts", blocks: vec![alerts(&material)] });
        let evidence = material.scene().evidence();
        let verdict = |named: &Thing| {
            let id = named.thing.to_string();
            let said = verdicts.iter().find(|verdict| verdict.entity == id);
            said.map_or_else(|| "unknown".to_owned(), |said| said.verdict.clone())
        };
        let rows = evidence.iter().map(|named| {
            let what = if named.detail.is_empty() { &named.label } else { &named.detail };
            vec![named.thing.kind().to_owned(), what.clone(), verdict(named)]
        });
        let columns = vec![("Kind", 12), ("What", 70), ("Verdict", 18)];
        let blocks = vec![Block::Table(columns, rows.collect())];
        sections.push(Section { heading: "Evidence", blocks });
        if !tasks.is_empty() {
            let rows = tasks.into_iter().map(|task| {
                let state = if task.done { "done" } else { "open" };
                let who = task.assigned_to.unwrap_or_else(|| "nobody".to_owned());
                vec![state.to_owned(), task.title, who]
            });
            let columns = vec![("State", 12), ("Task", 68), ("Who", 20)];
            let blocks = vec![Block::Table(columns, rows.collect())];
            sections.push(Section { heading: "Tasks", blocks });
        }
        let rows = activity.into_iter().map(|entry| {
            let who = entry.actor.unwrap_or_else(|| "Bartizan".to_owned());
            vec![shown_short(&shown(entry.at)), who, format!("{}: {}", entry.kind, entry.text)]
        });
        let columns = vec![("When (UTC)", 22), ("Who", 18), ("What", 60)];
        let blocks = vec![Block::Table(columns, rows.collect())];
        sections.push(Section { heading: "History", blocks });
        let title = format!("Incident {id}: {}", incident.title);
        let subtitle = format!("Report made {} UTC", shown_short(&shown(api.now())));
        Ok(Self { title, subtitle, sections })
    }

    fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n{}\n", plain(&self.title), self.subtitle);
        for section in &self.sections {
            // Writing to a String cannot fail.
            let _written = write!(text, "\n## {}\n\n", section.heading);
            for block in &section.blocks {
                match block {
                    Block::Fact(name, value) => {
                        let _written = writeln!(text, "- **{name}:** {}", plain(value));
                    }
                    Block::Told(at, told) if at.is_empty() => {
                        let _written = writeln!(text, "{}\n", plain(told));
                    }
                    Block::Told(at, told) => {
                        let _written = writeln!(text, "- {at} – {}", plain(told));
                    }
                    Block::Table(columns, rows) => table(&mut text, columns, rows),
                }
            }
        }
        text
    }
}

fn table(text: &mut String, columns: &[(&'static str, u8)], rows: &[Vec<String>]) {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let _written = writeln!(text, "| {} |", names.join(" | "));
    let _written = writeln!(text, "|{}", "---|".repeat(columns.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| plain(cell).replace('|', "\\|")).collect();
        let _written = writeln!(text, "| {} |", cells.join(" | "));
    }
}

fn facts(material: &Material) -> Vec<Block> {
    let (record, incident) = (&material.record, &material.record.incident);
    let devices: Vec<&str> = record.devices.iter().map(|(_, name)| &**name).collect();
    let classification = match (&incident.classification, &record.determination) {
        (Some(word), Some(more)) => format!("{word}: {more}"),
        (Some(word), None) => word.to_string(),
        (None, _) => "not classified".to_owned(),
    };
    let tactics: Vec<String> = incident.tactics.iter().map(|t| t.replace('-', " ")).collect();
    let mut facts = vec![
        Block::Fact(
            "Severity",
            format!("{} – {}", incident.severity.word(), incident.severity_reason),
        ),
        Block::Fact(
            "Priority",
            format!("{} of 100 – {}", record.priority, record.priority_reasons.join(" ")),
        ),
        Block::Fact("Status", incident.status.word().to_owned()),
        Block::Fact("Classification", classification),
        Block::Fact("Assigned to", incident.assigned_to.as_deref().unwrap_or("nobody").to_owned()),
        Block::Fact("Devices", devices.join(", ")),
        Block::Fact(
            "Stages of an attack",
            if tactics.is_empty() { "none named".to_owned() } else { tactics.join(", ") },
        ),
        Block::Fact("First event (UTC)", shown_short(&shown(incident.first_at))),
        Block::Fact("Last event (UTC)", shown_short(&shown(incident.last_at))),
    ];
    if !record.tags.is_empty() {
        facts.push(Block::Fact("Tags", record.tags.join(", ")));
    }
    if let Some(into) = record.merged_into {
        facts.push(Block::Fact("Went into", format!("incident {into}")));
    }
    facts
}

fn alerts(material: &Material) -> Block {
    let rows = material.alerts.iter().map(|alert| {
        vec![
            shown_short(&shown(alert.event_at)),
            alert.severity.word().to_owned(),
            alert.title.to_string(),
            alert.device_name.to_string(),
            alert.techniques.iter().map(|t| &**t).collect::<Vec<_>>().join(", "),
        ]
    });
    let columns =
        vec![("When (UTC)", 22), ("Severity", 12), ("Alert", 36), ("Device", 14), ("ATT&CK", 16)];
    Block::Table(columns, rows.collect())
}

/// A time to the second, as people read it.
fn shown_short(at: &str) -> String {
    at.get(..19).unwrap_or(at).replace('T', " ")
}

/// What stands in events is shown, never followed or obeyed: line ends become spaces, marks of Markdown and HTML
/// are disarmed, and what changes the direction of writing is left out.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            '\n' | '\r' | '\t' => safe.push(' '),
            c if c.is_control() => safe.push('\u{fffd}'),
            '<' => safe.push_str("&lt;"),
            '[' | ']' | '*' | '_' | '#' | '!' => {
                safe.push('\\');
                safe.push(character);
            }
            c => safe.push(c),
        }
    }
    safe
}
