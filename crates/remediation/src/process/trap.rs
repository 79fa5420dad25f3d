//! The trap for a tree that is being stopped, in the kernel: children of the doomed die at birth, and every birth is
//! written down. It is set for the moment of the stopping, and gone with it.

use aya::{
    Btf, Ebpf, EbpfLoader,
    maps::{Array, HashMap, MapData},
    programs::{BtfTracePoint, RawTracePoint},
};

use super::table::{Image, Key};
use crate::error::{RemediationError, Result};

static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/trap.bpf.o"));

/// A birth, as the kernel writes it down.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
struct Birth {
    start: u64,
    parent: u32,
    unused: u32,
    parent_start: u64,
}

// SAFETY: plain numbers without gaps between them, in the layout of `struct birth`; any bytes are one.
#[expect(unsafe_code, reason = "the kernel hands the value over as bytes")]
unsafe impl aya::Pod for Birth {}

/// The trap, set. Dropping it takes it away.
pub(super) struct Trap {
    doomed: HashMap<MapData, u32, u64>,
    images: HashMap<MapData, Image, u64>,
    births: HashMap<MapData, u32, Birth>,
    caught: Array<MapData, u64>,
    _programs: Ebpf,
}

impl Trap {
    /// Sets the trap.
    pub(super) fn set() -> Result<Self> {
        let failed = |why: String| RemediationError::Kernel { doing: "setting the trap", why };
        let btf = Btf::from_sys_fs().map_err(|why| failed(why.to_string()))?;
        let mut programs = EbpfLoader::new()
            .btf(Some(&btf))
            .load(OBJECT)
            .map_err(|why| failed(why.to_string()))?;
        let mut map =
            |name| programs.take_map(name).ok_or_else(|| failed(format!("no map {name}")));
        let (doomed, births, caught) = (map("doomed")?, map("births")?, map("caught")?);
        let images = map("images")?;
        let trap = |why: &dyn std::fmt::Display| failed(why.to_string());
        let (doomed, births, caught) = (
            HashMap::try_from(doomed).map_err(|why| trap(&why))?,
            HashMap::try_from(births).map_err(|why| trap(&why))?,
            Array::try_from(caught).map_err(|why| trap(&why))?,
        );
        let images = HashMap::try_from(images).map_err(|why| trap(&why))?;
        let mut attach = || -> std::result::Result<(), Box<dyn std::error::Error>> {
            let missing = || "the object has no such program; this build is broken";
            let birth: &mut BtfTracePoint =
                programs.program_mut("trap_birth").ok_or_else(missing)?.try_into()?;
            birth.load("sched_process_fork", &btf)?;
            birth.attach()?;
            let back: &mut RawTracePoint =
                programs.program_mut("trap_return").ok_or_else(missing)?.try_into()?;
            back.load()?;
            back.attach("sys_exit")?;
            Ok(())
        };
        attach().map_err(|why| failed(why.to_string()))?;
        Ok(Self { doomed, images, births, caught, _programs: programs })
    }

    /// From now on this process's children die at birth, and it dies at its next system call.
    pub(super) fn doom(&mut self, (pid, start_ticks): Key) {
        if let Err(error) = self.doomed.insert(pid, start_ticks, 0) {
            tracing::warn!(pid, %error, "dooming a process");
        }
    }

    /// From now on whoever has this image, is younger than the root, and has lost its parent dies at its next system call.
    pub(super) fn doom_orphans(&mut self, image: Image, root_start: u64) {
        if let Err(error) = self.images.insert(image, root_start, 0) {
            tracing::warn!(%error, "dooming orphans");
        }
    }

    /// Child and parent of every birth since the trap was set.
    pub(super) fn births(&self) -> Vec<(Key, Key)> {
        let births = self.births.iter().flatten();
        births
            .map(|(pid, birth)| ((pid, birth.start), (birth.parent, birth.parent_start)))
            .collect()
    }

    /// How many died at birth.
    pub(super) fn caught(&self) -> u64 {
        self.caught.get(&0, 0).unwrap_or_default()
    }
}
