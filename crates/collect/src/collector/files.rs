//! File changes: those that matter, said once per process and file, with what they mean.

use bartizan_model::{
    Detail, FileChange, FileOperation, Operation, OperationKind, ProcessKey, Text,
};
use bartizan_probe_abi::{Actor, FileName, FileNamed, FileOpen, NamedChange};

use crate::{
    collector::Collector,
    fact::{Fact, What},
    persistence, secrets,
    watch::resolve,
};

/// Flags of open(2).
const WRITE_MODES: u64 = 0o3;
const CREATE: u64 = 0o100;
const TRUNCATE: u64 = 0o1000;
/// What chown takes for "as it is".
const AS_IT_IS: u64 = u32::MAX as u64;

impl Collector {
    pub(crate) fn on_file_open(&mut self, actor: &Actor, file: FileOpen, time_ns: u64) {
        let operation = if file.created { FileOperation::Created } else { FileOperation::Modified };
        let emptied = u64::from(file.open_flags) & TRUNCATE != 0 && !file.created;
        let details = via(file.io_uring);
        let change = FileChange {
            size: Some(file.file_size),
            count: 1 + u32::from(file.repeats),
            details,
            ..change(operation, file.path.into())
        };
        self.on_file(actor, change, emptied, time_ns);
    }

    pub(crate) fn on_file_delete(&mut self, actor: &Actor, name: &FileName, time_ns: u64) {
        if name.directory {
            return;
        }
        let path = resolve(&name.base, &name.name).into();
        let details = via(name.io_uring);
        let change = FileChange { details, ..change(FileOperation::Deleted, path) };
        self.on_file(actor, change, false, time_ns);
    }

    pub(crate) fn on_file_rename(
        &mut self,
        actor: &Actor,
        from: &FileName,
        to: &FileName,
        time_ns: u64,
    ) {
        let path = resolve(&to.base, &to.name).into();
        let previous_path = Some(resolve(&from.base, &from.name).into());
        let details = via(to.io_uring);
        let change = FileChange { previous_path, details, ..change(FileOperation::Renamed, path) };
        self.on_file(actor, change, false, time_ns);
    }

    pub(crate) fn on_file_named(&mut self, actor: &Actor, named: &FileNamed, time_ns: u64) {
        let path: Text = resolve(&named.name.base, &named.name.name).into();
        let emptied = named.change == NamedChange::Truncated && named.args[0] == 0;
        let told = match named.change {
            NamedChange::Linked | NamedChange::Symlinked => {
                let link = resolve(&named.new_name.base, &named.new_name.name).into();
                let kind = if named.change == NamedChange::Linked { "hard" } else { "symbolic" };
                let mut details = vec![Detail::new("Link", kind)];
                details.extend(via(named.name.io_uring));
                FileChange {
                    previous_path: Some(path),
                    details,
                    ..change(FileOperation::Linked, link)
                }
            }
            NamedChange::Truncated => {
                let details = vec![Detail::new("Length", named.args[0])];
                FileChange { details, ..change(FileOperation::Modified, path) }
            }
            NamedChange::Opened => return self.on_asked(actor, path, named.args[0], time_ns),
            _ => {
                let details = attributes(named);
                FileChange { details, ..change(FileOperation::AttributesChanged, path) }
            }
        };
        self.on_file(actor, told, emptied, time_ns);
    }

    /// A file asked for through io_uring that got no descriptor of its own.
    fn on_asked(&mut self, actor: &Actor, path: Text, flags: u64, time_ns: u64) {
        if flags & (WRITE_MODES | CREATE) == 0 {
            if secrets::is_noted(&path) {
                let operation = Operation {
                    path: Some(path),
                    ..Operation::new(OperationKind::SensitiveFileRead)
                };
                self.tell_operation(actor, operation.with("Via", "io_uring"), None, time_ns);
            }
            return;
        }
        let operation =
            if flags & CREATE == 0 { FileOperation::Modified } else { FileOperation::Created };
        let change = FileChange { details: via(true), ..change(operation, path) };
        self.on_file(actor, change, false, time_ns);
    }

    /// Tells summaries of what was repeated within windows that are over.
    pub(crate) fn close_file_windows(&mut self, now_ns: u64) {
        for (fact, repeats) in self.files.close(now_ns) {
            self.counters.merged += repeats;
            if let Fact { what: What::File(mut change), at, process, parent } = fact {
                change.count = u32::try_from(repeats).unwrap_or(u32::MAX);
                self.tell(Fact { at, process, parent, what: What::File(change) });
            }
        }
    }

    fn on_file(&mut self, actor: &Actor, change: FileChange, emptied: bool, time_ns: u64) {
        let previous = change.previous_path.clone();
        let area = self.watch.area(&change.path).or_else(|| self.watch.area(previous.as_deref()?));
        let Some(area) = area.map(str::to_owned) else {
            self.counters.files_unwatched += 1;
            return;
        };
        let process = self.acting(actor);
        if self.accounts.concerns(&change.path) {
            self.accounts.look_soon(self.now.boot_ns);
            self.accounts_by = Some((process.key, self.now.boot_ns));
        }
        let (operation, path) = (change.operation, Text::clone(&change.path));
        let count = u64::from(change.count);
        let window = (process.key, operation, Text::clone(&path));
        let Some(fact) = self.fact_of(process.key, What::File(change), time_ns) else { return };
        if self.files.are_first(&window, count, || fact.clone(), time_ns)
            && self.file_rates.allow(&(process.label(), area), time_ns)
        {
            self.tell(fact);
            let told = Told { operation, path: &path, previous: previous.as_deref(), emptied };
            self.tell_meaning(process.key, &told, time_ns);
        }
    }

    /// A change of what runs by itself, or of who gets in, is an event of its own.
    fn tell_meaning(&mut self, process: ProcessKey, told: &Told<'_>, time_ns: u64) {
        let &Told { operation, path, previous, emptied } = told;
        let mut tell = |kind, path: &str, change: &str| {
            let told = Operation { path: Some(path.into()), ..Operation::new(kind) };
            self.tell_done(process, told.with("Change", change), None, time_ns);
        };
        let word = word(operation);
        if let Some(kind) = persistence::meaning(path, operation, emptied) {
            tell(kind, path, word);
        }
        // A renamed file is gone from where it was.
        if operation == FileOperation::Renamed
            && let Some(previous) = previous
            && let Some(kind) = persistence::meaning(previous, FileOperation::Deleted, false)
            // Logs are renamed by rotation each night.
            && kind != OperationKind::LogCleared
        {
            tell(kind, previous, "renamed away");
        }
    }
}

/// A change that was told, as far as its meaning goes.
struct Told<'a> {
    operation: FileOperation,
    path: &'a str,
    previous: Option<&'a str>,
    emptied: bool,
}

fn attributes(named: &FileNamed) -> Vec<Detail> {
    let [first, second] = named.args;
    match named.change {
        NamedChange::Mode => vec![
            Detail::new("Mode", format!("{:04o}", first & 0o7777)),
            Detail::new("SetUserId", first & 0o4000 != 0),
            Detail::new("SetGroupId", first & 0o2000 != 0),
        ],
        NamedChange::Owner => [("UserId", first), ("GroupId", second)]
            .into_iter()
            .filter(|(_, id)| id & AS_IT_IS != AS_IT_IS)
            .map(|(name, id)| Detail::new(name, id & AS_IT_IS))
            .collect(),
        NamedChange::Xattr => vec![Detail::new("AttributeSet", named.new_name.name.as_str())],
        NamedChange::XattrGone => {
            vec![Detail::new("AttributeRemoved", named.new_name.name.as_str())]
        }
        NamedChange::Times => vec![Detail::new("TimesSet", true)],
        _ => Vec::new(),
    }
}

fn via(io_uring: bool) -> Vec<Detail> {
    if io_uring { vec![Detail::new("Via", "io_uring")] } else { Vec::new() }
}

const fn word(operation: FileOperation) -> &'static str {
    match operation {
        FileOperation::Created => "created",
        FileOperation::Modified => "modified",
        FileOperation::Renamed => "renamed",
        FileOperation::Deleted => "deleted",
        FileOperation::Linked => "linked",
        FileOperation::AttributesChanged => "attributes changed",
    }
}

const fn change(operation: FileOperation, path: Text) -> FileChange {
    FileChange { operation, path, previous_path: None, size: None, count: 1, details: Vec::new() }
}
