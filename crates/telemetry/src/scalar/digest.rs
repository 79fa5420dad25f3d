//! States of `hll` and `tdigest` as values: what the aggregates of these names leave, merged and asked.
//!
//! Both keep what they saw exactly up to a size, so that small answers are exact as the language's are.

use bartizan_kql::Type;
use bartizan_kql::function::Math as M;
use bartizan_kql::value::{Dynamic, Literal};

use super::arguments::{dynamic, real, whole};
use super::{Arguments, Implementation, Outcome};
use crate::sketch::{Distinct, Quantiles};

pub(super) fn find(function: M) -> Option<Implementation> {
    Some(match function {
        M::DcountHll => {
            |args| whole(Distinct::of(args.dynamic(0)).map(|state| state.count()), Type::Long)
        }
        M::HllMerge => |args| {
            let mut merged = Distinct::default();
            for index in 0..args.len() {
                let Some(state) = Distinct::of(args.dynamic(index)) else {
                    return Ok(Literal::Null);
                };
                merged.merge(&state);
            }
            dynamic(merged.value())
        },
        M::PercentileTdigest => |args| {
            let percentile = args.real(1);
            let found =
                Quantiles::of(args.dynamic(0)).and_then(|state| state.percentile(percentile?));
            found.map_or(Ok(Literal::Null), dynamic)
        },
        M::PercentilesArrayTdigest => percentiles,
        M::RankTdigest => |args| {
            let value = args.real(1);
            real(Quantiles::of(args.dynamic(0)).and_then(|state| Some(state.rank(value?))))
        },
        M::PercentRankTdigest => |args| {
            let value = args.real(1);
            real(Quantiles::of(args.dynamic(0)).and_then(|state| {
                let total = state.weight();
                Some(state.rank(value?) / total * 100.0)
            }))
        },
        M::TdigestMerge | M::MergeTdigest => |args| {
            let mut merged = Quantiles::default();
            for index in 0..args.len() {
                let Some(state) = Quantiles::of(args.dynamic(index)) else {
                    return Ok(Literal::Null);
                };
                merged.merge(&state);
            }
            dynamic(merged.value())
        },
        _ => return None,
    })
}

fn percentiles(args: &Arguments<'_>) -> Outcome {
    let Some(state) = Quantiles::of(args.dynamic(0)) else { return Ok(Literal::Null) };
    let mut wanted = Vec::new();
    for index in 1..args.len() {
        match args.array(index) {
            Some(items) => wanted
                .extend(items.iter().map(|item| crate::value::to_real(&crate::value::held(item)))),
            None => wanted.push(args.real(index)),
        }
    }
    let found = wanted.into_iter().map(|percentile| {
        percentile.and_then(|percentile| state.percentile(percentile)).unwrap_or(Dynamic::Null)
    });
    dynamic(Dynamic::Array(found.collect()))
}
