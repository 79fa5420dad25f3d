//! Accounts with what opens them and who is signed in; and modules of the kernel.

use std::{collections::HashMap, fs, path::Path};

use super::{Context, Words};
use crate::answer::{Answers, Outcome, Table};

/// Bytes of a record of `utmp`.
const RECORD: usize = 384;
/// The kind of a record that is somebody who is signed in.
const SIGNED_IN: i16 = 7;

pub(super) fn users(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let root = context.root();
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let (passwd, group, shadow) = (read("etc/passwd"), read("etc/group"), read("etc/shadow"));
    let signed_in = signed_in(&fs::read(root.join("run/utmp")).unwrap_or_default());
    let columns =
        &["user", "uid", "gid", "groups", "password", "shell", "home", "keys", "signed in from"];
    let mut table = Table::new(answers, columns, words.json());
    for line in passwd.lines() {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, uid, gid, _, home, shell] = fields.as_slice() else { continue };
        let groups: Vec<&str> = group
            .lines()
            .filter_map(|line| line.split_once(':').zip(line.rsplit_once(':')))
            .filter(|(_, (_, members))| members.split(',').any(|member| member == *name))
            .map(|((group, _), _)| group)
            .collect();
        let from = signed_in.get(*name).map(|from| from.join(", ")).unwrap_or_default();
        table.row(vec![
            (*name).to_owned(),
            (*uid).to_owned(),
            (*gid).to_owned(),
            groups.join(","),
            password(&shadow, name).to_owned(),
            (*shell).to_owned(),
            (*home).to_owned(),
            keys(&root.join(home.trim_start_matches('/'))).to_string(),
            from,
        ])?;
    }
    table.finish()
}

pub(super) fn modules(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let text = fs::read_to_string(context.proc().join("modules")).unwrap_or_default();
    let columns = &["module", "size", "used by", "state", "taints", "version"];
    let mut table = Table::new(answers, columns, words.json());
    for line in text.lines() {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let [name, size, _, by, state, ..] = fields.as_slice() else { continue };
        let of = |what: &str| {
            let path = context.root().join("sys/module").join(name).join(what);
            fs::read_to_string(path).unwrap_or_default().trim().to_owned()
        };
        table.row(vec![
            (*name).to_owned(),
            (*size).to_owned(),
            by.trim_matches(',').replace('-', ""),
            (*state).to_owned(),
            of("taint"),
            of("version"),
        ])?;
    }
    table.finish()
}

/// What opens an account by password.
fn password(shadow: &str, name: &str) -> &'static str {
    let line = shadow.lines().find(|line| line.split(':').next() == Some(name));
    match line.and_then(|line| line.split(':').nth(1)) {
        None => "",
        Some("") => "none needed",
        Some(hash) if hash.starts_with(['!', '*']) => "locked",
        Some(_) => "set",
    }
}

/// How many keys open an account. A file that is no plain file is not followed.
fn keys(home: &Path) -> usize {
    let files = ["authorized_keys", "authorized_keys2"].map(|name| home.join(".ssh").join(name));
    let texts = files
        .iter()
        .filter(|path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()))
        .filter_map(|path| fs::read_to_string(path).ok());
    let is_key = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    texts.map(|text| text.lines().filter(is_key).count()).sum()
}

/// From where people are signed in.
fn signed_in(utmp: &[u8]) -> HashMap<String, Vec<String>> {
    let mut signed_in: HashMap<String, Vec<String>> = HashMap::new();
    for record in utmp.chunks_exact(RECORD) {
        let text = |from: usize, length: usize| {
            let bytes = record.get(from..from + length).unwrap_or_default();
            let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
        };
        let kind = record.first_chunk::<2>().map(|kind| i16::from_le_bytes(*kind));
        if kind == Some(SIGNED_IN) {
            let (line, user, host) = (text(8, 32), text(44, 32), text(76, 256));
            let from = if host.is_empty() { line } else { format!("{line} {host}") };
            signed_in.entry(user).or_default().push(from);
        }
    }
    signed_in
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn who_is_signed_in_is_read_from_the_records() {
        let mut record = vec![0; RECORD];
        record[0] = 7;
        record[8..13].copy_from_slice(b"pts/0");
        record[44..47].copy_from_slice(b"eve");
        record[76..84].copy_from_slice(b"10.0.0.9");

        assert_eq!(signed_in(&record)["eve"], ["pts/0 10.0.0.9"]);
        assert_eq!(password("eve:!x:1::\nroot::1::", "eve"), "locked");
        assert_eq!(password("eve:!x:1::\nroot::1::", "root"), "none needed");
    }

    proptest! {
        #[test]
        fn any_bytes_are_records_or_nothing(bytes in prop::collection::vec(any::<u8>(), 0..1_200)) {
            drop(signed_in(&bytes));
        }
    }
}
