//! The operator's way to a running server: its HTTP interface, with the token the server left for
//! whoever may read its data folder.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long one question may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Where a server is, and how to speak to it: the content of `operator.json` in its data folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Access {
    /// Address of the console and its interface.
    pub(crate) url: String,
    /// Token with an administrator's rights.
    pub(crate) token: String,
}

impl Access {
    /// The file in a data folder.
    pub(crate) fn path(data: &Path) -> PathBuf {
        data.join("operator.json")
    }

    /// Read what a server left in its data folder.
    pub(crate) fn read(data: &Path) -> anyhow::Result<Self> {
        let path = Self::path(data);
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "reading {}: is a server running on this data folder? Start one with `bartizan serve`, or name \
                 its folder with --data, or a server with --server and --token",
                path.display()
            )
        })?;
        serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))
    }
}

/// A connection to a server.
#[derive(Debug)]
pub(crate) struct Client {
    access: Access,
    agent: ureq::Agent,
}

impl Client {
    /// To the server with this access.
    pub(crate) fn new(access: Access) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .build()
            .into();
        Self { access, agent }
    }

    /// To the server named by address and token, or else the one running on the data folder.
    pub(crate) fn find(
        data: &Path,
        server: Option<&str>,
        token: Option<&str>,
    ) -> anyhow::Result<Self> {
        let access = match (server, token) {
            (Some(url), Some(token)) => {
                Access { url: url.trim_end_matches('/').to_owned(), token: token.to_owned() }
            }
            (None, None) => Access::read(data)?,
            _ => bail!("--server and --token go together"),
        };
        Ok(Self::new(access))
    }

    /// Address of the console.
    pub(crate) fn url(&self) -> &str {
        &self.access.url
    }

    /// `GET /api/v1{path}`.
    pub(crate) fn get(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}/api/v1{path}", self.access.url);
        let response = self
            .agent
            .get(&url)
            .header("authorization", format!("Bearer {}", self.access.token))
            .call()
            .with_context(|| self.unreachable())?;
        Self::answer(response).map_err(anyhow::Error::from)
    }

    /// `POST /api/v1{path}`.
    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Result<Value, Refusal>> {
        let url = format!("{}/api/v1{path}", self.access.url);
        let response = self
            .agent
            .post(&url)
            .header("authorization", format!("Bearer {}", self.access.token))
            .send_json(body)
            .with_context(|| self.unreachable())?;
        Ok(Self::answer(response))
    }

    /// `DELETE /api/v1{path}`.
    pub(crate) fn delete(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}/api/v1{path}", self.access.url);
        let response = self
            .agent
            .delete(&url)
            .header("authorization", format!("Bearer {}", self.access.token))
            .call()
            .with_context(|| self.unreachable())?;
        Self::answer(response).map_err(anyhow::Error::from)
    }

    /// `POST /api/v1{path}` with a text that is no JSON.
    pub(crate) fn post_text(&self, path: &str, text: &str) -> anyhow::Result<Value> {
        let url = format!("{}/api/v1{path}", self.access.url);
        let response = self
            .agent
            .post(&url)
            .header("authorization", format!("Bearer {}", self.access.token))
            .header("content-type", "text/plain; charset=utf-8")
            .send(text)
            .with_context(|| self.unreachable())?;
        Self::answer(response).map_err(anyhow::Error::from)
    }

    fn unreachable(&self) -> String {
        format!(
            "asking the server at {}: is it running? `bartizan serve` starts it",
            self.access.url
        )
    }

    fn answer(mut response: ureq::http::Response<ureq::Body>) -> Result<Value, Refusal> {
        let status = response.status();
        let body: Value = response.body_mut().read_json().unwrap_or(Value::Null);
        if status.is_success() { Ok(body) } else { Err(Refusal { status: status.as_u16(), body }) }
    }
}

/// What a server said instead of an answer: a problem document.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    /// The problem document.
    pub(crate) body: Value,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |name: &str| self.body.get(name).and_then(Value::as_str).unwrap_or_default();
        match self.status {
            401 => write!(
                f,
                "the server does not know this token; it may have been restarted with a new one"
            ),
            status if text("detail").is_empty() => {
                write!(f, "the server answered {status} {}", text("title"))
            }
            _ => write!(f, "{}", text("detail")),
        }
    }
}

impl std::error::Error for Refusal {}

/// The member of a JSON object, or an error that names it.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a Value> {
    value.get(name).ok_or_else(|| anyhow!("the server's answer has no `{name}`"))
}
