//! A correlation from its document.

use std::time::Duration;

use super::{
    Alias, Comparison, Correlation, CorrelationKind, Measure, Origin, Threshold, Together,
};

use crate::condition::{self, Origin as ConditionOrigin};
use crate::problem::Fault;
use crate::rule::read::{about, key_place, missing, required_text, text, texts};
use crate::yaml::{Kind, Node};

mod cases;

use cases::sequences;

/// Most rules one correlation may refer to.
const RULES_MAX: usize = 64;
/// Longest timespan. Longer questions are hunts.
const TIMESPAN_MAX: Duration = Duration::from_secs(31 * 86_400);
/// How many events it takes to call them regular, when not said.
const BEATS: usize = 10;
const TYPES: &str = "event_count, value_count, value_sum, value_avg, value_percentile, value_median, temporal, temporal_ordered or event_regularity";

/// Whether a document is a correlation.
pub(crate) fn is_one(root: &Node) -> bool {
    root.get("correlation").is_some() && root.get("detection").is_none()
}

/// Reads a document as a correlation.
pub(crate) fn read(root: &Node) -> Result<Correlation, Fault> {
    let Kind::Map(pairs) = &root.kind else {
        return Err(Fault::new(root.place, "a rule is a map of keys", "start with `title: …`"));
    };
    let mut about = about(root, pairs)?;
    let name = about.custom.remove("name").and_then(|n| n.as_str().map(str::to_owned));
    let node = root.get("correlation").unwrap_or(root);
    refuse_unknown_keys(node)?;
    let (rules, references) = rules(node)?;
    let generate = flag(node, "generate")?.or(flag(root, "generate")?).unwrap_or(false);
    about.custom.remove("generate");
    let group_by = match node.get("group-by").or_else(|| node.get("group_by")) {
        Some(fields) => texts(fields, "group-by")?,
        None => Vec::new(),
    };
    let aliases = aliases(node, &rules, &group_by)?;
    let timespan = timespan(node)?;
    let kind = kind(node, &rules)?;
    let tests = match root.get("tests") {
        Some(tests) => sequences(tests)?,
        None => Vec::new(),
    };
    let origin = Origin { references, ..Origin::default() };
    Ok(Correlation {
        about,
        name,
        kind,
        rules,
        group_by,
        aliases,
        timespan,
        generate,
        tests,
        origin,
    })
}

fn refuse_unknown_keys(node: &Node) -> Result<(), Fault> {
    let Kind::Map(pairs) = &node.kind else {
        let message = format!("`correlation` must be a map, not {}", node.describe());
        return Err(Fault::new(
            node.place,
            message,
            "write `type`, `rules` and `timespan` below it",
        ));
    };
    let known =
        ["type", "rules", "group-by", "group_by", "timespan", "condition", "aliases", "generate"];
    for (key, _) in pairs {
        if known.contains(&key.name.as_str()) {
            continue;
        }
        let message = format!("a correlation has no `{}`", key.name);
        let hint = match key.name.as_str() {
            "timeframe" => "write `timespan`".to_owned(),
            "field" => "write `field` below `condition`".to_owned(),
            other => nearest(other, &known),
        };
        return Err(Fault::new(key.place, message, hint));
    }
    Ok(())
}

fn nearest(word: &str, known: &[&str]) -> String {
    let alike = |k: &&&str| (strsim::jaro(word, k) * 1_000.0).round();
    let best = known.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)));
    best.map_or_else(String::new, |best| format!("did you mean `{best}`?"))
}

fn flag(node: &Node, key: &str) -> Result<Option<bool>, Fault> {
    match node.get(key) {
        None => Ok(None),
        Some(Node { kind: Kind::Bool(yes), .. }) => Ok(Some(*yes)),
        Some(other) => Err(Fault::new(
            other.place,
            format!("`{key}` is true or false, not {}", other.describe()),
            "write `true` or `false`",
        )),
    }
}

fn rules(node: &Node) -> Result<(Vec<String>, Vec<crate::problem::Place>), Fault> {
    let hint = "add `rules:` with the names or ids of the rules it is about";
    let Some(listed) = node.get("rules") else { return Err(missing(node, "rules", hint)) };
    let rules = texts(listed, "rules")?;
    if rules.is_empty() {
        return Err(Fault::new(listed.place, "a correlation is about at least one rule", hint));
    }
    if rules.len() > RULES_MAX {
        return Err(Fault::new(
            listed.place,
            format!("a correlation is about at most {RULES_MAX} rules"),
            "join some of them into one rule",
        ));
    }
    let places: Vec<_> = match &listed.kind {
        Kind::List(items) => items.iter().map(underlined).collect(),
        _ => vec![underlined(listed)],
    };
    for (at, rule) in rules.iter().enumerate() {
        if rules.iter().take(at).any(|earlier| earlier == rule) {
            let place = places.get(at).copied().unwrap_or(listed.place);
            return Err(Fault::new(
                place,
                format!("`{rule}` is listed twice"),
                "remove one of them",
            ));
        }
    }
    Ok((rules, places))
}

fn underlined(node: &Node) -> crate::problem::Place {
    node.place
}

fn aliases(node: &Node, rules: &[String], group_by: &[String]) -> Result<Vec<Alias>, Fault> {
    let Some(listed) = node.get("aliases") else { return Ok(Vec::new()) };
    let Kind::Map(pairs) = &listed.kind else {
        let message = format!("`aliases` must be a map, not {}", listed.describe());
        return Err(Fault::new(listed.place, message, "write `name: { rule: field }`"));
    };
    let mut aliases = Vec::with_capacity(pairs.len());
    for (key, fields) in pairs {
        let Kind::Map(fields) = &fields.kind else {
            let message = format!("the alias `{}` must be a map of rules to fields", key.name);
            return Err(Fault::new(fields.place, message, "write `rule: field` below it"));
        };
        if !group_by.contains(&key.name) {
            return Err(Fault::new(
                key.place,
                format!("the alias `{}` is not used", key.name),
                format!("add `{}` to `group-by`", key.name),
            ));
        }
        let mut found = Vec::with_capacity(fields.len());
        for (rule, field) in fields {
            let Some(reference) = rules.iter().position(|r| *r == rule.name) else {
                return Err(Fault::new(
                    rule.place,
                    format!("`{}` is none of the rules of this correlation", rule.name),
                    format!("write one of: {}", rules.join(", ")),
                ));
            };
            found.push((reference, text(field, &rule.name)?));
        }
        aliases.push(Alias { name: key.name.clone(), fields: found });
    }
    Ok(aliases)
}

fn timespan(node: &Node) -> Result<Duration, Fault> {
    let Some(written) = node.get("timespan") else {
        return Err(missing(node, "timespan", "add `timespan: 10m`"));
    };
    let word = text(written, "timespan")?;
    duration(&word).filter(|span| !span.is_zero() && *span <= TIMESPAN_MAX).ok_or_else(|| {
        Fault::new(
            written.place,
            format!("`{word}` is no timespan"),
            "write a number and s, m, h, d or w, for example `90m`; at most 31d",
        )
    })
}

fn duration(word: &str) -> Option<Duration> {
    let unit = match word.chars().next_back()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    let number: u64 = word.get(..word.len() - 1)?.trim().parse().ok()?;
    number.checked_mul(unit).map(Duration::from_secs)
}

fn kind(node: &Node, rules: &[String]) -> Result<CorrelationKind, Fault> {
    let written = node.get("type");
    let name = required_text(node, "type")
        .map_err(|_missing| missing(node, "type", &format!("add `type:` with {TYPES}")))?;
    let measure = |measure| value(node, measure);
    match name.as_str() {
        "event_count" => threshold_of(node).map(CorrelationKind::EventCount),
        "value_count" => Ok(CorrelationKind::ValueCount(value_fields(node)?, threshold_of(node)?)),
        "value_sum" => measure(Measure::Sum),
        "value_avg" => measure(Measure::Average),
        "value_median" => measure(Measure::Percentile(50.0)),
        "value_percentile" => measure(percentile(node)?),
        "event_regularity" => {
            let threshold = threshold_of(node)?;
            Ok(CorrelationKind::Regularity(beats(node)?, threshold))
        }
        "temporal" => together(node, rules).map(CorrelationKind::Temporal),
        "temporal_ordered" => together(node, rules).map(CorrelationKind::TemporalOrdered),
        // What the kind is called when a condition over rules is meant; the condition itself says so too.
        "temporal_extended" | "extended_temporal" => {
            together(node, rules).map(CorrelationKind::Temporal)
        }
        "temporal_ordered_extended" | "extended_temporal_ordered" => {
            together(node, rules).map(CorrelationKind::TemporalOrdered)
        }
        other => {
            let place = written.map_or(node.place, |w| w.place);
            Err(Fault::new(
                place,
                format!("`{other}` is no type of correlation"),
                format!("write {TYPES}"),
            ))
        }
    }
}

fn value(node: &Node, measure: Measure) -> Result<CorrelationKind, Fault> {
    let mut fields = value_fields(node)?;
    match (fields.pop(), fields.is_empty()) {
        (Some(field), true) => Ok(CorrelationKind::Value(measure, field, threshold_of(node)?)),
        _ => {
            let place = node.get("condition").map_or(node.place, |c| c.place);
            Err(Fault::new(place, "numbers are taken of one field", "name one field"))
        }
    }
}

fn percentile(node: &Node) -> Result<Measure, Fault> {
    let Some(written) = node.get("condition").and_then(|c| c.get("percentile")) else {
        return Ok(Measure::Share);
    };
    match number(written) {
        Some(percent) if (0.0..=100.0).contains(&percent) => Ok(Measure::Percentile(percent)),
        _ => Err(Fault::new(
            written.place,
            "a percentile is a number from 0 to 100",
            "write for example `percentile: 95`",
        )),
    }
}

/// How many events it takes to call them regular.
fn beats(node: &Node) -> Result<usize, Fault> {
    let Some(written) = node.get("condition").and_then(|c| c.get("events")) else {
        return Ok(BEATS);
    };
    match &written.kind {
        Kind::Int(count) if (3..=1_000).contains(count) => {
            Ok(usize::try_from(*count).unwrap_or(BEATS))
        }
        _ => Err(Fault::new(
            written.place,
            "`events` is how many events it takes, from 3 to 1000",
            "write for example `events: 12`",
        )),
    }
}

fn value_fields(node: &Node) -> Result<Vec<String>, Fault> {
    let hint = "add `field:` below `condition`";
    match node.get("condition").and_then(|c| c.get("field")) {
        Some(fields) => {
            let fields = texts(fields, "field")?;
            if fields.is_empty() { Err(missing_field(node, hint)) } else { Ok(fields) }
        }
        None => Err(missing_field(node, hint)),
    }
}

fn missing_field(node: &Node, hint: &str) -> Fault {
    let place = node.get("condition").map_or(node.place, |_| key_place(node, "condition"));
    Fault::new(place, "the condition does not say which field's values are meant", hint)
}

fn together(node: &Node, rules: &[String]) -> Result<Together, Fault> {
    match node.get("condition") {
        None => Ok(Together::All),
        Some(written) => match written.scalar_text() {
            Some(words) => {
                let origin =
                    ConditionOrigin { place: written.place, text_shift: written.text_shift };
                let names: Vec<&str> = rules.iter().map(String::as_str).collect();
                let read = condition::parse(&words, origin, &names);
                read.map(Together::Condition).map_err(|fault| Fault {
                    message: fault.message.replace("selection", "rule"),
                    hint: fault.hint.replace("selection", "rule"),
                    ..fault
                })
            }
            None => threshold_of(node).map(Together::Count),
        },
    }
}

fn threshold_of(node: &Node) -> Result<Threshold, Fault> {
    let hint = "add `condition:` with a comparison such as `gte: 10`";
    let Some(written) = node.get("condition") else { return Err(missing(node, "condition", hint)) };
    let Kind::Map(pairs) = &written.kind else {
        let message = format!("the condition must be a map, not {}", written.describe());
        return Err(Fault::new(written.place, message, "write for example `gte: 10` below it"));
    };
    let mut threshold = Threshold::default();
    for (key, limit) in pairs {
        let how = match key.name.as_str() {
            "gt" => Comparison::Greater,
            "gte" => Comparison::AtLeast,
            "lt" => Comparison::Less,
            "lte" => Comparison::AtMost,
            "eq" => Comparison::Equal,
            "neq" => Comparison::NotEqual,
            "field" | "percentile" | "events" => continue,
            other => {
                return Err(Fault::new(
                    key.place,
                    format!("`{other}` is no comparison"),
                    "write gt, gte, lt, lte, eq or neq",
                ));
            }
        };
        let Some(limit) = number(limit) else {
            let message =
                format!("`{}` compares with a number, not {}", key.name, limit.describe());
            return Err(Fault::new(limit.place, message, format!("write `{}: 10`", key.name)));
        };
        threshold.comparisons.push((how, limit));
    }
    if threshold.comparisons.is_empty() {
        return Err(Fault::new(
            key_place(node, "condition"),
            "the condition compares nothing",
            hint,
        ));
    }
    Ok(threshold)
}

fn number(node: &Node) -> Option<f64> {
    match &node.kind {
        #[expect(clippy::cast_precision_loss, reason = "limits are compared as f64")]
        Kind::Int(number) => Some(*number as f64),
        Kind::Float(number) => Some(*number),
        Kind::Text(words) => words.trim().parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    }
}
