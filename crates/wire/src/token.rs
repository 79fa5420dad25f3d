//! The enrolment token: one line that a person pastes on a new machine.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use prost::Message as _;

use crate::{WireError, generated, limits::TOKEN_CHARACTERS_MAX};

/// What every enrolment token starts with: our name and the token's version.
pub const TOKEN_PREFIX: &str = "bzn1.";

/// Where to enrol, whom to trust there, and the one-time secret. Its text is [`fmt::Display`].
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentToken {
    /// Where the server listens for sensors, as `host:port`.
    pub server: String,
    /// The authority that the server's certificate must come from, DER: the only one that is trusted.
    pub authority: Vec<u8>,
    /// The one-time secret.
    pub secret: Vec<u8>,
}

impl fmt::Display for EnrolmentToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = generated::EnrolmentToken {
            server: self.server.clone(),
            authority: self.authority.clone(),
            secret: self.secret.clone(),
        };
        write!(f, "{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(message.encode_to_vec()))
    }
}

impl FromStr for EnrolmentToken {
    type Err = WireError;

    fn from_str(text: &str) -> Result<Self, WireError> {
        let text = text.trim();
        WireError::bound("enrolment token", text.len(), TOKEN_CHARACTERS_MAX)?;
        let text = text.strip_prefix(TOKEN_PREFIX).ok_or(WireError::Token("wrong start"))?;
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_position| WireError::Token("it is cut or has foreign characters"))?;
        let message = generated::EnrolmentToken::decode(bytes.as_slice())
            .map_err(|source| WireError::Malformed { what: "enrolment token", source })?;
        if message.server.is_empty() || message.authority.is_empty() || message.secret.is_empty() {
            return Err(WireError::Token("it is cut"));
        }
        Ok(Self { server: message.server, authority: message.authority, secret: message.secret })
    }
}

impl fmt::Debug for EnrolmentToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolmentToken").field("server", &self.server).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token() -> EnrolmentToken {
        EnrolmentToken {
            server: "keep.example:8443".to_owned(),
            authority: vec![0x30, 0x82, 1],
            secret: vec![7; 32],
        }
    }

    #[test]
    fn a_token_survives_being_pasted_with_white_space_around_it() {
        let text = format!("  {}\n", token());

        assert_eq!(text.parse::<EnrolmentToken>().unwrap(), token());
    }

    #[test]
    fn a_cut_token_says_to_paste_the_whole_of_it() {
        let text = token().to_string();

        let error = text[..text.len() - 20].parse::<EnrolmentToken>().unwrap_err();

        assert!(!error.to_string().is_empty());
        let error = "hello".parse::<EnrolmentToken>().unwrap_err().to_string();
        assert!(error.contains("bzn1."), "{error}");
    }

    #[test]
    fn the_secret_is_not_shown_by_debug() {
        assert!(!format!("{:?}", token()).contains("secret"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_token_or_an_error(text in ".{0,200}") {
            drop(text.parse::<EnrolmentToken>());
            drop(format!("{TOKEN_PREFIX}{text}").parse::<EnrolmentToken>());
        }
    }
}
