//! A TLS connection to the one server we trust.

use std::time::Duration;

use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity as TlsIdentity};

use crate::{UplinkError, error::in_words};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects to a server whose certificate comes from this authority and no other.
pub(crate) async fn connect(
    server: &str,
    authority_pem: &str,
    identity: Option<(&str, &str)>,
) -> Result<Channel, UplinkError> {
    let address = || UplinkError::Address { server: server.to_owned() };
    let (host, port) = server.rsplit_once(':').ok_or_else(address)?;
    port.parse::<u16>().map_err(|_not_a_port| address())?;
    let mut tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(authority_pem))
        .domain_name(host.trim_matches(['[', ']']))
        .timeout(CONNECT_TIMEOUT);
    if let Some((certificate_pem, key_pem)) = identity {
        tls = tls.identity(TlsIdentity::from_pem(certificate_pem, key_pem));
    }
    let away = |error: tonic::transport::Error| UplinkError::Away {
        server: server.to_owned(),
        reason: in_words(&error),
    };
    Endpoint::from_shared(format!("https://{server}"))
        .map_err(|_not_a_uri| address())?
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
        .tls_config(tls)
        .map_err(away)?
        .connect()
        .await
        .map_err(away)
}

/// A certificate as PEM.
pub(crate) fn pem(der: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at.is_multiple_of(64) {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem + "\n-----END CERTIFICATE-----\n"
}
