//! Accounts, sessions and authorised keys.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use bartizan_model::{OutcomeItem, ProcessKey};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use ring::digest::{SHA256, digest};
use rustix::fs::{FlockOperation, fcntl_lock};
use serde::{Deserialize, Serialize};

use super::Report;
use crate::{
    error::{Doing as _, RemediationError, Result},
    process,
    text::{Removed, TextFile, bare},
};

/// Fields of a line of `/etc/shadow`.
const PASSWORD: usize = 1;
const EXPIRES: usize = 7;
/// Days since 1970 when a disabled account expired: long ago.
const LONG_AGO: &[u8] = b"1";

/// What an account's line held before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountBefore {
    pub(crate) user: String,
    password: Vec<u8>,
    expires: Vec<u8>,
}

/// What an account holds now, to be kept before it is changed.
pub(crate) fn account_before(root: &Path, user: &str) -> Result<AccountBefore> {
    let path = shadow(root);
    let file = TextFile::read(&path)?.ok_or_else(|| no_user(user))?;
    let line = file.lines.iter().find(|line| is_of(line, user)).ok_or_else(|| no_user(user))?;
    let field = |number| bare(line).split(|byte| *byte == b':').nth(number).unwrap_or_default();
    Ok(AccountBefore {
        user: user.to_owned(),
        password: field(PASSWORD).to_vec(),
        expires: field(EXPIRES).to_vec(),
    })
}

/// Locks the password and lets the account have expired: neither password nor key lets anybody in.
pub(crate) fn disable(root: &Path, before: &AccountBefore) -> Result<Report> {
    if user_id(root, &before.user) == Some(0) {
        return Err(RemediationError::refused("root and its likes are never locked out"));
    }
    let locked = [b"!".as_slice(), before.password.strip_prefix(b"!").unwrap_or(&before.password)];
    change(root, &before.user, &locked.concat(), LONG_AGO)?;
    Ok(Report {
        summary: format!("{} can no longer sign in", before.user),
        undoable: true,
        ..Report::default()
    })
}

/// Gives an account back what it held.
pub(crate) fn enable(root: &Path, before: &AccountBefore) -> Result<Report> {
    change(root, &before.user, &before.password, &before.expires)?;
    Ok(Report { summary: format!("{} can sign in as before", before.user), ..Report::default() })
}

/// Ends everything that a user runs, and what was started from where they signed in.
pub(crate) fn end_sessions(root: &Path, proc: &Path, user: &str) -> Result<Report> {
    let id = user_id(root, user).ok_or_else(|| no_user(user))?;
    if id == 0 {
        return Err(RemediationError::refused("what root runs is never ended as a whole"));
    }
    let boot = process::boot(proc).ok_or_else(|| {
        RemediationError::refused("the machine does not say which start of it this is")
    })?;
    let mut report = Report::default();
    // Twice: what was started while the first were ended.
    for _ in 0..2 {
        for seen in process::all(proc) {
            if seen.is_gone()
                || process::protected(&seen).is_some()
                || !is_users(proc, seen.pid, id)
            {
                continue;
            }
            let key = ProcessKey { boot, pid: seen.pid, start_ticks: seen.start_ticks };
            match process::stop(proc, key, true) {
                Ok(stopped) => {
                    report.incomplete |= !stopped.complete;
                    report.items.extend(stopped.items);
                }
                // Gone with another.
                Err(RemediationError::NotThere(_)) => {}
                Err(error) => {
                    let (name, result) = (seen.name.as_str().into(), error.to_string().into());
                    report.incomplete = true;
                    report.items.push(OutcomeItem { name, result, done: false });
                }
            }
        }
    }
    report.summary = format!("{} processes of {user} ended", report.items.len());
    Ok(report)
}

/// Takes a key out of a user's authorised keys. Gives what was taken, to be kept before it is written.
pub(crate) fn revoke_key(
    root: &Path,
    user: &str,
    key: &str,
    keep: impl FnOnce(&[Removed]) -> Result<()>,
) -> Result<Report> {
    let home = home_of(root, user).ok_or_else(|| no_user(user))?;
    let mut files = Vec::new();
    let mut removed = Vec::new();
    for name in [".ssh/authorized_keys", ".ssh/authorized_keys2"] {
        let Some(mut file) = TextFile::read(&home.join(name))? else { continue };
        let found = file.remove(|line| is_key(line, key));
        if !found.is_empty() {
            removed.extend(found);
            files.push(file);
        }
    }
    if removed.is_empty() {
        return Err(RemediationError::NotThere(format!("{user} has no such key")));
    }
    keep(&removed)?;
    files.iter().try_for_each(TextFile::write)?;
    let items = removed.iter().map(|one| OutcomeItem {
        name: one.path.display().to_string().into(),
        result: format!("line {} taken out", one.index + 1).into(),
        done: true,
    });
    Ok(Report {
        summary: format!("{} lines with the key taken out", removed.len()),
        items: items.collect(),
        undoable: true,
        incomplete: false,
    })
}

/// Puts lines back into their files.
pub(crate) fn put_back(removed: &[Removed]) -> Result<Report> {
    let mut paths: Vec<&PathBuf> = removed.iter().map(|one| &one.path).collect();
    paths.sort();
    paths.dedup();
    for path in &paths {
        let missing = || RemediationError::NotThere(format!("{} is gone", path.display()));
        let mut file = TextFile::read(path)?.ok_or_else(missing)?;
        let of_file: Vec<Removed> =
            removed.iter().filter(|one| one.path == **path).cloned().collect();
        file.put_back(&of_file);
        file.write()?;
    }
    Ok(Report { summary: format!("{} lines put back", removed.len()), ..Report::default() })
}

fn change(root: &Path, user: &str, password: &[u8], expires: &[u8]) -> Result<()> {
    let _lock = lock(root)?;
    let path = shadow(root);
    let mut file = TextFile::read(&path)?.ok_or_else(|| no_user(user))?;
    let line = file.lines.iter_mut().find(|line| is_of(line, user)).ok_or_else(|| no_user(user))?;
    let ending = line.ends_with(b"\n");
    let mut fields: Vec<Vec<u8>> =
        bare(line).split(|byte| *byte == b':').map(<[u8]>::to_vec).collect();
    fields.resize(fields.len().max(EXPIRES + 2), Vec::new());
    for (number, value) in [(PASSWORD, password), (EXPIRES, expires)] {
        if let Some(field) = fields.get_mut(number) {
            *field = value.to_vec();
        }
    }
    *line = fields.join(&b':');
    if ending {
        line.push(b'\n');
    }
    file.write()
}

/// The lock that every program takes that changes accounts.
fn lock(root: &Path) -> Result<File> {
    let path = root.join("etc/.pwd.lock");
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).open(&path);
    let file = file.doing("opening", &path)?;
    fcntl_lock(&file, FlockOperation::LockExclusive).doing("waiting for", &path)?;
    Ok(file)
}

fn shadow(root: &Path) -> PathBuf {
    root.join("etc/shadow")
}

fn is_of(line: &[u8], user: &str) -> bool {
    line.strip_prefix(user.as_bytes()).is_some_and(|rest| rest.starts_with(b":"))
}

fn passwd_field(root: &Path, user: &str, number: usize) -> Option<String> {
    let text = fs::read(root.join("etc/passwd")).ok()?;
    let mut lines = text.split(|byte| *byte == b'\n');
    let line = lines.find(|line| is_of(line, user))?;
    let field = line.split(|byte| *byte == b':').nth(number)?;
    String::from_utf8(field.to_vec()).ok()
}

fn user_id(root: &Path, user: &str) -> Option<u32> {
    passwd_field(root, user, 2)?.parse().ok()
}

fn home_of(root: &Path, user: &str) -> Option<PathBuf> {
    Some(root.join(passwd_field(root, user, 5)?.trim_start_matches('/')))
}

/// Whether a process runs as this user, or was started from where they signed in.
fn is_users(proc: &Path, pid: u32, id: u32) -> bool {
    let login = fs::read_to_string(proc.join(format!("{pid}/loginuid")));
    if login.is_ok_and(|login| login.trim().parse() == Ok(id)) {
        return true;
    }
    let status = fs::read_to_string(proc.join(format!("{pid}/status"))).unwrap_or_default();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    ids.is_some_and(|ids| ids.split_whitespace().any(|one| one.parse() == Ok(id)))
}

/// Whether a line of authorised keys holds this key: its base64 text, or its fingerprint.
fn is_key(line: &[u8], key: &str) -> bool {
    let line = String::from_utf8_lossy(bare(line));
    if line.trim_start().starts_with('#') {
        return false;
    }
    line.split_whitespace().any(|word| {
        word == key
            || STANDARD.decode(word).is_ok_and(|blob| {
                blob.len() > 16 && fingerprint(&blob) == key.trim_end_matches('=')
            })
    })
}

fn fingerprint(blob: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(digest(&SHA256, blob)))
}

fn no_user(user: &str) -> RemediationError {
    RemediationError::NotThere(format!("there is no user {user} on this machine"))
}
