//! Files that devices send for an action: written part by part, taken up again where the line broke, and only
//! complete when their hash is right.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use bartizan_model::{ActionId, DeviceId};
use bartizan_store::{ActionFile, KnownDevice};
use bartizan_wire::{
    UPLOAD_PART_BYTES_MAX, UploadOffer, UploadPart, UploadProgress, WireError, action_from_wire,
};
use sha2::{Digest as _, Sha256};

use super::not_asked;
use crate::{Ingest, IngestError, clock};

/// Most bytes of one file.
const FILE_BYTES_MAX: u64 = 4 << 30;
/// Bytes that are hashed at a time.
const BUFFER: usize = 1 << 20;

/// The folder of files that devices sent.
#[derive(Debug)]
pub(crate) struct Uploads(pub(super) PathBuf);

impl Uploads {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self(folder.to_path_buf()))
    }

    /// Where a device's file for an action is.
    pub(crate) fn path(&self, action: ActionId, device: DeviceId) -> PathBuf {
        self.0.join(format!("{action}-{device}"))
    }
}

impl Ingest {
    /// A device says what it will send; the answer is how much of it is here.
    pub(crate) fn offered(
        &self,
        known: &KnownDevice,
        offer: &UploadOffer,
    ) -> Result<UploadProgress, IngestError> {
        let action = action_from_wire(&offer.action_id).map_err(IngestError::Wire)?;
        let (length, limit) = (offer.length, FILE_BYTES_MAX);
        if length > limit {
            let error = WireError::TooMuch { what: "bytes of a file", found: length, limit };
            return Err(IngestError::Wire(error));
        }
        let sha256 = <[u8; 32]>::try_from(offer.sha256.as_slice())
            .map_err(|_length| IngestError::Wire(WireError::Missing("hash of a file")))?;
        let name: String = offer.name.chars().filter(|c| !c.is_control()).take(200).collect();
        let before = self.access.file_of(known, action)?;
        let file = ActionFile { device: known.device, name, length, sha256, complete_at: None };
        if !self.access.keep_offer(known, action, &file, clock::now())? {
            // Nobody wants it: the device need not keep it.
            tracing::warn!(device = %known.device, %action, "a device offers a file that nobody asked for");
            return Ok(progress(action, 0, true));
        }
        let path = self.uploads.path(action, known.device);
        if before.as_ref().is_some_and(|before| before.sha256 != sha256) {
            // Another file than before: what was begun is of no use.
            remove(&path).map_err(IngestError::Upload)?;
        }
        let through = size(&path).map_err(IngestError::Upload)?.min(length);
        let complete = before.is_some_and(|before| {
            before.sha256 == sha256 && before.complete_at.is_some() && through == length
        });
        if through == length && !complete {
            return self.finish(known, action, &file);
        }
        Ok(progress(action, through, complete))
    }

    /// A part came; the answer is up to where the file is kept.
    pub(crate) fn part(
        &self,
        known: &KnownDevice,
        part: &UploadPart,
    ) -> Result<UploadProgress, IngestError> {
        let action = action_from_wire(&part.action_id).map_err(IngestError::Wire)?;
        if part.content.len() > UPLOAD_PART_BYTES_MAX {
            let (found, limit) = (part.content.len() as u64, UPLOAD_PART_BYTES_MAX as u64);
            let error = WireError::TooMuch { what: "bytes of a part", found, limit };
            return Err(IngestError::Wire(error));
        }
        let file = self.access.file_of(known, action)?.ok_or_else(not_asked)?;
        if file.complete_at.is_some() {
            return Ok(progress(action, file.length, true));
        }
        let path = self.uploads.path(action, known.device);
        let through = size(&path).map_err(IngestError::Upload)?;
        if part.offset != through {
            return Ok(progress(action, through, false));
        }
        let room = file.length.saturating_sub(through);
        let content =
            part.content.get(..part.content.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
        let content = content.unwrap_or_default();
        append(&path, content).map_err(IngestError::Upload)?;
        let through = through + content.len() as u64;
        if through == file.length {
            return self.finish(known, action, &file);
        }
        Ok(progress(action, through, false))
    }

    /// Where a complete file of a device is.
    #[must_use]
    pub fn upload_path(&self, action: ActionId, device: DeviceId) -> PathBuf {
        self.uploads.path(action, device)
    }

    /// All of a file is here: it is kept if it is what was offered, and begun again if it is not.
    fn finish(
        &self,
        known: &KnownDevice,
        action: ActionId,
        file: &ActionFile,
    ) -> Result<UploadProgress, IngestError> {
        let path = self.uploads.path(action, known.device);
        if hash(&path).map_err(IngestError::Upload)? != file.sha256 {
            tracing::warn!(device = %known.device, %action, "a file came that is not what was offered");
            remove(&path).map_err(IngestError::Upload)?;
            return Ok(progress(action, 0, false));
        }
        self.access.keep_file(known, action, clock::now())?;
        Ok(progress(action, file.length, true))
    }
}

fn progress(action: ActionId, through: u64, complete: bool) -> UploadProgress {
    UploadProgress { action_id: action.bytes().to_vec(), through, complete }
}

pub(super) fn size(path: &Path) -> io::Result<u64> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

fn append(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.sync_data()
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn hash(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Sha256::digest([]).into());
        }
        file => file?,
    };
    file.seek(SeekFrom::Start(0))?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; BUFFER]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hash.finalize().into());
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}
