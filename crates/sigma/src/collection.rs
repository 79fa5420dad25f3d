//! Many rules from many files, and what is wrong with the others.

use crate::problem::Problem;
use crate::rule::{self, Rule};
use crate::selection::Placeholders;
use crate::yaml;

/// The rules that can be used and the problems of those that cannot.
#[derive(Debug, Clone, Default)]
pub struct Collection {
    /// The rules, in the order they were read.
    pub rules: Vec<Rule>,
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
            let rule = yaml::parse(document.text).and_then(|root| rule::read(&root, placeholders));
            match rule {
                Ok(rule) => self.rules.push(Rule {
                    file: file.to_owned(),
                    line: document.lines_before + 1,
                    ..rule
                }),
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
