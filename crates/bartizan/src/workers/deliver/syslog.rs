//! By syslog: RFC 5424, one datagram for each over UDP, with the octets counted (RFC 6587) over TCP.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpStream, ToSocketAddrs as _, UdpSocket},
};

use anyhow::Context as _;
use bartizan_store::Notification;

use super::TIMEOUT;

/// Security and authorization messages.
const FACILITY: u8 = 10;
/// Longest message over UDP: what receivers take without cutting.
const DATAGRAM_MAX: usize = 8_192;

/// Delivers one. Over UDP nobody says whether it arrived.
pub(super) fn deliver(told: &Notification, target: &str) -> anyhow::Result<()> {
    let (scheme, place) = target.split_once("://").context("reading a syslog target")?;
    let to = place
        .to_socket_addrs()
        .with_context(|| format!("finding {place}"))?
        .next()
        .with_context(|| format!("{place} has no address"))?;
    let message = message(told);
    match scheme {
        "udp" => by_udp(to, &message),
        "tcp" => by_tcp(to, &message),
        other => anyhow::bail!("syslog goes by udp or tcp, not by {other}"),
    }
}

fn by_udp(to: SocketAddr, message: &str) -> anyhow::Result<()> {
    let from = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(from).context("opening a socket")?;
    let mut end = message.len().min(DATAGRAM_MAX);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    let part = message.get(..end).unwrap_or_default();
    socket.send_to(part.as_bytes(), to).with_context(|| format!("sending to {to}"))?;
    Ok(())
}

fn by_tcp(to: SocketAddr, message: &str) -> anyhow::Result<()> {
    let mut stream =
        TcpStream::connect_timeout(&to, TIMEOUT).with_context(|| format!("connecting to {to}"))?;
    stream.set_write_timeout(Some(TIMEOUT)).context("limiting the time of a connection")?;
    stream
        .write_all(format!("{} {message}", message.len()).as_bytes())
        .and_then(|()| stream.flush())
        .with_context(|| format!("sending to {to}"))
}

/// Priority, version, time, host, program, message id; then the subject and the notification as JSON.
fn message(told: &Notification) -> String {
    let body: serde_json::Value = serde_json::from_str(&told.body).unwrap_or_default();
    let word = |name: &str| body.get(name).and_then(|value| value.as_str()).unwrap_or_default();
    let severity = match word("severity") {
        "Critical" => 2,
        "High" => 3,
        "Medium" => 4,
        "Low" => 5,
        _ => 6,
    };
    let time = jiff::Timestamp::from_millisecond(told.created_at.millis())
        .map_or_else(|_out_of_range| "-".to_owned(), |at| format!("{at:.3}"));
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let kind = match word("kind") {
        "" => "notification",
        kind => kind,
    };
    let priority = FACILITY * 8 + severity;
    let (host, kind) = (header(&host, 255), header(kind, 32));
    let text = format!("{} {}", told.subject, told.body).replace(['\n', '\r'], " ");
    format!("<{priority}>1 {time} {host} bartizan {} {kind} - {text}", std::process::id())
}

/// A part of the header: printable ASCII without spaces, or the dash that stands for nothing.
fn header(text: &str, longest: usize) -> String {
    let clean: String = text.chars().filter(char::is_ascii_graphic).take(longest).collect();
    if clean.is_empty() { "-".to_owned() } else { clean }
}
