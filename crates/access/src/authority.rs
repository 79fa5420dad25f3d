//! The certificate authority of this server: made at the first start, kept in the data folder, pinned by every
//! sensor.

use std::{fmt, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path, time::Duration};

use bartizan_model::{DeviceId, TenantId, Timestamp, hex};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::{AccessError, Refusal, Result};

const DAY: Duration = Duration::from_secs(86_400);
/// How long a device's certificate is good for.
const DEVICE_VALID: Duration = Duration::from_secs(90 * 86_400);
/// How long the server's certificate is good for; a new one is made at each start.
const SERVER_VALID: Duration = Duration::from_secs(397 * 86_400);
/// How long the authority is good for.
const AUTHORITY_VALID: Duration = Duration::from_secs(20 * 365 * 86_400);
/// Names by which the server is always reached.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Signs certificates of devices and of the server.
pub struct Authority {
    certificate: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

/// The server's certificate with its key, for the listener.
#[derive(Clone)]
pub struct ServerCertificate {
    /// The certificate and its issuer, PEM.
    pub chain_pem: String,
    /// The key, PKCS #8, PEM.
    pub key_pem: String,
}

/// A device's certificate.
#[derive(Debug, Clone)]
pub(crate) struct DeviceCertificate {
    pub(crate) der: Vec<u8>,
    pub(crate) serial: String,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) expires_at: Timestamp,
}

impl Authority {
    /// Reads the authority in `folder`, or makes one.
    pub(crate) fn open(folder: &Path, now: Timestamp) -> Result<Self> {
        let (key_path, certificate_path) =
            (folder.join("authority.key.pem"), folder.join("authority.der"));
        if let Some(key) = read(&key_path)?
            && let Some(certificate) = read(&certificate_path)?
        {
            let key = String::from_utf8_lossy(&key);
            let key = KeyPair::from_pem(&key).map_err(making("reading the authority's key"))?;
            let issuer = Issuer::from_ca_cert_der(&certificate.as_slice().into(), key)
                .map_err(making("reading the authority's certificate"))?;
            return Ok(Self { certificate, issuer });
        }
        let key = KeyPair::generate().map_err(making("making the authority's key"))?;
        let mut params = CertificateParams::default();
        params.distinguished_name = name(&[(DnType::CommonName, "Bartizan authority".to_owned())]);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.serial_number = Some(serial());
        valid(&mut params, now, AUTHORITY_VALID);
        let certificate =
            params.self_signed(&key).map_err(making("making the authority's certificate"))?;
        let certificate = certificate.der().to_vec();
        write_private(&certificate_path, &certificate)?;
        write_private(&key_path, key.serialize_pem().as_bytes())?;
        Ok(Self { certificate, issuer: Issuer::new(params, key) })
    }

    /// The authority's certificate, DER: what sensors pin.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The authority's certificate, PEM: what the listener judges device certificates by.
    pub fn certificate_pem(&self) -> String {
        pem(&self.certificate)
    }

    /// A certificate for the server under its local names and these.
    pub fn server_certificate(
        &self,
        names: &[String],
        now: Timestamp,
    ) -> Result<ServerCertificate> {
        let mut all: Vec<String> = LOCAL_NAMES.iter().map(|name| (*name).to_owned()).collect();
        all.extend(names.iter().filter(|name| !LOCAL_NAMES.contains(&name.as_str())).cloned());
        let key = KeyPair::generate().map_err(making("making the server's key"))?;
        let mut params =
            CertificateParams::new(all).map_err(making("naming the server in its certificate"))?;
        params.distinguished_name = name(&[(DnType::CommonName, "Bartizan server".to_owned())]);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(serial());
        valid(&mut params, now, SERVER_VALID);
        let certificate = params
            .signed_by(&key, &self.issuer)
            .map_err(making("making the server's certificate"))?;
        Ok(ServerCertificate {
            chain_pem: pem(certificate.der()) + &pem(&self.certificate),
            key_pem: key.serialize_pem(),
        })
    }

    /// A certificate for a device, from its request. Only the key of the request is used.
    pub(crate) fn device_certificate(
        &self,
        request: &[u8],
        device: DeviceId,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<DeviceCertificate> {
        let mut request = CertificateSigningRequestParams::from_der(&request.into())
            .map_err(|_not_valid| Refusal::BadRequest)?;
        let serial = serial();
        let mut params = CertificateParams::default();
        params.distinguished_name = name(&[
            (DnType::CommonName, device.to_string()),
            (DnType::OrganizationName, tenant.to_string()),
        ]);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(serial.clone());
        valid(&mut params, now, DEVICE_VALID);
        request.params = params;
        let certificate =
            request.signed_by(&self.issuer).map_err(making("making a device's certificate"))?;
        let der = certificate.der().to_vec();
        Ok(DeviceCertificate {
            serial: hex(&serial.to_bytes()),
            fingerprint: Sha256::digest(&der).into(),
            expires_at: now.plus(DEVICE_VALID),
            der,
        })
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl fmt::Debug for ServerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerCertificate").finish_non_exhaustive()
    }
}

/// Writes a file that only we may read, so that it is there whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    let beside = path.with_extension("new");
    let write = || {
        match std::fs::remove_file(&beside) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(why),
            _ => {}
        }
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|source| AccessError::File {
        doing: "writing",
        path: path.display().to_string(),
        source,
    })
}

/// A file of the folder of keys, if it is there.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => {
            Err(AccessError::File { doing: "reading", path: path.display().to_string(), source })
        }
    }
}

fn making(doing: &'static str) -> impl Fn(rcgen::Error) -> AccessError {
    move |source| AccessError::Certificate { doing, source }
}

fn name(parts: &[(DnType, String)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (part, value) in parts {
        name.push(part.clone(), value.as_str());
    }
    name
}

/// 127 random bits: positive, and never twice.
fn serial() -> SerialNumber {
    let mut bytes: [u8; 16] = rand::random();
    let [first, ..] = &mut bytes;
    *first = *first & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

/// From a day before, for clocks that are behind, until `long` after.
fn valid(params: &mut CertificateParams, now: Timestamp, long: Duration) {
    let time = |at: Timestamp| {
        let seconds = at.millis().div_euclid(1_000);
        OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    };
    params.not_before = time(now.minus(DAY));
    params.not_after = time(now.plus(long));
}

fn pem(der: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem + "\n-----END CERTIFICATE-----\n"
}
