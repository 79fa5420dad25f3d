//! All the names of a file that has several: a file is not gone while one of them is left.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long names are searched.
const TIME: Duration = Duration::from_secs(30);
/// Most folders that wait to be looked into.
const FOLDERS_WAITING: usize = 100_000;

/// The other names of a file, so many as there are: nearest first, on its file system only.
pub(super) fn other_names(path: &Path, inode: (u64, u64), count: u64) -> Vec<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a steady clock bounds the search")]
    let begun = Instant::now();
    let mut found = Vec::new();
    let mut below: Option<&Path> = None;
    let mut folder = path.parent();
    while let Some(here) = folder {
        if fs::symlink_metadata(here).is_ok_and(|metadata| metadata.dev() != inode.0) {
            break;
        }
        let mut waiting = vec![here.to_path_buf()];
        while let Some(next) = waiting.pop() {
            if found.len() as u64 >= count || begun.elapsed() > TIME {
                return found;
            }
            let Ok(entries) = fs::read_dir(&next) else { continue };
            for entry in entries.flatten() {
                let entry_path = entry.path();
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.dev() != inode.0 || Some(entry_path.as_path()) == below {
                    continue;
                }
                if metadata.is_dir() && waiting.len() < FOLDERS_WAITING {
                    waiting.push(entry_path);
                } else if metadata.ino() == inode.1 && entry_path != path {
                    found.push(entry_path);
                }
            }
        }
        below = Some(here);
        folder = here.parent();
    }
    found
}
