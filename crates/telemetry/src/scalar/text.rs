//! Functions of text.

use bartizan_kql::Type;
use bartizan_kql::function::Function as F;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{dynamic, string, whole};
use super::operator::wrong;
use super::{Arguments, Implementation, Outcome, ScalarError};
use crate::value;

/// The longest text that `strrep` makes.
const MAX_REPEATED_BYTES: usize = 1 << 20;

pub(super) fn find(function: F) -> Option<Implementation> {
    Some(match function {
        F::ToLower => |args| string(args.text(0).to_lowercase()),
        F::ToUpper => |args| string(args.text(0).to_uppercase()),
        F::Strlen => |args| count(args.text(0).chars().count()),
        F::StringSize => |args| count(args.text(0).len()),
        F::Strcat => |args| string(texts(args, 0).concat()),
        F::StrcatDelim => |args| string(texts(args, 1).join(&value::text_of(args.value(0)))),
        F::StrcatArray => strcat_array,
        F::Strrep => strrep,
        F::Substring => substring,
        F::Split => split,
        F::ReplaceString => replace_string,
        F::IndexOf => index_of,
        F::CountOf => count_of,
        F::Reverse => |args| string(args.text(0).chars().rev().collect::<String>()),
        F::CodepointsToString => codepoints_to_string,
        F::FormatBytes => format_bytes,
        _ => return None,
    })
}

/// A size as a `long`.
pub(super) fn count(size: usize) -> Outcome {
    whole(i64::try_from(size).ok(), Type::Long)
}

fn texts(args: &Arguments<'_>, from: usize) -> Vec<String> {
    args.values.iter().skip(from).map(|value| value::text_of(value)).collect()
}

fn strcat_array(args: &Arguments<'_>) -> Outcome {
    let items = args.array(0).unwrap_or_default();
    string(items.iter().map(value::dynamic_text).collect::<Vec<_>>().join(args.text(1)))
}

fn strrep(args: &Arguments<'_>) -> Outcome {
    let times = args.long(1).and_then(|times| usize::try_from(times).ok()).unwrap_or_default();
    let one = args.text(0).len() + args.text(2).len();
    if one.saturating_mul(times) > MAX_REPEATED_BYTES {
        return Err(wrong(format!("strrep: a text longer than {MAX_REPEATED_BYTES} bytes")));
    }
    string(vec![args.text(0); times].join(args.text(2)))
}

fn substring(args: &Arguments<'_>) -> Outcome {
    let text = args.text(0);
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let start = args.long(1).unwrap_or_default();
    let start = if start < 0 { (length + start).max(0) } else { start };
    let wanted = if args.len() > 2 { args.long(2).unwrap_or_default() } else { i64::MAX };
    let (skip, take) = (size(start), size(wanted));
    string(text.chars().skip(skip).take(take).collect::<String>())
}

/// A count that cannot be negative.
fn size(number: i64) -> usize {
    usize::try_from(number.max(0)).unwrap_or(usize::MAX)
}

fn split(args: &Arguments<'_>) -> Outcome {
    let (text, delimiter) = (args.text(0), args.text(1));
    if delimiter.is_empty() {
        return Err(ScalarError::Unsupported("split by the empty text".to_owned()));
    }
    let mut pieces = text.split(delimiter).map(|piece| Dynamic::String(piece.to_owned()));
    if args.len() < 3 {
        return dynamic(Dynamic::Array(pieces.collect()));
    }
    let wanted = args.long(2).and_then(|at| usize::try_from(at).ok());
    let piece = wanted.and_then(|at| pieces.nth(at));
    dynamic(Dynamic::Array(piece.into_iter().collect()))
}

fn replace_string(args: &Arguments<'_>) -> Outcome {
    if args.text(1).is_empty() {
        return string(args.text(0));
    }
    string(args.text(0).replace(args.text(1), args.text(2)))
}

/// Where a search may begin and end, in characters, and which occurrence is meant.
pub(super) struct Search {
    pub(super) start: usize,
    pub(super) length: usize,
    pub(super) occurrence: usize,
}

impl Search {
    /// From the arguments after text and what is looked for; nothing when they mean nothing.
    pub(super) fn of(args: &Arguments<'_>) -> Option<Self> {
        let total = i64::try_from(args.text(0).chars().count()).ok()?;
        let start = if args.len() > 2 { args.long(2)? } else { 0 };
        let start = if start < 0 { (total + start).max(0) } else { start };
        let length = if args.len() > 3 { args.long(3)? } else { -1 };
        let occurrence = if args.len() > 4 { args.long(4)? } else { 1 };
        if length < -1 || occurrence < 1 {
            return None;
        }
        let length = if length < 0 { usize::MAX } else { usize::try_from(length).ok()? };
        Some(Self {
            start: usize::try_from(start).ok()?,
            length,
            occurrence: usize::try_from(occurrence).ok()?,
        })
    }

    /// The text that is searched, and its position in characters.
    pub(super) fn within(&self, text: &str) -> String {
        text.chars().skip(self.start).take(self.length).collect()
    }
}

fn index_of(args: &Arguments<'_>) -> Outcome {
    let Some(search) = Search::of(args) else { return Ok(Literal::Null) };
    let (haystack, needle) = (search.within(args.text(0)), args.text(1));
    let mut from = 0;
    let mut found = None;
    for _ in 0..search.occurrence {
        found = haystack.get(from..).and_then(|rest| rest.find(needle)).map(|at| from + at);
        let Some(at) = found else { break };
        from =
            at + haystack.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
    }
    position(found, &haystack, search.start)
}

/// A byte position as a position in characters, `-1` when there is none.
pub(super) fn position(found: Option<usize>, haystack: &str, start: usize) -> Outcome {
    let position = found.and_then(|at| haystack.get(..at)).map(|head| head.chars().count() + start);
    whole(Some(position.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1)), Type::Long)
}

fn count_of(args: &Arguments<'_>) -> Outcome {
    let (text, needle) = (args.text(0), args.text(1));
    match args.text(2) {
        "regex" => count(super::arguments::compile(needle)?.find_iter(text).count()),
        "" | "normal" if needle.is_empty() => {
            Err(ScalarError::Unsupported("countof the empty text".to_owned()))
        }
        "" | "normal" => {
            let starts = text.char_indices().map(|(at, _)| at);
            count(
                starts
                    .filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(needle)))
                    .count(),
            )
        }
        other => Err(wrong(format!("countof: no kind `{other}`"))),
    }
}

fn codepoints_to_string(args: &Arguments<'_>) -> Outcome {
    let mut out = String::new();
    let mut push = |number: i64| {
        if let Some(letter) = u32::try_from(number).ok().and_then(char::from_u32) {
            out.push(letter);
        }
    };
    for index in 0..args.len() {
        match args.dynamic(index) {
            Dynamic::Array(items) => {
                for item in items {
                    if let Dynamic::Long(number) = item {
                        push(*number);
                    }
                }
            }
            Dynamic::Long(number) => push(*number),
            _ => {
                if let Some(number) = args.long(index) {
                    push(number);
                }
            }
        }
    }
    string(out)
}

const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

fn format_bytes(args: &Arguments<'_>) -> Outcome {
    let Some(bytes) = args.real(0) else { return string("") };
    let decimals = args.long(1).and_then(|decimals| i32::try_from(decimals.clamp(0, 15)).ok());
    let wanted = args.text(2);
    let fitting = |power: &i32| bytes.abs() < 1024_f64.powi(power + 1);
    let power = match UNITS.iter().position(|unit| unit.eq_ignore_ascii_case(wanted)) {
        Some(known) => i32::try_from(known).unwrap_or_default(),
        None if wanted.is_empty() => (0..6).find(fitting).unwrap_or(6),
        None => return Err(wrong(format!("format_bytes: no unit `{wanted}`"))),
    };
    let unit = usize::try_from(power).ok().and_then(|power| UNITS.get(power)).unwrap_or(&"Bytes");
    let factor = 10_f64.powi(decimals.unwrap_or_default());
    let rounded = (bytes / 1024_f64.powi(power) * factor).round() / factor;
    string(format!("{rounded} {unit}"))
}
