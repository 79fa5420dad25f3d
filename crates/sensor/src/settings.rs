//! What the administrator of a machine sets, in a file. It is read at the start, on SIGHUP and when it changes; it is
//! used only when all of it can be used, and until then the settings before it go on.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use bartizan_collect::WatchPolicy;
use serde::Deserialize;

use crate::governor::Ceilings;

/// A file that is longer is none of ours.
const BYTES_MAX: u64 = 256 * 1024;
/// Most folders of a list: each is compared with the path of every change.
const FOLDERS_MAX: usize = 128;

/// What the administrator sets. What is not said stays as we ship it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    watch: Watched,
    pub(crate) ceilings: Ceilings,
}

/// Which files matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Watched {
    /// Folders that are watched besides ours.
    also: Vec<String>,
    /// Folders that are not watched.
    except: Vec<String>,
}

impl Settings {
    /// Reads a text, and refuses it when any of it cannot be used.
    fn parse(text: &str) -> anyhow::Result<Self> {
        let settings: Self = toml::from_str(text).context("reading it")?;
        for (name, folders) in [("also", &settings.watch.also), ("except", &settings.watch.except)]
        {
            ensure!(
                folders.len() <= FOLDERS_MAX,
                "watch.{name} has more than {FOLDERS_MAX} folders"
            );
            for folder in folders {
                let whole = folder.starts_with('/') && folder.ends_with('/');
                ensure!(whole, "watch.{name}: `{folder}` must begin and end with /");
            }
        }
        // Whoever excepts everything is blind: that is done by stopping the sensor, which is told.
        ensure!(
            !settings.watch.except.iter().any(|folder| folder == "/"),
            "watch.except: `/` would leave nothing to watch"
        );
        settings.ceilings.check()?;
        Ok(settings)
    }

    /// Which files matter with these settings.
    pub(crate) fn policy(&self) -> WatchPolicy {
        let policy = WatchPolicy::default();
        let policy = self.watch.also.iter().fold(policy, |policy, it| policy.with_prefix(it));
        self.watch.except.iter().fold(policy, |policy, it| policy.without_prefix(it))
    }
}

/// The file, and what of it was used last.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    /// Which file was looked at last, whether it could be used or not.
    looked_at: Option<Stamp>,
    used: Settings,
    /// Why the file as it is now is not used.
    problem: Option<String>,
}

/// Tells one version of a file from another: inode, length, nanoseconds of its change.
type Stamp = (u64, u64, i64, i64);

impl SettingsFile {
    /// Reads the settings for the first time. A file that cannot be used leaves everything as we ship it.
    pub(crate) fn open(path: PathBuf) -> Self {
        let mut file = Self { path, looked_at: None, used: Settings::default(), problem: None };
        file.look(true);
        file
    }

    /// Settings that are new, if the file changed, or `again` asks to look in any case.
    pub(crate) fn look(&mut self, again: bool) -> Option<Settings> {
        let stamp = stamp(&self.path);
        if stamp == self.looked_at && !again {
            return None;
        }
        self.looked_at = stamp;
        match read(&self.path) {
            Ok(settings) => {
                self.problem = None;
                if settings == self.used {
                    return None;
                }
                tracing::info!(path = %self.path.display(), "new settings are used");
                self.used = settings.clone();
                Some(settings)
            }
            Err(error) => {
                let path = self.path.display();
                let problem =
                    format!("{path} is not used, the settings before it go on: {error:#}");
                tracing::error!("{problem}");
                self.problem = Some(problem);
                None
            }
        }
    }

    /// What is used.
    pub(crate) const fn used(&self) -> &Settings {
        &self.used
    }

    /// Why the file as it is now is not used.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let about = fs::metadata(path).ok()?;
    Some((about.ino(), about.len(), about.ctime(), about.ctime_nsec()))
}

fn read(path: &Path) -> anyhow::Result<Settings> {
    let about = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Settings::default()),
        about => about.context("looking at it")?,
    };
    ensure!(about.is_file(), "it is no file");
    ensure!(about.len() <= BYTES_MAX, "it is longer than {} KiB", BYTES_MAX / 1024);
    // Who may write it may blind the sensor.
    ensure!(about.mode() & 0o022 == 0, "others than its owner may write it");
    Settings::parse(&fs::read_to_string(path).context("reading it")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path, text: &str) {
        // As editors and package managers do it: another file takes its place.
        let new = path.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, path).unwrap();
    }

    #[test]
    fn good_settings_are_used_and_bad_ones_told_while_the_good_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sensor.toml");
        let mut file = SettingsFile::open(path.clone());
        assert!(file.problem().is_none());
        assert!(!file.used().policy().watches("/data/x"));

        written(&path, "[watch]\nalso = [\"/data/\"]\nexcept = [\"/tmp/build/\"]\n");
        let used = file.look(false).unwrap();
        assert!(used.policy().watches("/data/x"));
        assert!(used.policy().watches("/tmp/x") && !used.policy().watches("/tmp/build/x"));
        assert!(file.look(false).is_none(), "it is not new any more");

        for bad in ["[watch]\nalso = [\"data\"]", "[watch]\nexcept = [\"/\"]", "[wach]", "also ="] {
            written(&path, bad);
            assert!(file.look(false).is_none(), "{bad}");
            assert!(file.problem().unwrap().contains("is not used"), "{bad}");
            assert_eq!(file.used(), &used, "{bad}");
        }

        fs::remove_file(&path).unwrap();
        assert_eq!(file.look(false), Some(Settings::default()));
        assert!(file.problem().is_none());
    }

    #[test]
    fn a_file_that_others_may_write_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sensor.toml");
        written(&path, "[watch]\nalso = [\"/data/\"]\n");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();

        let file = SettingsFile::open(path);

        assert_eq!(file.used(), &Settings::default());
        assert!(file.problem().unwrap().contains("others than its owner"));
    }
}
