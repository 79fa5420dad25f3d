//! Functions of numbers.

use bartizan_kql::function::Function as F;
use bartizan_kql::value::Literal;

use super::arguments::{real, truth, whole};
use super::{Arguments, Implementation, Outcome};

pub(super) fn find(function: F) -> Option<Implementation> {
    Some(match function {
        F::Abs => |args| match args.value(0) {
            Literal::Real(number) => real(Some(number.abs())),
            _ => whole(args.long(0).map(i64::wrapping_abs), args.ty),
        },
        F::Round => round,
        F::Ceiling => |args| match args.value(0) {
            Literal::Real(number) => real(Some(number.ceil())),
            other => Ok(other.clone()),
        },
        F::Sqrt => |args| real(args.real(0).map(f64::sqrt)),
        F::Pow => |args| real(args.real(0).and_then(|base| Some(base.powf(args.real(1)?)))),
        F::Exp => |args| real(args.real(0).map(f64::exp)),
        F::Log => |args| real(args.real(0).map(f64::ln)),
        F::Log10 => |args| real(args.real(0).map(f64::log10)),
        F::Log2 => |args| real(args.real(0).map(f64::log2)),
        F::Sign => |args| {
            real(args.real(0).map(|number| if number == 0.0 { 0.0 } else { number.signum() }))
        },
        F::IsNan => |args| truth(args.real(0).map(f64::is_nan)),
        F::IsInf => |args| truth(args.real(0).map(f64::is_infinite)),
        F::IsFinite => |args| truth(args.real(0).map(f64::is_finite)),
        F::BinaryAnd => |args| bits(args, |a, b| Some(a & b)),
        F::BinaryOr => |args| bits(args, |a, b| Some(a | b)),
        F::BinaryXor => |args| bits(args, |a, b| Some(a ^ b)),
        F::BinaryNot => |args| whole(args.long(0).map(|number| !number), args.ty),
        F::BinaryShiftLeft => |args| bits(args, |a, b| a.checked_shl(u32::try_from(b).ok()?)),
        F::BinaryShiftRight => |args| bits(args, |a, b| a.checked_shr(u32::try_from(b).ok()?)),
        _ => return None,
    })
}

fn bits(args: &Arguments<'_>, work: fn(i64, i64) -> Option<i64>) -> Outcome {
    whole(args.long(0).and_then(|left| work(left, args.long(1)?)), args.ty)
}

/// Half away from zero, to so many decimals (also negative ones).
fn round(args: &Arguments<'_>) -> Outcome {
    let Literal::Real(number) = args.value(0) else { return Ok(args.value(0).clone()) };
    let decimals = args.long(1).unwrap_or_default().clamp(-300, 300);
    let Ok(decimals) = i32::try_from(decimals) else { return Ok(Literal::Null) };
    if decimals > 15 {
        return real(Some(*number));
    }
    if decimals >= 0 {
        let factor = 10_f64.powi(decimals);
        return real(Some((number * factor).round() / factor));
    }
    let factor = 10_f64.powi(-decimals);
    real(Some((number / factor).round() * factor))
}
