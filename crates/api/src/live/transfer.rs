//! Files that live sessions carry: taken down in ranges, brought up in pieces, each taken up again where it was broken off.

use std::io::SeekFrom;

use axum::{
    Json,
    body::{Body as Content, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bartizan_access::NewTransfer;
use bartizan_model::{LiveSessionId, TransferId, hex};
use bartizan_store::{LiveTransferFilter, LiveTransferRecord};
use ring::digest::{Context as Hash, SHA256};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    actions::{chunks, plain},
    caller::{Caller, LiveAct, LiveLook},
    problem::{ApiError, Problem},
    request::{Asked, Body, List, Named, hash, page, shown},
};

/// Most bytes of a piece that is brought.
pub(crate) const PIECE_MAX: usize = 8 << 20;

/// A file on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LiveTransfer {
    id: String,
    session: Option<String>,
    device: Option<String>,
    /// `get` from a device, `put` to devices.
    direction: String,
    name: String,
    /// Where it is on the device.
    path: Option<String>,
    length: u64,
    sha256: String,
    /// So many bytes are here.
    received: u64,
    /// `under_way` or `complete`.
    state: &'static str,
    made_by: String,
    made_at: String,
    complete_at: Option<String>,
}

/// A file to be brought.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct BringFile {
    name: String,
    length: u64,
    /// SHA-256 of all of it.
    sha256: String,
}

/// How much of a file is here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivedView {
    received: u64,
    /// All of it, and its hash is right.
    complete: bool,
}

/// Which transfers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TransferQuery {
    /// Of this session.
    session: Option<String>,
    /// `get` or `put`.
    direction: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
}

/// Where a piece begins.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PieceQuery {
    offset: Option<u64>,
}

/// The files, the latest first.
#[utoipa::path(get, path = "/live/transfers", tag = "live", params(TransferQuery), responses(
    (status = 200, body = List<LiveTransfer>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn transfers(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Asked(asked): Asked<TransferQuery>,
) -> Result<Json<List<LiveTransfer>>, ApiError> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let session = asked.session.filter(|session| !session.is_empty());
    let filter = LiveTransferFilter {
        session: session
            .map(|session| session.parse::<LiveSessionId>())
            .transpose()
            .map_err(|_no_id| ApiError::bad_request("`session` is no id"))?,
        direction: asked.direction.filter(|direction| !direction.is_empty()),
    };
    api.run(move |api| {
        let listing = api.store.live_transfers(caller.tenant(), &filter, page)?;
        Ok(Json(List::of(listing, page, |transfer| view(api, transfer))))
    })
    .await
}

/// A file.
#[utoipa::path(get, path = "/live/transfers/{id}", tag = "live", params(("id" = String, Path)), responses(
    (status = 200, body = LiveTransfer), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem)))]
pub(crate) async fn transfer(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Named(id): Named<TransferId>,
) -> Result<Json<LiveTransfer>, ApiError> {
    api.run(move |api| {
        let found = api.store.live_transfer(caller.tenant(), id)?;
        Ok(Json(view(api, found.ok_or_else(|| ApiError::not_found("file"))?)))
    })
    .await
}

/// Bring a file that lines can put on devices: first what it is, then its content.
#[utoipa::path(post, path = "/live/transfers", tag = "live", request_body = BringFile, responses(
    (status = 201, body = LiveTransfer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn bring(
    State(api): State<Api>,
    caller: Caller<LiveAct>,
    Body(asked): Body<BringFile>,
) -> Result<(StatusCode, Json<LiveTransfer>), ApiError> {
    let sha256 = hash(&asked.sha256)?;
    let (new, now) = (NewTransfer { name: asked.name, length: asked.length, sha256 }, api.now());
    api.run(move |api| {
        let (by, address) = (&caller.identity, &caller.address);
        let kept = api.access.new_live_transfer(by, &new, address, now)?;
        if kept.length == 0 {
            finish(api, caller.tenant(), &kept, now)?;
        }
        Ok((StatusCode::CREATED, Json(view(api, kept))))
    })
    .await
}

/// Bring a piece of a file. It has to begin where the last one ended.
#[utoipa::path(put, path = "/live/transfers/{id}/content", tag = "live",
    params(("id" = String, Path), PieceQuery), request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = ReceivedView), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn bring_piece(
    State(api): State<Api>,
    caller: Caller<LiveAct>,
    Named(id): Named<TransferId>,
    Asked(asked): Asked<PieceQuery>,
    piece: Bytes,
) -> Result<Json<ReceivedView>, ApiError> {
    let (offset, now) = (asked.offset.unwrap_or(0), api.now());
    api.run(move |api| {
        let found = api.store.live_transfer(caller.tenant(), id)?;
        let found = found.filter(|found| found.direction == "put");
        let found = found.ok_or_else(|| ApiError::not_found("file"))?;
        let received = received(api, &found);
        if found.complete_at.is_some() {
            return Ok(Json(ReceivedView { received, complete: true }));
        }
        let room = found.length.saturating_sub(received);
        if offset != received || piece.len() as u64 > room {
            let detail =
                format!("the next piece begins at {received} and has at most {room} bytes");
            return Err(ApiError::new(StatusCode::CONFLICT, "wrong-offset", detail));
        }
        append(api, id, &piece).map_err(|why| ApiError::internal("keeping a piece", &why))?;
        let received = received + piece.len() as u64;
        let complete = received == found.length;
        if complete {
            finish(api, caller.tenant(), &found, now)?;
        }
        Ok(Json(ReceivedView { received, complete }))
    })
    .await
}

/// The content of a file, or a range of it.
#[utoipa::path(get, path = "/live/transfers/{id}/content", tag = "live", params(("id" = String, Path)), responses(
    (status = 200, content_type = "application/octet-stream", body = String),
    (status = 206, content_type = "application/octet-stream", body = String), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 416, body = Problem)))]
pub(crate) async fn content(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let missing = || ApiError::not_found("file");
    let id: TransferId = id.parse().map_err(|_no_id| missing())?;
    let found = api.run(move |api| Ok(api.store.live_transfer(caller.tenant(), id)?)).await?;
    let found = found.ok_or_else(missing)?;
    if found.complete_at.is_none() {
        let detail = "the file is not complete yet";
        return Err(ApiError::new(StatusCode::CONFLICT, "incomplete", detail));
    }
    let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let range = asked.map(|asked| range(asked, found.length)).transpose()?;
    let (from, to) = range.unwrap_or((0, found.length));
    let opened = tokio::fs::File::open(path(&api, id)).await;
    let mut opened = opened.map_err(|why| ApiError::internal("opening a file", &why))?;
    let place = opened.seek(SeekFrom::Start(from)).await;
    place.map_err(|why| ApiError::internal("opening a file", &why))?;
    let status = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let content = Content::from_stream(chunks(opened.take(to - from)));
    let mut response = (status, content).into_response();
    let headers = response.headers_mut();
    let mut say = |name, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    say(header::CONTENT_TYPE, "application/octet-stream".to_owned());
    say(header::CONTENT_LENGTH, (to - from).to_string());
    say(header::ACCEPT_RANGES, "bytes".to_owned());
    say(header::ETAG, format!("\"{}\"", hex(&found.sha256)));
    say(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", plain(&found.name)));
    if range.is_some() {
        let last = to.saturating_sub(1);
        say(header::CONTENT_RANGE, format!("bytes {from}-{last}/{}", found.length));
    }
    Ok(response)
}

/// Remove a file from the server.
#[utoipa::path(delete, path = "/live/transfers/{id}", tag = "live", params(("id" = String, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(api): State<Api>,
    caller: Caller<LiveAct>,
    Named(id): Named<TransferId>,
) -> Result<StatusCode, ApiError> {
    let now = api.now();
    api.run(move |api| {
        api.access.remove_live_transfer(&caller.identity, id, &caller.address, now)?;
        gone(api, id)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

fn path(api: &Api, id: TransferId) -> std::path::PathBuf {
    api.settings.uploads.join(format!("live-{id}"))
}

fn received(api: &Api, transfer: &LiveTransferRecord) -> u64 {
    std::fs::metadata(path(api, transfer.id)).map_or(0, |metadata| metadata.len())
}

fn append(api: &Api, id: TransferId, piece: &[u8]) -> std::io::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    std::fs::create_dir_all(&api.settings.uploads)?;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.append(true).create(true).mode(0o600).open(path(api, id))?;
    file.write_all(piece)?;
    file.sync_data()
}

/// All of a file is here: it is kept if it is what was said.
fn finish(
    api: &Api,
    tenant: bartizan_model::TenantId,
    transfer: &LiveTransferRecord,
    now: bartizan_model::Timestamp,
) -> Result<(), ApiError> {
    let unread = |why: std::io::Error| ApiError::internal("reading a file", &why);
    append(api, transfer.id, &[]).map_err(unread)?;
    let mut file = std::fs::File::open(path(api, transfer.id)).map_err(unread)?;
    let (mut hash, mut buffer) = (Hash::new(&SHA256), vec![0; 1 << 20]);
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer).map_err(unread)?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
    if hash.finish().as_ref() != transfer.sha256 {
        gone(api, transfer.id)?;
        let detail = "what came is not what was said: its hash is another; begin again";
        return Err(ApiError::new(StatusCode::CONFLICT, "wrong-hash", detail));
    }
    Ok(api.store.complete_live_transfer(tenant, transfer.id, now)?)
}

fn gone(api: &Api, id: TransferId) -> Result<(), ApiError> {
    match std::fs::remove_file(path(api, id)) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
            Err(ApiError::internal("removing a file", &why))
        }
        _ => Ok(()),
    }
}

/// The one range that is asked for: its first byte, and the byte after its last.
fn range(asked: &str, length: u64) -> Result<(u64, u64), ApiError> {
    let wrong = || {
        let detail = format!("the file has {length} bytes; ask for one range of them");
        ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, "range", detail)
    };
    let (from, to) =
        asked.strip_prefix("bytes=").and_then(|range| range.split_once('-')).ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_no_number| wrong());
    let (from, to) = match (from.trim(), to.trim()) {
        ("", last) => (length.saturating_sub(number(last)?), length),
        (from, "") => (number(from)?, length),
        (from, to) => (number(from)?, number(to)?.saturating_add(1).min(length)),
    };
    if from >= to { Err(wrong()) } else { Ok((from, to)) }
}

fn view(api: &Api, transfer: LiveTransferRecord) -> LiveTransfer {
    let complete = transfer.complete_at.is_some();
    LiveTransfer {
        received: if complete { transfer.length } else { received(api, &transfer) },
        id: transfer.id.to_string(),
        session: transfer.session.map(|session| session.to_string()),
        device: transfer.device.map(|device| device.to_string()),
        direction: transfer.direction,
        name: transfer.name,
        path: transfer.path,
        length: transfer.length,
        sha256: hex(&transfer.sha256),
        state: if complete { "complete" } else { "under_way" },
        made_by: transfer.made_by,
        made_at: shown(transfer.made_at),
        complete_at: transfer.complete_at.map(shown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_clients_write_them() {
        for (asked, found) in [
            ("bytes=0-", Some((0, 100))),
            ("bytes=90-", Some((90, 100))),
            ("bytes=10-19", Some((10, 20))),
            ("bytes=10-1000", Some((10, 100))),
            ("bytes=-5", Some((95, 100))),
            ("bytes=100-", None),
            ("bytes=20-10", None),
            ("bytes=1-2,5-6", None),
            ("lines=1-2", None),
        ] {
            assert_eq!(range(asked, 100).ok(), found, "{asked}");
        }
    }
}
