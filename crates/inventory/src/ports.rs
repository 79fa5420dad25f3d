//! Ports that wait for peers, and which process holds each.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{BufRead as _, BufReader},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
};

use crate::{files, thing::Thing};

/// Most ports that are told.
const PORTS_MAX: usize = 4_096;

/// A port that waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Port {
    pub(crate) protocol: &'static str,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) inode: u64,
}

/// Every port that waits. The kernel lists those first, so the rest of a busy machine's table is never read.
pub(crate) fn waiting(root: &Path) -> BTreeSet<Port> {
    let mut ports = BTreeSet::new();
    for (file, protocol, state) in [
        ("proc/net/tcp", "tcp", "0A"),
        ("proc/net/tcp6", "tcp", "0A"),
        ("proc/net/udp", "udp", "07"),
        ("proc/net/udp6", "udp", "07"),
    ] {
        let Ok(file) = File::open(root.join(file)) else { continue };
        let lines = BufReader::new(file).lines().skip(1).map_while(Result::ok);
        ports.extend(
            lines
                .map_while(|line| {
                    let found = parse(&line, protocol, state);
                    // Connected UDP sockets stand among the others.
                    (found.is_some() || protocol == "udp").then_some(found)
                })
                .flatten()
                .take(PORTS_MAX),
        );
    }
    ports
}

/// A line of a table: `sl local_address rem_address st … inode`, or nothing when it is in another state.
pub(crate) fn parse(line: &str, protocol: &'static str, state: &str) -> Option<Port> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (local, inode) = (fields.get(1)?, fields.get(9)?.parse().ok()?);
    (*fields.get(3)? == state).then_some(())?;
    let local = socket_address(local)?;
    Some(Port { protocol, address: local.ip(), port: local.port(), inode })
}

/// An address and port as the kernel prints them in the tables below `/proc/net`.
#[must_use]
pub fn socket_address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    Some(SocketAddr::new(ip(address)?, u16::from_str_radix(port, 16).ok()?))
}

/// Words of 32 bits in the order of the machine.
fn ip(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| Some(u32::from_str_radix(hex.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    if hex.len() == 8 {
        return Some(Ipv4Addr::from(word(0)?).into());
    }
    (hex.len() == 32).then_some(())?;
    let mut bytes = [0; 16];
    for (place, at) in bytes.chunks_exact_mut(4).zip([0, 8, 16, 24]) {
        place.copy_from_slice(&word(at)?);
    }
    Some(Ipv6Addr::from(bytes).into())
}

/// The ports as things, with who holds them: looks through the open files of every process.
pub(crate) fn described(root: &Path, ports: &BTreeSet<Port>) -> Vec<Thing> {
    let holders = holders(root, &ports.iter().map(|port| port.inode).collect());
    let one = |port: &Port| {
        let Port { protocol, address, port: number, inode } = port;
        let shown = match address {
            IpAddr::V4(address) => format!("{protocol} {address}:{number}"),
            IpAddr::V6(address) => format!("{protocol} [{address}]:{number}"),
        };
        let thing = Thing::new(&shown, &shown)
            .with("Protocol", protocol)
            .with("LocalIP", &address.to_string())
            .number("LocalPort", *number);
        match holders.get(inode) {
            Some((pid, image)) => thing.number("ProcessId", *pid).with("FolderPath", image),
            None => thing,
        }
    };
    let mut things: Vec<Thing> = ports.iter().map(one).collect();
    // Several processes may share one port.
    things.dedup_by(|second, first| second.key == first.key);
    things
}

fn holders(root: &Path, wanted: &BTreeSet<u64>) -> BTreeMap<u64, (u32, String)> {
    let mut found = BTreeMap::new();
    for process in files::children(&root.join("proc")) {
        let Ok(pid) = files::name(&process).parse::<u32>() else { continue };
        for open in files::children(&process.join("fd")) {
            let Ok(target) = fs::read_link(&open) else { continue };
            let target = target.to_string_lossy();
            let inode = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
            let Some(inode) = inode.and_then(|inode| inode.parse().ok()) else { continue };
            if wanted.contains(&inode) {
                let image = fs::read_link(process.join("exe")).unwrap_or_default();
                found.entry(inode).or_insert_with(|| (pid, image.to_string_lossy().into_owned()));
            }
        }
    }
    found
}
