//! Trails as machines keep them, and sign-ins as they come out.

use std::{fs, io::Write as _};

use proptest::prelude::*;

use super::{LogonTrails, Logons, Signed, login_record, read_sentence};

fn shown(signed: &Signed) -> String {
    let logon = &signed.logon;
    let remote = logon.remote.map(|ip| ip.to_string()).unwrap_or_default();
    let reason = logon.reason.as_deref().unwrap_or("-");
    format!("{:?} {:?} {} {remote} {reason}", logon.outcome, logon.way, logon.account)
}

#[test]
fn lines_of_the_log_are_read_as_what_they_mean() {
    for (line, meaning) in [
        (
            "Nov 25 08:00:01 web sshd[712]: Accepted publickey for eve from 192.0.2.7 port 50022 ssh2: ED25519 SHA256:x",
            "Succeeded Remote eve 192.0.2.7 -",
        ),
        (
            "2026-11-25T08:00:01.1+00:00 web sshd[712]: Failed password for root from 2001:db8::9 port 4 ssh2",
            "Failed Remote root 2001:db8::9 InvalidCredentials",
        ),
        (
            "Nov 25 08:00:01 web sshd[712]: Failed password for invalid user a from b from 192.0.2.7 port 4 ssh2",
            "Failed Remote a from b 192.0.2.7 UnknownUser",
        ),
        (
            "Nov 25 08:00:01 web sshd[712]: pam_unix(sshd:session): session closed for user eve",
            "Ended Remote eve  -",
        ),
        (
            "Nov 25 08:00:01 web sudo:      eve : TTY=pts/0 ; PWD=/home/eve ; USER=root ; COMMAND=/usr/bin/id",
            "Succeeded Elevation root  -",
        ),
        (
            "Nov 25 08:00:01 web sudo:  eve : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
            "Failed Elevation root  3 incorrect password attempts",
        ),
        ("Nov 25 08:00:01 web su[9]: (to root) eve on pts/1", "Succeeded Elevation root  -"),
        ("Nov 25 08:00:01 web su: FAILED SU (to root) eve on pts/1", "Failed Elevation root  -"),
        (
            "Nov 25 08:00:01 web CRON[5]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
            "Succeeded Batch root  -",
        ),
        (
            "Nov 25 08:00:01 web login[5]: FAILED LOGIN (1) on '/dev/tty1' FOR 'eve', Authentication failure",
            "Failed Interactive eve  Authentication failure",
        ),
        (
            "Nov 25 08:00:01 web sudo[5]: pam_unix(sudo:auth): authentication failure; logname=eve uid=1000 euid=0 tty=/dev/pts/0 ruser=eve rhost=  user=eve",
            "Failed Elevation eve  InvalidCredentials",
        ),
    ] {
        let signed = read_sentence(line).unwrap_or_else(|| panic!("not read: {line}"));
        assert_eq!(shown(&signed), meaning, "{line}");
    }
    assert!(read_sentence("Nov 25 08:00:01 web kernel: something else").is_none());
}

fn record(kind: i16, line: &str, user: &str, host: &str, ip: [u8; 4]) -> Vec<u8> {
    let mut record = vec![0; login_record::RECORD];
    record[..2].copy_from_slice(&kind.to_ne_bytes());
    record[4..8].copy_from_slice(&712u32.to_ne_bytes());
    for (at, text) in [(8, line), (44, user), (76, host)] {
        record[at..at + text.len()].copy_from_slice(text.as_bytes());
    }
    record[348..352].copy_from_slice(&ip);
    record
}

#[test]
fn records_of_logins_tell_who_came_and_who_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("wtmp"), record(7, "pts/9", "history", "", [0; 4])).unwrap();
    fs::write(file("btmp"), "").unwrap();
    let trails = LogonTrails {
        logins: file("wtmp"),
        failures: file("btmp"),
        texts: vec![file("auth.log")],
        journal: false,
    };
    let mut logons = Logons::follow(&trails);
    let add = |name: &str, bytes: &[u8]| {
        fs::OpenOptions::new().append(true).create(true).open(file(name)).unwrap().write_all(bytes)
    };
    add("wtmp", &record(7, "pts/0", "eve", "192.0.2.7", [192, 0, 2, 7])).unwrap();
    add("btmp", &record(6, "ssh:notty", "root", "far.example", [0; 4])).unwrap();
    let told: Vec<String> = logons.take(0).iter().map(shown).collect();
    assert_eq!(
        told,
        ["Succeeded Remote eve 192.0.2.7 -", "Failed Remote root  InvalidCredentials"]
    );
    // Half a record waits for its other half.
    let gone = record(8, "pts/0", "", "", [0; 4]);
    add("wtmp", &gone[..100]).unwrap();
    assert!(logons.take(1_000_000_000).is_empty());
    add("wtmp", &gone[100..]).unwrap();
    let told: Vec<String> = logons.take(2_000_000_000).iter().map(shown).collect();
    assert_eq!(told, ["Ended Interactive eve  -"]);
}

#[test]
fn what_two_trails_tell_of_one_login_is_told_once_and_two_attempts_twice() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    for name in ["wtmp", "btmp", "auth.log"] {
        fs::write(file(name), "").unwrap();
    }
    let trails = LogonTrails {
        logins: file("wtmp"),
        failures: file("btmp"),
        texts: vec![file("auth.log")],
        journal: false,
    };
    let mut logons = Logons::follow(&trails);
    let line =
        "Nov 25 08:00:01 web sshd[712]: Failed password for root from 192.0.2.7 port 4 ssh2\n";
    fs::write(file("auth.log"), line.repeat(2)).unwrap();
    fs::write(file("btmp"), record(6, "ssh:notty", "root", "192.0.2.7", [192, 0, 2, 7]).repeat(2))
        .unwrap();
    assert_eq!(logons.take(0).len(), 2);
}

proptest! {
    #[test]
    fn arbitrary_lines_never_panic(line in "\\PC{0,200}") {
        let _signed = read_sentence(&line);
        let _signed = read_sentence(&format!("a b sudo: {line}"));
        let _signed = read_sentence(&format!("a b sshd[1]: {line}"));
        let _signed = read_sentence(&format!("a b su: {line}"));
    }

    #[test]
    fn arbitrary_records_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), failed: bool) {
        let _signed = login_record::read(&bytes, failed, &mut Vec::new());
    }
}
