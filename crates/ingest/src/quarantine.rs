//! Batches that could not be read, kept for a person to look at. The newest stay.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use bartizan_model::DeviceId;
use bartizan_wire::BatchHead;
use parking_lot::Mutex;

/// Most batches that are kept, each within the protocol's bound of 4 MiB.
const FILES_MAX: usize = 64;

/// The folder of batches that could not be read.
#[derive(Debug)]
pub(crate) struct Quarantine {
    folder: PathBuf,
    /// One writer at a time, so that the bound holds.
    writing: Mutex<()>,
}

impl Quarantine {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_path_buf(), writing: Mutex::default() })
    }

    /// Sets a batch aside. A disk that has no room is no reason to stop taking events.
    pub(crate) fn keep(&self, device: DeviceId, head: &BatchHead, event_list: &[u8]) {
        let name = format!("{device}-{}-{}.zst", head.stream, head.span.first);
        let _one_at_a_time = self.writing.lock();
        let kept = self.make_room().and_then(|()| fs::write(self.folder.join(&name), event_list));
        if let Err(error) = kept {
            tracing::error!(%error, name, "setting a batch aside");
        }
    }

    fn make_room(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            files.push((file.metadata()?.modified()?, file.path()));
        }
        files.sort();
        let over = (files.len() + 1).saturating_sub(FILES_MAX);
        files.into_iter().take(over).try_for_each(|(_, path)| fs::remove_file(path))
    }
}
