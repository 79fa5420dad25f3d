//! What rows that were kept amount to: arrays, bags, percentiles, covariances, sketches.

use std::cmp::Ordering;

use bartizan_kql::aggregate::AggregateFunction as F;
use bartizan_kql::value::{Dynamic, Literal};

use super::state::whole_of;
use crate::sketch::{Distinct, Quantiles};
use crate::value;

pub(super) fn array(rows: &[Vec<Literal>]) -> Literal {
    let members = rows.iter().filter_map(|row| row.first());
    Literal::Dynamic(Dynamic::Array(members.cloned().map(value::into_dynamic).collect()))
}

/// The first to name a property wins.
pub(super) fn bag(rows: &[Vec<Literal>]) -> Literal {
    let mut merged: Vec<(String, Dynamic)> = Vec::new();
    for row in rows {
        let Some(Literal::Dynamic(Dynamic::Object(properties))) = row.first() else { continue };
        for (name, property) in properties {
            if !merged.iter().any(|(known, _)| known == name) {
                merged.push((name.clone(), property.clone()));
            }
        }
    }
    Literal::Dynamic(Dynamic::Object(merged))
}

/// By nearest rank; `millionths` of a percent.
pub(super) fn percentile(rows: &[Vec<Literal>], millionths: i64) -> Literal {
    let mut values: Vec<&Literal> = rows.iter().filter_map(|row| row.first()).collect();
    values.sort_by(|left, right| value::order(left, right).unwrap_or(Ordering::Equal));
    let count = i128::try_from(values.len()).unwrap_or(i128::MAX);
    let part = i128::from(millionths.clamp(0, 100_000_000)) * count;
    let rank = part.div_euclid(100_000_000) + i128::from(part.rem_euclid(100_000_000) > 0);
    let at = usize::try_from(rank.max(1) - 1).unwrap_or_default();
    values.get(at).map_or(Literal::Null, |value| (*value).clone())
}

/// By nearest rank, each value as often as its weight says.
pub(super) fn weighted_percentile(rows: &[Vec<Literal>], millionths: i64) -> Literal {
    let mut weighed: Vec<(&Literal, i128)> = rows
        .iter()
        .filter_map(|row| Some((row.first()?, i128::from(whole_of(row.get(1))))))
        .filter(|(_, weight)| *weight > 0)
        .collect();
    weighed.sort_by(|(left, _), (right, _)| value::order(left, right).unwrap_or(Ordering::Equal));
    let total: i128 = weighed.iter().map(|(_, weight)| weight).sum();
    let wanted = i128::from(millionths.clamp(0, 100_000_000)) * total;
    let mut passed = 0;
    for (value, weight) in &weighed {
        passed += weight * 100_000_000;
        if passed >= wanted {
            return (*value).clone();
        }
    }
    weighed.last().map_or(Literal::Null, |(value, _)| (*value).clone())
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows stay below 2^53")]
pub(super) fn covariance(rows: &[Vec<Literal>], missing: f64) -> Literal {
    let pairs: Vec<(f64, f64)> = rows
        .iter()
        .filter_map(|row| Some((value::to_real(row.first()?)?, value::to_real(row.get(1)?)?)))
        .collect();
    let count = pairs.len() as f64;
    if pairs.is_empty() {
        return Literal::Real(f64::NAN);
    }
    let mean1 = pairs.iter().map(|(one, _)| one).sum::<f64>() / count;
    let mean2 = pairs.iter().map(|(_, other)| other).sum::<f64>() / count;
    let together: f64 = pairs.iter().map(|(one, other)| (one - mean1) * (other - mean2)).sum();
    let over = if count > missing { count - missing } else { 1.0 };
    Literal::Real(together / over)
}

pub(super) fn distinct(rows: &[Vec<Literal>], function: F) -> Distinct {
    let mut state = Distinct::default();
    for value in rows.iter().filter_map(|row| row.first()) {
        match value {
            Literal::Dynamic(dynamic) if function == F::HllMerge => {
                if let Some(other) = Distinct::of(dynamic) {
                    state.merge(&other);
                }
            }
            value => state.add(value),
        }
    }
    state
}

pub(super) fn quantiles(rows: &[Vec<Literal>], function: F) -> Quantiles {
    let mut state = Quantiles::default();
    for row in rows {
        match row.first() {
            Some(Literal::Dynamic(dynamic)) if function == F::TDigestMerge => {
                if let Some(other) = Quantiles::of(dynamic) {
                    state.merge(&other);
                }
            }
            Some(value) => {
                let weight = row.get(1).map_or(Some(1.0), value::to_real);
                state.add(value, weight.unwrap_or_default());
            }
            None => {}
        }
    }
    state
}
