//! The view of a process tree, the same for alerts and devices.

use bartizan_model::{
    Connection, ConnectionOutcome, DeviceId, FileChange, FileOperation, ProcessKey, Protocol,
    TenantId, Timestamp, hex,
};
use bartizan_store::{AlikeChildren, ProcessTree, TreeNode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Api, problem::ApiError, request::shown};

/// A process tree.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tree {
    /// The process it was asked for.
    focus: String,
    /// Its processes, earliest first.
    nodes: Vec<Node>,
    /// Those without a parent in it.
    roots: Vec<String>,
    /// The story has more processes than are shown.
    truncated: bool,
}

/// A process.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Node {
    key: String,
    parent: Option<String>,
    pid: u32,
    image: String,
    file_name: String,
    command_line: String,
    /// The command line was longer than the sensor keeps.
    arguments_cut: bool,
    user: String,
    started_at: String,
    ended_at: Option<String>,
    exit_code: Option<u8>,
    signal: Option<u8>,
    sha256: Option<String>,
    container: Option<String>,
    current_directory: Option<String>,
    alerts: Vec<NodeAlert>,
    /// How many connections it opened.
    connections: u64,
    /// How many times it changed a file.
    files: u64,
    latest_connections: Vec<ConnectionView>,
    latest_files: Vec<FileView>,
    /// How many processes it started, shown or not.
    children_total: u64,
    /// It has a parent that is not known: something is missing above it.
    gap: bool,
    /// Its children that are not shown one by one, by executable.
    groups: Vec<AlikeView>,
}

/// Children of one process that run the same executable.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlikeView {
    image: String,
    file_name: String,
    /// How many are not shown.
    count: u64,
    /// The command line of one of them.
    example: String,
    first_at: String,
    last_at: String,
}

/// An alert about a process.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NodeAlert {
    id: String,
    title: String,
    severity: &'static str,
}

/// A connection a process opened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectionView {
    at: String,
    /// `attempted`, `succeeded` or `failed`.
    outcome: &'static str,
    /// `tcp` or `udp`.
    protocol: &'static str,
    remote_address: String,
    remote_port: u16,
}

/// A file a process changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileView {
    at: String,
    /// `created`, `modified`, `renamed` or `deleted`.
    operation: &'static str,
    path: String,
    previous_path: Option<String>,
    /// How many like changes this stands for.
    count: u32,
}

pub(crate) fn tree_of(
    api: &Api,
    tenant: TenantId,
    device: DeviceId,
    focus: ProcessKey,
    story: Option<ProcessKey>,
) -> Result<Tree, ApiError> {
    let tree = api.store.process_tree(tenant, device, focus, story)?;
    tree.map(view).ok_or_else(|| ApiError::not_found("process"))
}

fn view(tree: ProcessTree) -> Tree {
    Tree {
        focus: tree.focus.to_string(),
        nodes: tree.nodes.iter().map(node).collect(),
        roots: tree.roots.iter().map(ToString::to_string).collect(),
        truncated: tree.truncated,
    }
}

fn node(node: &TreeNode) -> Node {
    let record = &node.record;
    let process = &record.process;
    let user = &process.user;
    let digest = process.file.and_then(|file| file.sha256);
    Node {
        key: process.key.to_string(),
        parent: process.parent.map(|key| key.to_string()),
        pid: process.key.pid,
        image: process.image.to_string(),
        file_name: process.file_name().to_owned(),
        command_line: process.command_line.to_string(),
        arguments_cut: process.arguments_cut,
        user: user.name.as_ref().map_or_else(|| user.uid.to_string(), ToString::to_string),
        started_at: shown(process.started_at),
        ended_at: record.ended_at.map(shown),
        exit_code: record.exit_code,
        signal: record.signal,
        sha256: digest.map(|digest| hex(&digest)),
        container: process.container.as_ref().map(ToString::to_string),
        current_directory: process.current_directory.as_ref().map(ToString::to_string),
        alerts: node
            .alerts
            .iter()
            .map(|(id, title, severity)| NodeAlert {
                id: id.to_string(),
                title: title.to_string(),
                severity: severity.word(),
            })
            .collect(),
        connections: record.connections,
        files: record.files,
        latest_connections: record.latest_connections.iter().map(connection).collect(),
        latest_files: record.latest_files.iter().map(file).collect(),
        children_total: record.children,
        gap: node.gap,
        groups: node.groups.iter().map(alike).collect(),
    }
}

fn alike(group: &AlikeChildren) -> AlikeView {
    AlikeView {
        image: group.image.to_string(),
        file_name: group.image.rsplit('/').next().unwrap_or_default().to_owned(),
        count: group.count,
        example: group.example.to_string(),
        first_at: shown(group.first_at),
        last_at: shown(group.last_at),
    }
}

fn connection((at, connection): &(Timestamp, Connection)) -> ConnectionView {
    ConnectionView {
        at: shown(*at),
        outcome: match connection.outcome {
            ConnectionOutcome::Attempted => "attempted",
            ConnectionOutcome::Succeeded => "succeeded",
            ConnectionOutcome::Failed => "failed",
            ConnectionOutcome::Accepted => "accepted",
            ConnectionOutcome::Listening => "listening",
        },
        protocol: match connection.protocol {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        },
        remote_address: connection.remote.ip().to_string(),
        remote_port: connection.remote.port(),
    }
}

fn file((at, change): &(Timestamp, FileChange)) -> FileView {
    FileView {
        at: shown(*at),
        operation: match change.operation {
            FileOperation::Created => "created",
            FileOperation::Modified => "modified",
            FileOperation::Renamed => "renamed",
            FileOperation::Deleted => "deleted",
            FileOperation::Linked => "linked",
            FileOperation::AttributesChanged => "attributes changed",
        },
        path: change.path.to_string(),
        previous_path: change.previous_path.as_ref().map(ToString::to_string),
        count: change.count,
    }
}
