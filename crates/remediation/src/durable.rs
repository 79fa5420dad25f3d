//! Files of our own that are there whole or not at all, and survive a power cut when a call returns.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};

use crate::error::{Doing as _, RemediationError, Result};

/// Makes a folder that only its owner may enter.
pub(crate) fn folder(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).doing("making", path)
}

/// Replaces a file whole.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let new = path.with_extension("new");
    let write = || {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        sync_folder_of(path)
    };
    write().doing("writing", path)
}

/// Replaces a file by a value.
pub(crate) fn keep(path: &Path, value: &impl Serialize) -> Result<()> {
    let json = serde_json::to_vec(value).map_err(|why| damaged(path, &why))?;
    replace(path, &json)
}

/// Replaces a file by a value; whole at any time, but a power cut may bring the one before back.
pub(crate) fn note(path: &Path, value: &impl Serialize) -> Result<()> {
    let json = serde_json::to_vec(value).map_err(|why| damaged(path, &why))?;
    let new = path.with_extension("new");
    let write = || {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&json)?;
        fs::rename(&new, path)
    };
    write().doing("writing", path)
}

/// The value in a file, if it is there.
pub(crate) fn kept<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let content = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        content => content.doing("reading", path)?,
    };
    serde_json::from_slice(&content).map(Some).map_err(|why| damaged(path, &why))
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.and_then(|()| sync_folder_of(path)).doing("removing", path),
    }
}

/// Removes a file, if it is there; a power cut may bring it back.
pub(crate) fn drop_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.doing("removing", path),
    }
}

/// Makes names in the folder of a file survive a power cut.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    File::open(folder)?.sync_all()
}

fn damaged(path: &Path, why: &serde_json::Error) -> RemediationError {
    RemediationError::Damaged { path: path.to_path_buf(), why: why.to_string() }
}
