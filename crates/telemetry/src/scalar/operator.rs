//! Arithmetic, and the way into dynamic values.

use bartizan_kql::Type;
use bartizan_kql::function::Function as F;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{dynamic, real, whole};
use super::{Arguments, Implementation, Outcome, ScalarError};
use crate::value::real_to_long;

pub(super) fn find(function: F) -> Option<Implementation> {
    Some(match function {
        F::Negate => negate,
        F::Add => add,
        F::Subtract => subtract,
        F::Multiply => multiply,
        F::Divide => divide,
        F::Modulo => modulo,
        F::Bin => |args| bin(args, &Literal::Null),
        F::BinAt => |args| bin(args, args.value(2)),
        F::Member => |args| dynamic(member(args.dynamic(0), args.text(1))),
        F::Element => |args| dynamic(element(args.dynamic(0), args.long(1))),
        _ => return None,
    })
}

fn negate(args: &Arguments<'_>) -> Outcome {
    match args.value(0) {
        Literal::Real(number) => real(Some(-number)),
        _ => whole(args.long(0).map(i64::wrapping_neg), args.ty),
    }
}

/// Whether any argument is floating.
fn floating(args: &Arguments<'_>) -> bool {
    args.types.contains(&Type::Real)
}

fn both_real(args: &Arguments<'_>) -> Option<(f64, f64)> {
    Some((args.real(0)?, args.real(1)?))
}

fn both_whole(args: &Arguments<'_>) -> Option<(i64, i64)> {
    Some((args.long(0)?, args.long(1)?))
}

fn add(args: &Arguments<'_>) -> Outcome {
    if floating(args) {
        return real(both_real(args).map(|(left, right)| left + right));
    }
    whole(both_whole(args).map(|(left, right)| left.wrapping_add(right)), args.ty)
}

fn subtract(args: &Arguments<'_>) -> Outcome {
    if floating(args) {
        return real(both_real(args).map(|(left, right)| left - right));
    }
    whole(both_whole(args).map(|(left, right)| left.wrapping_sub(right)), args.ty)
}

#[expect(clippy::cast_precision_loss, reason = "a timespan times a real is inexact by its nature")]
fn multiply(args: &Arguments<'_>) -> Outcome {
    if args.ty == Type::TimeSpan && floating(args) {
        let product = match (args.value(0), args.value(1)) {
            (Literal::TimeSpan(span), Literal::Real(by))
            | (Literal::Real(by), Literal::TimeSpan(span)) => real_to_long(*span as f64 * by),
            _ => None,
        };
        return whole(product, Type::TimeSpan);
    }
    if floating(args) {
        return real(both_real(args).map(|(left, right)| left * right));
    }
    whole(both_whole(args).map(|(left, right)| left.wrapping_mul(right)), args.ty)
}

#[expect(clippy::cast_precision_loss, reason = "the quotient is a real")]
fn divide(args: &Arguments<'_>) -> Outcome {
    match (args.value(0), args.value(1)) {
        (Literal::TimeSpan(left), Literal::TimeSpan(right)) => {
            real(Some(*left as f64 / *right as f64))
        }
        (Literal::TimeSpan(left), Literal::Real(right)) => {
            whole(real_to_long(*left as f64 / right), Type::TimeSpan)
        }
        _ if floating(args) => real(both_real(args).map(|(left, right)| left / right)),
        _ => whole(both_whole(args).and_then(|(left, right)| left.checked_div(right)), args.ty),
    }
}

fn modulo(args: &Arguments<'_>) -> Outcome {
    if floating(args) {
        return real(both_real(args).map(|(left, right)| left.rem_euclid(right)));
    }
    whole(both_whole(args).and_then(|(left, right)| left.checked_rem_euclid(right)), args.ty)
}

/// The greatest multiple not above the value, counted from `origin` (zero when null).
fn bin(args: &Arguments<'_>, origin: &Literal) -> Outcome {
    if args.ty == Type::Real || floating(args) {
        let origin = if let Literal::Real(origin) = origin { *origin } else { 0.0 };
        let binned = both_real(args)
            .filter(|(_, size)| *size > 0.0)
            .map(|(number, size)| ((number - origin) / size).floor() * size + origin);
        return match args.ty {
            Type::Real => real(binned),
            ty => whole(binned.and_then(real_to_long), ty),
        };
    }
    let origin = match origin {
        Literal::Long(ticks) | Literal::DateTime(ticks) | Literal::TimeSpan(ticks) => *ticks,
        Literal::Int(number) => i64::from(*number),
        _ => 0,
    };
    let binned = both_whole(args).filter(|(_, size)| *size > 0).and_then(|(number, size)| {
        let distance = number.checked_sub(origin)?;
        distance.div_euclid(size).checked_mul(size)?.checked_add(origin)
    });
    whole(binned, args.ty)
}

/// A property of a bag.
pub(crate) fn member(bag: &Dynamic, name: &str) -> Dynamic {
    match bag {
        Dynamic::Object(properties) => properties
            .iter()
            .find(|(known, _)| known == name)
            .map_or(Dynamic::Null, |(_, value)| value.clone()),
        _ => Dynamic::Null,
    }
}

/// A member of an array, from the end when negative.
pub(crate) fn element(array: &Dynamic, position: Option<i64>) -> Dynamic {
    let (Dynamic::Array(items), Some(position)) = (array, position) else { return Dynamic::Null };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let position = if position < 0 { position.saturating_add(length) } else { position };
    usize::try_from(position).ok().and_then(|at| items.get(at)).cloned().unwrap_or(Dynamic::Null)
}

/// An argument that no row can have.
pub(super) fn wrong(message: impl Into<String>) -> ScalarError {
    ScalarError::Argument(message.into())
}
