//! Tricks with files, mounts, roots and namespaces.

use bartizan_collect::CollectorConfig;

use crate::stage::{Stage, Trick};

const FILES: &[Trick] = &[
    Trick {
        sentence: "making, changing, renaming and removing a file are four different things",
        program: r#"
open(d + '/one', 'w').close(); open(d + '/one', 'a').close()
os.rename(d + '/one', d + '/two'); os.unlink(d + '/two')
"#,
        seen: &[
            ("FileCreated", &[("FolderPath", "{dir}/one")]),
            ("FileModified", &[("FolderPath", "{dir}/one")]),
            ("FileRenamed", &[("FolderPath", "{dir}/two"), ("PreviousFolderPath", "{dir}/one")]),
            ("FileDeleted", &[("FolderPath", "{dir}/two")]),
        ],
    },
    Trick {
        sentence: "links are told with what they lead to, and a linked program by the name it ran under",
        program: r#"
shutil.copy('/bin/true', d + '/real'); os.link(d + '/real', d + '/alias'); os.symlink('/etc/shadow', d + '/way')
run(d + '/alias', 'by-its-other-name')
"#,
        seen: &[
            (
                "FileLinked",
                &[
                    ("FolderPath", "{dir}/alias"),
                    ("PreviousFolderPath", "{dir}/real"),
                    ("AdditionalFields", r#"*"Link":"hard"*"#),
                ],
            ),
            ("FileLinked", &[("FolderPath", "{dir}/way"), ("PreviousFolderPath", "/etc/shadow")]),
            (
                "ProcessCreated",
                &[("FolderPath", "{dir}/alias"), ("ProcessCommandLine", "*by-its-other-name")],
            ),
        ],
    },
    Trick {
        sentence: "mode, owner, attributes and times are told with what they became",
        program: r#"
for n in 'abcd': open(d + '/' + n, 'w').close()
os.chmod(d + '/a', 0o600); os.chown(d + '/b', 1, 2); os.utime(d + '/d', (1, 1))
try: os.setxattr(d + '/c', 'user.note', b'x')
except OSError: os.removexattr if False else os.chmod(d + '/c', 0o600)
"#,
        seen: &[
            (
                "FileAttributesChanged",
                &[("FolderPath", "{dir}/a"), ("AdditionalFields", r#"*"Mode":"0600"*"#)],
            ),
            (
                "FileAttributesChanged",
                &[("FolderPath", "{dir}/b"), ("AdditionalFields", r#"*"UserId":1,"GroupId":2*"#)],
            ),
            ("FileAttributesChanged", &[("FolderPath", "{dir}/c")]),
            (
                "FileAttributesChanged",
                &[("FolderPath", "{dir}/d"), ("AdditionalFields", "*TimesSet*")],
            ),
        ],
    },
    Trick {
        sentence: "reading secrets is told, by what kind of secret it is",
        program: r#"
os.mkdir(d + '/.ssh'); open(d + '/.ssh/id_ed25519', 'w').write('k'); open(d + '/.ssh/id_ed25519').read()
os.mkdir(d + '/.aws'); open(d + '/.aws/credentials', 'w').write('k'); open(d + '/.aws/credentials').read()
open('/etc/shadow').read()
"#,
        seen: &[
            (
                "SensitiveFileRead",
                &[("FolderPath", "/etc/shadow"), ("AdditionalFields", "*PasswordHashes*")],
            ),
            (
                "SensitiveFileRead",
                &[("FolderPath", "{dir}/.ssh/id_ed25519"), ("AdditionalFields", "*PrivateKey*")],
            ),
            ("SensitiveFileRead", &[("FolderPath", "{dir}/.aws/credentials")]),
        ],
    },
    Trick {
        sentence: "a disk that is read beneath its filesystem is told",
        program: r#"
import stat as s
disks = [e.path for e in os.scandir('/dev') if s.S_ISBLK(e.stat(follow_symlinks=False).st_mode)]
opened = None
for disk in disks:
    try: open(disk, 'rb', 0).close(); opened = disk; break
    except OSError: pass
if not opened: say(skip='no disk can be opened here')
else: say(disk=opened)
"#,
        seen: &[("RawAccessRead", &[("FolderPath", "{disk}")])],
    },
    Trick {
        sentence: "a setting of the kernel that is written is told",
        program: "p = '/proc/sys/kernel/core_pattern'; v = open(p).read(); open(p, 'w').write(v)",
        seen: &[("KernelSettingChanged", &[("FolderPath", "/proc/sys/kernel/core_pattern")])],
    },
    Trick {
        sentence: "files that are opened, renamed and removed through io_uring are told",
        program: r#"
try: r = Ring()
except OSError as e: say(skip=f'io_uring: {e}'); sys.exit()
p = d.encode()
fd = r.do(18, -100, 0, p + b'/ring', 0o644, os.O_CREAT | os.O_WRONLY)
assert fd > 0, fd
assert r.do(35, -100, p + b'/rung', p + b'/ring', -100 & 0xffffffff, 0) == 0
assert r.do(36, -100, 0, p + b'/rung', 0, 0) == 0
"#,
        seen: &[
            ("IoUringUsed", &[("AdditionalFields", r#"*"openat"*"#)]),
            (
                "FileCreated",
                &[("FolderPath", "{dir}/ring"), ("AdditionalFields", r#"*"Via":"io_uring"*"#)],
            ),
            ("FileRenamed", &[("FolderPath", "{dir}/rung"), ("PreviousFolderPath", "{dir}/ring")]),
            (
                "FileDeleted",
                &[("FolderPath", "{dir}/rung"), ("AdditionalFields", r#"*"Via":"io_uring"*"#)],
            ),
        ],
    },
    Trick {
        sentence: "what makes something run by itself is told by what it means",
        program: r#"
own(0x20000)
for t in ['/etc/cron.d', '/etc/systemd/system', '/etc/pam.d', '/etc/profile.d', '/etc/sudoers.d', '/root']:
    os.makedirs(t, exist_ok=True); mount('tmpfs', t, 'tmpfs')
os.mkdir('/root/.ssh')
for f in ['/etc/cron.d/stage', '/etc/systemd/system/stage.service', '/etc/systemd/system/stage.timer',
          '/etc/pam.d/stage', '/etc/profile.d/stage.sh', '/etc/sudoers.d/stage', '/root/.ssh/authorized_keys']:
    open(f, 'w').close()
os.unlink('/etc/systemd/system/stage.service')
"#,
        seen: &[
            (
                "ScheduledTaskCreated",
                &[("FolderPath", "/etc/cron.d/stage"), ("InitiatingProcessFileName", "python3*")],
            ),
            ("ScheduledTaskCreated", &[("FolderPath", "/etc/systemd/system/stage.timer")]),
            ("ServiceInstalled", &[("FolderPath", "/etc/systemd/system/stage.service")]),
            ("ServiceDeleted", &[("FolderPath", "/etc/systemd/system/stage.service")]),
            ("PamConfigurationChanged", &[("FolderPath", "/etc/pam.d/stage")]),
            ("ShellProfileChanged", &[("FolderPath", "/etc/profile.d/stage.sh")]),
            ("SudoersChanged", &[("FolderPath", "/etc/sudoers.d/stage")]),
            ("AuthorizedKeysChanged", &[("FolderPath", "/root/.ssh/authorized_keys")]),
        ],
    },
    Trick {
        sentence: "a log that is emptied or removed is told as such",
        program: r#"
own(0x20000); mount('tmpfs', '/var/log', 'tmpfs')
for f in ['auth.log', 'syslog', 'wtmp']: open('/var/log/' + f, 'w').write('x')
os.truncate('/var/log/auth.log', 0); os.unlink('/var/log/syslog')
open('/var/log/wtmp', 'w').close()
"#,
        seen: &[
            ("SecurityLogCleared", &[("FolderPath", "/var/log/auth.log")]),
            ("SecurityLogCleared", &[("FolderPath", "/var/log/syslog")]),
            ("SecurityLogCleared", &[("FolderPath", "/var/log/wtmp")]),
        ],
    },
];

const PLACES: &[Trick] = &[
    Trick {
        sentence: "a program below a bind mount has the path it was run by",
        program: r#"
own(0x20000)
os.mkdir(d + '/real'); os.mkdir(d + '/bound'); shutil.copy('/bin/sleep', d + '/real/prog')
mount(d + '/real', d + '/bound', None, 0x1000); run(d + '/bound/prog', '0.7'); say(sha=sha('/bin/sleep'))
"#,
        seen: &[
            (
                "FilesystemMounted",
                &[
                    ("FolderPath", "{dir}/bound"),
                    ("AdditionalFields", r#"*"Source":"{dir}/real"*"#),
                ],
            ),
            (
                "ProcessCreated",
                &[
                    ("FolderPath", "{dir}/bound/prog"),
                    ("ProcessCommandLine", "*bound/prog 0.7"),
                    ("SHA256", "{sha}"),
                ],
            ),
        ],
    },
    Trick {
        sentence: "a program on an overlay has its path there and the hash of its bytes",
        program: r#"
own(0x20000); mount('tmpfs', d, 'tmpfs')
for n in ['low', 'up', 'work', 'all']: os.mkdir(d + '/' + n)
shutil.copy('/bin/true', d + '/low/prog')
try: mount('overlay', d + '/all', 'overlay', 0, f'lowerdir={d}/low,upperdir={d}/up,workdir={d}/work')
except OSError as e: say(skip=f'no overlay here: {e}'); sys.exit()
p = subprocess.Popen([d + '/all/prog', 'overlaid']); p.wait()
shutil.copy('/bin/sleep', d + '/all/still'); run(d + '/all/still', '1'); say(sha=sha(d + '/all/still'))
"#,
        seen: &[
            (
                "ProcessCreated",
                &[("FolderPath", "{dir}/all/prog"), ("ProcessCommandLine", "*overlaid")],
            ),
            ("ProcessCreated", &[("FolderPath", "{dir}/all/still"), ("SHA256", "{sha}")]),
        ],
    },
    Trick {
        sentence: "behind chroot the path is told from outside and from inside",
        program: r#"
busybox = shutil.which('busybox')
os.mkdir(d + '/jail'); shutil.copy(busybox, d + '/jail/busybox')
def go(): os.chroot(d + '/jail'); os.chdir('/'); os.execv('/busybox', ['busybox', 'true', 'jailed'])
wait(child(go))
"#,
        seen: &[
            ("RootDirectoryChanged", &[("FolderPath", "{dir}/jail")]),
            (
                "ProcessCreated",
                &[
                    ("FolderPath", "{dir}/jail/busybox"),
                    ("ProcessCommandLine", "busybox true jailed"),
                    ("AdditionalFields", r#"*"ImageInside":"/busybox"*"#),
                ],
            ),
        ],
    },
    Trick {
        sentence: "a new root by pivot_root is told",
        program: r#"
own(0x20000); mount('tmpfs', d, 'tmpfs'); os.mkdir(d + '/old')
try: sc(155, d.encode(), (d + '/old').encode())
except OSError as e: say(skip=f'the first root cannot be moved: {e}')
"#,
        seen: &[(
            "RootDirectoryChanged",
            &[("AdditionalFields", "*pivot_root*"), ("FolderPath", "{dir}")],
        )],
    },
    Trick {
        sentence: "namespaces that are made and entered are told, and the processes in them",
        program: r#"
def go(): sc(272, 0x10020000); os.execv('/bin/true', ['true', 'unshared'])
wait(child(go))
def inner(): sc(272, 0x20000000); wait(child(lambda: os.execv('/bin/true', ['true', 'first-of-its-kind'])))
wait(child(inner))
p = subprocess.Popen(['unshare', '-m', 'sleep', '5']); time.sleep(0.3)
run('nsenter', '-t', str(p.pid), '-m', '/bin/true', 'entered'); p.kill()
"#,
        seen: &[
            ("NamespaceChanged", &[("AdditionalFields", r#"*["mount","user"]*"unshare"*"#)]),
            ("NamespaceChanged", &[("AdditionalFields", r#"*["pid"]*"unshare"*"#)]),
            (
                "NamespaceChanged",
                &[("AdditionalFields", r#"*"setns"*"#), ("InitiatingProcessFileName", "nsenter")],
            ),
            ("ProcessCreated", &[("ProcessCommandLine", "true unshared")]),
            ("ProcessCreated", &[("ProcessCommandLine", "true first-of-its-kind")]),
            ("ProcessCreated", &[("ProcessCommandLine", "/bin/true entered")]),
        ],
    },
    Trick {
        sentence: "a child born into namespaces of its own is told",
        program: r#"
args = (ctypes.c_uint64 * 11)(0x04000000 | 0x40000000, 0, 0, 0, 17)
p = sc(435, args, 88)
if p == 0: os._exit(0)
os.waitpid(p, 0); say(pid=p)
"#,
        seen: &[(
            "NamespaceChanged",
            &[("InitiatingProcessId", "{pid}"), ("AdditionalFields", r#"*["uts","net"]*"clone"*"#)],
        )],
    },
    Trick {
        sentence: "a clock of its own does not move the times of a process",
        program: r#"
def go():
    sc(272, 0x80); open('/proc/self/timens_offsets', 'w').write('boottime 864000 0\nmonotonic 864000 0\n')
    wait(child(lambda: os.execv('/bin/true', ['true', 'out-of-time'])))
try: wait(child(go))
except OSError as e: say(skip=str(e))
"#,
        seen: &[
            ("ProcessCreated", &[("ProcessCommandLine", "true out-of-time")]),
            ("NamespaceChanged", &[("AdditionalFields", r#"*["time"]*"#)]),
        ],
    },
    Trick {
        sentence: "a clock that is set is told",
        program: "time.clock_settime(time.CLOCK_REALTIME, time.time())",
        seen: &[("SystemTimeChanged", &[("InitiatingProcessFileName", "python3*")])],
    },
    Trick {
        sentence: "a program loaded into the kernel is told with its type",
        program: r#"
insns = struct.pack('BBhi', 0xb7, 0, 0, 0) + struct.pack('BBhi', 0x95, 0, 0, 0)
i = ctypes.create_string_buffer(insns); l = ctypes.create_string_buffer(b'GPL')
attr = struct.pack('IIQQIIQII16s', 1, 2, ctypes.addressof(i), ctypes.addressof(l), 0, 0, 0, 0, 0, b'stage_filter')
a = ctypes.create_string_buffer(attr, 128); sc(321, 5, a, 128)
"#,
        seen: &[(
            "BpfProgramLoaded",
            &[("AdditionalFields", r#"*"socket_filter"*"stage_filter"*"#)],
        )],
    },
    Trick {
        sentence: "a module that is loaded and removed is told with its file",
        program: r#"
import glob
found = glob.glob(f'/lib/modules/{os.uname().release}/kernel/**/dummy.ko', recursive=True)
if not found: say(skip='no module to load here'); sys.exit()
fd = os.open(found[0], os.O_RDONLY); sc(313, fd, b'', 0); sc(176, b'dummy', 0); say(file=found[0])
"#,
        seen: &[
            (
                "DriverLoad",
                &[("FolderPath", "*dummy.ko"), ("AdditionalFields", r#"*"Module":"dummy"*"#)],
            ),
            ("DriverUnload", &[("AdditionalFields", r#"*"Module":"dummy"*"#)]),
        ],
    },
];

#[test]
fn tricks_with_files_are_seen() {
    let Some(mut stage) = Stage::open(CollectorConfig::default()) else { return };
    stage.play(FILES);
}

#[test]
fn tricks_with_places_and_the_machine_are_seen() {
    let Some(mut stage) = Stage::open(CollectorConfig::default()) else { return };
    stage.play(PLACES);
    for row in stage.of("ProcessCreated") {
        let (born, started) = (&row["ProcessCreationTime"], &row["Timestamp"]);
        let apart = started.parse::<i64>().unwrap() - born.parse::<i64>().unwrap();
        assert!((-1_000_000_000..3_600_000_000_000).contains(&apart), "{row:#?}");
    }
}
