//! A file's folder held open, and its name in it: whatever is swapped on the way there afterwards, the folder stays the
//! same. Symbolic links in the path are resolved once, before; the last name is never followed.

use std::{
    ffi::OsString,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{
        AtFlags, CWD, Mode, OFlags, RenameFlags, ResolveFlags, Stat, fsync, openat, openat2,
        renameat_with, statat, unlinkat,
    },
    io::Errno,
};

use crate::error::{Doing as _, RemediationError, Result};

/// A name in a folder that is held open.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) folder: OwnedFd,
    pub(crate) name: OsString,
    /// The whole path, for words and for calls that take no folder.
    pub(crate) path: PathBuf,
}

impl Place {
    /// Where a path leads.
    pub(crate) fn find(path: &Path) -> Result<Self> {
        let no_file = || RemediationError::refused(format!("{} names no file", path.display()));
        let name = path.file_name().ok_or_else(no_file)?.to_owned();
        let folder_path = path.parent().ok_or_else(no_file)?;
        let real = folder_path.canonicalize().doing("finding", folder_path)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let opened = openat2(CWD, &real, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS);
        let folder = match opened {
            // Kernels before 5.6.
            Err(Errno::NOSYS) => openat(CWD, &real, flags, Mode::empty()),
            opened => opened,
        };
        let folder = folder.doing("opening", &real)?;
        let path = real.join(&name);
        Ok(Self { folder, name, path })
    }

    pub(crate) fn stat(&self) -> Result<Option<Stat>> {
        self.stat_of(&self.name)
    }

    pub(crate) fn stat_of(&self, name: &OsString) -> Result<Option<Stat>> {
        match statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error).doing("looking at", &self.path),
        }
    }

    /// Gives a name of the folder another name, if that is free.
    pub(crate) fn rename(&self, from: &OsString, to: &OsString) -> Result<(), Errno> {
        match renameat_with(&self.folder, from, &self.folder, to, RenameFlags::NOREPLACE) {
            // File systems that cannot promise it: a second name, then the first is removed.
            Err(Errno::INVAL | Errno::NOSYS) => {
                rustix::fs::linkat(&self.folder, from, &self.folder, to, AtFlags::empty())?;
                unlinkat(&self.folder, from, AtFlags::empty())
            }
            renamed => renamed,
        }
    }

    pub(crate) fn unlink(&self, name: &OsString) -> Result<()> {
        match unlinkat(&self.folder, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error).doing("removing", &self.path),
        }
    }

    /// Makes the folder's names survive a power cut.
    pub(crate) fn sync(&self) -> Result<()> {
        fsync(&self.folder).doing("flushing the folder of", &self.path)
    }
}

/// Which file a name means.
pub(super) const fn inode_of(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}
