//! Which of the noted files hold secrets where they lie, and which files of the kernel are settings. The kernel
//! programs compare names only; here the whole path is known.

/// Names that are secrets in some places only: the name, and what the path must contain.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("token", &["/serviceaccount", "/secrets/", "/.vault", "/.config/gh/"]),
    ("Cookies", &["/.config/", "/snap/", "/.var/app/", "/Default/", "/Profile "]),
    ("Web Data", &["/.config/", "/snap/", "/.var/app/", "/Default/", "/Profile "]),
    ("Local State", &["/.config/", "/snap/", "/.var/app/"]),
    ("shadow", &["/etc/"]),
    ("shadow-", &["/etc/"]),
    ("sudoers", &["/etc/"]),
];

/// Kinds of secrets, by the ends of their paths.
const KINDS: &[(&str, &[&str])] = &[
    ("PasswordHashes", &["/shadow", "/shadow-", "/gshadow", "/gshadow-", "/opasswd"]),
    ("Privileges", &["/sudoers"]),
    (
        "BrowserStore",
        &[
            "/Login Data",
            "/Web Data",
            "/Cookies",
            "/Local State",
            "/logins.json",
            "/key4.db",
            "/cookies.sqlite",
        ],
    ),
    ("ShellHistory", &["_history"]),
    (
        "PrivateKey",
        &[
            "/id_rsa",
            "/id_dsa",
            "/id_ecdsa",
            "/id_ed25519",
            "_sk",
            "_key",
            "/secring.gpg",
            ".keytab",
            ".keyring",
        ],
    ),
];

/// Beginnings and middles of the paths of settings of the running kernel.
const SETTING_PREFIXES: &[&str] = &[
    "/proc/sys/",
    "/proc/sysrq-trigger",
    "/sys/kernel/uevent_helper",
    "/sys/kernel/security/",
    "/sys/kernel/debug/",
    "/sys/kernel/tracing/kprobe_events",
    "/sys/kernel/tracing/uprobe_events",
    "/sys/module/",
    "/sys/power/",
    "/sys/fs/selinux/",
];
const SETTING_PARTS: &[&str] =
    &["/release_agent", "/core_pattern", "/binfmt_misc/", "/uid_map", "/gid_map"];

/// Whether reading this file gives a secret away.
pub(crate) fn is_secret(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match ONLY_IN.iter().find(|(only, _)| *only == name) {
        Some((_, places)) => places.iter().any(|place| path.contains(place)),
        None => true,
    }
}

/// Whether a path that no kernel program judged ends in a name that is one.
pub(crate) fn is_noted(path: &str) -> bool {
    is_secret(path) && KINDS.iter().any(|(_, ends)| ends.iter().any(|end| path.ends_with(end)))
}

/// What kind of secret it is.
pub(crate) fn kind(path: &str) -> &'static str {
    let kind = KINDS.iter().find(|(_, ends)| ends.iter().any(|end| path.ends_with(end)));
    kind.map_or("Credential", |(kind, _)| kind)
}

/// Whether a file of the kernel's own filesystems is a setting that matters.
pub(crate) fn is_kernel_setting(path: &str) -> bool {
    SETTING_PREFIXES.iter().any(|prefix| path.starts_with(prefix))
        || SETTING_PARTS.iter().any(|part| path.contains(part))
}

#[cfg(test)]
mod tests {
    use super::{is_kernel_setting, is_secret, kind};

    #[test]
    fn a_name_is_a_secret_only_where_it_means_one() {
        assert!(is_secret("/etc/shadow") && is_secret("/home/eve/.ssh/id_rsa"));
        assert!(is_secret("/run/secrets/kubernetes.io/serviceaccount/..2024/token"));
        assert!(!is_secret("/srv/game/shadow") && !is_secret("/srv/app/token"));
        assert_eq!(kind("/etc/shadow"), "PasswordHashes");
        assert_eq!(kind("/home/eve/.config/chromium/Default/Login Data"), "BrowserStore");
        assert_eq!(kind("/root/.aws/credentials"), "Credential");
    }

    #[test]
    fn settings_of_the_kernel_are_told_from_the_daily_work_of_service_managers() {
        assert!(is_kernel_setting("/proc/sys/kernel/core_pattern"));
        assert!(is_kernel_setting("/sys/fs/cgroup/rdma/release_agent"));
        assert!(!is_kernel_setting("/proc/4711/oom_score_adj"));
    }
}
