//! Text to tokens. Never fails: what is no token is recorded and left out.

mod literal;
mod text;

pub(crate) use literal::dynamic;

use std::ops::Range;

use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::value::Literal;

/// A query may have so many bytes.
pub const MAX_QUERY_BYTES: usize = 512 * 1024;

/// A query may have so many tokens.
pub const MAX_TOKENS: usize = 100_000;

/// A token and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    /// A name or a word of the language; also `!has`, `in~`, `$left`.
    Word(String),
    /// A text, unescaped.
    Text(String),
    /// A number, a timespan, or `datetime(…)` and its like.
    Literal(Literal, Type),
    /// Punctuation.
    Symbol(&'static str),
    /// Something malformed, already recorded.
    Broken,
    /// The end of the text.
    End,
}

impl TokenKind {
    /// The word or the text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Word(text) | Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The longest first.
const SYMBOLS: &[&str] = &[
    "==", "=~", "!=", "!~", "<=", ">=", "<>", "..", "=>", "|", "(", ")", "[", "]", "{", "}", ",",
    ";", ":", ".", "=", "<", ">", "+", "-", "*", "/", "%", "?",
];

/// All tokens, the last of which is `End`.
pub(crate) fn lex(text: &str) -> (Vec<Token>, Vec<Finding>) {
    run(text, false)
}

/// As [`lex`]; a dynamic literal is not looked for, so that literals do not nest without bound.
fn lex_inside_literal(text: &str) -> (Vec<Token>, Vec<Finding>) {
    run(text, true)
}

fn run(text: &str, inside_literal: bool) -> (Vec<Token>, Vec<Finding>) {
    let (tokens, findings) = (Vec::new(), Vec::new());
    let mut lexer = Lexer { text, at: 0, inside_literal, tokens, findings };
    if text.len() > MAX_QUERY_BYTES {
        let message = format!("the query is longer than {MAX_QUERY_BYTES} bytes");
        lexer.findings.push(Finding::new(code::LIMIT, 0..0, message));
        lexer.push(TokenKind::End, 0);
        return (lexer.tokens, lexer.findings);
    }
    while lexer.step() {
        if lexer.tokens.len() >= MAX_TOKENS {
            let message = format!("the query has more than {MAX_TOKENS} tokens");
            lexer.findings.push(Finding::new(code::LIMIT, lexer.at..lexer.at, message));
            break;
        }
    }
    lexer.push(TokenKind::End, lexer.at);
    (lexer.tokens, lexer.findings)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    inside_literal: bool,
    tokens: Vec<Token>,
    findings: Vec<Finding>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The longest run from here whose characters all fit.
    fn run(&self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        rest.get(..rest.find(|c| !fits(c)).unwrap_or(rest.len())).unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push(Token { kind, span: start..self.at });
    }

    fn broken(&mut self, start: usize, message: impl Into<String>) {
        self.findings.push(Finding::new(code::TOKEN, start..self.at, message));
        self.push(TokenKind::Broken, start);
    }

    /// Reads one token; false at the end.
    fn step(&mut self) -> bool {
        self.skip_blanks();
        let Some(c) = self.peek() else { return false };
        let start = self.at;
        if c.is_ascii_digit() {
            self.number();
        } else if self.text_start().is_some() {
            self.text_literal();
        } else if is_word_start(c) {
            self.word();
        } else if c == '!'
            && self.rest().get(1..).is_some_and(|rest| rest.starts_with(is_word_start))
        {
            self.at += 1;
            self.word_from(start);
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol))
        {
            self.at += symbol.len();
            self.push(TokenKind::Symbol(symbol), start);
        } else {
            self.at += c.len_utf8();
            self.broken(start, format!("the character `{c}` has no meaning here"));
        }
        true
    }

    fn skip_blanks(&mut self) {
        loop {
            self.at += self.run(|c| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}').len();
            if !self.rest().starts_with("//") {
                return;
            }
            self.at += self.run(|c| c != '\n' && c != '\r').len();
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let word = self.run(is_word);
        if let Some(ty) = typed_literal(word)
            && !(self.inside_literal && ty == Type::Dynamic)
        {
            let after = self.rest().get(word.len()..).unwrap_or_default();
            if after.trim_start().starts_with('(') {
                self.at += word.len();
                self.parenthesised_literal(ty, start);
                return;
            }
        }
        self.word_from(start);
    }

    /// A word whose lead (`!`, `$`) may be behind us already.
    fn word_from(&mut self, start: usize) {
        self.at += self.run(is_word).len();
        let word = self.text.get(start..self.at).unwrap_or_default();
        if matches!(word, "in" | "!in") && self.rest().starts_with('~') {
            self.at += 1;
        }
        let word = self.text.get(start..self.at).unwrap_or_default().to_owned();
        self.push(TokenKind::Word(word), start);
    }
}

pub(crate) fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

/// The words that start a literal when a parenthesis follows.
fn typed_literal(word: &str) -> Option<Type> {
    match word {
        "datetime" | "date" | "timespan" | "time" | "guid" | "bool" | "boolean" | "int"
        | "long" | "real" | "double" | "decimal" | "dynamic" => Type::from_name(word),
        _ => None,
    }
}
