//! What is said when something is not done: RFC 9457 problem documents, every one with the request's id.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bartizan_access::{AccessError, Refusal};
use bartizan_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// A problem document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// A name that programs can tell problems by.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem, in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong here, and what to do.
    pub detail: String,
    /// Id of the request, for the server's log.
    pub request_id: String,
    /// What is wrong with the query, place by place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problems: Option<Vec<QueryProblem>>,
    /// The same as text with the query's lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rendered: Option<String>,
}

/// One thing that is wrong with a query.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueryProblem {
    /// A name that programs can tell problems by.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// First byte of the place in the query.
    pub start: usize,
    /// Byte after the place.
    pub end: usize,
    /// What would be right, when it can be guessed.
    pub help: Option<String>,
}

/// Why a call is not answered.
#[derive(Debug, Clone)]
pub struct ApiError(Box<Problem>);

impl ApiError {
    pub(crate) fn new(status: StatusCode, kind: &str, detail: impl Into<String>) -> Self {
        Self(Box::new(Problem {
            kind: kind.to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            request_id: String::new(),
            problems: None,
            rendered: None,
        }))
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no such {what}"))
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    pub(crate) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "signed-out", "sign in first")
    }

    pub(crate) fn forbidden(kind: &str, detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, kind, detail)
    }

    /// Something failed that the caller can do nothing about; the log has the cause, the answer does not.
    pub(crate) fn internal(doing: &str, why: &(dyn std::error::Error + 'static)) -> Self {
        let mut causes = why.to_string();
        let mut source = why.source();
        while let Some(cause) = source {
            causes = format!("{causes}: {cause}");
            source = cause.source();
        }
        tracing::error!(doing, causes, "a call failed");
        let detail = "the server could not do this; its log says why, under the id of this request";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// The status that says so.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What is wrong, as text for people: with the lines of the query where it is about one.
    pub(crate) fn explained(&self) -> &str {
        self.0.rendered.as_deref().unwrap_or(&self.0.detail)
    }

    pub(crate) fn with_problems(mut self, problems: Vec<QueryProblem>, rendered: String) -> Self {
        self.0.problems = Some(problems);
        self.0.rendered = Some(rendered);
        self
    }
}

impl From<StoreError> for ApiError {
    fn from(why: StoreError) -> Self {
        match why {
            StoreError::Conflict(text) => Self::new(StatusCode::CONFLICT, "conflict", text),
            StoreError::NoPlace => Self::bad_request("`cursor` is not one this server gave"),
            why => Self::internal("keeping records", &why),
        }
    }
}

impl From<AccessError> for ApiError {
    fn from(why: AccessError) -> Self {
        let refusal = match why {
            AccessError::Refused(refusal) => refusal,
            AccessError::Store(why) => return why.into(),
            why => return Self::internal("keeping who may come in", &why),
        };
        let (status, kind) = match &refusal {
            Refusal::WrongPassword => (StatusCode::UNAUTHORIZED, "wrong-password"),
            Refusal::CodeNeeded => (StatusCode::UNAUTHORIZED, "code-needed"),
            Refusal::WrongCode => (StatusCode::UNAUTHORIZED, "wrong-code"),
            Refusal::NoSecondFactor => (StatusCode::BAD_REQUEST, "no-second-factor"),
            Refusal::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many-tries"),
            Refusal::WrongCurrentPassword => (StatusCode::BAD_REQUEST, "wrong-current-password"),
            Refusal::WeakPassword(_) => (StatusCode::BAD_REQUEST, "weak-password"),
            Refusal::BadName(_) => (StatusCode::BAD_REQUEST, "bad-name"),
            Refusal::Taken(_) => (StatusCode::CONFLICT, "taken"),
            Refusal::NoSuchUser => (StatusCode::NOT_FOUND, "not-found"),
            Refusal::BadOrder(_) => (StatusCode::BAD_REQUEST, "bad-order"),
            Refusal::NoSuchDevice | Refusal::NoSuchAction => (StatusCode::NOT_FOUND, "not-found"),
            Refusal::NeedsCount { .. } => (StatusCode::CONFLICT, "confirm-count"),
            Refusal::NotPending | Refusal::NothingToCancel | Refusal::NothingToUndo => {
                (StatusCode::CONFLICT, "conflict")
            }
            Refusal::LiveLevel | Refusal::NotYourSession => (StatusCode::FORBIDDEN, "not-allowed"),
            Refusal::DeviceAway { .. } => (StatusCode::CONFLICT, "device-away"),
            Refusal::TooManySessions(_) => (StatusCode::CONFLICT, "too-many"),
            Refusal::SessionClosed | Refusal::OtherScript => (StatusCode::CONFLICT, "conflict"),
            Refusal::NoSuchSession | Refusal::NoSuchTransfer | Refusal::NoSuchScript => {
                (StatusCode::NOT_FOUND, "not-found")
            }
            Refusal::PolicyForbids { .. } => (StatusCode::FORBIDDEN, "policy"),
            Refusal::OwnAction | Refusal::ApproveInPerson => (StatusCode::FORBIDDEN, "approval"),
            _ => (StatusCode::FORBIDDEN, "refused"),
        };
        Self::new(status, kind, refusal.to_string())
    }
}

/// The document waits in the response's extensions for the request's id: `answered` writes it out.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status);
        let mut response = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the waiting problem document into the response, if there is one.
pub(crate) fn answered(mut response: Response, request_id: &str) -> Response {
    let Some(ApiError(mut problem)) = response.extensions_mut().remove::<ApiError>() else {
        return response;
    };
    request_id.clone_into(&mut problem.request_id);
    let mut written = (response.status(), Json(&problem)).into_response();
    written
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    written
}
