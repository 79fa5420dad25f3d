//! Compressed texts, Punycode, bytes and guids in base64.

use std::io::Read as _;

use bartizan_kql::function::More as M;
use bartizan_kql::value::{Dynamic, Literal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::arguments::string;
use super::{Arguments, Implementation, Outcome};
use crate::value;

/// The longest text out of a compressed one.
const MAX_UNPACKED_BYTES: u64 = 16 << 20;

pub(super) fn find(function: M) -> Option<Implementation> {
    Some(match function {
        M::GzipDecompress => {
            |args| unpacked(args, |bytes| Box::new(flate2::read::GzDecoder::new(bytes)))
        }
        M::ZlibDecompress => {
            |args| unpacked(args, |bytes| Box::new(flate2::read::ZlibDecoder::new(bytes)))
        }
        M::PunycodeFromString => {
            |args| string(idna::punycode::encode_str(args.text(0)).unwrap_or_default())
        }
        M::PunycodeToString => {
            |args| string(idna::punycode::decode_to_string(args.text(0)).unwrap_or_default())
        }
        M::PunycodeDomainFromString => |args| {
            let labels = args.text(0).split('.').map(|label| {
                if label.is_ascii() {
                    return label.to_owned();
                }
                format!("xn--{}", idna::punycode::encode_str(label).unwrap_or_default())
            });
            string(labels.collect::<Vec<_>>().join("."))
        },
        M::PunycodeDomainToString => |args| {
            let labels = args.text(0).split('.').map(|label| {
                label
                    .strip_prefix("xn--")
                    .and_then(idna::punycode::decode_to_string)
                    .unwrap_or_else(|| label.to_owned())
            });
            string(labels.collect::<Vec<_>>().join("."))
        },
        M::Base64EncodeFromArray => |args| string(encoded(args).unwrap_or_default()),
        M::Base64EncodeFromGuid => |args| {
            let id = uuid::Uuid::try_parse(&value::text_of(args.value(0))).ok();
            string(id.map(|id| STANDARD.encode(id.to_bytes_le())).unwrap_or_default())
        },
        M::Base64DecodeToGuid => |args| {
            let bytes = STANDARD.decode(args.text(0).trim()).ok();
            let id = bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
            Ok(id.map_or(Literal::Null, |bytes| {
                Literal::Guid(uuid::Uuid::from_bytes_le(bytes).to_string())
            }))
        },
        M::UrlEncodeComponent => |args| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
            let mut out = String::new();
            for byte in args.text(0).bytes() {
                if plain(byte) {
                    out.push(char::from(byte));
                } else {
                    out.push_str(&format!("%{byte:02x}"));
                }
            }
            string(out)
        },
        // Others compress to other bytes, though all of them mean the same.
        _ => return None,
    })
}

fn unpacked(
    args: &Arguments<'_>,
    reader: for<'a> fn(&'a [u8]) -> Box<dyn std::io::Read + 'a>,
) -> Outcome {
    let Ok(bytes) = STANDARD.decode(args.text(0).trim()) else { return string("") };
    let mut text = String::new();
    let read = reader(&bytes).take(MAX_UNPACKED_BYTES).read_to_string(&mut text);
    string(if read.is_ok() { text } else { String::new() })
}

fn encoded(args: &Arguments<'_>) -> Option<String> {
    let byte = |item: &Dynamic| match item {
        Dynamic::Long(number) => u8::try_from(*number).ok(),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = args.array(0)?.iter().map(byte).collect();
    Some(STANDARD.encode(bytes?))
}
