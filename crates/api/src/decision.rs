//! What people say of alerts and incidents, judged before it is kept: only users that there are, only words that
//! there are.

use axum::Json;
use bartizan_model::{CLASSIFICATIONS, TenantId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, Read},
    problem::{ApiError, Problem},
};

/// What an incident or an alert can be said to be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClassificationView {
    classification: &'static str,
    /// What it can be more exactly.
    determinations: &'static [&'static str],
}

/// What incidents and alerts can be said to be.
#[utoipa::path(get, path = "/classifications", tag = "incidents",
    responses((status = 200, body = Vec<ClassificationView>), (status = 401, body = Problem)))]
pub(crate) async fn classifications(_caller: Caller<Read>) -> Json<Vec<ClassificationView>> {
    let all = CLASSIFICATIONS.iter().map(|(classification, determinations)| ClassificationView {
        classification,
        determinations,
    });
    Json(all.collect())
}

/// Refuses words that there are not, and a determination of another classification.
pub(crate) fn classified(
    classification: Option<&Option<String>>,
    determination: Option<&Option<String>>,
) -> Result<(), ApiError> {
    let named = classification.and_then(Option::as_deref);
    let more = determination.and_then(Option::as_deref);
    let known = |word: &str| CLASSIFICATIONS.iter().find(|(name, _)| *name == word);
    if let Some(word) = named {
        let (_, determinations) = known(word).ok_or_else(|| {
            let words: Vec<&str> = CLASSIFICATIONS.iter().map(|(name, _)| *name).collect();
            ApiError::bad_request(format!("`classification` is one of {}", words.join(", ")))
        })?;
        return match more {
            Some(more) if !determinations.contains(&more) => Err(ApiError::bad_request(format!(
                "`determination` of “{word}” is one of {}",
                determinations.join(", ")
            ))),
            _ => Ok(()),
        };
    }
    let of_any = |more: &str| CLASSIFICATIONS.iter().any(|(_, words)| words.contains(&more));
    match more {
        Some(more) if !of_any(more) => {
            Err(ApiError::bad_request(format!("`{more}` is no determination")))
        }
        _ => Ok(()),
    }
}

/// Refuses a user that there is not.
pub(crate) fn person(
    api: &Api,
    tenant: TenantId,
    name: Option<Option<String>>,
) -> Result<Option<Option<String>>, ApiError> {
    if let Some(Some(name)) = &name
        && !api.store.users(tenant)?.iter().any(|user| user.name == *name)
    {
        return Err(ApiError::bad_request(format!("there is no user named {name}")));
    }
    Ok(name)
}
