//! `externaldata`: files that whoever asks has named for addresses. Nothing is fetched.

use bartizan_kql::plan::Column;

use super::{MAX_ROWS, Rows, Run};
use crate::QueryError;
use crate::workbench::{Place, records};

/// How the records are written.
pub(super) struct Form<'a> {
    pub(super) format: Option<&'a str>,
    pub(super) ignore_first: bool,
    /// Where each column is found; empty, or one for each column.
    pub(super) places: &'a [Option<String>],
}

pub(super) fn read(
    run: &Run,
    locations: &[String],
    form: Form<'_>,
    columns: &[Column],
) -> Result<Rows, QueryError> {
    let mut rows = Vec::new();
    for location in locations {
        let Some(path) = run.external.get(location.as_str()) else {
            return Err(QueryError::External { location: location.clone() });
        };
        let format = form.format.map_or_else(|| format_of(location), str::to_owned);
        let placed = placed(&form, &format, columns)?;
        let found = records(path, &format, form.ignore_first, &placed)
            .map_err(|error| QueryError::Argument(format!("externaldata: {error}")))?;
        rows.extend(found);
        if rows.len() > MAX_ROWS {
            return Err(QueryError::TooManyRows { limit: MAX_ROWS });
        }
    }
    Ok(rows)
}

/// The columns with the names or positions under which the records have them.
fn placed(form: &Form<'_>, format: &str, columns: &[Column]) -> Result<Vec<Place>, QueryError> {
    let json = matches!(format, "json" | "multijson");
    let mut placed = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        let given = form.places.get(index).and_then(Option::as_deref);
        let mut place = Place { name: column.name.clone(), position: index, ty: column.ty };
        match given {
            None => {}
            Some(path) if json => match path.strip_prefix("$.") {
                Some(name) if !name.contains(['.', '[']) => place.name = name.to_owned(),
                _ => {
                    let what = format!("externaldata with the path `{path}`");
                    return Err(QueryError::Unsupported(what));
                }
            },
            Some(position) => match position.parse() {
                Ok(position) => place.position = position,
                Err(_no_number) => {
                    let what = format!("externaldata with the position `{position}`");
                    return Err(QueryError::Unsupported(what));
                }
            },
        }
        placed.push(place);
    }
    Ok(placed)
}

/// By the end of the name.
fn format_of(location: &str) -> String {
    let name = location.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let name = name.trim_end_matches(".gz");
    match name.rsplit_once('.') {
        Some((_, extension @ ("csv" | "tsv" | "psv" | "json" | "txt" | "scsv"))) => {
            extension.to_owned()
        }
        _ => "csv".to_owned(),
    }
}
