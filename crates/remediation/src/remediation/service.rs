//! Units and timers of systemd, and cron entries.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use bartizan_model::{ActionId, OutcomeItem, Timestamp};
use serde::{Deserialize, Serialize};

use super::Report;
use crate::{
    durable,
    error::{Doing as _, RemediationError, Result},
    quarantine::Quarantine,
    text::{Removed, TextFile, bare},
};

/// Where units are, the one that goes before all others first.
const UNIT_FOLDERS: [&str; 4] =
    ["etc/systemd/system", "run/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];
/// Where whoever masks a unit says so.
const MASKS: &str = "etc/systemd/system";
const NOTHING: &str = "/dev/null";

/// What a unit was before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnitBefore {
    pub(crate) unit: String,
    /// It was running.
    active: bool,
    /// We mask it.
    mask: bool,
    /// Its files that were taken away, by their names in quarantine.
    items: Vec<String>,
}

/// What a unit is now, and what will be done to it; to be kept before it is done.
pub(crate) fn unit_before(
    root: &Path,
    action: ActionId,
    unit: &str,
    mask: bool,
    remove: bool,
) -> Result<UnitBefore> {
    let files = if remove { files_of(root, unit) } else { own_file(root, unit, mask) };
    let items = (0..files.len()).map(|number| item(action, number)).collect();
    if files.is_empty() && remove {
        return Err(RemediationError::NotThere(format!("there is no {unit} on this machine")));
    }
    Ok(UnitBefore { unit: unit.to_owned(), active: is_active(root, unit), mask, items })
}

/// Stops a unit, masks it or takes its files away.
pub(crate) fn stop(
    root: &Path,
    quarantine: &Quarantine,
    before: &UnitBefore,
    remove: bool,
    now: Timestamp,
) -> Result<Report> {
    let unit = &before.unit;
    let mut report = Report { undoable: true, ..Report::default() };
    let runs = systemd_runs(root);
    if runs {
        systemctl(&["stop", unit])?;
        report.items.push(done(unit, "stopped"));
    } else if !before.mask && !remove {
        return Err(RemediationError::refused("systemd does not run on this machine"));
    }
    let files = if remove { files_of(root, unit) } else { own_file(root, unit, before.mask) };
    for (name, file) in before.items.iter().zip(&files) {
        let taken = quarantine.take(name, file, None, now)?;
        report.items.push(done(&file.display().to_string(), "taken away"));
        report.incomplete |= !taken.problems.is_empty();
    }
    if before.mask {
        let mask = root.join(MASKS).join(unit);
        fs::create_dir_all(root.join(MASKS)).doing("making", root.join(MASKS))?;
        match symlink(NOTHING, &mask) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => made.doing("masking", &mask)?,
        }
        durable::sync_folder_of(&mask).doing("flushing the folder of", &mask)?;
        report.items.push(done(unit, "masked"));
    }
    if runs {
        systemctl(&["daemon-reload"])?;
    }
    let how = if remove {
        "stopped and its files taken away"
    } else if before.mask {
        "stopped and masked"
    } else {
        "stopped"
    };
    report.summary = format!("{unit} {how}");
    Ok(report)
}

/// Gives a unit back what it was.
pub(crate) fn start_again(
    root: &Path,
    quarantine: &Quarantine,
    before: &UnitBefore,
) -> Result<Report> {
    let mask = root.join(MASKS).join(&before.unit);
    if before.mask && fs::read_link(&mask).is_ok_and(|target| target == Path::new(NOTHING)) {
        durable::remove(&mask)?;
    }
    let mut report = Report::default();
    let kept = quarantine.list()?;
    for name in before.items.iter().filter(|name| kept.iter().any(|item| item.id == **name)) {
        let restored = quarantine.restore(name, None)?;
        report.items.push(done(&restored.item.path.display().to_string(), "given back"));
    }
    if systemd_runs(root) {
        systemctl(&["daemon-reload"])?;
        if before.active {
            systemctl(&["start", &before.unit])?;
            report.items.push(done(&before.unit, "started"));
        }
    }
    report.summary = format!("{} is as it was", before.unit);
    Ok(report)
}

/// Takes a line out of a crontab. What was taken is kept before it is written.
pub(crate) fn remove_cron_line(
    path: &Path,
    line: &str,
    keep: impl FnOnce(&[Removed]) -> Result<()>,
) -> Result<Report> {
    let gone = || RemediationError::NotThere(format!("{} is not there", path.display()));
    let mut file = TextFile::read(path)?.ok_or_else(gone)?;
    let removed = file.remove(|one| bare(one) == line.as_bytes());
    if removed.is_empty() {
        return Err(RemediationError::NotThere(format!("{} has no such line", path.display())));
    }
    keep(&removed)?;
    file.write()?;
    let summary = format!("{} lines of {} taken out", removed.len(), path.display());
    Ok(Report { summary, undoable: true, ..Report::default() })
}

/// The name in quarantine of an action's file of this number.
pub(crate) fn item(action: ActionId, number: usize) -> String {
    format!("{action}-{number}")
}

/// Everything that makes a unit: its files, and the links that have it started.
fn files_of(root: &Path, unit: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in UNIT_FOLDERS.map(|folder| root.join(folder)) {
        let is_link = fs::symlink_metadata(&folder).is_ok_and(|metadata| metadata.is_symlink());
        let parent_is_link = folder.ancestors().skip(1).take(2).any(|ancestor| {
            ancestor != root && fs::symlink_metadata(ancestor).is_ok_and(|one| one.is_symlink())
        });
        if is_link || parent_is_link {
            continue;
        }
        files.extend(Some(folder.join(unit)).filter(|path| path.symlink_metadata().is_ok()));
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(".wants") || name.ends_with(".requires") {
                let link = entry.path().join(unit);
                files.extend(Some(link).filter(|path| path.symlink_metadata().is_ok()));
            }
        }
    }
    files.sort();
    files
}

/// The administrator's own file of a unit that is to be masked: it stands where the mask has to.
fn own_file(root: &Path, unit: &str, mask: bool) -> Vec<PathBuf> {
    let path = root.join(MASKS).join(unit);
    let masked = fs::read_link(&path).is_ok_and(|target| target == Path::new(NOTHING));
    if mask && !masked && path.symlink_metadata().is_ok() { vec![path] } else { Vec::new() }
}

fn systemd_runs(root: &Path) -> bool {
    root == Path::new("/") && Path::new("/run/systemd/system").is_dir()
}

fn is_active(root: &Path, unit: &str) -> bool {
    systemd_runs(root) && systemctl(&["is-active", "--quiet", unit]).is_ok()
}

fn systemctl(words: &[&str]) -> Result<()> {
    let path = Path::new("systemctl");
    let output = Command::new(path).args(words).output().doing("running", path)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let why = format!("systemctl {} said: {}", words.join(" "), said.trim());
    Err(RemediationError::Kernel { doing: "asking systemd", why })
}

fn done(name: &str, result: &str) -> OutcomeItem {
    OutcomeItem { name: name.into(), result: result.into(), done: true }
}
