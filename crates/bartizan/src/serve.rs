//! `bartizan serve`: opens every room, wires them, and keeps them going until Ctrl-C.
//!
//! Read `run` for the order of things: what can fail is tried before anything is told to be ready, and what
//! was started last is ended first.

mod failure;
mod flow;
mod listeners;

use std::{
    fs,
    io::{IsTerminal as _, Write as _},
    net::SocketAddr,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use bartizan_access::{Access, FirstSignIn, FirstTenant, Identity};
use bartizan_api::{Api, Notices, Settings, Topic};
use bartizan_event_log::{EventLog, EventLogConfig};
use bartizan_ingest::Ingest;
use bartizan_store::{Role, Store};
use bartizan_telemetry::{Config, Telemetry};
use bartizan_wire::EnrolmentToken;

use crate::{
    client, console,
    local_sensor::LocalSensor,
    print, rules, say, simulate,
    workers::{Rooms, Workers, clock},
};
use listeners::Listeners;

/// How long the operator's token lasts; a server that starts makes a new one.
const OPERATOR_TOKEN_LASTS: Duration = Duration::from_secs(30 * 86_400);
/// How long this machine's sensor may use its enrolment token.
const LOCAL_ENROLMENT_LASTS: Duration = Duration::from_secs(600);
/// How often actions are looked at whose time may be over.
const ACTIONS_ARE_LOOKED_AT_EACH: Duration = Duration::from_secs(60);
/// How long this machine's sensor may take until its first events are here.
const SENSOR_CONNECTS_WITHIN: Duration = Duration::from_secs(60);

/// Options of `bartizan serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Where the console listens.
    #[arg(long, default_value = "127.0.0.1:8080", env = "BARTIZAN_CONSOLE")]
    console: SocketAddr,
    /// Where sensors are taken.
    #[arg(long, default_value = "127.0.0.1:8443", env = "BARTIZAN_SENSORS")]
    sensors: SocketAddr,
    /// A folder of further Sigma rules.
    #[arg(long)]
    rules: Option<PathBuf>,
    /// Run this machine's sensor beside the server (needs root).
    #[arg(long)]
    local_sensor: bool,
    /// When all is up, simulate a harmless attack and show its incident.
    #[arg(long, requires = "local_sensor")]
    simulate: bool,
    /// End after the simulated attack: with success only if its incident came.
    #[arg(long, requires = "simulate")]
    once: bool,
}

/// Serve until Ctrl-C.
pub(crate) fn run(data: &Path, options: Options) -> anyhow::Result<ExitCode> {
    tell_what_happens();
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    runtime.block_on(serve(data, options))
}

async fn serve(data: &Path, options: Options) -> anyhow::Result<ExitCode> {
    let data = prepare(data)?;
    let listeners = Listeners::bind(options.console, options.sensors)?;
    let detector = rules::load(options.rules.as_deref())?;
    for problem in detector.problems() {
        say(&format!("warning: a rule cannot be used: {problem}"));
    }
    let keep = Keep::open(&data)?;
    let notices = Notices::new(clock().millis().unsigned_abs());
    let told = notices.clone();
    keep.access.on_action(move |news| {
        told.tell(news.tenant, Topic::Actions, &news.action.to_string());
    });
    let told = notices.clone();
    keep.access.on_live(move |news| {
        told.tell(news.tenant, Topic::Live, &news.session.to_string());
    });
    let ingest = Ingest::open(
        Arc::clone(&keep.rooms.log),
        Arc::clone(&keep.access),
        &data.join("quarantine"),
    )
    .context("opening the quarantine of unreadable batches")?;
    let described = rules::described(&detector);
    let api = keep.api(&listeners, notices.clone(), described, (&data, &ingest));
    let workers =
        Workers::start(&keep.rooms, detector, move |effects| rules::notify(&notices, effects))?;
    let certificate = keep.access.authority().server_certificate(&[], clock())?;
    let url = listeners.url();
    let sensors = listeners.sensors_address();
    let serving =
        listeners.start(api, ingest, certificate, keep.access.authority().certificate_pem())?;
    keep.leave_operator_access(&data, &url)?;
    greet(&url, keep.sign_in.as_ref());

    let expiring = tokio::spawn(expire_actions(Arc::clone(&keep.access)));
    let (outcome, sensor) = attend(&data, &options, &keep, &sensors).await;
    if let Some(sensor) = sensor
        && let Err(error) = tokio::task::spawn_blocking(move || sensor.stop()).await?
    {
        say(&format!("warning: {error:#}"));
    }
    expiring.abort();
    serving.stop().await;
    tokio::task::spawn_blocking(move || workers.stop()).await?;
    drop(fs::remove_file(client::Access::path(&data)));
    outcome
}

/// Lets actions end that their devices did not fetch in time.
async fn expire_actions(access: Arc<Access>) {
    let mut look = tokio::time::interval(ACTIONS_ARE_LOOKED_AT_EACH);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        let (access, living) = (Arc::clone(&access), Arc::clone(&access));
        let expired = tokio::task::spawn_blocking(move || access.expire_actions(clock())).await;
        if let Ok(Err(error)) = expired {
            tracing::error!(%error, "letting old actions end");
        }
        let ending = Arc::clone(&living);
        let ended = tokio::task::spawn_blocking(move || ending.expire_live(clock())).await;
        if let Ok(Err(error)) = ended {
            tracing::error!(%error, "ending live sessions that were left");
        }
    }
}

/// Everything between being ready and being told to end. Gives the sensor back to be ended in order.
async fn attend(
    data: &Path,
    options: &Options,
    keep: &Keep,
    sensors: &str,
) -> (anyhow::Result<ExitCode>, Option<LocalSensor>) {
    let mut sensor = None;
    let outcome = tokio::select! {
        outcome = prove(data, options, keep, sensors, &mut sensor) => outcome,
        ended = asked_to_end() => ended.map(|()| Some(ExitCode::SUCCESS)),
    };
    let finished = match outcome {
        Ok(Some(code)) => Ok(code),
        Ok(None) => asked_to_end().await.map(|()| ExitCode::SUCCESS),
        Err(error) => Err(error),
    };
    (finished, sensor)
}

/// Start this machine's sensor and simulate the attack, as far as asked for. `None`: go on serving.
async fn prove(
    data: &Path,
    options: &Options,
    keep: &Keep,
    sensors: &str,
    sensor: &mut Option<LocalSensor>,
) -> anyhow::Result<Option<ExitCode>> {
    if !options.local_sensor {
        return Ok(None);
    }
    let before = keep.rooms.log.end();
    let running = sensor.insert(LocalSensor::start(data, || keep.enrolment_token(sensors))?);
    let deadline = tokio::time::Instant::now() + SENSOR_CONNECTS_WITHIN;
    while keep.rooms.log.end() == before {
        if let Some(words) = running.ended() {
            anyhow::bail!("this machine's sensor ended; it said:\n{words}");
        }
        if tokio::time::Instant::now() > deadline {
            anyhow::bail!(
                "this machine's sensor sent nothing within {} s; its words are in {}",
                SENSOR_CONNECTS_WITHIN.as_secs(),
                data.join("sensor/sensor.log").display()
            );
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    say("▸ this machine's sensor is connected");
    if !options.simulate {
        return Ok(None);
    }
    let folder = data.to_owned();
    let code = tokio::task::spawn_blocking(move || {
        simulate::run(&folder, &simulate::Options::for_proof())
    })
    .await??;
    if options.once {
        return Ok(Some(code));
    }
    say("▸ serving; Ctrl-C ends server and sensor");
    Ok(None)
}

/// Ctrl-C, or a service manager's word.
async fn asked_to_end() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("listening for signals")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("listening for Ctrl-C")?,
        _ = terminate.recv() => {}
    }
    say("▸ ending");
    Ok(())
}

/// The data folder, absolute, private, with room on its disk.
fn prepare(data: &Path) -> anyhow::Result<PathBuf> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .with_context(|| format!("making the data folder {}", data.display()))?;
    let data = data
        .canonicalize()
        .with_context(|| format!("finding the data folder {}", data.display()))?;
    failure::disk_has_room(&data)?;
    Ok(data)
}

/// The rooms that keep things, opened.
struct Keep {
    rooms: Rooms,
    access: Arc<Access>,
    sign_in: Option<FirstSignIn>,
}

impl Keep {
    fn open(data: &Path) -> anyhow::Result<Self> {
        let log = EventLog::open(data.join("log"), EventLogConfig::default())
            .context("opening the event log (is another server running on this data folder?)")?;
        let store =
            Arc::new(Store::open(data.join("state.db")).context("opening the state store")?);
        let telemetry =
            Telemetry::open(data.join("telemetry"), Arc::clone(&store), Config::default())
                .context("opening the telemetry")?;
        let folder = data.join("keys");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .context("making the keys' folder")?;
        let (access, sign_in) =
            Access::open(Arc::clone(&store), &folder, FirstTenant::default(), clock())
                .context("opening accounts and keys")?;
        let rooms = Rooms { store, log: Arc::new(log), telemetry: Arc::new(telemetry) };
        Ok(Self { rooms, access: Arc::new(access), sign_in })
    }

    fn api(
        &self,
        listeners: &Listeners,
        notices: Notices,
        rules: Vec<bartizan_api::Rule>,
        (data, ingest): (&Path, &Arc<Ingest>),
    ) -> Api {
        let sensor_address = listeners.sensors_address();
        Api {
            store: Arc::clone(&self.rooms.store),
            access: Arc::clone(&self.access),
            telemetry: Arc::clone(&self.rooms.telemetry),
            notices,
            rules: rules.into(),
            flow: flow::meter(&self.rooms, data, ingest),
            console: Arc::new(console::Console),
            settings: Arc::new(Settings {
                secure: false,
                sensor_address,
                enrol_command: "bartizan-sensor enrol --token {token}".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                started_at: clock(),
                uploads: data.join("uploads"),
            }),
            clock,
        }
    }

    fn server_identity(&self) -> anyhow::Result<Identity> {
        Ok(Identity::server(self.access.tenants().first().context("there is no tenant")?))
    }

    fn enrolment_token(&self, sensors: &str) -> anyhow::Result<String> {
        let by = self.server_identity()?;
        let secret = self.access.create_enrolment_token(
            &by,
            "this machine, by the server",
            LOCAL_ENROLMENT_LASTS,
            "",
            clock(),
        )?;
        let token = EnrolmentToken {
            server: sensors.to_owned(),
            authority: self.access.authority().certificate().to_vec(),
            secret: secret.0.to_vec(),
        };
        Ok(token.to_string())
    }

    /// Whoever may read the data folder may operate the server: `hunt` and `simulate` find it there.
    fn leave_operator_access(&self, data: &Path, url: &str) -> anyhow::Result<()> {
        let by = self.server_identity()?;
        let token = self.access.create_api_token(
            &by,
            "operator of the data folder",
            Role::Administrator,
            OPERATOR_TOKEN_LASTS,
            clock(),
        )?;
        let access = client::Access { url: url.to_owned(), token };
        let path = client::Access::path(data);
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("writing {}", path.display()))?;
        file.write_all(serde_json::to_string_pretty(&access)?.as_bytes())
            .with_context(|| format!("writing {}", path.display()))
    }
}

/// Where to go, and how to come in.
fn greet(url: &str, sign_in: Option<&FirstSignIn>) {
    print(&format!("console        {url}"));
    match sign_in {
        Some(FirstSignIn { name, password }) => {
            print(&format!("administrator  {name}"));
            print(&format!("password       {password}"));
            say("  (a one-time password: after signing in, choose another)");
        }
        None => say("  sign in with your password; `bartizan reset-password` makes a new one"),
    }
}

/// What the rooms have to say goes to standard error; `BARTIZAN_LOG=debug` says more.
fn tell_what_happens() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("BARTIZAN_LOG")
        .unwrap_or_else(|_not_set| tracing_subscriber::EnvFilter::new("warn"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if subscriber.try_init().is_err() {
        say("warning: the log was set up already");
    }
}
