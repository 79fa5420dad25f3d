//! `enrol`: the token is used up, and kept nowhere.

use std::{fs, io::Write as _, path::Path};

use anyhow::Context as _;
use bartizan_inventory::Machine;
use bartizan_wire::EnrolmentToken;

use crate::arguments::Enrol;

/// Folder of the identity below the sensor's folder.
pub(crate) const IDENTITY: &str = "identity";

/// Version that the sensor tells.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) async fn enrol(data: &Path, arguments: &Enrol) -> anyhow::Result<()> {
    let text = match (&arguments.token, &arguments.token_file) {
        (Some(token), _) => token.clone(),
        (None, Some(file)) => fs::read_to_string(file)
            .with_context(|| format!("reading the token from {}", file.display()))?,
        (None, None) => String::new(),
    };
    let token: EnrolmentToken = text.parse()?;
    let facts = Machine::default().facts(VERSION);
    let identity = bartizan_uplink::enrol(&data.join(IDENTITY), &token, &facts).await?;
    if let Some(file) = &arguments.token_file {
        fs::remove_file(file).with_context(|| format!("deleting {}", file.display()))?;
    }
    writeln!(
        std::io::stdout(),
        "enrolled as device {} at {}; start watching with: bartizan-sensor run",
        identity.device,
        identity.server
    )
    .context("saying so")
}
