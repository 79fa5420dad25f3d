//! The letters of JSON: where names and values stand, and what escapes mean.

use memchr::{memchr, memchr2};

use super::JsonFault;
use crate::event::Value;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Escaped,
    Number,
    True,
    False,
    Null,
    Nested,
}

/// Deepest lists and objects that are stepped over.
const MAX_DEPTH: usize = 128;

pub(super) type Range = (usize, usize);

/// Walks one line.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Every value stands in the line as it is, or is escaped without `\u` and `\/`.
    pub(super) plain: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { bytes: line.as_bytes(), at: 0, plain: true }
    }

    /// Shows every name and value of the object that the line consists of.
    pub(super) fn object(
        &mut self,
        mut see: impl FnMut(Range, Range, Kind),
    ) -> Result<(), JsonFault> {
        self.space();
        if self.peek() != Some(b'{') {
            return Err(JsonFault::NoObject(self.at));
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return self.end();
        }
        loop {
            self.space();
            let (name, _) = self.string()?;
            self.space();
            self.expect(b':', "`:`")?;
            self.space();
            let (value, kind) = self.value()?;
            see(name, value, kind);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return self.end();
                }
                _ => return Err(self.fault("`,` or `}`")),
            }
        }
    }

    fn end(&mut self) -> Result<(), JsonFault> {
        self.space();
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.fault("the end of the line")) }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fault(&self, expected: &'static str) -> JsonFault {
        JsonFault::Syntax { expected, at: self.at }
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), JsonFault> {
        if self.peek() != Some(byte) {
            return Err(self.fault(expected));
        }
        self.at += 1;
        Ok(())
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// What stands between quotes, and whether there are escapes in it.
    fn string(&mut self) -> Result<(Range, bool), JsonFault> {
        self.expect(b'"', "a string in quotes")?;
        let from = self.at;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(next) = quote_or_backslash(rest) else {
                self.at = self.bytes.len();
                return Err(self.fault("the closing quote of a string"));
            };
            self.at += next;
            if rest.get(next) == Some(&b'"') {
                self.at += 1;
                return Ok(((from, self.at - 1), escaped));
            }
            escaped = true;
            self.escape()?;
        }
    }

    fn escape(&mut self) -> Result<(), JsonFault> {
        let length = match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'/') => {
                self.plain = false;
                2
            }
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 2..self.at + 6).unwrap_or_default();
                if digits.len() != 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(self.fault("four digits after `\\u`"));
                }
                self.plain = false;
                6
            }
            _ => return Err(self.fault("one of the escapes of JSON")),
        };
        self.at += length;
        Ok(())
    }

    fn value(&mut self) -> Result<(Range, Kind), JsonFault> {
        let from = self.at;
        let kind = match self.peek() {
            Some(b'"') => {
                let (range, escaped) = self.string()?;
                return Ok((range, if escaped { Kind::Escaped } else { Kind::Text }));
            }
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                let written = self.bytes.get(from..self.at).unwrap_or_default();
                self.plain &= written.iter().all(u8::is_ascii_digit);
                Kind::Number
            }
            Some(b't') => self.word(b"true", Kind::True)?,
            Some(b'f') => self.word(b"false", Kind::False)?,
            Some(b'n') => self.word(b"null", Kind::Null)?,
            Some(b'{' | b'[') => self.nested()?,
            _ => return Err(self.fault("a value")),
        };
        Ok(((from, self.at), kind))
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<Kind, JsonFault> {
        if !self.bytes.get(self.at..).unwrap_or_default().starts_with(word) {
            return Err(self.fault("`true`, `false`, `null` or a string in quotes"));
        }
        self.at += word.len();
        Ok(kind)
    }

    fn number(&mut self) -> Result<(), JsonFault> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.peek();
        let whole = self.digits()?;
        if first == Some(b'0') && whole > 1 {
            return Err(self.fault("a number without leading zeros"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<usize, JsonFault> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == from { Err(self.fault("a digit")) } else { Ok(self.at - from) }
    }

    /// Steps over a list or an object. Only its brackets, strings and characters are checked, not its grammar.
    fn nested(&mut self) -> Result<Kind, JsonFault> {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                Some(b'{' | b'[') => {
                    depth += 1;
                    if depth > MAX_DEPTH {
                        return Err(JsonFault::TooDeep(self.at));
                    }
                    self.at += 1;
                }
                Some(b'}' | b']') => {
                    self.at += 1;
                    depth -= 1;
                    if depth == 0 {
                        return Ok(Kind::Nested);
                    }
                }
                Some(b'"') => {
                    self.string()?;
                }
                Some(_) => self.at += 1,
                None => return Err(self.fault("the end of a list or an object")),
            }
        }
    }
}

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
/// Beyond so many bytes a search with more preparation pays.
const SHORT: usize = 64;

/// Where the first quote or backslash stands. Most strings are short: eight bytes at a time are compared here.
#[inline]
fn quote_or_backslash(text: &[u8]) -> Option<usize> {
    let zero_byte = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
    let mut at = 0;
    while at < SHORT {
        let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) else { break };
        let word = u64::from_le_bytes(*chunk);
        let found = zero_byte(word ^ (LOW * 34)) | zero_byte(word ^ (LOW * 92));
        if found != 0 {
            return Some(at + usize::try_from(found.trailing_zeros() / 8).unwrap_or(0));
        }
        at += 8;
    }
    memchr2(b'"', b'\\', text.get(at..)?).map(|beyond| at + beyond)
}

/// The value of a number that the scanner accepted.
pub(super) fn number(text: &str) -> Value<'_> {
    if let Ok(int) = text.parse::<i64>() {
        return if text == "-0" { Value::Float(-0.0) } else { Value::Int(int) };
    }
    match (text.parse::<u64>(), text.parse::<f64>()) {
        (Ok(int), _) => Value::Uint(int),
        (_, Ok(float)) => Value::Float(float),
        _ => Value::Str(text),
    }
}

/// Appends what a JSON string means. Half a surrogate pair becomes U+FFFD, as does anything that is no escape.
pub(crate) fn unescape_into(text: &str, meaning: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        meaning.push_str(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + 1..).unwrap_or_default();
        let (c, length) = match after.as_bytes().first() {
            Some(b'n') => ('\n', 1),
            Some(b't') => ('\t', 1),
            Some(b'r') => ('\r', 1),
            Some(b'b') => ('\u{8}', 1),
            Some(b'f') => ('\u{c}', 1),
            Some(b'u') => code_point(after),
            Some(byte @ (b'"' | b'\\' | b'/')) => (char::from(*byte), 1),
            _ => (char::REPLACEMENT_CHARACTER, 0),
        };
        meaning.push(c);
        rest = after.get(length..).unwrap_or_default();
    }
    meaning.push_str(rest);
}

/// The character of `uXXXX` or `uXXXX\uXXXX`, and how long that is.
fn code_point(text: &str) -> (char, usize) {
    let unit = |from: usize| u32::from_str_radix(text.get(from..from + 4)?, 16).ok();
    let Some(first) = unit(1) else { return (char::REPLACEMENT_CHARACTER, 1) };
    if let Some(c) = char::from_u32(first) {
        return (c, 5);
    }
    let second = if text.get(5..7) == Some("\\u") { unit(7) } else { None };
    match (first, second) {
        (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) => {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 11)
        }
        _ => (char::REPLACEMENT_CHARACTER, 5),
    }
}
