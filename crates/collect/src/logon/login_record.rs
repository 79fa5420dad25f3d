//! The binary records of logins, as the C library writes them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bartizan_model::{Detail, Logon, LogonOutcome, LogonWay, Text};

use super::Signed;

/// Bytes of one record.
pub(super) const RECORD: usize = 384;
/// Most terminals whose user is remembered.
const TERMINALS: usize = 1024;
const USER_PROCESS: i16 = 7;
const DEAD_PROCESS: i16 = 8;

/// A sign-in, a failed one, or the end of a session. `users` remembers who sits at which terminal: the
/// record of an end does not say.
pub(super) fn read(record: &[u8], failed: bool, users: &mut Vec<(Text, Text)>) -> Option<Signed> {
    let kind = i16::from_ne_bytes(record.get(..2)?.try_into().ok()?);
    let pid = u32::from_ne_bytes(record.get(4..8)?.try_into().ok()?);
    let line: Text = text(record.get(8..40)?).into();
    let mut account: Text = text(record.get(44..76)?).into();
    let host = text(record.get(76..332)?);
    let remote = address(record.get(348..364)?);
    let outcome = match kind {
        _ if failed => LogonOutcome::Failed,
        USER_PROCESS => {
            users.retain(|(known, _)| *known != line);
            if users.len() < TERMINALS {
                users.push((line.clone(), account.clone()));
            }
            LogonOutcome::Succeeded
        }
        DEAD_PROCESS => {
            let at = users.iter().position(|(known, _)| *known == line)?;
            account = users.swap_remove(at).1;
            LogonOutcome::Ended
        }
        _ => return None,
    };
    if account.is_empty() {
        return None;
    }
    let distant = remote.is_some() || !host.is_empty();
    let logon = Logon {
        outcome,
        way: if distant { LogonWay::Remote } else { LogonWay::Interactive },
        account,
        remote,
        remote_port: None,
        remote_host: (!host.is_empty() && host.parse::<IpAddr>().is_err()).then(|| host.into()),
        reason: failed.then(|| "InvalidCredentials".into()),
        session: None,
        details: vec![Detail::new("Terminal", line), Detail::new("Trail", "login records")],
    };
    Some(Signed { logon, pid: (pid != 0).then_some(pid) })
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

/// An IPv4 address stands in the first four bytes, with nothing behind it.
fn address(bytes: &[u8]) -> Option<IpAddr> {
    let whole: [u8; 16] = bytes.try_into().ok()?;
    let [a, b, c, d, rest @ ..] = whole;
    match (whole.iter().all(|byte| *byte == 0), rest.iter().all(|byte| *byte == 0)) {
        (true, _) => None,
        (_, true) => Some(Ipv4Addr::new(a, b, c, d).into()),
        _ => Some(Ipv6Addr::from(whole).to_canonical()),
    }
}
