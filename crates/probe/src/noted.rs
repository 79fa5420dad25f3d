//! Names that the kernel programs look out for: files whose reading gives secrets away, and local sockets
//! whose owners do much for whoever asks. The kernel compares names, never paths: that costs a read of any
//! other file next to nothing. What the path means is judged by `collect`.

use aya::{Ebpf, maps::HashMap};

use crate::error::ProbeError;

/// Longest name, and longest name of the directory it must lie in.
const NAME_MAX: usize = 31;
const PLACE_MAX: usize = 15;
const PLACES: usize = 4;
const RULE_BYTES: usize = 8 + PLACES * (PLACE_MAX + 1);

/// A name to look out for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotedName {
    /// The last part of the path, at most 31 bytes.
    pub name: String,
    /// The directories it must lie in (their last part, at most 15 bytes, at most four); none means anywhere.
    pub places: Vec<String>,
    /// Why it is noted.
    pub kind: NotedKind,
}

/// Why a name is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotedKind {
    /// Reading the file gives a secret away.
    Secret,
    /// The file is the memory of a process.
    ProcessMemory,
    /// Connecting to the socket is worth telling.
    Socket,
}

/// Names and the directories they lie in.
const SECRETS: &[(&str, &[&str])] = &[
    ("shadow", &[]),
    ("shadow-", &[]),
    ("gshadow", &[]),
    ("gshadow-", &[]),
    ("opasswd", &[]),
    ("sudoers", &[]),
    ("krb5.keytab", &[]),
    ("id_rsa", &[]),
    ("id_dsa", &[]),
    ("id_ecdsa", &[]),
    ("id_ecdsa_sk", &[]),
    ("id_ed25519", &[]),
    ("id_ed25519_sk", &[]),
    ("ssh_host_rsa_key", &[]),
    ("ssh_host_ecdsa_key", &[]),
    ("ssh_host_ed25519_key", &[]),
    ("secring.gpg", &[]),
    (".netrc", &[]),
    (".pgpass", &[]),
    (".my.cnf", &[]),
    (".git-credentials", &[]),
    (".vault-token", &[]),
    (".pypirc", &[]),
    ("credentials", &[".aws", ".cargo", ".config", "gcloud"]),
    ("credentials.db", &["gcloud"]),
    ("access_tokens.db", &["gcloud"]),
    ("accessTokens.json", &[".azure"]),
    ("msal_token_cache.json", &[".azure"]),
    ("config", &[".kube"]),
    ("admin.conf", &["kubernetes"]),
    ("config.json", &[".docker"]),
    ("token", &[]),
    ("hosts.yml", &["gh"]),
    ("Login Data", &[]),
    ("Web Data", &[]),
    ("Cookies", &[]),
    ("Local State", &[]),
    ("logins.json", &[]),
    ("key4.db", &[]),
    ("cookies.sqlite", &[]),
    ("login.keyring", &[]),
    (".bash_history", &[]),
    (".zsh_history", &[]),
    (".mysql_history", &[]),
    (".psql_history", &[]),
];

const SOCKETS: &[&str] = &[
    "docker.sock",
    "containerd.sock",
    "crio.sock",
    "podman.sock",
    "buildkitd.sock",
    "kubelet.sock",
    "dockershim.sock",
    "cri-dockerd.sock",
    "libvirt-sock",
    "lxd.socket",
    "unix.socket",
];

impl NotedName {
    /// What is looked out for unless the configuration says otherwise.
    #[must_use]
    pub fn defaults() -> Vec<Self> {
        let secrets = SECRETS.iter().map(|(name, places)| Self {
            name: (*name).to_owned(),
            places: places.iter().map(|place| (*place).to_owned()).collect(),
            kind: NotedKind::Secret,
        });
        let sockets = SOCKETS.iter().map(|name| Self {
            name: (*name).to_owned(),
            places: Vec::new(),
            kind: NotedKind::Socket,
        });
        let memory =
            Self { name: "mem".to_owned(), places: Vec::new(), kind: NotedKind::ProcessMemory };
        secrets.chain(sockets).chain([memory]).collect()
    }

    /// The key and the rule as the kernel programs hold them; `None` when something is too long.
    fn encoded(&self) -> Option<([u8; NAME_MAX + 1], [u8; RULE_BYTES])> {
        let mut key = [0; NAME_MAX + 1];
        let mut rule = [0; RULE_BYTES];
        put(&mut key, 0, &self.name, NAME_MAX)?;
        let kind: u32 = match self.kind {
            NotedKind::Secret => 1,
            NotedKind::ProcessMemory => 2,
            NotedKind::Socket => 3,
        };
        let places =
            u32::try_from(self.places.len()).ok().filter(|_| self.places.len() <= PLACES)?;
        rule.get_mut(..4)?.copy_from_slice(&kind.to_ne_bytes());
        rule.get_mut(4..8)?.copy_from_slice(&places.to_ne_bytes());
        for (index, place) in self.places.iter().enumerate() {
            put(&mut rule, 8 + index * (PLACE_MAX + 1), place, PLACE_MAX)?;
        }
        Some((key, rule))
    }
}

fn put(bytes: &mut [u8], at: usize, text: &str, longest: usize) -> Option<()> {
    if text.is_empty() || text.len() > longest {
        return None;
    }
    bytes.get_mut(at..at + text.len())?.copy_from_slice(text.as_bytes());
    Some(())
}

/// The first letters of the names, by length: one bit for each letter modulo 64. Programs leave files with
/// other letters alone without looking into the map.
pub(crate) fn letters(names: &[NotedName]) -> [u64; NAME_MAX + 1] {
    let mut letters = [0; NAME_MAX + 1];
    for name in names {
        if let (Some(first), Some(bits)) =
            (name.name.bytes().next(), letters.get_mut(name.name.len()))
        {
            *bits |= 1 << (first & 63);
        }
    }
    letters
}

/// Hands the names to the programs. Names that do not fit are left out and logged.
pub(crate) fn write(ebpf: &mut Ebpf, names: &[NotedName]) -> Result<(), ProbeError> {
    const MAP: &str = "noted_names";
    let failed = |source| ProbeError::Map { name: MAP, source: Box::new(source) };
    let map = ebpf.map_mut(MAP).ok_or(ProbeError::MissingMap(MAP))?;
    let mut map: HashMap<_, [u8; NAME_MAX + 1], [u8; RULE_BYTES]> =
        HashMap::try_from(map).map_err(failed)?;
    for name in names {
        match name.encoded() {
            Some((key, rule)) => map.insert(key, rule, 0).map_err(failed)?,
            None => tracing::warn!(name = name.name, "a noted name is too long and not watched"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{NotedKind, NotedName, SECRETS, letters};

    #[test]
    fn the_letters_let_every_name_through_and_few_others() {
        let names = NotedName::defaults();
        let letters = letters(&names);
        let lets = |name: &str| {
            let first = name.bytes().next().unwrap();
            letters.get(name.len()).is_some_and(|bits| bits >> (first & 63) & 1 == 1)
        };
        assert!(names.iter().all(|name| lets(&name.name)));
        let ordinary =
            ["libc.so.6", "passwd", "locale-archive", "main.rs", "utf_8.py", "ld.so.cache"];
        assert!(ordinary.iter().filter(|name| lets(name)).count() <= 1);
    }

    #[test]
    fn every_name_we_ship_fits_and_what_does_not_is_refused() {
        for name in NotedName::defaults() {
            assert!(name.encoded().is_some(), "{name:?}");
        }
        assert!(NotedName::defaults().len() > SECRETS.len());
        let long = NotedName { name: "x".repeat(32), places: vec![], kind: NotedKind::Secret };
        assert!(long.encoded().is_none());
        let far = NotedName { name: "x".into(), places: vec!["y".repeat(16)], ..long };
        assert!(far.encoded().is_none());
    }
}
