//! Functions of series: arrays of numbers, member by member or as a whole.

use bartizan_kql::function::Series as S;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{dynamic, real};
use super::{Arguments, Implementation, Outcome, series_fit};
use crate::value;

pub(super) fn find(function: S) -> Option<Implementation> {
    Some(match function {
        S::Add => |args| whole_pairs(args, i64::checked_add, |a, b| a + b),
        S::Subtract => |args| whole_pairs(args, i64::checked_sub, |a, b| a - b),
        S::Multiply => |args| whole_pairs(args, i64::checked_mul, |a, b| a * b),
        S::Divide => |args| pairs(args, |a, b| Dynamic::Real(a / b)),
        S::Pow => |args| pairs(args, |a, b| Dynamic::Real(a.powf(b))),
        S::Greater => |args| pairs(args, |a, b| Dynamic::Bool(a > b)),
        S::GreaterEquals => |args| pairs(args, |a, b| Dynamic::Bool(a >= b)),
        S::Less => |args| pairs(args, |a, b| Dynamic::Bool(a < b)),
        S::LessEquals => |args| pairs(args, |a, b| Dynamic::Bool(a <= b)),
        S::Equals => |args| pairs(args, |a, b| Dynamic::Bool(same(a, b))),
        S::NotEquals => |args| pairs(args, |a, b| Dynamic::Bool(!same(a, b))),
        S::Exp => |args| each(args, f64::exp),
        S::Sign => |args| each(args, |number| if number == 0.0 { 0.0 } else { number.signum() }),
        S::Abs => absolute,
        S::Sin => |args| each(args, f64::sin),
        S::Asin => |args| each(args, f64::asin),
        S::Cos => |args| each(args, f64::cos),
        S::Acos => |args| each(args, f64::acos),
        S::Tan => |args| each(args, f64::tan),
        S::Atan => |args| each(args, f64::atan),
        S::Log => |args| each(args, f64::ln),
        S::Floor => |args| each(args, f64::floor),
        S::Ceiling => |args| each(args, f64::ceil),
        S::Magnitude => |args| {
            real(plain(args, 0).map(|n| n.iter().map(|number| number * number).sum::<f64>().sqrt()))
        },
        S::Sum => |args| real(plain(args, 0).map(|numbers| numbers.iter().sum())),
        S::Product => |args| real(plain(args, 0).map(|numbers| numbers.iter().product())),
        S::DotProduct => |args| real(dot_product(args)),
        S::CosineSimilarity => cosine_similarity,
        S::PearsonCorrelation => |args| real(correlation(args)),
        S::Fir => fir,
        S::Iir => iir,
        S::FillForward => |args| filled(args, Gap::Before),
        S::FillBackward => |args| filled(args, Gap::After),
        S::FillConst => |args| filled(args, Gap::Constant),
        S::FillLinear => fill_linear,
        S::StatsDynamic | S::FitLineDynamic | S::Fit2LinesDynamic => {
            return series_fit::find(function);
        }
        S::Outliers | S::Seasonal => return None,
    })
}

/// A member as a number; what is none is missing.
fn number(item: &Dynamic) -> Option<f64> {
    match item {
        Dynamic::Long(_) | Dynamic::Real(_) => value::to_real(&value::held(item)),
        _ => None,
    }
}

/// All members as numbers; nothing when one is missing.
pub(super) fn plain(args: &Arguments<'_>, index: usize) -> Option<Vec<f64>> {
    args.array(index)?.iter().map(number).collect()
}

fn each(args: &Arguments<'_>, work: fn(f64) -> f64) -> Outcome {
    let Some(items) = args.array(0) else { return Ok(Literal::Null) };
    let worked = items
        .iter()
        .map(|item| number(item).map_or(Dynamic::Null, |number| Dynamic::Real(work(number))));
    dynamic(Dynamic::Array(worked.collect()))
}

fn absolute(args: &Arguments<'_>) -> Outcome {
    let Some(items) = args.array(0) else { return Ok(Literal::Null) };
    let worked = items.iter().map(|item| match item {
        Dynamic::Long(number) => Dynamic::Long(number.wrapping_abs()),
        other => number(other).map_or(Dynamic::Null, |number| Dynamic::Real(number.abs())),
    });
    dynamic(Dynamic::Array(worked.collect()))
}

fn same(left: f64, right: f64) -> bool {
    left.partial_cmp(&right) == Some(std::cmp::Ordering::Equal)
}

/// The members of both series side by side; a number stands for a series of it.
fn side_by_side(args: &Arguments<'_>) -> Option<Vec<(Dynamic, Dynamic)>> {
    let member = |side: &Dynamic, at: usize| match side {
        Dynamic::Array(items) => items.get(at).cloned().unwrap_or(Dynamic::Null),
        other => other.clone(),
    };
    let length = |side: &Dynamic| match side {
        Dynamic::Array(items) => Some(items.len()),
        _ => None,
    };
    let (left, right) = (args.dynamic(0), args.dynamic(1));
    let longest = match (length(left), length(right)) {
        (Some(left), Some(right)) => left.max(right),
        (Some(length), None) | (None, Some(length)) => length,
        (None, None) => return None,
    };
    Some((0..longest).map(|at| (member(left, at), member(right, at))).collect())
}

fn pairs(args: &Arguments<'_>, work: fn(f64, f64) -> Dynamic) -> Outcome {
    let Some(members) = side_by_side(args) else { return Ok(Literal::Null) };
    let worked = members.iter().map(|(left, right)| match (number(left), number(right)) {
        (Some(left), Some(right)) => work(left, right),
        _ => Dynamic::Null,
    });
    dynamic(Dynamic::Array(worked.collect()))
}

/// Whole numbers stay whole.
fn whole_pairs(
    args: &Arguments<'_>,
    whole: fn(i64, i64) -> Option<i64>,
    floating: fn(f64, f64) -> f64,
) -> Outcome {
    let Some(members) = side_by_side(args) else { return Ok(Literal::Null) };
    let worked = members.iter().map(|(left, right)| {
        if let (Dynamic::Long(left), Dynamic::Long(right)) = (left, right)
            && let Some(result) = whole(*left, *right)
        {
            return Dynamic::Long(result);
        }
        match (number(left), number(right)) {
            (Some(left), Some(right)) => Dynamic::Real(floating(left, right)),
            _ => Dynamic::Null,
        }
    });
    dynamic(Dynamic::Array(worked.collect()))
}

fn dot_product(args: &Arguments<'_>) -> Option<f64> {
    let members = side_by_side(args)?;
    members.iter().map(|(left, right)| Some(number(left)? * number(right)?)).sum()
}

fn cosine_similarity(args: &Arguments<'_>) -> Outcome {
    let magnitude = |index: usize, given: usize| {
        if args.len() > given {
            return args.real(given);
        }
        Some(plain(args, index)?.iter().map(|number| number * number).sum::<f64>().sqrt())
    };
    let similarity = (|| Some(dot_product(args)? / (magnitude(0, 2)? * magnitude(1, 3)?)))();
    real(similarity)
}

#[expect(clippy::cast_precision_loss, reason = "lengths of series are small")]
fn correlation(args: &Arguments<'_>) -> Option<f64> {
    let (left, right) = (plain(args, 0)?, plain(args, 1)?);
    if left.len() != right.len() || left.is_empty() {
        return None;
    }
    let count = left.len() as f64;
    let (mean1, mean2) = (left.iter().sum::<f64>() / count, right.iter().sum::<f64>() / count);
    let (mut together, mut alone1, mut alone2) = (0.0, 0.0, 0.0);
    for (a, b) in left.iter().zip(&right) {
        together += (a - mean1) * (b - mean2);
        alone1 += (a - mean1).powi(2);
        alone2 += (b - mean2).powi(2);
    }
    Some(together / (alone1 * alone2).sqrt())
}

fn fir(args: &Arguments<'_>) -> Outcome {
    let (Some(series), Some(filter)) = (plain(args, 0), plain(args, 1)) else {
        return Ok(Literal::Null);
    };
    let normalize = args.bool(2).unwrap_or(true);
    let center = args.bool(3).unwrap_or(false);
    let total: f64 = filter.iter().sum();
    let scale = if normalize && total != 0.0 { total } else { 1.0 };
    let shift = if center { filter.len() / 2 } else { 0 };
    let filtered = (0..series.len()).map(|at| {
        let sum: f64 = filter
            .iter()
            .enumerate()
            .filter_map(|(lag, weight)| Some(weight * series.get((at + shift).checked_sub(lag)?)?))
            .sum();
        Dynamic::Real(sum / scale)
    });
    dynamic(Dynamic::Array(filtered.collect()))
}

fn iir(args: &Arguments<'_>) -> Outcome {
    let (Some(series), Some(numerators), Some(denominators)) =
        (plain(args, 0), plain(args, 1), plain(args, 2))
    else {
        return Ok(Literal::Null);
    };
    let Some((first, feedback)) = denominators.split_first() else { return Ok(Literal::Null) };
    let mut filtered: Vec<f64> = Vec::with_capacity(series.len());
    for at in 0..series.len() {
        let at_lag = |values: &[f64], lag: usize| {
            at.checked_sub(lag).and_then(|at| values.get(at)).copied().unwrap_or_default()
        };
        let forward: f64 =
            numerators.iter().enumerate().map(|(lag, weight)| weight * at_lag(&series, lag)).sum();
        let back: f64 = feedback
            .iter()
            .enumerate()
            .map(|(lag, weight)| weight * at_lag(&filtered, lag + 1))
            .sum();
        filtered.push((forward - back) / first);
    }
    dynamic(Dynamic::Array(filtered.into_iter().map(Dynamic::Real).collect()))
}

#[derive(Clone, Copy)]
enum Gap {
    Before,
    After,
    Constant,
}

/// Whether a member is missing: null, or the placeholder that the query names.
fn is_missing(item: &Dynamic, placeholder: Option<&Literal>) -> bool {
    match placeholder {
        Some(Literal::Null) | None => *item == Dynamic::Null,
        Some(Literal::Dynamic(Dynamic::Null)) => *item == Dynamic::Null,
        Some(placeholder) => *item == Dynamic::Null || value::same(&value::held(item), placeholder),
    }
}

fn filled(args: &Arguments<'_>, gap: Gap) -> Outcome {
    let Some(items) = args.array(0) else { return Ok(Literal::Null) };
    let place = if matches!(gap, Gap::Constant) { 2 } else { 1 };
    let placeholder = (args.len() > place).then(|| args.value(place));
    let constant = match args.value(1) {
        Literal::Null => Dynamic::Long(0),
        given => value::into_dynamic(given.clone()),
    };
    let mut filled = items.to_vec();
    if matches!(gap, Gap::After) {
        filled.reverse();
    }
    let mut last: Option<Dynamic> = None;
    for item in &mut filled {
        if !is_missing(item, placeholder) {
            last = Some(item.clone());
        } else if matches!(gap, Gap::Constant) {
            *item = constant.clone();
        } else if let Some(last) = &last {
            *item = last.clone();
        }
    }
    if matches!(gap, Gap::After) {
        filled.reverse();
    }
    dynamic(Dynamic::Array(filled))
}

#[expect(clippy::cast_precision_loss, reason = "lengths of series are small")]
fn fill_linear(args: &Arguments<'_>) -> Outcome {
    let Some(items) = args.array(0) else { return Ok(Literal::Null) };
    let placeholder = (args.len() > 1).then(|| args.value(1));
    let edges = args.bool(2).unwrap_or(true);
    let known: Vec<(usize, f64)> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| !is_missing(item, placeholder))
        .filter_map(|(at, item)| Some((at, number(item)?)))
        .collect();
    let worked = items.iter().enumerate().map(|(at, item)| {
        if !is_missing(item, placeholder) {
            return item.clone();
        }
        let before = known.iter().rev().find(|(place, _)| *place < at);
        let after = known.iter().find(|(place, _)| *place > at);
        match (before, after) {
            (Some((from, low)), Some((to, high))) => {
                let part = (at - from) as f64 / (to - from) as f64;
                Dynamic::Real(low + (high - low) * part)
            }
            (Some((_, value)), None) | (None, Some((_, value))) if edges => Dynamic::Real(*value),
            (None, None) => value::into_dynamic(args.value(3).clone()),
            _ => item.clone(),
        }
    });
    dynamic(Dynamic::Array(worked.collect()))
}
