//! Whether this thread may load programs into the kernel, before anything is tried: a refused try
//! would leave wrong conclusions about what the kernel can do.

use std::fs;

const SYS_ADMIN: u32 = 21;
const PERFMON: u32 = 38;
const BPF: u32 = 39;

/// False only when the kernel says so.
pub(crate) fn may_load_programs() -> bool {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    effective(&status).is_none_or(is_enough)
}

fn effective(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("CapEff:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

const fn is_enough(mask: u64) -> bool {
    const BOTH: u64 = 1 << BPF | 1 << PERFMON;
    mask & 1 << SYS_ADMIN != 0 || mask & BOTH == BOTH
}

#[cfg(test)]
mod tests {
    use super::{effective, is_enough};

    #[test]
    fn root_and_the_two_small_capabilities_are_enough_and_one_is_not() {
        let allowed =
            |mask: &str| effective(&format!("Name:\tx\nCapEff:\t{mask}\n")).map(is_enough);
        assert_eq!(allowed("000001ffffffffff"), Some(true));
        assert_eq!(allowed("000000c000000000"), Some(true));
        assert_eq!(allowed("0000008000000000"), Some(false));
        assert_eq!(allowed("0000000000000000"), Some(false));
        assert_eq!(effective("nothing"), None);
    }
}
