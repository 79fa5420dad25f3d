//! Units of systemd, from their files and control groups: `systemctl` is not asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::{files, thing::Thing};

/// Where unit files are below the root, the ones that win first.
pub const UNIT_FOLDERS: [&str; 6] = [
    "etc/systemd/system",
    "run/systemd/system",
    "run/systemd/generator",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
];

const KINDS: [&str; 3] = ["service", "timer", "socket"];

/// Most units that are told.
const UNITS_MAX: usize = 5_000;

/// Folders that change when units are added, removed, enabled or disabled.
pub(crate) fn places(root: &Path) -> Vec<String> {
    let mut places: Vec<String> = UNIT_FOLDERS.iter().map(|place| (*place).to_owned()).collect();
    for folder in files::children(&root.join("etc/systemd/system")) {
        places.push(format!("etc/systemd/system/{}", files::name(&folder)));
    }
    places
}

/// Every service, timer and socket that has a file.
pub(crate) fn all(root: &Path) -> Vec<Thing> {
    let mut units: BTreeMap<String, PathBuf> = BTreeMap::new();
    for place in UNIT_FOLDERS {
        for path in files::children(&root.join(place)) {
            let name = files::name(&path);
            if name.rsplit_once('.').is_some_and(|(_, kind)| KINDS.contains(&kind)) {
                units.entry(name).or_insert(path);
            }
        }
    }
    let enabled = enabled(root);
    units.iter().take(UNITS_MAX).map(|(name, path)| unit(root, name, path, &enabled)).collect()
}

fn unit(root: &Path, name: &str, path: &Path, enabled: &BTreeSet<String>) -> Thing {
    let target = fs::read_link(path).ok();
    let masked = target.as_deref() == Some(Path::new("/dev/null"));
    let text = if masked { String::new() } else { files::text(path) };
    let (command, account, installable) = described(&text);
    let state = match (masked, enabled.contains(name), installable) {
        (true, ..) => "masked",
        (_, true, _) => "enabled",
        (.., true) => "disabled",
        (.., false) => "static",
    };
    let shown = path.strip_prefix(root).unwrap_or(path);
    Thing::new(name, name)
        .with("UnitFileState", state)
        .flag("Running", is_running(root, name))
        .with("FolderPath", &format!("/{}", shown.display()))
        .with("Command", &command)
        .with("Account", &account)
}

/// Command, account, and whether the unit can be enabled, from a unit file.
pub(crate) fn described(text: &str) -> (String, String, bool) {
    let value = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.trim().split_once('='));
        lines
            .find(|(key, value)| key.trim() == name && !value.trim().is_empty())
            .map_or_else(String::new, |(_, value)| value.trim().to_owned())
    };
    let installable = text.lines().any(|line| line.trim() == "[Install]");
    (value("ExecStart"), value("User"), installable)
}

/// Names that something wants or requires by a link.
fn enabled(root: &Path) -> BTreeSet<String> {
    let wants = |path: &PathBuf| {
        let name = files::name(path);
        name.ends_with(".wants") || name.ends_with(".requires")
    };
    let folders = ["etc/systemd/system", "run/systemd/generator"];
    let all = folders.iter().flat_map(|folder| files::children(&root.join(folder)));
    all.filter(wants)
        .flat_map(|folder| files::children(&folder))
        .map(|path| files::name(&path))
        .collect()
}

/// Whether the unit's control group has processes.
fn is_running(root: &Path, name: &str) -> bool {
    let events = root.join("sys/fs/cgroup/system.slice").join(name).join("cgroup.events");
    fs::read_to_string(events).is_ok_and(|text| text.lines().any(|line| line == "populated 1"))
}
