//! What is wrong with rules, and what is only unwise: for those who write them.
//!
//! A rule that cannot be read is an error; everything else is a warning. Nothing here stops another rule.

use std::collections::BTreeMap;
use std::fmt;

use annotate_snippets::{AnnotationKind, Level as Weight, Renderer, Snippet};
use bartizan_sigma::{Collection, Links, Placeholders, Problem, Rule, RuleIndex};

use crate::mapping::MappingError;
use crate::rules::RuleFile;
use crate::taxonomy::{Taxonomy, nearest, words};

mod cost;
mod reach;

/// One remark about a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Whether the rule cannot be used at all.
    pub is_error: bool,
    /// Which check it comes from: `unknown-field`.
    pub check: &'static str,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The title of the rule, where it could be read.
    pub rule: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
    source_line: String,
    width: usize,
    rendered: Option<String>,
}

/// The remarks about many rules.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many files there are.
    pub files: usize,
    /// How many rules and correlations can be used.
    pub rules: usize,
    /// The remarks, in the order of the files.
    pub remarks: Vec<Remark>,
}

impl Checked {
    /// How many remarks are errors.
    pub fn errors(&self) -> usize {
        self.remarks.iter().filter(|remark| remark.is_error).count()
    }
}

/// Looks at every rule in these files.
pub fn check(files: &[RuleFile]) -> Result<Checked, MappingError> {
    let taxonomy = Taxonomy::new()?;
    let mut checked = Checked { files: files.len(), ..Checked::default() };
    let mut all = Collection::default();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        let mut one = Collection::default();
        one.add(&file.name, &file.text, &Placeholders::default());
        checked.remarks.extend(one.problems.iter().map(Remark::error));
        // A rule that only plays a part in a correlation raises no alert that people would have to understand.
        let links = Links::new(&one.rules, &one.correlations);
        let silent = (0..).map(RuleIndex).map(|rule| links.is_silent(rule));
        let parts = one.rules.iter().zip(silent);
        for (rule, is_part) in parts.chain(one.correlations.iter().map(|c| (&c.about, false))) {
            let page = Page { rule, text: &file.text };
            if !is_part {
                completeness(&page, &mut checked.remarks);
            }
            identity(&page, &mut ids, &mut checked.remarks);
        }
        for rule in &one.rules {
            let page = Page { rule, text: &file.text };
            fields(&page, &taxonomy, &mut checked.remarks);
            reach::check(&page, &mut checked.remarks);
            cost::check(&page, &mut checked.remarks);
        }
        all.rules.append(&mut one.rules);
        all.correlations.append(&mut one.correlations);
    }
    let links = Links::new(&all.rules, &all.correlations);
    checked.remarks.extend(links.problems().iter().map(Remark::error));
    checked.rules = all.rules.len() + links.correlations().len();
    Ok(checked)
}

/// A rule with the text it was read from.
#[derive(Debug)]
struct Page<'a> {
    rule: &'a Rule,
    text: &'a str,
}

impl Page<'_> {
    /// The lines of the rule's document, numbered from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let own = numbered.skip(self.rule.line.saturating_sub(1));
        let first = self.rule.line;
        own.take_while(move |(number, line)| *number == first || !line.starts_with("---"))
    }

    /// A warning at the first place where `key` stands as a key of the document.
    fn warn(&self, check: &'static str, key: &str, message: String, hint: String) -> Remark {
        let place =
            self.lines().find_map(|(number, line)| Some((number, key_at(line, key)?, line)));
        let first = || {
            (
                self.rule.line,
                0,
                self.text.lines().nth(self.rule.line.saturating_sub(1)).unwrap_or_default(),
            )
        };
        let (line, at, source_line) = place.unwrap_or_else(first);
        Remark {
            is_error: false,
            check,
            file: self.rule.file.clone(),
            line,
            column: at + 1,
            rule: self.rule.title.clone(),
            message,
            hint,
            source_line: source_line.to_owned(),
            width: if place.is_some() { key.chars().count() } else { 1 },
            rendered: None,
        }
    }
}

/// Where in the line this key stands, in characters: `- Key|contains:`, `{ Key: value }`.
fn key_at(line: &str, key: &str) -> Option<usize> {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
    let found = line.match_indices(key).find(|(at, _)| {
        let (before, after) = (line.get(..*at), line.get(at + key.len()..));
        let stands_alone = before.is_some_and(|text| !text.ends_with(is_part));
        let is_key =
            after.is_some_and(|text| text.trim_start_matches(['\'', '"']).starts_with([':', '|']));
        stands_alone && is_key
    })?;
    line.get(..found.0).map(|before| before.chars().count())
}

/// What people who get an alert need of a rule.
fn completeness(page: &Page<'_>, remarks: &mut Vec<Remark>) {
    let rule = page.rule;
    let has = |key: &str| {
        page.lines().any(|(_, line)| line.strip_prefix(key).is_some_and(|r| r.starts_with(':')))
    };
    let mut missing = |is_missing: bool, check, what: &str, hint: &str| {
        if is_missing {
            remarks.push(page.warn(check, "title", what.to_owned(), hint.to_owned()));
        }
    };
    missing(
        rule.id.is_none(),
        "missing-id",
        "the rule has no `id`",
        "add `id:` with a new UUID, so that it keeps its name",
    );
    missing(
        !has("level"),
        "missing-level",
        "the rule has no `level`: its matches count as medium",
        "add `level:` informational, low, medium, high or critical",
    );
    missing(
        rule.description.trim().is_empty(),
        "missing-description",
        "the rule has no `description`",
        "say what it finds and why that matters",
    );
    missing(
        rule.techniques.is_empty(),
        "missing-tags",
        "no tag names an ATT&CK technique",
        "add `tags:` such as `attack.execution` and `attack.t1059.004`",
    );
    missing(
        rule.false_positives.is_empty(),
        "missing-falsepositives",
        "the rule has no `falsepositives`",
        "say when it matches although nothing is wrong, or `Unlikely`",
    );
}

fn identity(page: &Page<'_>, ids: &mut BTreeMap<String, String>, remarks: &mut Vec<Remark>) {
    let Some(id) = &page.rule.id else { return };
    if let Some(other) = ids.get(id) {
        remarks.push(page.warn(
            "same-id",
            "id",
            format!("another rule has this `id`: {other}"),
            "give each rule a UUID of its own".to_owned(),
        ));
    } else {
        ids.insert(id.clone(), page.rule.file.clone());
    }
}

/// Fields that the events of the rule's logsource do not have, and logsources that nothing feeds.
fn fields(page: &Page<'_>, taxonomy: &Taxonomy, remarks: &mut Vec<Remark>) {
    let logsource = &page.rule.logsource;
    if !taxonomy.is_fed(logsource) {
        let hint = match taxonomy.nearest_logsource(logsource) {
            Some(near) => {
                format!("did you mean `{near}`? Otherwise give a mapping for these events")
            }
            None => "give a mapping for these events".to_owned(),
        };
        let message = format!("no mapping knows events of `{}`", words(logsource));
        remarks.push(page.warn("unknown-logsource", "logsource", message, hint));
        return;
    }
    let Some(known) = taxonomy.fields(logsource) else { return };
    let mut told: Vec<&str> = Vec::new();
    for field in page.rule.fields() {
        if field.is_empty() || known.contains(field) || told.contains(&field) {
            continue;
        }
        told.push(field);
        let hint = match nearest(field, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "look the name up in the reference of this logsource".to_owned(),
        };
        let message = format!("events of `{}` have no field `{field}`", words(logsource));
        remarks.push(page.warn("unknown-field", field, message, hint));
    }
}

impl Remark {
    fn error(problem: &Problem) -> Self {
        Self {
            is_error: true,
            check: "unreadable",
            file: problem.file.clone(),
            line: problem.line,
            column: problem.column,
            rule: String::new(),
            message: problem.message.clone(),
            hint: problem.hint.clone(),
            source_line: String::new(),
            width: 1,
            rendered: Some(problem.to_string()),
        }
    }

    /// The remark as one JSON object.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "severity": if self.is_error { "error" } else { "warning" },
            "check": self.check,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "rule": self.rule,
            "message": self.message,
            "hint": self.hint,
        })
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rendered) = &self.rendered {
            return f.write_str(rendered);
        }
        let byte = |characters: usize| {
            self.source_line
                .char_indices()
                .nth(characters)
                .map_or(self.source_line.len(), |(at, _)| at)
        };
        let span = byte(self.column - 1)..byte(self.column - 1 + self.width);
        let snippet = Snippet::source(self.source_line.as_str())
            .line_start(self.line)
            .path(self.file.as_str())
            .annotation(AnnotationKind::Primary.span(span).label(self.hint.as_str()));
        let title = format!("{} [{}]", self.message, self.check);
        let report = [Weight::WARNING.primary_title(title.as_str()).element(snippet)];
        f.write_str(&Renderer::plain().render(&report))
    }
}
