//! What the machine is and has: host facts, software, accounts, services, ports, adapters and containers, read
//! from files.
//!
//! A fact that cannot be read is left at its empty value: a machine without one is still a machine. This room
//! changes nothing and runs no program.

mod accounts;
mod adapters;
mod addresses;
mod containers;
mod files;
mod keeper;
mod os_release;
mod own;
mod ports;
mod services;
mod software;
mod thing;

use std::{
    fs,
    path::{Path, PathBuf},
};

use bartizan_model::{DeviceFacts, Text, Timestamp};

pub use keeper::Keeper;
pub use own::{OwnUse, own_use};
pub use ports::socket_address;
pub use services::UNIT_FOLDERS;

/// A machine whose files are below a folder: `/` for the one we run on.
#[derive(Debug, Clone)]
pub struct Machine {
    root: PathBuf,
}

impl Default for Machine {
    fn default() -> Self {
        Self { root: PathBuf::from("/") }
    }
}

impl Machine {
    /// The machine whose files are below this folder.
    #[must_use]
    pub fn below(root: impl AsRef<Path>) -> Self {
        Self { root: root.as_ref().to_path_buf() }
    }

    /// What the machine is.
    #[must_use]
    pub fn facts(&self, sensor_version: &str) -> DeviceFacts {
        let system = os_release::parse(&self.os_release());
        let statistics = self.read("proc/stat");
        DeviceFacts {
            host_name: self.word("proc/sys/kernel/hostname").unwrap_or_else(|| "unnamed".into()),
            machine_id: self.word("etc/machine-id"),
            os_name: system.name.into(),
            os_version: system.version.into(),
            kernel: self.word("proc/sys/kernel/osrelease").unwrap_or_default(),
            architecture: std::env::consts::ARCH.into(),
            processors: processors(&statistics),
            memory_bytes: memory(&self.read("proc/meminfo")),
            sensor_version: sensor_version.into(),
            addresses: addresses::all(
                &self.read("proc/net/fib_trie"),
                &self.read("proc/net/if_inet6"),
            ),
            booted_at: booted(&statistics),
        }
    }

    fn os_release(&self) -> String {
        let etc = self.read("etc/os-release");
        if etc.is_empty() { self.read("usr/lib/os-release") } else { etc }
    }

    fn word(&self, file: &str) -> Option<Text> {
        let text = self.read(file);
        let word = text.trim();
        (!word.is_empty()).then(|| word.into())
    }

    fn read(&self, file: &str) -> String {
        let bytes = fs::read(self.root.join(file)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Lines `cpu0`, `cpu1` … of `/proc/stat`.
fn processors(statistics: &str) -> u32 {
    let each = statistics.lines().filter(|line| {
        line.strip_prefix("cpu").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    u32::try_from(each.count()).unwrap_or(u32::MAX)
}

/// `btime` of `/proc/stat`, in seconds.
fn booted(statistics: &str) -> Timestamp {
    let seconds = statistics.lines().find_map(|line| line.strip_prefix("btime ")?.parse().ok());
    Timestamp::from_millis(seconds.unwrap_or(0_i64).saturating_mul(1_000))
}

/// `MemTotal` of `/proc/meminfo`, in kB.
fn memory(information: &str) -> u64 {
    let kilobytes = information.lines().find_map(|line| {
        line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse::<u64>().ok()
    });
    kilobytes.unwrap_or(0).saturating_mul(1_024)
}

#[cfg(test)]
mod tests;
