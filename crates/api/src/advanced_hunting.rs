//! Microsoft's interfaces for hunting over our tables, so that their clients connect unchanged: Defender for Endpoint's
//! `/api/advancedqueries/run`, Defender XDR's `/api/advancedhunting/run`, Graph's `/v1.0/security/runHuntingQuery`, and
//! the exchange of a secret for a token that they begin with.
//!
//! The secret is one of our API tokens, and so is the token they are given: there is nothing to keep between the two.

use axum::{
    Form, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    Api,
    caller::{Caller, Read},
    hunting::{self, Answered},
    kusto::dotnet,
    problem::ApiError,
    request::Body,
};

/// How long a client believes in its token before it asks again, in seconds.
const BELIEVED: u32 = 3599;

/// A question of a client for Defender or Graph.
#[derive(Debug, Deserialize)]
pub(crate) struct HuntingRequest {
    #[serde(alias = "Query")]
    query: String,
}

/// What a client shows for a token.
#[derive(Debug, Deserialize)]
pub(crate) struct TokenRequest {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    client_secret: String,
}

/// Defender's answer: types in the words of .NET, rows as objects.
pub(crate) async fn run(
    State(api): State<Api>,
    caller: Caller<Read>,
    Body(asked): Body<HuntingRequest>,
) -> Response {
    match hunting::ask(&api, caller.tenant(), &asked.query).await {
        Ok(answer) => Json(json!({
            "Stats": stats(&answer),
            "Schema": schema(&answer, "Name", "Type"),
            "Results": objects(&answer),
        }))
        .into_response(),
        Err(why) => refusal(&why),
    }
}

/// Graph's answer: the same in lower case.
pub(crate) async fn run_hunting_query(
    State(api): State<Api>,
    caller: Caller<Read>,
    Body(asked): Body<HuntingRequest>,
) -> Response {
    match hunting::ask(&api, caller.tenant(), &asked.query).await {
        Ok(answer) => Json(json!({
            "schema": schema(&answer, "name", "type"),
            "results": objects(&answer),
        }))
        .into_response(),
        Err(why) => refusal(&why),
    }
}

/// A token for a secret, as OAuth's client credentials have it.
pub(crate) async fn token(State(api): State<Api>, Form(asked): Form<TokenRequest>) -> Response {
    let refused = |code: &str, text: &str| {
        let body = json!({ "error": code, "error_description": text });
        (StatusCode::UNAUTHORIZED, Json(body)).into_response()
    };
    if asked.grant_type != "client_credentials" {
        return refused("unsupported_grant_type", "only client_credentials is known here");
    }
    let (secret, now) = (asked.client_secret, api.now());
    let known = api.run(move |api| Ok(api.access.token(&secret, now)?.map(|_who| secret))).await;
    match known {
        Ok(Some(secret)) => Json(json!({
            "token_type": "Bearer",
            "expires_in": BELIEVED,
            "ext_expires_in": BELIEVED,
            "access_token": secret,
        }))
        .into_response(),
        Ok(None) => refused("invalid_client", "the client secret is no API token of this server"),
        Err(why) => why.into_response(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds for people")]
fn stats(answer: &Answered) -> Value {
    let stats = &answer.result.stats;
    json!({
        "ExecutionTime": stats.elapsed_ms as f64 / 1000.0,
        "resource_usage": { "cache": {}, "cpu": {}, "memory": {} },
        "dataset_statistics": [{ "table_row_count": answer.result.rows.len(), "table_size": stats.bytes_read }],
        "partial": answer.partial,
    })
}

fn schema(answer: &Answered, name: &str, ty: &str) -> Vec<Value> {
    let columns = answer.result.columns.iter();
    columns.map(|column| json!({ name: column.name, ty: dotnet(column.ty) })).collect()
}

fn objects(answer: &Answered) -> Vec<Map<String, Value>> {
    let columns = &answer.result.columns;
    let object = |row: &Vec<Value>| {
        columns
            .iter()
            .zip(row)
            .map(|(column, value)| (column.name.clone(), value.clone()))
            .collect()
    };
    answer.result.rows.iter().map(object).collect()
}

fn refusal(why: &ApiError) -> Response {
    let body =
        json!({ "error": { "code": "BadRequest", "message": why.explained(), "target": "query" } });
    (why.status(), Json(body)).into_response()
}
