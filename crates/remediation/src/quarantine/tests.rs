//! Stories of files that are taken away and given back, through kills at any moment.
//!
//! They need root for owners, device nodes and flags, as the sensor does, and say so and pass without.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::{Seek as _, SeekFrom, Write as _},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    process::{Command, Stdio},
    time::Duration,
};

use ring::digest::{Context, SHA256, digest};
use rustix::fs::{
    AtFlags, CWD, FileType, IFlags, Mode, Timespec, Timestamps, XattrFlags, ioctl_getflags,
    ioctl_setflags, lgetxattr, llistxattr, lsetxattr, mknodat, utimensat,
};

use super::*;

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        println!("skipped: needs root");
    }
    root
}

/// Everything that can be said of a file but its inode and the time of its last change of state.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Likeness {
    kind: FileType,
    content: Vec<u8>,
    length: u64,
    blocks: u64,
    mode: u32,
    owner: (u32, u32),
    times: [i64; 4],
    attributes: BTreeMap<OsString, Vec<u8>>,
    flags: u32,
    links: u64,
    device: u64,
}

fn likeness(path: &Path) -> Likeness {
    let metadata = fs::symlink_metadata(path).unwrap();
    let mut times =
        [metadata.atime(), metadata.atime_nsec(), metadata.mtime(), metadata.mtime_nsec()];
    let (mut content, mut flags) = (Vec::new(), 0);
    if metadata.is_file() {
        let file = rustix::fs::open(
            path,
            rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::NOATIME,
            Mode::empty(),
        );
        let mut file = fs::File::from(file.unwrap());
        // The flag for extents stands on every file of some file systems and is not ours to keep.
        let settable = IFlags::IMMUTABLE | IFlags::APPEND | IFlags::NODUMP | IFlags::NOATIME;
        flags = ioctl_getflags(&file).map_or(0, |flags| (flags & settable).bits());
        let (mut hash, mut part) = (Context::new(&SHA256), vec![0; 1 << 20]);
        loop {
            let read = std::io::Read::read(&mut file, &mut part).unwrap();
            if read == 0 {
                break;
            }
            hash.update(&part[..read]);
        }
        content = hash.finish().as_ref().to_vec();
    } else if metadata.is_symlink() {
        content = fs::read_link(path).unwrap().into_os_string().into_encoded_bytes();
        // Reading a link is what changes it, and there is no way to read it without.
        [times[0], times[1]] = [0, 0];
    }
    let mut names = vec![0; 4096];
    let length = llistxattr(path, &mut names).unwrap();
    names.truncate(length);
    let mut attributes = BTreeMap::new();
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(name);
        let mut value = vec![0; 4096];
        let length = lgetxattr(path, name, &mut value).unwrap();
        value.truncate(length);
        attributes.insert(name.to_owned(), value);
    }
    Likeness {
        kind: FileType::from_raw_mode(metadata.mode()),
        content,
        length: metadata.len(),
        blocks: metadata.blocks(),
        mode: metadata.mode() & 0o7777,
        owner: (metadata.uid(), metadata.gid()),
        times,
        attributes,
        flags,
        links: metadata.nlink(),
        device: metadata.rdev(),
    }
}

/// The ACL `u::rwx,u:1234:r--,g::r-x,m::r-x,o::---`, as the kernel keeps it.
fn acl() -> Vec<u8> {
    let mut acl = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in [
        (0x01_u16, 7_u16, u32::MAX),
        (0x02, 4, 1234),
        (0x04, 5, u32::MAX),
        (0x10, 5, u32::MAX),
        (0x20, 0, u32::MAX),
    ] {
        acl.extend(tag.to_le_bytes());
        acl.extend(permissions.to_le_bytes());
        acl.extend(id.to_le_bytes());
    }
    acl
}

/// `cap_net_raw=ep`, as the kernel keeps it.
fn capability() -> Vec<u8> {
    [0x0200_0001_u32, 1 << 13, 0, 0, 0].iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn attribute(path: &Path, name: &str, value: &[u8]) {
    lsetxattr(path, name, value, XattrFlags::empty()).unwrap();
}

/// Makes the file of this number: every kind in turn. Gives its path, and its other names.
fn make(folder: &Path, number: usize) -> (PathBuf, Vec<PathBuf>) {
    let path = folder.join(format!("file {number} \u{e9}\n"));
    let mut others = Vec::new();
    let text = format!("content {number}\n").repeat(1 + number % 400);
    match number % 12 {
        0 => fs::write(&path, "").unwrap(),
        1 => {
            let mut file = fs::File::create(&path).unwrap();
            file.seek(SeekFrom::Start(300_000)).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.set_len(5_000_000).unwrap();
        }
        2 => {
            fs::write(&path, &text).unwrap();
            for name in ["second", "third"] {
                let other = folder.join(format!("{number} {name}"));
                fs::hard_link(&path, &other).unwrap();
                others.push(other);
            }
        }
        3 => fs::write(&path, &text).unwrap(),
        4 => {
            fs::write(&path, &text).unwrap();
            attribute(&path, "user.note", b"kept");
            attribute(&path, "trusted.note", &[0, 255, 1]);
        }
        5 => {
            fs::write(&path, &text).unwrap();
            attribute(&path, "system.posix_acl_access", &acl());
        }
        6 => {
            fs::write(&path, &text).unwrap();
            attribute(&path, "security.capability", &capability());
        }
        7 => symlink("/nowhere/at all", &path).unwrap(),
        8 => mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o640), 0).unwrap(),
        9 => {
            let device = rustix::fs::makedev(1, 3);
            let mode = Mode::from_raw_mode(0o666);
            mknodat(CWD, &path, FileType::CharacterDevice, mode, device).unwrap();
        }
        10 => fs::write(&path, text.repeat(3_000)).unwrap(),
        _ => fs::write(&path, &text).unwrap(),
    }
    if number % 12 == 3 {
        std::os::unix::fs::chown(&path, Some(1_000), Some(1_001)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o6755)).unwrap();
    } else if number % 12 == 11 {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    }
    let time = |tv_sec, tv_nsec| Timespec { tv_sec, tv_nsec };
    let times = Timestamps {
        last_access: time(1_500_000_000 + i64::try_from(number).unwrap(), 123_456_789),
        last_modification: time(1_400_000_000, 987_654_321),
    };
    utimensat(CWD, &path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
    if number % 24 == 11 {
        let file = fs::File::open(&path).unwrap();
        let flags = ioctl_getflags(&file).unwrap();
        // Not every file system of a test knows flags.
        if ioctl_setflags(&file, flags | IFlags::IMMUTABLE).is_ok() {
            drop(file);
        }
        utimensat_if_possible(&path, &times);
    }
    (path, others)
}

fn utimensat_if_possible(path: &Path, times: &Timestamps) {
    if let Err(error) = utimensat(CWD, path, times, AtFlags::SYMLINK_NOFOLLOW) {
        assert_eq!(error, rustix::io::Errno::PERM);
    }
}

fn let_go(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_file()
            && let Ok(file) = fs::File::open(entry.path())
            && let Ok(flags) = ioctl_getflags(&file)
        {
            let _unsupported_here = ioctl_setflags(&file, flags - IFlags::IMMUTABLE);
        }
    }
}

#[test]
fn a_thousand_files_of_all_kinds_are_given_back_exactly() {
    if !is_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    fs::create_dir(&files).unwrap();
    let quarantine = Quarantine::open(&folder.path().join("quarantine")).unwrap();
    let made: Vec<_> = (0..1_000).map(|number| make(&files, number)).collect();
    let before: Vec<_> = made.iter().map(|(path, _)| likeness(path)).collect();

    for (number, (path, _)) in made.iter().enumerate() {
        let taken = quarantine.take(&format!("item-{number}"), path, None, NOON).unwrap();
        assert_eq!(taken.problems, Vec::<String>::new());
    }
    assert_eq!(fs::read_dir(&files).unwrap().count(), 0, "nothing is left behind");
    assert_eq!(quarantine.list().unwrap().len(), 1_000);
    for number in 0..1_000 {
        let restored = quarantine.restore(&format!("item-{number}"), None).unwrap();
        assert_eq!(restored.problems, Vec::<String>::new());
    }

    for (number, (path, others)) in made.iter().enumerate() {
        let after = likeness(path);
        assert_eq!(after, before[number], "{}", path.display());
        for other in others {
            assert_eq!(fs::metadata(other).unwrap().ino(), fs::metadata(path).unwrap().ino());
        }
    }
    assert!(quarantine.list().unwrap().is_empty());
    let_go(&files);
}

#[test]
fn a_file_of_two_gibibytes_with_holes_is_given_back_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    let mut file = fs::File::create(&path).unwrap();
    for at in [0, 700 << 20, (2 << 30) - 4096] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&[7; 4096]).unwrap();
    }
    drop(file);
    let before = likeness(&path);
    assert_eq!(before.length, 2 << 30);
    let quarantine = Quarantine::open(&folder.path().join("quarantine")).unwrap();

    quarantine.take("large", &path, None, NOON).unwrap();
    let kept = fs::metadata(folder.path().join("quarantine/large.sealed")).unwrap().len();
    quarantine.restore("large", None).unwrap();

    assert!(kept < 1 << 20, "holes are not kept as zeros: {kept}");
    assert_eq!(likeness(&path), before);
}

#[test]
fn another_file_at_the_place_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, "bad").unwrap();
    let quarantine = Quarantine::open(&folder.path().join("quarantine")).unwrap();
    quarantine.take("one", &path, None, NOON).unwrap();
    fs::write(&path, "new").unwrap();

    let refused = quarantine.restore("one", None).unwrap_err().to_string();

    assert!(refused.contains("not overwritten"), "{refused}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    let elsewhere = folder.path().join("b");
    quarantine.restore("one", Some(&elsewhere)).unwrap();
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "bad");
}

#[test]
fn a_file_with_another_content_than_meant_stays_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, "good").unwrap();
    let quarantine = Quarantine::open(&folder.path().join("quarantine")).unwrap();

    let bad = take::hash_of(digest(&SHA256, b"bad"));
    assert!(quarantine.take("one", &path, Some(bad), NOON).is_err());

    assert_eq!(fs::read_to_string(&path).unwrap(), "good");
    assert!(quarantine.list().unwrap().is_empty());
    let good = take::hash_of(digest(&SHA256, b"good"));
    quarantine.take("one", &path, Some(good), NOON).unwrap();
    assert!(!path.try_exists().unwrap());
}

#[test]
fn folders_and_names_that_lead_nowhere_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let quarantine = Quarantine::open(&folder.path().join("quarantine")).unwrap();

    assert!(quarantine.take("one", folder.path(), None, NOON).is_err());
    assert!(quarantine.take("one", &folder.path().join("nothing"), None, NOON).is_err());
    assert!(quarantine.take("../one", &folder.path().join("nothing"), None, NOON).is_err());
    assert!(quarantine.restore("one", None).is_err());
    assert!(quarantine.list().unwrap().is_empty());
}

#[test]
fn a_changed_copy_is_not_given_back_and_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, "bad".repeat(1_000)).unwrap();
    let quarantine = Quarantine::open(&folder.path().join("quarantine")).unwrap();
    quarantine.take("one", &path, None, NOON).unwrap();
    let sealed = folder.path().join("quarantine/one.sealed");
    let mut content = fs::read(&sealed).unwrap();
    assert!(!content.windows(9).any(|part| part == b"badbadbad"), "it is encrypted");
    content[100] ^= 1;
    fs::write(&sealed, content).unwrap();

    assert!(quarantine.restore("one", None).is_err());

    assert!(!path.try_exists().unwrap());
    assert_eq!(quarantine.list().unwrap().len(), 1);
}

/// Run by the next test in a process of its own, which is killed: takes and gives back, over and over.
#[test]
#[ignore = "only as the victim of the test below"]
fn victim() {
    let folder = PathBuf::from(std::env::var("BARTIZAN_TEST_FOLDER").unwrap());
    let quarantine = Quarantine::open(&folder.join("quarantine")).unwrap();
    for round in 0.. {
        for number in 0..12 {
            let id = format!("item-{round}-{number}");
            if let Ok(taken) = quarantine.take(&id, &name_of(&folder, number), None, NOON) {
                assert!(taken.problems.is_empty());
                quarantine.restore(&id, None).unwrap();
            }
        }
    }
}

fn name_of(folder: &Path, number: usize) -> PathBuf {
    folder.join("files").join(format!("file {number} \u{e9}\n"))
}

#[test]
fn a_kill_at_any_moment_loses_nothing() {
    if !is_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    fs::create_dir(&files).unwrap();
    let made: Vec<_> = (0..12).map(|number| make(&files, number)).collect();
    let before: Vec<_> = made.iter().map(|(path, _)| likeness(path)).collect();
    let own = std::env::current_exe().unwrap();
    let mut moment = 12_345_u64;
    let mut here = 0;
    for _ in 0..200 {
        let mut victim = Command::new(&own)
            .args(["--exact", "quarantine::tests::victim", "--ignored"])
            .env("BARTIZAN_TEST_FOLDER", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_micros(5_000 + (moment >> 33) % 60_000));
        victim.kill().unwrap();
        victim.wait().unwrap();

        let quarantine = Quarantine::open(&folder.path().join("quarantine")).unwrap();
        quarantine.recover().unwrap();
        for item in quarantine.list().unwrap() {
            here += 1;
            let restored = quarantine.restore(&item.id, None).unwrap();
            assert_eq!(restored.problems, Vec::<String>::new());
        }
        for (number, (path, others)) in made.iter().enumerate() {
            assert_eq!(likeness(path), before[number], "{}", path.display());
            assert!(others.iter().all(|other| other.try_exists().unwrap()));
        }
        let names = made.iter().map(|(_, others)| 1 + others.len()).sum::<usize>();
        assert_eq!(fs::read_dir(&files).unwrap().count(), names, "nothing lies about");
        let kept = fs::read_dir(folder.path().join("quarantine")).unwrap().count();
        assert_eq!(kept, 1, "only the key is left");
    }
    assert!(here > 10, "kills hit while files were here: {here}");
    let_go(&files);
}
