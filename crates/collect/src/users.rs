//! User names by id, from the password file, read again when it changes.

use std::{collections::HashMap, fs, io, os::unix::fs::MetadataExt as _, path::PathBuf};

use bartizan_model::Text;

/// How often the file is looked at: changes matter, but not to the millisecond.
const LOOK_EVERY_NS: u64 = 1_000_000_000;

/// The names.
#[derive(Debug)]
pub(crate) struct Users {
    file: PathBuf,
    names: HashMap<u32, Text>,
    read: Option<Version>,
    looked_ns: Option<u64>,
}

/// Tells one state of the file from another; it is usually replaced, so its inode changes too.
type Version = (u64, i64, i64, u64);

impl Users {
    pub(crate) fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), names: HashMap::new(), read: None, looked_ns: None }
    }

    /// The name of a user; `None` when the file has none, as for users of containers.
    pub(crate) fn name(&mut self, uid: u32, now_ns: u64) -> Option<Text> {
        let due =
            self.looked_ns.is_none_or(|looked| now_ns.saturating_sub(looked) >= LOOK_EVERY_NS);
        if due {
            self.looked_ns = Some(now_ns);
            if let Err(error) = self.refresh() {
                tracing::debug!(%error, file = %self.file.display(), "reading user names");
            }
        }
        self.names.get(&uid).cloned()
    }

    fn refresh(&mut self) -> io::Result<()> {
        let metadata = fs::metadata(&self.file)?;
        let version = (metadata.ino(), metadata.mtime(), metadata.mtime_nsec(), metadata.len());
        if self.read == Some(version) {
            return Ok(());
        }
        let bytes = fs::read(&self.file)?;
        self.names = parse(&String::from_utf8_lossy(&bytes));
        self.read = Some(version);
        Ok(())
    }
}

/// The first name of an id wins, as it does for the C library.
fn parse(passwd: &str) -> HashMap<u32, Text> {
    let mut names = HashMap::new();
    for line in passwd.lines() {
        let mut fields = line.split(':');
        let (Some(name), Some(uid)) = (fields.next(), fields.nth(1)) else { continue };
        if let Ok(uid) = uid.parse() {
            names.entry(uid).or_insert_with(|| name.into());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{LOOK_EVERY_NS, Users};

    #[test]
    fn names_follow_the_file_when_it_changes() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("passwd");
        fs::write(&file, "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\nbroken\n").unwrap();
        let mut users = Users::new(&file);
        assert_eq!(users.name(0, 0).as_deref(), Some("root"));
        assert_eq!(users.name(1000, 1), None);
        fs::write(&file, "root:x:0:0::/root:/bin/sh\neve:x:1000:1000::/home/eve:/bin/sh\n")
            .unwrap();
        assert_eq!(users.name(1000, 2), None, "not looked at again yet");
        assert_eq!(users.name(1000, LOOK_EVERY_NS).as_deref(), Some("eve"));
    }
}
