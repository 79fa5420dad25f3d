//! Text literals: plain, verbatim, obfuscated, over several lines.

use super::{Lexer, TokenKind};

/// How a text literal starts.
pub(super) struct TextStart {
    lead: usize,
    verbatim: bool,
    quote: &'static str,
}

impl Lexer<'_> {
    /// Whether a text literal starts here: `"`, `'`, `@"`, `h'`, `h@"`, three backticks or tildes.
    pub(super) fn text_start(&self) -> Option<TextStart> {
        let rest = self.rest();
        let after_h = rest.strip_prefix(['h', 'H']).unwrap_or(rest);
        let after_at = after_h.strip_prefix('@').unwrap_or(after_h);
        let quote = ["\"", "'", "```", "~~~"].into_iter().find(|q| after_at.starts_with(*q))?;
        Some(TextStart {
            lead: rest.len() - after_at.len(),
            verbatim: after_at.len() < after_h.len(),
            quote,
        })
    }

    pub(super) fn text_literal(&mut self) {
        let Some(open) = self.text_start() else { return };
        let start = self.at;
        self.at += open.lead + open.quote.len();
        let text = if open.quote.len() == 3 {
            self.block_text(open.quote)
        } else if open.verbatim {
            self.verbatim_text(open.quote)
        } else {
            self.escaped_text(open.quote)
        };
        match text {
            Ok(text) => self.push(TokenKind::Text(text), start),
            Err(message) => self.broken(start, message),
        }
    }

    fn block_text(&mut self, quote: &str) -> Result<String, &'static str> {
        let rest = self.rest();
        let Some(end) = rest.find(quote) else {
            self.at = self.text.len();
            return Err("this text over several lines has no end");
        };
        self.at += end + quote.len();
        Ok(rest.get(..end).unwrap_or_default().to_owned())
    }

    fn verbatim_text(&mut self, quote: &str) -> Result<String, &'static str> {
        let mut out = String::new();
        loop {
            let piece = self.run(|c| !quote.contains(c) && c != '\n' && c != '\r');
            out.push_str(piece);
            self.at += piece.len();
            if !self.rest().starts_with(quote) {
                return Err("this text has no closing quote on its line");
            }
            self.at += quote.len();
            if !self.rest().starts_with(quote) {
                return Ok(out);
            }
            out.push_str(quote);
            self.at += quote.len();
        }
    }

    fn escaped_text(&mut self, quote: &str) -> Result<String, &'static str> {
        let mut out = String::new();
        let mut fault = None;
        loop {
            let piece = self.run(|c| !quote.contains(c) && !matches!(c, '\\' | '\n' | '\r'));
            out.push_str(piece);
            self.at += piece.len();
            match self.peek() {
                Some('\\') => {
                    self.at += 1;
                    match self.escape() {
                        Some(c) => out.push(c),
                        None => {
                            fault = Some(
                                "this text has an escape that the language does not know; write a backslash as `\\\\`, or the text as @\"…\"",
                            );
                        }
                    }
                }
                Some('\n' | '\r') | None => {
                    return Err("this text has no closing quote on its line");
                }
                Some(_) => {
                    self.at += quote.len();
                    return fault.map_or(Ok(out), Err);
                }
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Option<char> {
        let c = self.peek()?;
        if c == '\n' || c == '\r' {
            return None;
        }
        self.at += c.len_utf8();
        match c {
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'v' => Some('\u{b}'),
            '0'..='7' => {
                self.at -= 1;
                self.coded(8, 3)
            }
            'x' => self.coded(16, 2),
            'u' => self.coded(16, 4),
            'U' => self.coded(16, 8),
            '\\' | '"' | '\'' => Some(c),
            _ => None,
        }
    }

    fn coded(&mut self, radix: u32, most: usize) -> Option<char> {
        let digits: String =
            self.rest().chars().take(most).take_while(|c| c.is_digit(radix)).collect();
        self.at += digits.len();
        u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32)
    }
}
