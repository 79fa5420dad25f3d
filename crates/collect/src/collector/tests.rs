//! Records in, the stream of observations out, one line each.

use std::{fs, net::Ipv4Addr, time::Duration};

use bartizan_model::{Action, ConnectionOutcome, FileOperation, Timestamp};
use bartizan_probe_abi::{
    Actor, Connect, ConnectPhase, Dns, Exec, Exit, FileName, FileNamed, FileOpen, NamedChange,
    Operation, OperationCode, Record, RecordBody,
};
use tempfile::TempDir;

use super::{Collector, CollectorConfig};
use crate::{Moment, Observation};

const SECOND: u64 = 1_000_000_000;

/// A collector over an empty `/proc`, fed with records made up by the test.
struct Bench {
    collector: Collector,
    at_ns: u64,
    proc: TempDir,
}

impl Bench {
    fn new() -> Self {
        let proc = tempfile::tempdir().unwrap();
        let random = proc.path().join("sys/kernel/random");
        fs::create_dir_all(&random).unwrap();
        fs::write(random.join("boot_id"), "00000000-0000-0000-0000-0000000000b0\n").unwrap();
        let passwd = proc.path().join("passwd");
        fs::write(&passwd, "root:x:0:0::/root:/bin/sh\neve:x:1000:1000::/:/bin/sh\n").unwrap();
        let config = CollectorConfig {
            procfs: proc.path().to_owned(),
            passwd,
            hash_patience: Duration::ZERO,
            logons: None,
            devices: false,
            own_pid: Some(4242),
            ..CollectorConfig::default()
        };
        let collector = Collector::new(config, moment(0)).unwrap();
        Self { collector, at_ns: SECOND, proc }
    }

    fn feed(&mut self, pid: u32, parent_pid: u32, body: RecordBody) -> &mut Self {
        self.at_ns += 1_000_000;
        let parent_start_ns = u64::from(parent_pid) * 10_000_000;
        let actor = Actor { parent_pid, parent_start_ns, ..bench_actor(pid) };
        let record = Record { cpu: 0, sequence: 0, time_ns: self.at_ns, actor, body };
        self.collector.record(record, moment(self.at_ns));
        self
    }

    /// Makes a process that `/proc` shows.
    fn runs(&self, pid: u32, parent_pid: u32) -> &Self {
        let directory = self.proc.path().join(pid.to_string());
        fs::create_dir_all(&directory).unwrap();
        let stat = format!("{pid} (job) S {parent_pid}{} {pid} 0\n", " 0".repeat(17));
        fs::write(directory.join("stat"), stat).unwrap();
        let status = "Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\n";
        fs::write(directory.join("status"), status).unwrap();
        self
    }

    fn told(&mut self) -> Vec<String> {
        let now = moment(self.at_ns);
        self.collector.take(now).iter().map(line).collect()
    }

    fn later(&mut self, seconds: u64) -> Vec<String> {
        self.at_ns += seconds * SECOND;
        self.told()
    }
}

fn bench_actor(pid: u32) -> Actor {
    Actor {
        pid,
        tid: pid,
        start_ns: u64::from(pid) * 10_000_000,
        parent_pid: 0,
        parent_start_ns: 0,
        uid: 1000,
        gid: 1000,
        euid: 1000,
        egid: 1000,
        login_uid: Some(1000),
        session_id: None,
        cgroup_id: 1,
        exec_id: 1,
        mount_ns: 1,
        comm: format!("comm-{pid}"),
    }
}

fn moment(boot_ns: u64) -> Moment {
    Moment { boot_ns, wall: Timestamp::from_nanos(i64::try_from(boot_ns).unwrap()) }
}

/// One observation in one line.
fn line(observation: &Observation) -> String {
    let actor = observation.actor.as_ref();
    let who = actor.map_or_else(|| "-".to_owned(), |p| format!("{}({})", p.image, p.key.pid));
    match &observation.action {
        Action::ProcessStarted(p) => format!("{who} started {} as {}", p.command_line, p.key.pid),
        Action::ProcessForked(p) => format!("{who} forked {}", p.key.pid),
        Action::ProcessObserved(p) => format!("observed {}({})", p.image, p.key.pid),
        Action::ProcessEnded { exit_code, signal } => {
            format!("{who} ended {exit_code:?} {signal:?}")
        }
        Action::Connection(c) => {
            let outcome = match c.outcome {
                ConnectionOutcome::Attempted => "attempted",
                ConnectionOutcome::Succeeded => "reached",
                ConnectionOutcome::Failed => "failed",
                ConnectionOutcome::Accepted => "accepted",
                ConnectionOutcome::Listening => "listens for",
            };
            format!("{who} {outcome} {}", c.remote)
        }
        Action::File(f) => {
            let operation = match f.operation {
                FileOperation::Created => "created",
                FileOperation::Modified => "modified",
                FileOperation::Renamed => "renamed",
                FileOperation::Deleted => "deleted",
                FileOperation::Linked => "linked",
                FileOperation::AttributesChanged => "changed attributes of",
            };
            format!("{who} {operation} {} x{}", f.path, f.count)
        }
        Action::Operation(done) => {
            let target = done.target.as_ref().map(|target| format!(" of {}", target.key.pid));
            let named = [done.path.as_deref(), done.account.as_deref(), done.host.as_deref()];
            let named: Vec<&str> = named.into_iter().flatten().collect();
            format!("{who} {}{} {}", done.kind.word(), target.unwrap_or_default(), named.join(" "))
        }
        other => format!("{other:?}"),
    }
}

fn exec(command_line: &str) -> RecordBody {
    let argv: Vec<String> = command_line.split(' ').map(str::to_owned).collect();
    RecordBody::Exec(Exec {
        exe: format!("/bin/{}", argv[0]),
        cwd: "/".to_owned(),
        script: argv[0].clone(),
        argv,
        argv_total: 0,
        argv_cut: false,
        argv_missing: false,
        path_cut: false,
        deleted: false,
        detached: false,
        device: 1,
        inode: 1,
        file_size: 1,
        file_changed_ns: 1,
        mode: 0o100_755,
        file_uid: 0,
        file_gid: 0,
        links: 1,
        capabilities: 0,
        pid_ns: 1,
        net_ns: 1,
        user_ns: 1,
        root: String::new(),
        environment: Vec::new(),
        environment_cut: false,
        is_script: false,
        gained_rights: false,
    })
}

fn open(path: &str, created: bool) -> RecordBody {
    RecordBody::FileOpen(FileOpen {
        path: path.to_owned(),
        path_cut: false,
        created,
        io_uring: false,
        device: 1,
        inode: 2,
        file_size: 0,
        mode: 0o100_644,
        open_flags: 1,
        repeats: 0,
    })
}

fn name(base: &str, name: &str) -> FileName {
    FileName {
        base: base.to_owned(),
        name: name.to_owned(),
        cut: false,
        directory: false,
        io_uring: false,
    }
}

fn connect(cookie: u64, phase: ConnectPhase, protocol: u8, port: u16) -> RecordBody {
    RecordBody::Connect(Connect {
        cookie,
        phase,
        protocol,
        local_address: Ipv4Addr::LOCALHOST.into(),
        local_port: 0,
        remote_address: Ipv4Addr::LOCALHOST.into(),
        remote_port: port,
        error: 0,
    })
}

const EXIT: RecordBody = RecordBody::Exit(Exit { status: 7 << 8 });

#[test]
fn a_shell_that_runs_a_program_is_told_from_start_to_end() {
    let mut bench = Bench::new();
    bench.feed(10, 1, exec("sh -c id")).feed(11, 10, RecordBody::Fork).feed(11, 10, exec("id -u"));
    bench.feed(11, 10, EXIT).feed(10, 1, RecordBody::Exit(Exit { status: 9 }));
    assert_eq!(
        bench.told(),
        [
            "observed [gone](1)",
            "[gone](1) started sh -c id as 10",
            "/bin/sh(10) started id -u as 11",
            "/bin/id(11) ended Some(7) None",
            "/bin/sh(10) ended None Some(9)",
        ]
    );
}

#[test]
fn a_fork_that_never_acts_is_not_told() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("make all")).feed(11, 10, RecordBody::Fork).feed(11, 10, EXIT);
    assert_eq!(bench.told(), ["- started make all as 10"]);
}

#[test]
fn forks_are_introduced_from_the_oldest_before_the_youngest_acts() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("bash -i"));
    bench.feed(11, 10, RecordBody::Fork).feed(12, 11, RecordBody::Fork);
    bench.feed(12, 11, open("/etc/cron.d/job", true));
    bench.feed(12, 11, open("/etc/cron.d/other", true));
    assert_eq!(
        bench.told(),
        [
            "- started bash -i as 10",
            "/bin/bash(10) forked 11",
            "/bin/bash(11) forked 12",
            "/bin/bash(12) created /etc/cron.d/job x1",
            "/bin/bash(12) ScheduledTaskCreated /etc/cron.d/job",
            "/bin/bash(12) created /etc/cron.d/other x1",
            "/bin/bash(12) ScheduledTaskCreated /etc/cron.d/other",
        ]
    );
}

#[test]
fn a_process_whose_parent_ended_keeps_the_one_that_made_it() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("sh -c x")).feed(11, 10, RecordBody::Fork).feed(10, 0, EXIT);
    // By now the kernel names another parent.
    bench.feed(11, 1, exec("daemon"));
    assert_eq!(bench.told().last().unwrap(), "/bin/sh(10) started daemon as 11");
}

#[test]
fn what_ran_before_is_told_when_it_first_acts() {
    let mut bench = Bench::new();
    bench.runs(1, 0).runs(20, 1).runs(21, 1);
    assert_eq!(bench.collector.observe_running(moment(SECOND)).unwrap(), 3);
    assert!(bench.told().is_empty());
    bench.feed(20, 1, open("/etc/hosts", false));
    bench.feed(21, 1, EXIT);
    assert_eq!(
        bench.told(),
        [
            "observed [job](1)",
            "observed [job](20)",
            "[job](20) modified /etc/hosts x1",
            "observed [job](21)",
            "[job](21) ended Some(7) None",
        ]
    );
}

#[test]
fn a_parent_that_ended_before_the_look_is_still_the_one_that_forked() {
    let mut bench = Bench::new();
    // By the time of the look the child had been given to process 1.
    bench.runs(1, 0).runs(31, 1).runs(32, 1);
    bench.collector.observe_running(moment(SECOND)).unwrap();
    bench.feed(30, 1, exec("sh -c x")).feed(31, 30, RecordBody::Fork).feed(30, 1, EXIT);
    bench.feed(31, 30, open("/etc/hosts", false));
    // Of this one the fork came before the first record, but not its exec.
    bench.feed(32, 30, exec("late"));
    let told = bench.told();
    assert!(told.contains(&"observed [job](31)".to_owned()));
    assert_eq!(told.last().unwrap(), "/bin/sh(30) started late as 32");
    let entry = bench.collector.table.get(key(&bench, 31)).unwrap();
    assert_eq!(entry.process.parent, Some(key(&bench, 30)));
}

fn key(bench: &Bench, pid: u32) -> bartizan_model::ProcessKey {
    let start_ticks = u64::from(pid);
    bartizan_model::ProcessKey { boot: bench.collector.boot(), pid, start_ticks }
}

#[test]
fn repeated_writes_are_told_once_and_summed_up() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("tail"));
    for _ in 0..5 {
        bench.feed(10, 0, open("/tmp/log", false));
    }
    assert_eq!(bench.told()[1..], ["/bin/tail(10) modified /tmp/log x1"]);
    assert_eq!(bench.later(11), ["/bin/tail(10) modified /tmp/log x4"]);
    assert_eq!(bench.collector.counters().merged, 4);
}

#[test]
fn only_files_that_matter_are_told_and_the_others_counted() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("cp"));
    bench.feed(10, 0, open("/data/a", true));
    bench.feed(10, 0, RecordBody::FileRename(name("/data", "a"), name("/data", "../etc/x")));
    bench.feed(10, 0, RecordBody::FileRename(name("/", "/etc/x"), name("/data", "b")));
    bench.feed(10, 0, RecordBody::FileDelete(name("/", "/home/eve/.bash_history")));
    assert_eq!(
        bench.told()[1..],
        [
            "/bin/cp(10) renamed /etc/x x1",
            "/bin/cp(10) renamed /data/b x1",
            "/bin/cp(10) deleted /home/eve/.bash_history x1",
        ]
    );
    assert_eq!(bench.collector.counters().files_unwatched, 1);
}

#[test]
fn a_flood_in_one_place_hides_nothing_in_another() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("sh"));
    for number in 0..5000 {
        bench.feed(10, 0, open(&format!("/tmp/{number}"), true));
    }
    bench.feed(10, 0, open("/etc/cron.d/backdoor", true));
    let told = bench.told();
    assert!(told.len() < 4000 && bench.collector.counters().suppressed > 1000);
    assert_eq!(told.last().unwrap(), "/bin/sh(10) ScheduledTaskCreated /etc/cron.d/backdoor");
}

#[test]
fn an_attempt_is_told_with_its_outcome_or_alone_when_none_comes() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("curl"));
    bench.feed(10, 0, connect(1, ConnectPhase::Attempt, 6, 80));
    bench.feed(10, 0, connect(2, ConnectPhase::Attempt, 6, 81));
    bench.feed(10, 0, connect(3, ConnectPhase::Attempt, 6, 82));
    bench.feed(10, 0, connect(1, ConnectPhase::Established, 6, 80));
    bench.feed(10, 0, connect(2, ConnectPhase::Failed, 6, 81));
    assert_eq!(
        bench.told()[1..],
        ["/bin/curl(10) reached 127.0.0.1:80", "/bin/curl(10) failed 127.0.0.1:81"]
    );
    assert_eq!(bench.later(2), ["/bin/curl(10) attempted 127.0.0.1:82"]);
}

#[test]
fn datagrams_to_one_place_are_told_once_per_window() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("dig"));
    for cookie in 0..9 {
        bench.feed(10, 0, connect(cookie, ConnectPhase::Attempt, 17, 53));
    }
    assert_eq!(bench.told()[1..], ["/bin/dig(10) attempted 127.0.0.1:53"]);
    assert!(bench.later(11).is_empty());
    assert_eq!(bench.collector.counters().merged, 8);
}

#[test]
fn a_started_process_reads_on_its_own() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("sh -c id")).feed(11, 10, RecordBody::Fork).feed(11, 10, exec("id"));
    let now = moment(bench.at_ns);
    let observations = bench.collector.take(now);
    let Action::ProcessStarted(process) = &observations[1].action else { panic!("not a start") };
    assert_eq!(process.user.name.as_deref(), Some("eve"));
    assert_eq!(process.parent_command_line.as_deref(), Some("sh -c id"));
    assert_eq!(process.parent.map(|parent| parent.pid), Some(10));
    assert_eq!(process.started_at, Timestamp::from_nanos(110_000_000));
    assert_eq!(process.key.to_string(), "000000000000000000000000000000b0-11-11");
}

fn operation(code: OperationCode, args: [u64; 4], text: &str) -> RecordBody {
    RecordBody::Operation(Operation {
        code,
        args,
        target: None,
        text: text.to_owned(),
        more: String::new(),
        last: String::new(),
        cut: false,
        detached: false,
    })
}

#[test]
fn what_is_done_to_another_process_names_it() {
    let mut bench = Bench::new();
    bench.runs(20, 1).runs(4242, 1);
    bench.collector.observe_running(moment(SECOND)).unwrap();
    bench.feed(10, 0, exec("gdb"));
    bench.feed(10, 0, operation(OperationCode::Ptrace, [16, 20, 0, 0], ""));
    bench.feed(10, 0, operation(OperationCode::MemoryWrite, [0, 20, 0, 0], ""));
    bench.feed(10, 0, operation(OperationCode::ProcMem, [2, 4242, 0, 0], "/proc/4242/mem"));
    assert_eq!(
        bench.told()[1..],
        [
            "observed [job](20)",
            "/bin/gdb(10) PTraceDetected of 20 ",
            "/bin/gdb(10) WriteProcessMemoryApiCall of 20 ",
            "observed [job](4242)",
            "/bin/gdb(10) TamperingAttempt of 4242 /proc/4242/mem",
        ]
    );
}

#[test]
fn a_change_of_user_is_told_and_setting_what_is_set_is_not() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("su"));
    bench.feed(10, 0, operation(OperationCode::SetId, [0; 4], ""));
    assert_eq!(bench.told().len(), 1);
    let actor = |uid| Actor { uid, euid: uid, ..bench_actor(10) };
    let body = operation(OperationCode::SetId, [0; 4], "");
    let record = Record { cpu: 0, sequence: 0, time_ns: bench.at_ns, actor: actor(0), body };
    bench.collector.record(record, moment(bench.at_ns));
    assert_eq!(bench.told(), ["/bin/su(10) ProcessPrimaryTokenModified "]);
}

#[test]
fn secrets_are_told_where_they_lie_and_not_elsewhere() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("cat"));
    bench.feed(10, 0, operation(OperationCode::SensitiveRead, [1, 1, 9, 0], "/etc/shadow"));
    bench.feed(10, 0, operation(OperationCode::SensitiveRead, [1, 1, 9, 0], "/srv/game/shadow"));
    bench.feed(10, 0, operation(OperationCode::KernelWrite, [0; 4], "/proc/10/oom_score_adj"));
    bench.feed(
        10,
        0,
        operation(OperationCode::KernelWrite, [0; 4], "/proc/sys/kernel/core_pattern"),
    );
    assert_eq!(
        bench.told()[1..],
        [
            "/bin/cat(10) SensitiveFileRead /etc/shadow",
            "/bin/cat(10) KernelSettingChanged /proc/sys/kernel/core_pattern",
        ]
    );
}

#[test]
fn a_question_and_its_answer_are_one_event_and_name_the_connection_that_follows() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("curl"));
    let question = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x03www\x03org\0\0\x01\0\x01".to_vec();
    let mut answer = question.clone();
    answer[2] = 0x81;
    answer[7] = 1;
    answer.extend(b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01");
    bench.feed(10, 0, packet(false, question.clone())).feed(10, 0, packet(true, answer));
    bench.feed(10, 0, connect(1, ConnectPhase::Established, 6, 80));
    let now = moment(bench.at_ns);
    let observations = bench.collector.take(now);
    let lines: Vec<String> = observations.iter().map(line).collect();
    assert_eq!(
        lines[1..],
        ["/bin/curl(10) DnsQueryResponse www.org", "/bin/curl(10) reached 127.0.0.1:80"]
    );
    let Action::Connection(connection) = &observations[2].action else { panic!("not one") };
    assert_eq!(connection.host.as_deref(), Some("www.org"));
    // One that nobody answers is told alone.
    let mut other = question;
    other[13] = b'x';
    bench.feed(10, 0, packet(false, other));
    assert_eq!(bench.told(), [""; 0]);
    assert_eq!(bench.later(4), ["/bin/curl(10) DnsQueryResponse xww.org"]);
}

fn packet(response: bool, payload: Vec<u8>) -> RecordBody {
    let total = u16::try_from(payload.len()).unwrap();
    let server = Ipv4Addr::new(192, 0, 2, 53).into();
    RecordBody::Dns(Dns { cookie: 7, server, server_port: 53, response, payload, total })
}

#[test]
fn attributes_links_and_emptied_logs_are_told_apart() {
    let mut bench = Bench::new();
    bench.feed(10, 0, exec("chmod"));
    let named = |change, path: &str, new: &str, args| {
        RecordBody::FileNamed(FileNamed {
            change,
            name: name("/", path),
            new_name: name("/", new),
            args,
        })
    };
    bench.feed(10, 0, named(NamedChange::Mode, "/tmp/x", "", [0o4755, 0]));
    bench.feed(10, 0, named(NamedChange::Linked, "/etc/shadow", "/tmp/y", [0, 0]));
    bench.feed(10, 0, named(NamedChange::Truncated, "/var/log/auth.log", "", [0, 0]));
    assert_eq!(
        bench.told()[1..],
        [
            "/bin/chmod(10) changed attributes of /tmp/x x1",
            "/bin/chmod(10) linked /tmp/y x1",
            "/bin/chmod(10) modified /var/log/auth.log x1",
            "/bin/chmod(10) SecurityLogCleared /var/log/auth.log",
        ]
    );
}
