//! Tokens to the syntax tree. Recovers at the next operator or statement, so that one reading of a
//! text finds several errors.

mod expr;
mod nested;
mod operator;
mod pattern;
mod plugin;
mod primary;
mod series;
mod source;
mod statement;

pub(crate) use source::SUPPORTED;

use std::ops::Range;

use crate::ast::{Name, Script};
use crate::lexer::{Token, TokenKind};
use crate::problem::{Finding, code};

/// Expressions may be nested so deep, counting parentheses, calls, operands and members.
pub const MAX_DEPTH: usize = 120;

/// A list (`in`, `datatable`, arguments, columns) may have so many members.
pub const MAX_LIST: usize = 50_000;

/// A pipe may have so many operators.
pub const MAX_OPERATORS: usize = 150;

/// What was read.
pub(crate) struct Reading {
    pub(crate) script: Script,
    pub(crate) findings: Vec<Finding>,
    /// A whole statement could not be read, so that names may be missing.
    pub(crate) lost_statement: bool,
}

/// Reads the tokens as a script.
pub(crate) fn parse(tokens: &[Token]) -> Reading {
    let mut parser = Parser {
        tokens,
        at: 0,
        searching: false,
        nesting: 0,
        height: 0,
        peak: 0,
        lost_statement: false,
        findings: Vec::new(),
    };
    let mut script = parser.script();
    script.words = tokens.iter().filter_map(|token| token.kind.text()).map(str::to_owned).collect();
    Reading { script, findings: parser.findings, lost_statement: parser.lost_statement }
}

/// The problem is recorded; whoever can carry on from a later place, does.
struct Failed;

type Parsed<T> = Result<T, Failed>;

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Inside the predicate of `search` or `find`, where a bare text is a test of any column.
    searching: bool,
    /// How many constructs we are inside of.
    nesting: usize,
    /// The height of the tree of the last expression.
    height: usize,
    /// The greatest height since the current pipe began.
    peak: usize,
    lost_statement: bool,
    findings: Vec<Finding>,
}

/// What stands in for a token when there is none; the last token is `End`, so this is not seen.
const END: TokenKind = TokenKind::End;

impl<'a> Parser<'a> {
    fn kind(&self) -> &'a TokenKind {
        self.kind_at(0)
    }

    fn kind_at(&self, ahead: usize) -> &'a TokenKind {
        self.tokens.get(self.at + ahead).map_or(&END, |token| &token.kind)
    }

    fn span(&self) -> Range<usize> {
        self.span_at(0)
    }

    fn span_at(&self, ahead: usize) -> Range<usize> {
        let last = self.tokens.last().map_or(0..0, |token| token.span.clone());
        self.tokens.get(self.at + ahead).map_or(last, |token| token.span.clone())
    }

    /// The end of the token before.
    fn end_of_last(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.span.end)
    }

    fn advance(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn word(&self) -> Option<&'a str> {
        self.word_at(0)
    }

    fn word_at(&self, ahead: usize) -> Option<&'a str> {
        match self.kind_at(ahead) {
            TokenKind::Word(word) => Some(word),
            _ => None,
        }
    }

    fn is(&self, symbol: &str) -> bool {
        self.is_at(0, symbol)
    }

    fn is_at(&self, ahead: usize, symbol: &str) -> bool {
        matches!(self.kind_at(ahead), TokenKind::Symbol(s) if *s == symbol)
    }

    fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    fn is_end(&self) -> bool {
        matches!(self.kind(), TokenKind::End)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        if found {
            self.advance();
        }
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    /// Whether the token that many ahead starts where the one before it ends.
    fn is_adjacent(&self, ahead: usize) -> bool {
        ahead > 0 && self.span_at(ahead - 1).end == self.span_at(ahead).start
    }

    fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.take(symbol) { Ok(()) } else { Err(self.expected(&format!("`{symbol}`"))) }
    }

    fn expect_word(&mut self, word: &str) -> Parsed<()> {
        if self.take_word(word) { Ok(()) } else { Err(self.expected(&format!("`{word}`"))) }
    }

    /// Records that something else is expected here.
    fn expected(&mut self, what: &str) -> Failed {
        let found = match self.kind() {
            TokenKind::Broken => return Failed,
            TokenKind::End => "the end of the query".to_owned(),
            TokenKind::Word(word) => format!("`{word}`"),
            TokenKind::Symbol(symbol) => format!("`{symbol}`"),
            TokenKind::Text(_) => "a text".to_owned(),
            TokenKind::Literal(_, ty) => format!("a {ty} literal"),
        };
        self.fail(code::SYNTAX, self.span(), format!("expected {what}, found {found}"))
    }

    fn fail(&mut self, code: &'static str, span: Range<usize>, message: String) -> Failed {
        self.findings.push(Finding::new(code, span, message));
        Failed
    }

    /// A name: a word, or `['any text']`.
    fn name(&mut self) -> Parsed<Name> {
        if let Some(name) = self.bracketed_name() {
            return Ok(name);
        }
        match self.word() {
            Some(word) => {
                let name = Name { text: word.to_owned(), span: self.span() };
                self.advance();
                Ok(name)
            }
            None => Err(self.expected("a name")),
        }
    }

    fn bracketed_name(&mut self) -> Option<Name> {
        if !self.is("[") || !self.is_at(2, "]") {
            return None;
        }
        let TokenKind::Text(text) = self.kind_at(1) else { return None };
        let span = self.span().start..self.span_at(2).end;
        for _ in 0..3 {
            self.advance();
        }
        Some(Name { text: text.clone(), span })
    }

    /// `item, item, …`
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = Vec::new();
        loop {
            if items.len() >= MAX_LIST {
                let message = format!("a list may have at most {MAX_LIST} members");
                return Err(self.fail(code::LIMIT, self.span(), message));
            }
            items.push(item(self)?);
            if !self.take(",") {
                return Ok(items);
            }
        }
    }

    /// Reads something that may contain itself, within the bound.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.check_depth(self.nesting)?;
        self.nesting += 1;
        let result = read(self);
        self.nesting -= 1;
        result
    }

    fn set_height(&mut self, height: usize) -> Parsed<()> {
        self.height = height;
        self.peak = self.peak.max(height);
        self.check_depth(height)
    }

    fn check_depth(&mut self, depth: usize) -> Parsed<()> {
        if depth < MAX_DEPTH {
            return Ok(());
        }
        let message = format!("expressions may be nested at most {MAX_DEPTH} deep");
        Err(self.fail(code::LIMIT, self.span(), message))
    }

    /// Skips to the next operator, statement, or the parenthesis that closes what we are in.
    fn skip_operator(&mut self) {
        self.skip_to(&["|", ";"]);
    }

    fn skip_to(&mut self, stops: &[&str]) {
        let mut depth = 0_usize;
        while let TokenKind::Symbol(_)
        | TokenKind::Word(_)
        | TokenKind::Text(_)
        | TokenKind::Literal(..)
        | TokenKind::Broken = self.kind()
        {
            if let TokenKind::Symbol(symbol) = self.kind() {
                match *symbol {
                    "(" | "[" | "{" => depth += 1,
                    ")" | "]" | "}" if depth == 0 => return,
                    ")" | "]" | "}" => depth -= 1,
                    // A statement never ends inside parentheses; braces may hold some.
                    symbol if depth == 0 && stops.contains(&symbol) => return,
                    _ => {}
                }
            }
            self.advance();
        }
    }
}
