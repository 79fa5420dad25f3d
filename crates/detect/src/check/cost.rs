//! Patterns that cost much on every event.

use bartizan_sigma::{Condition, Rule, Term, Test};
use regex_syntax::hir::{Hir, HirKind};

use super::{Page, Remark};

/// Shortest literal that spares looking at most events.
const LITERAL_MIN: usize = 2;

pub(super) fn check(page: &Page<'_>, remarks: &mut Vec<Remark>) {
    for selection in &page.rule.selections {
        regexes(&selection.term, &mut |field, source| {
            if literal(source) >= LITERAL_MIN {
                return;
            }
            let key = field.unwrap_or(&selection.name);
            remarks.push(page.warn(
                "costly-pattern",
                key,
                format!("`{source}` is tried on every value: no text of {LITERAL_MIN} letters must be in it"),
                "add a `contains` or `endswith` beside it that is true whenever it is".to_owned(),
            ));
        });
    }
    if !is_woken(page.rule, &page.rule.condition) {
        remarks.push(
            page.warn(
                "costly-rule",
                "condition",
                "the rule is judged for every event of its logsource: nothing in it must be there"
                    .to_owned(),
                "ask for something (a program, a number of an event), not only against something"
                    .to_owned(),
            ),
        );
    }
}

fn regexes(term: &Term, found: &mut dyn FnMut(Option<&str>, &str)) {
    match term {
        Term::All(terms) | Term::Any(terms) => terms.iter().for_each(|t| regexes(t, found)),
        Term::Not(inner) => regexes(inner, found),
        Term::Is(predicate) => {
            if let Test::Regex(expression) = &predicate.test {
                found(predicate.field.as_deref(), expression.source());
            }
        }
    }
}

/// The length of the longest text that must be in whatever matches.
fn literal(source: &str) -> usize {
    regex_syntax::parse(source).map_or(0, |hir| required(&hir))
}

fn required(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Alternation(parts) => parts.iter().map(required).min().unwrap_or(0),
        HirKind::Concat(parts) => {
            let (mut longest, mut run) = (0, 0);
            for part in parts {
                // A class of two is a letter in either case.
                let length = match part.kind() {
                    HirKind::Class(_)
                        if part.properties().maximum_len() == Some(1) && is_letter(part) =>
                    {
                        1
                    }
                    _ => required(part),
                };
                let joins =
                    matches!(part.kind(), HirKind::Literal(_) | HirKind::Class(_)) && length > 0;
                run = if joins { run + length } else { 0 };
                longest = longest.max(run).max(length);
            }
            longest
        }
        _ => 0,
    }
}

fn is_letter(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => {
            class
                .ranges()
                .iter()
                .map(|r| u32::from(r.end()) - u32::from(r.start()) + 1)
                .sum::<u32>()
                <= 3
        }
        HirKind::Class(regex_syntax::hir::Class::Bytes(class)) => {
            class.ranges().iter().map(|r| u32::from(r.end() - r.start()) + 1).sum::<u32>() <= 2
        }
        _ => false,
    }
}

/// Whether some literal must be in an event for the condition to hold.
fn is_woken(rule: &Rule, condition: &Condition) -> bool {
    let selection = |index: &usize| rule.selections.get(*index).is_some_and(|s| wakes(&s.term));
    match condition {
        Condition::Selection(index) => selection(index),
        Condition::Not(_) => false,
        Condition::All(parts) => parts.iter().any(|part| is_woken(rule, part)),
        Condition::Any(parts) => parts.iter().all(|part| is_woken(rule, part)),
        Condition::AtLeast(_, members) => members.iter().all(selection),
    }
}

fn wakes(term: &Term) -> bool {
    match term {
        Term::All(terms) => terms.iter().any(wakes),
        Term::Any(terms) => terms.iter().all(wakes),
        Term::Not(_) => false,
        Term::Is(predicate) => match &predicate.test {
            Test::Text { pattern, .. } => pattern.longest_literal() > 0,
            Test::Regex(expression) => literal(expression.source()) > 0,
            _ => false,
        },
    }
}
