//! Reading what a call brings: path, query and body, with a problem document where it cannot be read.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::request::Parts,
};
use bartizan_model::Timestamp;
use bartizan_store::{Page, Place, Seek, Stretch};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::problem::ApiError;

/// The body as JSON; only with the content type of JSON, which no form of another site can send.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let rejected = |why: axum::extract::rejection::JsonRejection| {
            ApiError::new(why.status(), "bad-request", why.body_text())
        };
        Json::from_request(request, state).await.map(|Json(body)| Self(body)).map_err(rejected)
    }
}

/// The query of the address.
#[derive(Debug)]
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = Query::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Self(asked)).map_err(|why| ApiError::bad_request(why.body_text()))
    }
}

/// One part of the path, as the identity it is meant to be. What is no identity does not exist.
#[derive(Debug)]
pub(crate) struct Named<T>(pub(crate) T);

impl<S: Send + Sync, T: std::str::FromStr> FromRequestParts<S> for Named<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|why| ApiError::bad_request(why.body_text()))?;
        text.parse().map(Self).map_err(|_not_one| ApiError::not_found("thing"))
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Where the next page begins; nothing after the last.
    pub next_cursor: Option<String>,
    /// How many items all pages have.
    pub total: u64,
    /// There are more than `total`: so many are not counted.
    pub more: bool,
}

impl<T> List<T> {
    /// A page that began at `page`.
    pub(crate) fn of<R>(
        listing: bartizan_store::Listing<R>,
        page: Page,
        view: impl Fn(R) -> T,
    ) -> Self {
        let items: Vec<T> = listing.items.into_iter().map(view).collect();
        let end = page.offset.saturating_add(items.len() as u64);
        let more = end < listing.total && !items.is_empty();
        Self {
            items,
            next_cursor: more.then(|| end.to_string()),
            total: listing.total,
            more: false,
        }
    }

    /// Everything on one page.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        let total = items.len() as u64;
        Self { items, next_cursor: None, total, more: false }
    }

    /// Part of a long list.
    pub(crate) fn stretch<R>(stretch: Stretch<R>, view: impl Fn(R) -> T) -> Self {
        Self {
            next_cursor: stretch.next.as_ref().map(Place::text),
            items: stretch.items.into_iter().map(view).collect(),
            total: stretch.total,
            more: stretch.more,
        }
    }
}

/// Where a page begins and how long it is.
pub(crate) fn page(cursor: Option<&str>, limit: Option<u64>) -> Result<Page, ApiError> {
    let offset = match cursor.filter(|cursor| !cursor.is_empty()) {
        Some(cursor) => cursor
            .parse()
            .map_err(|_not_ours| ApiError::bad_request("`cursor` is not one this server gave"))?,
        None => 0,
    };
    Ok(Page { offset, limit: limit.unwrap_or(100).clamp(1, Page::LARGEST) })
}

/// After which place of a long list, and how many items.
pub(crate) fn seek(cursor: Option<&str>, limit: Option<u64>) -> Result<Seek, ApiError> {
    Ok(Seek::read(cursor, limit.unwrap_or(100))?)
}

/// What is said in a body about something that can be absent: tells `null` from nothing.
pub(crate) fn said<'de, D, T>(reader: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(reader).map(Some)
}

/// A text a person wrote: trimmed, not empty, not too long.
pub(crate) fn written(text: &str, what: &str, longest: usize) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > longest {
        return Err(ApiError::bad_request(format!("{what} has 1 to {longest} characters")));
    }
    Ok(text.to_owned())
}

/// One of some words.
pub(crate) fn one_of(word: &str, what: &str, words: &[&str]) -> Result<(), ApiError> {
    if words.contains(&word) {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("`{what}` is one of {}", words.join(", "))))
}

/// Several words with commas between.
pub(crate) fn words<T>(
    text: Option<&str>,
    what: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ApiError> {
    let words = text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| {
            read(word).ok_or_else(|| ApiError::bad_request(format!("`{word}` is no {what}")))
        })
        .collect()
}

/// A time of a query, RFC 3339.
pub(crate) fn time(text: Option<&str>, what: &str) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let wrong = || ApiError::bad_request(format!("`{what}` is no time like 2026-05-01T12:00:00Z"));
    let time: jiff::Timestamp = text.parse().map_err(|_not_a_time| wrong())?;
    let nanos = i64::try_from(time.as_nanosecond()).map_err(|_too_far| wrong())?;
    Ok(Some(Timestamp::from_nanos(nanos)))
}

/// A SHA-256 as calls write it.
pub(crate) fn hash(text: &str) -> Result<[u8; 32], ApiError> {
    let wrong = || ApiError::bad_request("`sha256` is not 64 hex digits");
    if text.len() != 64 || !text.is_ascii() {
        return Err(wrong());
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_not_text| wrong())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_not_hex| wrong())?;
    }
    Ok(hash)
}

/// A time of an answer: RFC 3339, UTC, microseconds.
pub(crate) fn shown(at: Timestamp) -> String {
    let time = jiff::Timestamp::from_nanosecond(i128::from(at.nanos()));
    time.map_or_else(|_out_of_range| String::new(), |time| format!("{time:.6}"))
}
