//! Stories of a machine that is cut off, in network namespaces and a control group of their own.
//!
//! They need root, namespaces, control groups of version 2 and python3; they say so and pass where one is missing.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bartizan_model::Text;

use super::*;

/// What runs outside: echoes, for the server's address and for another one.
const OUTSIDE: &str = r#"
import socket, socketserver, threading, sys
class Tcp(socketserver.BaseRequestHandler):
    def handle(self):
        while True:
            data = self.request.recv(100)
            if not data: return
            self.request.sendall(data)
class Udp(socketserver.BaseRequestHandler):
    def handle(self): self.request[1].sendto(self.request[0], self.client_address)
def serve(kind, handler, family, address):
    class Server(kind):
        address_family = family
        daemon_threads = True
        allow_reuse_address = True
    threading.Thread(target=Server((address, 7000), handler).serve_forever, daemon=True).start()
for family, addresses in ((socket.AF_INET, ('10.99.0.2', '10.99.0.3')), (socket.AF_INET6, ('fd99::2', 'fd99::3'))):
    for address in addresses:
        serve(socketserver.ThreadingTCPServer, Tcp, family, address)
        serve(socketserver.ThreadingUDPServer, Udp, family, address)
print('ready', flush=True)
sys.stdin.read()
"#;

/// What runs on the device: tries to reach what it is told, and says `yes` or `no`.
const INSIDE: &str = r#"
import os, socket, sys, threading, struct, time
kept = {}
def family(a): return socket.AF_INET6 if ':' in a else socket.AF_INET
def echo(s):
    s.settimeout(1); s.send(b'x'); return s.recv(10) == b'x'
def tcp(a, p=7000):
    with socket.create_connection((a, p), 1) as s: return echo(s)
def udp(a):
    with socket.socket(family(a), socket.SOCK_DGRAM) as s:
        s.settimeout(1); s.sendto(b'x', (a, 7000)); return s.recv(10) == b'x'
def keep(a):
    kept[a] = socket.create_connection((a, 7000), 1); return echo(kept[a])
def kept_(a): return echo(kept[a])
def ping(a):
    six = ':' in a
    with socket.socket(family(a), socket.SOCK_RAW, socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP) as s:
        s.settimeout(1)
        body = struct.pack('!BBHHH', 128 if six else 8, 0, 0, os.getpid() & 0xffff, 1)
        if not six:
            total = sum(struct.unpack('!4H', body)); total = (total >> 16) + (total & 0xffff)
            body = struct.pack('!BBHHH', 8, 0, ~total & 0xffff, os.getpid() & 0xffff, 1)
        s.sendto(body, (a, 0))
        end = time.time() + 1
        while time.time() < end:
            data, who = s.recvfrom(200)
            if (data[0] == 129) if six else (data[20] == 0): return True
        return False
for a in ('127.0.0.1', '::1', '10.99.0.1'):
    def loop(a=a):
        l = socket.create_server((a, 7001), family=family(a))
        while True:
            c, _ = l.accept(); c.sendall(c.recv(10)); c.close()
    threading.Thread(target=loop, daemon=True).start()
def local(a): return tcp(a, 7001)
time.sleep(0.2)
print('ready', flush=True)
for line in sys.stdin:
    what, a = line.split()
    try: good = {'tcp': tcp, 'udp': udp, 'keep': keep, 'kept': kept_, 'ping': ping, 'local': local}[what](a)
    except OSError: good = False
    print('yes' if good else 'no', flush=True)
"#;

const SERVER: &str = "10.99.0.2:7000";

fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the kernel judges by the real clock")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap())
}

/// Two namespaces with a cable between, a control group, and a program on each side.
struct Lab {
    number: String,
    folder: tempfile::TempDir,
    group: PathBuf,
    outside: Child,
    inside: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

fn run(words: &str) -> bool {
    let mut words = words.split_whitespace();
    let command = Command::new(words.next().unwrap()).args(words).stderr(Stdio::null()).status();
    command.is_ok_and(|status| status.success())
}

fn program(command: &mut Command) -> (Child, ChildStdin, BufReader<ChildStdout>) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "ready");
    (child, stdin, stdout)
}

impl Lab {
    fn new() -> Option<Self> {
        static LABS: AtomicU32 = AtomicU32::new(0);
        let root = Network::this_machine("localhost:1").ok().map(|network| network.group);
        let able = rustix::process::geteuid().is_root() && run("python3 -c 1") && run("ip -V");
        let Some(root) = root.filter(|_| able) else {
            println!("skipped: needs root, control groups of version 2, python3 and ip");
            return None;
        };
        let lab = LABS.fetch_add(1, Ordering::Relaxed);
        let number = format!("{}x{lab}", std::process::id());
        let group = root.join(format!("bartizan-test-{number}"));
        fs::create_dir(&group).unwrap();
        for words in [
            "ip netns add bzi-N",
            "ip netns add bzo-N",
            "ip link add bziN type veth peer name bzoN",
            "ip link set bziN netns bzi-N",
            "ip link set bzoN netns bzo-N",
            "ip -n bzi-N link set lo up",
            "ip -n bzi-N link set bziN up",
            "ip -n bzo-N link set bzoN up",
            "ip -n bzi-N addr add 10.99.0.1/24 dev bziN",
            "ip -n bzi-N -6 addr add fd99::1/64 dev bziN nodad",
            "ip -n bzo-N addr add 10.99.0.2/24 dev bzoN",
            "ip -n bzo-N addr add 10.99.0.3/24 dev bzoN",
            "ip -n bzo-N -6 addr add fd99::2/64 dev bzoN nodad",
            "ip -n bzo-N -6 addr add fd99::3/64 dev bzoN nodad",
        ] {
            // Interface names have 15 letters at most.
            let words = words.replace("bziN", &format!("bzi{number}"));
            let words =
                words.replace("bzoN", &format!("bzo{number}")).replace("-N", &format!("-{number}"));
            assert!(run(&words), "{words}");
        }
        let (outside, outside_in, _) = program(Command::new("ip").args([
            "netns",
            "exec",
            &format!("bzo-{number}"),
            "python3",
            "-c",
            OUTSIDE,
        ]));
        std::mem::forget(outside_in);
        let join = format!(
            "echo $$ > {}/cgroup.procs && exec ip netns exec bzi-{number} python3 -c \"$1\"",
            group.display()
        );
        let (inside, ask, answers) = program(Command::new("sh").args(["-c", &join, "sh", INSIDE]));
        let folder = tempfile::tempdir().unwrap();
        Some(Self { number, folder, group, outside, inside, ask, answers })
    }

    /// Whether the device reaches this, this way.
    fn reaches(&mut self, what: &str, address: &str) -> bool {
        writeln!(self.ask, "{what} {address}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim() == "yes"
    }

    fn all(&mut self, what: &[&str], addresses: &[&str], wanted: bool) {
        for what in what {
            for address in addresses {
                assert_eq!(self.reaches(what, address), wanted, "{what} {address}");
            }
        }
    }

    fn is_cut_off(&mut self) {
        self.all(&["tcp", "udp", "ping"], &["10.99.0.3", "fd99::3", "fd99::2"], false);
        self.all(&["tcp"], &["10.99.0.2"], true);
        self.all(&["local"], &["127.0.0.1", "::1", "10.99.0.1"], true);
    }

    fn is_free(&mut self) {
        self.all(&["tcp", "udp", "ping"], &["10.99.0.2", "10.99.0.3", "fd99::2", "fd99::3"], true);
    }

    /// The executable that runs inside.
    fn python(&self) -> PathBuf {
        fs::read_link(format!("/proc/{}/exe", self.inside.id())).unwrap()
    }

    /// Does something as the sensor does, in a process of its own in the device's namespace.
    fn sensor(&self, what: &str, until: Timestamp) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--net=/run/netns/bzi-{}", self.number))
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "isolation::tests::sensor", "--ignored", "--nocapture"])
            .env("BARTIZAN_TEST_DO", what)
            .env("BARTIZAN_TEST_GROUP", &self.group)
            .env("BARTIZAN_TEST_FOLDER", self.folder.path())
            .env("BARTIZAN_TEST_UNTIL", until.nanos().to_string())
            .env("BARTIZAN_TEST_PYTHON", self.python())
            .stdout(Stdio::piped());
        command
    }

    fn does(&self, what: &str, until: Timestamp) -> String {
        let output = self.sensor(what, until).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "{what}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for child in [&mut self.inside, &mut self.outside] {
            drop(child.kill());
            drop(child.wait());
        }
        for side in ["bzi", "bzo"] {
            run(&format!("ip netns del {side}-{}", self.number));
        }
        std::thread::sleep(Duration::from_millis(50));
        drop(fs::remove_dir(&self.group));
    }
}

/// Run by the others in a process of its own: the sensor, for one thing.
#[test]
#[ignore = "only as the sensor of the tests below"]
fn sensor() {
    let variable = |name: &str| std::env::var(format!("BARTIZAN_TEST_{name}")).unwrap();
    let network = Network {
        group: PathBuf::from(variable("GROUP")),
        server: SERVER.to_owned(),
        sensor: PathBuf::from("/proc/self/exe"),
    };
    let isolator = Isolator::new(Path::new(&variable("FOLDER")), network);
    let until = Timestamp::from_nanos(variable("UNTIL").parse().unwrap());
    let texts = |texts: &[&str]| texts.iter().map(|text| Text::from(*text)).collect();
    let plain = Isolation { until, reason: "a test".into(), ..Isolation::default() };
    let python = PathBuf::from(variable("PYTHON"));
    match variable("DO").as_str() {
        "isolate" => drop(isolator.isolate(&plain, "a1", now()).unwrap()),
        "isolate-and-wait" => {
            isolator.isolate(&plain, "a1", now()).unwrap();
            println!("isolated");
            std::thread::sleep(Duration::from_secs(30));
        }
        "isolate-but-network" => {
            let addresses = texts(&["10.99.0.3/32", "fd99::/126"]);
            isolator.isolate(&Isolation { addresses, ..plain }, "a1", now()).unwrap();
        }
        "isolate-but-program" => {
            let processes = texts(&[python.to_str().unwrap()]);
            isolator.isolate(&Isolation { processes, ..plain }, "a1", now()).unwrap();
        }
        "keep-up" => println!("found: {:?}", isolator.keep_up(now()).unwrap()),
        "stopped" => println!("stopped: {:?}", isolator.stopped().unwrap()),
        "release" => drop(isolator.release().unwrap()),
        other => panic!("{other}"),
    }
}

fn in_an_hour() -> Timestamp {
    now().plus(Duration::from_secs(3_600))
}

#[test]
fn an_isolated_device_reaches_its_server_and_itself_and_nothing_else_until_it_is_released() {
    let Some(mut lab) = Lab::new() else { return };
    lab.is_free();
    lab.all(&["keep"], &["10.99.0.2", "10.99.0.3", "fd99::3"], true);

    lab.does("isolate", in_an_hour());

    lab.is_cut_off();
    lab.all(&["kept"], &["10.99.0.3", "fd99::3"], false);
    lab.all(&["kept"], &["10.99.0.2"], true);
    assert!(!lab.does("stopped", in_an_hour()).contains("None"));

    // What lifts other isolations does not lift this one.
    for flush in ["nft flush ruleset", "iptables -F", "ip6tables -F"] {
        run(&format!("nsenter --net=/run/netns/bzi-{} {flush}", lab.number));
    }
    lab.is_cut_off();

    lab.does("release", in_an_hour());
    lab.is_free();
}

#[test]
fn a_killed_sensor_leaves_the_device_cut_off_a_new_one_finds_it_so_and_the_time_frees_it() {
    let Some(mut lab) = Lab::new() else { return };
    let until = now().plus(Duration::from_secs(25));
    let mut sensor = lab.sensor("isolate-and-wait", until).spawn().unwrap();
    let mut lines = BufReader::new(sensor.stdout.take().unwrap()).lines();
    while !lines.next().unwrap().unwrap().contains("isolated") {}
    lab.is_cut_off();

    sensor.kill().unwrap();
    sensor.wait().unwrap();

    lab.is_cut_off();
    assert!(lab.does("keep-up", until).contains("found: None"), "nothing was missing");
    // Nobody is left to free it: the kernel does.
    #[expect(clippy::disallowed_methods, reason = "a test's deadline")]
    let begun = Instant::now();
    while !lab.reaches("tcp", "10.99.0.3") {
        assert!(begun.elapsed() < Duration::from_secs(60), "the time frees it");
    }
    assert!(now() >= until, "not before its time");
    lab.is_free();
}

#[test]
fn what_somebody_detached_is_found_and_put_back() {
    let Some(mut lab) = Lab::new() else { return };
    lab.does("isolate", in_an_hour());
    let record = lab.folder.path().join("isolation.json");
    let kept = fs::read(&record).unwrap();
    lab.does("release", in_an_hour());
    lab.is_free();
    // As after a start of the machine: the record is there, the programs are not.
    fs::write(&record, kept).unwrap();

    let found = lab.does("keep-up", in_an_hour());

    assert!(found.contains("bz_connect4"), "{found}");
    lab.is_cut_off();
    lab.does("release", in_an_hour());
}

#[test]
fn what_the_settings_leave_open_stays_reachable_and_a_later_order_closes_it() {
    let Some(mut lab) = Lab::new() else { return };

    lab.does("isolate-but-network", in_an_hour());
    lab.all(&["tcp", "udp", "ping"], &["10.99.0.3", "fd99::3", "fd99::2"], true);
    lab.does("isolate", in_an_hour());
    lab.is_cut_off();
    lab.does("isolate-but-program", in_an_hour());
    lab.all(&["tcp"], &["10.99.0.3", "fd99::3"], true);
    lab.all(&["ping"], &["10.99.0.3"], false);

    lab.does("release", in_an_hour());
    lab.is_free();
}
