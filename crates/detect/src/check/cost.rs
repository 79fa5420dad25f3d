//! Patterns that cost much on every event.

use bartizan_sigma::{Condition, Rule, Term, Test};
use regex_syntax::hir::{Hir, HirKind};

use super::{Page, Remark};

/// Shortest literal that spares looking at most events.
const LITERAL_MIN: usize = 2;

pub(super) fn check(page: &Page<'_>, remarks: &mut Vec<Remark>) {
    let mut told: Vec<&str> = Vec::new();
    in_condition(page.rule, &page.rule.condition, false, &mut |selection, field, source| {
        if literal(source) >= LITERAL_MIN || told.contains(&source) {
            return;
        }
        told.push(source);
        remarks.push(page.warn(
            "costly-pattern",
            field.unwrap_or(selection),
            format!(
                "`{source}` is tried on every value: no text of {LITERAL_MIN} letters must be in it"
            ),
            "add a `contains` or `endswith` beside it that is true whenever it is".to_owned(),
        ));
    });
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

/// Shows a regular expression: the selection it stands in, its field, and how it is written.
type Show<'s, 'f> = &'f mut dyn FnMut(&'s str, Option<&'s str>, &'s str);

/// Shows the regular expressions that are tried although nothing else of the rule is so. `guarded`: something is.
fn in_condition<'r>(rule: &'r Rule, condition: &'r Condition, guarded: bool, show: Show<'r, '_>) {
    let selection = |index: &usize| rule.selections.get(*index);
    match condition {
        Condition::Selection(index) => {
            selection(index).iter().for_each(|s| in_term(&s.name, &s.term, guarded, show));
        }
        Condition::AtLeast(_, members) => {
            let members = members.iter().filter_map(selection);
            members.for_each(|s| in_term(&s.name, &s.term, guarded, show));
        }
        Condition::Not(inner) => in_condition(rule, inner, guarded, show),
        Condition::Any(parts) => {
            parts.iter().for_each(|part| in_condition(rule, part, guarded, show));
        }
        Condition::All(parts) => {
            let woken: Vec<bool> = parts.iter().map(|part| is_woken(rule, part)).collect();
            for (at, part) in parts.iter().enumerate() {
                in_condition(rule, part, guarded || another(&woken, at), show);
            }
        }
    }
}

fn in_term<'r>(selection: &'r str, term: &'r Term, guarded: bool, show: Show<'r, '_>) {
    match term {
        Term::Any(terms) => terms.iter().for_each(|t| in_term(selection, t, guarded, show)),
        Term::All(terms) => {
            let woken: Vec<bool> = terms.iter().map(wakes).collect();
            for (at, term) in terms.iter().enumerate() {
                in_term(selection, term, guarded || another(&woken, at), show);
            }
        }
        Term::Not(inner) => in_term(selection, inner, guarded, show),
        Term::Is(predicate) => {
            if let (Test::Regex(expression), false) = (&predicate.test, guarded) {
                show(selection, predicate.field.as_deref(), expression.source());
            }
        }
    }
}

/// Whether one of them, other than this one, is so.
fn another(woken: &[bool], at: usize) -> bool {
    woken.iter().enumerate().any(|(other, woken)| *woken && other != at)
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
