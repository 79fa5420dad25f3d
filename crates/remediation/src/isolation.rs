//! Cutting the machine off: everything but its server, itself, and what its settings leave open.
//!
//! The programs are attached to the root of the control groups and stay there without us; the time when the machine frees
//! itself is judged by the kernel. What is in force also stands in a file, from which it is put in force again after
//! a restart of the machine, before anything else. What the kernel's programs cannot see: raw frames below IP, which
//! need privileges and reach the local network only.

mod filter;
mod kernel;
mod state;

use std::{
    fs,
    net::{IpAddr, SocketAddr, ToSocketAddrs as _},
    path::{Path, PathBuf},
};

use bartizan_model::{Isolation, Timestamp};
use filter::{Filter, MAY_ALL, MAY_SERVER, Open};
use ipnet::IpNet;

pub use state::Isolated;

use crate::{
    durable,
    error::{Doing as _, RemediationError, Result},
};

/// Where isolation works.
#[derive(Debug, Clone)]
pub struct Network {
    /// The control group that is cut off: the root, or one made for a test.
    pub group: PathBuf,
    /// The server, as `host:port`.
    pub server: String,
    /// The sensor's executable: it may look for its server.
    pub sensor: PathBuf,
}

impl Network {
    /// This machine's network, with the server at this address.
    ///
    /// # Errors
    /// When the machine has no control groups of version 2, or the sensor's file is gone.
    pub fn this_machine(server: &str) -> Result<Self, RemediationError> {
        let roots = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].map(PathBuf::from);
        let is_root = |path: &&PathBuf| path.join("cgroup.controllers").is_file();
        let none = || RemediationError::refused("this machine has no control groups of version 2");
        let group = roots.iter().find(is_root).ok_or_else(none)?.clone();
        let own = Path::new("/proc/self/exe");
        let sensor = fs::read_link(own).doing("finding the sensor's file by", own)?;
        Ok(Self { group, server: server.to_owned(), sensor })
    }
}

/// The machine's isolation: in the kernel, and on disk.
#[derive(Debug)]
pub struct Isolator {
    network: Network,
    path: PathBuf,
}

impl Isolator {
    /// The isolation that is remembered in this folder.
    #[must_use]
    pub fn new(folder: &Path, network: Network) -> Self {
        Self { network, path: folder.join("isolation.json") }
    }

    /// What is in force, as it was ordered.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn state(&self) -> Result<Option<Isolated>, RemediationError> {
        state::read(&self.path)
    }

    /// Cuts the machine off. What was in force before is replaced without a gap.
    ///
    /// # Errors
    /// When the kernel does not do it; the machine is as it was then.
    pub fn isolate(
        &self,
        isolation: &Isolation,
        action: &str,
        now: Timestamp,
    ) -> Result<Vec<String>, RemediationError> {
        if isolation.until <= now {
            return Err(RemediationError::refused("the isolation would be over already"));
        }
        let mut isolated = Isolated::of(isolation, action, now);
        let (servers, problem) = self.servers();
        isolated.servers = servers.iter().map(ToString::to_string).collect();
        // On disk first: a machine that starts anew in between is cut off too.
        durable::keep(&self.path, &isolated)?;
        if let Err(error) = self.enforce(&isolated, now) {
            durable::remove(&self.path)?;
            return Err(error);
        }
        Ok(problem.into_iter().collect())
    }

    /// Lets the machine back.
    ///
    /// # Errors
    /// When the kernel does not do it.
    pub fn release(&self) -> Result<bool, RemediationError> {
        let was = self.state()?.is_some();
        let attached = Filter::detach(&self.network.group)?;
        durable::remove(&self.path)?;
        Ok(was || attached)
    }

    /// Puts in force what is remembered, where it is not: after the machine or the sensor started. Frees the machine
    /// when the time is over. Says what was found wrong: that it had to be done while the machine was running.
    ///
    /// # Errors
    /// When it cannot be read or the kernel does not do it.
    pub fn keep_up(&self, now: Timestamp) -> Result<Option<String>, RemediationError> {
        let Some(mut isolated) = self.state()? else { return Ok(None) };
        if isolated.is_over(now) {
            self.release()?;
            return Ok(None);
        }
        let (servers, _) = self.servers();
        let servers: Vec<String> = servers.iter().map(ToString::to_string).collect();
        if !servers.is_empty() && servers != isolated.servers {
            isolated.servers = servers;
            durable::keep(&self.path, &isolated)?;
        }
        let missing = Filter::missing(&self.network.group)?;
        self.enforce(&isolated, now)?;
        Ok((!missing.is_empty()).then(|| {
            format!(
                "the isolation was not in force ({} missing) and was put back",
                missing.join(", ")
            )
        }))
    }

    /// How many packets and connections were stopped: out, in, connections.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn stopped(&self) -> Result<Option<[u64; 3]>, RemediationError> {
        Filter::stopped(&self.network.group)
    }

    fn enforce(&self, isolated: &Isolated, now: Timestamp) -> Result<()> {
        let mut open = Open {
            until: isolated.until(),
            now,
            server_port: self.server_port(),
            networks: Vec::new(),
            programs: vec![(self.network.sensor.clone(), MAY_SERVER)],
        };
        for server in &isolated.servers {
            if let Ok(address) = server.parse::<SocketAddr>() {
                open.networks.push((IpNet::from(address.ip()), address.port()));
            }
        }
        // The machine reaches itself by its own addresses too; a refused connection to one would be a lie.
        open.networks.extend(own_addresses().into_iter().map(|address| (IpNet::from(address), 0)));
        for address in &isolated.addresses {
            let network = address.parse::<IpNet>().ok();
            let network = network.or_else(|| address.parse::<IpAddr>().ok().map(IpNet::from));
            let wrong =
                || RemediationError::refused(format!("`{address}` is no address or network"));
            open.networks.push((network.ok_or_else(wrong)?, 0));
        }
        for program in &isolated.processes {
            open.programs.push((PathBuf::from(program), MAY_ALL));
        }
        Filter::enforce(&self.network.group, &open)
    }

    /// Where the server is now; what is wrong when it cannot be found.
    fn servers(&self) -> (Vec<SocketAddr>, Option<String>) {
        match self.network.server.to_socket_addrs() {
            Ok(addresses) => {
                let mut addresses: Vec<_> = addresses.collect();
                addresses.sort();
                addresses.dedup();
                (addresses, None)
            }
            Err(error) => {
                let text = format!("the server's address could not be found: {error}");
                (Vec::new(), Some(text))
            }
        }
    }

    fn server_port(&self) -> u16 {
        let port = self.network.server.rsplit_once(':').map(|(_, port)| port.parse());
        port.and_then(std::result::Result::ok).unwrap_or(0)
    }
}

/// The machine's own addresses, as the kernel lists them.
fn own_addresses() -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    // Local addresses stand as `host LOCAL` leaves, each below a line with the address.
    let text = fs::read_to_string("/proc/self/net/fib_trie").unwrap_or_default();
    let mut last: Option<IpAddr> = None;
    for line in text.lines() {
        let line = line.trim_start_matches([' ', '|', '+', '-']);
        if line.starts_with("/32 host LOCAL") {
            addresses.extend(last);
        } else {
            last = line.split_whitespace().next().and_then(|word| word.parse().ok());
        }
    }
    let text = fs::read_to_string("/proc/self/net/if_inet6").unwrap_or_default();
    for line in text.lines() {
        let digits = line.split_whitespace().next().unwrap_or_default();
        if let Ok(number) = u128::from_str_radix(digits, 16) {
            addresses.push(IpAddr::from(number.to_be_bytes()));
        }
    }
    addresses.sort();
    addresses.dedup();
    addresses
}

#[cfg(test)]
mod tests;
