//! What is wrong with a query, where, and what would be right; and how that is shown.

use std::fmt::Write as _;
use std::ops::Range;

/// Something wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} at line {line}, column {column}: {message}")]
pub struct Problem {
    /// Which kind of problem: `K01..` syntax, `K02..` names, `K03..` types, `K04..` not supported,
    /// `K05..` limits.
    pub code: &'static str,
    /// What is wrong, in a line.
    pub message: String,
    /// The bytes of the text it is about.
    pub span: Range<usize>,
    /// The line of its start, from 1.
    pub line: usize,
    /// The character in that line, from 1.
    pub column: usize,
    /// What would be right, if we know.
    pub help: Option<String>,
}

/// The codes of problems.
pub(crate) mod code {
    /// A character or a literal that is none.
    pub(crate) const TOKEN: &str = "K0101";
    /// Something else is expected here.
    pub(crate) const SYNTAX: &str = "K0102";
    /// No such column.
    pub(crate) const COLUMN: &str = "K0201";
    /// No such table.
    pub(crate) const TABLE: &str = "K0202";
    /// No such function or aggregate.
    pub(crate) const FUNCTION: &str = "K0203";
    /// No such operator.
    pub(crate) const OPERATOR: &str = "K0204";
    /// No such kind, parameter or other fixed word.
    pub(crate) const WORD: &str = "K0205";
    /// The name is there more than once.
    pub(crate) const DUPLICATE: &str = "K0206";
    /// A type that does not fit.
    pub(crate) const TYPE: &str = "K0301";
    /// The wrong number of arguments.
    pub(crate) const ARGUMENTS: &str = "K0302";
    /// A constant is needed here.
    pub(crate) const CONSTANT: &str = "K0303";
    /// An expression where it may not be.
    pub(crate) const PLACE: &str = "K0304";
    /// The language has it, this engine does not yet.
    pub(crate) const UNSUPPORTED: &str = "K0401";
    /// Larger than a query may be.
    pub(crate) const LIMIT: &str = "K0501";
}

/// A problem whose line and column are not known yet.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) span: Range<usize>,
    pub(crate) help: Option<String>,
}

impl Finding {
    pub(crate) fn new(code: &'static str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span, help: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn suggesting(mut self, name: Option<String>) -> Self {
        if let Some(name) = name {
            self.help = Some(format!("did you mean `{name}`?"));
        }
        self
    }
}

/// Adds lines and columns, and puts the problems in the order of the text, each place once.
pub(crate) fn locate(text: &str, mut findings: Vec<Finding>) -> Vec<Problem> {
    findings.sort_by_key(|finding| (finding.span.start, finding.span.end));
    findings.dedup_by(|a, b| a.span == b.span && a.message == b.message);
    findings
        .into_iter()
        .map(|finding| {
            let start = floor_boundary(text, finding.span.start);
            let end = floor_boundary(text, finding.span.end).max(start);
            let before = text.get(..start).unwrap_or_default();
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            Problem {
                code: finding.code,
                message: finding.message,
                span: start..end,
                line: before.matches('\n').count() + 1,
                column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
                help: finding.help,
            }
        })
        .collect()
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The problems as plain text: message, line, a caret under the exact place, help.
pub fn render(text: &str, problems: &[Problem]) -> String {
    let mut out = String::new();
    for problem in problems {
        if !out.is_empty() {
            out.push('\n');
        }
        render_one(text, problem, &mut out);
    }
    out
}

fn render_one(text: &str, problem: &Problem, out: &mut String) {
    let line = text.lines().nth(problem.line.saturating_sub(1)).unwrap_or_default();
    let number = problem.line.to_string();
    let gutter = " ".repeat(number.len());
    let lead: String = line
        .chars()
        .take(problem.column.saturating_sub(1))
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    let marked = text.get(problem.span.clone()).unwrap_or_default();
    let width = marked.lines().next().unwrap_or_default().chars().count().max(1);
    let carets = "^".repeat(width);
    // Writing to a `String` cannot fail.
    let written = writeln!(out, "error[{}]: {}", problem.code, problem.message)
        .and_then(|()| writeln!(out, "{gutter}--> line {number}, column {}", problem.column))
        .and_then(|()| writeln!(out, "{gutter} |"))
        .and_then(|()| writeln!(out, "{number} | {}", line.trim_end()))
        .and_then(|()| writeln!(out, "{gutter} | {lead}{carets}"));
    let helped = match &problem.help {
        Some(help) => writeln!(out, "{gutter} = help: {help}"),
        None => Ok(()),
    };
    debug_assert!(written.is_ok() && helped.is_ok(), "writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_wrong_word() {
        let text = "T\n| where Fo == 1";
        let finding = Finding::new(code::COLUMN, 10..12, "no column named `Fo` in T")
            .suggesting(Some("Foo".to_owned()));
        assert_eq!(
            render(text, &locate(text, vec![finding])),
            "error[K0201]: no column named `Fo` in T\n --> line 2, column 9\n  |\n\
             2 | | where Fo == 1\n  |         ^^\n  = help: did you mean `Foo`?\n"
        );
    }
}
