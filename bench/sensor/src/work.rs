//! The work: what is done, how often, in a process of its own.

use std::{
    env,
    ffi::CString,
    fs, io, mem,
    net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context as _, bail, ensure};

use crate::clock;

/// Group of the processes that work (`nogroup`, which has a name for those who write names down): rules of others can
/// be held to it.
pub(crate) const GROUP: u32 = 65_534;

/// One kind of work.
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) count: u64,
    does: fn(u64, &Path) -> anyhow::Result<()>,
}

pub(crate) const WORKS: &[Work] = &[
    Work { name: "getppid", count: 1_000_000, does: getppid },
    Work {
        name: "open-read",
        count: 100_000,
        does: |count, scratch| open(count, scratch, libc::O_RDONLY),
    },
    Work {
        name: "open-write",
        count: 50_000,
        does: |count, scratch| open(count, scratch, libc::O_WRONLY),
    },
    Work { name: "create", count: 10_000, does: create },
    Work { name: "udp-send", count: 50_000, does: udp_send },
    Work { name: "udp-connect", count: 50_000, does: udp_connect },
    Work { name: "connect", count: 3_000, does: connect },
    Work { name: "fork", count: 1_500, does: fork },
    Work {
        name: "exec-static",
        count: 1_500,
        does: |count, scratch| exec(count, &scratch.join("nothing")),
    },
    Work { name: "exec-dynamic", count: 400, does: |count, _| exec(count, Path::new("/bin/true")) },
    Work { name: "script", count: 5, does: script },
    Work { name: "compile", count: 1, does: compile },
];

const SCRIPT: &str = r#"
cd "$1" || exit 1
for word in one two three four five six; do echo "$word" >"$word.txt"; done
cat one.txt two.txt | sort | uniq -c | wc -l >/dev/null
ls -l /usr/bin | awk '{print $NF}' | grep -E '^[a-c]' | sed 's/a/b/' | sort | tail -n 3 >/dev/null
find . -name '*.txt' -newer one.txt | xargs cat | tr a-z A-Z | cut -c1-3 | head -n 4 >/dev/null
for word in one two three four five six; do mv "$word.txt" "$word.old"; done
stat one.old >/dev/null; id -u >/dev/null; date >/dev/null; uname -a >/dev/null; hostname >/dev/null 2>&1
rm -f ./*.old
"#;

/// Makes what the work needs.
pub(crate) fn prepare(scratch: &Path) -> anyhow::Result<()> {
    fs::write(scratch.join("file"), "content").context("making a file to open")?;
    let source = scratch.join("nothing.s");
    fs::write(&source, ".globl _start\n_start: mov $60, %eax\n xor %edi, %edi\n syscall\n")?;
    let status = Command::new("cc")
        .args(["-static", "-nostdlib", "-o"])
        .arg(scratch.join("nothing"))
        .arg(&source)
        .status()
        .context("running cc")?;
    ensure!(status.success(), "making the smallest program");
    Ok(())
}

/// Does the work in a process of its own and says what processor time that took.
pub(crate) fn spent(work: &Work, count: u64, scratch: &Path) -> anyhow::Result<u64> {
    let output = Command::new(env::current_exe()?)
        .arg("work")
        .arg(work.name)
        .arg(count.to_string())
        .arg(scratch)
        .stderr(Stdio::inherit())
        .output()
        .context("starting the process that works")?;
    ensure!(output.status.success(), "the process that works failed");
    String::from_utf8_lossy(&output.stdout).trim().parse().context("reading what it spent")
}

/// The process that works.
pub(crate) fn child(arguments: &[String]) -> anyhow::Result<()> {
    let [name, count, scratch] = arguments else { bail!("work NAME COUNT FOLDER") };
    let count: u64 = count.parse().context("reading the count")?;
    let work = WORKS.iter().find(|work| work.name == name).context("there is no such work")?;
    let scratch = Path::new(scratch);
    // SAFETY: changes this process only, which has one thread.
    ensure!(unsafe { libc::setgid(GROUP) } == 0, "setgid: {}", io::Error::last_os_error());
    // Warm: pages, caches and whatever is told once.
    (work.does)((count / 20).max(1).min(count - 1), scratch)?;
    let before = clock::own_with_children();
    (work.does)(count, scratch)?;
    println!("{}", clock::own_with_children() - before);
    Ok(())
}

fn getppid(count: u64, _: &Path) -> anyhow::Result<()> {
    for _ in 0..count {
        // SAFETY: takes nothing and changes nothing.
        unsafe { libc::syscall(libc::SYS_getppid) };
    }
    Ok(())
}

fn text(path: &Path) -> anyhow::Result<CString> {
    Ok(CString::new(path.as_os_str().as_encoded_bytes())?)
}

fn open(count: u64, scratch: &Path, flags: i32) -> anyhow::Result<()> {
    let path = text(&scratch.join("file"))?;
    for _ in 0..count {
        // SAFETY: the text ends with zero and outlives the call; the descriptor is ours.
        unsafe {
            let file = libc::open(path.as_ptr(), flags);
            ensure!(file >= 0, "open: {}", io::Error::last_os_error());
            libc::close(file);
        }
    }
    Ok(())
}

fn create(count: u64, scratch: &Path) -> anyhow::Result<()> {
    for number in 0..count {
        let file = scratch.join(format!("made-{number}"));
        fs::write(&file, "x")?;
        fs::remove_file(&file)?;
    }
    Ok(())
}

fn udp_send(count: u64, _: &Path) -> anyhow::Result<()> {
    let to = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let from = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = to.local_addr()?;
    for _ in 0..count {
        from.send_to(b"hello", address)?;
    }
    Ok(())
}

fn udp_connect(count: u64, _: &Path) -> anyhow::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    for _ in 0..count {
        socket.connect((Ipv4Addr::LOCALHOST, 9))?;
    }
    Ok(())
}

fn connect(count: u64, _: &Path) -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let accepting = thread::spawn(move || {
        for _ in 0..count {
            drop(listener.accept());
        }
    });
    for _ in 0..count {
        drop(TcpStream::connect(address)?);
    }
    accepting.join().ok().context("accepting")
}

fn wait(pid: i32) -> anyhow::Result<()> {
    let mut status = 0;
    // SAFETY: waits for a child of ours; the status is only written to.
    ensure!(unsafe { libc::waitpid(pid, &mut status, 0) } == pid, "waiting for a child");
    ensure!(status == 0, "a child ended with {status}");
    Ok(())
}

fn fork(count: u64, _: &Path) -> anyhow::Result<()> {
    for _ in 0..count {
        // SAFETY: the child ends at once, without touching anything.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            // SAFETY: ends the child.
            unsafe { libc::_exit(0) };
        }
        wait(pid)?;
    }
    Ok(())
}

fn exec(count: u64, program: &Path) -> anyhow::Result<()> {
    let path = text(program)?;
    let arguments = [path.as_ptr().cast_mut(), std::ptr::null_mut()];
    for _ in 0..count {
        // SAFETY: all pointers live through the call; the child is only what the kernel makes of the program.
        let pid = unsafe {
            let mut pid = mem::zeroed();
            let environment = [std::ptr::null_mut()];
            let error = libc::posix_spawn(
                &mut pid,
                path.as_ptr(),
                std::ptr::null(),
                std::ptr::null(),
                arguments.as_ptr(),
                environment.as_ptr(),
            );
            ensure!(error == 0, "posix_spawn: {}", io::Error::from_raw_os_error(error));
            pid
        };
        wait(pid)?;
    }
    Ok(())
}

fn script(count: u64, scratch: &Path) -> anyhow::Result<()> {
    let (folder, script) = (scratch.join("script"), scratch.join("script.sh"));
    fs::create_dir_all(&folder)?;
    fs::write(&script, SCRIPT)?;
    for _ in 0..count {
        let status = Command::new("sh").arg(&script).arg(&folder).status()?;
        ensure!(status.success(), "the script failed");
    }
    Ok(())
}

/// This program itself, with what it needs, from nothing.
fn compile(count: u64, scratch: &Path) -> anyhow::Result<()> {
    for _ in 0..count {
        let target = scratch.join("target");
        let status = Command::new("cargo")
            .args(["build", "--offline", "--quiet", "--jobs", "1", "--manifest-path"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .env_remove("CARGO_TARGET_DIR")
            .status()
            .context("running cargo")?;
        ensure!(status.success(), "the build failed");
        fs::remove_dir_all(&target)?;
    }
    Ok(())
}
