//! Who this device is: its key, its certificate, its server. Only root may read them.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use bartizan_model::{DeviceId, TenantId};
use uuid::Uuid;

const KEY: &str = "device.key.pem";
const CERTIFICATE: &str = "device.cert.pem";
const AUTHORITY: &str = "authority.cert.pem";
const COMMAND_KEY: &str = "command.key.pub";
/// Written last: its being there says that the machine is enrolled.
const ENROLMENT: &str = "enrolment";

/// Who this device is.
#[derive(Clone)]
pub struct Identity {
    /// Where its server listens, `host:port`.
    pub server: String,
    /// Which device.
    pub device: DeviceId,
    /// Whose.
    pub tenant: TenantId,
    /// The key that its server signs commands with, 32 bytes; nothing in an identity of an older sensor.
    pub command_key: Vec<u8>,
    pub(crate) authority_pem: String,
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
}

/// What is wrong with the files of an identity.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// This machine was never enrolled, or not to the end.
    #[error(
        "this machine is not enrolled: make an enrolment token in the console and run `bartizan-sensor enrol --token …`"
    )]
    NotEnrolled,
    /// This machine is enrolled already.
    #[error(
        "this machine is enrolled already (device {device} of the server {server}); remove {folder} to enrol it anew"
    )]
    Enrolled {
        /// Which device.
        device: DeviceId,
        /// Its server.
        server: String,
        /// Where its identity is.
        folder: PathBuf,
    },
    /// Only root may be this device.
    #[error("may not read {path}: run the sensor as root")]
    NotPermitted {
        /// The file.
        path: PathBuf,
    },
    /// A file of ours says what cannot be.
    #[error("{path} is damaged: remove it and enrol this machine again")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The key could not be made.
    #[error("making a key and a certificate request")]
    Key(#[source] rcgen::Error),
    /// The operating system refused.
    #[error("{doing} {path}")]
    Io {
        /// What we were doing.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What it said.
        #[source]
        source: io::Error,
    },
}

impl Identity {
    /// The identity in a folder.
    ///
    /// # Errors
    /// [`IdentityError::NotEnrolled`] when there is none.
    pub fn load(folder: &Path) -> Result<Self, IdentityError> {
        let enrolment = read(folder, ENROLMENT)?;
        let mut words = enrolment.split_whitespace();
        let mut word = || words.next().unwrap_or_default();
        let (server, device, tenant) = (word().to_owned(), word().parse(), word().parse());
        let (Ok(device), Ok(tenant)) = (device, tenant) else {
            return Err(IdentityError::Damaged { path: folder.join(ENROLMENT) });
        };
        Ok(Self {
            server,
            device,
            tenant,
            command_key: command_key(folder)?,
            authority_pem: read(folder, AUTHORITY)?,
            certificate_pem: read(folder, CERTIFICATE)?,
            key_pem: read(folder, KEY)?,
        })
    }

    /// Keeps the identity in a folder that only its owner may enter.
    pub(crate) fn save(&self, folder: &Path) -> Result<(), IdentityError> {
        make_private(folder)?;
        write(folder, KEY, &self.key_pem)?;
        write(folder, CERTIFICATE, &self.certificate_pem)?;
        write(folder, AUTHORITY, &self.authority_pem)?;
        let key: String = self.command_key.iter().map(|byte| format!("{byte:02x}")).collect();
        write(folder, COMMAND_KEY, &key)?;
        let enrolment = format!("{}\n{}\n{}\n", self.server, self.device, self.tenant);
        write(folder, ENROLMENT, &enrolment)
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("server", &self.server)
            .field("device", &self.device)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// Makes sure that the folder can be written before a one-time token is used up.
pub(crate) fn make_private(folder: &Path) -> Result<(), IdentityError> {
    fs::create_dir_all(folder)
        .and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o700)))
        .map_err(|source| failed("making the folder", folder, source))?;
    write(folder, "writable", "")?;
    let probe = folder.join("writable");
    fs::remove_file(&probe).map_err(|source| failed("deleting", &probe, source))
}

/// 16 bytes of an id.
pub(crate) fn uuid(bytes: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(bytes).ok()
}

/// The pinned key of commands; nothing where an older sensor enrolled.
fn command_key(folder: &Path) -> Result<Vec<u8>, IdentityError> {
    let damaged = || IdentityError::Damaged { path: folder.join(COMMAND_KEY) };
    let text = match read(folder, COMMAND_KEY) {
        Err(IdentityError::NotEnrolled) => return Ok(Vec::new()),
        text => text?,
    };
    let text = text.trim().as_bytes();
    let pairs = text.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).map_err(|_not_text| damaged())?;
        u8::from_str_radix(pair, 16).map_err(|_not_hex| damaged())
    });
    pairs.collect()
}

fn read(folder: &Path, name: &str) -> Result<String, IdentityError> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => IdentityError::NotEnrolled,
        io::ErrorKind::PermissionDenied => IdentityError::NotPermitted { path },
        _ => failed("reading", &path, source),
    })
}

/// Replaces a file whole; readable by its owner only, durable when this returns.
fn write(folder: &Path, name: &str, text: &str) -> Result<(), IdentityError> {
    let (path, new) = (folder.join(name), folder.join(format!("{name}.new")));
    let written = || {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        File::open(folder)?.sync_all()
    };
    written().map_err(|source| failed("writing", &path, source))
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> IdentityError {
    IdentityError::Io { doing, path: path.to_path_buf(), source }
}
