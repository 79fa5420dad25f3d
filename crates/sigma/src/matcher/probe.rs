//! One predicate, compiled: how to ask it of a value, and which literal must be seen before it can be true.

use std::net::IpAddr;

use ipnet::IpNet;
use regex::Regex;

use super::CompileError;
use crate::event::{FieldId, FieldNames, Fields, Value};
use crate::pattern::{Anchor, Part, Pattern, Shape, fold};
use crate::predicate::{Predicate, Relation, Test, TimePart};

mod literal;
mod time;

/// What makes two predicates the same.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ProbeKey {
    field: Option<FieldId>,
    test: TestKey,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum TestKey {
    Folded(Pattern),
    Cased(Pattern),
    Other(String),
}

impl ProbeKey {
    pub(super) fn new(
        predicate: &Predicate,
        fields: &mut FieldNames,
    ) -> Result<Self, CompileError> {
        let test = match &predicate.test {
            Test::Text { pattern, cased: false } => TestKey::Folded(pattern.folded()),
            Test::Text { pattern, cased: true } => TestKey::Cased(pattern.clone()),
            test => TestKey::Other(format!("{test:?}")),
        };
        Ok(Self { field: intern(predicate.field.as_deref(), fields)?, test })
    }
}

fn intern(name: Option<&str>, fields: &mut FieldNames) -> Result<Option<FieldId>, CompileError> {
    match name {
        None => Ok(None),
        Some(name) => fields.intern(name).map(Some).ok_or(CompileError::TooManyFields),
    }
}

/// A compiled predicate.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) field: Option<FieldId>,
    /// The predicate as the rule says it, for the evidence.
    pub(super) test: Test,
    pub(super) question: Question,
    pub(super) access: Access,
}

/// The test itself.
#[derive(Debug)]
pub(super) enum Question {
    Folded(Pattern),
    Cased(Pattern),
    Regex(Regex),
    Cidr(IpNet),
    Number(Relation, f64),
    Time(TimePart, Relation, f64),
    Exists(bool),
    Null,
    Field { other: FieldId, anchor: Anchor, cased: bool },
}

/// How a probe is found to be true.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Finding this literal is the answer.
    Literal(Needle),
    /// Without one of these literals it is false; with it, ask.
    Guarded(Vec<Needle>),
    /// It is true of every value.
    Present,
    /// It is true when there is no value.
    Absent,
    /// Ask.
    Free,
}

/// Folded text and where in the folded value it must stand.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Needle {
    pub(super) text: String,
    pub(super) anchor: Anchor,
}

impl Probe {
    pub(super) fn new(
        predicate: &Predicate,
        fields: &mut FieldNames,
    ) -> Result<Self, CompileError> {
        let question = match &predicate.test {
            Test::Text { pattern, cased: true } => Question::Cased(pattern.clone()),
            Test::Text { pattern, cased: false } => Question::Folded(pattern.folded()),
            Test::Regex(expression) => Question::Regex(expression.compiled().clone()),
            Test::Cidr(net) => Question::Cidr(*net),
            Test::Number(relation, limit) => Question::Number(*relation, *limit),
            Test::Time(part, relation, limit) => Question::Time(*part, *relation, *limit),
            Test::Exists(yes) => Question::Exists(*yes),
            Test::Null => Question::Null,
            Test::Field { other, anchor, cased } => Question::Field {
                other: fields.intern(other).ok_or(CompileError::TooManyFields)?,
                anchor: *anchor,
                cased: *cased,
            },
        };
        let field = intern(predicate.field.as_deref(), fields)?;
        let access = access(field, &question);
        Ok(Self { field, test: predicate.test.clone(), question, access })
    }

    /// The literals of which one must be found for it to be true; none where that is not known.
    pub(super) fn needles(&self) -> &[Needle] {
        match &self.access {
            Access::Literal(needle) => std::slice::from_ref(needle),
            Access::Guarded(needles) => needles,
            Access::Present | Access::Absent | Access::Free => &[],
        }
    }

    /// Whether asking is quick, so that it is best done as soon as a literal was found.
    pub(super) fn is_quick(&self) -> bool {
        matches!(self.question, Question::Folded(_) | Question::Cased(_))
    }

    /// Asks the event, without help from an index.
    pub(super) fn ask(&self, event: &impl Fields, buffer: &mut String) -> bool {
        if let Some(field) = self.field {
            return self.question.holds(event.field(field), event, buffer);
        }
        let mut found = false;
        event.each(&mut |_, value| {
            found = found || self.question.holds(Some(value), event, buffer);
        });
        found
    }
}

impl Question {
    /// Whether it is so of this value of the event.
    pub(super) fn holds(
        &self,
        value: Option<Value<'_>>,
        event: &impl Fields,
        buffer: &mut String,
    ) -> bool {
        let value = match value {
            None | Some(Value::Null) => return matches!(self, Self::Null | Self::Exists(false)),
            Some(value) => value,
        };
        match self {
            Self::Null | Self::Exists(false) => false,
            Self::Exists(true) => true,
            Self::Number(relation, limit) => {
                value.number().is_some_and(|n| relation.holds(n, *limit))
            }
            Self::Time(part, relation, limit) => {
                time::part(value, *part).is_some_and(|n| relation.holds(n, *limit))
            }
            Self::Field { other, anchor, cased } => {
                let mut second = String::new();
                let other = event.field(*other).and_then(|v| v.text(&mut second));
                match (value.text(buffer), other) {
                    (Some(text), Some(other)) => stands(text, other, *anchor, *cased),
                    _ => false,
                }
            }
            _ => value.text(buffer).is_some_and(|text| self.holds_of_text(text)),
        }
    }

    fn holds_of_text(&self, text: &str) -> bool {
        match self {
            Self::Folded(pattern) => pattern.matches(&fold(text)),
            Self::Cased(pattern) => pattern.matches(text),
            Self::Regex(regex) => regex.is_match(text),
            Self::Cidr(net) => {
                text.trim().parse::<IpAddr>().is_ok_and(|a| net.contains(&a.to_canonical()))
            }
            _ => false,
        }
    }
}

fn stands(text: &str, other: &str, anchor: Anchor, cased: bool) -> bool {
    if !cased {
        return stands(&fold(text), &fold(other), anchor, true);
    }
    match anchor {
        Anchor::Whole => text == other,
        Anchor::Start => text.starts_with(other),
        Anchor::End => text.ends_with(other),
        Anchor::Anywhere => text.contains(other),
    }
}

fn access(field: Option<FieldId>, question: &Question) -> Access {
    match question {
        Question::Folded(pattern) => match (pattern.0.as_slice(), field) {
            ([Part::Any], Some(_)) => Access::Present,
            _ => match pattern.shape() {
                Shape::Glob => guard(most_telling(pattern)),
                Shape::Equals(t) => literal(t, Anchor::Whole),
                Shape::StartsWith(t) => literal(t, Anchor::Start),
                Shape::EndsWith(t) => literal(t, Anchor::End),
                Shape::Contains(t) => literal(t, Anchor::Anywhere),
            },
        },
        Question::Cased(pattern) => guard(most_telling(&pattern.folded())),
        Question::Regex(regex) => {
            let texts = literal::required(regex.as_str()).unwrap_or_default();
            guard(texts.into_iter().map(|text| Needle { text, anchor: Anchor::Anywhere }))
        }
        Question::Exists(true) if field.is_some() => Access::Present,
        Question::Exists(false) | Question::Null if field.is_some() => Access::Absent,
        _ => Access::Free,
    }
}

fn literal(text: &str, anchor: Anchor) -> Access {
    Access::Literal(Needle { text: text.to_owned(), anchor })
}

/// The text of a pattern that is found by chance the least.
fn most_telling(pattern: &Pattern) -> Option<Needle> {
    let last = pattern.0.len().saturating_sub(1);
    let needles = pattern.0.iter().enumerate().filter_map(|(at, part)| {
        let Part::Text(text) = part else { return None };
        let anchor = match at {
            0 if last == 0 => Anchor::Whole,
            0 => Anchor::Start,
            at if at == last => Anchor::End,
            _ => Anchor::Anywhere,
        };
        Some(Needle { text: text.clone(), anchor })
    });
    needles.min_by(|a, b| a.chance().total_cmp(&b.chance()))
}

impl Needle {
    /// How often it is found by chance, by a rough guess: short literals, and those that may stand anywhere, more often.
    pub(super) fn chance(&self) -> f64 {
        let length = u32::try_from(self.text.len()).map_or(f64::MAX, f64::from);
        let freedom = match self.anchor {
            Anchor::Whole => 0.5,
            Anchor::Start | Anchor::End => 1.0,
            Anchor::Anywhere => 2.0,
        };
        freedom / (length + 0.5).powi(2)
    }
}

fn guard(needles: impl IntoIterator<Item = Needle>) -> Access {
    let needles: Vec<Needle> = needles.into_iter().collect();
    let useful = !needles.is_empty() && needles.iter().all(|needle| !needle.text.is_empty());
    if useful { Access::Guarded(needles) } else { Access::Free }
}
