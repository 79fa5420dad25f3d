//! One predicate, compiled: how to ask it of a value, and which literal must be seen before it can be true.

use std::net::IpAddr;

use ipnet::IpNet;
use regex::Regex;

use super::CompileError;
use crate::event::{FieldId, FieldNames, Fields, Value};
use crate::pattern::{Anchor, Pattern, Shape, fold};
use crate::predicate::{Predicate, Relation, Test, TimePart};

mod literal;
mod time;

/// What makes two predicates the same.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ProbeKey {
    field: Option<FieldId>,
    test: String,
}

impl ProbeKey {
    pub(super) fn new(
        predicate: &Predicate,
        fields: &mut FieldNames,
    ) -> Result<Self, CompileError> {
        let test = match &predicate.test {
            Test::Text { pattern, cased: false } => format!("folded {:?}", pattern.folded()),
            test => format!("{test:?}"),
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
    /// The predicate in words, for the evidence.
    pub(super) words: String,
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
    Indexed(Needle),
    /// Without one of these literals it is false; with it, ask.
    Guarded(Vec<Needle>),
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
            Test::Regex(source) => Question::Regex(Regex::new(source)?),
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
        let access = access(&question);
        let field = intern(predicate.field.as_deref(), fields)?;
        Ok(Self { field, words: predicate.test.to_string(), question, access })
    }

    /// The literals of which one must be found for it to be true; none where that is not known.
    pub(super) fn needles(&self) -> &[Needle] {
        match &self.access {
            Access::Indexed(needle) => std::slice::from_ref(needle),
            Access::Guarded(needles) => needles,
            Access::Free => &[],
        }
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

fn access(question: &Question) -> Access {
    match question {
        Question::Folded(pattern) => {
            let (text, anchor) = match pattern.shape() {
                Shape::Equals(t) => (t, Anchor::Whole),
                Shape::StartsWith(t) => (t, Anchor::Start),
                Shape::EndsWith(t) => (t, Anchor::End),
                Shape::Contains(t) => (t, Anchor::Anywhere),
                Shape::Glob => return guard(pattern.longest_text().map(str::to_owned)),
            };
            Access::Indexed(Needle { text: text.to_owned(), anchor })
        }
        Question::Cased(pattern) => guard(pattern.folded().longest_text().map(str::to_owned)),
        Question::Regex(regex) => guard(literal::required(regex.as_str()).into_iter().flatten()),
        _ => Access::Free,
    }
}

fn guard(texts: impl IntoIterator<Item = String>) -> Access {
    let needles: Vec<Needle> =
        texts.into_iter().map(|text| Needle { text, anchor: Anchor::Anywhere }).collect();
    let useful = !needles.is_empty() && needles.iter().all(|needle| !needle.text.is_empty());
    if useful { Access::Guarded(needles) } else { Access::Free }
}
