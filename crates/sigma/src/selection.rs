//! A selection of a rule: fields with their values, read into predicates.

use ipnet::IpNet;

use crate::modifier::{self, Kind as Sort, Modifiers};
use crate::pattern::{Anchor, Part, Pattern};
use crate::predicate::{Expression, Predicate, Relation, Term, Test};
use crate::problem::Fault;
use crate::yaml::{Key, Kind, Node};

mod encoding;
mod value;

pub use value::Placeholders;

/// A named group of predicates.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Its name, as the condition uses it.
    pub name: String,
    /// What must be so.
    pub term: Term,
}

/// Reads the value of a selection: a map, a list of maps, or keywords.
pub(crate) fn read(node: &Node, placeholders: &Placeholders) -> Result<Term, Fault> {
    match &node.kind {
        Kind::Map(pairs) => fields(node, pairs, placeholders),
        Kind::List(items) if items.is_empty() => Err(empty(node)),
        Kind::List(items) => {
            let terms: Result<Vec<_>, _> =
                items.iter().map(|i| read_item(i, placeholders)).collect();
            Ok(join(terms?, Term::Any))
        }
        Kind::Null => Err(empty(node)),
        _ => keyword(node, placeholders),
    }
}

fn read_item(node: &Node, placeholders: &Placeholders) -> Result<Term, Fault> {
    match &node.kind {
        Kind::List(_) => Err(Fault::new(
            node.place,
            "a list inside a list means nothing here",
            "write a map (`Field: value`) or a keyword",
        )),
        _ => read(node, placeholders),
    }
}

fn empty(node: &Node) -> Fault {
    Fault::new(
        node.place,
        "this selection is empty",
        "add a field with a value: `Image|endswith: /bash`",
    )
}

fn fields(node: &Node, pairs: &[(Key, Node)], placeholders: &Placeholders) -> Result<Term, Fault> {
    if pairs.is_empty() {
        return Err(empty(node));
    }
    let terms: Result<Vec<_>, _> = pairs.iter().map(|(k, v)| field(k, v, placeholders)).collect();
    Ok(join(terms?, Term::All))
}

fn keyword(node: &Node, placeholders: &Placeholders) -> Result<Term, Fault> {
    values(&Reading { field: None, modifiers: &Modifiers::default(), placeholders }, node)
}

fn field(key: &Key, node: &Node, placeholders: &Placeholders) -> Result<Term, Fault> {
    let (field, modifiers) = modifier::read(&key.name, key.place, key.text_shift)?;
    let reading = Reading { field: field.as_deref(), modifiers: &modifiers, placeholders };
    match &node.kind {
        Kind::List(items) => {
            if items.is_empty() {
                let message = format!("`{}` has no values", key.name);
                return Err(Fault::new(key.place, message, "add at least one `- value`"));
            }
            let terms: Result<Vec<_>, _> = items.iter().map(|i| values(&reading, i)).collect();
            let term = join(terms?, if modifiers.all { Term::All } else { Term::Any });
            Ok(negate(term, &modifiers))
        }
        _ => Ok(negate(values(&reading, node)?, &modifiers)),
    }
}

fn negate(term: Term, modifiers: &Modifiers) -> Term {
    if modifiers.negated { Term::Not(Box::new(term)) } else { term }
}

/// How the values of one field are read.
#[derive(Debug)]
struct Reading<'a> {
    field: Option<&'a str>,
    modifiers: &'a Modifiers,
    placeholders: &'a Placeholders,
}

impl Reading<'_> {
    fn term(&self, test: Test) -> Term {
        Term::Is(Predicate { field: self.field.map(str::to_owned), test })
    }
}

/// The term for one value; several predicates where modifiers give alternatives.
fn values(reading: &Reading<'_>, node: &Node) -> Result<Term, Fault> {
    let modifiers = reading.modifiers;
    if matches!(node.kind, Kind::Null) {
        return match (reading.field, modifiers.kind) {
            (Some(_), Sort::Text) => Ok(reading.term(Test::Null)),
            _ => Err(Fault::new(
                node.place,
                "nothing is written here, but these modifiers need a value",
                "write a value",
            )),
        };
    }
    let Some(text) = node.scalar_text() else {
        return Err(Fault::new(
            node.place,
            format!("a value must be text, a number, a boolean or null, not {}", node.describe()),
            "write one value, or a list of them",
        ));
    };
    if modifiers.relation.is_some() || modifiers.time.is_some() {
        return number(reading, node, &text);
    }
    match modifiers.kind {
        Sort::Exists => exists(reading, node, &text),
        Sort::Field => Ok(reading.term(Test::Field {
            other: text,
            anchor: modifiers.anchor,
            cased: modifiers.cased,
        })),
        Sort::Cidr => expanded(reading, node, &text, |t| cidr(reading, node, t)),
        Sort::Regex => expanded(reading, node, &text, |t| regex(reading, node, t)),
        Sort::Text => expanded(reading, node, &text, |t| texts(reading, node, t)),
    }
}

fn expanded(
    reading: &Reading<'_>,
    node: &Node,
    text: &str,
    read: impl Fn(&str) -> Result<Term, Fault>,
) -> Result<Term, Fault> {
    if !reading.modifiers.expand {
        return read(text);
    }
    let texts = reading.placeholders.expand(text).map_err(|name| {
        Fault::new(
            node.place,
            format!("the placeholder `%{name}%` has no values"),
            "define it in the settings of the rule pack, or write the values here without `expand`",
        )
    })?;
    let terms: Result<Vec<_>, _> = texts.iter().map(|t| read(t)).collect();
    Ok(join(terms?, Term::Any))
}

fn number(reading: &Reading<'_>, node: &Node, text: &str) -> Result<Term, Fault> {
    let Ok(number) = text.trim().parse::<f64>() else {
        let message = format!("expected a number, found `{text}`");
        return Err(Fault::new(node.place, message, "write a number such as 1024"));
    };
    let relation = reading.modifiers.relation.unwrap_or(Relation::Equal);
    Ok(reading.term(match reading.modifiers.time {
        Some(part) => Test::Time(part, relation, number),
        None => Test::Number(relation, number),
    }))
}

fn exists(reading: &Reading<'_>, node: &Node, text: &str) -> Result<Term, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => Ok(reading.term(Test::Exists(true))),
        "false" | "no" => Ok(reading.term(Test::Exists(false))),
        _ => Err(Fault::new(
            node.place,
            format!("`exists` is true or false, not `{text}`"),
            "write `true` or `false`",
        )),
    }
}

fn cidr(reading: &Reading<'_>, node: &Node, text: &str) -> Result<Term, Fault> {
    let network = text
        .parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from));
    match network {
        Some(net) => Ok(reading.term(Test::Cidr(net.trunc()))),
        None => Err(Fault::new(
            node.place,
            format!("`{text}` is not a network"),
            "write an address and a prefix length: 10.0.0.0/8 or fe80::/10",
        )),
    }
}

fn regex(reading: &Reading<'_>, node: &Node, text: &str) -> Result<Term, Fault> {
    let flags = &reading.modifiers.regex_flags;
    let source = if flags.is_empty() { text.to_owned() } else { format!("(?{flags}){text}") };
    match Expression::new(&source) {
        Ok(expression) => Ok(reading.term(Test::Regex(expression))),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Err(Fault::new(
                node.place,
                format!("this regular expression cannot be used: {reason}"),
                "look-around and back-references are not supported; split it into a filter",
            ))
        }
    }
}

/// Most alternatives one value may have through `windash` before it becomes a regular expression.
const MAX_ALTERNATIVES: usize = 125;

fn texts(reading: &Reading<'_>, node: &Node, text: &str) -> Result<Term, Fault> {
    let modifiers = reading.modifiers;
    let anchor = anchor(reading, node);
    let pattern = Pattern::parse(text);
    let mut patterns = encoding::encode(pattern, &modifiers.encodings, node)?;
    if modifiers.windash {
        let dashes: usize = patterns.iter().map(value::dashes).sum();
        if value::DASHES
            .len()
            .checked_pow(u32::try_from(dashes).unwrap_or(u32::MAX))
            .is_none_or(|n| n > MAX_ALTERNATIVES)
        {
            let terms = patterns.into_iter().map(|pattern| {
                regex(reading, node, &value::dash_regex(&pattern.anchored(anchor), modifiers.cased))
            });
            return Ok(join(terms.collect::<Result<_, _>>()?, Term::Any));
        }
        patterns = patterns.iter().flat_map(value::windash).collect();
    }
    let terms = patterns.into_iter().map(|pattern| {
        let pattern = pattern.anchored(anchor);
        reading.term(Test::Text { pattern, cased: modifiers.cased })
    });
    Ok(join(terms.collect(), Term::Any))
}

/// Keywords stand anywhere in a value; a number is a whole value (`0` would be found nearly everywhere).
fn anchor(reading: &Reading<'_>, node: &Node) -> Anchor {
    let is_word = matches!(node.kind, Kind::Text(_));
    match reading.field {
        None if is_word && reading.modifiers.anchor == Anchor::Whole => Anchor::Anywhere,
        _ => reading.modifiers.anchor,
    }
}

fn join(mut terms: Vec<Term>, how: fn(Vec<Term>) -> Term) -> Term {
    match (terms.len(), terms.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            terms.push(last);
            how(terms)
        }
        (_, None) => how(terms),
    }
}

fn text_parts(pattern: &Pattern) -> impl Iterator<Item = &str> {
    pattern.0.iter().filter_map(|p| match p {
        Part::Text(t) => Some(t.as_str()),
        Part::Any | Part::One => None,
    })
}
