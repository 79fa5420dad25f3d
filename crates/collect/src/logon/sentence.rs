//! Lines of the authentication log in the words of the model. The forms are those of OpenSSH, PAM, sudo, su,
//! login and systemd; a line of another form is none of ours.

use std::net::IpAddr;

use bartizan_model::{Detail, Logon, LogonOutcome as Outcome, LogonWay as Way, Text};

use super::Signed;

/// The sign-in that a line tells of.
pub(crate) fn read(line: &str) -> Option<Signed> {
    let (program, pid, message) = split(line)?;
    let mut logon = match program {
        "sshd" | "sshd-session" | "dropbear" => of_ssh(message),
        "sudo" => of_sudo(message),
        "su" => of_su(message),
        "login" | "gdm-password" | "lightdm" | "sddm" => of_login(message),
        _ => None,
    }
    .or_else(|| of_pam(message, program))?;
    logon.details.push(Detail::new("Service", program));
    logon.details.push(Detail::new("Trail", "log"));
    Some(Signed { logon, pid })
}

/// `<when> <host> <program>[<pid>]: <message>`, whatever form the time has.
fn split(line: &str) -> Option<(&str, Option<u32>, &str)> {
    let (head, message) = line.split_once(": ")?;
    let tag = head.rsplit(' ').next()?;
    let (program, pid) = match tag.split_once('[') {
        Some((program, rest)) => (program, rest.strip_suffix(']')?.parse().ok()),
        None => (tag, None),
    };
    let program = program.rsplit('/').next()?;
    (!program.is_empty()).then_some((program, pid, message))
}

fn logon(outcome: Outcome, way: Way, account: &str) -> Logon {
    Logon {
        outcome,
        way,
        account: account.into(),
        remote: None,
        remote_port: None,
        remote_host: None,
        reason: None,
        session: None,
        details: Vec::new(),
    }
}

/// `Accepted publickey for eve from 192.0.2.7 port 50000 ssh2: …`, `Failed password for invalid user x from …`.
fn of_ssh(message: &str) -> Option<Logon> {
    let (outcome, rest) = match message.split_once(' ')? {
        ("Accepted", rest) => (Outcome::Succeeded, rest),
        ("Failed", rest) => (Outcome::Failed, rest),
        ("Invalid", rest) => {
            let account = rest.strip_prefix("user ")?;
            let (account, source) = account.rsplit_once(" from ").unwrap_or((account, ""));
            let mut logon = from(logon(Outcome::Failed, Way::Remote, account), source);
            logon.reason = Some("UnknownUser".into());
            return Some(logon);
        }
        _ => return None,
    };
    let (method, rest) = rest.split_once(" for ")?;
    let (account, source) = rest.rsplit_once(" from ")?;
    let (known, account) = match account.strip_prefix("invalid user ") {
        Some(account) => (false, account),
        None => (true, account),
    };
    let mut logon = from(logon(outcome, Way::Remote, account), source);
    if outcome == Outcome::Failed {
        logon.reason = Some(if known { "InvalidCredentials" } else { "UnknownUser" }.into());
    }
    logon.details.push(Detail::new("Method", method));
    Some(logon)
}

/// `192.0.2.7 port 50000 ssh2`.
fn from(mut logon: Logon, source: &str) -> Logon {
    let mut words = source.split_whitespace();
    let host = words.next().unwrap_or_default();
    logon.remote = host.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    if logon.remote.is_none() && !host.is_empty() {
        logon.remote_host = Some(host.into());
    }
    if words.next() == Some("port") {
        logon.remote_port = words.next().and_then(|port| port.parse().ok());
    }
    logon
}

/// `eve : TTY=pts/0 ; PWD=/home/eve ; USER=root ; COMMAND=/usr/bin/id`, with a reason first when it was refused.
fn of_sudo(message: &str) -> Option<Logon> {
    let (caller, rest) = message.trim_start().split_once(" : ")?;
    let field =
        |name: &str| rest.split(" ; ").find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let target = field("USER")?;
    let reason = rest.split(" ; ").next().filter(|first| !first.contains('='));
    let outcome = if reason.is_some() { Outcome::Failed } else { Outcome::Succeeded };
    let mut logon = logon(outcome, Way::Elevation, target);
    logon.reason = reason.map(Text::from);
    logon.details.push(Detail::new("By", caller));
    // A command may hold the separator itself: it stands last and is taken whole.
    let command = rest.split_once("COMMAND=").map(|(_, command)| command);
    for (name, value) in
        [("Terminal", field("TTY")), ("Directory", field("PWD")), ("Command", command)]
    {
        logon.details.extend(value.map(|value| Detail::new(name, value)));
    }
    Some(logon)
}

/// `(to root) eve on pts/0`, `FAILED SU (to root) eve on pts/0`, `Successful su for root by eve`.
fn of_su(message: &str) -> Option<Logon> {
    let (outcome, rest) = match message.strip_prefix("FAILED SU ") {
        Some(rest) => (Outcome::Failed, rest),
        None => (Outcome::Succeeded, message),
    };
    let (target, by) = if let Some(rest) = rest.strip_prefix("(to ") {
        let (target, rest) = rest.split_once(") ")?;
        (target, rest.split_once(" on ").map_or(rest, |(by, _)| by))
    } else if let Some(rest) = rest.strip_prefix("Successful su for ") {
        rest.split_once(" by ")?
    } else {
        let rest = rest.strip_prefix("FAILED su for ")?;
        let (target, by) = rest.split_once(" by ")?;
        let mut logon = logon(Outcome::Failed, Way::Elevation, target);
        logon.details.push(Detail::new("By", by));
        return Some(logon);
    };
    let mut logon = logon(outcome, Way::Elevation, target);
    logon.details.push(Detail::new("By", by));
    Some(logon)
}

/// `FAILED LOGIN (1) on '/dev/tty1' FOR 'eve', Authentication failure`, `ROOT LOGIN on '/dev/tty1'`.
fn of_login(message: &str) -> Option<Logon> {
    let quoted = |after: &str| message.split_once(after)?.1.split('\'').nth(1);
    if message.starts_with("FAILED LOGIN") {
        let mut logon = logon(Outcome::Failed, Way::Interactive, quoted(" FOR ")?);
        logon.reason = message.rsplit(", ").next().map(Text::from);
        return Some(logon);
    }
    if message.starts_with("ROOT LOGIN") {
        return Some(logon(Outcome::Succeeded, Way::Interactive, "root"));
    }
    None
}

/// `pam_unix(sshd:session): session closed for user eve`, `pam_unix(sudo:auth): authentication failure; … user=eve`.
fn of_pam(message: &str, program: &str) -> Option<Logon> {
    let (module, rest) = message.split_once("): ")?;
    let (_module, service) = module.split_once('(')?;
    let service = service.split(':').next().unwrap_or(service);
    let way = match service {
        "sudo" | "su" | "su-l" | "sudo-i" | "polkit-1" | "runuser" => Way::Elevation,
        "sshd" => Way::Remote,
        "cron" | "crond" | "atd" => Way::Batch,
        "systemd-user" => Way::Service,
        _ => Way::Interactive,
    };
    if let Some(account) = rest.strip_prefix("session closed for user ") {
        return Some(logon(Outcome::Ended, way, account.split_whitespace().next()?));
    }
    if let Some(rest) = rest.strip_prefix("session opened for user ") {
        // sshd, sudo and su say more themselves.
        if matches!(program, "sshd" | "sshd-session" | "sudo" | "su") {
            return None;
        }
        let account = rest.split([' ', '(']).next()?;
        return Some(logon(Outcome::Succeeded, way, account));
    }
    let rest = rest.strip_prefix("authentication failure;")?;
    if matches!(program, "sshd" | "sshd-session") {
        return None;
    }
    let field = |name: &str| {
        rest.split_whitespace().find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
    };
    let mut logon = logon(Outcome::Failed, way, field("user").filter(|user| !user.is_empty())?);
    logon.reason = Some("InvalidCredentials".into());
    if let Some(host) = field("rhost").filter(|host| !host.is_empty()) {
        logon = from(logon, host);
    }
    logon
        .details
        .extend(field("ruser").filter(|by| !by.is_empty()).map(|by| Detail::new("By", by)));
    Some(logon)
}
