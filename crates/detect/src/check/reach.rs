//! Selections that play no part, and those that can never be true.

use bartizan_sigma::{Condition, Term, Test};

use super::{Page, Remark};

pub(super) fn check(page: &Page<'_>, remarks: &mut Vec<Remark>) {
    let rule = page.rule;
    let mut used = vec![false; rule.selections.len()];
    mark(&rule.condition, &mut used);
    for (selection, used) in rule.selections.iter().zip(used) {
        if !used {
            remarks.push(page.warn(
                "unreachable-selection",
                &selection.name,
                format!("the condition never uses `{}`", selection.name),
                "name it in `condition`, or remove it".to_owned(),
            ));
        }
        if let Some(field) = contradiction(&selection.term) {
            remarks.push(page.warn(
                "contradiction",
                &selection.name,
                format!(
                    "`{}` is never true: `{field}` cannot be two values at once",
                    selection.name
                ),
                "write the values as a list, or without `all`".to_owned(),
            ));
        }
    }
}

fn mark(condition: &Condition, used: &mut [bool]) {
    let mut set = |index: &usize| {
        if let Some(used) = used.get_mut(*index) {
            *used = true;
        }
    };
    match condition {
        Condition::Selection(index) => set(index),
        Condition::AtLeast(_, members) => members.iter().for_each(set),
        Condition::Not(inner) => mark(inner, used),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|p| mark(p, used)),
    }
}

/// The field of which this term asks two different whole values at once.
fn contradiction(term: &Term) -> Option<&str> {
    match term {
        Term::All(terms) => {
            let mut whole: Vec<(&str, String)> = Vec::new();
            for term in terms {
                if let Some((field, value)) = whole_value(term) {
                    if whole.iter().any(|(f, v)| *f == field && *v != value) {
                        return Some(field);
                    }
                    whole.push((field, value));
                }
            }
            terms.iter().find_map(contradiction)
        }
        // One of several may be impossible without harm.
        Term::Any(_) | Term::Not(_) | Term::Is(_) => None,
    }
}

/// The field and the text that must be the whole of it.
fn whole_value(term: &Term) -> Option<(&str, String)> {
    let Term::Is(predicate) = term else { return None };
    match &predicate.test {
        Test::Text { pattern, .. } => {
            let value = pattern.only_text()?.to_lowercase();
            Some((predicate.field.as_deref()?, value))
        }
        _ => None,
    }
}
