//! What runs: as a list, and as a tree.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use super::{Context, Words};
use crate::answer::{Answers, Ended, Outcome, Table};

/// Ticks of the kernel's clock in a second, as `/proc` counts them.
const TICKS: u64 = 100;
/// Most letters of a command line.
const LINE_MAX: usize = 1_000;
/// Deepest tree.
const DEPTH_MAX: usize = 64;

/// A process, as far as it can be seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) uid: u32,
    pub(crate) started: i64,
    pub(crate) resident: u64,
    pub(crate) cpu: u64,
    pub(crate) exe: String,
    pub(crate) line: String,
}

pub(super) fn processes(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let users = users(context.root());
    let part = words.alone.first().map(|part| part.to_lowercase());
    let columns =
        &["pid", "parent", "user", "started", "cpu", "memory", "state", "name", "program", "line"];
    let mut table = Table::new(answers, columns, words.json());
    for seen in all(context.proc()) {
        let fits = part.as_ref().is_none_or(|part| {
            [&seen.name, &seen.exe, &seen.line].iter().any(|one| one.to_lowercase().contains(part))
        });
        if fits {
            table.row(vec![
                seen.pid.to_string(),
                seen.parent.to_string(),
                user(&users, seen.uid),
                time(seen.started),
                format!("{} s", seen.cpu / TICKS),
                format!("{} K", seen.resident / 1_024),
                seen.state,
                seen.name,
                seen.exe,
                seen.line,
            ])?;
        }
    }
    table.finish()
}

pub(super) fn tree(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let users = users(context.root());
    let all: BTreeMap<u32, Seen> =
        all(context.proc()).into_iter().map(|seen| (seen.pid, seen)).collect();
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for seen in all.values() {
        children.entry(seen.parent).or_default().push(seen.pid);
    }
    let first = match words.alone.first() {
        Some(word) => {
            let pid: u32 =
                word.parse().map_err(|_no_pid| Ended::Failed(format!("`{word}` is no pid")))?;
            if !all.contains_key(&pid) {
                return Err(Ended::Failed(format!("there is no process {pid}")));
            }
            vec![pid]
        }
        None => {
            let roots = all.values().filter(|seen| !all.contains_key(&seen.parent));
            roots.map(|seen| seen.pid).collect()
        }
    };
    let mut table = Table::new(answers, &["process", "user", "started", "line"], words.json());
    let mut shown = BTreeSet::new();
    let mut waiting: Vec<(u32, usize)> = first.into_iter().rev().map(|pid| (pid, 0)).collect();
    while let Some((pid, depth)) = waiting.pop() {
        let Some(seen) = all.get(&pid).filter(|_| shown.insert(pid)) else { continue };
        let place = format!("{}{} {}", "  ".repeat(depth), seen.pid, seen.name);
        let line = seen.line.clone();
        table.row(vec![place, user(&users, seen.uid), time(seen.started), line])?;
        let below = children.get(&pid).into_iter().flatten().rev();
        waiting.extend(below.map(|child| (*child, (depth + 1).min(DEPTH_MAX))));
    }
    table.finish()
}

/// Everything that runs, by pid.
pub(crate) fn all(proc: &Path) -> Vec<Seen> {
    let booted = booted(proc);
    let mut all: Vec<Seen> =
        pids(proc).into_iter().filter_map(|pid| one(proc, pid, booted)).collect();
    all.sort_by_key(|seen| seen.pid);
    all
}

pub(crate) fn pids(proc: &Path) -> Vec<u32> {
    let entries = fs::read_dir(proc).into_iter().flatten().flatten();
    let mut pids: Vec<u32> =
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    pids
}

/// Names of users by their numbers.
pub(crate) fn users(root: &Path) -> HashMap<u32, String> {
    let text = fs::read_to_string(root.join("etc/passwd")).unwrap_or_default();
    let users = text.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        Some((fields.nth(1)?.parse().ok()?, name))
    });
    users.collect()
}

pub(crate) fn user(users: &HashMap<u32, String>, uid: u32) -> String {
    users.get(&uid).cloned().unwrap_or_else(|| uid.to_string())
}

/// Seconds since 1970 as people write them.
pub(crate) fn time(seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(seconds);
    time.map_or_else(|_out_of_range| String::new(), |time| time.to_string())
}

fn booted(proc: &Path) -> i64 {
    let text = fs::read_to_string(proc.join("stat")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("btime "));
    line.and_then(|line| line.trim().parse().ok()).unwrap_or(0)
}

fn one(proc: &Path, pid: u32, booted: i64) -> Option<Seen> {
    let folder = proc.join(pid.to_string());
    let stat = fs::read(folder.join("stat")).ok()?;
    let mut seen = parse(&String::from_utf8_lossy(&stat), booted)?;
    seen.uid = fs::metadata(&folder).ok()?.uid();
    let exe = fs::read_link(folder.join("exe"));
    seen.exe = exe.map_or_else(|_kernel_thread| String::new(), |exe| exe.display().to_string());
    let line = fs::read(folder.join("cmdline")).unwrap_or_default();
    let words: Vec<_> = line
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        .map(String::from_utf8_lossy)
        .collect();
    seen.line = words.join(" ").chars().take(LINE_MAX).collect();
    if seen.line.is_empty() {
        seen.line = format!("[{}]", seen.name);
    }
    Some(seen)
}

/// A line of `/proc/PID/stat`. The name is in brackets and may hold anything, brackets too.
fn parse(stat: &str, booted: i64) -> Option<Seen> {
    let (before, after) = (stat.find('(')?, stat.rfind(')')?);
    let pid = stat.get(..before)?.trim().parse().ok()?;
    let name = stat.get(before + 1..after)?.to_owned();
    let fields: Vec<&str> = stat.get(after + 1..)?.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok());
    let started = i64::try_from(number(19)? / TICKS).unwrap_or(0);
    Some(Seen {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        name,
        state: (*fields.first()?).to_owned(),
        started: booted.saturating_add(started),
        resident: number(21).unwrap_or(0).saturating_mul(4_096),
        cpu: number(11).unwrap_or(0).saturating_add(number(12).unwrap_or(0)),
        ..Seen::default()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn we_see_ourselves_with_our_program_and_our_parent() {
        let own = std::process::id();
        let all = all(Path::new("/proc"));
        let seen = all.iter().find(|seen| seen.pid == own).unwrap();

        assert!(seen.exe.contains("bartizan_live"), "{}", seen.exe);
        assert!(all.iter().any(|other| other.pid == seen.parent) || seen.parent == 0);
    }

    proptest! {
        #[test]
        fn any_line_is_a_process_or_nothing(line in ".{0,200}") {
            drop(parse(&line, 0));
        }
    }
}
