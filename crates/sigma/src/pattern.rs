//! Sigma's text patterns: `*` and `?`, escapes, and the folding of case.
//!
//! Case folds by Unicode's one-to-one lower case (`Ä` is `ä`, `İ` stays itself), so that a folded text and a folded
//! pattern can be compared piece by piece.

use std::borrow::Cow;
use std::fmt;

use memchr::memmem;

use crate::event::Value;

mod escaped;

pub(crate) use escaped::fold_plain;

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// This text.
    Text(String),
    /// Any text, also none: `*`.
    Any,
    /// Any one character: `?`.
    One,
}

/// A pattern for the whole of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Pattern(pub(crate) Vec<Part>);

/// Where in the value the pattern must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Anchor {
    /// The pattern is the whole value.
    #[default]
    Whole,
    /// The value starts with it.
    Start,
    /// The value ends with it.
    End,
    /// It stands anywhere.
    Anywhere,
}

/// What a pattern comes to, for choosing how to look for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shape<'a> {
    Equals(&'a str),
    StartsWith(&'a str),
    EndsWith(&'a str),
    Contains(&'a str),
    Glob,
}

impl Pattern {
    /// Reads a pattern as Sigma writes it: a backslash only escapes `*`, `?` and another backslash.
    pub(crate) fn parse(text: &str) -> Self {
        let mut pattern = Self::default();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '*' => pattern.push(Part::Any),
                '?' => pattern.push(Part::One),
                '\\' => match chars.next_if(|next| matches!(next, '*' | '?' | '\\')) {
                    Some(escaped) => pattern.push_char(escaped),
                    None => pattern.push_char('\\'),
                },
                _ => pattern.push_char(c),
            }
        }
        pattern
    }

    /// A pattern that is exactly this text.
    pub(crate) fn literal(text: &str) -> Self {
        let mut pattern = Self::default();
        text.chars().for_each(|c| pattern.push_char(c));
        pattern
    }

    pub(crate) fn push(&mut self, part: Part) {
        if part == Part::Any && self.0.last() == Some(&Part::Any) {
            return;
        }
        self.0.push(part);
    }

    fn push_char(&mut self, c: char) {
        if let Some(Part::Text(text)) = self.0.last_mut() {
            text.push(c);
        } else {
            self.0.push(Part::Text(c.to_string()));
        }
    }

    /// The text, when there is no wildcard in it.
    pub(crate) fn as_literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The same pattern at this place of the value.
    pub(crate) fn anchored(self, anchor: Anchor) -> Self {
        let mut whole = Self::default();
        if matches!(anchor, Anchor::End | Anchor::Anywhere) {
            whole.push(Part::Any);
        }
        self.0.into_iter().for_each(|part| whole.push(part));
        if matches!(anchor, Anchor::Start | Anchor::Anywhere) {
            whole.push(Part::Any);
        }
        whole
    }

    pub(crate) fn folded(&self) -> Self {
        let part = |part: &Part| match part {
            Part::Text(text) => Part::Text(fold(text).into_owned()),
            other => other.clone(),
        };
        Self(self.0.iter().map(part).collect())
    }

    /// The text it stands for, where that is one text and nothing else.
    pub fn only_text(&self) -> Option<&str> {
        match self.shape() {
            Shape::Equals(text) => Some(text),
            _ => None,
        }
    }

    /// Bytes of the longest text that must be in every value it matches.
    pub fn longest_literal(&self) -> usize {
        self.0
            .iter()
            .map(|part| if let Part::Text(text) = part { text.len() } else { 0 })
            .max()
            .unwrap_or(0)
    }

    pub(crate) fn shape(&self) -> Shape<'_> {
        match self.0.as_slice() {
            [] => Shape::Equals(""),
            [Part::Text(t)] => Shape::Equals(t),
            [Part::Text(t), Part::Any] => Shape::StartsWith(t),
            [Part::Any, Part::Text(t)] => Shape::EndsWith(t),
            [Part::Any, Part::Text(t), Part::Any] => Shape::Contains(t),
            _ => Shape::Glob,
        }
    }

    /// Whether the pattern is the whole of this text. Both must be folded, or neither.
    ///
    /// Linear in practice: on a mismatch only the last `*` is extended (a later one never needs an earlier one).
    pub(crate) fn matches(&self, text: &str) -> bool {
        match self.shape() {
            Shape::Equals(t) => text == t,
            Shape::StartsWith(t) => text.starts_with(t),
            Shape::EndsWith(t) => text.ends_with(t),
            Shape::Contains(t) => memmem::find(text.as_bytes(), t.as_bytes()).is_some(),
            Shape::Glob => self.matches_glob(text),
        }
    }

    fn matches_glob(&self, text: &str) -> bool {
        let mut at = 0;
        let mut part = 0;
        let mut retry: Option<(usize, usize)> = None;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let step = match self.0.get(part) {
                Some(Part::Any) if part + 1 == self.0.len() => return true,
                Some(Part::Any) => {
                    retry = Some((part, at));
                    Some(0)
                }
                Some(Part::One) => rest.chars().next().map(char::len_utf8),
                Some(Part::Text(t)) => rest.starts_with(t.as_str()).then_some(t.len()),
                None if rest.is_empty() => return true,
                None => None,
            };
            if let Some(step) = step {
                (at, part) = (at + step, part + 1);
                continue;
            }
            let Some((star, from)) = retry else { return false };
            let Some(c) = text.get(from..).and_then(|r| r.chars().next()) else { return false };
            let from = from + c.len_utf8();
            retry = Some((star, from));
            (at, part) = (from, star + 1);
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Text(text) => f.write_str(text)?,
                Part::Any => f.write_str("*")?,
                Part::One => f.write_str("?")?,
            }
        }
        Ok(())
    }
}

/// The text in lower case, character by character.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    Cow::Owned(folded)
}

/// Appends the folded text of a value, in UTF-8; `false` when the value has no text.
pub(crate) fn fold_into_bytes(value: Value<'_>, folded: &mut Vec<u8>, buffer: &mut String) -> bool {
    match value {
        Value::Escaped(text) if escaped::fold_into(text, folded) => return true,
        Value::Int(int) if int >= 0 => {
            push_digits(int, folded);
            return true;
        }
        _ => {}
    }
    let Some(text) = value.text(buffer) else { return false };
    let from = folded.len();
    if text.is_ascii() {
        folded.extend_from_slice(text.as_bytes());
        folded.get_mut(from..).unwrap_or_default().make_ascii_lowercase();
    } else {
        fold_beyond_ascii(text, folded);
    }
    true
}

/// Appends a number that is not negative. The most common text that is none yet.
fn push_digits(int: i64, folded: &mut Vec<u8>) {
    let from = folded.len();
    let mut rest = int;
    loop {
        let digit = u8::try_from(rest % 10).unwrap_or(0);
        folded.push(b'0' + digit);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    folded.get_mut(from..).unwrap_or_default().reverse();
}

/// Appends the folded text; what is ASCII between others goes in one piece.
fn fold_beyond_ascii(text: &str, folded: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        folded.extend_from_slice(fold_char(c).encode_utf8(&mut [0; 4]).as_bytes());
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        let plain = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let from = folded.len();
        folded.extend_from_slice(rest.as_bytes().get(..plain).unwrap_or_default());
        folded.get_mut(from..).unwrap_or_default().make_ascii_lowercase();
        rest = rest.get(plain..).unwrap_or_default();
    }
}

/// Appends the folded text.
fn fold_into(text: &str, folded: &mut String) {
    if text.is_ascii() {
        let from = folded.len();
        folded.push_str(text);
        if let Some(tail) = folded.get_mut(from..) {
            tail.make_ascii_lowercase();
        }
    } else {
        folded.extend(text.chars().map(fold_char));
    }
}

fn fold_char(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_escapes_only_wildcards_and_itself() {
        assert_eq!(Pattern::parse(r"C:\Windows\*").to_string(), r"C:\Windows*");
        assert_eq!(Pattern::parse(r"C:\Windows\\*").shape(), Shape::StartsWith(r"C:\Windows\"));
        assert_eq!(Pattern::parse(r"a\*b").shape(), Shape::Equals("a*b"));
        assert_eq!(Pattern::parse(r"\\\\host").shape(), Shape::Equals(r"\\host"));
    }

    #[test]
    fn wildcards_match_as_in_a_shell() {
        let m = |p: &str, t: &str| Pattern::parse(p).matches(t);
        assert!(m("a*b*c", "a-b-b-c"));
        assert!(!m("a*b*c", "a-b-b-cd"));
        assert!(m("*pass*.txt", "x passq.txt"));
        assert!(m("8???", "8abc") && !m("8???", "8ab"));
        assert!(m("*", "") && !m("?*", ""));
        assert!(m("*1?", "0x10") && !m("*1?", "0x1"));
        assert!(m("é?ü", "é€ü"));
    }

    #[test]
    fn case_folds_beyond_ascii() {
        assert_eq!(fold("Järjestelmä\\СИСТЕМА"), "järjestelmä\\система");
    }
}
