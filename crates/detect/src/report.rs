//! What was found, for programs and for people. Every report can be read on its own.

mod csv;
mod html;
mod jsonl;
mod pairs;
mod summary;

pub use csv::Csv;
pub use html::Html;
pub use jsonl::JsonLines;
pub use pairs::Pairs;
pub use summary::Summary;

use bartizan_sigma::{FieldMatch, Level};
use jiff::Timestamp;

/// Severities, the gravest first.
const LEVELS: [Level; 5] =
    [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Informational];

/// A point in time for people: to the second, in UTC.
fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A number for people: 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: 1 event, 2 events.
fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// One reason of a match in a line: `Image ends with '\cmd.exe': C:\Windows\System32\cmd.exe`.
fn reason(matched: &FieldMatch) -> String {
    match &matched.value {
        Some(value) => format!("{} {}: {}", matched.field, matched.pattern, visible(value)),
        None => format!("{} {}", matched.field, matched.pattern),
    }
}

/// What a log says is shown, never obeyed: control characters and those that change the direction of writing become
/// visible. Line breaks become spaces.
fn visible(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' | '\r' | '\t' => ' ',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            control if control.is_control() => '\u{fffd}',
            other => other,
        })
        .collect()
}

/// Text for HTML: shown, never obeyed.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in visible(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A technique with a link to where it is explained.
pub(crate) fn technique(name: &str) -> String {
    let path = name.replace('.', "/");
    format!(
        "<a href=\"https://attack.mitre.org/techniques/{}/\">{}</a>",
        escape(&path),
        escape(name)
    )
}
