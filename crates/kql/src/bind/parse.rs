//! `parse` and `parse-where`: a pattern becomes one regular expression.

use super::expand::distinct_names;
use super::naming::ColumnList;
use super::{Binder, Rel};
use crate::ast::{self, Name, PatternPiece, Setting};
use crate::plan::{Column, ParseMismatch, RelationKind};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::suggest::nearest;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Simple,
    Relaxed,
    Regex,
}

impl<'a> Binder<'a> {
    pub(super) fn parse(
        &mut self,
        rel: Rel,
        operator: &Name,
        settings: &[Setting],
        text: &'a ast::Expr,
        pattern: &'a [PatternPiece],
    ) -> Rel {
        let (mode, flags) = self.parse_manner(settings);
        let value = self.scalar(text, &rel.scope());
        let value = super::convert::convert(value, Type::String);
        let regex = self.pattern_regex(mode, &flags, pattern);
        let mut list = ColumnList::with(rel.columns().to_vec());
        let mut sources: Vec<usize> = (0..rel.columns().len()).collect();
        let mut raw = rel.columns().to_vec();
        let mut captures = Vec::new();
        let mut given = Vec::new();
        for piece in pattern {
            let PatternPiece::Capture(name, ty) = piece else { continue };
            self.check_new(&mut given, name);
            let ty = ty.unwrap_or(Type::String);
            let known = rel.columns().iter().position(|column| column.name == name.text);
            match known
                .and_then(|index| Some((list.columns.get_mut(index)?, sources.get_mut(index)?)))
            {
                Some((column, source)) => {
                    column.ty = ty;
                    *source = raw.len();
                }
                None => {
                    list.add(&name.text, ty);
                    sources.push(raw.len());
                }
            }
            raw.push(Column { name: format!("capture{}", captures.len()), ty });
            captures.push(ty);
        }
        let on_mismatch = match (operator.text.as_str(), mode) {
            ("parse-where", _) => ParseMismatch::Drop,
            (_, Mode::Relaxed) => ParseMismatch::KeepRelaxed,
            _ => ParseMismatch::KeepAllNull,
        };
        let mut out = rel
            .step(distinct_names(raw), |input| RelationKind::Parse {
                input,
                text: value,
                regex,
                captures,
                on_mismatch,
            })
            .pick(&sources);
        out.relation.columns = list.columns;
        out
    }

    fn parse_manner(&mut self, settings: &[Setting]) -> (Mode, String) {
        let mut mode = Mode::Simple;
        let mut flags = String::new();
        for setting in settings {
            let value = setting.value.text.as_str();
            match (setting.name.text.as_str(), value) {
                ("kind", "simple") => mode = Mode::Simple,
                ("kind", "relaxed") => mode = Mode::Relaxed,
                ("kind", "regex") => mode = Mode::Regex,
                ("kind", _) => {
                    let message = format!("there is no kind of parse named `{value}`");
                    let finding = Finding::new(code::WORD, setting.value.span.clone(), message);
                    self.report(finding.suggesting(nearest(value, ["simple", "relaxed", "regex"])));
                }
                ("flags", flagged) if flagged.chars().all(|c| "Uimsx".contains(c)) => {
                    flagged.clone_into(&mut flags);
                }
                (name, _) => {
                    self.fail(
                        code::WORD,
                        &setting.name.span,
                        format!("`{name}` of parse is not supported yet"),
                    );
                }
            }
        }
        (mode, flags)
    }

    /// Text stands for itself (or, in regex mode, for a pattern), captures and stars for as little as
    /// possible, the last one for the rest.
    fn pattern_regex(&mut self, mode: Mode, flags: &str, pattern: &[PatternPiece]) -> String {
        let mut regex = if mode == Mode::Regex {
            format!("(?{flags})").replace("(?)", "")
        } else {
            "(?s)\\A".to_owned()
        };
        let mut captured = false;
        for (index, piece) in pattern.iter().enumerate() {
            let is_last = index + 1 == pattern.len();
            match piece {
                PatternPiece::Star(_) => regex.push_str(if is_last { ".*" } else { ".*?" }),
                PatternPiece::Text(text, _) if mode == Mode::Regex => {
                    regex.push_str("(?:");
                    regex.push_str(&without_groups(text));
                    regex.push(')');
                }
                PatternPiece::Text(text, _) => escape_into(text, &mut regex),
                PatternPiece::Capture(name, ty) => {
                    if captured && mode != Mode::Regex {
                        let message = "two captures need text or `*` between them";
                        self.report(Finding::new(code::SYNTAX, name.span.clone(), message));
                    }
                    let before_star = matches!(pattern.get(index + 1), Some(PatternPiece::Star(_)));
                    regex.push_str(capture_regex(mode, *ty, is_last, before_star));
                }
            }
            captured = matches!(piece, PatternPiece::Capture(..));
        }
        if mode != Mode::Regex && !matches!(pattern.last(), Some(PatternPiece::Star(_))) {
            regex.push_str("\\z");
        }
        regex
    }
}

/// A capture takes as little as it can, but all of it in the regex mode; before a `*` that would be nothing,
/// so there a number takes its digits.
fn capture_regex(mode: Mode, ty: Option<Type>, is_last: bool, before_star: bool) -> &'static str {
    match (ty, mode) {
        (Some(Type::Int | Type::Long), Mode::Simple) => r"\s*([+-]?[0-9]+)\s*",
        (Some(Type::Int | Type::Long), Mode::Regex) => "([+-]?[0-9]+)",
        (Some(Type::Int | Type::Long), Mode::Relaxed) if before_star => r"\s*([+-]?[0-9]*)\s*",
        (_, Mode::Regex) => "(.*)",
        _ if is_last => "(.*)",
        _ => "(.*?)",
    }
}

/// A regular expression whose groups capture nothing: the captures of `parse` are counted by position.
fn without_groups(pattern: &str) -> String {
    let mut out = String::new();
    let mut letters = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        out.push(letter);
        match letter {
            '\\' => out.extend(letters.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let ahead: String = letters.clone().take(3).collect();
                if ahead.starts_with("?P<") || ahead.starts_with("?<") {
                    letters.by_ref().find(|letter| *letter == '>');
                }
                if !ahead.starts_with('?') || ahead.contains('<') {
                    out.push_str("?:");
                }
            }
            _ => {}
        }
    }
    out
}

/// The text as a regular expression that matches only it.
pub(super) fn escaped(text: &str) -> String {
    let mut regex = String::new();
    escape_into(text, &mut regex);
    regex
}

fn escape_into(text: &str, regex: &mut String) {
    for c in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            regex.push('\\');
        }
        regex.push(c);
    }
}
