//! Where in a query a byte of its text is: at the start of a pipe, at an operator, or inside one.

use std::ops::Range;

use crate::lexer::{self, Token, TokenKind};
use crate::plan::Column;
use crate::schema::Schema;

/// What is expected at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Position {
    /// Rows: a table, a name, an operator that starts a query.
    Source,
    /// The name of an operator, after `|`.
    Operator,
    /// Something inside an operator.
    Argument {
        /// The operator's name.
        operator: String,
    },
}

/// A place in a text.
#[derive(Debug, Clone)]
pub(super) struct Place<'t> {
    text: &'t str,
    pub(super) position: Position,
    /// The part of a word that is there already, and its bytes.
    pub(super) typed: &'t str,
    pub(super) replace: Range<usize>,
    /// What `let` named before.
    pub(super) names: Vec<&'t str>,
    /// The statements before this one.
    before: Range<usize>,
    /// What the operator here works on.
    input: Range<usize>,
}

/// A run of a query that may be a pipe of its own: the text, or what is in parentheses.
struct Level {
    start: usize,
    /// After the last `|` in it, and before it.
    operator: Option<(usize, usize)>,
}

impl<'t> Place<'t> {
    /// Where a byte of a text is; nothing inside of texts and comments.
    pub(super) fn of(text: &'t str, at: usize) -> Option<Self> {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let (tokens, _) = lexer::lex(text);
        if within_text_or_comment(text, &tokens, at) {
            return None;
        }
        let before: Vec<&Token> = tokens.iter().filter(|token| token.span.end <= at).collect();
        let replace = typed_word(&tokens, at);
        let typed = text.get(replace.clone())?;
        let mut levels = vec![Level { start: 0, operator: None }];
        let mut statement = 0;
        for token in before.iter().filter(|token| token.span.end <= replace.start) {
            let TokenKind::Symbol(symbol) = token.kind else { continue };
            match symbol {
                "(" | "[" | "{" => levels.push(Level { start: token.span.end, operator: None }),
                ")" | "]" | "}" if levels.len() > 1 => {
                    levels.pop();
                }
                "|" => {
                    let level = levels.last_mut()?;
                    level.operator = Some((token.span.start, token.span.end));
                }
                ";" => {
                    let level = levels.last_mut()?;
                    *level = Level { start: token.span.end, operator: None };
                    if levels.len() == 1 {
                        statement = token.span.end;
                    }
                }
                _ => {}
            }
        }
        let names = names_before(text, &before);
        // A parenthesis without a pipe of its own belongs to the operator around it.
        let level = levels.iter().rev().find(|level| level.operator.is_some());
        let inner = levels.last()?;
        let opens_query = inner.operator.is_none() && starts_rows(text, inner.start, replace.start);
        let (position, input) = match level.and_then(|level| Some((level.start, level.operator?))) {
            _ if opens_query => (Position::Source, 0..0),
            None => (Position::Source, 0..0),
            Some((start, (pipe, after))) => {
                let operator = text.get(after..replace.start)?.trim_start();
                let name: String = operator
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
                    .collect();
                let position =
                    if name.is_empty() || name.len() == operator.len() && operator.ends_with('-') {
                        Position::Operator
                    } else {
                        Position::Argument { operator: name }
                    };
                (position, let_value(text, start, pipe)..pipe)
            }
        };
        Some(Self { text, position, typed, replace, names, before: 0..statement, input })
    }

    /// The columns of the rows that the operator here works on.
    pub(super) fn columns(&self, schema: &Schema) -> Vec<Column> {
        let part = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        let input = part(&self.input);
        if input.trim().is_empty() {
            return Vec::new();
        }
        let query = format!("{}\n{input}", part(&self.before));
        crate::bind::columns(&crate::parse(&query).0, schema)
    }
}

/// The word at a byte, and its bytes.
pub(super) fn word_at(text: &str, at: usize) -> Option<(String, Range<usize>)> {
    let (tokens, _) = lexer::lex(text);
    let index = tokens.iter().position(|token| {
        token.span.start <= at && at <= token.span.end && matches!(token.kind, TokenKind::Word(_))
    })?;
    // Operators have names with hyphens.
    let is_hyphen = |index: usize| {
        let token = tokens.get(index);
        token.is_some_and(|token| token.kind == TokenKind::Symbol("-"))
    };
    let touches = |left: usize, right: usize| {
        let (left, right) = (tokens.get(left), tokens.get(right));
        left.zip(right).is_some_and(|(left, right)| left.span.end == right.span.start)
    };
    let mut first = index;
    while first >= 2
        && is_hyphen(first - 1)
        && touches(first - 2, first - 1)
        && touches(first - 1, first)
    {
        first -= 2;
    }
    let mut last = index;
    while is_hyphen(last + 1) && touches(last, last + 1) && touches(last + 1, last + 2) {
        last += 2;
    }
    let whole = tokens.get(first)?.span.start..tokens.get(last)?.span.end;
    let name = text.get(whole.clone())?;
    if crate::vocabulary::operators().iter().any(|entry| entry.name == name) {
        return Some((name.to_owned(), whole));
    }
    let span = tokens.get(index)?.span.clone();
    Some((text.get(span.clone())?.to_owned(), span))
}

/// Whether the byte is where no proposal helps.
fn within_text_or_comment(text: &str, tokens: &[Token], at: usize) -> bool {
    let inside = tokens.iter().any(|token| {
        token.span.start < at && at < token.span.end && !matches!(token.kind, TokenKind::Word(_))
    });
    let line = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
    let comment = line.rfind("//").is_some_and(|start| {
        let start = at - line.len() + start;
        tokens.iter().all(|token| token.span.start > start || token.span.end <= start)
    });
    inside || comment
}

/// The bytes of the word that ends at the place, or is being written there.
fn typed_word(tokens: &[Token], at: usize) -> Range<usize> {
    let word = tokens.iter().find(|token| {
        matches!(token.kind, TokenKind::Word(_)) && token.span.start < at && at <= token.span.end
    });
    word.map_or(at..at, |token| token.span.start..at)
}

/// The names that `let` gave before.
fn names_before<'t>(text: &'t str, before: &[&Token]) -> Vec<&'t str> {
    let pairs = before.iter().zip(before.iter().skip(1));
    pairs
        .filter(|(word, _)| matches!(&word.kind, TokenKind::Word(word) if word == "let"))
        .filter_map(|(_, name)| text.get(name.span.clone()))
        .collect()
}

/// Whether a parenthesis that was opened before a byte may hold a query: `join (`, `in (`, `union (`.
fn starts_rows(text: &str, start: usize, until: usize) -> bool {
    let inside = text.get(start..until).unwrap_or_default();
    if !inside.trim().is_empty() {
        return false;
    }
    let Some(before) = text.get(..start) else { return false };
    let before = before.trim_end().trim_end_matches('(').trim_end();
    if before.is_empty() || before.ends_with([';', '=', '{']) {
        return start > 0 && before.ends_with(['=', '{']) || before.is_empty();
    }
    let word: String = before
        .chars()
        .rev()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '~')
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let word = word.as_str();
    let setting = before.rsplit('|').next().unwrap_or_default().trim_start();
    matches!(word, "join" | "lookup" | "union" | "toscalar" | "materialize" | "view")
        || setting.starts_with("join") && setting.contains("kind") && !setting.contains('(')
}

/// Where the value of a `let` starts, if the run from here is one; otherwise where the run starts.
fn let_value(text: &str, start: usize, end: usize) -> usize {
    let run = text.get(start..end).unwrap_or_default();
    let trimmed = run.trim_start();
    match (trimmed.strip_prefix("let "), run.find('=')) {
        (Some(_), Some(equals)) => start + equals + 1,
        _ => start,
    }
}
