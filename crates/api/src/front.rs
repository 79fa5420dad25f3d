//! The front: what every call passes on its way in and out.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::post,
};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    Api, advanced_hunting,
    console::{console, policy},
    document, kusto,
    problem::{ApiError, answered},
};

/// The largest body of a call.
const LARGEST_BODY: usize = 256 * 1024;
/// The longest that a call may take.
const LONGEST: Duration = Duration::from_secs(200);

/// The whole interface: calls below `/api/v1`, the console at every other path.
pub fn router(api: Api) -> Router {
    let (calls, _) = document::calls().split_for_parts();
    calls
        .route("/v1/rest/query", post(kusto::query_v1))
        .route("/v2/rest/query", post(kusto::query_v2))
        .route("/v1/rest/mgmt", post(kusto::management))
        .route("/v1/rest/{*rest}", axum::routing::any(no_such_call))
        .route("/api/advancedqueries/run", post(advanced_hunting::run))
        .route("/api/advancedhunting/run", post(advanced_hunting::run))
        .route("/v1.0/security/runHuntingQuery", post(advanced_hunting::run_hunting_query))
        .route("/{directory}/oauth2/token", post(advanced_hunting::token))
        .route("/{directory}/oauth2/v2.0/token", post(advanced_hunting::token))
        .route("/api/{*rest}", axum::routing::any(no_such_call))
        .method_not_allowed_fallback(no_such_method)
        .fallback(console)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(api.clone(), pass))
        .with_state(api)
}

async fn no_such_call() -> ApiError {
    ApiError::not_found("call")
}

async fn no_such_method() -> ApiError {
    let detail = "this call does not have this method";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
}

/// Gives the call an id and a limit of time, and the answer its headers.
async fn pass(State(api): State<Api>, request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().simple().to_string();
    let path = request.uri().path();
    let is_call = ["/api/", "/v1/", "/v2/", "/v1.0/"].iter().any(|start| path.starts_with(start))
        || path.contains("/oauth2/");
    let span =
        tracing::info_span!("call", id, method = %request.method(), path = request.uri().path());
    let answering = next.run(request).instrument(span);
    let response = match tokio::time::timeout(LONGEST, answering).await {
        Ok(response) => response,
        Err(_elapsed) => {
            let detail = "the call took too long and was stopped";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", detail).into_response()
        }
    };
    let mut response = answered(response, &id);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), usb=(), payment=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if api.settings.secure {
        let long = HeaderValue::from_static("max-age=63072000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, long);
    }
    if is_call {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let text = |text: &str| HeaderValue::from_str(text).ok();
    if let Some(id) = text(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    if let Some(version) = text(&api.settings.version) {
        headers.insert(HeaderName::from_static("x-console-build"), version);
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Some(policy) = text(&policy(None))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
