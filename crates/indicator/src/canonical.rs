//! One form for each value, whatever way people write it: `HXXP://Evil[.]Example:80/a#b` is `http://evil.example/a`.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::Kind;

/// Longest value.
const VALUE_MAX: usize = 2_048;
/// Longest domain name.
const DOMAIN_MAX: usize = 253;

/// A value in the one form that it is compared in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Observable {
    /// MD5.
    Md5([u8; 16]),
    /// SHA-1.
    Sha1([u8; 20]),
    /// SHA-256.
    Sha256([u8; 32]),
    /// An address; one of version 4 is never written as version 6.
    Address(IpAddr),
    /// A range, with no bits set below its prefix.
    Network(IpNet),
    /// A name in small letters, without the last dot.
    Domain(Box<str>),
    /// A URL with scheme and host in small letters, without default port, user and fragment.
    Url(Box<str>),
}

/// A text that is no such value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {expected}: {hint}")]
pub struct ValueError {
    /// The text.
    pub text: String,
    /// What it was meant to be.
    pub expected: &'static str,
    /// What is wrong.
    pub hint: &'static str,
}

impl Observable {
    /// What kind of value it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Md5(_) => Kind::Md5,
            Self::Sha1(_) => Kind::Sha1,
            Self::Sha256(_) => Kind::Sha256,
            Self::Address(_) => Kind::Address,
            Self::Network(_) => Kind::Network,
            Self::Domain(_) => Kind::Domain,
            Self::Url(_) => Kind::Url,
        }
    }

    /// Reads a value of a known kind.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, ValueError> {
        let whole = refang(text.trim());
        let wrong = |expected, hint| ValueError { text: cut(text), expected, hint };
        if whole.len() > VALUE_MAX {
            return Err(wrong("value", "it is longer than 2048 bytes"));
        }
        match kind {
            Kind::Md5 => digest(&whole).map(Self::Md5).ok_or_else(|| wrong("MD5", "32 hex digits")),
            Kind::Sha1 => {
                digest(&whole).map(Self::Sha1).ok_or_else(|| wrong("SHA-1", "40 hex digits"))
            }
            Kind::Sha256 => {
                digest(&whole).map(Self::Sha256).ok_or_else(|| wrong("SHA-256", "64 hex digits"))
            }
            Kind::Address => address(&whole)
                .map(Self::Address)
                .ok_or_else(|| wrong("address", "write for example 198.51.100.7")),
            Kind::Network => network(&whole)
                .ok_or_else(|| wrong("range of addresses", "write for example 198.51.100.0/24")),
            Kind::Domain => domain(&whole)
                .map(Self::Domain)
                .ok_or_else(|| wrong("domain", "write for example evil.example")),
            Kind::Url => url(&whole)
                .map(Self::Url)
                .ok_or_else(|| wrong("URL", "write for example https://evil.example/path")),
        }
    }

    /// Reads a value whose kind is to be told from its form.
    pub fn guess(text: &str) -> Result<Self, ValueError> {
        let whole = refang(text.trim());
        let hex = whole.bytes().all(|b| b.is_ascii_hexdigit());
        let kind = match whole.len() {
            32 if hex => Kind::Md5,
            40 if hex => Kind::Sha1,
            64 if hex => Kind::Sha256,
            _ if whole.contains("://") => Kind::Url,
            _ if network(&whole).is_some() && whole.contains('/') => Kind::Network,
            _ if address(&whole).is_some() => Kind::Address,
            _ if whole.contains('/') => Kind::Url,
            _ => Kind::Domain,
        };
        Self::parse(kind, text).map_err(|error| ValueError {
            expected: "hash, address, range, domain or URL",
            ..error
        })
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |f: &mut fmt::Formatter<'_>, bytes: &[u8]| {
            bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
        };
        match self {
            Self::Md5(digest) => hex(f, digest),
            Self::Sha1(digest) => hex(f, digest),
            Self::Sha256(digest) => hex(f, digest),
            Self::Address(address) => write!(f, "{address}"),
            Self::Network(network) => write!(f, "{network}"),
            Self::Domain(text) | Self::Url(text) => f.write_str(text),
        }
    }
}

/// As it was before somebody made it harmless: `hxxp`, `[.]`, `(dot)`.
fn refang(text: &str) -> String {
    let mut text = text.to_owned();
    for (from, to) in [
        ("[.]", "."),
        ("(.)", "."),
        ("{.}", "."),
        ("[dot]", "."),
        ("(dot)", "."),
        ("[:]", ":"),
        ("[://]", "://"),
    ] {
        if text.contains(from) {
            text = text.replace(from, to);
        }
    }
    let head: String = text.chars().take(5).collect::<String>().to_ascii_lowercase();
    match (head.starts_with("hxxps"), head.starts_with("hxxp")) {
        (true, _) => text.get(5..).map_or(text.clone(), |rest| format!("https{rest}")),
        (false, true) => text.get(4..).map_or(text.clone(), |rest| format!("http{rest}")),
        (false, false) => text,
    }
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

fn digest<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    // `from_str_radix` also takes a sign.
    text.bytes().all(|b| b.is_ascii_hexdigit()).then_some(bytes)
}

fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn network(text: &str) -> Option<Observable> {
    let network: IpNet = text.parse().ok()?;
    let network = network.trunc();
    // A range of one is an address, so that both forms are found.
    if network.prefix_len() == network.max_prefix_len() {
        return Some(Observable::Address(network.addr().to_canonical()));
    }
    Some(Observable::Network(network))
}

/// A domain as it is compared.
pub(crate) fn domain(text: &str) -> Option<Box<str>> {
    let name = text.trim_end_matches('.').trim_start_matches("*.").to_lowercase();
    let sound = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let fits = name.len() <= DOMAIN_MAX && name.contains('.') && name.split('.').all(sound);
    (fits && address(&name).is_none()).then(|| name.into())
}

/// A URL as it is compared.
pub(crate) fn url(text: &str) -> Option<Box<str>> {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("http".to_owned(), text),
    };
    if scheme.is_empty()
        || !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    {
        return None;
    }
    let rest = rest.split('#').next().unwrap_or(rest);
    let split = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(split);
    let host = host.rsplit('@').next().unwrap_or(host).to_lowercase();
    let default = match scheme.as_str() {
        "https" => ":443",
        "ftp" => ":21",
        _ => ":80",
    };
    let host = host.strip_suffix(default).unwrap_or(&host);
    if host.is_empty() || host.chars().any(char::is_whitespace) {
        return None;
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    Some(format!("{scheme}://{host}{slash}{path}").into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        match Observable::guess(text) {
            Ok(value) => format!("{} {value}", value.kind().word()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn values_are_told_by_their_form_and_written_in_one() {
        let cases = [
            ("44D88612FEA8A8F36DE82E1278ABB02F", "md5 44d88612fea8a8f36de82e1278abb02f"),
            (" 198.51.100[.]7 ", "address 198.51.100.7"),
            ("::ffff:198.51.100.7", "address 198.51.100.7"),
            ("198.51.100.9/24", "network 198.51.100.0/24"),
            ("198.51.100.9/32", "address 198.51.100.9"),
            ("2001:db8::/32", "network 2001:db8::/32"),
            ("Evil[.]Example.", "domain evil.example"),
            ("*.evil.example", "domain evil.example"),
            ("hxxps://U:P@Evil.example:443/a?b=C#d", "url https://evil.example/a?b=C"),
            ("evil.example/a", "url http://evil.example/a"),
            ("http://evil.example", "url http://evil.example/"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
        assert!(read("nodots").contains("is no hash, address, range, domain or URL"));
        assert!(Observable::parse(Kind::Sha256, "ab").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_value_or_an_error_and_a_value_reads_as_itself(text in "\\PC{0,60}|[a-z./:@\\[\\]#?*0-9]{0,40}") {
            if let Ok(value) = Observable::guess(&text) {
                prop_assert_eq!(Observable::parse(value.kind(), &value.to_string()), Ok(value));
            }
        }
    }
}
