//! All about one file: what it is, whose, since when, who has it open.

use std::{
    fs,
    io::Read as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use bartizan_model::hex;
use bartizan_remediation::sha256_of;

use super::{Context, Words, process};
use crate::answer::{Answers, Doing as _, Ended, Outcome, Table};

/// Largest file whose hash is made without being asked for.
const HASHED: u64 = 4 << 30;

pub(super) fn fileinfo(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let named = words.alone.first();
    let named = named.ok_or_else(|| Ended::Failed("write it as `fileinfo PATH`".to_owned()))?;
    let path = context.path(named)?;
    let metadata = fs::symlink_metadata(&path).doing(format!("looking at {named}"))?;
    let (users, groups) = (process::users(context.root()), groups(context.root()));
    let mut facts: Vec<(&str, String)> = vec![
        ("path", context.shown(&path)),
        ("kind", kind(&path, &metadata)),
        ("size", metadata.len().to_string()),
        ("mode", mode(metadata.mode())),
        ("owner", process::user(&users, metadata.uid())),
        ("group", groups(metadata.gid())),
        ("changed", process::time(metadata.mtime())),
        ("attributes changed", process::time(metadata.ctime())),
        ("read", process::time(metadata.atime())),
        ("inode", format!("{} on {:x}", metadata.ino(), metadata.dev())),
        ("names", metadata.nlink().to_string()),
    ];
    let born = metadata.created().ok().and_then(|born| {
        let born = born.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(process::time(i64::try_from(born.as_secs()).ok()?))
    });
    facts.extend(born.map(|born| ("made", born)));
    if let Ok(target) = fs::read_link(&path) {
        facts.push(("leads to", target.display().to_string()));
    }
    if metadata.is_file() {
        if metadata.len() <= HASHED
            && let Some(hash) = sha256_of(&path)
        {
            facts.push(("sha256", hex(&hash)));
        }
        facts.extend(attributes(&path).into_iter().map(|name| ("attribute", name)));
        if let Some(package) = package(context.root(), &context.shown(&path)) {
            facts.push(("package", package));
        }
        facts.extend(in_use(context.proc(), &metadata).into_iter().map(|who| ("in use by", who)));
    }
    let mut table = Table::new(answers, &["what", "value"], words.json());
    for (what, value) in facts {
        table.row(vec![what.to_owned(), value])?;
    }
    table.finish()
}

/// A mode as `ls` writes it.
pub(super) fn mode(mode: u32) -> String {
    let mut text = String::new();
    for (shift, special, letters) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 > 0 { 'r' } else { '-' });
        text.push(if bits & 2 > 0 { 'w' } else { '-' });
        text.push(match (mode & special > 0, bits & 1 > 0) {
            (true, true) => letters,
            (true, false) => letters.to_ascii_uppercase(),
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    format!("{text} ({:04o})", mode & 0o7777)
}

fn kind(path: &Path, metadata: &fs::Metadata) -> String {
    if metadata.is_dir() {
        return "folder".to_owned();
    }
    if metadata.is_symlink() {
        return "link".to_owned();
    }
    if !metadata.is_file() {
        return "device, pipe or socket".to_owned();
    }
    let mut first = Vec::new();
    if let Ok(file) = fs::File::open(path) {
        drop(file.take(64).read_to_end(&mut first));
    }
    match first.as_slice() {
        [0x7f, b'E', b'L', b'F', ..] => "program (ELF)".to_owned(),
        [b'#', b'!', rest @ ..] => {
            let line = String::from_utf8_lossy(rest);
            format!("script of {}", line.lines().next().unwrap_or_default().trim())
        }
        [b'P', b'K', 3, 4, ..] => "archive (zip)".to_owned(),
        [0x1f, 0x8b, ..] => "compressed (gzip)".to_owned(),
        [] => "empty".to_owned(),
        bytes if bytes.iter().all(|byte| *byte >= 9 && *byte != 127) => "text".to_owned(),
        _ => "data".to_owned(),
    }
}

fn groups(root: &Path) -> impl Fn(u32) -> String {
    let text = fs::read_to_string(root.join("etc/group")).unwrap_or_default();
    move |gid| {
        let found = text.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == gid.to_string()).then(|| name.to_owned())
        });
        found.unwrap_or_else(|| gid.to_string())
    }
}

fn attributes(path: &Path) -> Vec<String> {
    let mut names = vec![0_u8; 64 * 1024];
    let Ok(length) = rustix::fs::llistxattr(path, &mut names) else { return Vec::new() };
    names.truncate(length);
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

/// The package that brought a file, by the lists of dpkg.
fn package(root: &Path, shown: &str) -> Option<String> {
    let lists = fs::read_dir(root.join("var/lib/dpkg/info")).ok()?;
    let lists: Vec<PathBuf> = lists
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "list"))
        .collect();
    // On merged systems a list may name a file by its old place.
    let old = shown.strip_prefix("/usr").unwrap_or(shown);
    lists.into_iter().find_map(|list| {
        let text = fs::read_to_string(&list).ok()?;
        let has = text.lines().any(|line| line == shown || line == old);
        has.then(|| list.file_stem().unwrap_or_default().to_string_lossy().into_owned())
    })
}

/// Who executes a file or has it open.
fn in_use(proc: &Path, file: &fs::Metadata) -> Vec<String> {
    const MOST: usize = 50;
    let is_it = |path: &Path| {
        fs::metadata(path).is_ok_and(|one| (one.dev(), one.ino()) == (file.dev(), file.ino()))
    };
    let mut users = Vec::new();
    for seen in process::all(proc) {
        let folder = proc.join(seen.pid.to_string());
        if is_it(&folder.join("exe")) {
            users.push(format!("{} {} (executes it)", seen.pid, seen.name));
            continue;
        }
        let mut handles = fs::read_dir(folder.join("fd")).into_iter().flatten().flatten();
        if handles.any(|handle| is_it(&handle.path())) {
            users.push(format!("{} {} (has it open)", seen.pid, seen.name));
        }
        if users.len() >= MOST {
            break;
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_written_as_people_know_it() {
        assert_eq!(mode(0o100_755), "rwxr-xr-x (0755)");
        assert_eq!(mode(0o104_755), "rwsr-xr-x (4755)");
        assert_eq!(mode(0o41_777), "rwxrwxrwt (1777)");
        assert_eq!(mode(0o2_640), "rw-r-S--- (2640)");
    }
}
