//! What rules look for, as a page for the browser and as a layer for the ATT&CK Navigator.

use std::fmt::Write as _;

use bartizan_sigma::{Coverage, Level, Rule};
use serde_json::{Value, json};

use crate::report::{escape, technique};

/// The page in HTML, whole in itself.
pub fn coverage_page(coverage: &Coverage<'_>) -> String {
    let mut columns = String::new();
    for tactic in &coverage.tactics {
        let _infallible = write!(
            columns,
            "<section>\n<h2>{}</h2>\n<p>{} techniques, {} rules</p>\n",
            tactic.title,
            tactic.techniques.len(),
            tactic.rules()
        );
        for (technique, rules) in &tactic.techniques {
            columns += &cell(technique, rules);
        }
        columns.push_str("</section>\n");
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>What the rules look for</title>\n<style>\n{}</style>\n</head>\n\
         <body>\n<h1>What the rules look for</h1>\n<p>{}</p>\n<main>\n{columns}</main>\n</body>\n</html>\n",
        include_str!("coverage/page.css"),
        escape(&coverage.lead())
    )
}

fn cell(name: &str, rules: &[&Rule]) -> String {
    let gravest = rules.iter().map(|rule| rule.level).max().unwrap_or(Level::Medium);
    let titles: String = rules
        .iter()
        .map(|rule| format!("<li>{} <i>{}</i></li>\n", escape(&rule.title), rule.level.name()))
        .collect();
    format!(
        "<details class=\"{}\">\n<summary>{} <b>{}</b></summary>\n<ul>\n{titles}</ul>\n</details>\n",
        gravest.name(),
        technique(name),
        rules.len()
    )
}

/// A layer for the ATT&CK Navigator: the score of a technique is its number of rules.
pub fn coverage_layer(coverage: &Coverage<'_>) -> Value {
    let mut techniques = Vec::new();
    let mut most = 1;
    for tactic in &coverage.tactics {
        for (technique, rules) in &tactic.techniques {
            most = most.max(rules.len());
            let titles: Vec<&str> = rules.iter().map(|rule| rule.title.as_str()).collect();
            techniques.push(json!({
                "techniqueID": technique,
                "tactic": tactic.name,
                "score": rules.len(),
                "comment": titles.join("\n"),
                "enabled": true,
            }));
        }
    }
    json!({
        "name": "Sigma rules",
        "versions": { "layer": "4.5", "navigator": "5.0.0" },
        "domain": "enterprise-attack",
        "description": coverage.lead(),
        "techniques": techniques,
        "gradient": { "colors": ["#cfe8ff", "#0b5cad"], "minValue": 1, "maxValue": most },
    })
}
