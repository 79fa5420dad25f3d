//! The programs in the kernel and their maps: loaded once, found again by their names, changed while they run.

use std::{
    fs::{self, File},
    io,
    os::{fd::AsFd as _, unix::fs::MetadataExt as _},
    path::{Path, PathBuf},
};

use aya::{
    Btf, EbpfLoader,
    maps::{Array, HashMap, LpmTrie, Map, MapData, MapInfo, lpm_trie::Key},
    programs::{Program, ProgramInfo, loaded_programs},
};
use bartizan_model::Timestamp;
use ipnet::IpNet;
use rustix::time::{ClockId, clock_gettime};

use super::kernel::{self, CONNECT4, CONNECT6, EGRESS, Hook, INGRESS, SENDMSG4, SENDMSG6};
use crate::error::{Doing as _, RemediationError, Result};

static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/isolate.bpf.o"));

/// A program may reach everything.
pub(super) const MAY_ALL: u32 = 1;
/// A program may look for the server, and ask for its name.
pub(super) const MAY_SERVER: u32 = 2;

/// The programs and where they are attached. The kernel cuts names to 15 letters.
const PROGRAMS: [(&str, Hook); 6] = [
    ("bz_isolate_out", EGRESS),
    ("bz_isolate_in", INGRESS),
    ("bz_connect4", CONNECT4),
    ("bz_connect6", CONNECT6),
    ("bz_sendmsg4", SENDMSG4),
    ("bz_sendmsg6", SENDMSG6),
];

/// `struct settings` of the programs.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
struct Settings {
    until: u64,
    server_port: u32,
    unused: u32,
}

/// `struct executable` of the programs.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
struct Executable {
    device: u64,
    inode: u64,
}

// SAFETY: plain numbers without gaps between them, in the layout of the programs' structures; any bytes are one.
#[expect(unsafe_code, reason = "the kernel takes and gives the value as bytes")]
unsafe impl aya::Pod for Settings {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "the kernel takes and gives the value as bytes")]
unsafe impl aya::Pod for Executable {}

/// What stays open.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) until: Timestamp,
    pub(super) now: Timestamp,
    pub(super) server_port: u16,
    /// Networks, and the only port there, or 0.
    pub(super) networks: Vec<(IpNet, u16)>,
    pub(super) programs: Vec<(PathBuf, u32)>,
}

/// The programs, attached to a control group.
pub(super) struct Filter {
    settings: Array<MapData, Settings>,
    networks4: LpmTrie<MapData, [u8; 4], u32>,
    networks6: LpmTrie<MapData, [u8; 16], u32>,
    programs: HashMap<MapData, Executable, u32>,
    stopped: Array<MapData, u64>,
}

impl Filter {
    /// Puts this in force on a control group, whatever was before. The exceptions stand before the cut begins.
    pub(super) fn enforce(group: &Path, open: &Open) -> Result<()> {
        let group = File::open(group).doing("opening the control group", group)?;
        let mut filter = match attached(&group)? {
            found if found.len() == PROGRAMS.len() => Self::found(&found)?,
            found => {
                // Some are missing: all are put there anew, the old ones leave when the new ones work.
                let filter = Self::load(&group, open)?;
                for (info, hook) in found {
                    remove(&group, &info, hook)?;
                }
                drop(filter);
                return Ok(());
            }
        };
        filter.set(open)
    }

    /// Takes the programs away. Says whether there were any.
    pub(super) fn detach(group: &Path) -> Result<bool> {
        let group = File::open(group).doing("opening the control group", group)?;
        let found = attached(&group)?;
        for (info, hook) in &found {
            remove(&group, info, *hook)?;
        }
        Ok(!found.is_empty())
    }

    /// Programs that are not attached.
    pub(super) fn missing(group: &Path) -> Result<Vec<&'static str>> {
        let group = File::open(group).doing("opening the control group", group)?;
        let found = attached(&group)?;
        let is_there = |hook: Hook| found.iter().any(|(_, found)| *found == hook);
        let missing = PROGRAMS.iter().filter(|(_, hook)| !is_there(*hook));
        Ok(missing.map(|(name, _)| *name).collect())
    }

    /// How much was stopped; nothing when the programs are not there.
    pub(super) fn stopped(group: &Path) -> Result<Option<[u64; 3]>> {
        let group = File::open(group).doing("opening the control group", group)?;
        let found = attached(&group)?;
        if found.len() != PROGRAMS.len() {
            return Ok(None);
        }
        let filter = Self::found(&found)?;
        let count = |what| filter.stopped.get(&what, 0).unwrap_or_default();
        Ok(Some([count(0), count(1), count(2)]))
    }

    fn load(group: &File, open: &Open) -> Result<Self> {
        let btf = Btf::from_sys_fs().map_err(|why| failed(&why))?;
        let mut ebpf =
            EbpfLoader::new().btf(Some(&btf)).load(OBJECT).map_err(|why| failed(&why))?;
        let mut maps = Vec::new();
        for name in ["bz_settings", "bz_networks4", "bz_networks6", "bz_programs", "bz_stopped"] {
            maps.push((name.to_owned(), ebpf.take_map(name).ok_or_else(|| broken(name))?));
        }
        let mut filter = Self::of(maps)?;
        // The exceptions and the time stand before the first program runs.
        filter.set(open)?;
        for (name, hook) in PROGRAMS {
            let program = ebpf.program_mut(name).ok_or_else(|| broken(name))?;
            let descriptor = match program {
                Program::CgroupSkb(program) => {
                    program.load().map_err(|why| failed(&why))?;
                    program.fd()
                }
                Program::CgroupSockAddr(program) => {
                    program.load().map_err(|why| failed(&why))?;
                    program.fd()
                }
                _ => return Err(broken(name)),
            };
            let descriptor = descriptor.map_err(|why| failed(&why))?;
            kernel::attach(group.as_fd(), descriptor.as_fd(), hook).map_err(|why| failed(&why))?;
        }
        Ok(filter)
    }

    /// The maps of programs that are attached already.
    fn found(found: &[(ProgramInfo, Hook)]) -> Result<Self> {
        let mut maps = Vec::new();
        for (info, _) in found {
            let ids = info.map_ids().map_err(|why| failed(&why))?.unwrap_or_default();
            for id in ids {
                let info = MapInfo::from_id(id).map_err(|why| failed(&why))?;
                let name = info.name_as_str().unwrap_or_default().to_owned();
                if maps.iter().any(|(known, _)| *known == name) {
                    continue;
                }
                let data = MapData::from_id(id).map_err(|why| failed(&why))?;
                let map = match name.as_str() {
                    "bz_settings" | "bz_stopped" => Map::Array(data),
                    "bz_networks4" | "bz_networks6" => Map::LpmTrie(data),
                    "bz_programs" => Map::HashMap(data),
                    _ => continue,
                };
                maps.push((name, map));
            }
        }
        Self::of(maps)
    }

    fn of(maps: Vec<(String, Map)>) -> Result<Self> {
        let mut maps: std::collections::HashMap<String, Map> = maps.into_iter().collect();
        let mut take = |name: &str| maps.remove(name).ok_or_else(|| broken(name));
        Ok(Self {
            settings: Array::try_from(take("bz_settings")?).map_err(|why| failed(&why))?,
            networks4: LpmTrie::try_from(take("bz_networks4")?).map_err(|why| failed(&why))?,
            networks6: LpmTrie::try_from(take("bz_networks6")?).map_err(|why| failed(&why))?,
            programs: HashMap::try_from(take("bz_programs")?).map_err(|why| failed(&why))?,
            stopped: Array::try_from(take("bz_stopped")?).map_err(|why| failed(&why))?,
        })
    }

    /// Changes what is open: the new before the old is closed.
    fn set(&mut self, open: &Open) -> Result<()> {
        let (mut wanted4, mut wanted6) = (Vec::new(), Vec::new());
        for (network, port) in &open.networks {
            let length = u32::from(network.prefix_len());
            match network {
                IpNet::V4(network) => {
                    wanted4.push((Key::new(length, network.network().octets()), port.to_be()));
                }
                IpNet::V6(network) => {
                    wanted6.push((Key::new(length, network.network().octets()), port.to_be()));
                }
            }
        }
        for (key, port) in &wanted4 {
            self.networks4.insert(key, u32::from(*port), 0).map_err(|why| failed(&why))?;
        }
        for (key, port) in &wanted6 {
            self.networks6.insert(key, u32::from(*port), 0).map_err(|why| failed(&why))?;
        }
        let mut wanted = Vec::new();
        for (path, may) in &open.programs {
            // A program that is not there connects to nothing.
            let Ok(metadata) = fs::metadata(path) else { continue };
            let key = Executable { device: kernel_device(metadata.dev()), inode: metadata.ino() };
            wanted.push((key.device, key.inode));
            self.programs.insert(key, *may, 0).map_err(|why| failed(&why))?;
        }
        let until = in_kernel_time(open.until, open.now);
        let server_port = u32::from(open.server_port.to_be());
        let settings = Settings { until, server_port, unused: 0 };
        self.settings.set(0, settings, 0).map_err(|why| failed(&why))?;
        self.close_others(&wanted4, &wanted6, &wanted)
    }

    fn close_others(
        &mut self,
        wanted4: &[(Key<[u8; 4]>, u16)],
        wanted6: &[(Key<[u8; 16]>, u16)],
        wanted: &[(u64, u64)],
    ) -> Result<()> {
        let old4: Vec<_> = self.networks4.keys().flatten().collect();
        for key in old4.iter().filter(|old| !wanted4.iter().any(|(key, _)| same(key, old))) {
            self.networks4.remove(key).map_err(|why| failed(&why))?;
        }
        let old6: Vec<_> = self.networks6.keys().flatten().collect();
        for key in old6.iter().filter(|old| !wanted6.iter().any(|(key, _)| same(key, old))) {
            self.networks6.remove(key).map_err(|why| failed(&why))?;
        }
        let old: Vec<_> = self.programs.keys().flatten().collect();
        for key in old.iter().filter(|old| !wanted.contains(&(old.device, old.inode))) {
            self.programs.remove(key).map_err(|why| failed(&why))?;
        }
        Ok(())
    }
}

fn same<T: aya::Pod + PartialEq>(one: &Key<T>, other: &Key<T>) -> bool {
    one.prefix_len() == other.prefix_len() && one.data() == other.data()
}

/// Our programs on a control group, and where.
fn attached(group: &File) -> Result<Vec<(ProgramInfo, Hook)>> {
    let mut ids = Vec::new();
    for (name, hook) in PROGRAMS {
        for id in kernel::attached(group.as_fd(), hook).map_err(|why| failed(&why))? {
            ids.push((id, name, hook));
        }
    }
    let mut found = Vec::new();
    if ids.is_empty() {
        return Ok(found);
    }
    for info in loaded_programs().flatten() {
        let is_ours = |(id, name, _): &&(u32, &str, Hook)| {
            info.id() == *id && info.name_as_str() == Some(name)
        };
        if let Some((_, _, hook)) = ids.iter().find(is_ours) {
            let hook = *hook;
            found.push((info, hook));
        }
    }
    Ok(found)
}

fn remove(group: &File, info: &ProgramInfo, hook: Hook) -> Result<()> {
    let program = kernel::program(info.id()).map_err(|why| failed(&why))?;
    match kernel::detach(group.as_fd(), program.as_fd(), hook) {
        // Somebody was faster.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        detached => detached.map_err(|why| failed(&why)),
    }
}

/// A moment of the calendar on the clock that the kernel's programs read.
fn in_kernel_time(until: Timestamp, now: Timestamp) -> u64 {
    let boot = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(boot.tv_sec).unwrap_or(0);
    let nanos = seconds.saturating_mul(1_000_000_000) + u64::try_from(boot.tv_nsec).unwrap_or(0);
    let left = u64::try_from(until.since(now).as_nanos()).unwrap_or(u64::MAX);
    nanos.saturating_add(left)
}

/// A device number as the kernel keeps it inside: `stat` spreads it differently.
fn kernel_device(device: u64) -> u64 {
    u64::from(rustix::fs::major(device)) << 20 | u64::from(rustix::fs::minor(device))
}

fn failed(why: &dyn std::error::Error) -> RemediationError {
    let mut words = why.to_string();
    let mut cause = why.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    RemediationError::Kernel { doing: "changing the isolation in the kernel", why: words }
}

fn broken(name: &str) -> RemediationError {
    let why = format!("there is no {name} in the programs; this build is broken");
    RemediationError::Kernel { doing: "changing the isolation in the kernel", why }
}
