//! The modifiers that turn one value into several: `windash` and `expand`.

use std::collections::BTreeMap;

use super::text_parts;
use crate::pattern::{Part, Pattern};

/// What may stand for a dash before an option.
pub(super) const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// How many dashes of options there are in the pattern.
pub(super) fn dashes(pattern: &Pattern) -> usize {
    text_parts(pattern).map(|t| dash_positions(t).len()).sum()
}

/// The pattern with every combination of dashes.
pub(super) fn windash(pattern: &Pattern) -> Vec<Pattern> {
    let mut variants = vec![Pattern::default()];
    for part in &pattern.0 {
        let choices = match part {
            Part::Text(text) => texts(text).into_iter().map(Part::Text).collect(),
            other => vec![other.clone()],
        };
        variants = variants
            .iter()
            .flat_map(|variant| {
                choices.iter().map(|choice| {
                    let mut longer = variant.clone();
                    longer.push(choice.clone());
                    longer
                })
            })
            .collect();
    }
    variants
}

fn texts(text: &str) -> Vec<String> {
    let positions = dash_positions(text);
    let mut variants = vec![String::new()];
    for (at, c) in text.char_indices() {
        if positions.contains(&at) {
            variants = variants.iter().flat_map(|v| DASHES.map(|d| format!("{v}{d}"))).collect();
        } else {
            variants.iter_mut().for_each(|v| v.push(c));
        }
    }
    variants
}

/// The pattern as one regular expression in which any dash may stand for another.
pub(super) fn dash_regex(pattern: &Pattern, cased: bool) -> String {
    let mut source = String::from(if cased { r"(?s)\A" } else { r"(?si)\A" });
    for part in &pattern.0 {
        match part {
            Part::Any => source.push_str(".*"),
            Part::One => source.push('.'),
            Part::Text(text) => {
                let positions = dash_positions(text);
                for (at, c) in text.char_indices() {
                    if positions.contains(&at) {
                        source.push_str(r"[-/–—―]");
                    } else {
                        source.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
                    }
                }
            }
        }
    }
    source + r"\z"
}

/// A dash belongs to an option when a word follows it and none ends before it.
fn dash_positions(text: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut before = None;
    let mut positions = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().is_some_and(|(_, c)| is_word(*c));
        if DASHES.contains(&c) && after && !before.is_some_and(is_word) {
            positions.push(at);
        }
        before = Some(c);
    }
    positions
}

/// Values for the placeholders of `expand`, by their name without `%`.
#[derive(Debug, Clone, Default)]
pub struct Placeholders(BTreeMap<String, Vec<String>>);

/// Most texts one value may expand to.
const MAX_EXPANSIONS: usize = 10_000;

impl Placeholders {
    /// Defines a placeholder.
    pub fn define(&mut self, name: impl Into<String>, values: Vec<String>) {
        self.0.insert(name.into(), values);
    }

    /// Every text that `%name%` in this one can stand for; the name that is undefined otherwise.
    pub(super) fn expand<'t>(&self, text: &'t str) -> Result<Vec<String>, &'t str> {
        let mut texts = vec![String::new()];
        let mut rest = text;
        while let Some((name, from, to)) = next_placeholder(rest) {
            let before = rest.get(..from).unwrap_or_default();
            let values = self.0.get(name).filter(|v| !v.is_empty()).ok_or(name)?;
            if texts.len().saturating_mul(values.len()) > MAX_EXPANSIONS {
                return Err(name);
            }
            texts = texts
                .iter()
                .flat_map(|t| values.iter().map(move |v| format!("{t}{before}{v}")))
                .collect();
            rest = rest.get(to..).unwrap_or_default();
        }
        texts.iter_mut().for_each(|t| t.push_str(rest));
        Ok(texts)
    }
}

fn next_placeholder(text: &str) -> Option<(&str, usize, usize)> {
    let from = text.find('%')?;
    let inner = text.get(from + 1..)?;
    let length = inner.find('%')?;
    Some((inner.get(..length)?, from, from + length + 2))
}
