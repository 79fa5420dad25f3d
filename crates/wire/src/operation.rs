//! What processes did beside starts, connections and files; images and sign-ins. To the wire and back.

use std::sync::Arc;

use bartizan_model::{
    Detail, DetailValue, ImageLoad, Logon, LogonOutcome, LogonWay, Operation, OperationKind,
    Process, Text,
};

use crate::{
    WireError, event, facts, generated as wire,
    generated::detail::Value as WireValue,
    limits::{DETAIL_TEXTS_MAX, DETAILS_MAX},
    process,
};

pub(crate) fn to_wire(
    operation: &Operation,
    list: &mut dyn FnMut(&Arc<Process>) -> Result<u32, WireError>,
) -> Result<wire::Operation, WireError> {
    Ok(wire::Operation {
        kind: operation.kind.word().to_owned(),
        target: operation.target.as_ref().map_or(Ok(0), list)?,
        path: operation.path.as_deref().map(str::to_owned),
        account: operation.account.as_deref().map(str::to_owned),
        host: operation.host.as_deref().map(str::to_owned),
        remote: operation.remote.map(event::endpoint_to_wire),
        details: details_to_wire(&operation.details),
    })
}

pub(crate) fn from_wire(
    operation: wire::Operation,
    processes: &[Arc<Process>],
) -> Result<Operation, WireError> {
    let kind = OperationKind::from_word(&operation.kind).ok_or_else(|| {
        WireError::unexpected("kind of an operation", operation.kind, "one of the known words")
    })?;
    let target = match operation.target {
        0 => None,
        position => Some(event::listed(processes, position)?),
    };
    Ok(Operation {
        kind,
        target,
        path: operation.path.map(Text::from),
        account: operation.account.map(Text::from),
        host: operation.host.map(Text::from),
        remote: operation.remote.as_ref().map(event::endpoint_from_wire).transpose()?,
        details: details_from_wire(operation.details)?,
    })
}

pub(crate) fn image_to_wire(image: &ImageLoad) -> wire::ImageLoad {
    wire::ImageLoad {
        path: image.path.to_string(),
        size: image.size,
        device: image.device,
        inode: image.inode,
        sha256: image.sha256.map(|hash| hash.to_vec()).unwrap_or_default(),
        detached: image.detached,
    }
}

pub(crate) fn image_from_wire(image: wire::ImageLoad) -> Result<ImageLoad, WireError> {
    Ok(ImageLoad {
        path: image.path.into(),
        size: image.size,
        device: image.device,
        inode: image.inode,
        sha256: process::sha256_from_wire(image.sha256)?,
        detached: image.detached,
    })
}

pub(crate) fn logon_to_wire(logon: &Logon) -> wire::Logon {
    let outcome = match logon.outcome {
        LogonOutcome::Succeeded => wire::LogonOutcome::Succeeded,
        LogonOutcome::Failed => wire::LogonOutcome::Failed,
        LogonOutcome::Ended => wire::LogonOutcome::Ended,
    };
    let way = match logon.way {
        LogonWay::Interactive => wire::LogonWay::Interactive,
        LogonWay::Remote => wire::LogonWay::Remote,
        LogonWay::Elevation => wire::LogonWay::Elevation,
        LogonWay::Batch => wire::LogonWay::Batch,
        LogonWay::Service => wire::LogonWay::Service,
    };
    wire::Logon {
        outcome: outcome.into(),
        way: way.into(),
        account: logon.account.to_string(),
        remote: logon.remote.as_ref().map(facts::address_to_wire).unwrap_or_default(),
        remote_port: logon.remote_port.map(u32::from),
        remote_host: logon.remote_host.as_deref().map(str::to_owned),
        reason: logon.reason.as_deref().map(str::to_owned),
        session: logon.session,
        details: details_to_wire(&logon.details),
    }
}

pub(crate) fn logon_from_wire(logon: wire::Logon) -> Result<Logon, WireError> {
    let outcome = match logon.outcome() {
        wire::LogonOutcome::Succeeded => LogonOutcome::Succeeded,
        wire::LogonOutcome::Failed => LogonOutcome::Failed,
        wire::LogonOutcome::Ended => LogonOutcome::Ended,
        wire::LogonOutcome::Unspecified => {
            return Err(WireError::unexpected("outcome of a sign-in", logon.outcome, "1 to 3"));
        }
    };
    let way = match logon.way() {
        wire::LogonWay::Interactive => LogonWay::Interactive,
        wire::LogonWay::Remote => LogonWay::Remote,
        wire::LogonWay::Elevation => LogonWay::Elevation,
        wire::LogonWay::Batch => LogonWay::Batch,
        wire::LogonWay::Service => LogonWay::Service,
        wire::LogonWay::Unspecified => {
            return Err(WireError::unexpected("way of a sign-in", logon.way, "1 to 5"));
        }
    };
    let remote = match logon.remote.as_slice() {
        [] => None,
        bytes => Some(facts::address_from_wire(bytes)?),
    };
    let port = |port| {
        u16::try_from(port).map_err(|_large| WireError::unexpected("port", port, "0 to 65535"))
    };
    Ok(Logon {
        outcome,
        way,
        account: logon.account.into(),
        remote,
        remote_port: logon.remote_port.map(port).transpose()?,
        remote_host: logon.remote_host.map(Text::from),
        reason: logon.reason.map(Text::from),
        session: logon.session,
        details: details_from_wire(logon.details)?,
    })
}

pub(crate) fn details_to_wire(details: &[Detail]) -> Vec<wire::Detail> {
    let detail = |detail: &Detail| {
        let value = match &detail.value {
            DetailValue::Text(text) => WireValue::Text(text.to_string()),
            DetailValue::Number(number) => WireValue::Number(*number),
            DetailValue::Flag(flag) => WireValue::Flag(*flag),
            DetailValue::List(texts) => WireValue::List(wire::TextList {
                texts: texts.iter().take(DETAIL_TEXTS_MAX).map(|text| text.to_string()).collect(),
            }),
        };
        wire::Detail { name: detail.name.to_string(), value: Some(value) }
    };
    details.iter().take(DETAILS_MAX).map(detail).collect()
}

pub(crate) fn details_from_wire(details: Vec<wire::Detail>) -> Result<Vec<Detail>, WireError> {
    WireError::bound("further facts", details.len(), DETAILS_MAX)?;
    details.into_iter().map(detail_from_wire).collect()
}

fn detail_from_wire(detail: wire::Detail) -> Result<Detail, WireError> {
    let value = match detail.value.ok_or(WireError::Missing("value of a further fact"))? {
        WireValue::Text(text) => DetailValue::Text(text.into()),
        WireValue::Number(number) => DetailValue::Number(number),
        WireValue::Flag(flag) => DetailValue::Flag(flag),
        WireValue::List(list) => {
            WireError::bound("texts of a further fact", list.texts.len(), DETAIL_TEXTS_MAX)?;
            DetailValue::List(list.texts.into_iter().map(Text::from).collect())
        }
    };
    Ok(Detail { name: detail.name.into(), value })
}
