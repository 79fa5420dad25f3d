//! Files taken away so that they can be given back exactly: content encrypted, owner, mode, times, attributes, holes and
//! hard links kept.
//!
//! Crash-safe at every point: a file's names are only removed after its content is safe here, and its content is only
//! removed here after the file is back. Where an action stands is in its manifest; [`Quarantine::recover`] carries on
//! from there. Another file at the place is never overwritten, and a file that took the place of the one meant is left.

mod give;
mod links;
mod manifest;
mod metadata;
mod place;
mod seal;
mod take;

use std::{
    fs,
    path::{Path, PathBuf},
};

use bartizan_model::Timestamp;
use ring::rand::{SecureRandom as _, SystemRandom};

pub use manifest::{Item, Kind};
use manifest::{Manifest, State};
pub(crate) use place::Place;

use crate::{
    durable,
    error::{Doing as _, RemediationError, Result},
};

/// Files taken away.
pub struct Quarantine {
    folder: PathBuf,
    master: [u8; 32],
}

impl std::fmt::Debug for Quarantine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quarantine").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// What became of a file that was to be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The quarantined file.
    pub item: Item,
    /// What could not be done about some of its names.
    pub problems: Vec<String>,
}

impl Quarantine {
    /// The quarantine in a folder, with its key; made where there is none.
    ///
    /// # Errors
    /// When it cannot be read or made.
    pub fn open(folder: &Path) -> Result<Self, RemediationError> {
        durable::folder(folder)?;
        let path = folder.join("key");
        let master = match fs::read(&path) {
            Ok(key) => <[u8; 32]>::try_from(key.as_slice()).map_err(|_length| {
                RemediationError::Damaged { path: path.clone(), why: "not 32 bytes".to_owned() }
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut key = [0; 32];
                let why =
                    |_unspecified| RemediationError::refused("the machine gives no random bytes");
                SystemRandom::new().fill(&mut key).map_err(why)?;
                durable::replace(&path, &key)?;
                key
            }
            Err(error) => Err(error).doing("reading", &path)?,
        };
        Ok(Self { folder: folder.to_path_buf(), master })
    }

    /// Takes a file away. `id` names it here; a second call with it carries on where the first was interrupted.
    ///
    /// # Errors
    /// When it cannot be taken. The file is where it was then.
    pub fn take(
        &self,
        id: &str,
        path: &Path,
        sha256: Option<[u8; 32]>,
        now: Timestamp,
    ) -> Result<Taken, RemediationError> {
        if let Some(manifest) = self.manifest(id)? {
            return self.carry_on_taking(manifest);
        }
        take::take(self, id, path, sha256, now)
    }

    /// Gives a file back: to where it was, or to another place.
    ///
    /// # Errors
    /// When there is no such file, another one is at the place, or it cannot be written. It stays here then.
    pub fn restore(&self, id: &str, to: Option<&Path>) -> Result<Taken, RemediationError> {
        let missing = || RemediationError::NotThere(format!("there is no quarantined file {id}"));
        let manifest = self.manifest(id)?.ok_or_else(missing)?;
        match manifest.state {
            State::Taken => give::give(self, manifest, to),
            State::Restoring { .. } => match self.carry_on_restoring(manifest)? {
                Some(restored) => Ok(restored),
                None => self.restore(id, to),
            },
            State::Taking | State::Held => {
                let taken = self.carry_on_taking(manifest)?;
                if taken.item.path.as_os_str().is_empty() {
                    return Err(missing());
                }
                self.restore(id, to)
            }
        }
    }

    /// Everything that is here, the oldest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Item>, RemediationError> {
        let mut items: Vec<Item> = self
            .manifests()?
            .iter()
            .filter(|manifest| !matches!(manifest.state, State::Taking))
            .map(Manifest::item)
            .collect();
        items.sort_by(|one, other| (one.taken_at, &one.id).cmp(&(other.taken_at, &other.id)));
        Ok(items)
    }

    /// Carries on with what a crash interrupted.
    ///
    /// # Errors
    /// When something cannot be carried on with; the rest is done all the same.
    pub fn recover(&self) -> Result<(), RemediationError> {
        let mut first = None;
        for manifest in self.manifests()? {
            let carried_on = match manifest.state {
                State::Taking | State::Held => self.carry_on_taking(manifest).map(drop),
                State::Restoring { .. } => self.carry_on_restoring(manifest).map(drop),
                State::Taken => Ok(()),
            };
            if let Err(error) = carried_on {
                tracing::error!(%error, "carrying on with a quarantined file");
                first.get_or_insert(error);
            }
        }
        self.sweep()?;
        first.map_or(Ok(()), Err)
    }

    /// A taking that was interrupted: before the content was safe it never happened, after that it is finished.
    fn carry_on_taking(&self, manifest: Manifest) -> Result<Taken> {
        match manifest.state {
            State::Taking => {
                self.forget(&manifest.id)?;
                let (id, path) = (manifest.id.clone(), manifest.path());
                let (wanted, now) = (manifest.wanted, Timestamp::from_nanos(manifest.taken_at));
                take::take(self, &id, &path, wanted, now)
            }
            State::Held => take::remove_names(self, manifest),
            State::Taken | State::Restoring { .. } => {
                Ok(Taken { item: manifest.item(), problems: Vec::new() })
            }
        }
    }

    /// A restoring that was interrupted: if the file is back, it is finished; otherwise it never happened.
    fn carry_on_restoring(&self, manifest: Manifest) -> Result<Option<Taken>> {
        give::carry_on(self, manifest)
    }

    fn manifest(&self, id: &str) -> Result<Option<Manifest>> {
        if !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') || id.is_empty() {
            return Err(RemediationError::NotThere(format!("there is no quarantined file {id}")));
        }
        durable::kept(&self.manifest_path(id))
    }

    /// Keeps a manifest. Only one step has to survive a power cut before the next is taken: that the content is
    /// safe here, before names are removed. Every other step can be taken again from the one before.
    fn keep(&self, manifest: &Manifest) -> Result<()> {
        let path = self.manifest_path(&manifest.id);
        match manifest.state {
            State::Held => durable::keep(&path, manifest),
            _ => durable::note(&path, manifest),
        }
    }

    /// Removes what is kept of a file, the manifest last.
    fn forget(&self, id: &str) -> Result<()> {
        durable::drop_file(&self.sealed_path(id))?;
        durable::drop_file(&self.manifest_path(id))
    }

    fn manifests(&self) -> Result<Vec<Manifest>> {
        let mut manifests = Vec::new();
        for file in fs::read_dir(&self.folder).doing("listing", &self.folder)? {
            let path = file.doing("listing", &self.folder)?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match durable::kept(&path) {
                Ok(manifest) => manifests.extend(manifest),
                // It must not keep the others from being seen.
                Err(error) => {
                    tracing::error!(%error, "a quarantined file's manifest cannot be read");
                }
            }
        }
        Ok(manifests)
    }

    /// Removes content that no manifest names: its taking never began.
    fn sweep(&self) -> Result<()> {
        for file in fs::read_dir(&self.folder).doing("listing", &self.folder)? {
            let path = file.doing("listing", &self.folder)?.path();
            let sealed = path.extension().is_some_and(|extension| extension == "sealed");
            let half_written = path.extension().is_some_and(|extension| extension == "new");
            if half_written || (sealed && !path.with_extension("json").try_exists().unwrap_or(true))
            {
                durable::remove(&path)?;
            }
        }
        Ok(())
    }

    fn manifest_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    fn sealed_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.sealed"))
    }
}

#[cfg(test)]
mod tests;
