//! A rule from its document.

use super::{Case, Expect, Level, LogSource, Rule, Status, tags};
use crate::condition::{self, Condition, Origin};
use crate::problem::{Fault, Place};
use crate::selection::{self, Placeholders, Selection};
use crate::yaml::{Key, Kind, Node};

/// Reads a document as a rule.
pub(crate) fn read(root: &Node, placeholders: &Placeholders) -> Result<Rule, Fault> {
    let Kind::Map(pairs) = &root.kind else {
        return Err(Fault::new(
            root.place,
            format!("a rule is a map of keys, but this is {}", root.describe()),
            "start with `title: …`",
        ));
    };
    let mut rule = about(root, pairs)?;
    if let Some(logsource_of) = root.get("logsource") {
        rule.logsource = logsource(logsource_of)?;
    }
    if let Some(tests) = root.get("tests") {
        rule.tests = cases(tests)?;
    }
    if root.get("logsource").is_none() {
        return Err(missing(
            root,
            "logsource",
            "add `logsource:` with a `product` and a `category`",
        ));
    }
    (rule.selections, rule.condition) = detection(root, placeholders)?;
    Ok(rule)
}

/// What a document says about itself, be it a rule or a correlation: everything but what it looks for and its cases.
pub(crate) fn about(root: &Node, pairs: &[(Key, Node)]) -> Result<Rule, Fault> {
    let mut rule = Rule { title: required_text(root, "title")?, ..Rule::default() };
    for (key, value) in pairs {
        match key.name.as_str() {
            "title" | "detection" | "correlation" | "logsource" | "tests" => {}
            "id" => rule.id = Some(text(value, "id")?),
            "description" => rule.description = text(value, "description")?,
            "author" => rule.author = text(value, "author")?,
            "date" => rule.date = text(value, "date")?,
            "level" => rule.level = level(value)?,
            "status" => rule.status = Some(status(value)?),
            "references" => rule.references = texts(value, "references")?,
            "falsepositives" => rule.false_positives = texts(value, "falsepositives")?,
            "tags" => rule.tags = texts(value, "tags")?,
            "triage" => rule.triage = texts(value, "triage")?,
            other => {
                rule.custom.insert(other.to_owned(), value.to_json());
            }
        }
    }
    rule.techniques = rule.tags.iter().filter_map(|t| tags::technique(t)).collect();
    for tactic in rule.tags.iter().filter_map(|t| tags::tactic(t)) {
        if !rule.tactics.contains(&tactic) {
            rule.tactics.push(tactic);
        }
    }
    Ok(rule)
}

pub(crate) fn key_place(root: &Node, name: &str) -> Place {
    match &root.kind {
        Kind::Map(pairs) => {
            pairs.iter().find(|(k, _)| k.name == name).map_or(root.place, |(k, _)| k.place)
        }
        _ => root.place,
    }
}

pub(crate) fn missing(root: &Node, key: &str, hint: &str) -> Fault {
    Fault::new(root.place, format!("the rule has no `{key}`"), hint)
}

pub(crate) fn required_text(root: &Node, key: &str) -> Result<String, Fault> {
    match root.get(key) {
        Some(value) => text(value, key),
        None => Err(missing(root, key, &format!("add `{key}: …`"))),
    }
}

pub(crate) fn text(node: &Node, key: &str) -> Result<String, Fault> {
    match node.scalar_text() {
        Some(text) => Ok(text),
        None if matches!(node.kind, Kind::Null) => Ok(String::new()),
        None => {
            let message = format!("`{key}` must be text, not {}", node.describe());
            Err(Fault::new(node.place, message, format!("write `{key}: text`")))
        }
    }
}

pub(crate) fn texts(node: &Node, key: &str) -> Result<Vec<String>, Fault> {
    match &node.kind {
        Kind::List(items) => items.iter().map(|item| text(item, key)).collect(),
        Kind::Null => Ok(Vec::new()),
        _ => text(node, key).map(|one| vec![one]),
    }
}

fn level(node: &Node) -> Result<Level, Fault> {
    let written = text(node, "level")?;
    match written.as_str() {
        "informational" => Ok(Level::Informational),
        "low" => Ok(Level::Low),
        "medium" => Ok(Level::Medium),
        "high" => Ok(Level::High),
        "critical" => Ok(Level::Critical),
        _ => Err(Fault::new(
            node.place,
            format!("`{written}` is not a level"),
            "write informational, low, medium, high or critical",
        )),
    }
}

fn status(node: &Node) -> Result<Status, Fault> {
    let written = text(node, "status")?;
    match written.as_str() {
        "stable" => Ok(Status::Stable),
        "test" => Ok(Status::Test),
        "experimental" => Ok(Status::Experimental),
        "deprecated" => Ok(Status::Deprecated),
        "unsupported" => Ok(Status::Unsupported),
        _ => Err(Fault::new(
            node.place,
            format!("`{written}` is not a status"),
            "write stable, test, experimental, deprecated or unsupported",
        )),
    }
}

pub(crate) fn logsource(node: &Node) -> Result<LogSource, Fault> {
    if !matches!(node.kind, Kind::Map(_)) {
        let message = format!("`logsource` must be a map, not {}", node.describe());
        return Err(Fault::new(node.place, message, "write `product: linux` below it, indented"));
    }
    let part = |key: &str| node.get(key).map(|n| text(n, key)).transpose();
    let source = LogSource {
        category: part("category")?,
        product: part("product")?,
        service: part("service")?,
    };
    if source == LogSource::default() {
        return Err(Fault::new(
            node.place,
            "the logsource names no events",
            "add `product`, `category` or `service`",
        ));
    }
    Ok(source)
}

fn detection(
    root: &Node,
    placeholders: &Placeholders,
) -> Result<(Vec<Selection>, Condition), Fault> {
    let Some(node) = root.get("detection") else {
        return Err(missing(
            root,
            "detection",
            "add `detection:` with a selection and a `condition`",
        ));
    };
    detection_in(node, "detection", key_place(root, "detection"), placeholders)
}

/// The selections and the condition below this key.
pub(crate) fn detection_in(
    node: &Node,
    key: &str,
    place: Place,
    placeholders: &Placeholders,
) -> Result<(Vec<Selection>, Condition), Fault> {
    let Kind::Map(pairs) = &node.kind else {
        let message = format!("`{key}` must be a map, not {}", node.describe());
        return Err(Fault::new(node.place, message, "write selections and a `condition` below it"));
    };
    let is_selection = |name: &str| match name {
        "condition" | "timeframe" => false,
        "rules" => key != "filter",
        _ => true,
    };
    let mut selections = Vec::new();
    for (name, value) in pairs.iter().filter(|(name, _)| is_selection(&name.name)) {
        let term = selection::read(value, placeholders)?;
        selections.push(Selection { name: name.name.clone(), term });
    }
    let Some(condition) = node.get("condition") else {
        return Err(Fault::new(
            place,
            format!("the {key} has no `condition`"),
            "add `condition: selection`",
        ));
    };
    let names: Vec<&str> = selections.iter().map(|s| s.name.as_str()).collect();
    let condition = match &condition.kind {
        Kind::List(items) if !items.is_empty() => {
            let parts: Result<Vec<_>, _> = items.iter().map(|i| one_condition(i, &names)).collect();
            Condition::Any(parts?)
        }
        _ => one_condition(condition, &names)?,
    };
    Ok((selections, condition))
}

fn one_condition(node: &Node, names: &[&str]) -> Result<Condition, Fault> {
    match node.scalar_text() {
        Some(text) => condition::parse(
            &text,
            Origin { place: node.place, text_shift: node.text_shift },
            names,
        ),
        None => Err(Fault::new(
            node.place,
            format!("a condition must be text, not {}", node.describe()),
            "write `condition: selection`",
        )),
    }
}

fn cases(node: &Node) -> Result<Vec<Case>, Fault> {
    match &node.kind {
        Kind::List(items) => items.iter().map(case).collect(),
        _ => Err(Fault::new(
            node.place,
            format!("`tests` must be a list, not {}", node.describe()),
            "write `- name: …` with `expect` and `event`",
        )),
    }
}

fn case(node: &Node) -> Result<Case, Fault> {
    let name = required_text(node, "name")?;
    let expect = match node.get("expect").map(|n| (n, n.scalar_text())) {
        Some((_, Some(t))) if t == "alert" => Expect::Alert,
        Some((_, Some(t))) if t == "quiet" => Expect::Quiet,
        Some((n, _)) => {
            return Err(Fault::new(
                n.place,
                "`expect` is alert or quiet",
                "write `alert` or `quiet`",
            ));
        }
        None => return Err(missing(node, "expect", "add `expect: alert` or `expect: quiet`")),
    };
    let event = node.get("event").map(Node::to_json);
    let Some(serde_json::Value::Object(event)) = event else {
        return Err(Fault::new(
            node.place,
            "the case has no `event` with fields",
            "add `event:` with fields such as `Image: /bin/bash`",
        ));
    };
    Ok(Case { name, expect, event })
}
