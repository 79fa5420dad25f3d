//! Sockets, and which process has them open.

use std::{collections::HashMap, fs, net::SocketAddr, path::Path};

use bartizan_inventory::socket_address;

use super::{Context, Words, process};
use crate::answer::{Answers, Outcome, Table};

const STATES: [&str; 12] = [
    "",
    "established",
    "syn sent",
    "syn received",
    "fin wait 1",
    "fin wait 2",
    "time wait",
    "closed",
    "close wait",
    "last ack",
    "listening",
    "closing",
];

pub(super) fn connections(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let (proc, users) = (context.proc(), process::users(context.root()));
    let owners = owners(proc);
    let columns = &["protocol", "local", "remote", "state", "user", "pid", "name"];
    let mut table = Table::new(answers, columns, words.json());
    for protocol in ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"] {
        let text = fs::read_to_string(proc.join("net").join(protocol)).unwrap_or_default();
        for socket in text.lines().skip(1).filter_map(parse) {
            let (pid, name) = match owners.get(&socket.inode) {
                Some((pid, name)) => (pid.to_string(), name.clone()),
                None => (String::new(), String::new()),
            };
            let state = STATES.get(socket.state).copied().unwrap_or_default();
            let state = if protocol.starts_with("tcp") { state } else { "" };
            table.row(vec![
                protocol.to_owned(),
                socket.local.to_string(),
                socket.remote.to_string(),
                state.to_owned(),
                process::user(&users, socket.uid),
                pid,
                name,
            ])?;
        }
    }
    table.finish()
}

struct Socket {
    local: SocketAddr,
    remote: SocketAddr,
    state: usize,
    uid: u32,
    inode: u64,
}

fn parse(line: &str) -> Option<Socket> {
    let mut fields = line.split_ascii_whitespace();
    let (local, remote) = (address(fields.nth(1)?)?, address(fields.next()?)?);
    let state = usize::from_str_radix(fields.next()?, 16).ok()?;
    let uid = fields.nth(3)?.parse().ok()?;
    let inode = fields.nth(1)?.parse().ok()?;
    Some(Socket { local, remote, state, uid, inode })
}

/// An address as the kernel writes it; one of the old kind in the new form is the old one.
fn address(text: &str) -> Option<SocketAddr> {
    let address = socket_address(text)?;
    Some(SocketAddr::new(address.ip().to_canonical(), address.port()))
}

/// Who has which socket open.
fn owners(proc: &Path) -> HashMap<u64, (u32, String)> {
    let mut owners = HashMap::new();
    for pid in process::pids(proc) {
        let folder = proc.join(pid.to_string());
        let name = fs::read_to_string(folder.join("comm")).unwrap_or_default();
        let handles = fs::read_dir(folder.join("fd")).into_iter().flatten().flatten();
        for target in handles.filter_map(|handle| fs::read_link(handle.path()).ok()) {
            let inode = target.to_str().and_then(|text| {
                text.strip_prefix("socket:[")?.strip_suffix(']')?.parse::<u64>().ok()
            });
            if let Some(inode) = inode {
                owners.entry(inode).or_insert_with(|| (pid, name.trim().to_owned()));
            }
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_socket_of_ours_is_found_with_its_address_and_its_owner() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap();
        let text = fs::read_to_string("/proc/net/tcp").unwrap();

        let socket =
            text.lines().skip(1).filter_map(parse).find(|socket| socket.local == own).unwrap();

        assert_eq!(STATES[socket.state], "listening");
        assert_eq!(owners(Path::new("/proc"))[&socket.inode].0, std::process::id());
    }

    proptest! {
        #[test]
        fn any_line_is_a_socket_or_nothing(line in "\\PC{0,200}", address_text in "[0-9A-F]{0,40}:[0-9A-F]{0,6}") {
            let _read = parse(&line);
            let _address = address(&address_text);
        }
    }
}
