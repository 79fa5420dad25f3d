//! Stories of programs that may not be executed, on a mount of their own.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command, sync::Arc};

use bartizan_model::{ActionId, DeviceId, Order, TenantId, Timestamp};
use ring::digest::{SHA256, digest};

use super::*;
use crate::remediation::{Config, Remediation};

/// A mount that goes with its owner.
struct Mount(PathBuf);

impl Mount {
    fn new(at: PathBuf) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "tmpfs"]).arg(&at).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(at));
        }
        println!("skipped: needs to mount");
        None
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

fn program(path: &Path, text: &str) {
    // A copy of a program, with something after it that makes its content another.
    let mut content = fs::read("/bin/true").unwrap();
    content.extend(text.as_bytes());
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn runs(path: &Path) -> bool {
    Command::new(path).status().is_ok_and(|status| status.success())
}

fn command(number: u128, order: Order) -> bartizan_model::Command {
    bartizan_model::Command {
        tenant: TenantId::from_uuid(uuid::Uuid::nil()),
        device: DeviceId::from_uuid(uuid::Uuid::nil()),
        action: ActionId::from_uuid(uuid::Uuid::from_u128(number)),
        nonce: [0; 16],
        issued_at: Timestamp::from_millis(0),
        expires_at: Timestamp::from_millis(0),
        order,
    }
}

#[test]
fn a_blocked_program_is_not_executed_wherever_it_is_copied_until_it_is_allowed_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mount) = Mount::new(folder.path().join("mount")) else { return };
    let config = Config {
        data: folder.path().join("data"),
        root: PathBuf::from("/"),
        proc: PathBuf::from("/proc"),
        network: None,
    };
    let remediation = Arc::new(Remediation::open(config).unwrap());
    let blocker = match Blocker::start(Arc::clone(&remediation), std::slice::from_ref(&mount.0)) {
        Ok(blocker) => blocker,
        Err(error) => {
            println!("skipped: {error}");
            return;
        }
    };
    let (bad, copy, good) = (mount.0.join("bad"), mount.0.join("copy"), mount.0.join("good"));
    program(&bad, "bad");
    program(&good, "good");
    assert!(runs(&bad) && runs(&good));
    let sha256: [u8; 32] = digest(&SHA256, &fs::read(&bad).unwrap()).as_ref().try_into().unwrap();
    let now = Timestamp::from_millis(0);
    let by_content = FileTarget { path: None, sha256: Some(sha256) };

    let blocked = command(1, Order::BlockFile(by_content));
    assert!(remediation.perform(&blocked, now).unwrap().undoable);
    fs::copy(&bad, &copy).unwrap();

    assert!(!runs(&bad) && !runs(&copy) && runs(&good));
    assert_eq!(blocker.denials().len(), 2);
    let path = Some(good.display().to_string().into());
    let by_path = command(2, Order::BlockFile(FileTarget { path, sha256: None }));
    remediation.perform(&by_path, now).unwrap();
    assert!(!runs(&good));

    for (number, action) in [(3, blocked.action), (4, by_path.action)] {
        let undone = remediation.perform(&command(number, Order::Undo { action }), now).unwrap();
        assert_eq!(undone.state, bartizan_model::OutcomeState::Succeeded, "{undone:?}");
    }
    assert!(runs(&bad) && runs(&copy) && runs(&good));
    assert_eq!(blocker.counters().denied, 3);
    assert_eq!(blocker.counters().too_slow, 0);
}
