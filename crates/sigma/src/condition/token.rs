//! The words of a condition.

use super::Origin;
use crate::problem::{Fault, Place};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Name,
    And,
    Or,
    Not,
    Of,
    Open,
    Close,
    Pipe,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) text: String,
    pub(super) place: Place,
}

pub(super) fn tokens(text: &str, origin: Origin) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        let mut text = c.to_string();
        let word = match c {
            '(' => Word::Open,
            ')' => Word::Close,
            '|' => Word::Pipe,
            c if is_name(c) => {
                while let Some((_, c)) = chars.next_if(|(_, c)| is_name(*c)) {
                    text.push(c);
                }
                keyword(&text)
            }
            c => {
                return Err(Fault::new(
                    origin.place.part(origin.text_shift, at, 1),
                    format!("`{c}` has no meaning in a condition"),
                    "use names, `and`, `or`, `not`, `1 of`, `all of` and parentheses",
                ));
            }
        };
        let place = origin.place.part(origin.text_shift, at, text.chars().count());
        tokens.push(Token { word, text, place });
        if word == Word::Pipe {
            // Whatever follows is another language, which the reader refuses as a whole.
            break;
        }
    }
    Ok(tokens)
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '*' | '?' | '.')
}

fn keyword(text: &str) -> Word {
    match text.to_ascii_lowercase().as_str() {
        "and" => Word::And,
        "or" => Word::Or,
        "not" => Word::Not,
        "of" => Word::Of,
        _ => Word::Name,
    }
}
