//! Live sessions between a server and a device: what is typed and what is answered, files over broken lines, scripts, and
//! nothing that the server did not sign, or that was said before.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bartizan_access::{Identity as Caller, LiveRequest, Means, NewTransfer};
use bartizan_live::{Config, Live};
use bartizan_model::{DeviceId, LiveLevel, LiveSessionId, UserId};
use bartizan_remediation::{Config as Acting, Judge, Refused, Remediation, sha256_of};
use bartizan_store::{LiveEntry, LiveTransferFilter, LiveTransferRecord, Page};
use bartizan_uplink::{ControlLink, ControlNews, Identity};
use bartizan_wire::{
    CommandRefused, ControlHello, PROTOCOL_VERSION, SignedLive, outcome_to_wire,
    sensor_frame::Frame as ToServer, server_frame::Frame as FromServer,
};
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
};

use crate::{commands::House, keep::now, machine::until};

/// How long a large file may take on a busy machine.
const LARGE: Duration = Duration::from_secs(400);

/// A device with live sessions, wired as the sensor wires them.
struct Post {
    device: DeviceId,
    root: PathBuf,
    /// The line is dropped after so many parts of files, once.
    breaks_after: Arc<AtomicUsize>,
    broken: Arc<AtomicUsize>,
    /// Somebody on the way says everything twice.
    echo: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
    live: Live,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Post {
    async fn start(house: &House, number: usize) -> Self {
        let (folder, identity) = house.enrol(number).await;
        let root = folder.join("root");
        std::fs::create_dir_all(root.join("tmp")).unwrap();
        std::fs::create_dir_all(root.join("etc")).unwrap();
        std::fs::write(root.join("etc/passwd"), "root:x:0:0::/root:/bin/sh\n").unwrap();
        Self::resume(&folder, identity)
    }

    fn resume(folder: &Path, identity: Identity) -> Self {
        let root = folder.join("root");
        let (bell, device) = (Arc::new(Notify::new()), identity.device);
        let ringing = Arc::clone(&bell);
        let config =
            Config { root: root.clone(), proc: "/proc".into(), data: folder.join("live"), device };
        let live = Live::new(config, move || ringing.notify_one());
        let judge =
            Judge::open(folder, &identity.command_key, identity.tenant, identity.device).unwrap();
        let acting = Acting { root: root.clone(), ..Acting::this_machine(folder, "localhost:1") };
        let (news, coming) = mpsc::channel(64);
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(ControlLink::new(identity, news).run(stopped));
        let (breaks_after, broken) = (Arc::new(AtomicUsize::new(usize::MAX)), Arc::default());
        let (echo, refused) = (Arc::default(), Arc::default());
        let wired = Wired {
            judge,
            remediation: Remediation::open(acting).unwrap(),
            live: live.clone(),
            line: None,
            breaks_after: Arc::clone(&breaks_after),
            broken: Arc::clone(&broken),
            echo: Arc::clone(&echo),
            refused: Arc::clone(&refused),
        };
        let running = tokio::spawn(wired.run(coming, bell));
        Self { device, root, breaks_after, broken, echo, refused, live, stop, running }
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        self.running.await.unwrap();
    }
}

struct Wired {
    judge: Judge,
    remediation: Remediation,
    live: Live,
    line: Option<mpsc::Sender<ToServer>>,
    breaks_after: Arc<AtomicUsize>,
    broken: Arc<AtomicUsize>,
    echo: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
}

impl Wired {
    async fn run(mut self, mut coming: mpsc::Receiver<ControlNews>, bell: Arc<Notify>) {
        loop {
            tokio::select! {
                () = bell.notified() => self.say().await,
                news = coming.recv() => match news {
                    Some(news) => self.hear(news).await,
                    None => return,
                },
            }
        }
    }

    async fn say(&mut self) {
        for frame in self.live.outgoing(usize::MAX) {
            let is_part = matches!(frame, ToServer::LivePart(_));
            let Some(line) = &self.line else { return self.live.line_is_closed() };
            drop(line.send(frame).await);
            if is_part && self.breaks_after.fetch_sub(1, Ordering::SeqCst) == 1 {
                self.breaks_after.store(usize::MAX, Ordering::SeqCst);
                self.broken.fetch_add(1, Ordering::SeqCst);
                self.line = None;
            }
        }
    }

    async fn hear(&mut self, news: ControlNews) {
        match news {
            ControlNews::Open(line) => {
                let challenge = self.judge.challenge().unwrap().to_vec();
                let hello = ControlHello { protocol: PROTOCOL_VERSION, challenge };
                drop(line.send(ToServer::Hello(hello)).await);
                self.line = Some(line);
            }
            ControlNews::Closed => {
                self.line = None;
                self.live.line_is_closed();
            }
            ControlNews::Frame(FromServer::Welcome(welcome)) => {
                self.judge.welcome(&welcome, Duration::ZERO).unwrap();
                self.live.line_is_open();
            }
            ControlNews::Frame(FromServer::Live(signed)) => {
                self.judge(&signed).await;
                if self.echo.load(Ordering::SeqCst) {
                    self.judge(&signed).await;
                }
            }
            ControlNews::Frame(FromServer::LiveKept(kept)) => self.live.kept(&kept),
            ControlNews::Frame(FromServer::LiveFetch(fetch)) => self.live.fetch(fetch),
            ControlNews::Frame(FromServer::LivePart(part)) => self.live.part(part),
            ControlNews::Frame(FromServer::Command(signed)) => {
                let command = self.judge.judge(&signed, Duration::ZERO).unwrap();
                let outcome = self.remediation.perform(&command, now()).unwrap();
                let frame = ToServer::Outcome(outcome_to_wire(&outcome));
                drop(self.line.as_ref().unwrap().send(frame).await);
            }
            ControlNews::Frame(_) => {}
        }
    }

    async fn judge(&mut self, signed: &SignedLive) {
        match self.judge.judge_live(signed, Duration::ZERO) {
            Ok(message) => self.live.hear(message),
            Err((Some(session), Refused::NoSession)) => self.live.say_ended(session, "gone"),
            Err((_, refused)) => {
                self.refused.fetch_add(1, Ordering::SeqCst);
                let reason = format!("{refused} (a live session)");
                let refused = CommandRefused { action_id: Vec::new(), reason };
                if let Some(line) = &self.line {
                    drop(line.send(ToServer::Refused(refused)).await);
                }
            }
        }
    }
}

impl House {
    async fn open(&self, post: &Post, level: LiveLevel) -> LiveSessionId {
        until("the device listens", || self.keep.ingest.is_listening(post.device)).await;
        let reason = "a test".to_owned();
        let request = LiveRequest { device: post.device, level, reason, incident: None };
        let opened = self.access().open_live(&self.caller, &request, "", now()).unwrap();
        until("the device opens it", || self.state(opened.id) == "open").await;
        opened.id
    }

    fn state(&self, session: LiveSessionId) -> String {
        self.store.live_session(self.caller.tenant, session).unwrap().unwrap().state
    }

    fn recording(&self, session: LiveSessionId) -> Vec<LiveEntry> {
        self.store.live_entries(self.caller.tenant, session, 0, 1_000).unwrap()
    }

    fn begin(&self, session: LiveSessionId, line: &str) -> u64 {
        self.access().live_line(&self.caller, session, line, "", now()).unwrap()
    }

    fn of_line(&self, session: LiveSessionId, line: u64) -> Vec<LiveEntry> {
        self.recording(session).into_iter().filter(|entry| entry.line == Some(line)).collect()
    }

    /// Says a line and waits for its end; gives everything that was answered.
    async fn say(&self, session: LiveSessionId, line: &str) -> Vec<LiveEntry> {
        let number = self.begin(session, line);
        self.until_ended(session, number, Duration::from_secs(60)).await
    }

    async fn until_ended(
        &self,
        session: LiveSessionId,
        line: u64,
        limit: Duration,
    ) -> Vec<LiveEntry> {
        #[expect(clippy::disallowed_methods, reason = "a test's deadline")]
        let begun = Instant::now();
        loop {
            let found = self.of_line(session, line);
            if found.iter().any(|entry| entry.kind == "end") {
                return found;
            }
            assert!(begun.elapsed() < limit, "no end of line {line}: {found:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn transfers(&self) -> Vec<LiveTransferRecord> {
        let filter = LiveTransferFilter::default();
        self.store.live_transfers(self.caller.tenant, &filter, Page::default()).unwrap().items
    }

    /// Somebody who is signed in.
    fn person(&self, name: &str) -> Caller {
        let user = UserId::from_uuid(uuid::Uuid::from_u128(7));
        let means = Means::Session { user, must_choose_password: false };
        Caller { name: name.to_owned(), means, ..self.caller.clone() }
    }
}

fn kinds(entries: &[LiveEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.kind.as_str()).collect()
}

fn said(entries: &[LiveEntry]) -> String {
    entries.iter().map(|entry| entry.content.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_answered_by_the_device_and_stands_in_the_recording() {
    let house = House::start().await;
    let post = Post::start(&house, 1).await;
    std::fs::write(post.root.join("tmp/evil.sh"), "#!/bin/sh\necho evil\n").unwrap();
    let session = house.open(&post, LiveLevel::Basic).await;

    let own = format!("\"pid\":\"{}\"", std::process::id());
    let processes = house.say(session, "processes --json").await;
    assert!(said(&processes).contains(&own), "{processes:?}");
    assert!(kinds(&processes).iter().all(|kind| ["json", "end"].contains(kind)));
    let tree = house.say(session, &format!("tree {}", std::process::id())).await;
    assert_eq!(kinds(&tree), ["table", "end"]);
    let info = house.say(session, "fileinfo /tmp/evil.sh").await;
    assert!(said(&info).contains("script of /bin/sh"), "{info:?}");
    for (line, part) in [
        ("find / --name *.sh", "/tmp/evil.sh"),
        ("scan /tmp --text 'echo evil'", "1 of 1 files fit"),
        ("connections", "127.0.0.1"),
        ("users", "root"),
        ("help", "processes [NAME]"),
        ("jobs", "columns"),
        ("services", "columns"),
        ("timers", "columns"),
        ("persistence", "columns"),
        ("modules", "columns"),
    ] {
        let answer = house.say(session, line).await;
        assert!(said(&answer).contains(part), "{line}: {answer:?}");
        assert!(answer.last().unwrap().content.contains("\"ok\":true"), "{line}: {answer:?}");
    }
    for line in
        ["fileinfo /tmp/nothing", "no-such-command", "getfile 'open quote", "tree 4194304999"]
    {
        let answer = house.say(session, line).await;
        assert_eq!(kinds(&answer), ["error", "end"], "{line}");
    }
    let job = house.say(session, "scan / --name nothing &").await;
    assert_eq!(kinds(&job)[..2], ["job", "end"]);
    let asked = house.access().live_complete(&house.caller, session, "getfile /tmp/e", now());
    let completed = tokio::task::spawn_blocking(move || {
        asked.unwrap().recv_timeout(Duration::from_secs(30)).unwrap()
    });
    let completed = completed.await.unwrap();
    assert_eq!(completed.start, 8);
    assert_eq!(completed.candidates, [("/tmp/evil.sh".to_owned(), "path".to_owned())]);

    house.access().close_live(&house.caller, session, "", now()).unwrap();
    until("the device closed it", || post.live.open_sessions() == 0).await;
    let recording = house.recording(session);
    assert_eq!(recording[0].kind, "opened");
    assert_eq!(recording.last().unwrap().kind, "closed");
    let numbers: Vec<u64> = recording.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=recording.len() as u64).collect::<Vec<_>>(), "nothing is missing");
    let typed = recording.iter().filter(|entry| entry.kind == "line").count();
    assert_eq!(house.audited("live.line").len(), typed);
    assert!(house.audited("live.line").contains(&"fileinfo /tmp/evil.sh".to_owned()));
    assert!(house.access().live_line(&house.caller, session, "jobs", "", now()).is_err());
    assert_eq!(post.refused.load(Ordering::SeqCst), 0);
    post.stop().await;
    house.keep.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_gibibyte_is_copied_over_a_line_that_breaks_and_is_byte_exact() {
    let house = House::start().await;
    let post = Post::start(&house, 1).await;
    let path = post.root.join("tmp/disk.img");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(1 << 30).unwrap();
    for place in 0..64_u64 {
        let mark = format!("mark {place}");
        std::os::unix::fs::FileExt::write_all_at(&file, mark.as_bytes(), place << 24).unwrap();
    }
    let session = house.open(&post, LiveLevel::Basic).await;

    // A quarter of it, then the line breaks; it goes on by itself. Later it breaks again.
    post.breaks_after.store(1_024, Ordering::SeqCst);
    let line = house.begin(session, "getfile /tmp/disk.img");
    until("the line breaks", || post.broken.load(Ordering::SeqCst) == 1).await;
    let transfer = house.transfers()[0].id;
    let here = || std::fs::metadata(house.keep.ingest.live_path(transfer)).unwrap().len();
    let before = here();
    assert!(before > 100 << 20, "{before}");
    post.breaks_after.store(1_024, Ordering::SeqCst);
    let answers = house.until_ended(session, line, LARGE).await;

    assert_eq!(post.broken.load(Ordering::SeqCst), 2);
    assert!(kinds(&answers).contains(&"transfer"), "{answers:?}");
    let progress = answers.iter().filter(|entry| entry.kind == "progress").count();
    assert!((10..=60).contains(&progress), "{progress} times");
    let kept = house.transfers().remove(0);
    assert!(kept.complete_at.is_some());
    assert_eq!(kept.length, 1 << 30);
    assert_eq!(sha256_of(&house.keep.ingest.live_path(transfer)), Some(kept.sha256));
    assert_eq!(sha256_of(&path), Some(kept.sha256));
    // Asked for again, it need not be sent again.
    let again = house.begin(session, "getfile /tmp/disk.img");
    let answers = house.until_ended(session, again, LARGE).await;
    assert_eq!(kinds(&answers), ["transfer", "end"]);
    post.stop().await;
    house.keep.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_cancelled_goes_on_in_another_session_where_it_was() {
    let house = House::start().await;
    let post = Post::start(&house, 1).await;
    let path = post.root.join("tmp/log");
    let content: Vec<u8> = (0..24_u32 << 20).map(|one| (one % 251) as u8).collect();
    std::fs::write(&path, &content).unwrap();
    let first = house.open(&post, LiveLevel::Basic).await;
    post.breaks_after.store(20, Ordering::SeqCst);
    let _line = house.begin(first, "getfile /tmp/log");
    until("the line breaks", || post.broken.load(Ordering::SeqCst) == 1).await;
    house.access().close_live(&house.caller, first, "", now()).unwrap();
    until("the device closed it", || post.live.open_sessions() == 0).await;

    let second = house.open(&post, LiveLevel::Basic).await;
    let answers = house.say(second, "getfile /tmp/log").await;

    assert!(kinds(&answers).contains(&"transfer"), "{answers:?}");
    let [kept] = house.transfers().try_into().unwrap();
    assert_eq!(std::fs::read(house.keep.ingest.live_path(kept.id)).unwrap(), content);
    post.stop().await;
    house.keep.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_put_scripts_are_run_once_approved_and_what_was_done_is_undone() {
    let house = House::start().await;
    let post = Post::start(&house, 1).await;
    let access = house.access();
    let tool = vec![b'x'; 3 << 20];
    let from = house.folder.path().join("tool");
    std::fs::write(&from, &tool).unwrap();
    let sha256 = sha256_of(&from).unwrap();
    let new = NewTransfer { name: "tool".to_owned(), length: tool.len() as u64, sha256 };
    let brought = access.new_live_transfer(&house.caller, &new, "", now()).unwrap();
    std::fs::copy(&from, house.keep.ingest.live_path(brought.id)).unwrap();
    house.store.complete_live_transfer(house.caller.tenant, brought.id, now()).unwrap();
    let script = ("greet", "says who was greeted", "#!/bin/sh\necho hello $1\nexit ${2:-0}\n");
    let kept = access.keep_live_script(&house.person("ada"), script, "", now()).unwrap();
    let session = house.open(&post, LiveLevel::Advanced).await;

    let put = house.say(session, "putfile tool /tmp/tool").await;
    assert!(put.last().unwrap().content.contains("\"ok\":true"), "{put:?}");
    assert_eq!(std::fs::read(post.root.join("tmp/tool")).unwrap(), tool);
    let over = house.say(session, "putfile tool /tmp/tool").await;
    assert!(said(&over).contains("already"), "{over:?}");

    let unapproved = house.say(session, "run greet world").await;
    assert!(said(&unapproved).contains("not approved"), "{unapproved:?}");
    let approval = ("greet", kept.sha256);
    assert!(access.approve_live_script(&house.caller, approval, "", now()).is_err(), "a program");
    let other = ("greet", [0; 32]);
    assert!(access.approve_live_script(&house.person("bob"), other, "", now()).is_err());
    access.approve_live_script(&house.person("bob"), approval, "", now()).unwrap();
    let ran = house.say(session, "run greet world").await;
    assert!(said(&ran).contains("hello world"), "{ran:?}");
    let failed = house.say(session, "run greet world 3").await;
    assert!(said(&failed).contains("ended with 3"), "{failed:?}");
    let changed = ("greet", "", "#!/bin/sh\nrm -rf /\n");
    access.keep_live_script(&house.person("ada"), changed, "", now()).unwrap();
    let void = house.say(session, "run greet world").await;
    assert!(said(&void).contains("not approved"), "{void:?}");

    let taken = house.say(session, "quarantine /tmp/tool").await;
    assert!(taken.last().unwrap().content.contains("\"ok\":true"), "{taken:?}");
    assert!(!post.root.join("tmp/tool").try_exists().unwrap());
    let action = taken.iter().rfind(|entry| entry.kind == "action").unwrap();
    let id = action.content.split("\"action\":\"").nth(1).unwrap();
    let back = house.say(session, &format!("undo {}", id.split('"').next().unwrap())).await;
    assert!(back.last().unwrap().content.contains("\"ok\":true"), "{back:?}");
    assert_eq!(std::fs::read(post.root.join("tmp/tool")).unwrap(), tool);
    post.stop().await;
    house.keep.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_said_again_by_somebody_else_is_refused_and_reported() {
    let house = House::start().await;
    let post = Post::start(&house, 1).await;
    post.echo.store(true, Ordering::SeqCst);

    let session = house.open(&post, LiveLevel::Basic).await;
    let answer = house.say(session, "jobs").await;

    assert_eq!(kinds(&answer), ["table", "end"], "once, not twice");
    until("both are refused", || post.refused.load(Ordering::SeqCst) == 2).await;
    until("the server knows", || house.audited("command.refuse").len() == 2).await;
    assert!(house.audited("command.refuse")[0].contains("came before"));
    post.stop().await;
    house.keep.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_the_sensor_is_started_anew() {
    let house = House::start().await;
    let post = Post::start(&house, 1).await;
    let folder = post.root.parent().unwrap().to_path_buf();
    let session = house.open(&post, LiveLevel::Basic).await;
    post.stop().await;
    let identity = Identity::load(&folder.join("identity")).unwrap();

    let post = Post::resume(&folder, identity);

    until("the session is over", || house.state(session) == "closed").await;
    assert!(said(&house.recording(session)).contains("started anew"));
    assert_eq!(post.refused.load(Ordering::SeqCst), 0, "it happens by itself and is not reported");
    post.stop().await;
    house.keep.stop().await;
}
