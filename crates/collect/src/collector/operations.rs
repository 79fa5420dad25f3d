//! What processes did to the machine, to each other and to themselves: records in the words of the model.

use std::sync::Arc;

use bartizan_model::{ImageLoad, Operation, OperationKind as Kind, ProcessKey};
use bartizan_probe_abi::{Actor, Operation as Done, OperationCode as Code, user_device};

use crate::{
    collector::Collector,
    fact::{Fact, What},
    process::{ImageFile, Process},
    secrets, words,
};

const WRITE: u64 = 2;
const PROG_LOAD: u64 = 5;
const SET_MM: u64 = 35;

impl Collector {
    pub(crate) fn on_operation(&mut self, actor: &Actor, done: Done, time_ns: u64) {
        match done.code {
            Code::SetId => self.on_set_id(actor, time_ns),
            Code::ImageLoad => self.on_image(actor, &done, time_ns),
            _ => self.on_deed(actor, done, time_ns),
        }
    }

    fn on_deed(&mut self, actor: &Actor, done: Done, time_ns: u64) {
        let Some(mut operation) = described(&done) else {
            self.counters.files_unwatched += 1;
            return;
        };
        let target = self.target_of(actor, &done);
        let own = target.is_some_and(|key| key.pid == actor.pid);
        if own && operation.kind == Kind::MemoryRead {
            return;
        }
        if target.is_some_and(|key| Some(key.pid) == self.own_pid) {
            let attempt = operation.kind.word();
            operation = Operation { kind: Kind::Tampering, ..operation }.with("Attempt", attempt);
        }
        self.tell_operation(actor, operation, target, time_ns);
    }

    /// Tells an operation of the acting process, unless its program does too many of its kind.
    pub(crate) fn tell_operation(
        &mut self,
        actor: &Actor,
        operation: Operation,
        target: Option<ProcessKey>,
        time_ns: u64,
    ) {
        let process = self.acting(actor);
        if self.operation_rates.allow(&(process.label(), operation.kind), time_ns) {
            self.tell_done(process.key, operation, target, time_ns);
        }
    }

    pub(crate) fn tell_done(
        &mut self,
        actor: ProcessKey,
        operation: Operation,
        target: Option<ProcessKey>,
        time_ns: u64,
    ) {
        let target = target.and_then(|key| {
            self.introduce(Some(key), time_ns);
            self.known(key)
        });
        let what = What::Operation { operation: Box::new(operation), target };
        self.tell_of(actor, what, time_ns);
    }

    /// The process it was done to, by the kernel's own word or by the number the caller used.
    fn target_of(&mut self, actor: &Actor, done: &Done) -> Option<ProcessKey> {
        if let Some(target) = done.target {
            let key = self.key_at(target.pid, target.start_ns);
            self.find(key);
            return Some(key);
        }
        let [_, number, level, _] = done.args;
        match done.code {
            Code::Ptrace | Code::MemoryRead | Code::MemoryWrite | Code::ProcMem | Code::FdTaken => {
                let number = u32::try_from(number).ok()?;
                let pid = self.procfs.pid_in_namespace(actor.pid, number, level)?;
                let key = self.table.running(pid).or_else(|| self.procfs.key_of(pid))?;
                self.find(key);
                Some(key)
            }
            _ => None,
        }
    }

    /// Only what changes who the process is; most calls set what was set already.
    fn on_set_id(&mut self, actor: &Actor, time_ns: u64) {
        let key = self.key_at(actor.pid, actor.start_ns);
        let before = self.known(key).map(|process| process.credentials);
        let after = self.acting(actor).credentials;
        let Some(before) = before.filter(|before| *before != after) else { return };
        if (before.uid, before.euid, before.gid, before.egid)
            == (after.uid, after.euid, after.gid, after.egid)
        {
            return;
        }
        let operation = Operation::new(Kind::IdentityChanged)
            .with("PreviousUserId", before.uid)
            .with("PreviousEffectiveUserId", before.euid)
            .with("PreviousGroupId", before.gid)
            .with("UserId", after.uid)
            .with("EffectiveUserId", after.euid)
            .with("GroupId", after.gid);
        self.tell_operation(actor, operation, None, time_ns);
    }

    fn on_image(&mut self, actor: &Actor, done: &Done, time_ns: u64) {
        let [inode, device, size, changed_ns] = done.args;
        let device = user_device(u32::try_from(device).unwrap_or(0));
        let process = self.acting(actor);
        // The program itself, mapped again by its own loader, was told with its start.
        let own = process.image.as_ref().and_then(|image| image.file);
        if own.is_some_and(|file| (file.inode, file.device) == (inode, device)) {
            return;
        }
        if !self.image_rates.allow(&process.label(), time_ns) {
            return;
        }
        let image = ImageLoad {
            path: done.text.as_str().into(),
            size,
            device,
            inode,
            sha256: None,
            detached: done.detached,
        };
        let file =
            ImageFile { device, inode, size, changed_ns, deleted: false, fileless: done.detached };
        let Some(Fact { at, process, parent, .. }) =
            self.fact_of(process.key, What::Introduced, time_ns)
        else {
            return;
        };
        let what = What::Image(Box::new(image));
        self.tell_hashed(Fact { at, process, parent, what }, file);
    }

    /// Takes a process into the table that is only named so far.
    fn find(&mut self, key: ProcessKey) {
        if self.table.get(key).is_some() {
            return;
        }
        let read = self.procfs.process(key.pid, self.now).filter(|process| process.key == key);
        let process: Process = read.unwrap_or_else(|| self.gone(key));
        self.table.insert(Arc::new(process), None, self.now.boot_ns);
    }
}

/// The operation, without its target; `None` for what is not worth telling.
fn described(done: &Done) -> Option<Operation> {
    let [first, second, third, fourth] = done.args;
    let path = |kind| Operation { path: Some(done.text.as_str().into()), ..Operation::new(kind) };
    Some(match done.code {
        Code::Ptrace => Operation::new(Kind::Traced).with("Request", words::ptrace(first)),
        Code::MemoryWrite => Operation::new(Kind::MemoryWritten).with("Call", "process_vm_writev"),
        Code::MemoryRead => Operation::new(Kind::MemoryRead).with("Call", "process_vm_readv"),
        Code::ProcMem if first & WRITE != 0 => path(Kind::MemoryWritten).with("Call", "open"),
        Code::ProcMem => path(Kind::MemoryRead).with("Call", "open"),
        Code::FdTaken => Operation::new(Kind::DescriptorTaken).with("Descriptor", first),
        Code::Signal => Operation::new(Kind::SignalSent).with("Signal", words::signal(first)),
        Code::SensitiveRead if secrets::is_secret(&done.text) => path(Kind::SensitiveFileRead)
            .with("Secret", secrets::kind(&done.text))
            .with("FileSize", third),
        Code::SensitiveRead => return None,
        Code::DeviceOpen => path(Kind::RawAccess)
            .with("Device", words::device(first))
            .with("Write", second & WRITE != 0),
        Code::KernelWrite if secrets::is_kernel_setting(&done.text) => {
            path(Kind::KernelSettingChanged)
        }
        Code::KernelWrite => return None,
        Code::UnixConnect => path(Kind::LocalSocketUsed),
        Code::RawSocket => Operation::new(Kind::RawSocket)
            .with("Family", words::family(first))
            .with("Type", words::socket_type(second))
            .with("Protocol", third),
        Code::SocketFilter => {
            let what = if first == 26 { "classic" } else { "program" };
            Operation::new(Kind::SocketFilter).with("Filter", what)
        }
        Code::WritableCode => Operation::new(Kind::WritableCode)
            .with("Address", format!("{first:#x}"))
            .with("Length", second)
            .with("Protection", words::protection(third))
            .with("Call", if fourth == 1 { "mmap" } else { "mprotect" }),
        Code::Memfd => Operation::new(Kind::MemoryFile).with("Name", done.text.as_str()),
        Code::NameChanged if first == SET_MM => {
            Operation::new(Kind::NameChanged).with("Call", "PR_SET_MM").with("Field", second)
        }
        Code::NameChanged => Operation::new(Kind::NameChanged).with("Name", done.text.as_str()),
        Code::IoUring => Operation::new(Kind::IoUringUsed).with("Request", words::io_uring(first)),
        Code::ExecFailed => path(Kind::StartFailed).with("Error", words::error(first)),
        _ => return of_machine(done),
    })
}

/// What changes the machine, or how the process sees it.
fn of_machine(done: &Done) -> Option<Operation> {
    let [first, second, third, _] = done.args;
    let path = |kind| Operation { path: Some(done.text.as_str().into()), ..Operation::new(kind) };
    Some(match done.code {
        Code::ModuleLoad => {
            let file = (!done.more.is_empty()).then(|| done.more.as_str().into());
            let operation = Operation { path: file, ..Operation::new(Kind::ModuleLoaded) };
            operation.with("Module", done.text.as_str())
        }
        Code::ModuleUnload => {
            Operation::new(Kind::ModuleUnloaded).with("Module", done.text.as_str())
        }
        Code::Bpf if first == PROG_LOAD => Operation::new(Kind::BpfLoaded)
            .with("ProgramType", words::bpf_type(second))
            .with("ProgramId", third)
            .with("ProgramName", done.text.as_str()),
        Code::Bpf => Operation::new(Kind::BpfAttachment).with("Command", words::bpf_command(first)),
        Code::Kexec => path(Kind::KexecLoaded),
        Code::Reboot => {
            Operation::new(Kind::Reboot).with("Command", words::reboot(first)).with("Refused", true)
        }
        Code::Mount => path(Kind::Mounted)
            .with("Source", done.more.as_str())
            .with("Type", done.last.as_str())
            .with("Flags", first),
        Code::Unmount => path(Kind::Unmounted),
        Code::Namespace => Operation::new(Kind::NamespaceChanged)
            .with("Namespaces", words::namespaces(first))
            .with("Call", words::namespace_call(second)),
        Code::Chroot => path(Kind::RootChanged).with("Call", "chroot"),
        Code::PivotRoot => path(Kind::RootChanged).with("Call", "pivot_root"),
        Code::TimeSet => {
            let seconds = second.cast_signed();
            Operation::new(Kind::ClockSet).with("Clock", first).with("Seconds", seconds)
        }
        _ => return None,
    })
}
