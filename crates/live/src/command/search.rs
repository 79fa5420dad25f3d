//! Files below a folder: by name, age and size, or by what they hold.

use std::{
    fs,
    io::Read as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use bartizan_model::hex;
use bartizan_remediation::sha256_of;

use super::{Context, Words, file, process};
use crate::answer::{Answers, Ended, Outcome, Table};

/// File systems of the kernel's own: nobody leaves files there.
const NOT_ENTERED: [&str; 2] = ["proc", "sys"];
/// Largest file that is read.
const READ_MAX: u64 = 2 << 30;

pub(super) fn find(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let folder = context.path(words.alone.first().map_or("/", String::as_str))?;
    let newer = words.of("--newer").map(seconds).transpose()?;
    let larger = words.of("--larger").map(bytes).transpose()?;
    let (names, suid) = (words.all("--name").collect::<Vec<_>>(), words.has("--suid"));
    let since = newer.map(|newer| now_seconds().saturating_sub(newer));
    let users = process::users(context.root());
    let columns = &["changed", "mode", "owner", "size", "file"];
    let mut table = Table::new(answers, columns, words.json());
    let mut walk = Walk::new(context.root(), &folder)?;
    while let Some((path, metadata)) = walk.next_file() {
        table.goes_on()?;
        let fits = (names.is_empty() || names.iter().any(|glob| fits(glob, &name_of(&path))))
            && since.is_none_or(|since| metadata.mtime() >= since)
            && larger.is_none_or(|larger| metadata.len() > larger)
            && (!suid || (metadata.is_file() && metadata.mode() & 0o6000 > 0));
        if fits {
            table.row(vec![
                process::time(metadata.mtime()),
                file::mode(metadata.mode()),
                process::user(&users, metadata.uid()),
                metadata.len().to_string(),
                context.shown(&path),
            ])?;
        }
    }
    table.finish()
}

pub(super) fn scan(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let usage = || {
        Ended::Failed(
            "write it as `scan FOLDER [--sha256 HASH]… [--name GLOB]… [--text TEXT]…`".to_owned(),
        )
    };
    let folder = context.path(words.alone.first().ok_or_else(usage)?)?;
    let hashes: Vec<String> = words.all("--sha256").map(str::to_lowercase).collect();
    if hashes.iter().any(|hash| hash.len() != 64 || !hash.chars().all(|c| c.is_ascii_hexdigit())) {
        return Err(Ended::Failed("a SHA-256 has 64 hex digits".to_owned()));
    }
    let (names, texts) =
        (words.all("--name").collect::<Vec<_>>(), words.all("--text").collect::<Vec<_>>());
    if hashes.is_empty() && names.is_empty() && texts.is_empty() {
        return Err(usage());
    }
    let (mut looked, mut found) = (0_u64, 0_u64);
    let mut table = Table::new(answers, &["why", "sha256", "size", "file"], words.json());
    let mut walk = Walk::new(context.root(), &folder)?;
    while let Some((path, metadata)) = walk.next_file() {
        table.goes_on()?;
        if !metadata.is_file() {
            continue;
        }
        looked += 1;
        let mut why = Vec::new();
        let name = name_of(&path);
        why.extend(
            names.iter().filter(|glob| fits(glob, &name)).map(|glob| format!("name {glob}")),
        );
        let mut hash = String::new();
        if metadata.len() <= READ_MAX {
            if !hashes.is_empty() || !why.is_empty() {
                hash = sha256_of(&path).map(|hash| hex(&hash)).unwrap_or_default();
            }
            if hashes.contains(&hash) {
                why.push("hash".to_owned());
            }
            let held = texts.iter().filter(|text| holds(&path, text.as_bytes()));
            why.extend(held.map(|text| format!("text {text}")));
        }
        if !why.is_empty() {
            found += 1;
            let size = metadata.len().to_string();
            table.row(vec![why.join(", "), hash, size, context.shown(&path)])?;
        }
    }
    table.finish()?;
    if words.json() { Ok(()) } else { answers.text(&format!("{found} of {looked} files fit")) }
}

/// Files and folders below a folder. Links are told and not followed.
struct Walk {
    waiting: Vec<PathBuf>,
    left_out: Vec<PathBuf>,
}

impl Walk {
    fn new(root: &Path, folder: &Path) -> Outcome<Self> {
        if !fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Ended::Failed("there is no such folder".to_owned()));
        }
        let left_out = NOT_ENTERED.iter().map(|name| root.join(name)).collect();
        Ok(Self { waiting: vec![folder.to_path_buf()], left_out })
    }

    fn next_file(&mut self) -> Option<(PathBuf, fs::Metadata)> {
        while let Some(path) = self.waiting.pop() {
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            if !metadata.is_dir() {
                return Some((path, metadata));
            }
            if !self.left_out.contains(&path) {
                let entries = fs::read_dir(&path).into_iter().flatten().flatten();
                self.waiting.extend(entries.map(|entry| entry.path()));
            }
        }
        None
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a name fits a pattern with `*` and `?`.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut place, mut star) = (0, 0, None);
    while place < name.len() {
        match (pattern.get(at), name.get(place)) {
            (Some('*'), _) => {
                star = Some((at, place));
                at += 1;
            }
            (Some('?'), _) => (at, place) = (at + 1, place + 1),
            (Some(one), Some(other)) if one == other => (at, place) = (at + 1, place + 1),
            _ => {
                let Some((back, from)) = star else { return false };
                star = Some((back, from + 1));
                (at, place) = (back + 1, from + 1);
            }
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == '*')
}

/// Whether a file holds these bytes, also over the borders of what is read at a time.
fn holds(path: &Path, wanted: &[u8]) -> bool {
    const CHUNK: usize = 1 << 20;
    let Ok(mut file) = fs::File::open(path) else { return false };
    let finder = memchr::memmem::Finder::new(wanted);
    let (mut buffer, mut kept) = (vec![0; CHUNK + wanted.len()], 0);
    loop {
        let Some(room) = buffer.get_mut(kept..) else { return false };
        let Ok(read) = file.read(room) else { return false };
        let filled = kept + read;
        if read == 0 {
            return false;
        }
        if finder.find(buffer.get(..filled).unwrap_or_default()).is_some() {
            return true;
        }
        let keep = wanted.len().saturating_sub(1).min(filled);
        buffer.copy_within(filled - keep..filled, 0);
        kept = keep;
    }
}

/// A time like `30m`, `6h` or `2d`, in seconds.
fn seconds(text: &str) -> Outcome<i64> {
    number(text, &[('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800)])
        .and_then(|seconds| i64::try_from(seconds).ok())
        .ok_or_else(|| Ended::Failed(format!("`{text}` is no time like 30m, 6h or 2d")))
}

/// A size like `100K`, `5M` or `1G`, in bytes.
fn bytes(text: &str) -> Outcome<u64> {
    number(text, &[('K', 1 << 10), ('M', 1 << 20), ('G', 1 << 30), ('T', 1 << 40)])
        .or_else(|| text.parse().ok())
        .ok_or_else(|| Ended::Failed(format!("`{text}` is no size like 100K, 5M or 1G")))
}

fn number(text: &str, units: &[(char, u64)]) -> Option<u64> {
    let (letter, unit) = units.iter().find(|(letter, _)| text.ends_with(*letter))?;
    text.strip_suffix(*letter)?.parse::<u64>().ok()?.checked_mul(*unit)
}

fn now_seconds() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "files carry the real clock's times")]
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        for (pattern, name, yes) in [
            ("*.sh", "x.sh", true),
            ("*.sh", "x.sh.bak", false),
            ("a*b*c", "aXXbYYc", true),
            ("a*b*c", "aXXbYY", false),
            ("?ash", "bash", true),
            ("", "", true),
            ("*", "anything", true),
            (".*", ".hidden", true),
        ] {
            assert_eq!(fits(pattern, name), yes, "{pattern} {name}");
        }
    }

    #[test]
    fn times_and_sizes_are_read_as_people_write_them() {
        assert_eq!(seconds("2d"), Ok(172_800));
        assert_eq!(bytes("5M"), Ok(5 << 20));
        assert_eq!(bytes("17"), Ok(17));
        assert!(seconds("soon").is_err() && bytes("99999999999999T").is_err());
    }

    #[test]
    fn a_text_is_found_over_the_border_of_what_is_read_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big");
        let mut content = vec![b'.'; (1 << 20) - 3];
        content.extend(b"needle, and more");
        fs::write(&path, content).unwrap();

        assert!(holds(&path, b"needle"));
        assert!(!holds(&path, b"nothing of the kind"));
    }
}
