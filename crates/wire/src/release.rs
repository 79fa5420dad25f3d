//! The release token: one line that frees one isolated device whose server cannot be reached.

use std::{fmt, str::FromStr};

use bartizan_model::{DeviceId, Timestamp};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::WireError;

/// What every release token starts with: its name and version.
pub const RELEASE_PREFIX: &str = "bzr1.";

const SIGNATURE_BYTES: usize = 64;

/// Frees one device, until a moment. Its text is [`fmt::Display`]; it is worthless without the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseToken {
    /// Which device it frees.
    pub device: DeviceId,
    /// Until when.
    pub expires_at: Timestamp,
    /// Random, so that each is used once.
    pub nonce: [u8; 16],
    /// Ed25519 of the server over the rest.
    pub signature: Vec<u8>,
}

impl ReleaseToken {
    /// The bytes that the signature covers.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        let expires_at = self.expires_at.nanos().to_be_bytes();
        [self.device.bytes().as_slice(), &expires_at, &self.nonce].concat()
    }
}

impl fmt::Display for ReleaseToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.signed_bytes(), self.signature.clone()].concat();
        write!(f, "{RELEASE_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for ReleaseToken {
    type Err = WireError;

    fn from_str(text: &str) -> Result<Self, WireError> {
        let wrong = || {
            WireError::unexpected("the release token", "another text", "one that starts `bzr1.`")
        };
        let text = text.trim().strip_prefix(RELEASE_PREFIX).ok_or_else(wrong)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_not_base64| wrong())?;
        let (device, rest) = bytes.split_first_chunk::<16>().ok_or_else(wrong)?;
        let (expires_at, rest) = rest.split_first_chunk::<8>().ok_or_else(wrong)?;
        let (nonce, signature) = rest.split_first_chunk::<16>().ok_or_else(wrong)?;
        if signature.len() != SIGNATURE_BYTES {
            return Err(wrong());
        }
        Ok(Self {
            device: DeviceId::from_uuid(Uuid::from_bytes(*device)),
            expires_at: Timestamp::from_nanos(i64::from_be_bytes(*expires_at)),
            nonce: *nonce,
            signature: signature.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_survives_being_read_out_and_a_cut_one_is_refused() {
        let token = ReleaseToken {
            device: DeviceId::from_uuid(Uuid::from_u128(7)),
            expires_at: Timestamp::from_millis(9),
            nonce: [3; 16],
            signature: vec![5; SIGNATURE_BYTES],
        };
        let text = token.to_string();

        assert_eq!(format!(" {text}\n").parse::<ReleaseToken>().unwrap(), token);
        assert!(text[..text.len() - 2].parse::<ReleaseToken>().is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_token_or_an_error(text in ".{0,200}") {
            drop(text.parse::<ReleaseToken>());
            drop(format!("{RELEASE_PREFIX}{text}").parse::<ReleaseToken>());
        }
    }
}
