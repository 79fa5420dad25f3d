//! A process as the collector keeps it: the words of the model, plus what is needed to follow it.

use std::sync::{Arc, OnceLock};

use bartizan_model::{self as model, ProcessKey, Text, Timestamp};

/// A process at one moment. Executing a program makes a new one of these under the same key.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    pub(crate) key: ProcessKey,
    /// `None` for the kernel's own first processes, and when the parent was gone.
    pub(crate) parent: Option<ProcessKey>,
    pub(crate) started_at: Timestamp,
    /// The short name, settable by the process.
    pub(crate) comm: Text,
    /// `None` for kernel threads and for processes that were gone too soon.
    pub(crate) image: Option<Arc<Image>>,
    pub(crate) credentials: Credentials,
    pub(crate) place: Place,
    pub(crate) origin: Origin,
}

/// A program with its arguments.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) path: Text,
    pub(crate) command_line: Text,
    pub(crate) arguments_cut: bool,
    pub(crate) directory: Option<Text>,
    pub(crate) file: Option<ImageFile>,
    /// How it came to run; `None` when its start was not seen.
    pub(crate) execution: Option<Arc<model::Execution>>,
    /// Asked for when the image is first told of; see [`Answer`].
    pub(crate) hash: OnceLock<Answer>,
}

/// A hash shared by everything that runs the same bytes, filled in while events about it wait.
pub(crate) type Answer = Arc<OnceLock<ImageHash>>;

/// The identity of an executable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImageFile {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    /// When the inode last changed, in nanoseconds since 1970: tells one content from the next.
    pub(crate) changed_ns: u64,
    /// No name leads to the file any more.
    pub(crate) deleted: bool,
    /// The file never was in a mounted tree: it lives in memory.
    pub(crate) fileless: bool,
}

/// What hashing an executable came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImageHash {
    Sha256([u8; 32]),
    /// There is none, for this reason.
    Unavailable(&'static str),
}

/// Who a process runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Credentials {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) euid: u32,
    pub(crate) egid: u32,
    pub(crate) login_uid: Option<u32>,
    pub(crate) session_id: Option<u32>,
}

/// Where a process runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) cgroup: Option<Text>,
    pub(crate) container: Option<Text>,
}

/// How we came to know a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It was running when the sensor looked.
    Observed,
    /// It was made and has not executed a program of its own.
    Forked,
    /// It executed a program.
    Started,
}

impl Process {
    /// The path of the program it runs, or its short name in brackets.
    pub(crate) fn label(&self) -> Text {
        match &self.image {
            Some(image) => Arc::clone(&image.path),
            None => format!("[{}]", self.comm).into(),
        }
    }

    /// The process in the words of the model, reading on its own.
    pub(crate) fn to_model(&self, user: Option<Text>, parent: Option<&Self>) -> model::Process {
        let image = self.image.as_deref();
        model::Process {
            key: self.key,
            parent: self.parent,
            image: self.label(),
            command_line: self.command_line(),
            arguments_cut: image.is_some_and(|image| image.arguments_cut),
            current_directory: image.and_then(|image| image.directory.clone()),
            user: self.credentials.to_model(user),
            cgroup: self.place.cgroup.clone(),
            container: self.place.container.clone(),
            file: image.and_then(Image::to_model),
            started_at: self.started_at,
            parent_image: parent.map(Self::label),
            parent_command_line: parent.map(Self::command_line),
            parent_started_at: parent.map(|parent| parent.started_at),
            // Told with the start alone: every later event would only repeat it.
            execution: None,
        }
    }

    /// How it came to run its program.
    pub(crate) fn execution(&self) -> Option<Arc<model::Execution>> {
        self.image.as_ref()?.execution.clone()
    }

    fn command_line(&self) -> Text {
        self.image.as_ref().map_or_else(|| Text::from(""), |image| Arc::clone(&image.command_line))
    }
}

impl Image {
    fn to_model(&self) -> Option<model::ProcessFile> {
        let file = self.file?;
        Some(model::ProcessFile {
            device: file.device,
            inode: file.inode,
            size: file.size,
            sha256: self.hash.get().and_then(sha256_of),
            deleted: file.deleted,
            fileless: file.fileless,
        })
    }
}

/// The hash, when there is one by now.
pub(crate) fn sha256_of(answer: &Answer) -> Option<[u8; 32]> {
    match answer.get() {
        Some(ImageHash::Sha256(hash)) => Some(*hash),
        Some(ImageHash::Unavailable(_)) | None => None,
    }
}

impl Credentials {
    fn to_model(self, name: Option<Text>) -> model::ProcessUser {
        model::ProcessUser {
            name,
            uid: self.uid,
            gid: self.gid,
            effective_uid: self.euid,
            effective_gid: self.egid,
            login_uid: self.login_uid,
            session: self.session_id,
        }
    }
}
