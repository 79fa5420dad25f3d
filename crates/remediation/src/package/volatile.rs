//! What runs now: each process with its arguments, executable, open files and memory maps, one JSON object a line.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::json;

use crate::process;

/// Most open files and mapped files of a process that are told.
const FILES_MAX: usize = 1_000;

/// The processes.
pub(super) fn processes(proc: &Path) -> String {
    let mut lines = String::new();
    for seen in process::all(proc) {
        let of = |name: &str| proc.join(format!("{}/{name}", seen.pid));
        let link =
            |name: &str| fs::read_link(of(name)).ok().map(|target| target.display().to_string());
        let words = |name: &str| {
            let text = fs::read(of(name)).unwrap_or_default();
            let words = text.split(|byte| *byte == 0).filter(|word| !word.is_empty());
            words.map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>()
        };
        let handles = fs::read_dir(of("fd")).into_iter().flatten().flatten();
        let open: Vec<String> = handles
            .filter_map(|handle| fs::read_link(handle.path()).ok())
            .map(|target| target.display().to_string())
            .take(FILES_MAX)
            .collect();
        let maps = fs::read_to_string(of("maps")).unwrap_or_default();
        let mapped: BTreeSet<&str> = maps
            .lines()
            .filter_map(|line| line.splitn(6, ' ').nth(5))
            .map(str::trim)
            .filter(|path| !path.is_empty())
            .take(FILES_MAX)
            .collect();
        let status = fs::read_to_string(of("status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.map(|line| line.trim_start_matches(':').trim().to_owned())
        };
        let line = json!({
            "pid": seen.pid, "parent": seen.parent, "start_ticks": seen.start_ticks, "name": seen.name,
            "state": seen.state.to_string(), "exe": link("exe"), "cwd": link("cwd"),
            "arguments": words("cmdline"), "uids": field("Uid"), "gids": field("Gid"),
            "cgroup": fs::read_to_string(of("cgroup")).unwrap_or_default().trim(),
            "open": open, "mapped": mapped,
        });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines
}
