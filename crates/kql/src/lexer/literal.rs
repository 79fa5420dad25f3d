//! Numbers, timespans, and the literals that are written as `type(…)`.

use super::{Lexer, TokenKind, lex_inside_literal};
use crate::schema::Type;
use crate::time;
use crate::value::{Dynamic, Literal};

/// A dynamic literal may be nested so deep.
const MAX_DYNAMIC_DEPTH: usize = 64;

impl Lexer<'_> {
    pub(super) fn number(&mut self) {
        let start = self.at;
        if self.rest().starts_with("0x") || self.rest().starts_with("0X") {
            self.at += 2;
            let digits = self.run(|c| c.is_ascii_hexdigit());
            self.at += digits.len();
            let value = u64::from_str_radix(digits, 16).ok().map(u64::cast_signed);
            self.finish_number(start, value.map(|value| (Literal::Long(value), Type::Long)));
            return;
        }
        self.at += self.run(|c| c.is_ascii_digit()).len();
        let mut real = self.fraction();
        real |= self.exponent();
        let number = self.text.get(start..self.at).unwrap_or_default();
        let unit = self.run(|c| c.is_ascii_alphabetic());
        if !unit.is_empty() {
            let word = self.run(super::is_word).len();
            if time::unit_ticks(unit).is_none() || word > unit.len() {
                // A name may start with digits.
                self.at += word;
                let name = self.text.get(start..self.at).unwrap_or_default();
                if real {
                    self.broken(start, "this is neither a number nor a timespan");
                } else {
                    self.push(TokenKind::Word(name.to_owned()), start);
                }
                return;
            }
            self.at += unit.len();
            let value = time::parse_unit_timespan(&format!("{number}{unit}"));
            self.finish_number(
                start,
                value.map(|ticks| (Literal::TimeSpan(ticks), Type::TimeSpan)),
            );
            return;
        }
        let value = if real {
            number.parse().ok().map(|value| (Literal::Real(value), Type::Real))
        } else {
            number.parse().ok().map(|value| (Literal::Long(value), Type::Long))
        };
        self.finish_number(start, value);
    }

    fn finish_number(&mut self, start: usize, value: Option<(Literal, Type)>) {
        match value {
            Some((value, ty)) => self.push(TokenKind::Literal(value, ty), start),
            None => self.broken(start, "this is neither a number nor a timespan"),
        }
    }

    fn fraction(&mut self) -> bool {
        let Some(after) = self.rest().strip_prefix('.') else { return false };
        if !after.starts_with(|c: char| c.is_ascii_digit()) {
            // `1000.` is a number too, but not before another dot or a name.
            let ends = !after.starts_with(|c: char| c == '.' || c == '[' || super::is_word(c));
            self.at += usize::from(ends);
            return ends;
        }
        self.at += 1;
        self.at += self.run(|c| c.is_ascii_digit()).len();
        true
    }

    fn exponent(&mut self) -> bool {
        let Some(after) = self.rest().strip_prefix(['e', 'E']) else { return false };
        let digits = after.strip_prefix(['+', '-']).unwrap_or(after);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        self.at += self.rest().len() - digits.len();
        self.at += self.run(|c| c.is_ascii_digit()).len();
        true
    }

    /// What stands in the parentheses after the name of a type.
    pub(super) fn parenthesised_literal(&mut self, ty: Type, start: usize) {
        self.at += self.run(char::is_whitespace).len() + 1;
        let Some(length) = closing(self.rest()) else {
            self.at = self.text.len();
            self.broken(start, format!("this {ty} literal has no closing parenthesis"));
            return;
        };
        let body = self.rest().get(..length).unwrap_or_default().trim();
        self.at += length + 1;
        match literal_of(ty, body) {
            Some(value) => self.push(TokenKind::Literal(value, ty), start),
            None => self.broken(start, format!("`{}` is no {ty}", shortened(body))),
        }
    }
}

fn shortened(body: &str) -> String {
    const MOST: usize = 40;
    if body.chars().count() <= MOST {
        return body.to_owned();
    }
    body.chars().take(MOST).chain(['…']).collect()
}

/// Where the parenthesis closes that was opened just before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    let mut verbatim = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') if !verbatim => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                verbatim = text.get(..at).is_some_and(|before| before.ends_with('@'));
                quote = Some(c);
            }
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => return Some(at),
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

fn literal_of(ty: Type, body: &str) -> Option<Literal> {
    if body == "null" && ty != Type::Dynamic {
        return Some(Literal::Null);
    }
    match ty {
        Type::Bool => match body.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(Literal::Bool(true)),
            "false" | "0" => Some(Literal::Bool(false)),
            _ => None,
        },
        Type::Int => integer(body).and_then(|value| i32::try_from(value).ok()).map(Literal::Int),
        Type::Long => integer(body).map(Literal::Long),
        Type::Real => match body {
            "nan" => Some(Literal::Real(f64::NAN)),
            "+inf" | "inf" => Some(Literal::Real(f64::INFINITY)),
            "-inf" => Some(Literal::Real(f64::NEG_INFINITY)),
            _ => body.parse().ok().map(Literal::Real),
        },
        Type::Decimal => body.parse::<f64>().ok().map(|_| Literal::Decimal(body.to_owned())),
        Type::DateTime => time::parse_datetime(body).map(Literal::DateTime),
        Type::TimeSpan => time::parse_timespan(body).map(Literal::TimeSpan),
        Type::Guid => guid(body).map(Literal::Guid),
        Type::Dynamic => dynamic(body).map(Literal::Dynamic),
        Type::String => None,
    }
}

fn integer(body: &str) -> Option<i64> {
    match body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(u64::cast_signed),
        None => body.parse().ok(),
    }
}

fn guid(body: &str) -> Option<String> {
    let digits: String = body
        .trim_matches(|c| matches!(c, '{' | '}' | '"' | '\''))
        .chars()
        .filter(|c| *c != '-')
        .collect::<String>()
        .to_ascii_lowercase();
    if digits.len() != 32 || digits.bytes().any(|b| !b.is_ascii_hexdigit()) {
        return None;
    }
    let part = |range| digits.get(range).unwrap_or_default();
    let parts = [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)];
    Some(parts.join("-"))
}

/// A dynamic literal: JSON, and in it the literals of the language.
pub(crate) fn dynamic(body: &str) -> Option<Dynamic> {
    let (tokens, findings) = lex_inside_literal(body);
    if !findings.is_empty() {
        return None;
    }
    let mut reader =
        DynamicReader { tokens: tokens.into_iter().map(|token| token.kind).peekable() };
    let value = reader.value(0)?;
    matches!(reader.tokens.next(), Some(TokenKind::End)).then_some(value)
}

struct DynamicReader<I: Iterator<Item = TokenKind>> {
    tokens: std::iter::Peekable<I>,
}

impl<I: Iterator<Item = TokenKind>> DynamicReader<I> {
    fn take(&mut self, symbol: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, TokenKind::Symbol(s) if *s == symbol)).is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Dynamic> {
        if depth > MAX_DYNAMIC_DEPTH {
            return None;
        }
        match self.tokens.next()? {
            TokenKind::Text(mut text) => {
                // Texts side by side are one text.
                while let Some(TokenKind::Text(more)) =
                    self.tokens.next_if(|token| matches!(token, TokenKind::Text(_)))
                {
                    text.push_str(&more);
                }
                Some(Dynamic::String(text))
            }
            TokenKind::Word(word) => match word.as_str() {
                "true" => Some(Dynamic::Bool(true)),
                "false" => Some(Dynamic::Bool(false)),
                "null" => Some(Dynamic::Null),
                _ => None,
            },
            TokenKind::Literal(value, _) => scalar(value),
            TokenKind::Symbol("-") => match self.value(depth + 1)? {
                Dynamic::Long(value) => value.checked_neg().map(Dynamic::Long),
                Dynamic::Real(value) => Some(Dynamic::Real(-value)),
                Dynamic::TimeSpan(value) => value.checked_neg().map(Dynamic::TimeSpan),
                _ => None,
            },
            TokenKind::Symbol("[") => self.array(depth),
            TokenKind::Symbol("{") => self.object(depth),
            _ => None,
        }
    }

    fn array(&mut self, depth: usize) -> Option<Dynamic> {
        let mut items = Vec::new();
        if self.take("]") {
            return Some(Dynamic::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if !self.take(",") {
                return self.take("]").then_some(Dynamic::Array(items));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Dynamic> {
        let mut properties = Vec::new();
        if self.take("}") {
            return Some(Dynamic::Object(properties));
        }
        loop {
            let (TokenKind::Text(name) | TokenKind::Word(name)) = self.tokens.next()? else {
                return None;
            };
            if !self.take(":") {
                return None;
            }
            let value = self.value(depth + 1)?;
            properties.push((name, value));
            if !self.take(",") {
                return self.take("}").then_some(Dynamic::Object(properties));
            }
        }
    }
}

fn scalar(value: Literal) -> Option<Dynamic> {
    Some(match value {
        Literal::Null => Dynamic::Null,
        Literal::Bool(value) => Dynamic::Bool(value),
        Literal::Int(value) => Dynamic::Long(value.into()),
        Literal::Long(value) => Dynamic::Long(value),
        Literal::Real(value) => Dynamic::Real(value),
        Literal::String(text) | Literal::Guid(text) | Literal::Decimal(text) => {
            Dynamic::String(text)
        }
        Literal::DateTime(ticks) => Dynamic::DateTime(ticks),
        Literal::TimeSpan(ticks) => Dynamic::TimeSpan(ticks),
        Literal::Dynamic(value) => value,
    })
}
