//! The key that commands are signed with: made at the first start, kept in the data folder, pinned by every sensor
//! at its enrolment. It signs for this server's devices and nothing else; it is not the key of the certificates.

use std::{fmt, path::Path};

use bartizan_wire::Signed;
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _},
};

use crate::{AccessError, Result, authority};

/// File of the key, in the folder of keys.
const KEY: &str = "command.key.der";

/// Signs commands, welcomes and release tokens.
pub(crate) struct Signer(Ed25519KeyPair);

impl Signer {
    /// Reads the key in `folder`, or makes one.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(KEY);
        let unusable = |doing| move |_why| AccessError::CommandKey { doing };
        let document = match authority::read(&path)? {
            Some(document) => document,
            None => {
                let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
                    .map_err(|_why| AccessError::CommandKey { doing: "making" })?;
                authority::write_private(&path, document.as_ref())?;
                document.as_ref().to_vec()
            }
        };
        Ed25519KeyPair::from_pkcs8(&document).map(Self).map_err(unusable("reading"))
    }

    /// The public key, 32 bytes.
    pub(crate) fn public(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }

    /// The signature over these bytes as what they are.
    pub(crate) fn sign(&self, what: Signed, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(&what.input(bytes)).as_ref().to_vec()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}
