//! File changes: those that matter, said once per process and file.

use bartizan_model::{FileChange, FileOperation, Text};
use bartizan_probe_abi::{Actor, FileName, FileOpen};

use crate::{
    collector::Collector,
    fact::{Fact, What},
    watch::resolve,
};

impl Collector {
    pub(crate) fn on_file_open(&mut self, actor: &Actor, file: FileOpen, time_ns: u64) {
        let operation = if file.created { FileOperation::Created } else { FileOperation::Modified };
        let size = Some(file.file_size);
        self.on_file(actor, change(operation, file.path.into(), None, size), time_ns);
    }

    pub(crate) fn on_file_delete(&mut self, actor: &Actor, name: &FileName, time_ns: u64) {
        if name.directory {
            return;
        }
        let path = resolve(&name.base, &name.name).into();
        self.on_file(actor, change(FileOperation::Deleted, path, None, None), time_ns);
    }

    pub(crate) fn on_file_rename(
        &mut self,
        actor: &Actor,
        from: &FileName,
        to: &FileName,
        time_ns: u64,
    ) {
        let path = resolve(&to.base, &to.name).into();
        let previous = resolve(&from.base, &from.name).into();
        self.on_file(actor, change(FileOperation::Renamed, path, Some(previous), None), time_ns);
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

    fn on_file(&mut self, actor: &Actor, change: FileChange, time_ns: u64) {
        let previous = change.previous_path.as_deref();
        let area = self.watch.area(&change.path).or_else(|| self.watch.area(previous?));
        let Some(area) = area.map(str::to_owned) else {
            self.counters.files_unwatched += 1;
            return;
        };
        let process = self.acting(actor);
        let window = (process.key, change.operation, Text::clone(&change.path));
        let Some(fact) = self.fact_of(process.key, What::File(change), time_ns) else { return };
        if self.files.is_first(&window, || fact.clone(), time_ns)
            && self.file_rates.allow(&(process.label(), area), time_ns)
        {
            self.tell(fact);
        }
    }
}

const fn change(
    operation: FileOperation,
    path: Text,
    previous_path: Option<Text>,
    size: Option<u64>,
) -> FileChange {
    FileChange { operation, path, previous_path, size, count: 1 }
}
