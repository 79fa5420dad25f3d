//! Encodings and digests.

use bartizan_kql::function::Function as F;
use bartizan_kql::value::{Dynamic, Literal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::arguments::{dynamic, string};
use super::{Arguments, Implementation, Outcome};
use crate::value;

pub(super) fn find(function: F) -> Option<Implementation> {
    Some(match function {
        F::UrlEncode => |args| string(url_encode(args.text(0))),
        F::UrlDecode => |args| string(url_decode(args.text(0), true)),
        F::Base64EncodeToString => |args| string(STANDARD.encode(args.text(0))),
        F::Base64DecodeToString => |args| {
            string(
                decoded(args.text(0))
                    .and_then(|bytes| String::from_utf8(bytes).ok())
                    .unwrap_or_default(),
            )
        },
        F::Base64DecodeToArray => |args| match decoded(args.text(0)) {
            Some(bytes) => dynamic(Dynamic::Array(
                bytes.into_iter().map(|byte| Dynamic::Long(i64::from(byte))).collect(),
            )),
            None => Ok(Literal::Null),
        },
        F::HashSha256 => digest::<Sha256>,
        F::HashSha1 => digest::<Sha1>,
        F::HashMd5 => digest::<Md5>,
        _ => return None,
    })
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.trim()).ok()
}

fn digest<D: Digest>(args: &Arguments<'_>) -> Outcome {
    let text = value::text_of(args.value(0));
    if text.is_empty() {
        return string("");
    }
    string(D::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn url_encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'!'
            | b'*'
            | b'('
            | b')' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02x}")),
        }
    }
    out
}

/// Text out of URL encoding; what is no encoding stays as it is.
pub(super) fn url_decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (byte, hex) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 2;
            }
            (b'+', _) if plus_is_space => out.push(b' '),
            (other, _) => out.push(*other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
