//! Many rules from many files, and what is wrong with the others.

use crate::correlation::{self, Correlation};
use crate::problem::{Fault, Problem};
use crate::rule::{self, Rule};
use crate::selection::Placeholders;
use crate::yaml::{self, Node};

mod action;
mod filter;

use action::{Given, Shared};
pub use filter::Filter;

/// The rules that can be used and the problems of those that cannot.
#[derive(Debug, Clone, Default)]
pub struct Collection {
    /// The rules, in the order they were read.
    pub rules: Vec<Rule>,
    /// The correlations, in the order they were read. What they refer to is looked up by [`Links`](crate::Links).
    pub correlations: Vec<Correlation>,
    /// The filters, in the order they were read. They are already part of the rules they belong to.
    pub filters: Vec<Filter>,
    /// Why other documents are not among them.
    pub problems: Vec<Problem>,
}

impl Collection {
    /// Reads the documents of one file. A bad one never stops the others.
    pub fn parse(file: &str, text: &str) -> Self {
        let mut collection = Self::default();
        collection.add(file, text, &Placeholders::default());
        collection
    }

    /// Adds the documents of one more file.
    pub fn add(&mut self, file: &str, text: &str, placeholders: &Placeholders) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut shared = Shared::default();
        for document in yaml::documents(text) {
            let lines_before = document.lines_before;
            let mut locate = |fault, text, lines_before| {
                self.problems.push(Problem::locate(fault, file, text, lines_before));
            };
            let given = yaml::parse(document.text).and_then(|r| shared.give(r, lines_before));
            let (root, is_alone) = match given {
                Ok(Given::Alone(root)) => (root, true),
                Ok(Given::Together(root)) => (root, false),
                Ok(Given::Nothing) => continue,
                Err(fault) => {
                    locate(fault, document.text, lines_before);
                    continue;
                }
            };
            // The places of a document that has keys from others are those of the whole file.
            let (origin, before) = if is_alone { (document.text, lines_before) } else { (text, 0) };
            match read(&root, placeholders) {
                Ok(Document::Rule(rule)) => {
                    self.add_rule(Rule { file: file.to_owned(), line: lines_before + 1, ..*rule });
                }
                Ok(Document::Filter(filter)) => self.add_filter(filter),
                Ok(Document::Correlation(correlation)) => {
                    self.correlations.push(correlation.placed(file, origin, before));
                }
                Err(fault) => locate(fault, origin, before),
            }
        }
    }

    fn add_rule(&mut self, mut rule: Rule) {
        self.filters.iter().for_each(|filter| filter.apply(&mut rule));
        self.rules.push(rule);
    }

    fn add_filter(&mut self, filter: Filter) {
        self.rules.iter_mut().for_each(|rule| filter.apply(rule));
        self.filters.push(filter);
    }
}

/// What a document is.
enum Document {
    Rule(Box<Rule>),
    Filter(Filter),
    Correlation(Box<Correlation>),
}

fn read(root: &Node, placeholders: &Placeholders) -> Result<Document, Fault> {
    if correlation::is_one(root) {
        return correlation::read(root).map(|found| Document::Correlation(Box::new(found)));
    }
    if filter::is_one(root) {
        return filter::read(root, placeholders).map(Document::Filter);
    }
    rule::read(root, placeholders).map(|found| Document::Rule(Box::new(found)))
}
