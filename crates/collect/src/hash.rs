//! Hashes executables on a thread of its own, so that a big file never delays the reading of
//! records. What was hashed once is remembered by everything that changes with the bytes.

use std::{
    collections::{HashMap, VecDeque},
    fs::File,
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use sha2::{Digest as _, Sha256};

use crate::process::{Image, ImageHash};

/// Most executables that may wait to be hashed.
const QUEUE: usize = 1024;
/// Most hashes that are remembered.
const REMEMBERED: usize = 16_384;
/// Larger executables are not hashed.
const LARGEST: u64 = 256 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;

/// Hands images to the hashing thread. The thread ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Hasher {
    requests: SyncSender<Request>,
    skipped: u64,
}

struct Request {
    image: Arc<Image>,
    running: PathBuf,
}

impl Hasher {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<Self> {
        let (requests, waiting) = sync_channel::<Request>(QUEUE);
        thread::Builder::new().name("image-hash".to_owned()).spawn(move || {
            let mut memory = Memory::default();
            for request in waiting {
                let hash = memory.hash(&request);
                // Two processes may have asked for the same image; both answers are the same.
                let _first = request.image.hash.set(hash);
            }
        })?;
        Ok(Self { requests, skipped: 0 })
    }

    /// Asks for the hash of an image; `running` opens the file of a process that runs it. False
    /// when the queue is full: the image then stays without a hash.
    pub(crate) fn ask(&mut self, image: &Arc<Image>, running: PathBuf) -> bool {
        let request = Request { image: Arc::clone(image), running };
        match self.requests.try_send(request) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.skipped += 1;
                false
            }
        }
    }

    pub(crate) const fn skipped(&self) -> u64 {
        self.skipped
    }
}

/// Device, inode, size, and both times to the nanosecond.
type Version = (u64, u64, u64, i64, i64, i64, i64);

#[derive(Default)]
struct Memory {
    hashes: HashMap<Version, [u8; 32]>,
    order: VecDeque<Version>,
}

impl Memory {
    fn hash(&mut self, request: &Request) -> ImageHash {
        match self.find(request) {
            Ok(hash) => hash,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                ImageHash::Unavailable("the file was gone")
            }
            Err(_unreadable) => ImageHash::Unavailable("the file could not be read"),
        }
    }

    fn find(&mut self, request: &Request) -> io::Result<ImageHash> {
        let Some(mut file) = open_same(request)? else {
            return Ok(ImageHash::Unavailable("the file was replaced"));
        };
        let before = version(&file)?;
        if let Some(hash) = self.hashes.get(&before) {
            return Ok(ImageHash::Sha256(*hash));
        }
        if before.2 > LARGEST {
            return Ok(ImageHash::Unavailable("the file is too large"));
        }
        let hash = sha256(&mut file)?;
        if version(&file)? != before {
            return Ok(ImageHash::Unavailable("the file changed while it was read"));
        }
        self.remember(before, hash);
        Ok(ImageHash::Sha256(hash))
    }

    fn remember(&mut self, version: Version, hash: [u8; 32]) {
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        self.order.push_back(version);
        self.hashes.insert(version, hash);
    }
}

/// The file the image was made from: through the process that runs it, else by its path. `None`
/// when neither leads to the same inode any more. Filesystems that show another device number than
/// the kernel uses inside are common, so the inode and size decide.
fn open_same(request: &Request) -> io::Result<Option<File>> {
    let mut last = None;
    for path in [request.running.as_path(), Path::new(&*request.image.path)] {
        match File::open(path) {
            Ok(file) if is_same(&file, &request.image)? => return Ok(Some(file)),
            Ok(_other) => {}
            Err(error) => last = Some(error),
        }
    }
    last.map_or(Ok(None), Err)
}

fn is_same(file: &File, image: &Image) -> io::Result<bool> {
    let metadata = file.metadata()?;
    Ok(metadata.is_file()
        && image
            .file
            .is_none_or(|known| known.inode == metadata.ino() && known.size == metadata.len()))
}

fn version(file: &File) -> io::Result<Version> {
    let m = file.metadata()?;
    Ok((m.dev(), m.ino(), m.len(), m.mtime(), m.mtime_nsec(), m.ctime(), m.ctime_nsec()))
}

/// Reads no more than the bound, also when the file grows meanwhile.
fn sha256(file: &mut File) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut limited = file.take(LARGEST);
    loop {
        let length = limited.read(&mut chunk)?;
        if length == 0 {
            return Ok(hash.finalize().into());
        }
        hash.update(chunk.get(..length).unwrap_or_default());
    }
}
