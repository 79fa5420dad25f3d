//! Processes, to the wire and back.

use std::sync::Arc;

use bartizan_model::{
    BootId, Execution, Process, ProcessFile, ProcessKey, ProcessUser, Text, Timestamp,
};

use crate::{WireError, generated as wire, limits::VARIABLES_MAX};

pub(crate) fn to_wire(process: &Process) -> wire::Process {
    let owned = |text: &Option<Text>| text.as_deref().map(str::to_owned);
    wire::Process {
        key: Some(key_to_wire(process.key)),
        parent: process.parent.map(key_to_wire),
        image: process.image.to_string(),
        command_line: process.command_line.to_string(),
        arguments_cut: process.arguments_cut,
        current_directory: owned(&process.current_directory),
        user: Some(wire::ProcessUser {
            name: owned(&process.user.name),
            uid: process.user.uid,
            gid: process.user.gid,
            effective_uid: process.user.effective_uid,
            effective_gid: process.user.effective_gid,
            login_uid: process.user.login_uid,
            session: process.user.session,
        }),
        cgroup: owned(&process.cgroup),
        container: owned(&process.container),
        file: process.file.map(|file| wire::ProcessFile {
            device: file.device,
            inode: file.inode,
            size: file.size,
            sha256: file.sha256.map(|hash| hash.to_vec()).unwrap_or_default(),
            deleted: file.deleted,
            fileless: file.fileless,
        }),
        started_at: process.started_at.nanos(),
        parent_image: owned(&process.parent_image),
        parent_command_line: owned(&process.parent_command_line),
        parent_started_at: process.parent_started_at.map(Timestamp::nanos),
        execution: process.execution.as_deref().map(execution_to_wire),
    }
}

fn execution_to_wire(execution: &Execution) -> wire::Execution {
    wire::Execution {
        script: execution.script.as_deref().map(str::to_owned),
        image_inside: execution.image_inside.as_deref().map(str::to_owned),
        environment: execution.environment.iter().map(|text| text.as_ref().to_owned()).collect(),
        arguments_bytes: execution.arguments_bytes,
        mode: execution.mode,
        file_owner: execution.file_owner,
        gained_rights: execution.gained_rights,
        capabilities: execution.capabilities,
        mount_namespace: execution.mount_namespace,
        pid_namespace: execution.pid_namespace,
        network_namespace: execution.network_namespace,
        user_namespace: execution.user_namespace,
    }
}

fn execution_from_wire(execution: wire::Execution) -> Result<Execution, WireError> {
    WireError::bound("variables of a process", execution.environment.len(), VARIABLES_MAX)?;
    Ok(Execution {
        script: execution.script.map(Text::from),
        image_inside: execution.image_inside.map(Text::from),
        environment: execution.environment.into_iter().map(Text::from).collect(),
        arguments_bytes: execution.arguments_bytes,
        mode: execution.mode,
        file_owner: execution.file_owner,
        gained_rights: execution.gained_rights,
        capabilities: execution.capabilities,
        mount_namespace: execution.mount_namespace,
        pid_namespace: execution.pid_namespace,
        network_namespace: execution.network_namespace,
        user_namespace: execution.user_namespace,
    })
}

pub(crate) fn from_wire(process: wire::Process) -> Result<Process, WireError> {
    let user = process.user.ok_or(WireError::Missing("user of a process"))?;
    Ok(Process {
        key: key_from_wire(&process.key.ok_or(WireError::Missing("key of a process"))?)?,
        parent: process.parent.as_ref().map(key_from_wire).transpose()?,
        image: process.image.into(),
        command_line: process.command_line.into(),
        arguments_cut: process.arguments_cut,
        current_directory: process.current_directory.map(Text::from),
        user: ProcessUser {
            name: user.name.map(Text::from),
            uid: user.uid,
            gid: user.gid,
            effective_uid: user.effective_uid,
            effective_gid: user.effective_gid,
            login_uid: user.login_uid,
            session: user.session,
        },
        cgroup: process.cgroup.map(Text::from),
        container: process.container.map(Text::from),
        file: process.file.map(file_from_wire).transpose()?,
        started_at: Timestamp::from_nanos(process.started_at),
        parent_image: process.parent_image.map(Text::from),
        parent_command_line: process.parent_command_line.map(Text::from),
        parent_started_at: process.parent_started_at.map(Timestamp::from_nanos),
        execution: process.execution.map(execution_from_wire).transpose()?.map(Arc::new),
    })
}

pub(crate) fn key_to_wire(key: ProcessKey) -> wire::ProcessKey {
    wire::ProcessKey {
        boot: key.boot.0.to_be_bytes().to_vec(),
        pid: key.pid,
        start_ticks: key.start_ticks,
    }
}

pub(crate) fn key_from_wire(key: &wire::ProcessKey) -> Result<ProcessKey, WireError> {
    let boot: [u8; 16] = key.boot.as_slice().try_into().map_err(|_length| {
        WireError::unexpected("length of a boot id", key.boot.len(), "16 bytes")
    })?;
    let boot = BootId(u128::from_be_bytes(boot));
    Ok(ProcessKey { boot, pid: key.pid, start_ticks: key.start_ticks })
}

fn file_from_wire(file: wire::ProcessFile) -> Result<ProcessFile, WireError> {
    let sha256 = sha256_from_wire(file.sha256)?;
    Ok(ProcessFile {
        device: file.device,
        inode: file.inode,
        size: file.size,
        sha256,
        deleted: file.deleted,
        fileless: file.fileless,
    })
}

/// A hash, or none.
pub(crate) fn sha256_from_wire(bytes: Vec<u8>) -> Result<Option<[u8; 32]>, WireError> {
    let length = bytes.len();
    if length == 0 {
        return Ok(None);
    }
    let refused = |_bytes| WireError::unexpected("length of a SHA-256", length, "32 bytes");
    bytes.try_into().map(Some).map_err(refused)
}
