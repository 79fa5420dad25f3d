//! Stories of processes that are stopped, and of those that are not.
//!
//! They need root, as the sensor does, and say so and pass where they are not run as root.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
};

use super::*;

const PROC: &str = "/proc";

fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        println!("skipped: needs root");
    }
    root
}

fn key_of(pid: u32) -> ProcessKey {
    let proc = Path::new(PROC);
    let seen = table::one(proc, pid).unwrap();
    ProcessKey { boot: boot(proc).unwrap(), pid, start_ticks: seen.start_ticks }
}

/// A program of its own session, so that its descendants can be counted.
fn python(code: &str) -> Child {
    let mut command = Command::new("python3");
    command.arg("-c").arg(code).stdout(Stdio::piped()).stdin(Stdio::null());
    command.spawn().unwrap()
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.trim().to_owned()
}

/// How many processes carry this mark on their command line.
fn marked(mark: &str) -> usize {
    let with_mark = |seen: &table::Seen| {
        std::fs::read(format!("/proc/{}/cmdline", seen.pid))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(mark))
            && !seen.is_gone()
    };
    all(Path::new(PROC)).iter().filter(|seen| with_mark(seen)).count()
}

#[test]
fn a_process_is_stopped_and_its_neighbour_is_not() {
    let mut target = Command::new("sleep").arg("1000").spawn().unwrap();
    let mut neighbour = Command::new("sleep").arg("1000").spawn().unwrap();

    let stopped = stop(Path::new(PROC), key_of(target.id()), false).unwrap();

    assert!(stopped.complete, "{stopped:?}");
    assert_eq!(stopped.items.len(), 1);
    assert!(!target.wait().unwrap().success());
    assert!(neighbour.try_wait().unwrap().is_none(), "the neighbour runs on");
    neighbour.kill().unwrap();
    neighbour.wait().unwrap();
}

#[test]
fn an_id_that_was_reused_means_nobody() {
    let mut innocent = Command::new("sleep").arg("1000").spawn().unwrap();
    let key = key_of(innocent.id());
    let earlier = ProcessKey { start_ticks: key.start_ticks - 1, ..key };
    let other_boot = ProcessKey { boot: bartizan_model::BootId(1), ..key };

    for wrong in [earlier, other_boot] {
        let refused = stop(Path::new(PROC), wrong, true).unwrap_err();
        assert!(matches!(refused, RemediationError::NotThere(_)), "{refused}");
    }

    assert!(innocent.try_wait().unwrap().is_none(), "the innocent runs on");
    innocent.kill().unwrap();
    innocent.wait().unwrap();
}

#[test]
fn the_first_process_kernel_threads_and_the_sensor_are_never_stopped() {
    let own = key_of(std::process::id());
    let first = key_of(1);
    let thread = all(Path::new(PROC)).into_iter().find(|seen| seen.kernel_thread);
    let thread = thread.map(|seen| key_of(seen.pid));

    for never in [Some(own), Some(first), thread].into_iter().flatten() {
        let refused = stop(Path::new(PROC), never, true).unwrap_err().to_string();
        assert!(refused.contains("never"), "{refused}");
    }
}

#[test]
fn a_process_that_forks_itself_two_hundred_times_a_second_is_stopped_whole() {
    if !is_root() {
        return;
    }
    let mark = format!("forks-{}", std::process::id());
    // The first stays; a chain of others hops: each forks the next and ends, five milliseconds later.
    let mut target = python(&format!(
        "# {mark}
import os, time
end = time.time() + 20
if os.fork() == 0:
    os.setsid()
    while time.time() < end:
        if os.fork() != 0:
            os._exit(0)
        time.sleep(0.005)
    os._exit(0)
print('ready', flush=True)
time.sleep(20)"
    ));
    assert_eq!(first_line(&mut target), "ready");
    std::thread::sleep(Duration::from_millis(200));
    let stopped = stop(Path::new(PROC), key_of(target.id()), true).unwrap();

    assert!(stopped.complete, "{stopped:?}");
    assert!(stopped.items.len() + usize::try_from(stopped.at_birth).unwrap() >= 2, "{stopped:?}");
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(marked(&mark), 0, "nothing of the chain is left");
    target.wait().unwrap();
}

#[test]
fn a_bush_of_hopping_children_is_stopped_whole_and_its_neighbour_is_not() {
    if !is_root() {
        return;
    }
    let mark = format!("bush-{}", std::process::id());
    // The root forks a child every five milliseconds; each child forks once more and ends, so that grandchildren
    // have lost their parent. Nothing outlives twenty seconds, whatever becomes of the test.
    let mut target = python(&format!(
        "# {mark}
import os, time, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print('ready', flush=True)
end = time.time() + 20
for _ in range(8):
    if os.fork() == 0:
        while time.time() < end:
            time.sleep(0.005)
            if os.fork() != 0:
                os._exit(0)
        os._exit(0)
    time.sleep(0.005)
time.sleep(20)"
    ));
    let mut neighbour = python(&format!("# next-to-{mark}\nimport time\ntime.sleep(1000)"));
    assert_eq!(first_line(&mut target), "ready");
    std::thread::sleep(Duration::from_millis(30));

    let stopped = stop(Path::new(PROC), key_of(target.id()), true).unwrap();

    assert!(stopped.complete, "{stopped:?}");
    assert!(!target.wait().unwrap().success());
    assert_eq!(marked(&format!("# {mark}")), 0, "nothing of the bush is left");
    assert!(neighbour.try_wait().unwrap().is_none(), "the neighbour runs on");
    neighbour.kill().unwrap();
    neighbour.wait().unwrap();
    let mut rest = String::new();
    target.stdout.unwrap().read_to_string(&mut rest).unwrap();
}

/// Run by the next test in a pid namespace of its own, where ids can be chosen.
#[test]
#[ignore = "only inside the namespace that the test below makes"]
fn inside_a_namespace_where_ids_are_chosen() {
    let mut target = Command::new("sleep").arg("1000").spawn().unwrap();
    let key = key_of(target.id());
    target.kill().unwrap();
    target.wait().unwrap();
    // Starts are told apart by ticks of 10 ms.
    std::thread::sleep(Duration::from_millis(30));
    std::fs::write("/proc/sys/kernel/ns_last_pid", (key.pid - 1).to_string()).unwrap();
    let mut innocent = Command::new("sleep").arg("1000").spawn().unwrap();
    assert_eq!(innocent.id(), key.pid, "the id is reused");

    for tree in [false, true] {
        let refused = stop(Path::new(PROC), key, tree).unwrap_err().to_string();
        assert!(refused.contains("was not touched"), "{refused}");
    }

    assert!(innocent.try_wait().unwrap().is_none(), "the innocent runs on");
    innocent.kill().unwrap();
    innocent.wait().unwrap();
}

#[test]
fn an_innocent_process_that_got_the_id_is_not_touched() {
    let inside = Command::new("unshare")
        .args(["--pid", "--fork", "--mount-proc"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "process::tests::inside_a_namespace_where_ids_are_chosen", "--ignored"])
        .output();
    let Some(inside) = inside.ok().filter(|_| is_root()) else {
        println!("skipped: needs unshare");
        return;
    };
    let said = String::from_utf8_lossy(&inside.stdout).into_owned();
    assert!(inside.status.success() && said.contains("1 passed"), "{said}");
}
