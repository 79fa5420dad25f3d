//! `events` and `test`: what the sensor sees, as it sees it, and the proof that it arrives.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::ask;

/// How long seeing may take, and then sending.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(200);

/// Shows events, one a line, that hold this text; for ever, or so many.
pub(crate) fn events(
    data: &Path,
    filter: Option<&str>,
    most: Option<usize>,
    as_json: bool,
) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let mut shown = 0;
    for line in ask::events(data, None)?.skip(1) {
        let line = line.context("hearing the sensor")?;
        if filter.is_some_and(|filter| !line.contains(filter)) {
            continue;
        }
        let text = if as_json { line } else { in_words(&line) };
        writeln!(out, "{text}").context("showing an event")?;
        shown += 1;
        if most.is_some_and(|most| shown >= most) {
            break;
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the proof says how long things took")]
/// Starts a harmless program and waits until the sensor has seen it, sent it, and heard that it is kept.
pub(crate) fn test(data: &Path, as_json: bool) -> anyhow::Result<()> {
    let mark = format!("bartizan-sensor-test-{}", std::process::id());
    let mut events = ask::events(data, Some(PATIENCE))?;
    events.next().context("the sensor hung up")?.context("hearing the sensor")?;
    let begun = Instant::now();
    let status = Command::new("true").arg(&mark).stdin(Stdio::null()).status();
    status.context("starting the program `true`")?;
    let seen = events.map_while(Result::ok).take_while(|_| begun.elapsed() < PATIENCE);
    let of_it = |line: String| line.contains(&mark) && line.contains("ProcessCreated");
    let seen = { seen }.any(of_it);
    anyhow::ensure!(
        seen,
        "the program that was started was not seen within {} s: run bartizan-sensor doctor",
        PATIENCE.as_secs()
    );
    let seen_after = begun.elapsed();
    let number = |status: &Value, name: &str| status.get(name).and_then(Value::as_u64);
    // It was in the spool before it was shown.
    let kept = number(&ask::status(data)?, "events_observed").unwrap_or(u64::MAX);
    let arrived = loop {
        let status = ask::status(data)?;
        let through = number(&status, "events_acknowledged").unwrap_or(0);
        if through >= kept || begun.elapsed() > PATIENCE * 2 {
            break through >= kept;
        }
        std::thread::sleep(PAUSE);
    };
    let after = begun.elapsed();
    let mut out = std::io::stdout();
    let (seen_ms, after_ms) = (seen_after.as_millis(), after.as_millis());
    if as_json {
        let answer = json!({"seen": true, "seen_ms": seen_ms, "acknowledged": arrived, "after_ms": after_ms});
        writeln!(out, "{answer}").context("showing the outcome")?;
    } else {
        writeln!(out, "seen after {seen_ms} ms").context("showing the outcome")?;
        if arrived {
            writeln!(out, "kept by the server within {after_ms} ms").context("showing it")?;
        }
    }
    anyhow::ensure!(arrived, "the server did not acknowledge it: run bartizan-sensor status");
    Ok(())
}

/// Time, kind, who and what of an event.
fn in_words(line: &str) -> String {
    let event: Value = serde_json::from_str(line).unwrap_or_default();
    let word = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let what = ["ProcessCommandLine", "FolderPath", "RemoteIP", "SoftwareName", "AdditionalFields"];
    let what = what.into_iter().map(word).find(|text| !text.is_empty()).unwrap_or_default();
    let (table, kind, who) = (word("Table"), word("ActionType"), word("InitiatingProcessFileName"));
    format!("{table} {kind} {who}: {what}")
}
