//! Why a rule matched: the values of the event that it asked for.

use std::ops::Range;

use super::evaluate::Evaluation;
use super::probe::{Probe, Question};
use super::{Node, NodeId, RuleIndex, at};
use crate::event::{Fields, Value};
use crate::pattern::{Pattern, Shape, fold};

/// A rule that matches an event, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The rule.
    pub rule: RuleIndex,
    /// What made it match. Never empty for a rule that asks for something.
    pub evidence: Vec<FieldMatch>,
}

/// One field that a rule asked for and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMatch {
    /// The selection of the rule.
    pub selection: String,
    /// The name of the field.
    pub field: String,
    /// Its value as text; `None` where the rule asks for its absence.
    pub value: Option<String>,
    /// What the rule asked for, in words: `ends with '/bash'`.
    pub pattern: String,
    /// Which bytes of the value answer it, where that is a part of it.
    pub range: Option<Range<usize>>,
}

impl<E: Fields> Evaluation<'_, E> {
    /// The evidence for a rule that was found to match.
    pub(super) fn explain(&mut self, rule: RuleIndex) -> Match {
        let mut evidence = Vec::new();
        let matcher = self.matcher;
        let selections = at(&matcher.rules, rule.0).map(|r| r.selections.as_slice());
        for (name, node, asked) in selections.unwrap_or_default() {
            if *asked && self.node_is_true(*node) {
                self.collect(name, *node, &mut evidence);
            }
        }
        Match { rule, evidence }
    }

    fn collect(&mut self, selection: &str, node: NodeId, evidence: &mut Vec<FieldMatch>) {
        let matcher = self.matcher;
        if !self.node_is_true(node) {
            return;
        }
        match at(&matcher.nodes, node) {
            Some(Node::Is(probe)) => {
                if let Some(probe) = at(&matcher.probes, *probe) {
                    self.field_matches(selection, probe, evidence);
                }
            }
            Some(Node::All(parts) | Node::AtLeast(_, parts)) => {
                parts.iter().for_each(|part| self.collect(selection, *part, evidence));
            }
            Some(Node::Not(_)) | None => {}
        }
    }

    fn field_matches(&self, selection: &str, probe: &Probe, evidence: &mut Vec<FieldMatch>) {
        let mut buffer = String::new();
        let mut push = |field: &str, value: Option<Value<'_>>| {
            let value = value.and_then(|v| v.text(&mut buffer)).map(str::to_owned);
            evidence.push(FieldMatch {
                selection: selection.to_owned(),
                field: field.to_owned(),
                range: value.as_deref().and_then(|v| range(&probe.question, v)),
                value,
                pattern: probe.test.to_string(),
            });
        };
        let Some(field) = probe.field else {
            let mut asked = String::new();
            self.event.each(&mut |name, value| {
                if probe.question.holds(Some(value), self.event, &mut asked) {
                    push(name, Some(value));
                }
            });
            return;
        };
        let name = self.matcher.fields.names.get(field.index()).map_or("", String::as_str);
        push(name, self.event.field(field));
    }
}

/// Where in the value the answer stands.
fn range(question: &Question, value: &str) -> Option<Range<usize>> {
    match question {
        Question::Regex(regex) => regex.find(value).map(|m| m.range()),
        Question::Cased(pattern) => range_of(pattern, value),
        Question::Folded(pattern) => {
            let folded = fold(value);
            // Folding may change the length of a character; then the places differ.
            let same_places = value.is_ascii()
                || value.chars().zip(folded.chars()).all(|(a, b)| a.len_utf8() == b.len_utf8());
            if same_places { range_of(pattern, &folded) } else { None }
        }
        _ => None,
    }
}

fn range_of(pattern: &Pattern, text: &str) -> Option<Range<usize>> {
    match pattern.shape() {
        Shape::Equals(t) => Some(0..t.len()),
        Shape::StartsWith(t) => Some(0..t.len()),
        Shape::EndsWith(t) => Some(text.len().checked_sub(t.len())?..text.len()),
        Shape::Contains(t) => text.find(t).map(|from| from..from + t.len()),
        Shape::Glob => None,
    }
}
