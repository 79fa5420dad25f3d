//! The operator's small tasks on a data folder: a new sign-in, a token for a machine.

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{
    client::{Client, member},
    print, say,
};

/// Options of `bartizan reset-password`.
#[derive(Debug, clap::Args)]
pub(crate) struct ResetPassword {
    /// Whose.
    #[arg(default_value = "admin")]
    name: String,
}

/// Options of `bartizan enrolment-token`.
#[derive(Debug, clap::Args)]
pub(crate) struct EnrolmentToken {
    /// What the token is for, for the audit log.
    #[arg(long, default_value = "")]
    note: String,
    /// How long it can be used, in minutes.
    #[arg(long, default_value_t = 60)]
    minutes: u32,
}

/// Give a user a one-time password, through the running server.
pub(crate) fn reset_password(data: &Path, options: &ResetPassword) -> anyhow::Result<ExitCode> {
    let client = Client::find(data, None, None)?;
    let users = client.get("/users")?;
    let user = member(&users, "items")?
        .as_array()
        .into_iter()
        .flatten()
        .find(|user| user.get("name").and_then(Value::as_str) == Some(&options.name))
        .with_context(|| format!("there is no user “{}”", options.name))?;
    let id = member(user, "id")?.as_str().context("the user has no id")?;
    let answer = client.post(&format!("/users/{id}/reset-password"), &json!({}))??;
    say(&format!("one-time password for {} (choose another after signing in):", options.name));
    print(member(&answer, "password")?.as_str().unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

/// Make a token with which one machine enrols.
pub(crate) fn enrolment_token(data: &Path, options: &EnrolmentToken) -> anyhow::Result<ExitCode> {
    let client = Client::find(data, None, None)?;
    let asked = json!({ "note": options.note, "valid_minutes": options.minutes });
    let answer = client.post("/enrolment-tokens", &asked)??;
    say(&format!("for one machine, once, within {} minutes:", options.minutes));
    print(member(&answer, "token")?.as_str().unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}
