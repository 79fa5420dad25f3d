//! Why bytes were refused.

/// Bytes that keep not what the protocol promises.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// Not a message at all.
    #[error("decoding {what}")]
    Malformed {
        /// What it was meant to be.
        what: &'static str,
        /// What protobuf said.
        #[source]
        source: prost::DecodeError,
    },
    /// Not zstd, or not all of it.
    #[error("decompressing the event list")]
    Compression(#[source] std::io::Error),
    /// A field that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field holds what it cannot hold.
    #[error("{what} is {found}, expected {expected}")]
    Unexpected {
        /// Which field.
        what: &'static str,
        /// What it held.
        found: String,
        /// What would have been right.
        expected: &'static str,
    },
    /// A bound of the protocol.
    #[error("{what}: {found} is over the limit of {limit}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// A protocol version that this side does not speak.
    #[error(
        "protocol version {found} is not spoken here (this side speaks {spoken}); update the older side"
    )]
    Version {
        /// What the other side speaks.
        found: u32,
        /// What we speak.
        spoken: u32,
    },
    /// Not an enrolment token.
    #[error("this is not an enrolment token ({0}); paste the whole of it, it starts with `bzn1.`")]
    Token(&'static str),
}

impl WireError {
    pub(crate) fn unexpected(
        what: &'static str,
        found: impl std::fmt::Display,
        expected: &'static str,
    ) -> Self {
        Self::Unexpected { what, found: found.to_string(), expected }
    }

    pub(crate) fn bound(what: &'static str, found: usize, limit: usize) -> Result<(), Self> {
        if found <= limit {
            return Ok(());
        }
        let wide = |number| u64::try_from(number).unwrap_or(u64::MAX);
        Err(Self::TooMuch { what, found: wide(found), limit: wide(limit) })
    }
}
