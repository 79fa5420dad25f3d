//! Tricks with processes: each is seen, with the fields a person would look at.

use bartizan_collect::CollectorConfig;

use crate::stage::{Stage, Trick};

const PROCESSES: &[Trick] = &[
    Trick {
        sentence: "a very short process is told from its start to its exit code",
        program: "p = subprocess.run(['/bin/sh', '-c', 'exit 7 # short']); say(code=p.returncode)",
        seen: &[
            (
                "ProcessCreated",
                &[("ProcessCommandLine", "/bin/sh -c exit 7 # short"), ("FolderPath", "*/dash")],
            ),
            ("ProcessTerminated", &[("ProcessCommandLine", "*exit 7 # short"), ("ExitCode", "7")]),
        ],
    },
    Trick {
        sentence: "a process ended by a signal is told with it",
        program: "p = sleeper(); os.kill(p, 9); os.waitpid(p, 0); say(pid=p)",
        seen: &[("ProcessTerminated", &[("ProcessId", "{pid}"), ("Signal", "9")])],
    },
    Trick {
        sentence: "a process id that comes again is another process",
        program: r#"
def again(pid, mark):
    tid = (ctypes.c_int * 1)(pid)
    args = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17, 0, 0, 0, ctypes.addressof(tid), 1, 0)
    p = sc(435, args, 88)
    if p == 0: os.execv('/bin/true', ['true', mark])
    os.waitpid(p, 0)
    return p
p = child(lambda: os.execv('/bin/true', ['true', 'reused-first'])); wait(p)
time.sleep(0.05)
say(pid=again(p, 'reused-second'))
"#,
        seen: &[
            (
                "ProcessCreated",
                &[("ProcessId", "{pid}"), ("ProcessCommandLine", "true reused-first")],
            ),
            (
                "ProcessCreated",
                &[("ProcessId", "{pid}"), ("ProcessCommandLine", "true reused-second")],
            ),
        ],
    },
    Trick {
        sentence: "a process that rewrites its arguments keeps those it was started with",
        program: r#"
stat = open('/proc/self/stat').read().rsplit(') ', 1)[1].split()
start, stop = int(stat[45]), int(stat[46])
ctypes.memset(start, ord('k'), stop - start - 1)
open(d + '/rewritten', 'w').close()
say(pid=os.getpid())
"#,
        seen: &[(
            "FileCreated",
            &[
                ("FolderPath", "{dir}/rewritten"),
                ("InitiatingProcessId", "{pid}"),
                ("InitiatingProcessCommandLine", "*python3 -c*import os, sys*"),
            ],
        )],
    },
    Trick {
        sentence: "a process that renames itself is told, and keeps its program",
        program: "libc.prctl(15, b'kworker/u8:2', 0, 0, 0); say(pid=os.getpid())",
        seen: &[(
            "ProcessNameChanged",
            &[
                ("InitiatingProcessId", "{pid}"),
                ("InitiatingProcessFileName", "python3*"),
                ("AdditionalFields", r#"*"Name":"kworker/u8:2"*"#),
            ],
        )],
    },
    Trick {
        sentence: "a program that only lives in memory is told as such, with its hash",
        program: r#"
fd = os.memfd_create('ghost', 0)
os.write(fd, open('/bin/sleep', 'rb').read())
def go():
    argv = (ctypes.c_char_p * 3)(b'ghost', b'0.7', None); envp = (ctypes.c_char_p * 1)(None)
    sc(322, fd, b'', argv, envp, 0x1000)
wait(child(go))
say(sha=sha('/bin/sleep'))
"#,
        seen: &[
            ("MemoryFileCreated", &[("AdditionalFields", r#"*"Name":"ghost"*"#)]),
            (
                "ProcessCreated",
                &[
                    ("FolderPath", "/memfd:ghost"),
                    ("ProcessCommandLine", "ghost 0.7"),
                    ("IsFileless", "true"),
                    ("SHA256", "{sha}"),
                ],
            ),
        ],
    },
    Trick {
        sentence: "a deleted program is told as deleted",
        program: r#"
shutil.copy('/bin/true', d + '/gone'); fd = os.open(d + '/gone', os.O_RDONLY); os.unlink(d + '/gone')
def go():
    argv = (ctypes.c_char_p * 3)(b'gone', b'already', None); envp = (ctypes.c_char_p * 1)(None)
    sc(322, fd, b'', argv, envp, 0x1000)
wait(child(go))
"#,
        seen: &[(
            "ProcessCreated",
            &[
                ("ProcessCommandLine", "gone already"),
                ("FolderPath", "{dir}/gone*"),
                ("IsFileDeleted", "true"),
            ],
        )],
    },
    Trick {
        sentence: "the loader as launcher shows the program it maps",
        program: r#"
shutil.copy('/bin/true', d + '/hidden')
loader = os.path.realpath('/lib64/ld-linux-x86-64.so.2')
run('/lib64/ld-linux-x86-64.so.2', d + '/hidden', 'launched')
say(loader=loader, sha=sha(d + '/hidden'))
"#,
        seen: &[
            (
                "ProcessCreated",
                &[("FolderPath", "{loader}"), ("ProcessCommandLine", "*{dir}/hidden launched")],
            ),
            ("ImageLoaded", &[("FolderPath", "{dir}/hidden"), ("SHA256", "{sha}")]),
        ],
    },
    Trick {
        sentence: "a chain of scripts is told with the first script and the last interpreter",
        program: r#"
open(d + '/b', 'w').write('#!/bin/sh\nexit 0\n'); open(d + '/a', 'w').write(f'#!{d}/b\n')
os.chmod(d + '/a', 0o755); os.chmod(d + '/b', 0o755)
run(d + '/a', 'chained')
"#,
        seen: &[
            (
                "ProcessCreated",
                &[
                    ("ProcessCommandLine", "/bin/sh {dir}/b {dir}/a chained"),
                    ("FolderPath", "*/dash"),
                    ("AdditionalFields", r#"*"Script":"{dir}/a"*"#),
                ],
            ),
            ("ScriptContent", &[("FolderPath", "{dir}/a")]),
        ],
    },
    Trick {
        sentence: "a script given to a shell by name is told with what it says",
        program: "open(d + '/x.sh', 'w').write('echo content-of-script >/dev/null\\n'); run('sh', 'x.sh', cwd=d)",
        seen: &[
            ("ProcessCreated", &[("AdditionalFields", r#"*"Script":"{dir}/x.sh"*"#)]),
            (
                "ScriptContent",
                &[("FolderPath", "{dir}/x.sh"), ("AdditionalFields", "*content-of-script*")],
            ),
        ],
    },
    Trick {
        sentence: "a daemon that forks twice keeps the line of its ancestors",
        program: r#"
def first():
    def second():
        os.setsid(); time.sleep(0.05); os.execv('/bin/true', ['true', 'daemonised'])
    say(middle=os.getpid()); child(second)
wait(child(first)); time.sleep(0.2)
"#,
        seen: &[(
            "ProcessCreated",
            &[
                ("ProcessCommandLine", "true daemonised"),
                ("InitiatingProcessId", "{middle}"),
                ("InitiatingProcessFileName", "python3*"),
            ],
        )],
    },
    Trick {
        sentence: "two megabytes of arguments are cut and say so",
        program: "run('/bin/true', *(['x' * 120000] * 16), 'the-end')",
        seen: &[(
            "ProcessCreated",
            &[
                ("ProcessCommandLine", "/bin/true xxx*"),
                ("IsCommandLineCut", "true"),
                ("AdditionalFields", r#"*"CommandLineBytes":19200*"#),
            ],
        )],
    },
    Trick {
        sentence: "arguments beyond what the kernel copies are read while the process runs",
        program: "p = subprocess.Popen(['/bin/sh', '-c', 'sleep 1; true', 'y' * 9000, 'tail-of-arguments']); p.wait()",
        seen: &[(
            "ProcessCreated",
            &[
                ("ProcessCommandLine", "/bin/sh -c sleep 1; true*tail-of-arguments"),
                ("IsCommandLineCut", "false"),
            ],
        )],
    },
    Trick {
        sentence: "a program in a deep directory has its whole path",
        program: r#"
os.chdir(d)
for n in range(14):
    os.mkdir('l' * 200 + str(n)); os.chdir('l' * 200 + str(n))
shutil.copy('/bin/true', 'deep'); run('./deep', 'down-there')
say(path=os.getcwd() + '/deep')
"#,
        seen: &[(
            "ProcessCreated",
            &[("ProcessCommandLine", "./deep down-there"), ("FolderPath", "{path}")],
        )],
    },
    Trick {
        sentence: "a thread that executes becomes its process",
        program: r#"
def go():
    t = threading.Thread(target=lambda: os.execv('/bin/true', ['true', 'from-a-thread'])); t.start(); t.join()
say(pid=(p := child(go))); wait(p)
"#,
        seen: &[(
            "ProcessCreated",
            &[("ProcessCommandLine", "true from-a-thread"), ("ProcessId", "{pid}")],
        )],
    },
    Trick {
        sentence: "vfork and clone3 are processes like any other",
        program: r#"
os.posix_spawn('/bin/true', ['true', 'spawned'], {}); os.wait()
args = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)
p = sc(435, args, 88)
if p == 0: os.execv('/bin/true', ['true', 'cloned'])
os.waitpid(p, 0)
"#,
        seen: &[
            ("ProcessCreated", &[("ProcessCommandLine", "true spawned")]),
            ("ProcessCreated", &[("ProcessCommandLine", "true cloned")]),
        ],
    },
    Trick {
        sentence: "a setuid program tells that it gained rights",
        program: r#"
os.chmod(d, 0o755); shutil.copy('/bin/true', d + '/suid'); os.chmod(d + '/suid', 0o4755)
def go(): os.setgid(65534); os.setuid(65534); os.execv(d + '/suid', ['suid', 'risen'])
wait(child(go))
"#,
        seen: &[
            (
                "FileAttributesChanged",
                &[("FolderPath", "{dir}/suid"), ("AdditionalFields", r#"*"SetUserId":true*"#)],
            ),
            (
                "ProcessCreated",
                &[
                    ("ProcessCommandLine", "suid risen"),
                    ("ProcessUserId", "65534"),
                    ("ProcessEffectiveUserId", "0"),
                    ("AdditionalFields", r#"*"FileMode":"4755"*"GainedRights":true*"#),
                ],
            ),
        ],
    },
    Trick {
        sentence: "a change of user is told with both users",
        program: "wait(child(lambda: os.setuid(65534)))",
        seen: &[(
            "ProcessPrimaryTokenModified",
            &[("AdditionalFields", r#"*"PreviousUserId":0*"UserId":65534*"#)],
        )],
    },
    Trick {
        sentence: "a program that may not be executed is told as a failure",
        program: r#"
open(d + '/data', 'w').write('x')
try: os.execv(d + '/data', ['data'])
except OSError: pass
"#,
        seen: &[(
            "ProcessStartFailed",
            &[("FolderPath", "{dir}/data"), ("AdditionalFields", r#"*"Error":"EACCES"*"#)],
        )],
    },
    Trick {
        sentence: "variables that change what a program does are kept and others are not",
        program: "run('/bin/true', 'with-environment', env={'LD_PRELOAD': '', 'HISTFILE': '/dev/null', 'PASSWORD': 'x', 'https_proxy': 'http://p:1'})",
        seen: &[(
            "ProcessCreated",
            &[
                ("ProcessCommandLine", "/bin/true with-environment"),
                (
                    "AdditionalFields",
                    r#"*"Environment":["LD_PRELOAD=","HISTFILE=/dev/null","https_proxy=http://p:1"]*"#,
                ),
            ],
        )],
    },
];

const REACHING: &[Trick] = &[
    Trick {
        sentence: "a debugger that attaches is told with the process it holds",
        program: "p = sleeper(); sc(101, 16, p, 0, 0); os.waitpid(p, 0); sc(101, 17, p, 0, 0); end(p); say(pid=p)",
        seen: &[(
            "PTraceDetected",
            &[
                ("ProcessId", "{pid}"),
                ("ProcessCommandLine", "sleep 60"),
                ("AdditionalFields", r#"*"Request":"ATTACH"*"#),
            ],
        )],
    },
    Trick {
        sentence: "memory of another process that is written and read is told",
        program: r#"
b = ctypes.create_string_buffer(b'before!!')
p = child(lambda: time.sleep(30))
iov = (ctypes.c_uint64 * 2)(ctypes.addressof(b), 8)
sc(311, p, iov, 1, iov, 1, 0); sc(310, p, iov, 1, iov, 1, 0); end(p); say(pid=p)
"#,
        seen: &[
            (
                "WriteProcessMemoryApiCall",
                &[("ProcessId", "{pid}"), ("AdditionalFields", "*process_vm_writev*")],
            ),
            (
                "ReadProcessMemoryApiCall",
                &[("ProcessId", "{pid}"), ("AdditionalFields", "*process_vm_readv*")],
            ),
        ],
    },
    Trick {
        sentence: "the memory file of a process that is opened for writing is told",
        program: "p = sleeper(); open(f'/proc/{p}/mem', 'r+b', 0).close(); end(p); say(pid=p)",
        seen: &[(
            "WriteProcessMemoryApiCall",
            &[("ProcessId", "{pid}"), ("FolderPath", "/proc/{pid}/mem")],
        )],
    },
    Trick {
        sentence: "what is done to the sensor is told as tampering",
        program: "s = os.getppid(); open(f'/proc/{s}/mem', 'rb', 0).close(); say(sensor=s)",
        seen: &[(
            "TamperingAttempt",
            &[("ProcessId", "{sensor}"), ("AdditionalFields", "*ReadProcessMemoryApiCall*")],
        )],
    },
    Trick {
        sentence: "a descriptor that is taken out of a process is told",
        program: "p = sleeper(); f = os.pidfd_open(p); os.close(sc(438, f, 0, 0)); end(p); say(pid=p)",
        seen: &[("OpenProcessApiCall", &[("ProcessId", "{pid}")])],
    },
    Trick {
        sentence: "a signal to a process of another user is told",
        program: "p = sleeper(65534); end(p); say(pid=p, me=os.getpid())",
        seen: &[(
            "SignalSent",
            &[
                ("ProcessId", "{pid}"),
                ("AccountName", "nobody"),
                ("InitiatingProcessId", "{me}"),
                ("AdditionalFields", r#"*"Signal":"SIGKILL"*"#),
            ],
        )],
    },
    Trick {
        sentence: "memory both writable and executable is told, however it came to be",
        program: r#"
m = mmap.mmap(-1, 4096, prot=7)
def go():
    n = mmap.mmap(-1, 4096, prot=3); a = ctypes.addressof(ctypes.c_char.from_buffer(n)); sc(10, a, 4096, 7)
say(pid=os.getpid(), second=(p := child(go))); wait(p)
"#,
        seen: &[
            (
                "NtProtectVirtualMemoryApiCall",
                &[
                    ("InitiatingProcessId", "{pid}"),
                    ("AdditionalFields", r#"*"rwx","Call":"mmap"*"#),
                ],
            ),
            (
                "NtProtectVirtualMemoryApiCall",
                &[
                    ("InitiatingProcessId", "{second}"),
                    ("AdditionalFields", r#"*"rwx","Call":"mprotect"*"#),
                ],
            ),
        ],
    },
    Trick {
        sentence: "a library is told when a program loads it for the first time, with its hash",
        program: "shutil.copy('/lib/x86_64-linux-gnu/libm.so.6', d + '/evil.so'); ctypes.CDLL(d + '/evil.so'); say(sha=sha(d + '/evil.so'))",
        seen: &[(
            "ImageLoaded",
            &[
                ("FolderPath", "{dir}/evil.so"),
                ("SHA256", "{sha}"),
                ("InitiatingProcessFileName", "python3*"),
            ],
        )],
    },
];

#[test]
fn tricks_with_processes_are_seen() {
    let Some(mut stage) = Stage::open(CollectorConfig::default()) else { return };
    stage.play(PROCESSES);
    let reused = stage.of("ProcessCreated");
    let keys: Vec<&str> = reused
        .iter()
        .filter(|row| row["ProcessCommandLine"].starts_with("true reused-"))
        .map(|row| row["ProcessUniqueId"].as_str())
        .collect();
    assert!(keys.len() == 2 && keys[0] != keys[1], "{keys:?}");
}

#[test]
fn reaching_into_processes_is_seen() {
    let Some(mut stage) = Stage::open(CollectorConfig::default()) else { return };
    stage.play(REACHING);
}
