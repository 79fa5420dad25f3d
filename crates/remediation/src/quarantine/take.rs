//! Taking a file away: content first, names after.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use bartizan_model::Timestamp;
use ring::digest::{Context, Digest, SHA256, digest};
use rustix::{
    fs::{Mode, OFlags, SeekFrom as Look, Stat, fstat, openat, seek},
    io::Errno,
};

use super::{
    Quarantine, Taken,
    links::other_names,
    manifest::{Bytes, Manifest, State},
    metadata,
    place::{Place, inode_of},
    seal::{CHUNK, Sealer},
};
use crate::error::{Doing as _, RemediationError, Result};

/// How often a file that is being written to is copied before we give up.
const COPIES: u32 = 3;
/// Bytes of nothing that are hashed at a time.
static NOTHING: [u8; 64 * 1024] = [0; 64 * 1024];

/// Takes a file away.
pub(super) fn take(
    quarantine: &Quarantine,
    id: &str,
    path: &Path,
    sha256: Option<[u8; 32]>,
    now: Timestamp,
) -> Result<Taken> {
    let place = Place::find(path)?;
    let gone = || RemediationError::NotThere(format!("there is no file {}", path.display()));
    let stat = place.stat()?.ok_or_else(gone)?;
    let file = open(&place, &stat)?;
    let mut manifest = Manifest {
        id: id.to_owned(),
        state: State::Taking,
        names: vec![Bytes::of(&place.path)],
        inode: inode_of(&stat),
        metadata: metadata::read(&place, &stat, file.as_ref())?,
        extents: Vec::new(),
        sha256: hash_of(digest(&SHA256, &[])),
        wanted: sha256,
        names_missing: 0,
        taken_at: now.nanos(),
    };
    let others = stat.st_nlink.saturating_sub(1);
    if others > 0 {
        let found = other_names(&place.path, manifest.inode, others);
        manifest.names_missing = others.saturating_sub(found.len() as u64);
        manifest.names.extend(found.iter().map(Bytes::of));
    }
    quarantine.keep(&manifest)?;
    let copied = match &file {
        Some(file) => copy(quarantine, &mut manifest, file, &place),
        None => check_hash(&manifest),
    };
    if let Err(error) = copied {
        quarantine.forget(id)?;
        return Err(error);
    }
    manifest.state = State::Held;
    quarantine.keep(&manifest)?;
    remove_names(quarantine, manifest)
}

/// Removes the names of a file whose content is safe. Can be begun again at any point.
pub(super) fn remove_names(quarantine: &Quarantine, mut manifest: Manifest) -> Result<Taken> {
    let mut problems = Vec::new();
    let mut left = 0;
    for name in manifest.names.clone() {
        match remove_name(&manifest, &name.path()) {
            Ok(()) => {}
            Err(error) => {
                left += 1;
                problems.push(error.to_string());
            }
        }
    }
    if left == manifest.names.len() {
        // Not one could be removed: it is where it was, and nothing is kept.
        quarantine.forget(&manifest.id)?;
        let why = problems.into_iter().next().unwrap_or_default();
        return Err(RemediationError::refused(why));
    }
    if manifest.names_missing > 0 {
        problems.push(format!(
            "{} more names of the file were not found; it can still be reached by them",
            manifest.names_missing
        ));
    }
    manifest.state = State::Taken;
    quarantine.keep(&manifest)?;
    Ok(Taken { item: manifest.item(), problems })
}

/// Removes one name, if it still means the file that was copied. It is put aside first and looked at there: what took
/// its place in between is put back.
fn remove_name(manifest: &Manifest, path: &Path) -> Result<()> {
    let place = Place::find(path)?;
    let aside = manifest.aside();
    let meant = |stat: &Stat| inode_of(stat) == manifest.inode;
    if let Some(stat) = place.stat_of(&aside)?
        && meant(&stat)
    {
        // An earlier try came this far.
        place.unlink(&aside)?;
        return place.sync();
    }
    let Some(stat) = place.stat()? else { return Ok(()) };
    if !meant(&stat) {
        let text = format!("{} is another file now and was left", path.display());
        return Err(RemediationError::refused(text));
    }
    let file = open(&place, &stat)?;
    if let Some(file) = &file {
        metadata::let_go(file).doing("taking the flags off", path)?;
    }
    place.rename(&place.name, &aside).doing("putting aside", path)?;
    let stat = place.stat_of(&aside)?;
    let same = stat.as_ref().is_some_and(|stat| meant(stat) && unchanged(manifest, stat));
    if !same {
        place.rename(&aside, &place.name).doing("putting back", path)?;
        if let Some(file) = &file {
            // It is left, as it was.
            metadata::put_flags_on(file, &manifest.metadata).doing("putting the flags on", path)?;
        }
        let text = format!("{} changed while it was taken and was left", path.display());
        return Err(RemediationError::refused(text));
    }
    place.unlink(&aside)?;
    place.sync()
}

/// Copies the content, sealed, until it did not change meanwhile.
fn copy(
    quarantine: &Quarantine,
    manifest: &mut Manifest,
    file: &File,
    place: &Place,
) -> Result<()> {
    for _ in 0..COPIES {
        manifest.extents = extents(file, manifest.metadata.size).doing("measuring", &place.path)?;
        manifest.sha256 = seal(quarantine, manifest, file).doing("copying", &place.path)?;
        let stat = fstat(file).doing("looking at", &place.path)?;
        if unchanged(manifest, &stat) {
            return check_hash(manifest);
        }
        manifest.metadata = metadata::read(place, &stat, Some(file))?;
    }
    Err(RemediationError::refused(format!(
        "{} is being written to all the time; stop what writes it first",
        place.path.display()
    )))
}

fn check_hash(manifest: &Manifest) -> Result<()> {
    if manifest.wanted.is_none_or(|wanted| wanted == manifest.sha256) {
        return Ok(());
    }
    let path = manifest.path();
    Err(RemediationError::NotThere(format!("{} has another content", path.display())))
}

fn unchanged(manifest: &Manifest, stat: &Stat) -> bool {
    let modified = (stat.st_mtime, i64::try_from(stat.st_mtime_nsec).unwrap_or(0));
    u64::try_from(stat.st_size) == Ok(manifest.metadata.size)
        && modified == manifest.metadata.modified
}

/// Writes the sealed copy, durably, and gives the hash of the content.
fn seal(quarantine: &Quarantine, manifest: &Manifest, file: &File) -> io::Result<[u8; 32]> {
    let path = quarantine.sealed_path(&manifest.id);
    let new = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let to = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    let mut sealer = Sealer::new(io::BufWriter::new(to), &quarantine.master, &manifest.id)?;
    let (mut hash, mut at) = (Context::new(&SHA256), 0);
    let mut buffer = vec![0; CHUNK];
    let mut file = file;
    for (begin, length) in &manifest.extents {
        hash_nothing(&mut hash, begin.saturating_sub(at));
        file.seek(SeekFrom::Start(*begin))?;
        let mut left = *length;
        while left > 0 {
            let room = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            let part = buffer.get_mut(..room).unwrap_or_default();
            let read = file.read(part)?;
            if read == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter"));
            }
            let part = part.get(..read).unwrap_or_default();
            hash.update(part);
            sealer.write(part)?;
            left -= read as u64;
        }
        at = begin + length;
    }
    hash_nothing(&mut hash, manifest.metadata.size.saturating_sub(at));
    sealer.finish()?.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    // The folder is flushed when the manifest that needs it is kept.
    std::fs::rename(&new, &path)?;
    Ok(hash_of(hash.finish()))
}

/// A digest as the array it is.
pub(super) fn hash_of(digest: Digest) -> [u8; 32] {
    // SHA-256 always has 32 bytes.
    digest.as_ref().try_into().unwrap_or_default()
}

/// What a hole of that length adds to the hash.
pub(super) fn hash_nothing(hash: &mut Context, mut length: u64) {
    while length > 0 {
        let part = usize::try_from(length).unwrap_or(NOTHING.len()).min(NOTHING.len());
        hash.update(NOTHING.get(..part).unwrap_or_default());
        length -= part as u64;
    }
}

/// Where a file has data.
fn extents(file: &File, size: u64) -> Result<Vec<(u64, u64)>, Errno> {
    let mut extents = Vec::new();
    let mut at = 0;
    while at < size {
        let begin = match seek(file, Look::Data(at)) {
            Ok(begin) => begin,
            // Nothing but a hole up to the end.
            Err(Errno::NXIO) => break,
            // The file system does not know holes.
            Err(Errno::INVAL) => return Ok(vec![(0, size)]),
            Err(error) => return Err(error),
        };
        let end = seek(file, Look::Hole(begin))?.min(size);
        if end <= begin {
            break;
        }
        extents.push((begin, end - begin));
        at = end;
    }
    Ok(extents)
}

/// Opens a file for reading without touching its times; `None` for what has no content.
fn open(place: &Place, stat: &Stat) -> Result<Option<File>> {
    if !rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file() {
        return Ok(None);
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = match openat(&place.folder, &place.name, flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => openat(&place.folder, &place.name, flags, Mode::empty()),
        opened => opened,
    };
    let file = File::from(opened.doing("opening", &place.path)?);
    let opened = fstat(&file).doing("looking at", &place.path)?;
    if inode_of(&opened) != inode_of(stat) {
        let text = format!("{} was exchanged while it was opened", place.path.display());
        return Err(RemediationError::refused(text));
    }
    Ok(Some(file))
}
