//! Where the unified cgroup hierarchy is mounted.

use std::{fs, io, path::PathBuf};

/// The mount point of the unified hierarchy.
pub(crate) fn unified_root() -> io::Result<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mounts")?;
    find(&mounts).ok_or_else(|| {
        io::Error::other(
            "no cgroup2 filesystem is mounted, so connections cannot be watched at connect(2)",
        )
    })
}

fn find(mounts: &str) -> Option<PathBuf> {
    mounts.lines().find_map(|line| {
        let mut fields = line.split(' ');
        let (_source, target, kind) = (fields.next()?, fields.next()?, fields.next()?);
        (kind == "cgroup2").then(|| PathBuf::from(target.replace("\\040", " ")))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::find;

    #[test]
    fn the_unified_hierarchy_is_found_beside_the_old_ones() {
        let mounts = "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n\
                      cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0\n";
        assert_eq!(find(mounts).as_deref(), Some(Path::new("/sys/fs/cgroup/unified")));
        assert_eq!(find("proc /proc proc rw 0 0\n"), None);
    }
}
