//! Whether a command is to be obeyed: signed by the one server we trust, for this device, fresh, and new.
//!
//! Freshness is judged by the server's time, which its signed welcome brings along: a device whose clock is wrong
//! still obeys, and an old welcome is of no use because it signs another challenge. Nonces are remembered on disk
//! until the command they came with has expired anyway.

mod live;

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use bartizan_model::{ActionId, Command, DeviceId, TenantId, Timestamp};
use bartizan_wire::{
    COMMAND_BYTES_MAX, ControlWelcome, ReleaseToken, Signed, SignedCommand, command_from_bytes,
    welcome_bytes,
};
use ring::{
    rand::{SecureRandom as _, SystemRandom},
    signature::{ED25519, UnparsedPublicKey},
};

use crate::{
    durable,
    error::{Doing as _, RemediationError, Result},
};

/// How far in the future a command may have been signed: servers that are spread out differ a little.
const SKEW: Duration = Duration::from_secs(60);
/// The longest that a command may be good for.
const LONGEST: Duration = Duration::from_secs(8 * 86_400);
/// Most nonces that are remembered; a command beyond that is refused.
const NONCES_MAX: usize = 100_000;
/// Nonces file of that many lines more than needed is written anew.
const SLACK: usize = 1_000;

/// Why a command was not obeyed. All of these are reported: none happens by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The server did not prove itself on this stream.
    #[error("a command came before the server had proved itself")]
    NotWelcomed,
    /// The welcome's signature is wrong.
    #[error("the welcome is not signed by this device's server")]
    FalseWelcome,
    /// The command's signature is wrong.
    #[error("the command is not signed by this device's server")]
    Forged,
    /// It cannot be read.
    #[error("the command cannot be read: {0}")]
    Unreadable(String),
    /// It is for another device.
    #[error("the command is for another device")]
    Misaddressed,
    /// Its time is over.
    #[error("the command has expired")]
    Stale,
    /// It was signed in the future, or for too long a time.
    #[error("the command's time cannot be right")]
    Untimely,
    /// It came before.
    #[error("the command came before: it was sent again by somebody who is not the server")]
    Replayed,
    /// So many commands came that they cannot be told from replays.
    #[error("too many commands came")]
    TooMany,
    /// A line of a live session that comes before one that it follows.
    #[error("a line of a live session is missing before this one")]
    OutOfOrder,
    /// A line of a live session that is not open here (any more). It happens by itself when a sensor starts anew.
    #[error("the live session is not open on this device")]
    NoSession,
}

/// The server's time, and when by our own steady clock it was that.
#[derive(Debug, Clone, Copy)]
struct ServerTime {
    now: Timestamp,
    steady: Duration,
}

/// Judges commands for one device.
pub struct Judge {
    key: Vec<u8>,
    tenant: TenantId,
    device: DeviceId,
    challenge: Option<[u8; 32]>,
    time: Option<ServerTime>,
    nonces: HashMap<[u8; 16], Timestamp>,
    path: PathBuf,
    lines: usize,
    live: live::Heard,
}

impl std::fmt::Debug for Judge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge").field("device", &self.device).finish_non_exhaustive()
    }
}

impl Judge {
    /// A judge for this device, who obeys this key and remembers nonces in `folder`.
    ///
    /// # Errors
    /// When what it remembers cannot be read.
    pub fn open(
        folder: &Path,
        key: &[u8],
        tenant: TenantId,
        device: DeviceId,
    ) -> Result<Self, RemediationError> {
        durable::folder(folder)?;
        let path = folder.join("nonces");
        let (nonces, lines) = remembered(&path)?;
        let (key, live) = (key.to_vec(), live::Heard::default());
        Ok(Self { key, tenant, device, challenge: None, time: None, nonces, path, lines, live })
    }

    /// A stream begins: the challenge for its hello. What an earlier stream proved is worth nothing here.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub fn challenge(&mut self) -> Result<[u8; 32], RemediationError> {
        let mut challenge = [0; 32];
        let why = |_unspecified| RemediationError::refused("the machine gives no random bytes");
        SystemRandom::new().fill(&mut challenge).map_err(why)?;
        self.challenge = Some(challenge);
        self.time = None;
        Ok(challenge)
    }

    /// The server answered the hello. `steady` is a clock that only goes forward.
    ///
    /// # Errors
    /// When it is not our server.
    pub fn welcome(&mut self, welcome: &ControlWelcome, steady: Duration) -> Result<(), Refused> {
        let challenge = self.challenge.take().ok_or(Refused::FalseWelcome)?;
        let now = Timestamp::from_nanos(welcome.now);
        let bytes = welcome_bytes(&challenge, now);
        if !self.is_signed(Signed::Welcome, &bytes, &welcome.signature) {
            return Err(Refused::FalseWelcome);
        }
        self.time = Some(ServerTime { now, steady });
        Ok(())
    }

    /// The server's time now, once it has proved itself.
    #[must_use]
    pub fn server_time(&self, steady: Duration) -> Option<Timestamp> {
        self.time.map(|time| time.now.plus(steady.saturating_sub(time.steady)))
    }

    /// Whether a command is to be obeyed. Its nonce is remembered, durably, before this returns.
    ///
    /// # Errors
    /// Says why not, and which action the command says it is of.
    pub fn judge(
        &mut self,
        signed: &SignedCommand,
        steady: Duration,
    ) -> Result<Command, (Option<ActionId>, Refused)> {
        let now = self.server_time(steady).ok_or((None, Refused::NotWelcomed))?;
        if signed.command.len() > COMMAND_BYTES_MAX
            || !self.is_signed(Signed::Command, &signed.command, &signed.signature)
        {
            return Err((None, Refused::Forged));
        }
        let command = command_from_bytes(&signed.command)
            .map_err(|why| (None, Refused::Unreadable(why.to_string())))?;
        let refuse = |why| (Some(command.action), why);
        if command.device != self.device || command.tenant != self.tenant {
            return Err(refuse(Refused::Misaddressed));
        }
        if command.expires_at <= now {
            return Err(refuse(Refused::Stale));
        }
        if command.issued_at > now.plus(SKEW)
            || command.expires_at.since(command.issued_at) > LONGEST
        {
            return Err(refuse(Refused::Untimely));
        }
        if self.nonces.contains_key(&command.nonce) {
            return Err(refuse(Refused::Replayed));
        }
        self.nonces.retain(|_, expires_at| *expires_at > now);
        if self.nonces.len() >= NONCES_MAX {
            return Err(refuse(Refused::TooMany));
        }
        self.remember(command.nonce, command.expires_at).map_err(|why| {
            tracing::error!(%why, "remembering a command");
            refuse(Refused::Unreadable(why.to_string()))
        })?;
        Ok(command)
    }

    /// Whether a release token frees this device. It works once.
    ///
    /// # Errors
    /// Says why not.
    pub fn release(&mut self, token: &ReleaseToken, now: Timestamp) -> Result<(), Refused> {
        if !self.is_signed(Signed::Release, &token.signed_bytes(), &token.signature) {
            return Err(Refused::Forged);
        }
        if token.device != self.device {
            return Err(Refused::Misaddressed);
        }
        if token.expires_at <= now {
            return Err(Refused::Stale);
        }
        if self.nonces.contains_key(&token.nonce) {
            return Err(Refused::Replayed);
        }
        let unkept = |why: RemediationError| Refused::Unreadable(why.to_string());
        self.remember(token.nonce, token.expires_at).map_err(unkept)
    }

    fn is_signed(&self, what: Signed, bytes: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.key);
        key.verify(&what.input(bytes), signature).is_ok()
    }

    fn remember(&mut self, nonce: [u8; 16], expires_at: Timestamp) -> Result<()> {
        self.nonces.insert(nonce, expires_at);
        if self.lines > self.nonces.len() + SLACK {
            let all: String =
                self.nonces.iter().map(|(nonce, expires_at)| line(nonce, *expires_at)).collect();
            durable::replace(&self.path, all.as_bytes())?;
            self.lines = self.nonces.len();
            return Ok(());
        }
        let append = || {
            let mut file =
                OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
            file.write_all(line(&nonce, expires_at).as_bytes())?;
            file.sync_all()?;
            if self.lines == 0 { durable::sync_folder_of(&self.path) } else { Ok(()) }
        };
        append().doing("remembering a command in", &self.path)?;
        self.lines += 1;
        Ok(())
    }
}

fn line(nonce: &[u8; 16], expires_at: Timestamp) -> String {
    format!("{:032x} {}\n", u128::from_be_bytes(*nonce), expires_at.nanos())
}

/// The nonces in a file, and how many lines it has. A torn last line is one whose command was never obeyed.
fn remembered(path: &Path) -> Result<(HashMap<[u8; 16], Timestamp>, usize)> {
    let mut nonces = HashMap::new();
    let text = match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((nonces, 0)),
        text => text.doing("reading", path)?,
    };
    // Ends a torn line, so that the next is one of its own.
    if text.last().is_some_and(|byte| *byte != b'\n') {
        let mend = |mut file: File| file.write_all(b"\n");
        OpenOptions::new().append(true).open(path).and_then(mend).doing("mending", path)?;
    }
    let text = String::from_utf8_lossy(&text);
    let mut lines = 0;
    for line in text.lines() {
        lines += 1;
        let Some((nonce, expires_at)) = line.split_once(' ') else { continue };
        if nonce.len() == 32
            && let (Ok(nonce), Ok(expires_at)) =
                (u128::from_str_radix(nonce, 16), expires_at.parse())
        {
            nonces.insert(nonce.to_be_bytes(), Timestamp::from_nanos(expires_at));
        }
    }
    Ok((nonces, lines))
}

#[cfg(test)]
mod tests;
