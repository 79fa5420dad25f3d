//! Accounts and groups, from `passwd`, `group` and what `shadow` says of passwords – never a password's hash.

use std::{collections::HashMap, path::Path};

use crate::{files, thing::Thing};

/// Files that change when accounts do.
pub(crate) const PLACES: &[&str] = &["etc/passwd", "etc/group", "etc/shadow"];

/// Most accounts, and most groups, that are told.
const ACCOUNTS_MAX: usize = 10_000;

/// Every account of the machine itself.
pub(crate) fn users(root: &Path) -> Vec<Thing> {
    passwd(&files::text(&root.join("etc/passwd")), &files::text(&root.join("etc/shadow")))
}

/// Every group of the machine itself.
pub(crate) fn groups(root: &Path) -> Vec<Thing> {
    group(&files::text(&root.join("etc/group")))
}

pub(crate) fn passwd(passwd: &str, shadow: &str) -> Vec<Thing> {
    let passwords: HashMap<&str, &str> = shadow
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            Some((fields.next()?, fields.next()?))
        })
        .collect();
    let account = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, password, uid, gid, comment, home, shell] = *fields.as_slice() else {
            return None;
        };
        let (uid, gid) = (uid.parse::<u32>().ok()?, gid.parse::<u32>().ok()?);
        let password = if password == "x" { passwords.get(name).copied() } else { Some(password) };
        let thing = Thing::new(name, name)
            .number("UserId", uid)
            .number("GroupId", gid)
            .with("FullName", comment.split(',').next().unwrap_or_default())
            .with("Home", home)
            .with("Shell", shell);
        Some(thing.with("Password", password.map_or("", password_state)))
    };
    passwd.lines().filter_map(account).take(ACCOUNTS_MAX).collect()
}

pub(crate) fn group(group: &str) -> Vec<Thing> {
    let one = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, gid, members] = *fields.as_slice() else { return None };
        let thing = Thing::new(name, name).number("GroupId", gid.parse::<u32>().ok()?);
        Some(thing.list("Members", members.split(',').filter(|member| !member.is_empty())))
    };
    group.lines().filter_map(one).take(ACCOUNTS_MAX).collect()
}

/// How one gets in by password.
fn password_state(field: &str) -> &'static str {
    match field.as_bytes().first() {
        None => "none needed",
        Some(b'!') => "locked",
        Some(b'*') => "no password",
        Some(_) => "set",
    }
}
