//! Which file changes mean that something will run by itself, or that somebody gets in: told as events of
//! their own beside the file event, so that nobody has to know every path.

use bartizan_model::{FileOperation, OperationKind as Kind};

const CRON: &[&str] = &[
    "/etc/cron",
    "/etc/anacrontab",
    "/var/spool/cron/",
    "/var/spool/at/",
    "/var/spool/atjobs/",
    "/var/spool/cron.tabs/",
    "/etc/at.",
];
const UNITS: &[&str] = &[
    "/etc/systemd/",
    "/usr/lib/systemd/",
    "/lib/systemd/",
    "/usr/local/lib/systemd/",
    "/run/systemd/system/",
    "/run/systemd/transient/",
];
const UNIT_PARTS: &[&str] = &["/.config/systemd/user/", "/.local/share/systemd/user/"];
const UNIT_ENDS: &[&str] =
    &[".service", ".socket", ".path", ".mount", ".automount", ".conf", ".target"];
const INIT: &[&str] =
    &["/etc/init.d/", "/etc/rc.local", "/etc/rc.d/", "/etc/init/", "/etc/inittab"];
const PRELOAD: &[&str] = &["/etc/ld.so."];
const PAM: &[&str] = &["/etc/pam.d/", "/etc/pam.conf", "/etc/security/", "/etc/nsswitch.conf"];
const PAM_PARTS: &[&str] = &["/security/pam_", "/.pam_environment"];
const PROFILES: &[&str] = &[
    "/etc/profile",
    "/etc/bash",
    "/etc/zsh",
    "/etc/environment",
    "/etc/skel/",
    "/etc/fish/",
    "/etc/csh",
];
const PROFILE_NAMES: &[&str] = &[
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_logout",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".zprofile",
    ".zshenv",
    ".zlogin",
    ".zlogout",
    ".kshrc",
    ".cshrc",
    ".tcshrc",
    ".login",
    ".logout",
    "config.fish",
    ".inputrc",
];
const SUDOERS: &[&str] = &["/etc/sudoers", "/etc/doas.conf", "/etc/polkit-1/"];
const AUTOSTART: &[&str] = &[
    "/etc/xdg/autostart/",
    "/etc/udev/rules.d/",
    "/lib/udev/rules.d/",
    "/usr/lib/udev/rules.d/",
    "/run/udev/rules.d/",
    "/etc/apt/apt.conf.d/",
    "/etc/dpkg/dpkg.cfg",
    "/etc/yum/",
    "/etc/dnf/plugins",
    "/etc/modules",
    "/etc/modprobe.d/",
    "/etc/initramfs-tools/",
    "/etc/default/grub",
    "/etc/grub.d/",
    "/boot/",
    "/etc/update-motd.d/",
    "/etc/dbus-1/system",
    "/etc/NetworkManager/dispatcher.d/",
    "/etc/network/if-",
    "/etc/dhcp/",
    "/etc/ppp/",
    "/etc/X11/",
    "/usr/share/dbus-1/",
    "/etc/ssh/sshrc",
    "/etc/ssh/sshd_config",
];
const AUTOSTART_PARTS: &[&str] =
    &["/.config/autostart/", "/.git/hooks/", "/usercustomize.py", "/sitecustomize.py", "/.ssh/rc"];
const LOGS: &[&str] = &[
    "auth.log",
    "secure",
    "syslog",
    "messages",
    "kern.log",
    "daemon.log",
    "cron.log",
    "cron",
    "wtmp",
    "btmp",
    "lastlog",
    "utmp",
    "audit.log",
    "faillog",
    "sudo.log",
    "user.log",
    "dpkg.log",
];
/// What editors and package tools write beside a file.
const PASSING_ENDS: &[&str] =
    &["~", ".swp", ".swx", ".dpkg-new", ".dpkg-tmp", ".tmp", ".lock", ".part"];

/// What a change of this file means, beyond itself.
pub(crate) fn meaning(path: &str, operation: FileOperation, emptied: bool) -> Option<Kind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.starts_with(".#") || PASSING_ENDS.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    let begins = |list: &[&str]| list.iter().any(|prefix| path.starts_with(prefix));
    let holds = |list: &[&str]| list.iter().any(|part| path.contains(part));
    if is_log(path, name) {
        let gone = operation == FileOperation::Deleted || emptied;
        return gone.then_some(Kind::LogCleared);
    }
    let unit = begins(UNITS) || holds(UNIT_PARTS);
    if begins(CRON) || (unit && name.ends_with(".timer")) {
        return Some(task(operation));
    }
    let service =
        unit && (UNIT_ENDS.iter().any(|end| name.ends_with(end)) || path.contains(".wants/"));
    if service || begins(INIT) {
        return Some(self::service(operation));
    }
    if name.starts_with("authorized_keys") {
        return Some(Kind::AuthorizedKeysChanged);
    }
    match () {
        () if begins(PRELOAD) => Some(Kind::PreloadChanged),
        () if begins(SUDOERS) => Some(Kind::SudoersChanged),
        () if begins(PAM) || holds(PAM_PARTS) => Some(Kind::PamChanged),
        () if begins(PROFILES) || PROFILE_NAMES.contains(&name) => Some(Kind::ShellProfileChanged),
        () if begins(AUTOSTART) || holds(AUTOSTART_PARTS) || is_python_hook(path) => {
            Some(Kind::AutostartChanged)
        }
        () => None,
    }
}

fn is_log(path: &str, name: &str) -> bool {
    path.starts_with("/var/log/") && (LOGS.contains(&name) || name.ends_with(".journal"))
        || path == "/var/run/utmp"
        || path == "/run/utmp"
}

/// Python runs the lines of these at each of its starts.
fn is_python_hook(path: &str) -> bool {
    path.ends_with(".pth") && path.contains("-packages/")
}

const fn task(operation: FileOperation) -> Kind {
    match operation {
        FileOperation::Created | FileOperation::Renamed | FileOperation::Linked => {
            Kind::ScheduledTaskCreated
        }
        FileOperation::Modified | FileOperation::AttributesChanged => Kind::ScheduledTaskUpdated,
        FileOperation::Deleted => Kind::ScheduledTaskDeleted,
    }
}

const fn service(operation: FileOperation) -> Kind {
    match operation {
        FileOperation::Created | FileOperation::Renamed | FileOperation::Linked => {
            Kind::ServiceInstalled
        }
        FileOperation::Modified | FileOperation::AttributesChanged => Kind::ServiceModified,
        FileOperation::Deleted => Kind::ServiceDeleted,
    }
}

#[cfg(test)]
mod tests {
    use bartizan_model::FileOperation as File;

    use super::{Kind, meaning};

    #[test]
    fn changes_that_make_something_run_by_itself_are_told_by_what_they_mean() {
        for (path, operation, kind) in [
            ("/etc/cron.d/x", File::Created, Kind::ScheduledTaskCreated),
            ("/var/spool/cron/crontabs/root", File::Renamed, Kind::ScheduledTaskCreated),
            ("/etc/crontab", File::Modified, Kind::ScheduledTaskUpdated),
            ("/var/spool/cron/crontabs/eve", File::Deleted, Kind::ScheduledTaskDeleted),
            ("/etc/systemd/system/x.timer", File::Created, Kind::ScheduledTaskCreated),
            ("/etc/systemd/system/x.service", File::Created, Kind::ServiceInstalled),
            ("/lib/systemd/system/ssh.service", File::Modified, Kind::ServiceModified),
            ("/home/eve/.config/systemd/user/x.service", File::Deleted, Kind::ServiceDeleted),
            ("/etc/systemd/system/multi-user.target.wants/x", File::Linked, Kind::ServiceInstalled),
            ("/root/.ssh/authorized_keys", File::Modified, Kind::AuthorizedKeysChanged),
            ("/etc/ld.so.preload", File::Created, Kind::PreloadChanged),
            ("/etc/pam.d/sshd", File::Modified, Kind::PamChanged),
            ("/lib/x86_64-linux-gnu/security/pam_unix.so", File::Renamed, Kind::PamChanged),
            ("/home/eve/.bashrc", File::Modified, Kind::ShellProfileChanged),
            ("/etc/profile.d/x.sh", File::Created, Kind::ShellProfileChanged),
            ("/etc/sudoers.d/eve", File::Created, Kind::SudoersChanged),
            ("/etc/udev/rules.d/99-x.rules", File::Created, Kind::AutostartChanged),
            ("/srv/app/.git/hooks/pre-commit", File::Created, Kind::AutostartChanged),
            ("/usr/lib/python3/dist-packages/x.pth", File::Created, Kind::AutostartChanged),
            ("/var/log/auth.log", File::Deleted, Kind::LogCleared),
        ] {
            assert_eq!(meaning(path, operation, false), Some(kind), "{path}");
        }
    }

    #[test]
    fn daily_work_means_nothing_more() {
        for (path, operation) in [
            ("/var/log/auth.log", File::Modified),
            ("/etc/cron.d/.#x", File::Created),
            ("/etc/hosts", File::Modified),
            ("/tmp/x", File::Created),
        ] {
            assert_eq!(meaning(path, operation, false), None, "{path}");
        }
        assert_eq!(meaning("/var/log/wtmp", File::Modified, true), Some(Kind::LogCleared));
    }
}
