//! Secrets: drawn here, shown once, kept only as hashes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// 256 random bits.
pub(crate) fn draw() -> [u8; 32] {
    rand::random()
}

/// The text of a secret, for cookies and tokens.
pub(crate) fn text(secret: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(secret)
}

/// The secret of a text.
pub(crate) fn parse(text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// What is kept of a secret. It is random enough that a plain hash cannot be turned back.
pub(crate) fn hash(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}
