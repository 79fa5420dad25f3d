//! `status`: what the running sensor wrote down of itself.

use std::{
    fmt::Write as _,
    fs,
    io::{ErrorKind, Write as _},
    path::Path,
    time::Duration,
};

use anyhow::Context as _;
use bartizan_model::SensorHealth;
use bartizan_spool::SpoolStatus;
use bartizan_uplink::{Identity, LinkState};
use serde_json::json;

use crate::{ask, enrolment::IDENTITY, respond::RESPONSE};

const STATUS: &str = "status";
const STATUS_NEW: &str = "status.new";

/// A running sensor writes each second; older than this and it hangs or was killed.
const FRESH: Duration = Duration::from_secs(10);

/// Writes down how the sensor is. That this fails on a full disk is said elsewhere.
pub(crate) fn write(
    data: &Path,
    identity: &Identity,
    spool: &SpoolStatus,
    link: &LinkState,
    health: &SensorHealth,
) {
    let link = match link {
        LinkState::Starting => "connecting".to_owned(),
        LinkState::Connected => "connected".to_owned(),
        LinkState::Away { reason } => format!("away: {reason}"),
    };
    let mut text = String::new();
    let waiting = spool.newest.saturating_sub(spool.acknowledged);
    for (name, value) in [
        ("device", identity.device.to_string()),
        ("server", format!("{} ({link})", identity.server)),
        ("events", format!("{} observed, {waiting} waiting to be sent", spool.newest)),
        ("on disk", format!("{} KiB", spool.bytes / 1_024)),
        ("lost", format!("{} events", health.events_lost)),
        ("memory", format!("{} KiB", health.resident_bytes / 1_024)),
        ("processor", format!("{} ms", health.cpu_millis)),
    ] {
        writeln!(text, "{name:<10} {value}").unwrap_or_default();
    }
    for problem in &health.problems {
        writeln!(text, "{:<10} {problem}", "problem").unwrap_or_default();
    }
    let new = data.join(STATUS_NEW);
    let written = fs::write(&new, text).and_then(|()| fs::rename(&new, data.join(STATUS)));
    if let Err(error) = written {
        tracing::debug!(%error, "writing the status down");
    }
}

/// How the sensor is, as JSON.
pub(crate) fn as_json(
    identity: &Identity,
    spool: &SpoolStatus,
    link: &LinkState,
    health: &SensorHealth,
) -> String {
    let (connection, reason) = match link {
        LinkState::Starting => ("connecting", None),
        LinkState::Connected => ("connected", None),
        LinkState::Away { reason } => ("away", Some(reason)),
    };
    let problems: Vec<&str> = health.problems.iter().map(AsRef::as_ref).collect();
    json!({
        "device": identity.device.to_string(),
        "server": identity.server,
        "connection": connection,
        "reason": reason,
        "events_observed": spool.newest,
        "events_acknowledged": spool.acknowledged,
        "events_waiting": spool.newest.saturating_sub(spool.acknowledged),
        "events_lost": health.events_lost,
        "spool_bytes": spool.bytes,
        "resident_bytes": health.resident_bytes,
        "cpu_millis": health.cpu_millis,
        "problems": problems,
    })
    .to_string()
}

/// The sensor does not run any more.
pub(crate) fn remove(data: &Path) {
    if let Err(error) = fs::remove_file(data.join(STATUS)) {
        tracing::debug!(%error, "removing the status");
    }
}

/// Shows how the sensor is.
pub(crate) fn show(data: &Path, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let status = ask::status(data)?;
        return writeln!(std::io::stdout(), "{status}").context("showing the status");
    }
    let identity = Identity::load(&data.join(IDENTITY))?;
    let path = data.join(STATUS);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let Identity { device, server, .. } = identity;
            anyhow::bail!(
                "device {device} of {server} is enrolled, but the sensor is not running; start it with: bartizan-sensor run"
            );
        }
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let age =
        fs::metadata(&path).and_then(|file| file.modified()).ok().and_then(|at| at.elapsed().ok());
    let stale = age.filter(|age| *age > FRESH);
    let mut out = std::io::stdout();
    write!(out, "{text}").context("showing the status")?;
    if data.join(RESPONSE).join("isolation.json").try_exists().unwrap_or(false) {
        writeln!(out, "{:<10} yes; `bartizan-sensor isolation status` says why", "isolated")
            .context("showing the status")?;
    }
    anyhow::ensure!(
        stale.is_none(),
        "this is from {} s ago: the sensor hangs or was killed; start it with: bartizan-sensor run",
        stale.unwrap_or_default().as_secs()
    );
    Ok(())
}
