//! By webhook: a POST with the notification as JSON, signed with the channel's secret.
//!
//! The signature is of time and body, so that a receiver can refuse what is old and was sent again by somebody else:
//! `X-Bartizan-Signature: t=<seconds>,v1=<hex of HMAC-SHA-256 over "<seconds>.<body>">`.

use anyhow::Context as _;
use bartizan_model::hex;
use bartizan_store::{Notification, NotificationChannel};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::{TIMEOUT, clock};

/// Sends webhooks.
#[derive(Debug)]
pub(super) struct Webhooks(ureq::Agent);

impl Webhooks {
    pub(super) fn new() -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            // Where it goes is said by administrators, not by who answers.
            .max_redirects(0)
            .build();
        Self(agent.into())
    }

    /// Delivers one. It has arrived when the receiver answers with a 2xx status.
    pub(super) fn deliver(
        &self,
        told: &Notification,
        channel: &NotificationChannel,
    ) -> anyhow::Result<()> {
        let seconds = clock().millis() / 1_000;
        let mut request = self
            .0
            .post(&channel.target)
            .header("content-type", "application/json")
            .header("user-agent", concat!("bartizan/", env!("CARGO_PKG_VERSION")))
            .header("x-bartizan-delivery", told.number.to_string());
        let body = body(told)?;
        if let Some(secret) = &channel.secret {
            let signature = signature(secret, seconds, &body);
            request = request.header("x-bartizan-signature", signature);
        }
        let response = request.send(body.as_str()).context("speaking to the receiver")?;
        let status = response.status();
        anyhow::ensure!(status.is_success(), "the receiver answered {status}");
        Ok(())
    }
}

/// The notification with its subject as `text`, which chat services show.
fn body(told: &Notification) -> anyhow::Result<String> {
    let mut body: serde_json::Value =
        serde_json::from_str(&told.body).context("reading a kept notification")?;
    if let Some(body) = body.as_object_mut() {
        body.entry("text").or_insert_with(|| told.subject.clone().into());
    }
    Ok(body.to_string())
}

/// What the receiver makes, too, with the secret it was given.
pub(super) fn signature(secret: &str, seconds: i64, body: &str) -> String {
    let mut signature = format!("t={seconds},v1=");
    // HMAC takes keys of every length.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        mac.update(format!("{seconds}.{body}").as_bytes());
        signature.push_str(&hex(&mac.finalize().into_bytes()));
    }
    signature
}
