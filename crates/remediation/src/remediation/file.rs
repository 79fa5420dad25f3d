//! Quarantining by path or by content: what runs of the file is stopped first, who has it open is told.

use std::{
    collections::HashSet,
    fs,
    io::Read as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use bartizan_model::{ActionId, FileTarget, OutcomeItem, ProcessKey, Timestamp, hex};
use ring::digest::{Context, SHA256};

use super::{Report, service};
use crate::{
    error::{RemediationError, Result},
    process,
    quarantine::{Item, Quarantine},
};

/// Where a file that is only known by its content is looked for, nearest to intruders first.
const SEARCHED: [&str; 12] = [
    "tmp",
    "var/tmp",
    "dev/shm",
    "run",
    "home",
    "root",
    "opt",
    "srv",
    "usr/local",
    "var",
    "etc",
    "usr",
];
/// How long is searched, and the largest file that is read while searching.
const SEARCH_TIME: Duration = Duration::from_secs(120);
const SEARCHED_BYTES_MAX: u64 = 1 << 30;
/// Most files with the same content that one action takes.
const FILES_MAX: usize = 100;
/// Most open files that are told of.
const HANDLES_MAX: usize = 50;

/// The files that an order means.
pub(crate) fn find(root: &Path, proc: &Path, target: &FileTarget) -> Result<Vec<PathBuf>> {
    match (&target.path, target.sha256) {
        (Some(path), _) => Ok(vec![root.join(path.trim_start_matches('/'))]),
        (None, Some(hash)) => {
            let found = search(root, proc, hash);
            if found.is_empty() {
                let text = "no file with this content was found".to_owned();
                return Err(RemediationError::NotThere(text));
            }
            Ok(found)
        }
        (None, None) => Err(RemediationError::refused("the order names no file")),
    }
}

/// Takes files away.
pub(crate) fn quarantine(
    quarantine: &Quarantine,
    proc: &Path,
    action: ActionId,
    paths: &[PathBuf],
    target: &FileTarget,
    now: Timestamp,
) -> Result<Report> {
    let mut report = Report::default();
    let (mut taken, mut first_error) = (0, None);
    for (number, path) in paths.iter().enumerate() {
        let id = service::item(action, number);
        let known = quarantine.list()?.into_iter().any(|item| item.id == id);
        if !known {
            stop_what_runs(proc, path, target.sha256, &mut report);
            tell_who_has_it_open(proc, path, &mut report);
        }
        match quarantine.take(&id, path, target.sha256, now) {
            Ok(done) => {
                taken += 1;
                report.items.push(OutcomeItem {
                    name: done.item.path.display().to_string().into(),
                    result: in_words(&done.item).into(),
                    done: true,
                });
                report.incomplete |= !done.problems.is_empty();
                for problem in done.problems {
                    let name = path.display().to_string().into();
                    report.items.push(OutcomeItem { name, result: problem.into(), done: false });
                }
            }
            Err(error) => {
                report.incomplete = true;
                let name = path.display().to_string().into();
                let result = error.to_string().into();
                report.items.push(OutcomeItem { name, result, done: false });
                first_error.get_or_insert(error);
            }
        }
    }
    if taken == 0
        && let Some(error) = first_error
    {
        return Err(error);
    }
    report.undoable = taken > 0;
    report.summary = format!("{taken} of {} files quarantined", paths.len());
    Ok(report)
}

fn in_words(item: &Item) -> String {
    let hash = hex(&item.sha256);
    format!("quarantined as {} ({} bytes, SHA-256 {hash})", item.id, item.size)
}

/// Ends the processes that execute a file, if its content is what is meant.
fn stop_what_runs(proc: &Path, path: &Path, sha256: Option<[u8; 32]>, report: &mut Report) {
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    let (Some(boot), true) = (process::boot(proc), metadata.is_file()) else { return };
    if sha256.is_some_and(|wanted| hash_of(path) != Some(wanted)) {
        return;
    }
    for seen in process::all(proc) {
        let executes = fs::metadata(proc.join(format!("{}/exe", seen.pid)))
            .is_ok_and(|exe| (exe.dev(), exe.ino()) == (metadata.dev(), metadata.ino()));
        if !executes || seen.is_gone() {
            continue;
        }
        let key = ProcessKey { boot, pid: seen.pid, start_ticks: seen.start_ticks };
        match process::stop(proc, key, false) {
            Ok(stopped) => report.items.extend(stopped.items),
            Err(error) => {
                report.incomplete = true;
                let (name, result) = (format!("{} ({})", seen.pid, seen.name), error.to_string());
                report.items.push(OutcomeItem {
                    name: name.into(),
                    result: result.into(),
                    done: false,
                });
            }
        }
    }
}

/// Tells of processes that have a file open: they can go on reading what they have.
fn tell_who_has_it_open(proc: &Path, path: &Path, report: &mut Report) {
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    for seen in process::all(proc) {
        let Ok(handles) = fs::read_dir(proc.join(format!("{}/fd", seen.pid))) else { continue };
        let open = handles.flatten().any(|handle| {
            fs::metadata(handle.path())
                .is_ok_and(|one| (one.dev(), one.ino()) == (metadata.dev(), metadata.ino()))
        });
        if open && report.items.len() < HANDLES_MAX {
            report.items.push(OutcomeItem {
                name: format!("{} ({})", seen.pid, seen.name).into(),
                result: format!("has {} open and keeps what it has", path.display()).into(),
                done: true,
            });
        }
    }
}

/// Looks for files by their content: what runs first, then where programs are left.
fn search(root: &Path, proc: &Path, wanted: [u8; 32]) -> Vec<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a steady clock bounds the search")]
    let begun = Instant::now();
    let mut found = Vec::new();
    for seen in process::all(proc) {
        let Ok(path) = fs::read_link(proc.join(format!("{}/exe", seen.pid))) else { continue };
        if path.starts_with(root) && !found.contains(&path) && hash_of(&path) == Some(wanted) {
            found.push(path);
        }
    }
    let mut looked_into = HashSet::new();
    let mut waiting: Vec<PathBuf> = SEARCHED.iter().rev().map(|one| root.join(one)).collect();
    while let Some(folder) = waiting.pop() {
        if found.len() >= FILES_MAX || begun.elapsed() > SEARCH_TIME {
            break;
        }
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            let path = entry.path();
            if metadata.is_dir() && looked_into.insert((metadata.dev(), metadata.ino())) {
                waiting.push(path);
            } else if metadata.is_file()
                && metadata.len() <= SEARCHED_BYTES_MAX
                && !found.contains(&path)
                && hash_of(&path) == Some(wanted)
            {
                found.push(path);
            }
        }
    }
    // Names of one file are one file: its quarantine takes them all.
    let mut inodes = HashSet::new();
    found.retain(|path| {
        fs::metadata(path).is_ok_and(|metadata| inodes.insert((metadata.dev(), metadata.ino())))
    });
    found
}

/// SHA-256 of a file; nothing when it cannot be read.
#[must_use]
pub fn hash_of(path: &Path) -> Option<[u8; 32]> {
    let mut file = fs::File::open(path).ok()?;
    let (mut hash, mut buffer) = (Context::new(&SHA256), vec![0; 256 * 1024]);
    loop {
        let read = file.read(&mut buffer).ok()?;
        if read == 0 {
            return hash.finish().as_ref().try_into().ok();
        }
        hash.update(buffer.get(..read)?);
    }
}
