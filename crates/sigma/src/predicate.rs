//! The smallest question a rule asks: is this so of this field?
//!
//! Pure data with its words for people; asking it is the matcher's work.

use std::fmt;

use ipnet::IpNet;
use regex::Regex;

use crate::pattern::{Anchor, Pattern};

/// Predicates joined by and, or, not.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// All are true.
    All(Vec<Self>),
    /// At least one is true.
    Any(Vec<Self>),
    /// The inner one is false.
    Not(Box<Self>),
    /// This predicate is true.
    Is(Predicate),
}

impl Term {
    pub(crate) fn collect_fields<'a>(&'a self, fields: &mut Vec<&'a str>) {
        match self {
            Self::All(terms) | Self::Any(terms) => {
                terms.iter().for_each(|term| term.collect_fields(fields));
            }
            Self::Not(inner) => inner.collect_fields(fields),
            Self::Is(predicate) => {
                fields.extend(predicate.field.as_deref());
                if let Test::Field { other, .. } = &predicate.test {
                    fields.push(other);
                }
            }
        }
    }
}

/// A test of one field, or of every value of the event when there is no field.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicate {
    /// The name of the field; `None` for keywords.
    pub field: Option<String>,
    /// What must be so.
    pub test: Test,
}

/// What must be so of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// The text of the value matches.
    Text {
        /// The pattern for the whole value.
        pattern: Pattern,
        /// Whether upper and lower case differ.
        cased: bool,
    },
    /// The regular expression is found in the text of the value.
    Regex(Expression),
    /// The value is an address of this network.
    Cidr(IpNet),
    /// The value is a number in this relation to the given one.
    Number(Relation, f64),
    /// That part of a point in time is in this relation to the given number.
    Time(TimePart, Relation, f64),
    /// The field is there, or is not.
    Exists(bool),
    /// The field is absent or null.
    Null,
    /// The text of another field stands in this one.
    Field {
        /// The name of the other field.
        other: String,
        /// Where it must stand.
        anchor: Anchor,
        /// Whether upper and lower case differ.
        cased: bool,
    },
}

/// A regular expression that can be used. Two are the same when they are written the same.
#[derive(Clone)]
pub struct Expression(Regex);

impl Expression {
    /// Compiles the expression, in the syntax of the `regex` crate.
    pub fn new(source: &str) -> Result<Self, regex::Error> {
        Regex::new(source).map(Self)
    }

    /// How it is written.
    pub fn source(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn compiled(&self) -> &Regex {
        &self.0
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source() == other.source()
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.source()).finish()
    }
}

/// How a number must relate to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The same.
    Equal,
    /// Less.
    Less,
    /// Less or the same.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or the same.
    AtLeast,
}

impl Relation {
    pub(crate) fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Equal => value == limit,
            Self::Less => value < limit,
            Self::AtMost => value <= limit,
            Self::Greater => value > limit,
            Self::AtLeast => value >= limit,
        }
    }
}

/// A part of a point in time, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimePart {
    /// 0–59.
    Minute,
    /// 0–23.
    Hour,
    /// Day of the month, 1–31.
    Day,
    /// Week of the year by ISO 8601, 1–53.
    Week,
    /// 1–12.
    Month,
    /// As in 2026.
    Year,
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field} {}", self.test),
            None => write!(f, "any value {}", self.test),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::pattern::Shape;
        match self {
            Self::Text { pattern, cased } => {
                match pattern.shape() {
                    Shape::Equals(t) => write!(f, "is '{t}'"),
                    Shape::StartsWith(t) => write!(f, "starts with '{t}'"),
                    Shape::EndsWith(t) => write!(f, "ends with '{t}'"),
                    Shape::Contains(t) => write!(f, "contains '{t}'"),
                    Shape::Glob => write!(f, "is like '{pattern}'"),
                }?;
                if *cased { f.write_str(" in this case") } else { Ok(()) }
            }
            Self::Regex(expression) => write!(f, "matches /{}/", expression.source()),
            Self::Cidr(net) => write!(f, "is in {net}"),
            Self::Number(relation, n) => write!(f, "{relation} {n}"),
            Self::Time(part, relation, n) => write!(f, "has {part:?} {relation} {n}"),
            Self::Exists(true) => f.write_str("is there"),
            Self::Exists(false) => f.write_str("is not there"),
            Self::Null => f.write_str("is empty or not there"),
            Self::Field { other, anchor, .. } => match anchor {
                Anchor::Whole => write!(f, "is the same as {other}"),
                Anchor::Start => write!(f, "starts with the value of {other}"),
                Anchor::End => write!(f, "ends with the value of {other}"),
                Anchor::Anywhere => write!(f, "contains the value of {other}"),
            },
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::Less => "<",
            Self::AtMost => "≤",
            Self::Greater => ">",
            Self::AtLeast => "≥",
        })
    }
}
