//! The socket by which the administrator's commands ask the running sensor. Only root, or who runs the sensor,
//! may ask; nothing can be changed through it.

use std::{
    fs::{self, Permissions},
    io::ErrorKind,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::broadcast,
};

/// Most events that wait for one who follows; who reads too slowly misses some, and is told.
pub(crate) const FOLLOWED_MAX: usize = 1_024;

/// What the socket can answer with.
#[derive(Clone)]
pub(crate) struct Answers {
    /// How the sensor is, as JSON.
    pub(crate) status: Arc<dyn Fn() -> String + Send + Sync>,
    /// Events as they leave for the spool, as JSON.
    pub(crate) followers: broadcast::Sender<Arc<str>>,
}

/// The socket of the sensor with this folder.
pub(crate) fn socket(data: &Path) -> PathBuf {
    data.join("control")
}

/// Opens the socket and answers until the sensor ends.
pub(crate) fn open(data: &Path, answers: Answers) -> anyhow::Result<()> {
    let path = socket(data);
    // One of an earlier life; the lock of the spool says that nobody else lives here.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("deleting {}", path.display()));
        }
        _ => {}
    }
    let listener =
        UnixListener::bind(&path).with_context(|| format!("listening on {}", path.display()))?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))
        .with_context(|| format!("keeping {} private", path.display()))?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if may_ask(&stream) {
                tokio::spawn(answer(stream, answers.clone()));
            }
        }
    });
    Ok(())
}

fn may_ask(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == 0 || peer.uid() == own)
}

/// One question, one answer. Who hangs up needs none.
async fn answer(mut stream: UnixStream, answers: Answers) {
    let (reading, mut writing) = stream.split();
    let mut question = String::new();
    // Questions are a word; a longer one is none of ours.
    let mut reading = BufReader::new(tokio::io::AsyncReadExt::take(reading, 64));
    if reading.read_line(&mut question).await.is_err() {
        return;
    }
    match question.trim() {
        "status" => {
            let status = (answers.status)();
            drop(writing.write_all(format!("{status}\n").as_bytes()).await);
        }
        "events" => {
            let mut events = answers.followers.subscribe();
            // Says that following has begun.
            let mut line: Arc<str> = "{}".into();
            while writing.write_all(format!("{line}\n").as_bytes()).await.is_ok() {
                line = match events.recv().await {
                    Ok(event) => event,
                    Err(broadcast::error::RecvError::Lagged(missed)) => {
                        format!(r#"{{"Missed":{missed}}}"#).into()
                    }
                    Err(broadcast::error::RecvError::Closed) => return,
                };
            }
        }
        _ => drop(writing.write_all(b"{\"error\":\"unknown question\"}\n").await),
    }
}
