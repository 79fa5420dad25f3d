//! Giving a file back: written beside its place, whole, with everything on it, and only then given its name. What stands
//! there already is never overwritten.

use std::{
    fs::File,
    io::{self, BufReader, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use ring::digest::{Context, SHA256};
use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, fstat, linkat, mknodat, openat, statat, symlinkat},
    io::Errno,
};

use super::{
    Quarantine, Taken,
    manifest::{Bytes, Kind, Manifest, State},
    metadata,
    place::{Place, inode_of},
    seal::{CHUNK, Opener},
    take::{hash_nothing, hash_of},
};
use crate::error::{Doing as _, RemediationError, Result};

/// Gives a file back.
pub(super) fn give(
    quarantine: &Quarantine,
    mut manifest: Manifest,
    to: Option<&Path>,
) -> Result<Taken> {
    let path = to.map_or_else(|| manifest.path(), Path::to_path_buf);
    let place = Place::find(&path)?;
    if place.stat()?.is_some() {
        return Err(occupied(&place));
    }
    let other_place = to.is_some_and(|to| to != manifest.path());
    let to = Bytes::of(&place.path);
    manifest.state = State::Restoring { to: to.clone(), other_place, inode: None };
    quarantine.keep(&manifest)?;
    let aside = manifest.aside();
    let written = write(quarantine, &manifest, &place).and_then(|inode| {
        manifest.state = State::Restoring { to, other_place, inode: Some(inode) };
        quarantine.keep(&manifest)?;
        place.rename(&aside, &place.name).map_err(|error| match error {
            Errno::EXIST => occupied(&place),
            error => RemediationError::Io {
                doing: "giving its name to",
                path: place.path.clone(),
                source: error.into(),
            },
        })?;
        place.sync()
    });
    if let Err(error) = written {
        place.unlink(&aside)?;
        manifest.state = State::Taken;
        quarantine.keep(&manifest)?;
        return Err(error);
    }
    finish(quarantine, &manifest, &place, other_place)
}

/// A restoring that was interrupted: finished if the file has its name, and undone if not.
pub(super) fn carry_on(quarantine: &Quarantine, mut manifest: Manifest) -> Result<Option<Taken>> {
    let State::Restoring { to, other_place, inode } = manifest.state.clone() else {
        return Ok(None);
    };
    if let Ok(place) = Place::find(&to.path()) {
        let there = place.stat()?.map(|stat| inode_of(&stat));
        if inode.is_some() && there == inode {
            return finish(quarantine, &manifest, &place, other_place).map(Some);
        }
        place.unlink(&manifest.aside())?;
    }
    manifest.state = State::Taken;
    quarantine.keep(&manifest)?;
    Ok(None)
}

/// The file is back: its other names follow, then what is kept of it here goes.
fn finish(
    quarantine: &Quarantine,
    manifest: &Manifest,
    place: &Place,
    other_place: bool,
) -> Result<Taken> {
    let mut problems = Vec::new();
    if !other_place {
        for name in manifest.names.iter().skip(1) {
            if let Err(error) = name_too(place, &name.path()) {
                problems.push(error.to_string());
            }
        }
    }
    if matches!(manifest.metadata.kind, Kind::File)
        && let Err(error) =
            File::open(&place.path).map_err(|error| error.to_string()).and_then(|file| {
                metadata::put_flags_on(file, &manifest.metadata).map_err(|error| error.to_string())
            })
    {
        problems.push(format!("its flags could not be put on again: {error}"));
    }
    quarantine.forget(&manifest.id)?;
    Ok(Taken { item: manifest.item(), problems })
}

/// Gives a file another of its names.
fn name_too(place: &Place, path: &Path) -> Result<()> {
    let other = Place::find(path)?;
    match linkat(&place.folder, &place.name, &other.folder, &other.name, AtFlags::empty()) {
        Ok(()) => other.sync(),
        Err(Errno::EXIST) => {
            let ours = statat(&place.folder, &place.name, AtFlags::SYMLINK_NOFOLLOW);
            let ours = ours.doing("looking at", &place.path)?;
            let there = other.stat()?.map(|stat| inode_of(&stat));
            // An earlier try came this far.
            if there == Some(inode_of(&ours)) { Ok(()) } else { Err(occupied(&other)) }
        }
        Err(error) => Err(error).doing("giving back the name", path),
    }
}

/// Writes the file under a name aside, with everything on it. Gives its inode.
fn write(quarantine: &Quarantine, manifest: &Manifest, place: &Place) -> Result<(u64, u64)> {
    let aside = manifest.aside();
    place.unlink(&aside)?;
    let path = place.path.with_file_name(&aside);
    let (folder, private) = (&place.folder, Mode::from_raw_mode(0o600));
    let made = match &manifest.metadata.kind {
        Kind::File => {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let file = openat(folder, &aside, flags | OFlags::NOFOLLOW, private);
            let file = File::from(file.doing("making", &path)?);
            fill(quarantine, manifest, &file).doing("writing", &path)?;
            Some(file)
        }
        Kind::Link(target) => {
            let target = Bytes(target.clone()).path();
            symlinkat(&target, folder, &aside).doing("making", &path)?;
            None
        }
        Kind::Pipe => {
            mknodat(folder, &aside, FileType::Fifo, private, 0).doing("making", &path)?;
            None
        }
        Kind::Character(device) => {
            let kind = FileType::CharacterDevice;
            mknodat(folder, &aside, kind, private, *device).doing("making", &path)?;
            None
        }
        Kind::Block(device) => {
            let kind = FileType::BlockDevice;
            mknodat(folder, &aside, kind, private, *device).doing("making", &path)?;
            None
        }
    };
    metadata::put_on(place, &aside, &manifest.metadata)?;
    let stat = match &made {
        Some(file) => {
            file.sync_all().doing("flushing", &path)?;
            fstat(file)
        }
        None => statat(folder, &aside, AtFlags::SYMLINK_NOFOLLOW),
    };
    Ok(inode_of(&stat.doing("looking at", &path)?))
}

/// Writes the content, holes left open, and checks that it is what was taken.
fn fill(quarantine: &Quarantine, manifest: &Manifest, mut file: &File) -> io::Result<()> {
    let sealed = File::open(quarantine.sealed_path(&manifest.id))?;
    let mut opener = Opener::new(BufReader::new(sealed), &quarantine.master, &manifest.id)?;
    let (mut hash, mut at) = (Context::new(&SHA256), 0);
    let mut buffer = vec![0; CHUNK];
    file.set_len(manifest.metadata.size)?;
    for (begin, length) in &manifest.extents {
        hash_nothing(&mut hash, begin.saturating_sub(at));
        file.seek(SeekFrom::Start(*begin))?;
        let mut left = *length;
        while left > 0 {
            let room = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            let read = opener.read(buffer.get_mut(..room).unwrap_or_default())?;
            if read == 0 {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the kept content is short",
                ));
            }
            let part = buffer.get(..read).unwrap_or_default();
            hash.update(part);
            file.write_all(part)?;
            left -= read as u64;
        }
        at = begin + length;
    }
    hash_nothing(&mut hash, manifest.metadata.size.saturating_sub(at));
    if hash_of(hash.finish()) == manifest.sha256 {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "the kept content is not what was taken"))
}

fn occupied(place: &Place) -> RemediationError {
    RemediationError::refused(format!(
        "another file is at {} and was not overwritten",
        place.path.display()
    ))
}
