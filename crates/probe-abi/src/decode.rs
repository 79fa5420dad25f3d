//! Bytes from a ring to a [`Record`], with every bound checked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{
    kind::RecordKind,
    layout::{
        CONNECT_BYTES, DNS_MAX, EXEC_BYTES, EXIT_BYTES, FILE_NAME_BYTES, FILE_OPEN_BYTES,
        FLAG_ARGV_CUT, FLAG_ARGV_MISSING, FLAG_CREATED, FLAG_DELETED, FLAG_DETACHED,
        FLAG_DIRECTORY, FLAG_IO_URING, FLAG_NAME_CUT, FLAG_NAMES_CUT, FLAG_PATH_CUT, FLAG_RESPONSE,
        FLAG_SCRIPT, FLAG_SECURE, HEADER_BYTES, OPERATION_BYTES, TIME_OFFSET, VERSION,
    },
    operation::{Operation, OperationCode, Target},
    record::{
        Actor, Connect, ConnectPhase, Dns, Exec, Exit, FileName, FileNamed, FileOpen, NamedChange,
        Record, RecordBody, set_id,
    },
};

/// Why bytes are not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Fewer bytes than the record says it has.
    #[error("record ends after {have} bytes, needs {need}")]
    Short {
        /// Bytes that were needed.
        need: usize,
        /// Bytes that were there.
        have: usize,
    },
    /// The record was made by programs of another version.
    #[error("record has layout version {0}, this reader knows version {VERSION}")]
    Version(u16),
    /// A kind that does not exist.
    #[error("record has unknown kind {0}")]
    Kind(u16),
    /// An enumerated field holds a value that does not exist.
    #[error("record field {field} holds unknown value {value}")]
    Value {
        /// The field's name.
        field: &'static str,
        /// What it held.
        value: u32,
    },
}

/// The time of an undecoded record, for merging rings by time.
#[must_use]
pub fn peek_time(bytes: &[u8]) -> Option<u64> {
    Reader { bytes, at: TIME_OFFSET }.u64().ok()
}

impl Record {
    /// Decodes one record. Bytes behind it are ignored: rings pad.
    ///
    /// # Errors
    /// When the bytes are too short, of another version, or hold values that do not exist.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader { bytes, at: 0 };
        let kind = reader.u16()?;
        let version = reader.u16()?;
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        let kind = RecordKind::from_number(kind).ok_or(DecodeError::Kind(kind))?;
        let _size = reader.u32()?;
        let cpu = reader.u32()?;
        let flags = reader.u32()?;
        let sequence = reader.u64()?;
        let time_ns = reader.u64()?;
        let actor = actor(&mut reader)?;
        debug_assert_eq!(reader.at, HEADER_BYTES);
        let body = body(kind, flags, &mut reader)?;
        Ok(Self { cpu, sequence, time_ns, actor, body })
    }
}

fn actor(reader: &mut Reader<'_>) -> Result<Actor, DecodeError> {
    let start_ns = reader.u64()?;
    let parent_start_ns = reader.u64()?;
    let cgroup_id = reader.u64()?;
    let exec_id = reader.u64()?;
    Ok(Actor {
        pid: reader.u32()?,
        tid: reader.u32()?,
        parent_pid: reader.u32()?,
        uid: reader.u32()?,
        gid: reader.u32()?,
        euid: reader.u32()?,
        egid: reader.u32()?,
        login_uid: set_id(reader.u32()?),
        session_id: set_id(reader.u32()?),
        mount_ns: reader.u32()?,
        comm: reader.comm()?,
        start_ns,
        parent_start_ns,
        cgroup_id,
        exec_id,
    })
}

fn body(kind: RecordKind, flags: u32, reader: &mut Reader<'_>) -> Result<RecordBody, DecodeError> {
    Ok(match kind {
        RecordKind::Exec => RecordBody::Exec(exec(flags, reader)?),
        RecordKind::Fork => RecordBody::Fork,
        RecordKind::Exit => RecordBody::Exit(exit(reader)?),
        RecordKind::FileOpen => RecordBody::FileOpen(file_open(flags, reader)?),
        RecordKind::FileDelete => RecordBody::FileDelete(names(flags, reader)?.name),
        RecordKind::FileRename => {
            let Names { name, new_name, .. } = names(flags, reader)?;
            RecordBody::FileRename(name, new_name)
        }
        RecordKind::FileNamed => RecordBody::FileNamed(file_named(names(flags, reader)?)?),
        RecordKind::Connect => RecordBody::Connect(connect(reader)?),
        RecordKind::Operation => RecordBody::Operation(operation(flags, reader)?),
        RecordKind::Dns => RecordBody::Dns(dns(flags, reader)?),
    })
}

fn exec(flags: u32, reader: &mut Reader<'_>) -> Result<Exec, DecodeError> {
    let inode = reader.u64()?;
    let file_size = reader.u64()?;
    let file_changed_ns = reader.u64()?;
    let device = user_device(reader.u32()?);
    let [mode, links, file_uid] = reader.words()?;
    let [file_gid, argv_total] = reader.words()?;
    let capabilities = reader.u64()?;
    let [pid_ns, net_ns, user_ns] = reader.words()?;
    let lengths = [reader.u16()?, reader.u16()?, reader.u16()?];
    let (script, argv, env) = (reader.u16()?, reader.u16()?, reader.u16()?);
    debug_assert_eq!(reader.at, EXEC_BYTES);
    let [exe, cwd, root] = lengths.map(|length| reader.text(length));
    Ok(Exec {
        exe: exe?,
        cwd: cwd?,
        root: root?,
        script: reader.text(script)?,
        argv: arguments(reader.take(argv.into())?),
        environment: arguments(reader.take(env.into())?),
        argv_total,
        argv_cut: flags & FLAG_ARGV_CUT != 0,
        argv_missing: flags & FLAG_ARGV_MISSING != 0,
        path_cut: flags & FLAG_PATH_CUT != 0,
        deleted: flags & FLAG_DELETED != 0,
        detached: flags & FLAG_DETACHED != 0,
        environment_cut: flags & FLAG_NAMES_CUT != 0,
        is_script: flags & FLAG_SCRIPT != 0,
        gained_rights: flags & FLAG_SECURE != 0,
        device,
        inode,
        file_size,
        file_changed_ns,
        mode,
        links,
        file_uid,
        file_gid,
        capabilities,
        pid_ns,
        net_ns,
        user_ns,
    })
}

fn exit(reader: &mut Reader<'_>) -> Result<Exit, DecodeError> {
    let status = reader.u32()?;
    let _reserved = reader.u32()?;
    debug_assert_eq!(reader.at, EXIT_BYTES);
    Ok(Exit { status })
}

fn file_open(flags: u32, reader: &mut Reader<'_>) -> Result<FileOpen, DecodeError> {
    let inode = reader.u64()?;
    let file_size = reader.u64()?;
    let device = user_device(reader.u32()?);
    let mode = reader.u32()?;
    let open_flags = reader.u32()?;
    let path = reader.u16()?;
    let repeats = reader.u16()?;
    debug_assert_eq!(reader.at, FILE_OPEN_BYTES);
    Ok(FileOpen {
        path: reader.text(path)?,
        path_cut: flags & FLAG_PATH_CUT != 0,
        created: flags & FLAG_CREATED != 0,
        io_uring: flags & FLAG_IO_URING != 0,
        device,
        inode,
        file_size,
        mode,
        open_flags,
        repeats,
    })
}

/// What every record of names holds.
struct Names {
    args: [u64; 2],
    code: u32,
    name: FileName,
    new_name: FileName,
}

fn names(flags: u32, reader: &mut Reader<'_>) -> Result<Names, DecodeError> {
    let args = [reader.u64()?, reader.u64()?];
    let [code, _reserved] = reader.words()?;
    let (base, name) = (reader.u16()?, reader.u16()?);
    let (new_base, new_name) = (reader.u16()?, reader.u16()?);
    debug_assert_eq!(reader.at, FILE_NAME_BYTES);
    let mut file_name = |base, name| {
        Ok(FileName {
            base: reader.text(base)?,
            name: reader.text(name)?,
            cut: flags & (FLAG_NAME_CUT | FLAG_PATH_CUT) != 0,
            directory: flags & FLAG_DIRECTORY != 0,
            io_uring: flags & FLAG_IO_URING != 0,
        })
    };
    let (name, new_name) = (file_name(base, name)?, file_name(new_base, new_name)?);
    Ok(Names { args, code, name, new_name })
}

fn file_named(names: Names) -> Result<FileNamed, DecodeError> {
    let change = match names.code {
        1 => NamedChange::Linked,
        2 => NamedChange::Symlinked,
        3 => NamedChange::Mode,
        4 => NamedChange::Owner,
        5 => NamedChange::Xattr,
        6 => NamedChange::XattrGone,
        7 => NamedChange::Times,
        8 => NamedChange::Truncated,
        9 => NamedChange::Opened,
        value => return Err(DecodeError::Value { field: "code", value }),
    };
    Ok(FileNamed { change, name: names.name, new_name: names.new_name, args: names.args })
}

fn operation(flags: u32, reader: &mut Reader<'_>) -> Result<Operation, DecodeError> {
    let args = [reader.u64()?, reader.u64()?, reader.u64()?, reader.u64()?];
    let start_ns = reader.u64()?;
    let [pid, uid, code] = reader.words()?;
    let lengths = [reader.u16()?, reader.u16()?, reader.u16()?];
    let _reserved = (reader.u16()?, reader.u32()?);
    debug_assert_eq!(reader.at, OPERATION_BYTES);
    let code = OperationCode::from_number(code)
        .ok_or(DecodeError::Value { field: "operation", value: code })?;
    let [text, more, last] = lengths.map(|length| reader.text(length));
    Ok(Operation {
        code,
        args,
        target: (start_ns != 0).then_some(Target { pid, start_ns, uid }),
        text: text?,
        more: more?,
        last: last?,
        cut: flags & (FLAG_NAME_CUT | FLAG_PATH_CUT) != 0,
        detached: flags & FLAG_DETACHED != 0,
    })
}

fn dns(flags: u32, reader: &mut Reader<'_>) -> Result<Dns, DecodeError> {
    let cookie = reader.u64()?;
    let server_port = reader.u16()?;
    let (family, _reserved) = (reader.u8()?, reader.u8()?);
    let (length, total) = (reader.u16()?, reader.u16()?);
    let server = address(family, reader.array()?)?;
    let payload = reader.take(usize::from(length).min(DNS_MAX))?.to_vec();
    let response = flags & FLAG_RESPONSE != 0;
    Ok(Dns { cookie, server, server_port, response, payload, total })
}

fn connect(reader: &mut Reader<'_>) -> Result<Connect, DecodeError> {
    let cookie = reader.u64()?;
    let error = reader.u32()?;
    let phase = match reader.u8()? {
        1 => ConnectPhase::Attempt,
        2 => ConnectPhase::Established,
        3 => ConnectPhase::Failed,
        4 => ConnectPhase::Listen,
        5 => ConnectPhase::Accepted,
        value => return Err(DecodeError::Value { field: "phase", value: value.into() }),
    };
    let family = reader.u8()?;
    let protocol = reader.u8()?;
    let _reserved = reader.u8()?;
    let local_port = reader.u16()?;
    let remote_port = reader.u16()?;
    let _reserved = reader.u32()?;
    let local_address = address(family, reader.array()?)?;
    let remote_address = address(family, reader.array()?)?;
    debug_assert_eq!(reader.at, CONNECT_BYTES);
    Ok(Connect {
        cookie,
        phase,
        protocol,
        local_address,
        local_port,
        remote_address,
        remote_port,
        error,
    })
}

fn address(family: u8, bytes: [u8; 16]) -> Result<IpAddr, DecodeError> {
    match family {
        4 => {
            let [a, b, c, d, ..] = bytes;
            Ok(Ipv4Addr::new(a, b, c, d).into())
        }
        // An IPv4 peer of an IPv6 socket is an IPv4 peer.
        6 => Ok(Ipv6Addr::from(bytes).to_canonical()),
        value => Err(DecodeError::Value { field: "family", value: value.into() }),
    }
}

/// The kernel keeps `major << 20 | minor`; `stat` spreads the same two over 64 bits.
#[must_use]
pub fn user_device(kernel: u32) -> u64 {
    let (major, minor) = (u64::from(kernel >> 20), u64::from(kernel & 0xf_ffff));
    (major & 0xfff) << 8 | (minor & 0xff) | (minor & !0xff) << 12
}

/// Arguments end in zero bytes; the last may lack its own when the block was cut.
fn arguments(block: &[u8]) -> Vec<String> {
    let block = block.strip_suffix(b"\0").unwrap_or(block);
    if block.is_empty() {
        return Vec::new();
    }
    block.split(|byte| *byte == 0).map(lossy).collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let end = self.at.saturating_add(length);
        let taken = self
            .bytes
            .get(self.at..end)
            .ok_or(DecodeError::Short { need: end, have: self.bytes.len() })?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array().map(u8::from_ne_bytes)
    }

    fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_ne_bytes)
    }

    fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_ne_bytes)
    }

    fn words<const N: usize>(&mut self) -> Result<[u32; N], DecodeError> {
        let mut words = [0; N];
        for word in &mut words {
            *word = self.u32()?;
        }
        Ok(words)
    }

    fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_ne_bytes)
    }

    fn text(&mut self, length: u16) -> Result<String, DecodeError> {
        self.take(length.into()).map(lossy)
    }

    fn comm(&mut self) -> Result<String, DecodeError> {
        let bytes: [u8; 16] = self.array()?;
        Ok(lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default()))
    }
}
