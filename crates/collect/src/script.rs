//! Scripts: which one a program runs, and what it says.

use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    io::Read as _,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use bartizan_model::{Operation, OperationKind, Text};
use bartizan_probe_abi::Exec;
use sha2::{Digest as _, Sha256};

use crate::watch::resolve;

/// Programs that run what their first argument names.
const INTERPRETERS: &[&str] = &[
    "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "csh", "tcsh", "fish", "python", "perl",
    "ruby", "node", "nodejs", "php", "lua", "tclsh", "wish", "rscript", "awk", "gawk", "mawk",
];
/// Options after which no script is named: the program itself follows, or a module.
const INLINE: &[&str] = &["-c", "-e", "-m", "-E", "--eval", "-p", "--print"];
/// Longest script that is read.
const LARGEST: u64 = 64 * 1024;
/// How much of it is told.
const TOLD: usize = 4096;
/// Most versions of scripts that are remembered; beyond it all are told anew.
const REMEMBERED: usize = 4096;

/// The script that an exec runs, as a path in the mount namespace of its process.
pub(crate) fn of(exec: &Exec, inside: impl Fn(&str) -> PathBuf) -> Option<String> {
    if exec.is_script {
        return Some(resolve(&base(exec, &exec.script), &exec.script));
    }
    let program = exec.exe.rsplit('/').next()?.to_ascii_lowercase();
    let program = program.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    if !INTERPRETERS.contains(&program) {
        return None;
    }
    for argument in exec.argv.iter().skip(1) {
        if INLINE.contains(&argument.as_str()) {
            return None;
        }
        if !argument.starts_with('-') {
            let path = resolve(&base(exec, argument), argument);
            let exists = |path: &Path| fs::metadata(path).is_ok_and(|file| file.is_file());
            return (exists(&inside(&path)) || exists(Path::new(&path))).then_some(path);
        }
    }
    None
}

/// Where a name starts from: an absolute one from the root of its process.
fn base(exec: &Exec, name: &str) -> String {
    if name.starts_with('/') { exec.root.clone() } else { exec.cwd.clone() }
}

/// Which versions of scripts were told.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    told: HashSet<(u64, u64, i64, i64)>,
}

impl Scripts {
    /// What the script says, unless this version of it was told before or it cannot be read.
    pub(crate) fn read(&mut self, through: &Path, path: &Text) -> Option<Operation> {
        const NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        // A pipe in the place of a script must not hold the sensor up.
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(NONBLOCK);
        let file = options.open(through).or_else(|_gone| options.open(&**path)).ok()?;
        let metadata = file.metadata().ok().filter(fs::Metadata::is_file)?;
        let version = (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec());
        if self.told.len() >= REMEMBERED {
            self.told.clear();
        }
        if !self.told.insert(version) {
            return None;
        }
        let mut content = Vec::new();
        file.take(LARGEST).read_to_end(&mut content).ok()?;
        let whole = content.len() as u64 == metadata.len();
        let hash = Sha256::digest(&content);
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let told = String::from_utf8_lossy(content.get(..TOLD).unwrap_or(&content)).into_owned();
        let operation =
            Operation { path: Some(path.clone()), ..Operation::new(OperationKind::ScriptContent) };
        let operation = operation.with("Content", told).with("FileSize", metadata.len());
        Some(if whole { operation.with("SHA256", hash) } else { operation })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Scripts;

    #[test]
    fn a_script_is_told_once_for_each_version_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("job.sh");
        fs::write(&file, "#!/bin/sh\nid\n").unwrap();
        let name = file.display().to_string().into();
        let mut scripts = Scripts::default();
        let told = scripts.read(&file, &name).unwrap();
        assert_eq!(told.detail("Content"), Some(&"#!/bin/sh\nid\n".into()));
        assert_eq!(scripts.read(&file, &name), None);
        let other = folder.path().join("other");
        fs::write(&other, "#!/bin/sh\nid -u\n").unwrap();
        fs::rename(&other, &file).unwrap();
        assert!(scripts.read(&file, &name).is_some());
        assert_eq!(scripts.read(folder.path(), &name).map(|_| ()), None);
    }
}
