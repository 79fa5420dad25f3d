//! Questions to the running sensor, from the administrator's commands.

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use anyhow::Context as _;
use serde_json::Value;

use crate::control::socket;

/// How long a running sensor may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the sensor is.
pub(crate) fn status(data: &Path) -> anyhow::Result<Value> {
    let line = ask(data, "status", Some(PATIENCE))?.next();
    let line = line.context("the sensor hung up")?.context("hearing the sensor")?;
    serde_json::from_str(&line).context("reading the sensor's answer")
}

/// Events from now on, a JSON object each; the first one is empty and says that following has begun.
pub(crate) fn events(
    data: &Path,
    patience: Option<Duration>,
) -> anyhow::Result<Lines<BufReader<UnixStream>>> {
    ask(data, "events", patience)
}

fn ask(
    data: &Path,
    question: &str,
    patience: Option<Duration>,
) -> anyhow::Result<Lines<BufReader<UnixStream>>> {
    let path = socket(data);
    let mut stream = UnixStream::connect(&path).with_context(|| {
        format!(
            "asking the sensor at {}: is it running (bartizan-sensor run), and are you root?",
            path.display()
        )
    })?;
    stream.set_read_timeout(patience).context("setting a time limit")?;
    stream.write_all(format!("{question}\n").as_bytes()).context("asking the sensor")?;
    Ok(BufReader::new(stream).lines())
}
