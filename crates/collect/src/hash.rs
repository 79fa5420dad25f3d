//! Hashes executables on a thread of its own, so that a big file never delays the reading of
//! records. The same bytes are hashed once: every image of one file version shares its answer.

use std::{
    collections::{HashMap, VecDeque},
    fs::File,
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use rustix::fs::fstatfs;
use sha2::{Digest as _, Sha256};

use crate::{
    process::{Answer, ImageFile, ImageHash},
    procfs::changed_ns,
};

/// Most executables that may wait to be hashed.
const QUEUE: usize = 1024;
/// Most file versions that are remembered.
const REMEMBERED: usize = 16_384;
/// Larger executables are not hashed.
const LARGEST: u64 = 256 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;
const OVERLAY_MAGIC: i128 = 0x794c_7630;

/// Hands images to the hashing thread. The thread ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Hasher {
    requests: SyncSender<Request>,
    answers: HashMap<Version, Answer>,
    order: VecDeque<Version>,
    skipped: u64,
}

/// Device, inode, size and change time: the kernel gives all four with the exec itself.
type Version = (u64, u64, u64, u64);

#[derive(Debug)]
struct Request {
    file: ImageFile,
    path: PathBuf,
    /// Opens the same file through a process that has it.
    through: PathBuf,
    answer: Answer,
}

impl Hasher {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<Self> {
        let (requests, waiting) = sync_channel::<Request>(QUEUE);
        thread::Builder::new().name("image-hash".to_owned()).spawn(move || {
            for request in waiting {
                let hash = hash(&request);
                request.answer.get_or_init(|| hash);
            }
        })?;
        Ok(Self { requests, answers: HashMap::new(), order: VecDeque::new(), skipped: 0 })
    }

    /// The answer of a file version; asks for it when nobody has. `through` opens the file through a
    /// process that has it.
    pub(crate) fn answer_for(
        &mut self,
        file: Option<ImageFile>,
        path: &str,
        through: PathBuf,
    ) -> Answer {
        let Some(file) = file else {
            return Arc::new(OnceLock::from(ImageHash::Unavailable("the file is not known")));
        };
        let version = (file.device, file.inode, file.size, file.changed_ns);
        let known = self.answers.get(&version);
        // A file that could not be read then may well be readable now.
        let usable =
            known.filter(|answer| !matches!(answer.get(), Some(ImageHash::Unavailable(_))));
        if let Some(answer) = usable {
            return Arc::clone(answer);
        }
        let answer = Answer::default();
        let path = PathBuf::from(path);
        let request = Request { file, path, through, answer: Arc::clone(&answer) };
        match self.requests.try_send(request) {
            Ok(()) => self.remember(version, &answer),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.skipped += 1;
                answer.get_or_init(|| ImageHash::Unavailable("too many waited"));
            }
        }
        answer
    }

    /// Images that were not asked for because too many waited.
    pub(crate) const fn skipped(&self) -> u64 {
        self.skipped
    }

    fn remember(&mut self, version: Version, answer: &Answer) {
        if self.answers.insert(version, Arc::clone(answer)).is_none() {
            self.order.push_back(version);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.answers.remove(&oldest);
        }
    }
}

fn hash(request: &Request) -> ImageHash {
    match find(request) {
        Ok(hash) => hash,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            ImageHash::Unavailable("the file was gone")
        }
        Err(_unreadable) => ImageHash::Unavailable("the file could not be read"),
    }
}

fn find(request: &Request) -> io::Result<ImageHash> {
    let Some(mut file) = open_same(request)? else {
        return Ok(ImageHash::Unavailable("the file was replaced"));
    };
    if request.file.size > LARGEST {
        return Ok(ImageHash::Unavailable("the file is too large"));
    }
    let before = changed_ns(&file.metadata()?);
    let hash = sha256(&mut file)?;
    if changed_ns(&file.metadata()?) != before {
        return Ok(ImageHash::Unavailable("the file changed while it was read"));
    }
    Ok(ImageHash::Sha256(hash))
}

/// The file that was executed: through the process that runs it, else by its path. `None` when
/// neither leads to it any more.
fn open_same(request: &Request) -> io::Result<Option<File>> {
    let mut last = None;
    for path in [&request.through, &request.path] {
        match File::open(path) {
            Ok(file) if is_same(&file, path, request)? => return Ok(Some(file)),
            Ok(_other) => {}
            Err(error) => last = Some(error),
        }
    }
    last.map_or(Ok(None), Err)
}

/// The device is left out: some filesystems show another one than the kernel uses inside. Overlays
/// also show another inode and change time; there the process itself must lead to the same path.
fn is_same(file: &File, opened_as: &Path, request: &Request) -> io::Result<bool> {
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() != request.file.size {
        return Ok(false);
    }
    if metadata.ino() == request.file.inode && changed_ns(&metadata) == request.file.changed_ns {
        return Ok(true);
    }
    let overlay = i128::from(fstatfs(file)?.f_type) == OVERLAY_MAGIC;
    if !overlay || opened_as != request.through {
        return Ok(false);
    }
    // A library is opened by its path below the root of its process: there is no link to compare.
    Ok(opened_as.read_link().map_or(true, |link| link == request.path))
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
