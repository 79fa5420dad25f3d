//! Text files of the system, changed line by line: exchanged whole, with the same owner, mode and attributes, so that
//! no program ever reads half of one. Links are not followed: a user's own folder is not to be trusted.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Mode, OFlags, XattrFlags, fgetxattr, flistxattr, fsetxattr, fstat, openat, renameat},
    io::Errno,
};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Doing as _, RemediationError, Result},
    quarantine::Place,
};

/// Most bytes of a text file that is changed.
const BYTES_MAX: u64 = 16 << 20;

/// A text file, as lines with their endings.
#[derive(Debug)]
pub(crate) struct TextFile {
    place: Place,
    file: File,
    pub(crate) lines: Vec<Vec<u8>>,
}

/// A line that was taken out, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Removed {
    pub(crate) path: PathBuf,
    pub(crate) index: usize,
    pub(crate) line: Vec<u8>,
}

impl TextFile {
    /// Reads a file; `None` when it is not there.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>> {
        if !path.parent().is_some_and(Path::is_dir) {
            return Ok(None);
        }
        let place = Place::find(path)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&place.folder, &place.name, flags, Mode::empty()) {
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => {
                let text = format!("{} is a link and is not followed", path.display());
                return Err(RemediationError::refused(text));
            }
            opened => File::from(opened.doing("opening", path)?),
        };
        let metadata = file.metadata().doing("looking at", path)?;
        if !metadata.is_file() || metadata.len() > BYTES_MAX {
            let text = format!("{} is no text file", path.display());
            return Err(RemediationError::refused(text));
        }
        let mut content = Vec::new();
        (&file).take(BYTES_MAX).read_to_end(&mut content).doing("reading", path)?;
        let lines = content.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        Ok(Some(Self { place, file, lines }))
    }

    /// Exchanges the file for one with the lines of now.
    pub(crate) fn write(&self) -> Result<()> {
        let (folder, path) = (&self.place.folder, &self.place.path);
        let mut new = self.place.name.clone();
        new.push(".bartizan-new");
        self.place.unlink(&new)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = openat(folder, &new, flags, Mode::from_raw_mode(0o600));
        let mut file = File::from(file.doing("writing", path)?);
        let written = || -> std::io::Result<()> {
            file.write_all(&self.lines.concat())?;
            let stat = fstat(&self.file)?;
            let (uid, gid) = (stat.st_uid, stat.st_gid);
            std::os::unix::fs::fchown(&file, Some(uid), Some(gid))?;
            self.copy_attributes(&file)?;
            rustix::fs::fchmod(&file, Mode::from_raw_mode(stat.st_mode))?;
            file.sync_all()?;
            renameat(folder, &new, folder, &self.place.name)?;
            Ok(())
        };
        let mut written = written;
        if let Err(error) = written() {
            self.place.unlink(&new)?;
            return Err(error).doing("writing", path);
        }
        self.place.sync()
    }

    /// Takes out the lines that fit; says which they were and where.
    pub(crate) fn remove(&mut self, fits: impl Fn(&[u8]) -> bool) -> Vec<Removed> {
        let mut removed = Vec::new();
        let mut kept = Vec::new();
        for (index, line) in std::mem::take(&mut self.lines).into_iter().enumerate() {
            if fits(&line) {
                removed.push(Removed { path: self.place.path.clone(), index, line });
            } else {
                kept.push(line);
            }
        }
        self.lines = kept;
        removed
    }

    /// Puts lines back where they were; at the end where the file has become shorter.
    pub(crate) fn put_back(&mut self, removed: &[Removed]) {
        for one in removed {
            let index = one.index.min(self.lines.len());
            if index == self.lines.len()
                && let Some(last) = self.lines.last_mut()
                && !last.ends_with(b"\n")
            {
                last.push(b'\n');
            }
            self.lines.insert(index, one.line.clone());
        }
    }

    fn copy_attributes(&self, to: &File) -> std::io::Result<()> {
        let mut names = vec![0; 64 * 1024];
        let length = match flistxattr(&self.file, &mut names) {
            Err(Errno::NOTSUP) => return Ok(()),
            length => length?,
        };
        names.truncate(length);
        for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
            let mut value = vec![0; 64 * 1024];
            let length = fgetxattr(&self.file, name, &mut value)?;
            value.truncate(length);
            fsetxattr(to, name, &value, XattrFlags::empty())?;
        }
        Ok(())
    }
}

/// A line without its ending.
pub(crate) fn bare(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    #[test]
    fn lines_are_taken_out_and_put_back_exactly_with_owner_and_mode_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crontab");
        let text = "one\ntwo\n\nthree\ntwo\nlast without an ending";
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();

        let mut file = TextFile::read(&path).unwrap().unwrap();
        let removed = file.remove(|line| bare(line) == b"two");
        file.write().unwrap();
        assert_eq!(removed.len(), 2);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\n\nthree\nlast without an ending");

        let mut file = TextFile::read(&path).unwrap().unwrap();
        file.put_back(&removed);
        file.write().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_is_not_followed_and_what_is_not_there_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("authorized_keys");
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();

        assert!(TextFile::read(&link).is_err());
        assert!(TextFile::read(&folder.path().join("nothing")).unwrap().is_none());
        assert!(TextFile::read(&folder.path().join("no/such/folder")).unwrap().is_none());
    }
}
