//! Conversions between types, explicit in the plan, and the common type of operands.

use super::Binder;
use crate::function::Function;
use crate::plan::{Expr, ExprKind};
use crate::schema::Type;
use crate::time;
use crate::value::{Dynamic, Literal};

/// The expression as another type. Constants are converted on the spot where that is exact.
pub(super) fn convert(expr: Expr, ty: Type) -> Expr {
    if expr.ty == ty {
        return expr;
    }
    if let ExprKind::Literal(value) = &expr.kind
        && let Some(value) = convert_literal(value, ty)
    {
        return Expr::literal(value, ty);
    }
    let function = match ty {
        Type::Bool => Function::ToBool,
        Type::Int => Function::ToInt,
        Type::Long => Function::ToLong,
        Type::Real => Function::ToReal,
        Type::Decimal => Function::ToDecimal,
        Type::String => Function::ToString,
        Type::DateTime => Function::ToDateTime,
        Type::TimeSpan => Function::ToTimeSpan,
        Type::Guid => Function::ToGuid,
        Type::Dynamic => Function::ToDynamicValue,
    };
    Expr::call(function, vec![expr], ty)
}

/// The constant as another type, where that is exact.
pub(super) fn convert_literal(value: &Literal, ty: Type) -> Option<Literal> {
    Some(match (value, ty) {
        (Literal::Null, ty) => Literal::null_of(ty),
        (Literal::Int(value), Type::Long) => Literal::Long((*value).into()),
        (Literal::Int(value), Type::Real) => Literal::Real((*value).into()),
        (Literal::Long(value), Type::Int) => Literal::Int(i32::try_from(*value).ok()?),
        (Literal::Long(value), Type::Real) => Literal::Real(f64::from(i32::try_from(*value).ok()?)),
        (Literal::Long(value), Type::Decimal) => Literal::Decimal(value.to_string()),
        (Literal::Dynamic(value), ty) => from_dynamic(value, ty)?,
        (value, Type::Dynamic) => Literal::Dynamic(to_dynamic(value)),
        _ => return None,
    })
}

fn from_dynamic(value: &Dynamic, ty: Type) -> Option<Literal> {
    Some(match (value, ty) {
        (Dynamic::Null, ty) => Literal::null_of(ty),
        (Dynamic::Bool(value), Type::Bool) => Literal::Bool(*value),
        (Dynamic::Long(value), Type::Long) => Literal::Long(*value),
        (Dynamic::Long(value), Type::Int) => Literal::Int(i32::try_from(*value).ok()?),
        (Dynamic::Long(value), Type::Real) => Literal::Real(f64::from(i32::try_from(*value).ok()?)),
        (Dynamic::Long(value), Type::String) => Literal::String(value.to_string()),
        (Dynamic::Real(value), Type::Real) => Literal::Real(*value),
        (Dynamic::String(text), Type::String) => Literal::String(text.clone()),
        (Dynamic::DateTime(ticks), Type::DateTime) => Literal::DateTime(*ticks),
        (Dynamic::DateTime(ticks), Type::String) => Literal::String(time::format_datetime(*ticks)),
        (Dynamic::TimeSpan(ticks), Type::TimeSpan) => Literal::TimeSpan(*ticks),
        (Dynamic::TimeSpan(ticks), Type::String) => Literal::String(time::format_timespan(*ticks)),
        _ => return None,
    })
}

fn to_dynamic(value: &Literal) -> Dynamic {
    match value {
        Literal::Null => Dynamic::Null,
        Literal::Bool(value) => Dynamic::Bool(*value),
        Literal::Int(value) => Dynamic::Long((*value).into()),
        Literal::Long(value) => Dynamic::Long(*value),
        Literal::Real(value) => Dynamic::Real(*value),
        Literal::Decimal(text) | Literal::String(text) | Literal::Guid(text) => {
            Dynamic::String(text.clone())
        }
        Literal::DateTime(ticks) => Dynamic::DateTime(*ticks),
        Literal::TimeSpan(ticks) => Dynamic::TimeSpan(*ticks),
        Literal::Dynamic(value) => value.clone(),
    }
}

/// The type that two operands are compared as; none when they cannot be. A text is read as what it is
/// compared with: what it is not, is equal to nothing.
pub(super) fn comparable(left: Type, right: Type) -> Option<Type> {
    match (left, right) {
        (Type::Dynamic, Type::Dynamic) => Some(Type::String),
        (Type::Dynamic, other) | (other, Type::Dynamic) if other.is_integer() => Some(Type::Real),
        (Type::Dynamic, other) | (other, Type::Dynamic) => Some(other),
        (Type::Bool, other) | (other, Type::Bool) if other.is_integer() => Some(Type::Long),
        (Type::Bool, other) | (other, Type::Bool) if other.is_number() => Some(Type::Real),
        (Type::String, other) | (other, Type::String) => Some(other),
        _ => common(left, right),
    }
}

/// The type that values of both types fit in: equal ones, and the wider number.
pub(super) fn common(left: Type, right: Type) -> Option<Type> {
    if left == right {
        return Some(left);
    }
    let width = |ty| match ty {
        Type::Int => Some((0, Type::Int)),
        Type::Long => Some((1, Type::Long)),
        Type::Real => Some((2, Type::Real)),
        Type::Decimal => Some((3, Type::Decimal)),
        _ => None,
    };
    let (left, right) = (width(left)?, width(right)?);
    Some(if left.0 > right.0 { left.1 } else { right.1 })
}

/// A constant beside a value of another type, read as that type: `RemotePort == "443"`, or an `int`
/// beside an `int` column, which then needs no conversion.
pub(super) fn read_beside(expr: Expr, ty: Type) -> Expr {
    let value = match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => read_text(text.trim(), ty),
        ExprKind::Literal(Literal::Long(value)) if ty == Type::Int => {
            i32::try_from(*value).ok().map(Literal::Int)
        }
        _ => None,
    };
    match value {
        Some(value @ Literal::Long(_)) => Expr::literal(value, Type::Long),
        Some(value) => Expr::literal(value, ty),
        None => expr,
    }
}

fn read_text(text: &str, ty: Type) -> Option<Literal> {
    match ty {
        Type::Int => match text.parse().ok()? {
            value if i32::try_from(value).is_err() => Some(Literal::Long(value)),
            value => i32::try_from(value).ok().map(Literal::Int),
        },
        Type::Long => text.parse().ok().map(Literal::Long),
        Type::Real => text.parse().ok().map(Literal::Real),
        Type::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(Literal::Bool(true)),
            "false" | "0" => Some(Literal::Bool(false)),
            _ => None,
        },
        Type::DateTime => time::parse_datetime(text).map(Literal::DateTime),
        Type::TimeSpan => time::parse_timespan(text).map(Literal::TimeSpan),
        _ => None,
    }
}

impl Binder<'_> {
    /// The common type of several results (`coalesce`): a null constant fits any.
    pub(super) fn common_of<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> Option<Type> {
        let mut found = None;
        let mut only_null = None;
        for expr in exprs {
            if is_untyped_null(expr) {
                only_null.get_or_insert(expr.ty);
                continue;
            }
            found = match found {
                None => Some(expr.ty),
                Some(Type::Dynamic) => Some(Type::Dynamic),
                Some(_) if expr.ty == Type::Dynamic => Some(Type::Dynamic),
                Some(ty) => Some(common(ty, expr.ty)?),
            };
        }
        found.or(only_null)
    }

    /// The type of a choice (`iff`, `case`): dynamic values take the type of the others, and others that have
    /// no common type become dynamic.
    pub(super) fn choice_of<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> Type {
        let mut found = None;
        for expr in exprs.into_iter().filter(|expr| expr.ty != Type::Dynamic) {
            found = Some(match found {
                None => expr.ty,
                Some(ty) => common(ty, expr.ty).unwrap_or(Type::Dynamic),
            });
            if found == Some(Type::Dynamic) {
                break;
            }
        }
        found.unwrap_or(Type::Dynamic)
    }
}

/// `dynamic(null)`: what is written when no value is meant.
fn is_untyped_null(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Literal::Null | Literal::Dynamic(Dynamic::Null)))
        && expr.ty == Type::Dynamic
}
