//! Filters: exceptions that are kept apart from the rules they belong to.

use crate::condition::Condition;
use crate::problem::Fault;
use crate::rule::read::{detection_in, key_place, logsource, required_text, texts};
use crate::rule::{LogSource, Rule};
use crate::selection::{Placeholders, Selection};
use crate::yaml::Node;

/// A condition that is added to the conditions of other rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// What it leaves out.
    pub title: String,
    /// Which events it is about: it concerns only rules about such events.
    pub logsource: LogSource,
    /// The identities or names of the rules it belongs to; `None`: all of the logsource.
    pub rules: Option<Vec<String>>,
    /// Its selections, in the order of the file.
    pub selections: Vec<Selection>,
    /// What must also be so for a rule to match.
    pub condition: Condition,
}

/// Whether a document is a filter.
pub(super) fn is_one(root: &Node) -> bool {
    root.get("filter").is_some() && root.get("detection").is_none()
}

/// Reads a document as a filter.
pub(super) fn read(root: &Node, placeholders: &Placeholders) -> Result<Filter, Fault> {
    let title = required_text(root, "title")?;
    let here = key_place(root, "filter");
    let Some(source) = root.get("logsource") else {
        let hint = "add the `logsource` of the rules it belongs to";
        return Err(Fault::new(here, "the filter has no `logsource`", hint));
    };
    let logsource = logsource(source)?;
    let node = root.get("filter").unwrap_or(root);
    let Some(named) = node.get("rules") else {
        let hint = "add `rules:` with their ids, or `rules: any`";
        return Err(Fault::new(here, "the filter does not say which rules it belongs to", hint));
    };
    let named = texts(named, "rules")?;
    let any = matches!(named.as_slice(), [one] if one.eq_ignore_ascii_case("any"));
    let (selections, condition) = detection_in(node, "filter", here, placeholders)?;
    Ok(Filter { title, logsource, rules: (!any).then_some(named), selections, condition })
}

impl Filter {
    /// Adds the filter to a rule it belongs to.
    pub(super) fn apply(&self, rule: &mut Rule) {
        let name = rule.custom.get("name").and_then(serde_json::Value::as_str);
        let is_named = |named: &String| {
            Some(named.as_str()) == rule.id.as_deref() || Some(named.as_str()) == name
        };
        let belongs = self.rules.as_ref().is_none_or(|rules| rules.iter().any(is_named));
        if !belongs || !self.logsource.covers(&rule.logsource) {
            return;
        }
        let condition = shifted(&self.condition, rule.selections.len());
        let named = self.selections.iter().map(|selection| Selection {
            name: format!("{} ({})", selection.name, self.title),
            term: selection.term.clone(),
        });
        rule.selections.extend(named);
        rule.condition = Condition::All(vec![std::mem::take(&mut rule.condition), condition]);
    }
}

/// The condition over selections that stand so many places later.
fn shifted(condition: &Condition, by: usize) -> Condition {
    let all = |parts: &[Condition]| parts.iter().map(|part| shifted(part, by)).collect();
    match condition {
        Condition::Selection(index) => Condition::Selection(index + by),
        Condition::Not(inner) => Condition::Not(Box::new(shifted(inner, by))),
        Condition::All(parts) => Condition::All(all(parts)),
        Condition::Any(parts) => Condition::Any(all(parts)),
        Condition::AtLeast(n, members) => {
            Condition::AtLeast(*n, members.iter().map(|index| index + by).collect())
        }
    }
}
