//! What the machine's own administrator can see and do without the server: why the machine is isolated, free it with a
//! token, and give quarantined files back.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use bartizan_collect::Moment;
use bartizan_remediation::{Config, Item, Judge, Remediation};
use bartizan_uplink::Identity;
use bartizan_wire::ReleaseToken;

use crate::{
    arguments::{IsolationCommand, QuarantineCommand},
    enrolment::IDENTITY,
    respond::RESPONSE,
};

/// `isolation`: shows it, or ends it with a token of the server.
pub(crate) fn isolation(data: &Path, command: &IsolationCommand) -> anyhow::Result<()> {
    let identity = Identity::load(&data.join(IDENTITY))?;
    let remediation = open(data, &identity)?;
    match command {
        IsolationCommand::Status => say(&in_words(&remediation)?),
        IsolationCommand::Release { token } => {
            let token: ReleaseToken = token.parse()?;
            let isolator = remediation.isolator().context("this machine cannot be isolated")?;
            let (tenant, device) = (identity.tenant, identity.device);
            let mut judge =
                Judge::open(&data.join(RESPONSE), &identity.command_key, tenant, device)
                    .context("opening what came before")?;
            judge.release(&token, Moment::now().wall)?;
            let was = isolator.release()?;
            say(if was { "this machine is released" } else { "this machine was not isolated" })
        }
    }
}

/// `quarantine`: lists what was taken away, or gives it back.
pub(crate) fn quarantine(data: &Path, command: &QuarantineCommand) -> anyhow::Result<()> {
    let identity = Identity::load(&data.join(IDENTITY))?;
    let remediation = open(data, &identity)?;
    let quarantine = remediation.quarantine();
    match command {
        QuarantineCommand::List => {
            let items = quarantine.list()?;
            if items.is_empty() {
                return say("nothing is quarantined");
            }
            items.iter().try_for_each(|item| say(&line(item)))
        }
        QuarantineCommand::Restore { item, to } => {
            let to: Option<&PathBuf> = to.as_ref();
            let restored = quarantine.restore(item, to.map(PathBuf::as_path))?;
            restored.problems.iter().try_for_each(|problem| say(problem))?;
            let place = to.unwrap_or(&restored.item.path);
            say(&format!("given back: {}", place.display()))
        }
    }
}

/// The isolation in words, for the machine's administrator.
pub(crate) fn in_words(remediation: &Remediation) -> anyhow::Result<String> {
    let Some(isolator) = remediation.isolator() else {
        return Ok(
            "this machine cannot be isolated: it has no control groups of version 2".to_owned()
        );
    };
    let Some(state) = isolator.state()? else {
        return Ok("this machine is not isolated".to_owned());
    };
    let left = state.until.saturating_sub(Moment::now().wall.nanos()).max(0) / 1_000_000_000;
    let mut text = format!(
        "this machine is isolated by its Bartizan server (action {})\nreason     {}\nfrees itself in {} h {} min",
        state.action,
        if state.reason.is_empty() { "none given" } else { &state.reason },
        left / 3_600,
        left % 3_600 / 60,
    );
    text.push_str(&format!("\nreachable  {}", state.servers.join(", ")));
    for open in state.addresses.iter().chain(&state.processes) {
        text.push_str(&format!("\nreachable  {open}"));
    }
    if let Ok(Some([out, into, connections])) = isolator.stopped() {
        text.push_str(&format!(
            "\nstopped    {out} packets out, {into} packets in, {connections} connections"
        ));
    }
    Ok(text)
}

fn open(data: &Path, identity: &Identity) -> anyhow::Result<Remediation> {
    let config = Config::this_machine(&data.join(RESPONSE), &identity.server);
    Remediation::open(config).context("opening what was done to this machine")
}

fn line(item: &Item) -> String {
    format!("{}  {:>12} bytes  {}", item.id, item.size, item.path.display())
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("saying so")
}
