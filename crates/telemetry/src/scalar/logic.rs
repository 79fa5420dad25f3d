//! Truth, nulls, comparisons and conversions.

use std::cmp::Ordering;

use bartizan_kql::Type;
use bartizan_kql::function::Function as F;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{dynamic, string, truth};
use super::{Arguments, Implementation, Outcome, Prepared};
use crate::term::{TextMatcher, TextTest};
use crate::value;

pub(super) fn find(function: F) -> Option<Implementation> {
    Some(match function {
        F::And => and,
        F::Or => or,
        F::Not => |args| truth(args.bool(0).map(|value| !value)),
        F::Equal => |args| truth(equal(args)),
        F::NotEqual => |args| truth(not_equal(args)),
        F::Less => |args| truth(compare(args, 0, 1).map(Ordering::is_lt)),
        F::LessOrEqual => |args| truth(compare(args, 0, 1).map(Ordering::is_le)),
        F::Greater => |args| truth(compare(args, 0, 1).map(Ordering::is_gt)),
        F::GreaterOrEqual => |args| truth(compare(args, 0, 1).map(Ordering::is_ge)),
        F::Between => between,
        F::Coalesce => coalesce,
        F::IsNull => |args| Ok(Literal::Bool(is_null(args))),
        F::IsNotNull => |args| Ok(Literal::Bool(!is_null(args))),
        F::IsEmpty => |args| Ok(Literal::Bool(is_empty(args.value(0)))),
        F::IsNotEmpty => |args| Ok(Literal::Bool(!is_empty(args.value(0)))),
        F::ToString
        | F::ToInt
        | F::ToLong
        | F::ToReal
        | F::ToDecimal
        | F::ToBool
        | F::ToDateTime
        | F::ToTimeSpan
        | F::ToGuid => |args| Ok(value::convert(args.value(0), args.ty)),
        F::ToDynamicValue => |args| dynamic(value::into_dynamic(args.value(0).clone())),
        F::ParseJson => parse_json,
        F::GetType => get_type,
        F::MinOf => |args| Ok(extreme(args, Ordering::Less)),
        F::MaxOf => |args| Ok(extreme(args, Ordering::Greater)),
        F::MatchesRegex => {
            |args| Ok(Literal::Bool(args.regex(args.text(1))?.is_match(args.text(0))))
        }
        F::EqualCaseless => |args| Ok(Literal::Bool(test(args, TextTest::Equal, true))),
        F::Has => |args| Ok(Literal::Bool(test(args, TextTest::Has, true))),
        F::HasCs => |args| Ok(Literal::Bool(test(args, TextTest::Has, false))),
        F::HasPrefix => |args| Ok(Literal::Bool(test(args, TextTest::HasPrefix, true))),
        F::HasPrefixCs => |args| Ok(Literal::Bool(test(args, TextTest::HasPrefix, false))),
        F::HasSuffix => |args| Ok(Literal::Bool(test(args, TextTest::HasSuffix, true))),
        F::HasSuffixCs => |args| Ok(Literal::Bool(test(args, TextTest::HasSuffix, false))),
        F::Contains => |args| Ok(Literal::Bool(test(args, TextTest::Contains, true))),
        F::ContainsCs => |args| Ok(Literal::Bool(test(args, TextTest::Contains, false))),
        F::StartsWith => |args| Ok(Literal::Bool(test(args, TextTest::StartsWith, true))),
        F::StartsWithCs => |args| Ok(Literal::Bool(test(args, TextTest::StartsWith, false))),
        F::EndsWith => |args| Ok(Literal::Bool(test(args, TextTest::EndsWith, true))),
        F::EndsWithCs => |args| Ok(Literal::Bool(test(args, TextTest::EndsWith, false))),
        _ => return None,
    })
}

fn test(args: &Arguments<'_>, test: TextTest, caseless: bool) -> bool {
    match args.prepared {
        Prepared::Text(matcher) => matcher.matches(args.text(0)),
        _ => TextMatcher::new(test, caseless, args.text(1)).matches(args.text(0)),
    }
}

fn and(args: &Arguments<'_>) -> Outcome {
    truth(match (args.bool(0), args.bool(1)) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    })
}

fn or(args: &Arguments<'_>) -> Outcome {
    truth(match (args.bool(0), args.bool(1)) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    })
}

/// Null when both are; false when one is.
fn equal(args: &Arguments<'_>) -> Option<bool> {
    match (args.value(0), args.value(1)) {
        (Literal::Null, Literal::Null) => None,
        (Literal::Null, _) | (_, Literal::Null) => Some(false),
        (left, right) => Some(value::same(left, right)),
    }
}

fn not_equal(args: &Arguments<'_>) -> Option<bool> {
    equal(args).map(|equal| !equal)
}

fn compare(args: &Arguments<'_>, left: usize, right: usize) -> Option<Ordering> {
    value::order(args.value(left), args.value(right))
}

fn between(args: &Arguments<'_>) -> Outcome {
    let low = compare(args, 0, 1).map(Ordering::is_ge);
    let high = compare(args, 0, 2).map(Ordering::is_le);
    truth(match (low, high) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    })
}

fn coalesce(args: &Arguments<'_>) -> Outcome {
    let found = args.values.iter().find(|value| match &***value {
        Literal::Null => false,
        Literal::String(text) => !text.is_empty(),
        _ => true,
    });
    Ok(found.map_or_else(|| Literal::null_of(args.ty), |value| value.clone().into_owned()))
}

fn is_null(args: &Arguments<'_>) -> bool {
    matches!(args.value(0), Literal::Null | Literal::Dynamic(Dynamic::Null))
}

fn is_empty(value: &Literal) -> bool {
    match value {
        Literal::Null => true,
        Literal::String(text) => text.is_empty(),
        Literal::Dynamic(dynamic) => value::dynamic_text(dynamic).is_empty(),
        _ => false,
    }
}

fn parse_json(args: &Arguments<'_>) -> Outcome {
    match args.value(0) {
        Literal::String(text) if text.is_empty() => Ok(Literal::Null),
        Literal::String(text) => {
            dynamic(value::parse_json(text).unwrap_or_else(|| Dynamic::String(text.clone())))
        }
        other => dynamic(value::into_dynamic(other.clone())),
    }
}

fn get_type(args: &Arguments<'_>) -> Outcome {
    let ty = args.types.first().copied().unwrap_or(Type::Dynamic);
    if ty != Type::Dynamic {
        return string(ty.name());
    }
    string(match args.dynamic(0) {
        Dynamic::Null => "null",
        Dynamic::Bool(_) => "bool",
        Dynamic::Long(_) => "long",
        Dynamic::Real(_) => "double",
        Dynamic::String(_) => "string",
        Dynamic::DateTime(_) => "datetime",
        Dynamic::TimeSpan(_) => "timespan",
        Dynamic::Array(_) => "array",
        Dynamic::Object(_) => "dictionary",
    })
}

/// The least or the greatest argument that is not null.
fn extreme(args: &Arguments<'_>, wanted: Ordering) -> Literal {
    let mut best = &Literal::Null;
    for value in args.values {
        let value: &Literal = value;
        if *value == Literal::Null {
            continue;
        }
        if *best == Literal::Null || value::order(value, best) == Some(wanted) {
            best = value;
        }
    }
    best.clone()
}
