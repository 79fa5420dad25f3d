//! What a function is given: its arguments as the types it takes, and what was prepared once for all rows.

use std::borrow::Cow;

use bartizan_kql::Type;
use bartizan_kql::function::Function;
use bartizan_kql::value::{Dynamic, Literal};
use regex::{Regex, RegexBuilder};

use super::{Scalar, ScalarError};
use crate::term::{TextMatcher, TextTest};
use crate::value;

/// The value a function gives.
pub(crate) type Outcome = Result<Literal, ScalarError>;

/// The code of a function.
pub(crate) type Implementation = fn(&Arguments<'_>) -> Outcome;

/// The largest compiled form of a regular expression in a query.
const MAX_REGEX_BYTES: usize = 4 << 20;

/// What depends on constant arguments only.
#[derive(Debug, Clone)]
pub(crate) enum Prepared {
    /// Nothing.
    Nothing,
    /// A test for a constant text.
    Text(Box<TextMatcher>),
    /// `matches regex` with a constant expression.
    Found(Regex),
    /// Any other constant regular expression.
    Regex(Regex),
}

impl Prepared {
    pub(crate) fn new(function: Function, args: &[Scalar]) -> Result<Self, ScalarError> {
        let constant = |index: usize| match args.get(index) {
            Some(Scalar::Constant(Literal::String(text))) => Some(text.as_str()),
            _ => None,
        };
        if let Some((test, caseless)) = text_test(function)
            && let Some(needle) = constant(1)
        {
            return Ok(Self::Text(Box::new(TextMatcher::new(test, caseless, needle))));
        }
        if function == Function::MatchesRegex
            && let Some(pattern) = constant(1)
        {
            return compile(pattern).map(Self::Found);
        }
        let Some((index, shape)) = regex_argument(function) else { return Ok(Self::Nothing) };
        match constant(index) {
            Some(pattern) => compile(&shape.replace("{}", pattern)).map(Self::Regex),
            None => Ok(Self::Nothing),
        }
    }
}

/// Which of the tests for a text a function is, and whether letter case is put aside.
pub(crate) const fn text_test(function: Function) -> Option<(TextTest, bool)> {
    use Function as F;
    Some(match function {
        F::EqualCaseless => (TextTest::Equal, true),
        F::Has => (TextTest::Has, true),
        F::HasCs => (TextTest::Has, false),
        F::HasPrefix => (TextTest::HasPrefix, true),
        F::HasPrefixCs => (TextTest::HasPrefix, false),
        F::HasSuffix => (TextTest::HasSuffix, true),
        F::HasSuffixCs => (TextTest::HasSuffix, false),
        F::Contains => (TextTest::Contains, true),
        F::ContainsCs => (TextTest::Contains, false),
        F::StartsWith => (TextTest::StartsWith, true),
        F::StartsWithCs => (TextTest::StartsWith, false),
        F::EndsWith => (TextTest::EndsWith, true),
        F::EndsWithCs => (TextTest::EndsWith, false),
        _ => return None,
    })
}

/// Which argument is a regular expression, and what is put around it.
fn regex_argument(function: Function) -> Option<(usize, &'static str)> {
    use Function as F;
    Some(match function {
        F::Trim => (0, "^(?:{})|(?:{})$"),
        F::TrimStart => (0, "^(?:{})"),
        F::TrimEnd => (0, "(?:{})$"),
        F::ReplaceRegex | F::IndexOfRegex => (1, "{}"),
        F::Extract | F::ExtractAll => (0, "{}"),
        _ => return None,
    })
}

/// A regular expression of the query.
pub(crate) fn compile(pattern: &str) -> Result<Regex, ScalarError> {
    let readable = with_octal(pattern);
    RegexBuilder::new(&readable).size_limit(MAX_REGEX_BYTES).build().map_err(|error| {
        ScalarError::Argument(format!("reading the regular expression `{pattern}`: {error}"))
    })
}

/// `\\0`, the character without bits, as this engine writes it.
fn with_octal(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains("\\0") {
        return Cow::Borrowed(pattern);
    }
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('0') => out.push_str("\\x00"),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    Cow::Owned(out)
}

/// The arguments of one call for one row.
#[derive(Debug)]
pub(crate) struct Arguments<'a> {
    pub(crate) values: &'a [Cow<'a, Literal>],
    pub(crate) types: &'a [Type],
    pub(crate) ty: Type,
    pub(crate) prepared: &'a Prepared,
}

const NULL: &Literal = &Literal::Null;
const NULL_DYNAMIC: &Dynamic = &Dynamic::Null;

impl<'a> Arguments<'a> {
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn value(&self, index: usize) -> &Literal {
        self.values.get(index).map_or(NULL, |value| value)
    }

    pub(crate) fn text(&self, index: usize) -> &str {
        match self.value(index) {
            Literal::String(text) | Literal::Guid(text) => text,
            _ => "",
        }
    }

    pub(crate) fn long(&self, index: usize) -> Option<i64> {
        match self.value(index) {
            Literal::Long(number) | Literal::DateTime(number) | Literal::TimeSpan(number) => {
                Some(*number)
            }
            Literal::Int(number) => Some(i64::from(*number)),
            _ => None,
        }
    }

    pub(crate) fn real(&self, index: usize) -> Option<f64> {
        match self.value(index) {
            Literal::Real(number) => Some(*number),
            Literal::Int(_) | Literal::Long(_) => value::to_real(self.value(index)),
            _ => None,
        }
    }

    pub(crate) fn bool(&self, index: usize) -> Option<bool> {
        match self.value(index) {
            Literal::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn dynamic(&self, index: usize) -> &Dynamic {
        match self.value(index) {
            Literal::Dynamic(dynamic) => dynamic,
            _ => NULL_DYNAMIC,
        }
    }

    pub(crate) fn array(&self, index: usize) -> Option<&[Dynamic]> {
        match self.dynamic(index) {
            Dynamic::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The prepared regular expression, or the one this row brings.
    pub(crate) fn regex(&self, pattern: &str) -> Result<Cow<'a, Regex>, ScalarError> {
        match self.prepared {
            Prepared::Regex(regex) | Prepared::Found(regex) => Ok(Cow::Borrowed(regex)),
            _ => compile(pattern).map(Cow::Owned),
        }
    }
}

/// Text as a value.
pub(crate) fn string(text: impl Into<String>) -> Outcome {
    Ok(Literal::String(text.into()))
}

/// A truth value, or null.
pub(crate) fn truth(value: Option<bool>) -> Outcome {
    Ok(value.map_or(Literal::Null, Literal::Bool))
}

/// A whole number as the type that was promised, or null.
pub(crate) fn whole(value: Option<i64>, ty: Type) -> Outcome {
    Ok(match (value, ty) {
        (None, _) => Literal::Null,
        (Some(value), Type::Int) => i32::try_from(value).map_or(Literal::Null, Literal::Int),
        (Some(value), Type::DateTime) => {
            if (0..=bartizan_kql::time::MAX_DATETIME).contains(&value) {
                Literal::DateTime(value)
            } else {
                Literal::Null
            }
        }
        (Some(value), Type::TimeSpan) => Literal::TimeSpan(value),
        #[expect(clippy::cast_precision_loss, reason = "a real was promised")]
        (Some(value), Type::Real) => Literal::Real(value as f64),
        (Some(value), _) => Literal::Long(value),
    })
}

/// A floating number, or null.
pub(crate) fn real(value: Option<f64>) -> Outcome {
    Ok(value.map_or(Literal::Null, Literal::Real))
}

/// A dynamic value.
pub(crate) fn dynamic(value: Dynamic) -> Outcome {
    Ok(value::dynamic_value(value))
}
