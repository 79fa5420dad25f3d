//! Which files matter: the paths whose changes are worth an event, as data.

use std::collections::HashSet;

/// Directories that attackers write to: to persist, to hide, to replace, to stage.
const PREFIXES: &[&str] = &[
    "/etc/",
    "/tmp/",
    "/var/tmp/",
    "/dev/shm/",
    "/run/systemd/system/",
    "/run/udev/",
    "/root/",
    "/usr/local/",
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/lib/",
    "/usr/lib64/",
    "/bin/",
    "/sbin/",
    "/lib/",
    "/lib64/",
    "/opt/",
    "/var/spool/cron/",
    "/var/spool/at/",
    "/var/www/",
    "/srv/",
    "/boot/",
    "/var/log/",
    "/usr/share/nginx/",
    "/usr/share/ca-certificates/",
    "/var/lib/systemd/",
    "/var/mail/",
];

/// Directories that matter wherever they are, as in home directories and web roots.
const FRAGMENTS: &[&str] = &[
    "/.ssh/",
    "/cron.d/",
    "/crontabs/",
    "/.config/autostart/",
    "/.config/systemd/",
    "/.local/bin/",
    "/.gnupg/",
    "/.aws/",
    "/.kube/",
    "/.docker/",
    "/public_html/",
    "/htdocs/",
    "/webapps/",
    "/wwwroot/",
    "/site-packages/",
    "/dist-packages/",
];

/// File names that matter wherever they are.
const NAMES: &[&str] = &[
    "authorized_keys",
    "authorized_keys2",
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_logout",
    ".profile",
    ".zshrc",
    ".zprofile",
    ".zshenv",
    ".zlogin",
    ".kshrc",
    ".cshrc",
    ".bash_history",
    ".zsh_history",
    ".ash_history",
    ".python_history",
    ".mysql_history",
    ".netrc",
    ".pam_environment",
    ".xinitrc",
    ".xsession",
    ".rhosts",
    ".vimrc",
    ".gitconfig",
    "id_rsa",
    "id_ecdsa",
    "id_ed25519",
    "ld.so.preload",
    "crontab",
    "sudoers",
    "passwd",
    "shadow",
];

/// Which paths are worth an event.
#[derive(Debug, Clone)]
pub struct WatchPolicy {
    prefixes: Vec<String>,
    fragments: Vec<String>,
    names: HashSet<String>,
    excepted: Vec<String>,
}

impl Default for WatchPolicy {
    fn default() -> Self {
        Self::new(PREFIXES, FRAGMENTS, NAMES)
    }
}

impl WatchPolicy {
    /// Paths that start with a prefix, contain a fragment, or end in a name.
    #[must_use]
    pub fn new(prefixes: &[&str], fragments: &[&str], names: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            prefixes: owned(prefixes),
            fragments: owned(fragments),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            excepted: Vec::new(),
        }
    }

    /// The same policy with one more prefix.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        self.prefixes.push(prefix.to_owned());
        self
    }

    /// The same policy that leaves out what lies below a prefix.
    #[must_use]
    pub fn without_prefix(mut self, prefix: &str) -> Self {
        self.excepted.push(prefix.to_owned());
        self
    }

    /// Whether a change of this path is worth an event.
    #[must_use]
    pub fn watches(&self, path: &str) -> bool {
        self.area(path).is_some()
    }

    /// What makes this path worth an event: the most telling first. Programs are held to a rate
    /// for each area by itself, so that a flood in one hides nothing in another.
    pub(crate) fn area(&self, path: &str) -> Option<&str> {
        if self.excepted.iter().any(|prefix| path.starts_with(prefix.as_str())) {
            return None;
        }
        let name = path.rsplit('/').next().and_then(|name| self.names.get(name));
        name.or_else(|| self.fragments.iter().find(|fragment| path.contains(*fragment)))
            .or_else(|| self.prefixes.iter().find(|prefix| path.starts_with(*prefix)))
            .map(String::as_str)
    }
}

/// The path that a name means when it starts from a directory. Links are not followed: it is the
/// name as it was given, without detours.
pub(crate) fn resolve(base: &str, name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut path = String::with_capacity(base.len() + name.len() + 2);
    for part in parts {
        path.push('/');
        path.push_str(part);
    }
    if path.is_empty() { "/".to_owned() } else { path }
}

#[cfg(test)]
mod tests {
    use super::{WatchPolicy, resolve};

    #[test]
    fn places_of_persistence_and_staging_are_watched() {
        let policy = WatchPolicy::default();
        for path in [
            "/etc/cron.d/x",
            "/home/eve/.ssh/authorized_keys",
            "/home/eve/.bashrc",
            "/dev/shm/.x",
            "/data/www/htdocs/shell.php",
            "/usr/lib/systemd/system/x.service",
        ] {
            assert!(policy.watches(path), "{path}");
        }
        for path in ["/home/eve/notes.txt", "/var/lib/postgresql/base/1", "/etcetera"] {
            assert!(!policy.watches(path), "{path}");
        }
    }

    #[test]
    fn a_name_is_resolved_without_detours() {
        assert_eq!(resolve("/srv/app", "../../etc//./passwd"), "/etc/passwd");
        assert_eq!(resolve("/", "/tmp/x"), "/tmp/x");
        assert_eq!(resolve("/jail", "/etc/x"), "/jail/etc/x");
        assert_eq!(resolve("", ""), "/");
        assert_eq!(resolve("/a", "../../.."), "/");
    }
}
