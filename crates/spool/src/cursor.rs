//! The small files beside the segments: the stream's name, and how far it is acknowledged.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::Path,
    str::FromStr,
};

use uuid::Uuid;

use crate::SpoolError;

const STREAM: &str = "stream";
const ACKNOWLEDGED: &str = "acknowledged";

/// The stream of this spool; a new one when there is none.
pub(crate) fn stream(folder: &Path) -> Result<Uuid, SpoolError> {
    if let Some(stream) = read(folder, STREAM)? {
        return Ok(stream);
    }
    let stream = Uuid::new_v4();
    write(folder, STREAM, &format!("{stream}\n"))?;
    Ok(stream)
}

/// How far the stream is acknowledged.
pub(crate) fn acknowledged(folder: &Path) -> Result<u64, SpoolError> {
    Ok(read(folder, ACKNOWLEDGED)?.unwrap_or(0))
}

/// Writes down how far the stream is acknowledged; durable when this returns.
pub(crate) fn acknowledge(folder: &Path, through: u64) -> Result<(), SpoolError> {
    write(folder, ACKNOWLEDGED, &format!("{through}\n"))
}

/// Replaces a small file whole; durable when this returns.
pub(crate) fn write(folder: &Path, name: &str, text: &str) -> Result<(), SpoolError> {
    let (path, new) = (folder.join(name), folder.join(format!("{name}.new")));
    let mut file = File::create(&new).map_err(SpoolError::io("making", &new))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&new, path))
        .and_then(|()| File::open(folder)?.sync_all())
        .map_err(SpoolError::io("writing", &new))
}

fn read<T: FromStr>(folder: &Path, name: &str) -> Result<Option<T>, SpoolError> {
    let path = folder.join(name);
    match fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(SpoolError::Damaged { path }),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SpoolError::io("reading", path)(error)),
    }
}
