//! How a machine becomes a device, and how a device is known again.

use std::{fmt, net::IpAddr, time::Duration};

use bartizan_model::{DeviceFacts, DeviceId, TenantId, Text, Timestamp};
use bartizan_store::{KnownDevice, NewAuditEntry, NewDevice, NewEnrolmentToken};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::{Access, Identity, Refusal, Result, secret, users::entry};

/// The longest that an enrolment token works.
const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// The secret of an enrolment token; the token around it also names the server and its authority.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EnrolmentSecret(pub [u8; 32]);

impl fmt::Debug for EnrolmentSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentSecret(…)")
    }
}

/// A machine that became a device.
#[derive(Debug, Clone)]
pub struct Enrolled {
    /// Which device it is.
    pub device: DeviceId,
    /// Whose.
    pub tenant: TenantId,
    /// Its certificate first, then the issuers, DER.
    pub certificate_chain: Vec<Vec<u8>>,
    /// The authority, DER.
    pub authority: Vec<u8>,
    /// The key that commands are signed with.
    pub command_key: Vec<u8>,
}

impl Access {
    /// Makes a token that lets one machine in, for at most 30 days.
    pub fn create_enrolment_token(
        &self,
        by: &Identity,
        note: &str,
        valid: Duration,
        address: &str,
        now: Timestamp,
    ) -> Result<EnrolmentSecret> {
        let drawn = secret::draw();
        let token = NewEnrolmentToken {
            hash: secret::hash(&drawn),
            note,
            created_by: &by.name,
            created_at: now,
            expires_at: now.plus(valid.min(LONGEST)),
        };
        let mut entry = entry(by, address, now, "enrolment_token.create", "");
        entry.detail = note;
        self.store.create_enrolment_token(by.tenant, &token, entry)?;
        Ok(EnrolmentSecret(drawn))
    }

    /// Trades a token's secret for a certificate. The secret is used up.
    pub fn enrol(
        &self,
        secret: &[u8],
        request: &[u8],
        facts: Option<DeviceFacts>,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Enrolled> {
        let hash = secret::hash(secret);
        let token = self.store.door().enrolment_token(hash)?;
        let token = token.ok_or(Refusal::UnknownEnrolmentToken)?;
        if token.used_at.is_some() {
            return Err(Refusal::UsedEnrolmentToken.into());
        }
        if token.expires_at <= now {
            return Err(Refusal::ExpiredEnrolmentToken.into());
        }
        let (tenant, id) = (token.tenant, DeviceId::from_uuid(Uuid::new_v4()));
        let certificate = self.authority.device_certificate(request, id, tenant, now)?;
        let name = facts.as_ref().map_or_else(|| Text::from("unnamed"), |f| f.host_name.clone());
        let (actor, address) = (format!("device {id}"), address.map(|a| a.to_string()));
        let entry = NewAuditEntry {
            at: now,
            actor: &actor,
            address: address.as_deref().unwrap_or(""),
            action: "device.enrol",
            target: &name,
            outcome: "done",
            detail: &token.note,
        };
        let device = NewDevice {
            id,
            name: name.clone(),
            enrolled_at: now,
            certificate_serial: certificate.serial,
            certificate_fingerprint: certificate.fingerprint,
            certificate_expires_at: certificate.expires_at,
            facts,
        };
        if !self.store.door().enrol(hash, tenant, &device, entry)? {
            return Err(Refusal::UsedEnrolmentToken.into());
        }
        Ok(Enrolled {
            device: id,
            tenant,
            certificate_chain: vec![certificate.der],
            authority: self.authority.certificate().to_vec(),
            command_key: self.command_key(),
        })
    }

    /// The device with this certificate, DER, which TLS has already judged to be of our authority and in time.
    pub fn device_of(&self, certificate: &[u8]) -> Result<KnownDevice> {
        let named = named_device(certificate).ok_or(Refusal::UnknownDevice)?;
        let fingerprint = Sha256::digest(certificate).into();
        let known = self.store.door().device_with_certificate(fingerprint, named.0)?;
        let known = known.filter(|known| known.tenant == named.1).ok_or(Refusal::UnknownDevice)?;
        match known.revoked_at {
            Some(_) => Err(Refusal::RevokedDevice.into()),
            None => Ok(known),
        }
    }
}

/// The device and tenant that a certificate names.
fn named_device(certificate: &[u8]) -> Option<(DeviceId, TenantId)> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let subject = certificate.subject();
    let device = subject.iter_common_name().next()?.as_str().ok()?.parse().ok()?;
    let tenant = subject.iter_organization().next()?.as_str().ok()?.parse().ok()?;
    Some((device, tenant))
}
