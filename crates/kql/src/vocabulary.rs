//! What is supported, for whoever explains the language: operators, functions and aggregates.

use crate::aggregate::AGGREGATES;
use crate::function;

/// Something that a query may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// How it is written.
    pub form: String,
    /// What it does, in a line.
    pub doc: String,
    /// Whether it has a meaning only in `summarize`.
    pub aggregate: bool,
}

/// The operators of a pipe, and those that start a query.
pub fn operators() -> Vec<Entry> {
    crate::parser::SUPPORTED.iter().map(|entry| plain(*entry)).collect()
}

/// The functions and the aggregates, sorted by name.
pub fn functions() -> Vec<Entry> {
    let mut entries: Vec<Entry> = function::all()
        .map(|info| Entry {
            name: info.name.to_owned(),
            form: crate::bind::signature(info),
            doc: info.doc.to_owned(),
            aggregate: false,
        })
        .chain(crate::bind::SPECIAL.iter().map(|entry| plain(*entry)))
        .chain(crate::bind::WINDOWS.iter().map(|entry| plain(*entry)))
        .chain(crate::bind::FORMS.iter().map(|entry| plain(*entry)))
        .chain(AGGREGATES.iter().map(|aggregate| Entry {
            aggregate: true,
            ..plain((aggregate.name, aggregate.signature, aggregate.doc))
        }))
        .collect();
    // A few names are those of a function and of an aggregate; the aggregate is told.
    entries.sort_by(|left, right| {
        left.name.cmp(&right.name).then(right.aggregate.cmp(&left.aggregate))
    });
    entries.dedup_by(|later, first| later.name == first.name);
    entries
}

fn plain((name, form, doc): (&str, &str, &str)) -> Entry {
    Entry { name: name.to_owned(), form: form.to_owned(), doc: doc.to_owned(), aggregate: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_listed_once_and_explained() {
        for list in [operators(), functions()] {
            assert!(
                list.iter().all(|entry| !entry.doc.is_empty() && entry.form.contains(&entry.name))
            );
            let mut names: Vec<_> = list.iter().map(|entry| &entry.name).collect();
            let all = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }
}
