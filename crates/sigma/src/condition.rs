//! The condition of a rule: `selection and not 1 of filter_*`.
//!
//! Reads the words and resolves the names; what the selections mean is not its business.

use crate::problem::{Fault, Place};

mod token;

use token::{Token, Word, tokens};

/// Deepest nesting of parentheses and `not`.
const MAX_DEPTH: usize = 64;

/// A condition over selections, which it names by their index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// This selection is true.
    Selection(usize),
    /// The inner condition is false.
    Not(Box<Self>),
    /// All of them are true.
    All(Vec<Self>),
    /// At least one is true.
    Any(Vec<Self>),
    /// At least so many of these selections are true: `2 of them`.
    AtLeast(usize, Vec<usize>),
}

impl Default for Condition {
    fn default() -> Self {
        Self::Any(Vec::new())
    }
}

/// Where a condition's text stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) place: Place,
    pub(crate) text_shift: Option<usize>,
}

/// Reads a condition. `names` are the rule's selections, in order.
pub(crate) fn parse(text: &str, origin: Origin, names: &[&str]) -> Result<Condition, Fault> {
    let mut reader =
        Reader { tokens: tokens(text, origin)?, at: 0, end: text.chars().count(), origin, names };
    let condition = reader.any(0)?;
    match reader.peek() {
        None => Ok(condition),
        Some(token) if token.word == Word::Pipe => Err(Fault::new(
            token.place,
            "aggregations in a condition are not supported: Sigma 2 replaced them by correlation rules",
            "end the condition before the `|`",
        )),
        Some(token) => Err(Fault::new(
            token.place,
            format!("expected `and` or `or` here, found `{}`", token.text),
            "join the two parts with `and` or `or`",
        )),
    }
}

struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    origin: Origin,
    names: &'a [&'a str],
}

impl Reader<'_> {
    fn any(&mut self, depth: usize) -> Result<Condition, Fault> {
        let mut parts = vec![self.all(depth)?];
        while self.take(&Word::Or) {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, Fault> {
        let mut parts = vec![self.unary(depth)?];
        while self.take(&Word::And) {
            parts.push(self.unary(depth)?);
        }
        Ok(one_or(parts, Condition::All))
    }

    fn unary(&mut self, depth: usize) -> Result<Condition, Fault> {
        let Some(token) = self.next() else {
            return Err(Fault::new(
                self.origin.place.part(self.origin.text_shift, self.end, 1),
                "the condition ends here, but a selection should follow",
                "add the name of a selection",
            ));
        };
        if depth > MAX_DEPTH {
            return Err(Fault::new(
                token.place,
                format!("the condition is nested deeper than {MAX_DEPTH} levels"),
                "split it into several selections",
            ));
        }
        match token.word {
            Word::Not => Ok(Condition::Not(Box::new(self.unary(depth + 1)?))),
            Word::Open => {
                let inner = self.any(depth + 1)?;
                if self.take(&Word::Close) {
                    return Ok(inner);
                }
                Err(Fault::new(
                    token.place,
                    "this parenthesis is never closed",
                    "add `)` where the group ends",
                ))
            }
            Word::Name if self.peek().is_some_and(|t| t.word == Word::Of) => {
                self.quantified(&token)
            }
            Word::Name => self.selection(&token).map(Condition::Selection),
            _ => Err(Fault::new(
                token.place,
                format!("expected a selection here, found `{}`", token.text),
                format!("write one of: {}", self.names.join(", ")),
            )),
        }
    }

    fn quantified(&mut self, count: &Token) -> Result<Condition, Fault> {
        self.at += 1;
        let Some(target) = self.next() else {
            return Err(Fault::new(
                count.place,
                format!("`{} of` what?", count.text),
                "write `them` or a pattern such as `selection_*`",
            ));
        };
        let members = self.members(&target)?;
        let at_least = match count.text.to_ascii_lowercase().as_str() {
            "any" => 1,
            "all" => members.len(),
            number => match number.parse::<usize>() {
                Ok(n) if n > 0 => n,
                _ => {
                    return Err(Fault::new(
                        count.place,
                        format!("`{number} of` is not a quantity"),
                        "write `1 of`, `any of`, `all of` or a positive number",
                    ));
                }
            },
        };
        Ok(Condition::AtLeast(at_least, members))
    }

    fn members(&self, target: &Token) -> Result<Vec<usize>, Fault> {
        let them = target.text.eq_ignore_ascii_case("them");
        let chosen = |name: &str| {
            if them { !name.starts_with('_') } else { glob(&target.text, name) }
        };
        let members: Vec<usize> =
            self.names.iter().enumerate().filter(|(_, n)| chosen(n)).map(|(i, _)| i).collect();
        if members.is_empty() {
            return Err(Fault::new(
                target.place,
                format!("no selection is called `{}`", target.text),
                format!("the rule has: {}", self.names.join(", ")),
            ));
        }
        Ok(members)
    }

    fn selection(&self, token: &Token) -> Result<usize, Fault> {
        if let Some(index) = self.names.iter().position(|n| *n == token.text) {
            return Ok(index);
        }
        let nearest = self
            .names
            .iter()
            .max_by(|a, b| strsim::jaro(a, &token.text).total_cmp(&strsim::jaro(b, &token.text)));
        let hint = match nearest {
            Some(name) if token.text.contains('*') => {
                format!(
                    "write `1 of {}` or `all of {}`; the rule has `{name}`",
                    token.text, token.text
                )
            }
            Some(name) => format!("write `{name}`, or add a selection with this name"),
            None => "add a selection with this name".to_owned(),
        };
        Err(Fault::new(token.place, format!("no selection is called `{}`", token.text), hint))
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn take(&mut self, word: &Word) -> bool {
        let found = self.peek().is_some_and(|t| t.word == *word);
        if found {
            self.at += 1;
        }
        found
    }
}

fn one_or(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            parts.push(last);
            join(parts)
        }
        (None, _) => join(parts),
    }
}

fn glob(pattern: &str, name: &str) -> bool {
    crate::pattern::Pattern::parse(pattern).matches(name)
}
