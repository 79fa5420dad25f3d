//! Values that depend on the neighbours of a row.

use std::collections::HashMap;

use bartizan_kql::Type;
use bartizan_kql::plan::{Expr, WindowCall, WindowFunction as W};
use bartizan_kql::value::Literal;

use super::{Rows, all_over_rows, key_of, over_rows, values};
use crate::QueryError;
use crate::scalar::Scalar;
use crate::value;

/// The rows with a value for each call.
pub(super) fn add(rows: Rows, per: &[Expr], calls: &[WindowCall]) -> Result<Rows, QueryError> {
    let keys = all_over_rows(per)?;
    let mut sequences: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        sequences.entry(key_of(&values(&keys, row)?)).or_default().push(at);
    }
    let mut columns = Vec::with_capacity(calls.len());
    for call in calls {
        let mut column = vec![Literal::Null; rows.len()];
        let prepared = Call {
            call,
            args: all_over_rows(&call.args)?,
            restart: call.restart.as_ref().map(over_rows).transpose()?,
        };
        for sequence in sequences.values() {
            prepared.fill(&rows, sequence, &mut column)?;
        }
        columns.push(column);
    }
    let mut out = rows;
    for column in columns {
        for (row, value) in out.iter_mut().zip(column) {
            row.push(value);
        }
    }
    Ok(out)
}

struct Call<'a> {
    call: &'a WindowCall,
    args: Vec<Scalar>,
    restart: Option<Scalar>,
}

/// What is remembered from row to row.
#[derive(Default)]
struct Memory {
    count: i64,
    rank: i64,
    last: Option<Literal>,
    sum: Option<Literal>,
    first_time: Option<i64>,
    last_time: Option<i64>,
}

impl Call<'_> {
    fn fill(
        &self,
        rows: &Rows,
        sequence: &[usize],
        column: &mut [Literal],
    ) -> Result<(), QueryError> {
        let mut memory = Memory::default();
        for (place, at) in sequence.iter().enumerate() {
            let Some(row) = rows.get(*at) else { continue };
            let value = match self.call.function {
                W::Prev | W::Next => self.neighbour(rows, sequence, place)?,
                _ => {
                    let restart = match &self.restart {
                        Some(test) => *test.value(row)? == Literal::Bool(true),
                        None => false,
                    };
                    if restart {
                        memory = Memory::default();
                    }
                    self.next(&mut memory, &values(&self.args, row)?)
                }
            };
            if let Some(cell) = column.get_mut(*at) {
                *cell = value;
            }
        }
        Ok(())
    }

    fn neighbour(
        &self,
        rows: &Rows,
        sequence: &[usize],
        place: usize,
    ) -> Result<Literal, QueryError> {
        let argument = |index: usize, row: &[Literal]| match self.args.get(index) {
            Some(scalar) => Ok::<_, QueryError>(Some(scalar.value(row)?.into_owned())),
            None => Ok(None),
        };
        let offset = argument(1, &[])?.as_ref().and_then(whole).unwrap_or(1);
        let offset = if self.call.function == W::Prev { offset.saturating_neg() } else { offset };
        let found = i64::try_from(place)
            .ok()
            .and_then(|place| usize::try_from(place.checked_add(offset)?).ok())
            .and_then(|place| rows.get(*sequence.get(place)?));
        let value = match found {
            Some(row) => argument(0, row)?,
            None => argument(2, &[])?.filter(|value| *value != Literal::Null),
        };
        Ok(value.unwrap_or_else(|| Literal::null_of(self.call.ty)))
    }

    fn next(&self, memory: &mut Memory, args: &[Literal]) -> Literal {
        let value = args.first().cloned().unwrap_or(Literal::Null);
        memory.count += 1;
        match self.call.function {
            W::RowNumber => {
                Literal::Long(whole(&value).unwrap_or(1).saturating_add(memory.count - 1))
            }
            W::RowCumSum => {
                memory.sum = Some(added(memory.sum.take(), &value, self.call.ty));
                memory.sum.clone().unwrap_or(Literal::Null)
            }
            W::RowRankDense | W::RowRankMin => {
                if memory.last.as_ref() != Some(&value) {
                    memory.rank = if self.call.function == W::RowRankDense {
                        memory.rank + 1
                    } else {
                        memory.count
                    };
                    memory.last = Some(value);
                }
                Literal::Long(memory.rank)
            }
            W::RowWindowSession => session(memory, args),
            W::Prev | W::Next => Literal::Null,
        }
    }
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

/// The sum so far; nulls add nothing.
fn added(sum: Option<Literal>, value: &Literal, ty: Type) -> Literal {
    let zero = match ty {
        Type::Real => Literal::Real(0.0),
        Type::Int => Literal::Int(0),
        Type::TimeSpan => Literal::TimeSpan(0),
        _ => Literal::Long(0),
    };
    match (sum.unwrap_or(zero), value) {
        (Literal::Real(sum), value) => {
            Literal::Real(sum + value::to_real(value).unwrap_or_default())
        }
        (Literal::Int(sum), Literal::Int(value)) => Literal::Int(sum.wrapping_add(*value)),
        (Literal::TimeSpan(sum), Literal::TimeSpan(value)) => {
            Literal::TimeSpan(sum.wrapping_add(*value))
        }
        (Literal::Long(sum), value) => {
            Literal::Long(sum.wrapping_add(whole(value).unwrap_or_default()))
        }
        (sum, _) => sum,
    }
}

fn session(memory: &mut Memory, args: &[Literal]) -> Literal {
    let [at, from_first, between, ..] = args else { return Literal::Null };
    let (Some(at), Some(from_first), Some(between)) =
        (whole(at), whole(from_first), whole(between))
    else {
        return Literal::Null;
    };
    let goes_on = memory.first_time.is_some_and(|first| at.saturating_sub(first) <= from_first)
        && memory.last_time.is_some_and(|last| at.saturating_sub(last) <= between);
    if !goes_on {
        memory.first_time = Some(at);
    }
    memory.last_time = Some(at);
    memory.first_time.map_or(Literal::Null, Literal::DateTime)
}
