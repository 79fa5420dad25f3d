//! What was dropped, by kind, until it is told. Kept on disk, so that a restart forgets nothing.

use std::{collections::BTreeMap, fmt::Write as _, fs, io::ErrorKind, path::Path};

use crate::{Kind, SpoolError, cursor};

const LOSSES: &str = "losses";
const DROPPING: &str = "dropping";

/// Events that were dropped, by kind.
pub(crate) type Counts = BTreeMap<Kind, u64>;

/// The losses that were not told yet. Finishes a drop that a crash interrupted.
pub(crate) fn load(folder: &Path) -> Result<Counts, SpoolError> {
    let path = folder.join(LOSSES);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Counts::new()),
        Err(error) => return Err(SpoolError::io("reading", path)(error)),
    };
    let mut counts = Counts::new();
    for line in text.lines() {
        match line.split_once(' ') {
            Some((DROPPING, name)) => drop_file(&folder.join(name))?,
            Some((word, count)) => {
                let count = Kind::from_word(word).zip(count.parse::<u64>().ok());
                let Some((kind, count)) = count else { return Err(SpoolError::Damaged { path }) };
                *counts.entry(kind).or_default() += count;
            }
            None => return Err(SpoolError::Damaged { path }),
        }
    }
    Ok(counts)
}

/// Writes down the losses, and the segment that is about to be deleted, whose events they count already.
pub(crate) fn save(
    folder: &Path,
    counts: &Counts,
    dropping: Option<&str>,
) -> Result<(), SpoolError> {
    let mut text = String::new();
    for (kind, count) in counts {
        writeln!(text, "{} {count}", kind.word()).unwrap_or_default();
    }
    if let Some(name) = dropping {
        writeln!(text, "{DROPPING} {name}").unwrap_or_default();
    }
    cursor::write(folder, LOSSES, &text)
}

fn drop_file(path: &Path) -> Result<(), SpoolError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(SpoolError::io("deleting", path)(error))
        }
        _ => Ok(()),
    }
}
