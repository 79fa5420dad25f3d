//! What of ATT&CK rules look for, by tactic and technique.
//!
//! Says where rules exist, not that a technique is always found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::rule::Rule;

/// The tactics in the order of an attack, with their names.
const TACTICS: [(&str, &str); 14] = [
    ("reconnaissance", "Reconnaissance"),
    ("resource-development", "Resource Development"),
    ("initial-access", "Initial Access"),
    ("execution", "Execution"),
    ("persistence", "Persistence"),
    ("privilege-escalation", "Privilege Escalation"),
    ("defense-evasion", "Defense Evasion"),
    ("credential-access", "Credential Access"),
    ("discovery", "Discovery"),
    ("lateral-movement", "Lateral Movement"),
    ("collection", "Collection"),
    ("command-and-control", "Command and Control"),
    ("exfiltration", "Exfiltration"),
    ("impact", "Impact"),
];

/// Rules by what they look for. A rule stands under each of its techniques in each of its tactics.
#[derive(Debug)]
pub struct Coverage<'a> {
    /// The tactics in the order of an attack.
    pub tactics: Vec<Tactic<'a>>,
    /// Rules that name no technique, or no tactic.
    pub unplaced: Vec<&'a Rule>,
    /// How many rules there are.
    pub rules: usize,
}

/// One tactic.
#[derive(Debug)]
pub struct Tactic<'a> {
    /// As tags write it: `credential-access`.
    pub name: &'static str,
    /// As people write it.
    pub title: &'static str,
    /// The rules of each technique, the gravest first.
    pub techniques: BTreeMap<&'a str, Vec<&'a Rule>>,
}

impl Tactic<'_> {
    /// How many different rules there are.
    pub fn rules(&self) -> usize {
        let places = self.techniques.values().flatten().map(|rule| (&rule.file, rule.line));
        places.collect::<BTreeSet<_>>().len()
    }
}

impl<'a> Coverage<'a> {
    /// Sorts rules by what they look for.
    pub fn new(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        let tactic = |(name, title)| Tactic { name, title, techniques: BTreeMap::new() };
        let tactics = TACTICS.into_iter().map(tactic).collect();
        let mut coverage = Self { tactics, unplaced: Vec::new(), rules: 0 };
        for rule in rules {
            coverage.place(rule);
        }
        let placed = coverage.tactics.iter_mut().flat_map(|tactic| tactic.techniques.values_mut());
        for rules in placed {
            rules.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.title.cmp(&b.title)));
        }
        coverage
    }

    fn place(&mut self, rule: &'a Rule) {
        self.rules += 1;
        if rule.techniques.is_empty() || rule.tactics.is_empty() {
            self.unplaced.push(rule);
        }
        for tactic in self.tactics.iter_mut().filter(|t| rule.tactics.contains(&t.name)) {
            for technique in &rule.techniques {
                tactic.techniques.entry(technique).or_default().push(rule);
            }
        }
    }

    /// How many different techniques there are rules for.
    pub fn techniques(&self) -> usize {
        self.tactics.iter().flat_map(|t| t.techniques.keys()).collect::<BTreeSet<_>>().len()
    }

    /// What it comes to, in a sentence or two.
    pub fn lead(&self) -> String {
        format!(
            "{} rules for {} ATT&CK techniques. A rule shows where to look; no technique is found in every form.",
            self.rules,
            self.techniques()
        )
    }

    /// The page in Markdown, without its title.
    pub fn markdown(&self) -> String {
        let mut page =
            format!("{}\n\n| Tactic | Techniques | Rules |\n|---|---:|---:|\n", self.lead());
        for tactic in &self.tactics {
            let Tactic { title, techniques, .. } = tactic;
            let anchor = title.to_lowercase().replace(' ', "-");
            let (techniques, rules) = (techniques.len(), tactic.rules());
            let _infallible = writeln!(page, "| [{title}](#{anchor}) | {techniques} | {rules} |");
        }
        for Tactic { title, techniques, .. } in &self.tactics {
            let _infallible = write!(page, "\n## {title}\n\n");
            if techniques.is_empty() {
                page.push_str("No rule.\n");
            }
            for (technique, rules) in techniques {
                let _infallible = writeln!(page, "- [{technique}]({})", link(technique));
                list(&mut page, "  ", rules);
            }
        }
        if !self.unplaced.is_empty() {
            page.push_str("\n## Rules that name no technique\n\n");
            list(&mut page, "", &self.unplaced);
        }
        page
    }
}

fn list(page: &mut String, indent: &str, rules: &[&Rule]) {
    for rule in rules {
        let _infallible = writeln!(page, "{indent}- {} ({})", rule.title, rule.level.name());
    }
}

/// Where a technique is explained.
fn link(technique: &str) -> String {
    format!("https://attack.mitre.org/techniques/{}/", technique.replace('.', "/"))
}
