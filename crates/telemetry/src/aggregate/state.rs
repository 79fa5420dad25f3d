//! What is kept of a group while its rows go by.

use std::cmp::Ordering;
use std::collections::HashSet;

use bartizan_kql::Type;
use bartizan_kql::aggregate::AggregateFunction as F;
use bartizan_kql::value::Literal;

use super::result::{array, bag, covariance, distinct, percentile, quantiles, weighted_percentile};
use super::{Gathering, MAX_MEMBERS, schema};
use crate::value;

/// The state of one aggregate in one group.
#[derive(Debug)]
pub(super) struct State {
    function: F,
    parameter: Option<i64>,
    output: Type,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    /// Rows of values: lists, percentiles, the row of an extreme.
    Rows(Vec<Vec<Literal>>, usize),
    /// Different texts of rows, in the order of their first appearance.
    Distinct(HashSet<Vec<u8>>, Vec<Vec<Literal>>, usize),
    /// Whole sum, floating sum, sum of squares' distances: count, mean, m2.
    Moments { count: u64, whole: i64, sum: f64, mean: f64, m2: f64 },
    /// Bits of whole numbers.
    Bits(i64),
}

impl State {
    pub(super) fn new(gathering: &Gathering) -> Self {
        let kept = match gathering.function {
            F::MakeSet | F::CountDistinct | F::DCount => {
                Kept::Distinct(HashSet::new(), Vec::new(), 0)
            }
            F::Sum | F::Avg | F::Stdev | F::StdevP | F::Variance | F::VarianceP => {
                Kept::Moments { count: 0, whole: 0, sum: 0.0, mean: 0.0, m2: 0.0 }
            }
            F::BinaryAllAnd => Kept::Bits(-1),
            F::BinaryAllOr | F::BinaryAllXor => Kept::Bits(0),
            _ => Kept::Rows(Vec::new(), 0),
        };
        let output = gathering.outputs.first().copied().unwrap_or(Type::Dynamic);
        Self { function: gathering.function, parameter: gathering.parameter, output, kept }
    }

    fn limit(&self) -> usize {
        let asked = self.parameter.and_then(|size| usize::try_from(size).ok());
        asked.unwrap_or(MAX_MEMBERS).min(MAX_MEMBERS)
    }

    pub(super) fn add(&mut self, row: &[Literal]) {
        let function = self.function;
        let limit = self.limit();
        match &mut self.kept {
            Kept::Rows(rows, size) => match function {
                F::ArgMax | F::ArgMin => keep_extreme(rows, size, row, function == F::ArgMax),
                F::Min | F::Max => {
                    if row.first() != Some(&Literal::Null) {
                        keep_extreme(rows, size, row, function == F::Max);
                    }
                }
                F::TakeAny => keep_any(rows, size, row),
                F::Count => {}
                _ => {
                    let wanted = match function {
                        F::MakeListWithNulls => true,
                        F::Covariance | F::CovarianceP => !row.contains(&Literal::Null),
                        _ => row.first() != Some(&Literal::Null),
                    };
                    let limited = matches!(function, F::MakeList | F::MakeBag);
                    if wanted && (!limited || rows.len() < limit) {
                        *size += bytes_of(row);
                        rows.push(row.to_vec());
                    }
                }
            },
            Kept::Distinct(seen, rows, size) => {
                if row.contains(&Literal::Null) || (function == F::MakeSet && rows.len() >= limit) {
                    return;
                }
                let mut key = Vec::new();
                row.iter().for_each(|literal| encode(literal, &mut key));
                if seen.insert(key) {
                    *size += 2 * bytes_of(row);
                    rows.push(row.to_vec());
                }
            }
            Kept::Moments { count, whole, sum, mean, m2 } => {
                let Some(number) = row.first().and_then(value::to_real) else { return };
                *whole = whole.wrapping_add(whole_of(row.first()));
                *sum += number;
                *count += 1;
                let distance = number - *mean;
                *mean += distance / real_of(*count);
                *m2 += distance * (number - *mean);
            }
            Kept::Bits(bits) => {
                if let Some(Literal::Long(_) | Literal::Int(_)) = row.first() {
                    *bits = combine(function, *bits, whole_of(row.first()));
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        match (&mut self.kept, other.kept) {
            (
                Kept::Moments { count, whole, sum, mean, m2 },
                Kept::Moments { count: n, whole: w, sum: s, mean: m, m2: v },
            ) if n > 0 => {
                let (left, right) = (real_of(*count), real_of(n));
                let distance = m - *mean;
                *m2 += v + distance * distance * left * right / (left + right);
                *mean += distance * right / (left + right);
                *count += n;
                *whole = whole.wrapping_add(w);
                *sum += s;
            }
            (Kept::Bits(bits), Kept::Bits(more)) => *bits = combine(self.function, *bits, more),
            (_, Kept::Rows(rows, _) | Kept::Distinct(_, rows, _)) => {
                rows.iter().for_each(|row| self.add(row));
            }
            _ => {}
        }
    }

    /// One value for each output.
    pub(super) fn result(&self) -> Vec<Literal> {
        match &self.kept {
            Kept::Rows(rows, _) => self.result_of_rows(rows),
            Kept::Distinct(_, rows, _) if self.function == F::MakeSet => vec![array(rows)],
            Kept::Distinct(_, rows, _) => {
                vec![Literal::Long(i64::try_from(rows.len()).unwrap_or(i64::MAX))]
            }
            Kept::Moments { count, whole, sum, mean, m2 } => {
                vec![self.moment(*count, *whole, *sum, *mean, *m2)]
            }
            Kept::Bits(bits) => vec![Literal::Long(*bits)],
        }
    }

    fn result_of_rows(&self, rows: &[Vec<Literal>]) -> Vec<Literal> {
        match self.function {
            F::MakeList | F::MakeListWithNulls => vec![array(rows)],
            F::PercentileWeighted => {
                vec![weighted_percentile(rows, self.parameter.unwrap_or_default())]
            }
            F::Covariance => vec![covariance(rows, 1.0)],
            F::CovarianceP => vec![covariance(rows, 0.0)],
            F::Hll | F::HllMerge => vec![Literal::Dynamic(distinct(rows, self.function).value())],
            F::TDigest | F::TDigestMerge => {
                vec![Literal::Dynamic(quantiles(rows, self.function).value())]
            }
            F::BuildSchema => vec![Literal::Dynamic(schema::of(rows))],
            F::MakeBag => vec![bag(rows)],
            F::Percentile => vec![percentile(rows, self.parameter.unwrap_or_default())],
            _ => rows.first().cloned().unwrap_or_default(),
        }
    }

    fn moment(&self, count: u64, whole: i64, sum: f64, mean: f64, m2: f64) -> Literal {
        let samples = if count > 1 { real_of(count - 1) } else { 1.0 };
        let population = if count > 0 { real_of(count) } else { 1.0 };
        let spread = match self.function {
            F::Sum => {
                return match self.output {
                    Type::Real => Literal::Real(sum),
                    Type::TimeSpan => Literal::TimeSpan(whole),
                    _ => Literal::Long(whole),
                };
            }
            F::Avg if self.output == Type::Real => {
                return Literal::Real(if count == 0 { f64::NAN } else { sum / real_of(count) });
            }
            F::Avg => {
                let of = i64::try_from(count).ok().and_then(|count| whole.checked_div(count));
                return match (of, self.output) {
                    (None, _) => Literal::Null,
                    (Some(ticks), Type::DateTime) => {
                        Literal::DateTime(value::real_to_long(mean).unwrap_or(ticks))
                    }
                    (Some(ticks), _) => Literal::TimeSpan(ticks),
                };
            }
            F::Stdev => (m2 / samples).sqrt(),
            F::StdevP => (m2 / population).sqrt(),
            F::Variance => m2 / samples,
            _ => m2 / population,
        };
        Literal::Real(if count == 0 { f64::NAN } else { spread })
    }

    pub(super) fn size(&self) -> usize {
        match &self.kept {
            Kept::Rows(_, size) | Kept::Distinct(_, _, size) => *size,
            _ => 0,
        }
    }

    /// As bytes, for another thread to merge.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match &self.kept {
            Kept::Rows(rows, _) | Kept::Distinct(_, rows, _) => {
                for row in rows {
                    row.iter().for_each(|literal| encode(literal, &mut out));
                }
            }
            Kept::Moments { count, whole, sum, mean, m2 } => {
                out.extend(count.to_le_bytes());
                out.extend(whole.to_le_bytes());
                for number in [sum, mean, m2] {
                    out.extend(number.to_le_bytes());
                }
            }
            Kept::Bits(bits) => out.extend(bits.to_le_bytes()),
        }
        out
    }

    pub(super) fn decode(gathering: &Gathering, bytes: &[u8]) -> Option<Self> {
        let mut state = Self::new(gathering);
        let mut rest = bytes;
        match &mut state.kept {
            Kept::Moments { count, whole, sum, mean, m2 } => {
                *count = u64::from_le_bytes(take(&mut rest)?);
                *whole = i64::from_le_bytes(take(&mut rest)?);
                for number in [sum, mean, m2] {
                    *number = f64::from_le_bytes(take(&mut rest)?);
                }
            }
            Kept::Bits(bits) => *bits = i64::from_le_bytes(take(&mut rest)?),
            Kept::Rows(..) | Kept::Distinct(..) => {
                while !rest.is_empty() {
                    let mut row = Vec::with_capacity(gathering.types.len());
                    for ty in &gathering.types {
                        row.push(decode(*ty, &mut rest)?);
                    }
                    state.add(&row);
                }
            }
        }
        Some(state)
    }
}

/// Keeps the row whose first value is greatest or least; a null only when there is no other.
fn keep_extreme(rows: &mut Vec<Vec<Literal>>, size: &mut usize, row: &[Literal], greatest: bool) {
    let wanted = if greatest { Ordering::Greater } else { Ordering::Less };
    let better = match (rows.first().and_then(|kept| kept.first()), row.first()) {
        (None, _) => true,
        (Some(Literal::Null), Some(new)) => *new != Literal::Null,
        (Some(kept), Some(new)) => value::order(new, kept) == Some(wanted),
        _ => false,
    };
    if better {
        *size = bytes_of(row);
        rows.clear();
        rows.push(row.to_vec());
    }
}

/// Keeps the first row, or the first without nulls.
fn keep_any(rows: &mut Vec<Vec<Literal>>, size: &mut usize, row: &[Literal]) {
    let kept_nulls = rows.first().is_none_or(|kept| kept.contains(&Literal::Null));
    if rows.is_empty() || (kept_nulls && !row.contains(&Literal::Null)) {
        *size = bytes_of(row);
        rows.clear();
        rows.push(row.to_vec());
    }
}

fn combine(function: F, left: i64, right: i64) -> i64 {
    match function {
        F::BinaryAllAnd => left & right,
        F::BinaryAllOr => left | right,
        _ => left ^ right,
    }
}

pub(super) fn whole_of(value: Option<&Literal>) -> i64 {
    match value {
        Some(Literal::Int(number)) => i64::from(*number),
        Some(Literal::Long(number) | Literal::TimeSpan(number) | Literal::DateTime(number)) => {
            *number
        }
        Some(Literal::Bool(value)) => i64::from(*value),
        _ => 0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows stay below 2^53")]
const fn real_of(count: u64) -> f64 {
    count as f64
}

/// Roughly what a row takes in memory.
fn bytes_of(row: &[Literal]) -> usize {
    let text = |literal: &Literal| match literal {
        Literal::String(text) | Literal::Guid(text) | Literal::Decimal(text) => text.len(),
        Literal::Dynamic(dynamic) => 4 * dynamic.to_json().len(),
        _ => 0,
    };
    row.iter().map(|literal| size_of::<Literal>() + text(literal)).sum::<usize>() + 24
}

/// A tag for null, then the value.
fn encode(literal: &Literal, out: &mut Vec<u8>) {
    let mut text = |text: &str| {
        out.push(1);
        out.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(text.as_bytes());
    };
    match literal {
        Literal::Decimal(value) | Literal::String(value) | Literal::Guid(value) => text(value),
        Literal::Dynamic(dynamic) => text(&dynamic.to_json()),
        Literal::Null => out.push(0),
        Literal::Bool(value) => out.extend([1, u8::from(*value)]),
        Literal::Int(value) => {
            out.push(1);
            out.extend(value.to_le_bytes());
        }
        Literal::Long(value) | Literal::DateTime(value) | Literal::TimeSpan(value) => {
            out.push(1);
            out.extend(value.to_le_bytes());
        }
        Literal::Real(value) => {
            out.push(1);
            out.extend(value.to_bits().to_le_bytes());
        }
    }
}

fn decode(ty: Type, rest: &mut &[u8]) -> Option<Literal> {
    let [tag] = take(rest)?;
    if tag == 0 {
        return Some(Literal::Null);
    }
    Some(match ty {
        Type::Bool => Literal::Bool(take::<1>(rest)? == [1]),
        Type::Int => Literal::Int(i32::from_le_bytes(take(rest)?)),
        Type::Long => Literal::Long(i64::from_le_bytes(take(rest)?)),
        Type::DateTime => Literal::DateTime(i64::from_le_bytes(take(rest)?)),
        Type::TimeSpan => Literal::TimeSpan(i64::from_le_bytes(take(rest)?)),
        Type::Real => Literal::Real(f64::from_bits(u64::from_le_bytes(take(rest)?))),
        Type::Decimal | Type::String | Type::Guid | Type::Dynamic => {
            let length = usize::try_from(u32::from_le_bytes(take(rest)?)).ok()?;
            let (text, tail) = rest.split_at_checked(length)?;
            *rest = tail;
            let text = String::from_utf8(text.to_vec()).ok()?;
            match ty {
                Type::Decimal => Literal::Decimal(text),
                Type::Guid => Literal::Guid(text),
                Type::Dynamic => value::dynamic_value(value::parse_json(&text)?),
                _ => Literal::String(text),
            }
        }
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}
