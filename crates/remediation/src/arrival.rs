//! A file that arrives part by part: beside its place until all of it is there and is what it should be, then put in place at once.
//! Nothing is overwritten without being asked to, and links are not followed.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use ring::digest::{Context, SHA256};
use rustix::fs::{Mode, OFlags, RenameFlags, openat, renameat, renameat_with};

use crate::{
    error::{Doing as _, RemediationError, Result},
    quarantine::Place,
};

/// A file that arrives.
#[derive(Debug)]
pub struct Arrival {
    place: Place,
    beside: std::ffi::OsString,
    file: File,
    length: u64,
    sha256: [u8; 32],
    through: u64,
    overwrite: bool,
}

impl Arrival {
    /// A file that is to be at `path`. What came of it before, under the same `name`, is kept.
    ///
    /// # Errors
    /// When the folder is not there, or something is at the place that must not be overwritten.
    pub fn begin(
        path: &Path,
        name: &str,
        (length, sha256): (u64, [u8; 32]),
        overwrite: bool,
    ) -> Result<Self, RemediationError> {
        let place = Place::find(path)?;
        let there = path.symlink_metadata();
        if there.as_ref().is_ok_and(|there| !there.is_file()) || (there.is_ok() && !overwrite) {
            let text = format!("something is at {} already", path.display());
            return Err(RemediationError::refused(text));
        }
        let mut beside = std::ffi::OsString::from(".");
        beside.push(&place.name);
        beside.push(format!(".bartizan-{name}"));
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&place.folder, &beside, flags, Mode::from_raw_mode(0o600));
        let file = File::from(file.doing("making", path)?);
        let mut through = file.metadata().doing("looking at", path)?.len();
        if through > length {
            file.set_len(0).doing("beginning anew", path)?;
            through = 0;
        }
        Ok(Self { place, beside, file, length, sha256, through, overwrite })
    }

    /// How much of it is here.
    #[must_use]
    pub const fn through(&self) -> u64 {
        self.through
    }

    /// A part came. One that does not begin where the last one ended is left.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn part(&mut self, offset: u64, content: &[u8]) -> Result<(), RemediationError> {
        let length = content.len() as u64;
        if offset != self.through || length > self.length.saturating_sub(self.through) {
            return Ok(());
        }
        self.file.write_all_at(content, offset).doing("writing", &self.place.path)?;
        self.through += length;
        Ok(())
    }

    /// All of it is here: it is put in place when it is what it should be.
    ///
    /// # Errors
    /// When it is not, or something is in its place by now.
    pub fn finish(self) -> Result<PathBuf, RemediationError> {
        let path = self.place.path.clone();
        if self.through != self.length || self.hash().doing("reading", &path)? != self.sha256 {
            self.place.unlink(&self.beside)?;
            let text = "what came is not what was sent: begin again".to_owned();
            return Err(RemediationError::Refused(text));
        }
        self.file.sync_all().doing("writing", &path)?;
        let (folder, name) = (&self.place.folder, &self.place.name);
        let moved = if self.overwrite {
            renameat(folder, &self.beside, folder, name)
        } else {
            renameat_with(folder, &self.beside, folder, name, RenameFlags::NOREPLACE)
        };
        moved.doing("putting in place", &path)?;
        self.place.sync()?;
        Ok(path)
    }

    fn hash(&self) -> io::Result<[u8; 32]> {
        let (mut hash, mut buffer) = (Context::new(&SHA256), vec![0; 1 << 20]);
        let mut offset = 0;
        loop {
            let read = self.file.read_at(&mut buffer, offset)?;
            if read == 0 {
                let digest = hash.finish();
                return digest.as_ref().try_into().map_err(io::Error::other);
            }
            hash.update(buffer.get(..read).unwrap_or_default());
            offset += read as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn hash(content: &[u8]) -> [u8; 32] {
        ring::digest::digest(&SHA256, content).as_ref().try_into().unwrap()
    }

    #[test]
    fn a_file_arrives_in_parts_over_a_broken_line_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tool");
        let what = (6, hash(b"abcdef"));
        let mut arrival = Arrival::begin(&path, "t1", what, false).unwrap();
        arrival.part(0, b"abc").unwrap();
        arrival.part(9, b"zzz").unwrap();
        drop(arrival);

        let mut arrival = Arrival::begin(&path, "t1", what, false).unwrap();
        assert_eq!(arrival.through(), 3);
        arrival.part(3, b"def").unwrap();
        assert!(!path.try_exists().unwrap());
        arrival.finish().unwrap();

        assert_eq!(fs::read(&path).unwrap(), b"abcdef");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(Arrival::begin(&path, "t2", what, false).is_err());
        let mut wrong = Arrival::begin(&path, "t3", what, true).unwrap();
        wrong.part(0, b"abcdeX").unwrap();
        assert!(wrong.finish().is_err());
        assert_eq!(fs::read(&path).unwrap(), b"abcdef");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
