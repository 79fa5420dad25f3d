//! Many rules from many files, and what is wrong with the others.

use crate::correlation::{self, Correlation};
use crate::problem::{Fault, Problem};
use crate::rule::{self, Rule};
use crate::selection::Placeholders;
use crate::yaml;

/// The rules that can be used and the problems of those that cannot.
#[derive(Debug, Clone, Default)]
pub struct Collection {
    /// The rules, in the order they were read.
    pub rules: Vec<Rule>,
    /// The correlations, in the order they were read. What they refer to is looked up by [`Links`](crate::Links).
    pub correlations: Vec<Correlation>,
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
        for document in yaml::documents(text) {
            match read(document.text, placeholders) {
                Ok(Document::Rule(rule)) => self.rules.push(Rule {
                    file: file.to_owned(),
                    line: document.lines_before + 1,
                    ..*rule
                }),
                Ok(Document::Correlation(correlation)) => self
                    .correlations
                    .push(correlation.placed(file, document.text, document.lines_before)),
                Err(fault) => self.problems.push(Problem::locate(
                    fault,
                    file,
                    document.text,
                    document.lines_before,
                )),
            }
        }
    }
}

/// What a document is.
enum Document {
    Rule(Box<Rule>),
    Correlation(Box<Correlation>),
}

fn read(text: &str, placeholders: &Placeholders) -> Result<Document, Fault> {
    let root = yaml::parse(text)?;
    if correlation::is_one(&root) {
        return correlation::read(&root).map(|found| Document::Correlation(Box::new(found)));
    }
    rule::read(&root, placeholders).map(|found| Document::Rule(Box::new(found)))
}
