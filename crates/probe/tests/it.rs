//! The programs in the running kernel, against real processes, files and loopback connections.
//! Needs root and BTF; says so and passes where either is missing.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::{
    fs,
    io::Write as _,
    net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream, UdpSocket},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use bartizan_probe::{
    Probe, ProbeConfig, ProgramHealth, ProgramState,
    abi::{ConnectPhase, Record, RecordBody, RecordKind},
};

const DEADLINE: Duration = Duration::from_secs(20);

/// The probe with everything on, own process included; `None` where it cannot run.
fn probe() -> Option<Probe> {
    let root =
        fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !root || !Path::new("/sys/kernel/btf/vmlinux").is_file() {
        println!("skipped: needs root and BTF");
        return None;
    }
    Some(Probe::attach(&ProbeConfig { own_pid: None, ..ProbeConfig::default() }).unwrap())
}

/// Polls until `enough` of what was gathered, or fails at the deadline with what there is.
fn gather(probe: &mut Probe, enough: impl Fn(&[Record]) -> bool) -> Vec<Record> {
    let started = now();
    let mut records = Vec::new();
    while !enough(&records) {
        assert!(started.elapsed() < DEADLINE, "gave up with {} records", records.len());
        if probe.poll(&mut |record| records.push(record)) == 0 {
            std::thread::yield_now();
        }
    }
    records
}

#[expect(clippy::disallowed_methods, reason = "a test's deadline")]
fn now() -> Instant {
    Instant::now()
}

fn exec_of(record: &Record) -> Option<&bartizan_probe::abi::Exec> {
    match &record.body {
        RecordBody::Exec(exec) => Some(exec),
        _ => None,
    }
}

#[test]
fn every_hook_attaches_here() {
    let Some(probe) = probe() else { return };
    for health in probe.health() {
        println!("{health:?}");
        assert!(
            match &health.state {
                ProgramState::Attached { missing, .. } => missing.is_empty(),
                // The kernel here may lack modules, and fits one of two forms of a program.
                state => *state == ProgramState::NothingHere,
            },
            "{health:?}"
        );
    }
}

#[test]
fn an_exec_tells_file_directory_arguments_and_parent() {
    let Some(mut probe) = probe() else { return };
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("job.sh");
    fs::write(&script, "#!/bin/sh\nexit 7\n").unwrap();
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut child =
        Command::new(&script).arg("päth").arg("").current_dir(directory.path()).spawn().unwrap();
    let pid = child.id();
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    child.wait().unwrap();

    let ended = |records: &[Record]| {
        records.iter().any(|r| r.actor.pid == pid && r.kind() == RecordKind::Exit)
    };
    let records = gather(&mut probe, ended);
    let record = records.iter().find(|r| r.actor.pid == pid && exec_of(r).is_some()).unwrap();
    let exec = exec_of(record).unwrap();
    let name = script.display().to_string();
    assert_eq!(exec.argv, ["/bin/sh", name.as_str(), "päth", ""]);
    assert_eq!(exec.exe, fs::canonicalize("/bin/sh").unwrap().display().to_string());
    assert_eq!(exec.cwd, directory.path().canonicalize().unwrap().display().to_string());
    assert_eq!(exec.script, name);
    assert_eq!(record.actor.parent_pid, std::process::id());
    let file = fs::metadata("/bin/sh").unwrap();
    assert_eq!(exec.inode, std::os::unix::fs::MetadataExt::ino(&file));
    assert_eq!(exec.device, std::os::unix::fs::MetadataExt::dev(&file));
    assert_eq!(exec.file_size, file.len());
    let changed = i128::from(std::os::unix::fs::MetadataExt::ctime(&file)) * 1_000_000_000
        + i128::from(std::os::unix::fs::MetadataExt::ctime_nsec(&file));
    assert_eq!(i128::from(exec.file_changed_ns), changed);
    assert!(!exec.deleted && !exec.detached && !exec.path_cut && !exec.argv_cut);
    let field_22 = stat.rsplit(") ").next().unwrap().split(' ').nth(19).unwrap();
    assert_eq!(record.actor.start_ticks().to_string(), field_22);
    let RecordBody::Exit(exit) =
        records.iter().find(|r| r.actor.pid == pid && r.kind() == RecordKind::Exit).unwrap().body
    else {
        panic!("not an exit")
    };
    assert_eq!((exit.code(), exit.signal()), (Some(7), None));
}

#[test]
fn a_program_that_only_lives_in_memory_is_marked() {
    let Some(mut probe) = probe() else { return };
    let program = "import os\n\
                   fd = os.memfd_create('ghost')\n\
                   os.write(fd, open('/bin/true','rb').read())\n\
                   os.execv(f'/proc/self/fd/{fd}', ['ghost', 'argument'])";
    let Ok(mut child) = Command::new("python3").args(["-c", program]).spawn() else {
        println!("skipped: needs python3");
        return;
    };
    let pid = child.id();
    assert!(child.wait().unwrap().success());
    let records = gather(&mut probe, |rs| {
        rs.iter().any(|r| r.actor.pid == pid && r.kind() == RecordKind::Exit)
    });
    let exec =
        records.iter().filter(|r| r.actor.pid == pid).filter_map(exec_of).next_back().unwrap();
    assert_eq!((exec.exe.as_str(), exec.detached, exec.deleted), ("/memfd:ghost", true, true));
    assert_eq!(exec.argv, ["ghost", "argument"]);
}

#[test]
fn a_file_below_a_mount_and_a_deep_directory_has_its_whole_path() {
    let Some(mut probe) = probe() else { return };
    let directory = tempfile::tempdir_in("/dev/shm").unwrap();
    let deep =
        (0..40).fold(directory.path().to_owned(), |path, n| path.join(format!("level-{n:03}")));
    fs::create_dir_all(&deep).unwrap();
    let file = deep.join("x".repeat(255));
    fs::write(&file, "").unwrap();
    let records = gather(&mut probe, |rs| {
        rs.iter().any(
            |r| matches!(&r.body, RecordBody::FileOpen(f) if f.path == file.display().to_string()),
        )
    });
    assert!(!records.is_empty());
}

#[test]
fn long_arguments_are_cut_at_the_bound_and_marked() {
    let Some(mut probe) = probe() else { return };
    let long = "x".repeat(9000);
    let mut child = Command::new("/bin/true").arg(&long).spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    let records =
        gather(&mut probe, |rs| rs.iter().any(|r| r.actor.pid == pid && exec_of(r).is_some()));
    let exec = records.iter().filter(|r| r.actor.pid == pid).find_map(exec_of).unwrap();
    assert!(exec.argv_cut);
    assert_eq!(exec.argv_total, 10 + 9001);
    assert_eq!(exec.argv[1].len(), 4096 - 10);
}

#[test]
fn two_thousand_processes_start_and_end_exactly_once() {
    const COUNT: usize = 2000;
    let Some(mut probe) = probe() else { return };
    let mut pids = Vec::new();
    let mut records = Vec::new();
    for number in 0..COUNT {
        let mut child = Command::new("/bin/true").arg(format!("job-{number}")).spawn().unwrap();
        pids.push(child.id());
        child.wait().unwrap();
        if number % 200 == 0 {
            probe.poll(&mut |record| records.push(record));
        }
    }
    let last = *pids.last().unwrap();
    records.extend(gather(&mut probe, |rs| {
        rs.iter().any(|r| r.actor.pid == last && r.kind() == RecordKind::Exit)
    }));

    for (number, pid) in pids.iter().enumerate() {
        let own: Vec<&Record> = records
            .iter()
            .filter(|r| r.actor.pid == *pid && r.actor.parent_pid == std::process::id())
            .collect();
        let life = [RecordKind::Fork, RecordKind::Exec, RecordKind::Exit];
        let kinds: Vec<RecordKind> =
            own.iter().map(|r| r.kind()).filter(|kind| life.contains(kind)).collect();
        assert_eq!(kinds, [RecordKind::Fork, RecordKind::Exec, RecordKind::Exit], "of {pid}");
        let exec = own.iter().find_map(|r| exec_of(r)).unwrap();
        assert_eq!(exec.argv, ["/bin/true".to_owned(), format!("job-{number}")]);
    }
    let counters = probe.counters().unwrap();
    println!("{counters:?}");
    // Others may flood the other ring meanwhile; this one must hold.
    for kind in [RecordKind::Fork, RecordKind::Exec, RecordKind::Exit] {
        assert_eq!(counters.of(kind).unwrap().lost, 0, "{kind:?}");
    }
    assert_eq!(counters.undecodable, 0);
    assert!(counters.of(RecordKind::Exec).unwrap().sent >= COUNT as u64);
}

/// The kernel counts every process and thread it makes; what we counted over the same time is the same.
#[test]
fn the_kernels_own_count_of_forks_agrees_with_ours() {
    let Some(probe) = probe() else { return };
    let kernels = || -> u64 {
        let stat = fs::read_to_string("/proc/stat").unwrap();
        let line = stat.lines().find_map(|line| line.strip_prefix("processes ")).unwrap();
        line.trim().parse().unwrap()
    };
    // Read one inside the other: what is made between the two readings is allowed for, on either side.
    let (ours_before, kernel_before) = (probe.counters().unwrap().forks(), kernels());
    let ours_after_begin = probe.counters().unwrap().forks();
    for _ in 0..500 {
        Command::new("/bin/true").spawn().unwrap().wait().unwrap();
        std::thread::spawn(|| ()).join().unwrap();
    }
    let ours_before_end = probe.counters().unwrap().forks();
    let kernel = kernels() - kernel_before;
    let ours = probe.counters().unwrap().forks();
    let (least, most) = (ours_before_end - ours_after_begin, ours - ours_before);
    assert!(least >= 1000, "{least}");
    assert!((least..=most).contains(&kernel), "kernel {kernel}, ours {least} to {most}");
}

#[test]
fn a_process_of_many_threads_ends_once() {
    let Some(mut probe) = probe() else { return };
    let program = "import threading,os\n\
                   ts=[threading.Thread(target=lambda: None) for _ in range(50)]\n\
                   [t.start() for t in ts]; os._exit(3)";
    let Ok(mut child) = Command::new("python3").args(["-c", program]).spawn() else {
        println!("skipped: needs python3");
        return;
    };
    let pid = child.id();
    child.wait().unwrap();
    let mut marker = Command::new("/bin/true").spawn().unwrap();
    let marker_pid = marker.id();
    marker.wait().unwrap();
    let records = gather(&mut probe, |rs| {
        rs.iter().any(|r| r.actor.pid == marker_pid && r.kind() == RecordKind::Exit)
    });
    let ends: Vec<&RecordBody> = records
        .iter()
        .filter(|r| r.actor.pid == pid && r.kind() == RecordKind::Exit)
        .map(|r| &r.body)
        .collect();
    assert!(matches!(ends[..], [RecordBody::Exit(exit)] if exit.code() == Some(3)), "{ends:?}");
}

#[test]
fn connections_are_seen_with_their_process_and_outcome() {
    let Some(mut probe) = probe() else { return };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let open = listener.local_addr().unwrap().port();
    let closed = {
        let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        gone.local_addr().unwrap().port()
    };
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, open)).unwrap();
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, closed)).is_err());
    let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    udp.connect((Ipv4Addr::LOCALHOST, 5353)).unwrap();

    let loose = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let loose6 = UdpSocket::bind((Ipv6Addr::LOCALHOST, 0));
    for _ in 0..5 {
        loose.send_to(b"hello", (Ipv4Addr::LOCALHOST, 5354)).unwrap();
    }
    let over_ipv6 = loose6.is_ok_and(|s| s.send_to(b"hello", (Ipv6Addr::LOCALHOST, 5355)).is_ok());
    udp.connect((Ipv4Addr::LOCALHOST, 5356)).unwrap();

    let records = gather(&mut probe, |rs| phases(rs, 5356).len() == 1);
    assert_eq!(phases(&records, 5354), [(17, ConnectPhase::Attempt)]);
    assert_eq!(phases(&records, 5355).len(), usize::from(over_ipv6));
    assert_eq!(
        phases(&records, open),
        [(6, ConnectPhase::Attempt), (6, ConnectPhase::Established)]
    );
    assert_eq!(phases(&records, closed), [(6, ConnectPhase::Attempt), (6, ConnectPhase::Failed)]);
    assert_eq!(phases(&records, 5353), [(17, ConnectPhase::Attempt)]);
    let own_port = stream.local_addr().unwrap().port();
    assert!(records.iter().any(|r| matches!(&r.body, RecordBody::Connect(c)
        if c.local_port == own_port && c.phase == ConnectPhase::Established)));
    assert!(records.iter().any(|r| matches!(&r.body, RecordBody::Connect(c)
        if c.local_port == open && c.phase == ConnectPhase::Listen)));
    assert!(records.iter().any(|r| matches!(&r.body, RecordBody::Connect(c)
        if c.remote_port == closed && c.phase == ConnectPhase::Failed && c.error == 111)));
}

/// What this process's connections to a port went through.
fn phases(records: &[Record], port: u16) -> Vec<(u8, ConnectPhase)> {
    records
        .iter()
        .filter(|record| record.actor.pid == std::process::id())
        .filter_map(|record| match &record.body {
            RecordBody::Connect(connect) if connect.remote_port == port => {
                Some((connect.protocol, connect.phase))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn files_are_seen_made_written_renamed_and_removed() {
    let Some(mut probe) = probe() else { return };
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    let (first, second) = (root.join("erste.txt"), root.join("second.txt"));
    fs::write(&first, "one").unwrap();
    fs::OpenOptions::new().append(true).open(&first).unwrap().write_all(b"two").unwrap();
    let _read = fs::read(&first).unwrap();
    fs::rename(&first, &second).unwrap();
    let status = Command::new("rm").arg("second.txt").current_dir(&root).status().unwrap();
    assert!(status.success());

    let records = gather(&mut probe, |rs| {
        rs.iter().any(|r| r.kind() == RecordKind::FileDelete && told(r, &root).is_some())
    });
    let story: Vec<String> = records.iter().filter_map(|record| told(record, &root)).collect();
    assert_eq!(
        story,
        [
            "made erste.txt",
            "opened erste.txt",
            "renamed erste.txt to second.txt",
            "removed second.txt"
        ]
    );
}

#[test]
fn a_file_written_over_and_over_is_told_once_in_a_while_with_how_often() {
    const OPENINGS: u64 = 5000;
    let Some(mut probe) = probe() else { return };
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().canonicalize().unwrap();
    let open = || fs::OpenOptions::new().append(true).open(&path).unwrap();
    let mut told = 0;
    let mut stood_for = 0;
    let mut take = |probe: &mut Probe| {
        probe.drain(&mut |record: Record| {
            if let RecordBody::FileOpen(file) = record.body
                && Path::new(&file.path) == path
            {
                told += 1;
                stood_for += 1 + u64::from(file.repeats);
            }
        });
        (told, stood_for)
    };
    for _ in 0..OPENINGS {
        drop(open());
    }
    let (told, _) = take(&mut probe);
    assert!((1..OPENINGS / 50).contains(&told), "{told} of {OPENINGS} were told");
    // One more, when the window is over, says how many there were.
    let started = now();
    let mut opened = OPENINGS;
    while take(&mut probe).1 < opened {
        assert!(started.elapsed() < DEADLINE, "{:?} of {opened}", take(&mut probe));
        drop(open());
        opened += 1;
    }
}

#[test]
fn what_a_ring_had_no_room_for_is_counted_and_seen_as_a_gap() {
    let Some(mut probe) = probe() else { return };
    let directory = tempfile::tempdir_in("/dev/shm").unwrap();
    // Making a file is always told, opening the same one over and over is not.
    let mut number = 0;
    let mut make = || {
        number += 1;
        let file = directory.path().join(number.to_string());
        fs::write(&file, "").unwrap();
        fs::remove_file(&file).unwrap();
    };
    // Nobody reads meanwhile: 8 MiB hold about 35,000 of these.
    while probe.counters().unwrap().lost() == 0 {
        (0..1000).for_each(|_| make());
    }
    (0..1000).for_each(|_| make());
    let mut received = std::collections::HashMap::new();
    let started = now();
    loop {
        // A gap shows when the next record of its processor arrives.
        make();
        probe.drain(&mut |record: Record| *received.entry(record.kind()).or_insert(0u64) += 1);
        let counters = probe.counters().unwrap();
        let all_read = counters
            .kinds
            .iter()
            .all(|counter| received.get(&counter.kind).copied().unwrap_or(0) == counter.sent);
        if all_read && counters.missing == counters.lost() && counters.lost() >= 2000 {
            break;
        }
        assert!(started.elapsed() < DEADLINE, "{received:?} {counters:?}");
        std::thread::yield_now();
    }
}

/// One line about a file event below `root`.
fn told(record: &Record, root: &Path) -> Option<String> {
    let full = |file: &bartizan_probe::abi::FileName| Path::new(&file.base).join(&file.name);
    let below = |path: &Path| Some(path.strip_prefix(root).ok()?.display().to_string());
    match &record.body {
        RecordBody::FileOpen(file) => {
            let what = if file.created { "made" } else { "opened" };
            Some(format!("{what} {}", below(Path::new(&file.path))?))
        }
        RecordBody::FileDelete(file) => Some(format!("removed {}", below(&full(file))?)),
        RecordBody::FileRename(from, to) => {
            Some(format!("renamed {} to {}", below(&full(from))?, below(&full(to))?))
        }
        _ => None,
    }
}

#[test]
fn a_dropped_probe_leaves_no_program_in_the_kernel() {
    let Some(probe) = probe() else { return };
    let ids: Vec<u32> = probe.costs().iter().map(|cost| cost.id).collect();
    let attached = |health: &&ProgramHealth| matches!(health.state, ProgramState::Attached { .. });
    // One whose places this kernel all lacks is loaded and not attached.
    assert!(ids.len() >= probe.health().iter().filter(attached).count());
    assert_eq!(still_loaded(&ids), ids.len());
    drop(probe);
    // The kernel frees programs a moment after their last descriptor is closed.
    let started = now();
    while still_loaded(&ids) > 0 {
        assert!(started.elapsed() < DEADLINE, "{} programs are still loaded", still_loaded(&ids));
        std::thread::yield_now();
    }
}

fn still_loaded(ids: &[u32]) -> usize {
    aya::programs::loaded_programs()
        .filter_map(Result::ok)
        .filter(|program| ids.contains(&program.id()))
        .count()
}

#[test]
fn without_the_right_the_error_says_what_to_do() {
    let attached = std::thread::spawn(|| {
        let none = rustix::thread::CapabilitySet::empty();
        let sets =
            rustix::thread::CapabilitySets { effective: none, permitted: none, inheritable: none };
        rustix::thread::set_capabilities(None, sets).unwrap();
        Probe::attach(&ProbeConfig::default()).map(drop)
    });
    let error = attached.join().unwrap().unwrap_err();
    assert!(error.to_string().contains("run the sensor as root, or give it CAP_BPF"), "{error}");
}

/// Not a test of right or wrong: prints what each program costs while processes, files and
/// connections are made. Needs `sysctl kernel.bpf_stats_enabled=1`; run it with `--ignored`.
#[test]
#[ignore = "a measurement"]
fn what_each_program_costs() {
    let Some(mut probe) = probe() else { return };
    let directory = tempfile::tempdir().unwrap();
    for number in 0..1000 {
        Command::new("/bin/true").spawn().unwrap().wait().unwrap();
        let file = directory.path().join(number.to_string());
        fs::write(&file, "x").unwrap();
        for _ in 0..10 {
            let _read = fs::read(&file).unwrap();
        }
        let renamed = file.with_extension("y");
        fs::rename(&file, &renamed).unwrap();
        fs::remove_file(&renamed).unwrap();
        let _refused = TcpStream::connect((Ipv4Addr::LOCALHOST, 1));
        probe.poll(&mut drop);
    }
    for cost in probe.costs() {
        let each = cost.time.as_nanos() / u128::from(cost.runs.max(1));
        println!("{:14} {:8} runs {each:6} ns", cost.program, cost.runs);
    }
}
