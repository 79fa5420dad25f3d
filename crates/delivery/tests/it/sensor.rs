//! The real sensor program against a real server. Needs root, BTF and a built `bartizan-sensor` beside the
//! tests; says so and passes where one is missing.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bartizan_access::{ActionRequest, Identity as Caller, UndoRequest};
use bartizan_model::{Action, ActionStatus, Envelope, FileTarget, Order};
use bartizan_store::{DeviceFilter, Page, Store};

use crate::{
    keep::{Keep, now},
    machine::until,
};

/// The sensor that was built into the same target folder.
fn program() -> Option<PathBuf> {
    let root = std::fs::metadata("/proc/self")
        .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let program = std::env::current_exe().unwrap().parent()?.parent()?.join("bartizan-sensor");
    if !root || !Path::new("/sys/kernel/btf/vmlinux").is_file() || !program.is_file() {
        println!("skipped: needs root, BTF and `cargo build -p bartizan-sensor`");
        return None;
    }
    Some(program)
}

fn sensor(program: &Path, data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.arg("--data").arg(data).args(words).env("RUST_LOG", "info");
    command
}

fn enrol(program: &Path, keep: &Keep, data: &Path) {
    let token = data.with_extension("token");
    std::fs::write(&token, format!("{}\n", keep.token(&keep.address()))).unwrap();
    let words = ["enrol", "--token-file", token.to_str().unwrap()];
    let enrolled = sensor(program, data, &words).output().unwrap();
    assert!(enrolled.status.success(), "{}", String::from_utf8_lossy(&enrolled.stderr));
    assert!(!token.try_exists().unwrap(), "the token must be gone");
}

fn started(events: &[Envelope], command_line: &str) -> usize {
    events
        .iter()
        .filter(|envelope| {
            matches!(&envelope.event.action, Action::ProcessStarted(process)
                if *process.command_line == *command_line)
        })
        .count()
}

/// Whether a file below the folder has these bytes. What was sent is removed meanwhile.
fn is_below(folder: &Path, wanted: &[u8]) -> bool {
    let Ok(found) = std::fs::read_dir(folder) else { return false };
    found.flatten().map(|file| file.path()).any(|path| match std::fs::read(&path) {
        Ok(content) => content.windows(wanted.len()).any(|part| part == wanted),
        Err(_folder_or_gone) => is_below(&path, wanted),
    })
}

fn running(program: &Path, data: &Path) -> Child {
    sensor(program, data, &["run", "--end-with-parent"]).stdin(Stdio::null()).spawn().unwrap()
}

fn ends_within(mut child: Child, limit: Duration) {
    #[expect(clippy::disallowed_methods, reason = "a test's deadline")]
    let asked = Instant::now();
    assert!(
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success()
    );
    let ended = child.wait().unwrap();
    assert!(ended.success(), "{ended}");
    assert!(asked.elapsed() < limit, "took {:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_machine_does_is_in_the_log_of_its_server_seconds_later() {
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("sensor");
    let keep = Keep::start(folder.path(), 0).await;
    enrol(&program, &keep, &data);
    let child = running(&program, &data);
    let kinds = |wanted: fn(&Action) -> bool| {
        keep.events().iter().filter(|envelope| wanted(&envelope.event.action)).count()
    };
    until("the machine is told", || kinds(|a| matches!(a, Action::DeviceFacts(_))) == 1).await;
    until("its health is told", || kinds(|a| matches!(a, Action::SensorHealth(_))) >= 1).await;
    assert!(Command::new("/bin/true").arg("seen-while-connected").status().unwrap().success());
    until("the program is told", || started(&keep.events(), "/bin/true seen-while-connected") == 1)
        .await;
    // Its parent ran before the sensor did, and is told before it is mentioned.
    assert!(kinds(|action| matches!(action, Action::ProcessObserved(_))) > 0);
    let status = || {
        let told = sensor(&program, &data, &["status"]).output().unwrap();
        String::from_utf8_lossy(&told.stdout).into_owned()
    };
    until("the status is connected", || status().contains("(connected)")).await;

    // What happens just before the end is handed over too.
    assert!(Command::new("/bin/true").arg("seen-at-the-end").status().unwrap().success());
    ends_within(child, Duration::from_secs(2));
    assert_eq!(started(&keep.events(), "/bin/true seen-at-the-end"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_machine_does_while_its_server_is_away_comes_later() {
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("sensor");
    let keep = Keep::start(folder.path(), 0).await;
    let port = keep.port;
    enrol(&program, &keep, &data);
    keep.stop().await;
    let mut child = running(&program, &data);
    until("the sensor watches", || data.join("status").try_exists().unwrap()).await;
    assert!(Command::new("/bin/true").arg("seen-while-away").status().unwrap().success());
    until("the program is written down", || is_below(&data.join("spool"), b"seen-while-away"))
        .await;
    // Killed, not asked: what is in the spool stays.
    child.kill().unwrap();
    child.wait().unwrap();

    let keep = Keep::start(folder.path(), port).await;
    let child = running(&program, &data);

    until("the program is told", || started(&keep.events(), "/bin/true seen-while-away") == 1)
        .await;
    ends_within(child, Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_does_what_its_server_asks_and_takes_it_back() {
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("sensor");
    let keep = Keep::start(folder.path(), 0).await;
    enrol(&program, &keep, &data);
    let store = Store::open(folder.path().join("records.sqlite")).unwrap();
    let tenant = keep.access.tenants().first().unwrap();
    let by = Caller::server(tenant);
    let device = store.devices(tenant.id, &DeviceFilter::default(), Page::default()).unwrap();
    let device = device.items[0].id;
    let child = running(&program, &data);
    let ask = |order: Order| {
        let request = ActionRequest {
            order,
            devices: vec![device],
            reason: "a test".to_owned(),
            confirmed_devices: None,
            incident: None,
        };
        keep.access.request_action(&by, &request, "", now()).unwrap()
    };
    let status = |action| store.action(tenant.id, action).unwrap().unwrap().status;
    let file = folder.path().join("malware");
    std::fs::write(&file, "bad").unwrap();
    let path = Some(file.display().to_string().into());

    let taken = ask(Order::QuarantineFile(FileTarget { path, sha256: None }));
    until("the file is taken", || status(taken) == ActionStatus::Succeeded).await;
    assert!(!file.try_exists().unwrap());
    let listed = sensor(&program, &data, &["quarantine", "list"]).output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains("malware"));
    let request = UndoRequest { reason: "a mistake".to_owned(), ..UndoRequest::default() };
    keep.access.undo_action(&by, taken, &request, "", now()).unwrap();
    until("the file is back", || status(taken) == ActionStatus::Undone).await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "bad");

    let package = ask(Order::CollectPackage { limit_bytes: 2 << 20 });
    until("the package is here", || {
        let file = store.action_file(tenant.id, package, device).unwrap();
        file.is_some_and(|file| file.complete_at.is_some())
    })
    .await;
    let sent = std::fs::metadata(keep.ingest.upload_path(package, device)).unwrap();
    assert!(sent.len() > 1_000 && sent.len() <= 2 << 20);
    until("the machine does not keep it", || {
        std::fs::read_dir(data.join("response/packages")).unwrap().count() == 0
    })
    .await;
    ends_within(child, Duration::from_secs(4));
}
