//! Kusto's own interface over our tables, so that its client libraries and tools connect unchanged:
//! `/v1/rest/query`, `/v2/rest/query` and `/v1/rest/mgmt`.
//!
//! It answers what such clients ask; the questions themselves are answered where the console's are. A database is a
//! name here and nothing more: every name means the caller's tenant.

mod command;
mod table;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Api,
    caller::{Caller, Read},
    hunting::{self, Answered},
    problem::ApiError,
    request::{Body, shown},
};

use table::Table;
pub(crate) use table::dotnet;

/// The name of the one database there is.
pub(crate) const DATABASE: &str = "bartizan";

/// What Kusto's clients send.
#[derive(Debug, Deserialize)]
pub(crate) struct KustoRequest {
    /// The question or command.
    csl: String,
}

/// A question, answered in frames.
pub(crate) async fn query_v2(
    State(api): State<Api>,
    caller: Caller<Read>,
    headers: HeaderMap,
    Body(asked): Body<KustoRequest>,
) -> Response {
    let ids = Ids::of(&headers);
    if asked.csl.trim_start().starts_with('.') {
        return command(&api, &asked.csl, &ids);
    }
    match hunting::ask(&api, caller.tenant(), &asked.csl).await {
        Ok(answer) => ids.on(Json(frames(&answer, &ids)).into_response()),
        Err(why) => ids.on(refusal(&why, &ids)),
    }
}

/// A question, answered in tables.
pub(crate) async fn query_v1(
    State(api): State<Api>,
    caller: Caller<Read>,
    headers: HeaderMap,
    Body(asked): Body<KustoRequest>,
) -> Response {
    let ids = Ids::of(&headers);
    if asked.csl.trim_start().starts_with('.') {
        return command(&api, &asked.csl, &ids);
    }
    match hunting::ask(&api, caller.tenant(), &asked.csl).await {
        Ok(answer) => ids.on(Json(tables(&answer, &ids)).into_response()),
        Err(why) => ids.on(refusal(&why, &ids)),
    }
}

/// A command about the schema.
pub(crate) async fn management(
    State(api): State<Api>,
    _caller: Caller<Read>,
    headers: HeaderMap,
    Body(asked): Body<KustoRequest>,
) -> Response {
    command(&api, &asked.csl, &Ids::of(&headers))
}

fn command(api: &Api, text: &str, ids: &Ids) -> Response {
    match command::answer(text, &api.settings.version) {
        Ok(table) => {
            ids.on(Json(json!({ "Tables": [table.in_version_1("Table_0")] })).into_response())
        }
        Err(why) => ids.on(refusal(&ApiError::bad_request(why), ids)),
    }
}

/// By what client and server tell requests apart.
#[derive(Debug)]
struct Ids {
    client: String,
    activity: Uuid,
}

impl Ids {
    fn of(headers: &HeaderMap) -> Self {
        let client = headers.get("x-ms-client-request-id").and_then(|value| value.to_str().ok());
        Self { client: client.unwrap_or_default().to_owned(), activity: Uuid::new_v4() }
    }

    fn on(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        for (name, value) in [
            ("x-ms-client-request-id", self.client.clone()),
            ("x-ms-activity-id", self.activity.to_string()),
        ] {
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        }
        response
    }
}

fn primary(answer: &Answered) -> Table<'_> {
    let columns = answer.result.columns.iter().map(|column| (column.name.as_str(), column.ty));
    Table { columns: columns.collect(), rows: answer.result.rows.clone() }
}

/// How the question asks to be drawn, as Kusto says it; every client expects the property to be there.
fn visualization(answer: &Answered) -> String {
    let mut drawn = json!({
        "Visualization": null, "Title": null, "XColumn": null, "Series": null, "YColumns": null,
        "AnomalyColumns": null, "XTitle": null, "YTitle": null, "XAxis": null, "YAxis": null,
        "Legend": null, "YSplit": null, "Accumulate": false, "IsQuerySorted": false, "Kind": null,
        "Ymin": "NaN", "Ymax": "NaN", "Xmin": null, "Xmax": null,
    });
    if let (Some(hint), Some(drawn)) = (&answer.result.render, drawn.as_object_mut()) {
        drawn.insert("Visualization".to_owned(), json!(hint.visualization));
        for (name, value) in &hint.properties {
            let known = drawn.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
            if let Some(key) = known {
                drawn.insert(key, json!(value.trim_matches(['"', '\''])));
            }
        }
    }
    drawn.to_string()
}

fn frames(answer: &Answered, ids: &Ids) -> Value {
    let properties = Table {
        columns: vec![("TableId", "int"), ("Key", "string"), ("Value", "dynamic")],
        rows: vec![vec![json!(1), json!("Visualization"), json!(visualization(answer))]],
    };
    let completion = Table {
        columns: vec![
            ("Timestamp", "datetime"),
            ("ClientRequestId", "string"),
            ("ActivityId", "guid"),
            ("SubActivityId", "guid"),
            ("ParentActivityId", "guid"),
            ("Level", "int"),
            ("LevelName", "string"),
            ("StatusCode", "int"),
            ("StatusCodeName", "string"),
            ("EventType", "int"),
            ("EventTypeName", "string"),
            ("Payload", "string"),
        ],
        rows: completions(answer, ids),
    };
    json!([
        { "FrameType": "DataSetHeader", "IsProgressive": false, "Version": "v2.0" },
        properties.in_version_2(0, "QueryProperties", "@ExtendedProperties"),
        primary(answer).in_version_2(1, "PrimaryResult", "PrimaryResult"),
        completion.in_version_2(2, "QueryCompletionInformation", "QueryCompletionInformation"),
        { "FrameType": "DataSetCompletion", "HasErrors": false, "Cancelled": false },
    ])
}

/// What the answer cost, and what may be missing from it: a partial answer never looks like a whole one.
fn completions(answer: &Answered, ids: &Ids) -> Vec<Vec<Value>> {
    let at = shown(answer.at);
    let activity = ids.activity.to_string();
    let line = |level: u8, name: &str, kind: u8, kind_name: &str, payload: String| {
        vec![
            json!(at),
            json!(ids.client),
            json!(activity),
            json!(activity),
            json!(activity),
            json!(level),
            json!(name),
            json!(0),
            json!("S_OK (0)"),
            json!(kind),
            json!(kind_name),
            json!(payload),
        ]
    };
    let mut lines = vec![
        line(
            4,
            "Info",
            4,
            "QueryInfo",
            json!({ "Count": 1, "Text": "Query completed successfully" }).to_string(),
        ),
        line(6, "Stats", 0, "QueryResourceConsumption", cost(answer).to_string()),
    ];
    if answer.partial {
        let text = "The result is partial: there are more rows than a query may return.";
        lines.push(line(
            3,
            "Warning",
            4,
            "QueryInfo",
            json!({ "Count": 1, "Text": text }).to_string(),
        ));
    }
    lines
}

#[expect(clippy::cast_precision_loss, reason = "seconds for people")]
fn cost(answer: &Answered) -> Value {
    let stats = &answer.result.stats;
    json!({
        "ExecutionTime": stats.elapsed_ms as f64 / 1000.0,
        "resource_usage": { "cache": {}, "cpu": {}, "memory": {} },
        "input_dataset_statistics": {
            "extents": { "total": stats.files, "scanned": stats.files_read },
            "rows": { "hot": stats.hot_rows },
            "bytes": stats.bytes_read,
        },
        "dataset_statistics": [{ "table_row_count": answer.result.rows.len(), "table_size": 0 }],
    })
}

/// Four tables: the rows, how to draw them, what became of the question, and a list of the tables.
fn tables(answer: &Answered, ids: &Ids) -> Value {
    let properties = Table {
        columns: vec![("Value", "string")],
        rows: vec![vec![json!(visualization(answer))]],
    };
    let status = Table {
        columns: vec![
            ("Timestamp", "datetime"),
            ("Severity", "int"),
            ("SeverityName", "string"),
            ("StatusCode", "int"),
            ("StatusDescription", "string"),
            ("Count", "int"),
            ("RequestId", "guid"),
            ("ActivityId", "guid"),
            ("SubActivityId", "guid"),
            ("ClientActivityId", "string"),
        ],
        rows: statuses(answer, ids),
    };
    let contents = Table {
        columns: vec![
            ("Ordinal", "long"),
            ("Kind", "string"),
            ("Name", "string"),
            ("Id", "string"),
            ("PrettyName", "string"),
        ],
        rows: [
            ("QueryResult", "PrimaryResult"),
            ("QueryProperties", "@ExtendedProperties"),
            ("QueryStatus", "QueryStatus"),
        ]
        .into_iter()
        .enumerate()
        .map(|(place, (kind, name))| {
            vec![json!(place), json!(kind), json!(name), json!(Uuid::nil().to_string()), json!("")]
        })
        .collect(),
    };
    json!({ "Tables": [
        primary(answer).in_version_1("Table_0"),
        properties.in_version_1("Table_1"),
        status.in_version_1("Table_2"),
        contents.in_version_1("Table_3"),
    ] })
}

fn statuses(answer: &Answered, ids: &Ids) -> Vec<Vec<Value>> {
    let (at, activity) = (shown(answer.at), ids.activity.to_string());
    let line = |severity: u8, name: &str, text: String| {
        vec![
            json!(at),
            json!(severity),
            json!(name),
            json!(0),
            json!(text),
            json!(1),
            json!(activity),
            json!(activity),
            json!(activity),
            json!(ids.client),
        ]
    };
    let mut lines = vec![
        line(4, "Info", "Query completed successfully".to_owned()),
        line(6, "Stats", cost(answer).to_string()),
    ];
    if answer.partial {
        lines
            .insert(0, line(3, "Warning", "The result is partial: there are more rows".to_owned()));
    }
    lines
}

/// A refusal in Kusto's words.
fn refusal(why: &ApiError, ids: &Ids) -> Response {
    let (status, message) = (why.status(), why.explained());
    let (code, kind) = match status {
        StatusCode::BAD_REQUEST => {
            ("General_BadRequest", "Kusto.Data.Exceptions.KustoBadRequestException")
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            ("ServiceUnavailable", "Kusto.Data.Exceptions.KustoServicePartialQueryFailureException")
        }
        _ => ("Internal_Error", "Kusto.Data.Exceptions.KustoServiceException"),
    };
    let body = json!({ "error": {
        "code": code,
        "message": "Request is invalid and cannot be executed.",
        "@type": kind,
        "@message": message,
        "@context": {
            "clientRequestId": ids.client,
            "activityId": ids.activity.to_string(),
            "databaseName": DATABASE,
        },
        "@permanent": status.is_client_error(),
    } });
    (status, Json(body)).into_response()
}
