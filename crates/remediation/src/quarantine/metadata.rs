//! What a file is beside its content: read, and put on again.

use std::{
    ffi::{OsStr, OsString},
    os::{
        fd::AsFd,
        unix::ffi::{OsStrExt as _, OsStringExt as _},
    },
    path::Path,
};

use rustix::{
    fs::{
        AtFlags, FileType, Gid, IFlags, Mode, Stat, Timespec, Timestamps, Uid, XattrFlags, chmodat,
        chownat, ioctl_getflags, ioctl_setflags, lgetxattr, llistxattr, lsetxattr, readlinkat,
        utimensat,
    },
    io::Errno,
};

use super::{
    manifest::{Kind, Metadata},
    place::Place,
};
use crate::error::{Doing as _, RemediationError, Result};

/// Most bytes of an attribute, as the kernel bounds it.
const ATTRIBUTE_MAX: usize = 64 * 1024;

/// Flags that keep a file from being removed.
pub(super) const HOLDING: IFlags = IFlags::IMMUTABLE.union(IFlags::APPEND);

/// Flags that can be put on again; the others say how the file system keeps it.
const KEPT_FLAGS: IFlags = HOLDING
    .union(IFlags::NODUMP)
    .union(IFlags::NOATIME)
    .union(IFlags::SYNC)
    .union(IFlags::SECURE_REMOVAL)
    .union(IFlags::UNRM);

/// What a file is beside its content.
pub(super) fn read(place: &Place, stat: &Stat, file: Option<&impl AsFd>) -> Result<Metadata> {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Symlink => {
            let target = readlinkat(&place.folder, &place.name, Vec::new());
            Kind::Link(target.doing("reading", &place.path)?.into_bytes())
        }
        FileType::Fifo => Kind::Pipe,
        FileType::CharacterDevice => Kind::Character(stat.st_rdev),
        FileType::BlockDevice => Kind::Block(stat.st_rdev),
        FileType::Directory => {
            return Err(RemediationError::refused("a folder is not quarantined, only files are"));
        }
        _ => return Err(RemediationError::refused("this kind of file is not quarantined")),
    };
    let flags = file.and_then(|file| ioctl_getflags(file).ok()).unwrap_or(IFlags::empty());
    let signed = |nanos: u64| i64::try_from(nanos).unwrap_or(0);
    Ok(Metadata {
        kind,
        mode: stat.st_mode & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        accessed: (stat.st_atime, signed(stat.st_atime_nsec)),
        modified: (stat.st_mtime, signed(stat.st_mtime_nsec)),
        attributes: attributes(&place.path)?,
        flags: (flags & KEPT_FLAGS).bits(),
        size: u64::try_from(stat.st_size).unwrap_or(0),
    })
}

/// Puts everything on a file but the flags that hold it, which go on when it is at its place. Owner first: a change of it
/// takes the setuid bit and capabilities away; times last: everything else touches them.
pub(super) fn put_on(place: &Place, name: &OsString, metadata: &Metadata) -> Result<()> {
    let path = place.path.with_file_name(name);
    let owner = (Uid::from_raw(metadata.uid), Gid::from_raw(metadata.gid));
    let (folder, no_follow) = (&place.folder, AtFlags::SYMLINK_NOFOLLOW);
    chownat(folder, name, Some(owner.0), Some(owner.1), no_follow)
        .doing("giving its owner to", &path)?;
    for (attribute, value) in &metadata.attributes {
        let attribute = OsStr::from_bytes(attribute);
        lsetxattr(&path, attribute, value, XattrFlags::empty())
            .doing("giving its attributes to", &path)?;
    }
    if !matches!(metadata.kind, Kind::Link(_)) {
        chmodat(folder, name, Mode::from_raw_mode(metadata.mode), AtFlags::empty())
            .doing("giving its mode to", &path)?;
    }
    let time = |(seconds, nanos): (i64, i64)| Timespec { tv_sec: seconds, tv_nsec: nanos };
    let times = Timestamps {
        last_access: time(metadata.accessed),
        last_modification: time(metadata.modified),
    };
    utimensat(folder, name, &times, no_follow).doing("giving its times to", &path)
}

/// Puts the flags on a file that hold it.
pub(super) fn put_flags_on(file: impl AsFd, metadata: &Metadata) -> Result<(), Errno> {
    let wanted = IFlags::from_bits_retain(metadata.flags);
    if wanted.is_empty() {
        return Ok(());
    }
    let flags = ioctl_getflags(&file)?;
    ioctl_setflags(&file, (flags - KEPT_FLAGS) | wanted)
}

/// Takes the flags off a file that keep it from being removed.
pub(super) fn let_go(file: impl AsFd) -> Result<(), Errno> {
    let Ok(flags) = ioctl_getflags(&file) else { return Ok(()) };
    if (flags & HOLDING).is_empty() { Ok(()) } else { ioctl_setflags(&file, flags - HOLDING) }
}

fn attributes(path: &Path) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut names = vec![0; ATTRIBUTE_MAX];
    let length = match llistxattr(path, &mut names) {
        Ok(length) => length,
        Err(Errno::NOTSUP) => 0,
        Err(error) => return Err(error).doing("reading the attributes of", path),
    };
    names.truncate(length);
    let mut attributes = Vec::new();
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let mut value = vec![0; ATTRIBUTE_MAX];
        match lgetxattr(path, OsStr::from_bytes(name), &mut value) {
            Ok(length) => value.truncate(length),
            // Gone in between, or only the kernel reads it.
            Err(Errno::NODATA | Errno::NOTSUP) => continue,
            Err(error) => return Err(error).doing("reading the attributes of", path),
        }
        attributes.push((OsString::from_vec(name.to_vec()).into_vec(), value));
    }
    Ok(attributes)
}
