//! The watch over executions: the kernel asks before a program is executed and waits for the answer.
//!
//! It must never hold the machine up: an answer that takes too long is yes, and so is everything when we are gone, because
//! the kernel lets all that wait go on when the descriptor is closed. What was let through for want of time is counted.
#![expect(unsafe_code, reason = "the C library has no safe form of fanotify")]

use std::{
    collections::{HashMap, VecDeque},
    ffi::CString,
    fs::File,
    io::{self, Read as _, Write as _},
    os::{
        fd::{AsRawFd as _, FromRawFd as _, OwnedFd},
        unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use parking_lot::Mutex;
use ring::digest::{Context, SHA256};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Verdicts;
use crate::{
    error::{Doing as _, RemediationError, Result},
    remediation::Remediation,
};

/// How long an execution waits for an answer.
const DEADLINE: Duration = Duration::from_millis(500);
/// Contents that are remembered.
const CONTENTS_MAX: usize = 20_000;
/// Denials that wait to be told; more are only counted.
const DENIALS_MAX: usize = 1_000;
/// How often the watch looks whether it should end.
const LOOK_NS: i64 = 100_000_000;
/// Bytes of events that are read at a time.
const EVENTS: usize = 4_096;
/// Bytes of one event without its information records.
const EVENT: usize = size_of::<libc::fanotify_event_metadata>();

/// An execution that was denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// Which file.
    pub path: PathBuf,
    /// Who wanted to.
    pub pid: i32,
}

/// What the watch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockCounters {
    /// Executions that were looked at.
    pub asked: u64,
    /// Executions that were denied.
    pub denied: u64,
    /// Executions that were let through because the answer took too long.
    pub too_slow: u64,
}

#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    asked: AtomicU64,
    denied: AtomicU64,
    too_slow: AtomicU64,
    denials: Mutex<VecDeque<Denied>>,
}

/// The watch, running. Dropping it ends it; nothing is denied any more then.
#[derive(Debug)]
pub struct Blocker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Which content a file had: it changes with any of these.
type Version = (u64, u64, u64, i64, i64);

impl Blocker {
    /// Watches executions from the mounts on which these paths are.
    ///
    /// # Errors
    /// When the kernel does not let us, or somebody else watches so that we cannot.
    pub fn start(
        remediation: Arc<Remediation>,
        mounts: &[PathBuf],
    ) -> Result<Self, RemediationError> {
        let watch = open()?;
        for mount in mounts {
            mark(&watch, mount)?;
        }
        let shared = Arc::<Shared>::default();
        let hasher = hasher(Arc::clone(&remediation));
        let ours = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("executions".to_owned())
            .spawn(move || {
                let mut answering =
                    Answering { remediation, hasher, shared: ours, contents: HashMap::new() };
                answering.run(&watch);
            })
            .doing("starting the watch over", "executions")?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// What it did.
    #[must_use]
    pub fn counters(&self) -> BlockCounters {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        BlockCounters {
            asked: count(&self.shared.asked),
            denied: count(&self.shared.denied),
            too_slow: count(&self.shared.too_slow),
        }
    }

    /// Executions that were denied since it was last asked.
    #[must_use]
    pub fn denials(&self) -> Vec<Denied> {
        self.shared.denials.lock().drain(..).collect()
    }
}

impl Drop for Blocker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the watch over executions ended badly");
        }
    }
}

/// A file to be hashed, and where the answer goes.
struct Question {
    file: File,
    path: PathBuf,
    answer: Sender<bool>,
}

/// Hashes files in a thread of its own, so that the answer can be given up.
fn hasher(remediation: Arc<Remediation>) -> Sender<Question> {
    let (questions, coming) = channel::<Question>();
    let run = move || {
        while let Ok(question) = coming.recv() {
            let hash = hash(question.file);
            let denied =
                hash.is_some_and(|hash| remediation.verdicts().of_content(&question.path, hash));
            if question.answer.send(denied).is_err() {
                tracing::debug!("nobody waits for an answer that came too late");
            }
        }
    };
    if let Err(error) = thread::Builder::new().name("hashing".to_owned()).spawn(run) {
        tracing::error!(%error, "starting the thread that hashes");
    }
    questions
}

struct Answering {
    remediation: Arc<Remediation>,
    hasher: Sender<Question>,
    shared: Arc<Shared>,
    /// Whether a content is denied, by the file's version; asked anew when something is blocked or allowed.
    contents: HashMap<Version, (usize, bool)>,
}

impl Answering {
    fn run(&mut self, watch: &File) {
        let mut events = vec![0_u8; EVENTS];
        while !self.shared.stop.load(Ordering::Relaxed) {
            let mut waiting = [PollFd::new(watch, PollFlags::IN)];
            let limit = Timespec { tv_sec: 0, tv_nsec: LOOK_NS };
            if !poll(&mut waiting, Some(&limit)).is_ok_and(|ready| ready > 0) {
                continue;
            }
            let mut reader = watch;
            let Ok(length) = reader.read(&mut events) else { continue };
            let mut rest = events.get(..length).unwrap_or_default();
            while let Some((event, after)) = next(rest) {
                self.answer(watch, event);
                rest = after;
            }
        }
    }

    fn answer(&mut self, watch: &File, event: libc::fanotify_event_metadata) {
        if event.fd < 0 {
            return;
        }
        // SAFETY: the kernel has just opened this descriptor for us, for this event alone.
        let file = File::from(unsafe { OwnedFd::from_raw_fd(event.fd) });
        self.shared.asked.fetch_add(1, Ordering::Relaxed);
        let denied = event.pid != i32::try_from(std::process::id()).unwrap_or(0)
            && self.is_denied(&file, event.pid);
        let response = if denied { libc::FAN_DENY } else { libc::FAN_ALLOW };
        let mut answer = event.fd.to_ne_bytes().to_vec();
        answer.extend(response.to_ne_bytes());
        let mut writer = watch;
        if let Err(error) = writer.write_all(&answer) {
            tracing::warn!(%error, "answering an execution");
        }
    }

    fn is_denied(&mut self, file: &File, pid: i32) -> bool {
        let verdicts: &Verdicts = self.remediation.verdicts();
        if verdicts.count() == 0 {
            return false;
        }
        let link = format!("/proc/self/fd/{}", file.as_raw_fd());
        let path = std::fs::read_link(link).unwrap_or_default();
        let denied = match verdicts.of_path(&path) {
            Some(known) => known,
            None => self.is_content_denied(file, &path),
        };
        if denied {
            self.shared.denied.fetch_add(1, Ordering::Relaxed);
            let mut denials = self.shared.denials.lock();
            if denials.len() < DENIALS_MAX {
                denials.push_back(Denied { path, pid });
            }
        }
        denied
    }

    fn is_content_denied(&mut self, file: &File, path: &Path) -> bool {
        let Ok(metadata) = file.metadata() else { return false };
        let version = (
            metadata.dev(),
            metadata.ino(),
            metadata.len(),
            metadata.ctime(),
            metadata.ctime_nsec(),
        );
        let known = self.remediation.verdicts().count();
        if let Some((count, denied)) = self.contents.get(&version)
            && *count == known
        {
            return *denied;
        }
        let (answer, answered) = channel();
        let Ok(own) = file.try_clone() else { return false };
        let question = Question { file: own, path: path.to_path_buf(), answer };
        if self.hasher.send(question).is_err() {
            return false;
        }
        match answered.recv_timeout(DEADLINE) {
            Ok(denied) => {
                if self.contents.len() >= CONTENTS_MAX {
                    self.contents.clear();
                }
                self.contents.insert(version, (known, denied));
                denied
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                self.shared.too_slow.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(path = %path.display(), "executed because its content could not be read in time");
                false
            }
        }
    }
}

fn hash(mut file: File) -> Option<[u8; 32]> {
    let (mut hash, mut buffer) = (Context::new(&SHA256), vec![0; 256 * 1024]);
    loop {
        let read = file.read(&mut buffer).ok()?;
        if read == 0 {
            return hash.finish().as_ref().try_into().ok();
        }
        hash.update(buffer.get(..read)?);
    }
}

/// The next event of what was read, and what comes after it.
fn next(bytes: &[u8]) -> Option<(libc::fanotify_event_metadata, &[u8])> {
    let head = bytes.get(..EVENT)?;
    // SAFETY: there are as many bytes as the structure has, any of which are one; it need not be aligned to be read so.
    let event = unsafe { head.as_ptr().cast::<libc::fanotify_event_metadata>().read_unaligned() };
    let length = usize::try_from(event.event_len).ok().filter(|length| *length >= EVENT)?;
    (event.vers == libc::FANOTIFY_METADATA_VERSION).then_some(())?;
    Some((event, bytes.get(length..).unwrap_or_default()))
}

fn open() -> Result<File> {
    let flags = libc::FAN_CLASS_CONTENT | libc::FAN_CLOEXEC | libc::FAN_NONBLOCK;
    let events = libc::O_RDONLY | libc::O_CLOEXEC | libc::O_LARGEFILE;
    // SAFETY: two numbers, and a descriptor or an error comes back.
    let descriptor = unsafe { libc::fanotify_init(flags, events.cast_unsigned()) };
    if descriptor < 0 {
        return Err(io::Error::last_os_error()).doing("watching over", "executions");
    }
    // SAFETY: the kernel has just given this descriptor to us and to nobody else.
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(descriptor) }))
}

fn mark(watch: &File, mount: &Path) -> Result<()> {
    let path = CString::new(mount.as_os_str().as_bytes())
        .map_err(|_nul| RemediationError::refused("a path cannot hold a zero"))?;
    let flags = libc::FAN_MARK_ADD | libc::FAN_MARK_MOUNT;
    // SAFETY: the path ends with a zero and lives through the call; the rest are numbers.
    let marked = unsafe {
        libc::fanotify_mark(
            watch.as_raw_fd(),
            flags,
            libc::FAN_OPEN_EXEC_PERM,
            libc::AT_FDCWD,
            path.as_ptr(),
        )
    };
    if marked == 0 { Ok(()) } else { Err(io::Error::last_os_error()).doing("watching", mount) }
}
