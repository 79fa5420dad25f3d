//! CSV with a header, by the column names that usual exports have.

use super::{Defaults, INDICATORS_MAX, Imported, like, time};
use crate::{Action, Indicator, Kind, Observable, Scope};
use bartizan_model::Severity;

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Value,
    Kind,
    Action,
    Severity,
    Title,
    Description,
    Source,
    From,
    Until,
    Subdomains,
    Devices,
    Groups,
    Other,
}

fn column(name: &str) -> Column {
    let name = name.trim().to_ascii_lowercase().replace(['-', '_', ' '], "");
    match name.as_str() {
        "value" | "indicator" | "indicatorvalue" | "ioc" | "iocvalue" => Column::Value,
        "type" | "kind" | "indicatortype" | "ioctype" => Column::Kind,
        "action" => Column::Action,
        "severity" | "alertseverity" | "level" => Column::Severity,
        "title" | "name" | "threat" | "malware" => Column::Title,
        "description" | "comment" => Column::Description,
        "source" | "feed" | "reporter" => Column::Source,
        "validfrom" | "firstseen" => Column::From,
        "validuntil" | "expires" | "expiration" | "expirationtime" => Column::Until,
        "subdomains" => Column::Subdomains,
        "devices" => Column::Devices,
        "groups" | "rbacgroups" | "devicegroups" => Column::Groups,
        _ => Column::Other,
    }
}

/// Whether a line could be the header.
pub(super) fn has_value_column(line: &str) -> bool {
    let cells = fields(line);
    cells.is_some_and(|cells| cells.iter().any(|cell| column(cell) == Column::Value))
}

pub(super) fn read(text: &str, defaults: &Defaults) -> Imported {
    let mut imported = Imported::default();
    let mut columns: Option<Vec<Column>> = None;
    for (number, record) in records(text) {
        if record.trim().is_empty() || record.starts_with('#') {
            continue;
        }
        let Some(cells) = fields(&record) else {
            imported.refuse(number, "a quotation mark is never closed");
            continue;
        };
        let Some(columns) = &columns else {
            let found: Vec<Column> = cells.iter().map(|cell| column(cell)).collect();
            if !found.contains(&Column::Value) {
                imported.refuse(number, "the header has no column `value`; write for example `value,type,action,severity,title,valid_until`");
                return imported;
            }
            columns = Some(found);
            continue;
        };
        if imported.is_full() {
            imported.refuse(number, format!("a list has at most {INDICATORS_MAX} indicators"));
            break;
        }
        match indicator(columns, &cells, defaults) {
            Ok(indicator) => imported.indicators.push(indicator),
            Err(message) => imported.refuse(number, message),
        }
    }
    imported
}

fn indicator(
    columns: &[Column],
    cells: &[String],
    defaults: &Defaults,
) -> Result<Indicator, String> {
    let cell = |wanted: Column| {
        let found = columns.iter().zip(cells).find(|(column, _)| **column == wanted);
        found.map(|(_, cell)| cell.trim()).filter(|cell| !cell.is_empty())
    };
    let value = cell(Column::Value).ok_or("the line has no value")?;
    let kind = match cell(Column::Kind) {
        Some(word) => Some(Kind::from_word(word).ok_or_else(|| {
            format!("`{word}` is no type: write md5, sha1, sha256, address, network, domain or url")
        })?),
        None => None,
    };
    let value = match kind {
        // Many lists call ranges addresses.
        Some(Kind::Address) if value.contains('/') => Observable::parse(Kind::Network, value),
        Some(kind) => Observable::parse(kind, value),
        None => Observable::guess(value),
    };
    let mut indicator = like(defaults, value.map_err(|error| error.to_string())?);
    if let Some(word) = cell(Column::Action) {
        indicator.action = Action::from_word(word)
            .ok_or_else(|| format!("`{word}` is no action: write allow, audit, warn or block"))?;
    }
    if let Some(word) = cell(Column::Severity) {
        indicator.severity = Severity::from_word(word).ok_or_else(|| {
            format!("`{word}` is no severity: write informational, low, medium, high or critical")
        })?;
    }
    let times =
        [(Column::From, &mut indicator.valid_from), (Column::Until, &mut indicator.valid_until)];
    for (column, place) in times {
        if let Some(text) = cell(column) {
            let read = time(text).ok_or_else(|| {
                format!("`{text}` is no time: write 2026-05-01 or 2026-05-01T12:00:00Z")
            })?;
            *place = Some(read);
        }
    }
    if let (Some(from), Some(until)) = (indicator.valid_from, indicator.valid_until)
        && until <= from
    {
        return Err("it would expire before it counts".to_owned());
    }
    for (column, place) in [
        (Column::Title, &mut indicator.title),
        (Column::Description, &mut indicator.description),
        (Column::Source, &mut indicator.source),
    ] {
        if let Some(text) = cell(column) {
            *place = text.into();
        }
    }
    if let Some(word) = cell(Column::Subdomains) {
        indicator.subdomains = matches!(word.to_ascii_lowercase().as_str(), "true" | "yes" | "1");
    }
    indicator.scope = scope(cell(Column::Devices), cell(Column::Groups), &indicator.scope)?;
    Ok(indicator)
}

fn scope(devices: Option<&str>, groups: Option<&str>, or: &Scope) -> Result<Scope, String> {
    if devices.is_none() && groups.is_none() {
        return Ok(or.clone());
    }
    let parts = |text: Option<&str>| {
        let text = text.unwrap_or_default().to_owned();
        text.split([';', '|', ' ']).filter(|p| !p.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let devices: Result<Vec<_>, _> = parts(devices).iter().map(|id| id.parse()).collect();
    let devices = devices.map_err(|error: bartizan_model::IdError| error.to_string())?;
    let groups = parts(groups).into_iter().map(Into::into).collect();
    Ok(Scope::Some { devices, groups })
}

/// Lines with the number each begins on; one with an open quotation mark goes on.
fn records(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut lines = text.lines().zip(1..);
    std::iter::from_fn(move || {
        let (first, number) = lines.next()?;
        let mut record = first.to_owned();
        while record.matches('"').count() % 2 == 1 && record.len() < 65_536 {
            let Some((more, _)) = lines.next() else { break };
            record.push('\n');
            record.push_str(more);
        }
        Some((number, record))
    })
}

/// The cells of a record; `None` when a quotation mark is never closed.
fn fields(record: &str) -> Option<Vec<String>> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = record.chars().peekable();
    while let Some(c) = chars.next() {
        let cell = cells.last_mut()?;
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cell.push(c),
        }
    }
    (!quoted).then_some(cells)
}
