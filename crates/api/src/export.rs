//! Lists as files, streamed page by page: CSV for spreadsheets, JSON for programs.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use bartizan_store::{Page, Place, Seek};
use futures::{Stream, StreamExt as _, stream};
use serde::Serialize;
use serde_json::Value;

use crate::{Api, problem::ApiError};

/// How many rows a file has at most; one that has more says so at its end.
const ROWS_MAX: usize = 100_000;
/// How many rows are read at once.
const PAGE: u64 = 1_000;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Json,
}

impl Format {
    pub(crate) fn read(word: Option<&str>) -> Result<Self, ApiError> {
        match word.unwrap_or("csv") {
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            _ => Err(ApiError::bad_request("`format` is one of csv, json")),
        }
    }
}

/// The rows of a long list, page by page.
pub(crate) fn pages<T: Serialize + Send + 'static>(
    api: Api,
    read: impl Fn(&Api, &Seek) -> Result<(Vec<T>, Option<Place>), ApiError>
    + Clone
    + Send
    + Sync
    + 'static,
) -> impl Stream<Item = Result<Vec<Value>, ApiError>> + Send + 'static {
    stream::unfold(Some(Seek::first(PAGE)), move |seek| {
        let (api, read) = (api.clone(), read.clone());
        async move {
            let seek = seek?;
            let found = api.run(move |api| read(api, &seek)).await;
            Some(match found {
                Ok((items, next)) => {
                    let rows =
                        items.iter().map(|item| serde_json::to_value(item).unwrap_or_default());
                    let next = next.map(|place| Seek { after: Some(place), limit: PAGE });
                    (Ok(rows.collect()), next)
                }
                Err(why) => (Err(why), None),
            })
        }
    })
}

/// The rows of a short list, page by page.
pub(crate) fn numbered_pages<T: Serialize + Send + 'static>(
    api: Api,
    read: impl Fn(&Api, Page) -> Result<Vec<T>, ApiError> + Clone + Send + Sync + 'static,
) -> impl Stream<Item = Result<Vec<Value>, ApiError>> + Send + 'static {
    stream::unfold(Some(0), move |offset| {
        let (api, read) = (api.clone(), read.clone());
        async move {
            let page = Page { offset: offset?, limit: PAGE };
            let found = api.run(move |api| read(api, page)).await;
            Some(match found {
                Ok(items) => {
                    let many = u64::try_from(items.len()).unwrap_or(u64::MAX);
                    let rows =
                        items.iter().map(|item| serde_json::to_value(item).unwrap_or_default());
                    let next = (many == PAGE).then(|| page.offset.saturating_add(many));
                    (Ok(rows.collect()), next)
                }
                Err(why) => (Err(why), None),
            })
        }
    })
}

/// The file. A page that cannot be read breaks it off, so that nobody takes it for whole.
pub(crate) fn export(
    format: Format,
    name: &str,
    columns: &'static [&'static str],
    pages: impl Stream<Item = Result<Vec<Value>, ApiError>> + Send + 'static,
) -> Response {
    let head = match format {
        Format::Csv => format!("{}\r\n", columns.join(",")),
        Format::Json => "[\n".to_owned(),
    };
    let body =
        pages.scan(0_usize, move |written, page| {
            let chunk = page.map(|rows| {
                let room = ROWS_MAX.saturating_sub(*written);
                let mut text = String::new();
                for (index, row) in rows.iter().take(room).enumerate() {
                    match format {
                        Format::Csv => text.push_str(&line(row, columns)),
                        Format::Json => text.push_str(&element(row, *written + index)),
                    }
                }
                if room > 0 && rows.len() > room && format == Format::Csv {
                    text.push_str("(cut here: narrow the list to see the rest)\r\n");
                }
                *written = written.saturating_add(rows.len());
                Bytes::from(text)
            });
            let more = *written <= ROWS_MAX.saturating_add(usize::try_from(PAGE).unwrap_or(0));
            std::future::ready(more.then_some(
                chunk.map_err(|_told| std::io::Error::other("a page could not be read")),
            ))
        });
    let end = if format == Format::Json { "\n]\n" } else { "" };
    let first = stream::iter([Ok(Bytes::from(head))]);
    let last = stream::iter([Ok(Bytes::from_static(end.as_bytes()))]);
    let mut response = Body::from_stream(first.chain(body).chain(last)).into_response();
    let (kind, extension) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Json => ("application/json", "json"),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let disposition = format!("attachment; filename=\"{name}.{extension}\"");
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// A row as the element of a list that has so many before it.
fn element(row: &Value, before: usize) -> String {
    let comma = if before == 0 { "" } else { ",\n" };
    format!("{comma}{row}")
}

fn line(row: &Value, columns: &[&str]) -> String {
    let cells = columns.iter().map(|column| cell(row.get(*column).unwrap_or(&Value::Null)));
    cells.collect::<Vec<_>>().join(",") + "\r\n"
}

/// A cell. Spreadsheets take what begins with one of these characters for a formula, and events hold what
/// attackers wrote.
fn cell(value: &Value) -> String {
    let text = plain(value);
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text,
    };
    if text.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join("; "),
        Value::Object(fields) => fields.get("name").map_or_else(|| value.to_string(), plain),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_that_a_spreadsheet_would_run_are_made_text() {
        let row =
            json!({ "a": "=cmd|' /C calc'!A0", "b": "say \"hi\", you", "c": [1, "x"], "d": null });
        assert_eq!(
            line(&row, &["a", "b", "c", "d"]),
            "'=cmd|' /C calc'!A0,\"say \"\"hi\"\", you\",1; x,\r\n"
        );
    }
}
