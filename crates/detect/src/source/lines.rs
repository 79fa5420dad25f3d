//! JSON lines in blocks that end with a line. A JSON list, and objects over several lines, become lines first.

use std::io::{self, Read};

use super::values::Values;

/// How much is read at once.
const BLOCK: usize = 512 * 1024;
/// Longest line that is read as one event; the rest of a longer one is an event that cannot be read.
const LINE_MAX: usize = 16 * 1024 * 1024;

/// Blocks of whole lines.
pub(crate) struct Lines {
    input: Box<dyn Read + Send>,
    /// What was read after the last whole line.
    rest: Vec<u8>,
    values: Option<Values>,
    ended: bool,
    text: bool,
}

impl Lines {
    pub(super) fn new(input: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut lines = Self { input, rest: Vec::new(), values: None, ended: false, text: false };
        lines.ended = lines.fill(BLOCK)?;
        let start = lines.rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&lines.rest);
        lines.text = !start.trim_ascii_start().starts_with(b"{")
            && !start.trim_ascii_start().starts_with(b"[");
        if !is_one_per_line(start) {
            let mut values = Values::default();
            let text = std::mem::take(&mut lines.rest);
            values.feed(&text, &mut lines.rest);
            lines.values = Some(values);
        } else if start.len() < lines.rest.len() {
            lines.rest.drain(..3);
        }
        Ok(lines)
    }

    /// Takes every line to be meant as JSON, whatever it looks like.
    pub(super) fn of_json(mut self) -> Self {
        self.text = false;
        self
    }

    /// Whether the file does not look like JSON at all.
    pub(super) fn is_text(&self) -> bool {
        self.text
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let end = match memchr::memrchr(b'\n', &self.rest) {
                Some(end) => end + 1,
                None if self.rest.len() >= LINE_MAX => self.rest.len(),
                None => 0,
            };
            if end > 0 && (self.ended || self.rest.len() >= BLOCK) {
                let rest = self.rest.split_off(end);
                return Ok(Some(std::mem::replace(&mut self.rest, rest)));
            }
            if self.ended {
                let last = std::mem::take(&mut self.rest);
                return Ok((!last.is_empty()).then_some(last));
            }
            self.ended = self.fill(BLOCK)?;
        }
    }

    /// Reads on; whether that was the end.
    fn fill(&mut self, length: usize) -> io::Result<bool> {
        let limit = u64::try_from(length).unwrap_or(u64::MAX);
        match &mut self.values {
            None => {
                let read = self.input.by_ref().take(limit).read_to_end(&mut self.rest)?;
                Ok(read < length)
            }
            Some(values) => {
                let mut text = Vec::with_capacity(length);
                let read = self.input.by_ref().take(limit).read_to_end(&mut text)?;
                values.feed(&text, &mut self.rest);
                Ok(read < length)
            }
        }
    }
}

/// Whether the first line is an object of its own, or none at all (then it is a bad line, not another form).
fn is_one_per_line(start: &[u8]) -> bool {
    let trimmed = start.trim_ascii_start();
    match trimmed.first() {
        Some(b'[') => false,
        Some(b'{') => {
            let line = trimmed.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii_end();
            // A first line longer than a block is still a line.
            line.ends_with(b"}") || line.len() >= BLOCK - 1
        }
        _ => true,
    }
}
