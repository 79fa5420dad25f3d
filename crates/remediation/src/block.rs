//! What must not be executed: remembered here, and asked by the watch over executions.

mod watch;

use std::path::{Path, PathBuf};

use bartizan_model::FileTarget;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

pub use watch::{BlockCounters, Blocker, Denied};

use crate::{
    durable,
    error::{RemediationError, Result},
};

/// Most files that are blocked.
const BLOCKED_MAX: usize = 50_000;

/// A file that must not be executed: at a path, with a content, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    path: Option<PathBuf>,
    sha256: Option<[u8; 32]>,
}

/// What must not be executed.
#[derive(Debug)]
pub struct Verdicts {
    path: PathBuf,
    blocked: RwLock<Vec<Blocked>>,
}

impl Blocked {
    pub(crate) fn of(root: &Path, target: &FileTarget) -> Self {
        let path = target.path.as_deref().map(|path| root.join(path.trim_start_matches('/')));
        Self { path, sha256: target.sha256 }
    }
}

impl Verdicts {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("blocked.json");
        let blocked = durable::kept(&path)?.unwrap_or_default();
        Ok(Self { path, blocked: RwLock::new(blocked) })
    }

    /// How many files are blocked.
    #[must_use]
    pub fn count(&self) -> usize {
        self.blocked.read().len()
    }

    /// Whether a file at this path may not be executed whatever is in it, or its content has to be known to say.
    pub(crate) fn of_path(&self, path: &Path) -> Option<bool> {
        let blocked = self.blocked.read();
        if blocked.iter().any(|one| one.sha256.is_none() && one.path.as_deref() == Some(path)) {
            return Some(true);
        }
        let by_content = blocked.iter().any(|one| {
            one.sha256.is_some() && one.path.as_deref().is_none_or(|wanted| wanted == path)
        });
        if by_content { None } else { Some(false) }
    }

    /// Whether this content may not be executed at this path.
    pub(crate) fn of_content(&self, path: &Path, sha256: [u8; 32]) -> bool {
        self.blocked.read().iter().any(|one| {
            one.sha256 == Some(sha256) && one.path.as_deref().is_none_or(|wanted| wanted == path)
        })
    }

    pub(crate) fn block(&self, blocked: Blocked) -> Result<()> {
        let mut all = self.blocked.write();
        if all.contains(&blocked) {
            return Ok(());
        }
        if all.len() >= BLOCKED_MAX {
            return Err(RemediationError::refused("50000 files are blocked already"));
        }
        all.push(blocked);
        durable::keep(&self.path, &*all)
    }

    pub(crate) fn allow(&self, blocked: &Blocked) -> Result<()> {
        let mut all = self.blocked.write();
        all.retain(|one| one != blocked);
        durable::keep(&self.path, &*all)
    }

    /// What is blocked of these: the same path, or the same content.
    pub(crate) fn matching(&self, target: &Blocked) -> Vec<Blocked> {
        let all = self.blocked.read();
        let same = |one: &&Blocked| {
            (target.sha256.is_some() && one.sha256 == target.sha256)
                || (target.path.is_some() && one.path == target.path)
        };
        all.iter().filter(same).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
