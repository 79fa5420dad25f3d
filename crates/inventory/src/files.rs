//! Files of the machine, read within bounds. One that cannot be read is empty.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::Read as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// Most bytes of a file: the package database of a full desktop has 5 MiB.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Most entries of a folder.
const ENTRIES_MAX: usize = 10_000;

pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A pipe in the place of a file would hold us for ever.
    let there = fs::metadata(path).is_ok_and(|about| about.is_file());
    if there && let Ok(file) = File::open(path) {
        file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).unwrap_or_default();
    }
    bytes
}

pub(crate) fn text(path: &Path) -> String {
    String::from_utf8_lossy(&bytes(path)).into_owned()
}

/// What a folder holds, in order.
pub(crate) fn children(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path()).take(ENTRIES_MAX).collect();
    paths.sort();
    paths
}

pub(crate) fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A number that is another one when one of these files or folders is changed.
pub(crate) fn fingerprint<'a>(root: &Path, places: impl IntoIterator<Item = &'a str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for place in places {
        let about = fs::metadata(root.join(place));
        let told =
            |about: fs::Metadata| (about.ino(), about.size(), about.mtime(), about.mtime_nsec());
        about.ok().map(told).hash(&mut hasher);
    }
    hasher.finish()
}
