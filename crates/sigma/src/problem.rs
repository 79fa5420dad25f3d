//! What is wrong with a rule, where, and what to write instead.
//!
//! A problem renders itself with the line of the file and a caret. Nothing here decides what is wrong.

use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// A fault of one rule, ready to be shown to the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of the file, as it was given.
    pub file: String,
    /// The line in the file, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
    source_line: String,
    width: usize,
}

impl Problem {
    /// Puts a fault found in one document of a file back into the file.
    pub(crate) fn locate(fault: Fault, file: &str, text: &str, lines_before: usize) -> Self {
        let source_line = text.lines().nth(fault.place.line.saturating_sub(1)).unwrap_or_default();
        Self {
            file: file.to_owned(),
            line: fault.place.line + lines_before,
            column: fault.place.column,
            message: fault.message,
            hint: fault.hint,
            source_line: source_line.to_owned(),
            width: fault.place.width,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = byte_at(&self.source_line, self.column.saturating_sub(1));
        let end = byte_at(&self.source_line, self.column.saturating_sub(1) + self.width);
        let snippet = Snippet::source(self.source_line.as_str())
            .line_start(self.line)
            .path(self.file.as_str())
            .annotation(AnnotationKind::Primary.span(start..end).label(self.hint.as_str()));
        let report = [Level::ERROR.primary_title(self.message.as_str()).element(snippet)];
        f.write_str(&Renderer::plain().render(&report))
    }
}

impl std::error::Error for Problem {}

fn byte_at(line: &str, characters: usize) -> usize {
    line.char_indices().nth(characters).map_or(line.len(), |(at, _)| at)
}

/// Where something stands in a document: line and column from 1, width in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) width: usize,
}

impl Place {
    pub(crate) const fn start() -> Self {
        Self { line: 1, column: 1, width: 1 }
    }

    /// A part of the text that stands here; the whole place when the text cannot be followed.
    pub(crate) fn part(self, shift: Option<usize>, from: usize, width: usize) -> Self {
        match shift {
            Some(shift) => Self { column: self.column + shift + from, width: width.max(1), ..self },
            None => self,
        }
    }
}

/// A fault within one document.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) place: Place,
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl Fault {
    pub(crate) fn new(place: Place, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place, message: message.into(), hint: hint.into() }
    }
}
