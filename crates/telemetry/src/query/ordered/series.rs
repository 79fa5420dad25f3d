//! `make-series`: an array of aggregates over equally wide bins for each group.

use bartizan_kql::plan::{AggregateCall, Expr, SeriesAxis};
use bartizan_kql::value::{Dynamic, Literal};

use super::{Rows, grouped, over_rows};
use crate::QueryError;
use crate::aggregate::Tally;
use crate::scalar::Scalar;
use crate::value;

/// The most bins of a series.
const MAX_BINS: usize = 1_048_576;

pub(super) fn make(
    rows: Rows,
    keys: &[Expr],
    aggregates: &[(AggregateCall, Literal)],
    axis: &SeriesAxis,
) -> Result<Rows, QueryError> {
    let value_of = over_rows(&axis.value)?;
    let Some(axis) = Axis::of(axis, &value_of, &rows)? else { return Ok(Vec::new()) };
    let labels = Dynamic::Array((0..axis.bins).map(|bin| axis.label(bin)).collect());
    let mut groups = grouped(rows, keys)?;
    if groups.is_empty() && keys.is_empty() {
        groups.push((Vec::new(), Vec::new()));
    }
    let mut out = Vec::with_capacity(groups.len());
    for (key, rows) in groups {
        let mut bins: Vec<Rows> = vec![Vec::new(); axis.bins];
        let mut any = keys.is_empty();
        for row in rows {
            if let Some(bin) = axis.bin(&*value_of.value(&row)?)
                && let Some(rows) = bins.get_mut(bin)
            {
                rows.push(row);
                any = true;
            }
        }
        if !any {
            continue;
        }
        let mut row = key;
        for (call, default) in aggregates {
            let tally = Tally::new(call)?;
            let mut items = Vec::with_capacity(bins.len());
            for rows in &bins {
                let value = if rows.is_empty() { None } else { tally.of(rows)?.into_iter().next() };
                items.push(value::into_dynamic(value.unwrap_or_else(|| default.clone())));
            }
            row.push(Literal::Dynamic(Dynamic::Array(items)));
        }
        row.push(Literal::Dynamic(labels.clone()));
        out.push(row);
    }
    Ok(out)
}

/// Equally wide bins.
struct Axis {
    from: Literal,
    step: Literal,
    bins: usize,
}

impl Axis {
    fn of(axis: &SeriesAxis, value_of: &Scalar, rows: &Rows) -> Result<Option<Self>, QueryError> {
        let constant = |expr: &Option<Expr>| match expr {
            Some(expr) => Ok::<_, QueryError>(Some(over_rows(expr)?.value(&[])?.into_owned())),
            None => Ok(None),
        };
        let step = over_rows(&axis.step)?.value(&[])?.into_owned();
        let width = number(&step).filter(|width| *width > 0.0);
        let Some(width) = width else {
            return Err(QueryError::Argument("make-series: the step is not positive".to_owned()));
        };
        let (mut from, mut to) = (constant(&axis.from)?, constant(&axis.to)?);
        let open_end = to.is_none();
        if from.is_none() || to.is_none() {
            let (mut least, mut greatest) = (None, None);
            for row in rows {
                let value = value_of.value(row)?.into_owned();
                let Some(at) = number(&value) else { continue };
                if least.as_ref().and_then(number).is_none_or(|known| at < known) {
                    least = Some(value.clone());
                }
                if greatest.as_ref().and_then(number).is_none_or(|known| at > known) {
                    greatest = Some(value);
                }
            }
            if from.is_none() {
                from = least.and_then(|least| floor(&least, &step));
            }
            to = to.or(greatest);
        }
        let (Some(from), Some(to)) = (from, to) else { return Ok(None) };
        let (Some(start), Some(end)) = (number(&from), number(&to)) else { return Ok(None) };
        let span = (end - start) / width;
        let bins = if open_end || axis.inclusive { span.floor() + 1.0 } else { span.ceil() };
        let bins = value::real_to_long(bins.max(0.0)).and_then(|bins| usize::try_from(bins).ok());
        let bins = bins.filter(|bins| *bins <= MAX_BINS);
        let Some(bins) = bins else {
            return Err(QueryError::Argument(format!("make-series: more than {MAX_BINS} bins")));
        };
        Ok(Some(Self { from, step, bins }))
    }

    fn bin(&self, at: &Literal) -> Option<usize> {
        let place = match (whole(at), whole(&self.from), whole(&self.step)) {
            (Some(at), Some(from), Some(step)) => at.checked_sub(from)?.div_euclid(step),
            _ => {
                let distance = number(at)? - number(&self.from)?;
                value::real_to_long((distance / number(&self.step)?).floor())?
            }
        };
        usize::try_from(place).ok().filter(|bin| *bin < self.bins)
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers of bins are small")]
    fn label(&self, bin: usize) -> Dynamic {
        let count = i64::try_from(bin).unwrap_or(i64::MAX);
        match (&self.from, whole(&self.from), whole(&self.step)) {
            (from, Some(start), Some(step)) => {
                let at = start.saturating_add(step.saturating_mul(count));
                match from {
                    Literal::DateTime(_) => Dynamic::DateTime(at),
                    Literal::TimeSpan(_) => Dynamic::TimeSpan(at),
                    _ => Dynamic::Long(at),
                }
            }
            _ => {
                let start = number(&self.from).unwrap_or_default();
                Dynamic::Real(start + number(&self.step).unwrap_or_default() * count as f64)
            }
        }
    }
}

fn floor(at: &Literal, step: &Literal) -> Option<Literal> {
    let Some((at_ticks, step_ticks)) = whole(at).zip(whole(step)) else {
        let step = number(step)?;
        return Some(Literal::Real((number(at)? / step).floor() * step));
    };
    let start = at_ticks.div_euclid(step_ticks).checked_mul(step_ticks)?;
    Some(match at {
        Literal::DateTime(_) => Literal::DateTime(start),
        Literal::TimeSpan(_) => Literal::TimeSpan(start),
        _ => Literal::Long(start),
    })
}

fn whole(value: &Literal) -> Option<i64> {
    match value {
        Literal::Int(number) => Some(i64::from(*number)),
        Literal::Long(number) | Literal::DateTime(number) | Literal::TimeSpan(number) => {
            Some(*number)
        }
        _ => None,
    }
}

fn number(value: &Literal) -> Option<f64> {
    match value {
        Literal::Null | Literal::String(_) => None,
        other => value::to_real(other),
    }
}
