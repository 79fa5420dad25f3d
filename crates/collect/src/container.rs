//! Which container a process runs in, told from the names of its cgroups.

use std::collections::HashMap;

use crate::process::Place;

/// Most cgroups that are remembered; beyond it the memory starts anew.
const REMEMBERED: usize = 4096;
/// Container runtimes name their containers by 64 hexadecimal digits.
const ID_DIGITS: usize = 64;

/// Places by cgroup and mount namespace. The cgroup alone does not do: where the old hierarchies
/// are in use, every process is in the root of the unified one.
#[derive(Debug, Default)]
pub(crate) struct Places {
    known: HashMap<(u64, u32), Place>,
}

impl Places {
    /// The place of a process in this cgroup and namespace; `read` gives `/proc/PID/cgroup`.
    pub(crate) fn of(
        &mut self,
        cgroup_id: u64,
        mount_ns: u32,
        read: impl FnOnce() -> Option<String>,
    ) -> Option<Place> {
        if let Some(known) = self.known.get(&(cgroup_id, mount_ns)) {
            return Some(known.clone());
        }
        let place = place(&read()?);
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert((cgroup_id, mount_ns), place.clone());
        Some(place)
    }
}

/// The place that the text of `/proc/PID/cgroup` tells.
pub(crate) fn place(cgroups: &str) -> Place {
    let unified = cgroups.lines().find_map(|line| line.strip_prefix("0::"));
    Place { cgroup: unified.map(Into::into), container: container_id(cgroups).map(Into::into) }
}

/// Finds the id in names such as `docker-<id>.scope`, `cri-containerd-<id>.scope`, `libpod-<id>`
/// or a bare `<id>`; the innermost wins.
fn container_id(cgroups: &str) -> Option<&str> {
    cgroups.lines().find_map(|line| {
        let path = line.splitn(3, ':').nth(2)?;
        path.rsplit('/').find_map(|name| name.split(['-', '.', ':', '_']).find(|part| is_id(part)))
    })
}

fn is_id(part: &str) -> bool {
    part.len() == ID_DIGITS && part.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{Places, container_id};

    const ID: &str = "4d1f0c1e7a5b49f6a3a1c6a1d0b2e3f4a5b6c7d8e9f00112233445566778899a";

    #[test]
    fn the_id_is_found_in_every_runtimes_naming() {
        for name in
            ["docker-ID.scope", "cri-containerd-ID.scope", "libpod-ID", "crio-ID.scope", "ID"]
        {
            let text = format!("0::/kubepods.slice/pod_x/{}\n", name.replace("ID", ID));
            assert_eq!(container_id(&text), Some(ID), "{text}");
        }
        let old = format!("5:memory:/docker/{ID}\n1:name=systemd:/docker/{ID}\n0::/\n");
        assert_eq!(container_id(&old), Some(ID));
    }

    #[test]
    fn a_process_of_the_host_is_in_none() {
        assert_eq!(container_id("0::/system.slice/ssh.service\n"), None);
        assert_eq!(container_id("nonsense"), None);
    }

    #[test]
    fn what_could_not_be_read_is_asked_again() {
        let mut places = Places::default();
        assert_eq!(places.of(1, 2, || None), None);
        let found = places.of(1, 2, || Some(format!("0::/docker/{ID}"))).unwrap();
        assert_eq!(found.container.as_deref(), Some(ID));
        assert_eq!(found.cgroup.as_deref(), Some(format!("/docker/{ID}").as_str()));
        assert_eq!(places.of(1, 2, || panic!("known by now")), Some(found));
    }
}
