//! What starts by itself: units of the service manager, what goes by the clock, and every other place of that kind. All of it is
//! read from files, so that a program that was exchanged cannot lie about it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use bartizan_inventory::UNIT_FOLDERS;
use bartizan_remediation::STARTS_AGAIN;

use super::{Context, Words, process};
use crate::answer::{Answers, Outcome, Table};

/// Files of cron.
const CRONTABS: [&str; 4] =
    ["etc/crontab", "etc/cron.d", "var/spool/cron/crontabs", "var/spool/cron"];
/// Folders whose programs cron starts.
const CRON_FOLDERS: [&str; 4] =
    ["etc/cron.hourly", "etc/cron.daily", "etc/cron.weekly", "etc/cron.monthly"];
/// Where something of a user can be made to start again, below their home.
const OF_USERS: [&str; 7] = [
    ".ssh/authorized_keys",
    ".bashrc",
    ".profile",
    ".bash_profile",
    ".zshrc",
    ".config/autostart",
    ".config/systemd/user",
];

pub(super) fn services(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let part = words.alone.first();
    let running = running(context.proc());
    let columns = &["unit", "running", "enabled", "file", "starts"];
    let mut table = Table::new(answers, columns, words.json());
    let enabled = enabled(context.root());
    for (name, path) in units(context.root(), ".service") {
        if part.is_some_and(|part| !name.contains(part.as_str())) {
            continue;
        }
        let text = read(&path);
        let yes = |yes: bool| if yes { "yes" } else { "" }.to_owned();
        let is_enabled =
            if is_masked(&path) { "masked".to_owned() } else { yes(enabled.contains(&name)) };
        let (shown, starts) = (context.shown(&path), value(&text, "ExecStart"));
        table.row(vec![name.clone(), yes(running.contains(&name)), is_enabled, shown, starts])?;
    }
    table.finish()
}

pub(super) fn timers(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let root = context.root();
    let mut table = Table::new(answers, &["kind", "when", "what", "file"], words.json());
    for (name, path) in units(root, ".timer") {
        let text = read(&path);
        let keys = ["OnCalendar", "OnBootSec", "OnUnitActiveSec", "OnStartupSec", "OnActiveSec"];
        let when: Vec<String> =
            keys.iter().map(|key| value(&text, key)).filter(|value| !value.is_empty()).collect();
        let unit = value(&text, "Unit");
        let unit = if unit.is_empty() { name.replace(".timer", ".service") } else { unit };
        table.row(vec!["timer".to_owned(), when.join(", "), unit, context.shown(&path)])?;
    }
    for place in CRONTABS {
        for path in files(&root.join(place), false) {
            let of_system = place.starts_with("etc");
            for (when, what) in read(&path).lines().filter_map(|line| cron(line, of_system)) {
                table.row(vec!["cron".to_owned(), when, what, context.shown(&path)])?;
            }
        }
    }
    for place in CRON_FOLDERS {
        for path in files(&root.join(place), false) {
            let when = place.trim_start_matches("etc/cron.").to_owned();
            let what = context.shown(&path);
            table.row(vec!["cron folder".to_owned(), when, what, format!("/{place}")])?;
        }
    }
    for path in files(&root.join("var/spool/at"), false) {
        let what = read(&path).lines().last().unwrap_or_default().to_owned();
        table.row(vec!["at".to_owned(), "once".to_owned(), what, context.shown(&path)])?;
    }
    table.finish()
}

pub(super) fn persistence(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let root = context.root();
    let users = process::users(root);
    let passwd = read(&root.join("etc/passwd"));
    let homes: BTreeSet<&str> = passwd.lines().filter_map(|line| line.split(':').nth(5)).collect();
    let mut places: Vec<PathBuf> = STARTS_AGAIN.iter().map(|place| root.join(place)).collect();
    for home in homes.iter().filter(|home| home.len() > 1) {
        let home = root.join(home.trim_start_matches('/'));
        places.extend(OF_USERS.iter().map(|place| home.join(place)));
    }
    let mut found = BTreeMap::new();
    for place in places {
        for path in files(&place, true) {
            if let Ok(metadata) = fs::symlink_metadata(&path) {
                found.insert(path, metadata);
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    // What was changed last is what one looks for.
    found.sort_by_key(|(_, metadata)| std::cmp::Reverse(metadata.mtime()));
    let mut table = Table::new(answers, &["changed", "owner", "size", "file"], words.json());
    for (path, metadata) in found {
        let mut name = context.shown(&path);
        if let Ok(target) = fs::read_link(&path) {
            name = format!("{name} -> {}", target.display());
        }
        table.row(vec![
            process::time(metadata.mtime()),
            process::user(&users, metadata.uid()),
            metadata.len().to_string(),
            name,
        ])?;
    }
    table.finish()
}

/// Units of a kind by name.
fn units(root: &Path, ending: &str) -> BTreeMap<String, PathBuf> {
    let mut units = BTreeMap::new();
    for folder in UNIT_FOLDERS {
        for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(ending) && !entry.path().is_dir() {
                units.entry(name).or_insert_with(|| entry.path());
            }
        }
    }
    units
}

/// Units that something wants to be started.
fn enabled(root: &Path) -> BTreeSet<String> {
    let mut enabled = BTreeSet::new();
    for folder in UNIT_FOLDERS {
        for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".wants") || name.ends_with(".requires") {
                let wanted = fs::read_dir(entry.path()).into_iter().flatten().flatten();
                enabled.extend(wanted.map(|one| one.file_name().to_string_lossy().into_owned()));
            }
        }
    }
    enabled
}

/// Units that have a process.
fn running(proc: &Path) -> BTreeSet<String> {
    let mut running = BTreeSet::new();
    for pid in process::pids(proc) {
        let groups = read(&proc.join(format!("{pid}/cgroup")));
        let parts = groups.lines().flat_map(|line| line.split('/'));
        running.extend(parts.filter(|part| part.ends_with(".service")).map(str::to_owned));
    }
    running
}

fn is_masked(path: &Path) -> bool {
    fs::read_link(path).is_ok_and(|target| target == Path::new("/dev/null"))
}

/// The last value of a key of a unit file.
fn value(text: &str, key: &str) -> String {
    let mut values =
        text.lines().filter_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='));
    values.next_back().unwrap_or_default().trim().to_owned()
}

/// When and what a line of a crontab starts. Those of the system name a user.
fn cron(line: &str, of_system: bool) -> Option<(String, String)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let fields = if line.starts_with('@') { 1 } else { 5 };
    let when = words.get(..fields)?.join(" ");
    let first = when.chars().next()?;
    if !(first.is_ascii_digit() || "*@-".contains(first)) {
        return None;
    }
    let what = words.get(fields + usize::from(of_system)..)?.join(" ");
    (!what.is_empty()).then_some((when, what))
}

/// A file, or the files in a folder, or all that are below it.
fn files(place: &Path, below: bool) -> Vec<PathBuf> {
    const FILES_MAX: usize = 5_000;
    let (mut found, mut waiting) = (Vec::new(), vec![place.to_path_buf()]);
    while let Some(path) = waiting.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if metadata.is_dir() && (below || path == place) {
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            waiting.extend(entries.map(|entry| entry.path()));
        } else if !metadata.is_dir() && found.len() < FILES_MAX {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Text of a small file; nothing where it cannot be read.
fn read(path: &Path) -> String {
    const BYTES_MAX: u64 = 1 << 20;
    use std::io::Read as _;
    let mut content = Vec::new();
    if let Ok(file) = fs::File::open(path)
        && file.metadata().is_ok_and(|metadata| metadata.is_file())
    {
        drop(file.take(BYTES_MAX).read_to_end(&mut content));
    }
    String::from_utf8_lossy(&content).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_crontabs_are_told_from_variables_and_comments() {
        let of = |line, system| cron(line, system);
        let is = |when: &str, what: &str| Some((when.to_owned(), what.to_owned()));

        assert_eq!(of("*/5 * * * * root /bin/x -a", true), is("*/5 * * * *", "/bin/x -a"));
        assert_eq!(of("@reboot /home/eve/.x", false), is("@reboot", "/home/eve/.x"));
        assert_eq!(of("PATH=/bin:/usr/bin a b c d e f", true), None);
        assert_eq!(of("# a comment of six words here", false), None);
        assert_eq!(of("* * *", false), None);
    }

    #[test]
    fn a_unit_says_what_it_starts() {
        let text = "[Service]\nExecStart=\nExecStart=/usr/bin/evil --now\n";
        assert_eq!(value(text, "ExecStart"), "/usr/bin/evil --now");
        assert_eq!(value(text, "Exec"), "");
    }
}
