//! Whether an order makes sense at all. A device judges again for itself; what it would refuse anyhow is said here,
//! where a person reads it.

use std::{net::IpAddr, time::Duration};

use bartizan_model::{FileTarget, Isolation, Order, Timestamp};

use crate::{Refusal, Result};

/// The longest isolation: who needs more says so again.
const ISOLATION_LONGEST: Duration = Duration::from_secs(90 * 86_400);
/// Most letters of a reason.
const REASON_MAX: usize = 2_000;
/// Most letters of a name or a path.
const NAME_MAX: usize = 4_096;
/// Most exceptions of an isolation, of each kind.
const EXCEPTIONS_MAX: usize = 100;
/// Most bytes of an investigation package.
const PACKAGE_MAX: u64 = 4 << 30;

/// Refuses what no device could do.
pub(super) fn judge(order: &Order, reason: &str, now: Timestamp) -> Result<()> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        return refuse("say why, in 1 to 2000 letters: it stands in the audit log");
    }
    match order {
        Order::Isolate(isolation) => judge_isolation(isolation, now),
        Order::QuarantineFile(file) | Order::BlockFile(file) | Order::AllowFile(file) => {
            judge_file(file)
        }
        Order::StopProcess { process, .. } if process.pid < 2 => {
            refuse("the first process of a machine is never stopped")
        }
        Order::RestoreFile { item } => judge_name("quarantined file", item),
        Order::DisableAccount { user } | Order::EndSessions { user } => judge_account(user),
        Order::RevokeKey { user, key } => {
            judge_name("user", user)?;
            judge_name("key", key)
        }
        Order::StopUnit { unit, .. } => judge_unit(unit),
        Order::RemoveTimer { unit } if unit.ends_with(".timer") => judge_unit(unit),
        Order::RemoveTimer { .. } => refuse("the name of a timer ends with `.timer`"),
        Order::RemoveCronEntry { path, line } => {
            judge_path(path)?;
            match line {
                Some(line) => judge_name("line", line),
                None => Ok(()),
            }
        }
        Order::CollectPackage { limit_bytes } if !(1 << 20..=PACKAGE_MAX).contains(limit_bytes) => {
            refuse("a package has at least 1 MiB and at most 4 GiB")
        }
        Order::Release
        | Order::StopProcess { .. }
        | Order::CollectPackage { .. }
        | Order::Undo { .. } => Ok(()),
    }
}

fn judge_isolation(isolation: &Isolation, now: Timestamp) -> Result<()> {
    if isolation.until <= now || isolation.until.since(now) > ISOLATION_LONGEST {
        return refuse("an isolation ends in the future, at most 90 days from now");
    }
    if isolation.addresses.len() > EXCEPTIONS_MAX || isolation.processes.len() > EXCEPTIONS_MAX {
        return refuse("an isolation leaves at most 100 addresses and 100 programs reachable");
    }
    for address in &isolation.addresses {
        if !is_network(address) {
            return refuse(&format!("`{address}` is no address or network like 192.0.2.0/24"));
        }
    }
    isolation.processes.iter().try_for_each(|path| judge_path(path))
}

/// Whether a text is an address, or a network with the length of its prefix.
fn is_network(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, length.parse::<u8>().ok()),
        None => (text, Some(0)),
    };
    match (address.parse::<IpAddr>(), length) {
        (Ok(IpAddr::V4(_)), Some(length)) => length <= 32,
        (Ok(IpAddr::V6(_)), Some(length)) => length <= 128,
        _ => false,
    }
}

fn judge_file(file: &FileTarget) -> Result<()> {
    match (&file.path, &file.sha256) {
        (None, None) => refuse("say which file: its path, its SHA-256, or both"),
        (Some(path), _) => judge_path(path),
        (None, Some(_)) => Ok(()),
    }
}

fn judge_path(path: &str) -> Result<()> {
    let whole = path.starts_with('/') && !path.split('/').any(|part| part == "..");
    if whole && path.len() <= NAME_MAX && !path.contains('\0') {
        return Ok(());
    }
    refuse(&format!("`{path}` is no absolute path"))
}

fn judge_account(user: &str) -> Result<()> {
    judge_name("user", user)?;
    if user == "root" {
        return refuse("root is never locked out: nobody could take it back on the machine");
    }
    Ok(())
}

fn judge_unit(unit: &str) -> Result<()> {
    judge_name("unit", unit)?;
    let fits = unit.chars().all(|c| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c));
    if fits && unit.contains('.') && !unit.starts_with('.') {
        return Ok(());
    }
    refuse(&format!("`{unit}` is no name of a unit like nginx.service"))
}

fn judge_name(what: &str, name: &str) -> Result<()> {
    if name.is_empty() || name.len() > NAME_MAX || name.contains(['\0', '\n']) {
        return refuse(&format!("the {what} is missing, too long, or has letters it cannot have"));
    }
    Ok(())
}

fn refuse(why: &str) -> Result<()> {
    Err(Refusal::BadOrder(why.to_owned()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn file(path: &str) -> Order {
        Order::QuarantineFile(FileTarget { path: Some(path.into()), sha256: None })
    }

    #[test]
    fn an_order_that_makes_no_sense_is_refused_with_the_reason() {
        let until = NOON.plus(Duration::from_secs(60));
        let isolation = |addresses: &[&str]| {
            let addresses = addresses.iter().map(|one| (*one).into()).collect();
            Order::Isolate(Isolation { addresses, until, ..Isolation::default() })
        };
        assert!(judge(&isolation(&["10.0.0.0/8", "2001:db8::1"]), "why", NOON).is_ok());
        assert!(judge(&file("/tmp/x"), "why", NOON).is_ok());

        for (order, reason, said) in [
            (isolation(&["10.0.0.0/33"]), "why", "no address"),
            (isolation(&[]), "  ", "say why"),
            (file("tmp/x"), "why", "absolute"),
            (file("/tmp/../etc/passwd"), "why", "absolute"),
            (Order::DisableAccount { user: "root".into() }, "why", "never locked out"),
            (Order::RemoveTimer { unit: "a.service".into() }, "why", ".timer"),
            (Order::StopUnit { unit: "a b.service".into(), mask: true }, "why", "no name"),
        ] {
            let refused = judge(&order, reason, NOON).unwrap_err().to_string();
            assert!(refused.contains(said), "{order}: {refused}");
        }
    }
}
