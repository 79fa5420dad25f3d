//! A page to hand over: everything inline, nothing loaded, no scripts; made to be printed too.

use std::collections::BTreeMap;
use std::io::{self, Write};

use bartizan_sigma::{FieldMatch, Level, Rule};
use jiff::Timestamp;

use crate::finding::{Finding, Found};
use crate::report::{LEVELS, counted, escape, grouped, moment, technique};
use crate::run::Report;
use crate::totals::Totals;

mod chart;

/// Most matches of one rule that are shown; the others are counted.
const EXAMPLES_MAX: usize = 5;
/// Longest value that is shown in full, in characters.
const VALUE_MAX: usize = 2_000;
/// Most machines that are named beside a rule.
const HOSTS_MAX: usize = 12;

/// Writes one page when everything was seen.
#[derive(Debug)]
pub struct Html<W> {
    out: W,
    written: Timestamp,
    rules: BTreeMap<String, Section>,
    hours: chart::Hours,
}

/// What is shown of one rule.
#[derive(Debug)]
struct Section {
    rule: Rule,
    examples: Vec<Example>,
}

#[derive(Debug)]
struct Example {
    file: String,
    finding: Finding,
}

impl<W: Write> Html<W> {
    /// Writes to `out`; `written` is the date on the page.
    pub fn new(out: W, written: Timestamp) -> Self {
        Self { out, written, rules: BTreeMap::new(), hours: chart::Hours::default() }
    }
}

impl<W: Write> Report for Html<W> {
    fn add(&mut self, found: &Found<'_>) -> io::Result<()> {
        let Found { rule, file, finding } = found;
        if let Some(time) = finding.time {
            self.hours.add(time, rule.level);
        }
        let section = self
            .rules
            .entry(rule.name().to_owned())
            .or_insert_with(|| Section { rule: (*rule).clone(), examples: Vec::new() });
        if section.examples.len() < EXAMPLES_MAX {
            section
                .examples
                .push(Example { file: file.display().to_string(), finding: (*finding).clone() });
        }
        Ok(())
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        let mut sections: Vec<&Section> = self.rules.values().collect();
        sections.sort_by(|a, b| {
            b.rule.level.cmp(&a.rule.level).then_with(|| a.rule.title.cmp(&b.rule.title))
        });
        let page = [
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
            "<meta name=\"viewport\" content=\"width=device-width\">\n",
            "<title>What the logs show</title>\n<style>\n",
            include_str!("html/page.css"),
            "</style>\n</head>\n<body>\n",
            &header(totals, self.written),
            &tiles(totals),
            &self.hours.svg(),
            &index(&sections, totals),
            &machines(totals),
            &techniques(totals),
            &sections.iter().map(|section| one(section, totals)).collect::<String>(),
            &unread(totals),
            "</body>\n</html>\n",
        ]
        .concat();
        self.out.write_all(page.as_bytes())?;
        self.out.flush()
    }
}

fn header(totals: &Totals, written: Timestamp) -> String {
    let files = u64::try_from(totals.files).unwrap_or(u64::MAX);
    let rules = u64::try_from(totals.rules).unwrap_or(u64::MAX);
    let hosts = u64::try_from(totals.by_host.len()).unwrap_or(u64::MAX);
    let period = totals.period.map_or(String::new(), |(first, last)| {
        format!(" between {} and {} UTC", moment(first), moment(last))
    });
    let grave: u64 =
        [Level::Critical, Level::High].iter().filter_map(|level| totals.by_level.get(level)).sum();
    let verdict = match (totals.findings, grave) {
        (0, _) => "No rule matched.".to_owned(),
        (_, 0) => format!("{}, none of them grave.", matches(totals.findings)),
        (_, grave) => format!(
            "{}, {} of them high or critical, on {}.",
            matches(totals.findings),
            grouped(grave),
            counted(hosts, "machine")
        ),
    };
    format!(
        "<header>\n<h1>What the logs show</h1>\n<p class=\"verdict\">{verdict}</p>\n<p>{} of {}{period}, judged by {}. \
         Written {} UTC by Bartizan.</p>\n</header>\n",
        counted(totals.events, "event"),
        counted(files, "file"),
        counted(rules, "Sigma rule"),
        moment(written),
    )
}

fn matches(number: u64) -> String {
    if number == 1 { "1 match".to_owned() } else { format!("{} matches", grouped(number)) }
}

fn tiles(totals: &Totals) -> String {
    let tiles: String = LEVELS
        .iter()
        .map(|level| {
            let count = totals.by_level.get(level).copied().unwrap_or(0);
            let name = level.name();
            format!("<li class=\"{name}\"><b>{}</b> {name}</li>\n", grouped(count))
        })
        .collect();
    format!("<ul class=\"tiles\">\n{tiles}</ul>\n")
}

fn machines(totals: &Totals) -> String {
    if totals.by_host.is_empty() {
        return String::new();
    }
    let mut hosts: Vec<_> = totals.by_host.iter().collect();
    hosts.sort_by_key(|(_, levels)| {
        std::cmp::Reverse(LEVELS.map(|level| levels.get(&level).copied().unwrap_or(0)))
    });
    let cell = |count: Option<&u64>| match count {
        Some(count) => format!("<td>{}</td>", grouped(*count)),
        None => "<td></td>".to_owned(),
    };
    let rows: String = hosts
        .iter()
        .map(|(host, levels)| {
            let cells: String = LEVELS.iter().map(|level| cell(levels.get(level))).collect();
            format!("<tr><th scope=\"row\">{}</th>{cells}</tr>\n", escape(host))
        })
        .collect();
    let heads: String =
        LEVELS.iter().map(|l| format!("<th scope=\"col\">{}</th>", l.name())).collect();
    format!(
        "<section>\n<h2>Machines</h2>\n<table class=\"numbers\">\n<tr><th scope=\"col\">Machine</th>{heads}</tr>\n\
         {rows}</table>\n</section>\n"
    )
}

fn techniques(totals: &Totals) -> String {
    if totals.by_technique.is_empty() {
        return String::new();
    }
    let mut techniques: Vec<_> = totals.by_technique.iter().collect();
    techniques.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let items: String = techniques
        .iter()
        .map(|(name, count)| format!("<li>{} {}</li>\n", technique(name), grouped(**count)))
        .collect();
    format!(
        "<section>\n<h2>ATT&amp;CK techniques</h2>\n<ul class=\"chips\">\n{items}</ul>\n</section>\n"
    )
}

fn index(sections: &[&Section], totals: &Totals) -> String {
    let rows: String = sections
        .iter()
        .map(|Section { rule, .. }| {
            let findings = totals.by_rule.get(rule.name()).map_or(0, |r| r.findings);
            format!(
                "<tr><td><span class=\"level {0}\">{0}</span></td><td><a href=\"#{1}\">{2}</a></td><td>{3}</td></tr>\n",
                rule.level.name(),
                escape(rule.name()),
                escape(&rule.title),
                grouped(findings)
            )
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "<section>\n<h2>Rules that matched</h2>\n<table class=\"rules\">\n{rows}</table>\n</section>\n"
    )
}

fn one(section: &Section, totals: &Totals) -> String {
    let Section { rule, examples } = section;
    let level = rule.level.name();
    let mut text = format!(
        "<article id=\"{}\">\n<h2><span class=\"level {level}\">{level}</span> {}</h2>\n<p>{}</p>\n",
        escape(rule.name()),
        escape(&rule.title),
        escape(rule.description.trim())
    );
    text += &facts(rule, totals);
    for example in examples {
        text += &shown(example);
    }
    let all = totals.by_rule.get(rule.name()).map_or(0, |r| r.findings);
    let more = all.saturating_sub(u64::try_from(examples.len()).unwrap_or(u64::MAX));
    if more > 0 {
        text += &format!("<p class=\"more\">… and {} more.</p>\n", grouped(more));
    }
    text + "</article>\n"
}

fn facts(rule: &Rule, totals: &Totals) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    if let Some(seen) = totals.by_rule.get(rule.name()) {
        if let Some((first, last)) = seen.period {
            let period = if first == last {
                format!("{} UTC", moment(first))
            } else {
                format!("{} to {} UTC", moment(first), moment(last))
            };
            rows.push(("When", period));
        }
        let named: Vec<String> = seen.hosts.iter().take(HOSTS_MAX).map(|h| escape(h)).collect();
        let more = seen.hosts.len().saturating_sub(HOSTS_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        rows.push(("Where", named.join(", ") + &more));
    }
    rows.push((
        "Techniques",
        rule.techniques.iter().map(|t| technique(t)).collect::<Vec<_>>().join(" "),
    ));
    rows.push(("Also harmless when", list(&rule.false_positives)));
    rows.push(("What to do", list(&rule.triage)));
    let rows: String = rows
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>\n"))
        .collect();
    format!("<dl>\n{rows}</dl>\n")
}

fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => escape(one),
        many => {
            let items: String = many.iter().map(|i| format!("<li>{}</li>", escape(i))).collect();
            format!("<ul>{items}</ul>")
        }
    }
}

fn shown(Example { file, finding }: &Example) -> String {
    let when = finding.time.map_or(String::new(), |time| format!("{} UTC · ", moment(time)));
    let host = finding.host.as_deref().map_or(String::new(), |host| format!("{} · ", escape(host)));
    let rows: String = finding
        .evidence
        .iter()
        .map(|matched| {
            format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
                escape(&matched.field),
                escape(&matched.pattern),
                value(matched)
            )
        })
        .collect();
    format!(
        "<figure>\n<figcaption>{when}{host}{} event {}</figcaption>\n<table class=\"why\">\n{rows}</table>\n</figure>\n",
        escape(file),
        finding.event
    )
}

/// The value, with the part that answers the rule marked.
fn value(matched: &FieldMatch) -> String {
    let Some(value) = &matched.value else { return "<i>not there</i>".to_owned() };
    let parts = matched.range.clone().and_then(|range| {
        Some((value.get(..range.start)?, value.get(range.clone())?, value.get(range.end..)?))
    });
    match parts {
        Some((before, part, after)) if value.chars().count() <= VALUE_MAX => {
            format!("{}<mark>{}</mark>{}", escape(before), escape(part), escape(after))
        }
        Some((_, part, _)) => {
            let part: String = part.chars().take(VALUE_MAX).collect();
            format!("… <mark>{}</mark> …", escape(&part))
        }
        None => {
            let cut: String = value.chars().take(VALUE_MAX).collect();
            escape(&cut)
        }
    }
}

fn unread(totals: &Totals) -> String {
    let mut notes = Vec::new();
    if totals.unknown > 0 {
        notes.push(format!(
            "{} of a kind that no mapping knows; no rule judged them.",
            counted(totals.unknown, "event")
        ));
    }
    if totals.bad_events > 0 {
        notes.push(format!("{} that cannot be read.", counted(totals.bad_events, "event")));
    }
    if totals.bad_rules > 0 {
        let rules = u64::try_from(totals.bad_rules).unwrap_or(u64::MAX);
        notes.push(format!("{} that cannot be read.", counted(rules, "rule")));
    }
    notes.extend(totals.problems.iter().map(|problem| escape(problem)));
    if notes.is_empty() {
        return String::new();
    }
    let notes: String = notes.iter().map(|note| format!("<li>{note}</li>\n")).collect();
    format!("<section>\n<h2>What this page does not know</h2>\n<ul>\n{notes}</ul>\n</section>\n")
}
