//! A machine becomes a device: its key is made here and never leaves, the token is used up.

use std::{path::Path, time::Duration};

use bartizan_model::{DeviceFacts, DeviceId, TenantId};
use bartizan_wire::{
    EnrolRequest, EnrolmentClient, EnrolmentToken, PROTOCOL_VERSION, facts_to_wire,
};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use tonic::{Code, Status};

use crate::{
    Identity, IdentityError, UplinkError,
    channel::{connect, pem},
    error::in_words,
    identity::{make_private, uuid},
};

const TIMEOUT: Duration = Duration::from_secs(30);

/// Enrols this machine at the server that the token names, and keeps its identity in a folder.
///
/// # Errors
/// In words for a person: enrolled already, server away or not the trusted one, token used, expired or
/// unknown. Nothing is kept then.
pub async fn enrol(
    folder: &Path,
    token: &EnrolmentToken,
    facts: &DeviceFacts,
) -> Result<Identity, UplinkError> {
    match Identity::load(folder) {
        Ok(Identity { device, server, .. }) => {
            let folder = folder.to_path_buf();
            return Err(IdentityError::Enrolled { device, server, folder }.into());
        }
        Err(IdentityError::NotEnrolled) => make_private(folder)?,
        Err(error) => return Err(error.into()),
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(IdentityError::Key)?;
    let signing_request =
        CertificateParams::default().serialize_request(&key).map_err(IdentityError::Key)?;
    let authority_pem = pem(&token.authority);
    let channel = connect(&token.server, &authority_pem, None).await?;
    let mut request = tonic::Request::new(EnrolRequest {
        protocol: PROTOCOL_VERSION,
        secret: token.secret.clone(),
        signing_request: signing_request.der().to_vec(),
        facts: Some(facts_to_wire(facts)),
    });
    request.set_timeout(TIMEOUT);
    let answer = EnrolmentClient::new(channel)
        .enrol(request)
        .await
        .map_err(|status| refused(&token.server, &status))?
        .into_inner();
    let (Some(device), Some(tenant)) = (uuid(&answer.device_id), uuid(&answer.tenant_id)) else {
        return Err(UplinkError::EnrolmentRefused("its answer names no device".to_owned()));
    };
    let identity = Identity {
        server: token.server.clone(),
        device: DeviceId::from_uuid(device),
        tenant: TenantId::from_uuid(tenant),
        // The token's authority is the pin; what the answer says is no reason to trust another.
        authority_pem,
        command_key: answer.command_key,
        certificate_pem: answer.certificate_chain.iter().map(|der| pem(der)).collect(),
        key_pem: key.serialize_pem(),
    };
    identity.save(folder)?;
    Ok(identity)
}

fn refused(server: &str, status: &Status) -> UplinkError {
    match status.code() {
        Code::Unavailable | Code::Unknown | Code::DeadlineExceeded | Code::Cancelled => {
            UplinkError::Away { server: server.to_owned(), reason: in_words(status) }
        }
        _ => UplinkError::EnrolmentRefused(status.message().to_owned()),
    }
}
