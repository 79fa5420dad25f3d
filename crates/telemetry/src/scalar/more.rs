//! Functions of texts, arrays, addresses and times that are used less.

use bartizan_kql::Type;
use bartizan_kql::function::More as M;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{dynamic, real, string, truth, whole};
use super::{Arguments, Implementation, Outcome, ScalarError, array, packed, zone};
use crate::sketch::hash_of;
use crate::term::{TextMatcher, TextTest};
use crate::value;

/// The longest array that `repeat` makes.
const MAX_REPEATED: i64 = 1_048_576;

pub(super) fn find(function: M) -> Option<Implementation> {
    Some(match function {
        M::Strcmp => |args| whole(Some(args.text(0).cmp(args.text(1)) as i64), Type::Long),
        M::ToHex => to_hex,
        M::Translate => translate,
        M::RegexQuote => |args| string(regex::escape(args.text(0))),
        M::HasAnyIndex => has_any_index,
        M::ReplaceStrings => replace_strings,
        M::CodepointsFromString | M::ToUtf8 => |args| {
            let letters =
                args.text(0).chars().map(|letter| Dynamic::Long(i64::from(u32::from(letter))));
            dynamic(Dynamic::Array(letters.collect()))
        },
        M::IsAscii => |args| truth(Some(args.text(0).is_ascii())),
        M::IsUtf8 => |_| truth(Some(true)),
        M::Hash | M::HashXxhash64 => hash,
        M::DynamicToJson => |args| {
            let sorted = sorted_names(&value::into_dynamic(args.value(0).clone()));
            string(sorted.to_json())
        },
        M::Repeat => repeat,
        M::JaccardIndex => jaccard_index,
        M::Assert => |args| match args.bool(0) {
            Some(true) => truth(Some(true)),
            _ => Err(ScalarError::Argument(format!("assert: {}", args.text(1)))),
        },
        M::LocalToUtc => |args| whole(zone::to_utc(args), Type::DateTime),
        M::UtcToLocal => |args| whole(zone::to_local(args), Type::DateTime),
        M::GzipCompress
        | M::GzipDecompress
        | M::ZlibCompress
        | M::ZlibDecompress
        | M::PunycodeFromString
        | M::PunycodeToString
        | M::PunycodeDomainFromString
        | M::PunycodeDomainToString
        | M::Base64EncodeFromArray
        | M::Base64EncodeFromGuid
        | M::Base64DecodeToGuid
        | M::UrlEncodeComponent => return packed::find(function),
        M::ParseIpv4Mask
        | M::ParseIpv6
        | M::ParseIpv6Mask
        | M::Ipv4NetmaskSuffix
        | M::Ipv4RangeToCidrList
        | M::Ipv6Compare
        | M::Ipv6IsInAnyRange
        | M::FormatIpv4
        | M::FormatIpv4Mask
        | M::HasAnyIpv4Prefix => return super::address::find_more(function),
        M::ParseXml => return None,
        _ => return array::find(function),
    })
}

fn to_hex(args: &Arguments<'_>) -> Outcome {
    let text = match args.value(0) {
        Literal::Int(number) => format!("{number:x}"),
        Literal::Long(number) => format!("{number:x}"),
        Literal::Dynamic(Dynamic::Long(number)) => format!("{number:x}"),
        _ => return string(""),
    };
    let width = args.long(1).and_then(|width| usize::try_from(width.clamp(0, 64)).ok());
    string(format!("{text:0>width$}", width = width.unwrap_or_default()))
}

/// Each letter of the first for the one at its place in the second, or the last there.
fn translate(args: &Arguments<'_>) -> Outcome {
    let from: Vec<char> = args.text(0).chars().collect();
    let to: Vec<char> = args.text(1).chars().collect();
    let replaced = args.text(2).chars().filter_map(|letter| {
        match from.iter().position(|known| *known == letter) {
            Some(at) => to.get(at).or(to.last()).copied(),
            None => Some(letter),
        }
    });
    string(replaced.collect::<String>())
}

fn has_any_index(args: &Arguments<'_>) -> Outcome {
    let terms = args.array(1).unwrap_or_default();
    let found = terms.iter().position(|term| {
        TextMatcher::new(TextTest::Has, true, &value::dynamic_text(term)).matches(args.text(0))
    });
    whole(Some(found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1)), Type::Long)
}

/// One text after the other; what was put in is left alone.
fn replace_strings(args: &Arguments<'_>) -> Outcome {
    let (Some(lookups), Some(rewrites)) = (args.array(1), args.array(2)) else {
        return string(args.text(0));
    };
    // Pieces, and whether they are settled.
    let mut pieces: Vec<(String, bool)> = vec![(args.text(0).to_owned(), false)];
    for (lookup, rewrite) in lookups.iter().zip(rewrites) {
        let (lookup, rewrite) = (value::dynamic_text(lookup), value::dynamic_text(rewrite));
        if lookup.is_empty() {
            continue;
        }
        let mut next = Vec::with_capacity(pieces.len());
        for (piece, settled) in pieces {
            if settled || !piece.contains(&lookup) {
                next.push((piece, settled));
                continue;
            }
            for (index, part) in piece.split(lookup.as_str()).enumerate() {
                if index > 0 {
                    next.push((rewrite.clone(), true));
                }
                next.push((part.to_owned(), false));
            }
        }
        pieces = next;
    }
    string(pieces.into_iter().map(|(piece, _)| piece).collect::<String>())
}

fn hash(args: &Arguments<'_>) -> Outcome {
    if matches!(args.value(0), Literal::Null | Literal::Dynamic(_)) {
        return Ok(Literal::Null);
    }
    let hash = hash_of(args.value(0));
    if args.len() < 2 {
        return whole(Some(hash), Type::Long);
    }
    let modulo = args.long(1).and_then(|modulo| u64::try_from(modulo).ok());
    let part = modulo.and_then(|modulo| hash.cast_unsigned().checked_rem(modulo));
    whole(part.and_then(|part| i64::try_from(part).ok()), Type::Long)
}

/// The value with the properties of its bags in the order of their names.
fn sorted_names(dynamic: &Dynamic) -> Dynamic {
    match dynamic {
        Dynamic::Array(items) => Dynamic::Array(items.iter().map(sorted_names).collect()),
        Dynamic::Object(properties) => {
            let mut sorted: Vec<(String, Dynamic)> = properties
                .iter()
                .map(|(name, value)| (name.clone(), sorted_names(value)))
                .collect();
            sorted.sort_by(|left, right| left.0.cmp(&right.0));
            Dynamic::Object(sorted)
        }
        other => other.clone(),
    }
}

fn repeat(args: &Arguments<'_>) -> Outcome {
    let times = match args.long(1) {
        Some(times) if times > MAX_REPEATED => {
            return Err(ScalarError::Argument(format!("repeat: more than {MAX_REPEATED} values")));
        }
        Some(times) if times >= 0 => usize::try_from(times).unwrap_or_default(),
        _ => return Ok(Literal::Null),
    };
    dynamic(Dynamic::Array(vec![value::into_dynamic(args.value(0).clone()); times]))
}

#[expect(clippy::cast_precision_loss, reason = "sizes of sets are small")]
fn jaccard_index(args: &Arguments<'_>) -> Outcome {
    let (Some(left), Some(right)) = (args.array(0), args.array(1)) else {
        return Ok(Literal::Null);
    };
    let set = |items: &[Dynamic]| {
        let mut set: Vec<String> = items.iter().map(Dynamic::to_json).collect();
        set.sort_unstable();
        set.dedup();
        set
    };
    let (left, right) = (set(left), set(right));
    let both = left.iter().filter(|member| right.binary_search(member).is_ok()).count();
    let all = left.len() + right.len() - both;
    if all == 0 {
        return real(Some(f64::NAN));
    }
    real(Some(both as f64 / all as f64))
}
