//! Questions over events: what can be asked, whether a question is right, and its answer.

use axum::{Json, extract::State};
use bartizan_kql::{Problem as Finding, render};
use bartizan_model::{Alert, Column, Row, TABLES, TenantId, Timestamp};
use bartizan_store::{AlertFilter, DeviceFilter, Page, Seek};
use bartizan_telemetry::{QueryError, QueryOptions, QueryResult};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, Read},
    evidence::{alert_evidence_rows, alert_info_rows},
    problem::{ApiError, Problem, QueryProblem},
    request::Body,
};

/// How many of the latest alerts a question sees.
const MOST_ALERTS: u64 = 20_000;
/// Ticks of 100 ns from the year 1 to 1970.
const EPOCH_TICKS: i64 = bartizan_kql::value::UNIX_EPOCH_TICKS;

/// What can be asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HuntingSchema {
    tables: Vec<TableView>,
    functions: Vec<EntryView>,
    operators: Vec<EntryView>,
}

/// A table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TableView {
    name: &'static str,
    doc: &'static str,
    columns: Vec<ColumnView>,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ColumnView {
    name: &'static str,
    #[serde(rename = "type")]
    ty: String,
    doc: &'static str,
}

/// A function or an operator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryView {
    name: String,
    /// How it is written.
    form: String,
    doc: String,
    /// It gathers rows.
    aggregate: bool,
}

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct HuntingQuery {
    query: String,
}

/// What is wrong with a question; nothing when it can be asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Judgement {
    problems: Vec<QueryProblem>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HuntingAnswer {
    columns: Vec<AnswerColumn>,
    /// Each with a value for each column.
    #[schema(value_type = Vec<Vec<Object>>)]
    rows: Vec<Vec<serde_json::Value>>,
    stats: AnswerStats,
    /// There are more rows, or more alerts, than were looked at.
    truncated: bool,
    /// Devices with events that were lost: what is missing here may have happened.
    losses: Vec<DeviceLoss>,
}

/// A column of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerColumn {
    name: String,
    #[serde(rename = "type")]
    ty: &'static str,
}

/// What an answer cost.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerStats {
    elapsed_ms: u64,
    files: u64,
    files_read: u64,
    bytes_read: u64,
    hot_rows: u64,
}

/// Events of a device that were lost.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceLoss {
    device_id: String,
    device_name: String,
    count: u64,
}

/// What can be asked: tables, columns, functions, operators.
#[utoipa::path(get, path = "/hunting/schema", tag = "hunting", responses(
    (status = 200, body = HuntingSchema), (status = 401, body = Problem)))]
pub(crate) async fn schema(_caller: Caller<Read>) -> Json<HuntingSchema> {
    let entry = |entry: bartizan_kql::Entry| EntryView {
        name: entry.name,
        form: entry.form,
        doc: entry.doc,
        aggregate: entry.aggregate,
    };
    let tables = TABLES.iter().map(|table| TableView {
        name: table.name,
        doc: table.meaning,
        columns: table
            .columns
            .iter()
            .map(|column| ColumnView {
                name: column.name,
                ty: type_name(column),
                doc: column.meaning,
            })
            .collect(),
    });
    Json(HuntingSchema {
        tables: tables.collect(),
        functions: bartizan_kql::functions().into_iter().map(entry).collect(),
        operators: bartizan_kql::operators().into_iter().map(entry).collect(),
    })
}

/// The type of a column in the words of the language.
pub(crate) fn type_name(column: &Column) -> String {
    format!("{:?}", column.ty).to_lowercase()
}

/// Whether a question can be asked.
#[utoipa::path(post, path = "/hunting/validate", tag = "hunting", request_body = HuntingQuery, responses(
    (status = 200, body = Judgement), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn validate(
    State(api): State<Api>,
    _caller: Caller<Read>,
    Body(asked): Body<HuntingQuery>,
) -> Result<Json<Judgement>, ApiError> {
    let now = ticks(api.now());
    api.run(move |_| {
        let plan = bartizan_kql::plan(&asked.query, &bartizan_telemetry::schema(), now);
        let problems = plan.err().unwrap_or_default();
        Ok(Json(Judgement { problems: problems.iter().map(place).collect() }))
    })
    .await
}

/// Ask a question.
#[utoipa::path(post, path = "/hunting/run", tag = "hunting", request_body = HuntingQuery, responses(
    (status = 200, body = HuntingAnswer), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn run(
    State(api): State<Api>,
    caller: Caller<Read>,
    Body(asked): Body<HuntingQuery>,
) -> Result<Json<HuntingAnswer>, ApiError> {
    let (tenant, text) = (caller.tenant(), asked.query);
    let losses = api.run(move |api| losses(api, tenant)).await?;
    let answer = ask(&api, tenant, &text).await?;
    Ok(Json(view(answer, losses)))
}

/// An answer, and whether something is missing from it.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The rows.
    pub(crate) result: QueryResult,
    /// There are more rows, or more alerts, than were looked at.
    pub(crate) partial: bool,
    /// What `now()` meant.
    pub(crate) at: Timestamp,
}

/// Answers a question over what is the tenant's.
pub(crate) async fn ask(api: &Api, tenant: TenantId, text: &str) -> Result<Answered, ApiError> {
    let now = api.now();
    let names_alerts = text.contains("AlertInfo") || text.contains("AlertEvidence");
    let (extra, more_alerts) = if names_alerts {
        api.run(move |api| alerts(api, tenant)).await?
    } else {
        (Vec::new(), false)
    };
    let options = QueryOptions { extra, ..QueryOptions::at(now) };
    let answer = api.telemetry.query(tenant, text, &options).await;
    let result = answer.map_err(|why| refused(text, why))?;
    let partial = result.truncated || more_alerts;
    Ok(Answered { result, partial, at: now })
}

/// Why a question has no answer, for who asked.
pub(crate) fn refused(text: &str, why: QueryError) -> ApiError {
    match why {
        QueryError::Problems(problems) => {
            let said = problems.first().map_or_else(String::new, |first| first.message.clone());
            let places = problems.iter().map(place).collect();
            ApiError::new(axum::http::StatusCode::BAD_REQUEST, "query-problems", said)
                .with_problems(places, render(text, &problems))
        }
        why @ (QueryError::Engine(_) | QueryError::Catalogue(_) | QueryError::Rows(_)) => {
            ApiError::internal("answering a question", &why)
        }
        why => ApiError::new(
            axum::http::StatusCode::BAD_REQUEST,
            "query-not-answered",
            why.to_string(),
        ),
    }
}

/// The latest alerts as rows, and whether there are more.
fn alerts(api: &Api, tenant: TenantId) -> Result<(Vec<Row>, bool), ApiError> {
    let (mut rows, mut seen) = (Vec::new(), 0);
    let mut seek = Seek::first(Page::LARGEST);
    loop {
        let found = api.store.alerts(tenant, &AlertFilter::default(), &seek)?;
        let alerts: Vec<Alert> = found.items.into_iter().map(|record| record.alert).collect();
        rows.extend(alert_info_rows(&alerts));
        rows.extend(alert_evidence_rows(&alerts));
        seen += u64::try_from(alerts.len()).unwrap_or(u64::MAX);
        let Some(next) = found.next else { return Ok((rows, false)) };
        if seen >= MOST_ALERTS {
            return Ok((rows, true));
        }
        seek.after = Some(next);
    }
}

fn losses(api: &Api, tenant: TenantId) -> Result<Vec<DeviceLoss>, ApiError> {
    let page = Page { offset: 0, limit: Page::LARGEST };
    let devices = api.store.devices(tenant, &DeviceFilter::default(), page)?.items;
    let losing = devices.into_iter().filter(|device| device.events_lost > 0);
    Ok(losing
        .map(|device| DeviceLoss {
            device_id: device.id.to_string(),
            device_name: device.name.to_string(),
            count: device.events_lost,
        })
        .collect())
}

fn view(answered: Answered, losses: Vec<DeviceLoss>) -> HuntingAnswer {
    let Answered { result: answer, partial, .. } = answered;
    let columns = answer.columns.into_iter();
    HuntingAnswer {
        columns: columns.map(|c| AnswerColumn { name: c.name, ty: c.ty }).collect(),
        rows: answer.rows,
        stats: AnswerStats {
            elapsed_ms: answer.stats.elapsed_ms,
            files: answer.stats.files,
            files_read: answer.stats.files_read,
            bytes_read: answer.stats.bytes_read,
            hot_rows: answer.stats.hot_rows,
        },
        truncated: partial,
        losses,
    }
}

fn place(finding: &Finding) -> QueryProblem {
    QueryProblem {
        code: finding.code.to_owned(),
        message: finding.message.clone(),
        line: finding.line,
        column: finding.column,
        start: finding.span.start,
        end: finding.span.end,
        help: finding.help.clone(),
    }
}

fn ticks(at: Timestamp) -> i64 {
    at.nanos().div_euclid(100).saturating_add(EPOCH_TICKS)
}
