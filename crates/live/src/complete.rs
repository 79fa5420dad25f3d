//! How a line can go on: commands, options, paths, pids and jobs. Looks at one folder at most.

use std::{fs, path::Path};

use bartizan_model::{LIVE_COMMANDS, live_command, live_words};
use bartizan_wire::LIVE_CANDIDATES_MAX;

use crate::{command, live::Config, session::Session};

/// Most entries of a folder that are looked at.
const ENTRIES_MAX: usize = 20_000;

/// Where the last word begins, and what could stand there.
pub(crate) fn complete(
    config: &Config,
    session: &Session,
    line: &str,
) -> (usize, Vec<(String, String)>) {
    let start = last_word(line);
    let (before, typed) = line.split_at(start);
    let word = unquoted(typed);
    let words = live_words(before).map(|(words, _)| words).unwrap_or_default();
    let mut found = match words.split_first() {
        None => commands(session, &word),
        Some((name, given)) => of_command(config, session, (name.as_str(), given), &word),
    };
    found.sort();
    found.truncate(LIVE_CANDIDATES_MAX);
    (start, found)
}

fn commands(session: &Session, word: &str) -> Vec<(String, String)> {
    let may = LIVE_COMMANDS.iter().filter(|command| command.level <= session.level);
    let fits = may.filter(|command| command.name.starts_with(word));
    fits.map(|command| (command.name.to_owned(), "command".to_owned())).collect()
}

fn of_command(
    config: &Config,
    session: &Session,
    (name, given): (&str, &[String]),
    word: &str,
) -> Vec<(String, String)> {
    let Some(command) = live_command(name) else { return Vec::new() };
    if word.starts_with('-') {
        let fits = command.options.iter().filter(|option| option.name.starts_with(word));
        return fits.map(|option| (option.name.to_owned(), "option".to_owned())).collect();
    }
    let alone = given.iter().filter(|word| !word.starts_with("--")).count();
    match command.words.get(alone).copied() {
        Some("command") => commands(session, word),
        Some("path") => paths(&config.root, word, false),
        Some("folder") => paths(&config.root, word, true),
        Some("pid") => pids(&config.proc, word),
        Some("job") => {
            let jobs = session.jobs().into_iter().map(|job| job.number.to_string());
            jobs.filter(|job| job.starts_with(word)).map(|job| (job, "job".to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

fn paths(root: &Path, word: &str, folders: bool) -> Vec<(String, String)> {
    if word.is_empty() {
        return vec![("/".to_owned(), "folder".to_owned())];
    }
    let Some((folder, part)) = word.rsplit_once('/') else { return Vec::new() };
    let entries = fs::read_dir(root.join(folder.trim_start_matches('/')));
    let mut found = Vec::new();
    for entry in entries.into_iter().flatten().flatten().take(ENTRIES_MAX) {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_folder = entry.path().is_dir();
        if name.starts_with(part) && (is_folder || !folders) {
            let path = quoted(&format!("{folder}/{name}"));
            let what = if is_folder { "folder" } else { "path" };
            found.push((if is_folder { path + "/" } else { path }, what.to_owned()));
        }
    }
    found
}

fn pids(proc: &Path, word: &str) -> Vec<(String, String)> {
    let pids = command::pids(proc).into_iter().map(|pid| pid.to_string());
    pids.filter(|pid| pid.starts_with(word)).map(|pid| (pid, "pid".to_owned())).collect()
}

/// Byte from which on the last word stands.
fn last_word(line: &str) -> usize {
    let (mut start, mut quote, mut escaped) = (0, None, false);
    for (at, letter) in line.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match (letter, quote) {
            ('\\', None | Some('"')) => escaped = true,
            (letter, Some(open)) if letter == open => quote = None,
            ('\'' | '"', None) => quote = Some(letter),
            (letter, None) if letter.is_whitespace() => start = at + letter.len_utf8(),
            _ => {}
        }
    }
    start
}

/// A word that is being typed, without its quotes, closed or not.
fn unquoted(typed: &str) -> String {
    for ending in ["", "'", "\"", "\\"] {
        if let Ok((words, _)) = live_words(&format!("{typed}{ending}")) {
            return words.into_iter().next().unwrap_or_default();
        }
    }
    String::new()
}

/// A word as it has to be typed.
fn quoted(word: &str) -> String {
    let mut quoted = String::new();
    for letter in word.chars() {
        if letter.is_whitespace() || "'\"\\&".contains(letter) {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use bartizan_model::{DeviceId, LiveLevel, LiveSessionId};
    use uuid::Uuid;

    use super::*;

    fn completed(level: LiveLevel, root: &Path, line: &str) -> (usize, Vec<String>) {
        let config = Config {
            root: root.to_path_buf(),
            proc: "/proc".into(),
            data: root.to_path_buf(),
            device: DeviceId::from_uuid(Uuid::nil()),
        };
        let session = Session::new(LiveSessionId::from_uuid(Uuid::nil()), level, 60);
        let (start, found) = complete(&config, &session, line);
        (start, found.into_iter().map(|(text, _)| text).collect())
    }

    #[test]
    fn commands_options_and_paths_are_completed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("etc/a b")).unwrap();
        fs::write(root.join("etc/passwd"), "").unwrap();
        let is = |start: usize, found: &[&str]| {
            (start, found.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
        };
        let basic = |line| completed(LiveLevel::Basic, root, line);

        assert_eq!(basic("pro"), is(0, &["processes"]));
        assert_eq!(basic("put"), is(0, &[]));
        assert_eq!(completed(LiveLevel::Advanced, root, "put"), is(0, &["putfile"]));
        assert_eq!(basic("getfile /etc/p"), is(8, &["/etc/passwd"]));
        assert_eq!(basic("fileinfo /etc/"), is(9, &["/etc/a\\ b/", "/etc/passwd"]));
        assert_eq!(basic("find /et"), is(5, &["/etc/"]));
        assert_eq!(basic("find /etc --na"), is(10, &["--name"]));
        assert_eq!(basic("fileinfo '/etc/a"), is(9, &["/etc/a\\ b/"]));
        assert!(basic(&format!("tree {}", std::process::id())).1.len() <= 11);
    }
}
