//! Steps that look at rows in their order, or at groups of them: worked out over rows in memory.
//!
//! The rows that such a step reads are bounded; what is more is refused, not cut off.

mod external;
mod key_value;
mod lookup;
mod machine;
mod nested;
mod series;
mod window;

use std::collections::HashMap;

use bartizan_kql::plan::{Expr, Relation, RelationKind, SortKey};
use bartizan_kql::value::Literal;

use super::Run;
use crate::QueryError;
use crate::scalar::{Scalar, ScalarError};
use crate::value;

/// The most rows that one step reads.
const MAX_ROWS: usize = 1_000_000;

/// Rows in memory.
type Rows = Vec<Vec<Literal>>;

/// The step with its answer in its place, if it is one of those here; its inputs are resolved.
pub(super) async fn resolve(relation: Relation, run: &Run) -> Result<Relation, QueryError> {
    let rows = match &relation.kind {
        RelationKind::Window { input, per, calls } => {
            window::add(run.literals(input, MAX_ROWS).await?, per, calls)?
        }
        RelationKind::Number { input } => {
            let rows = run.literals(input, MAX_ROWS).await?;
            let number = |at: usize| Literal::Long(i64::try_from(at).unwrap_or(i64::MAX));
            rows.into_iter()
                .enumerate()
                .map(|(at, mut row)| {
                    row.push(number(at));
                    row
                })
                .collect()
        }
        RelationKind::LimitPer { input, keys, order, count } => {
            limit_per(run.literals(input, MAX_ROWS).await?, keys, order, *count)?
        }
        RelationKind::MakeSeries { input, keys, aggregates, axis } => {
            series::make(run.literals(input, MAX_ROWS).await?, keys, aggregates, axis)?
        }
        RelationKind::TopNested { input, levels } => {
            nested::top(run.literals(input, MAX_ROWS).await?, levels)?
        }
        RelationKind::Steps(scan) => {
            machine::run(run.literals(&scan.input, MAX_ROWS).await?, scan)?
        }
        RelationKind::ParseKv(parse) => {
            key_value::parse(run.literals(&parse.input, MAX_ROWS).await?, parse)?
        }
        RelationKind::External { locations, format, ignore_first_record, places } => {
            let form = external::Form {
                format: format.as_deref(),
                ignore_first: *ignore_first_record,
                places,
            };
            external::read(run, locations, form, &relation.columns)?
        }
        RelationKind::AddressLookup(look) => {
            let rows = run.literals(&look.input, MAX_ROWS).await?;
            lookup::find(rows, run.literals(&look.table, MAX_ROWS).await?, look)?
        }
        RelationKind::Sort { input, keys } if !reads_tables(input) => {
            let mut rows = run.literals(input, MAX_ROWS).await?;
            sort(&mut rows, keys)?;
            rows
        }
        _ => return Ok(relation),
    };
    Ok(Relation { columns: relation.columns, kind: RelationKind::Values { rows } })
}

/// Whether any rows come from elsewhere than the query's own text; those are few, and stay in the order in
/// which they stand where a sort finds them equal.
fn reads_tables(relation: &Relation) -> bool {
    let mut reads = false;
    relation.visit(&mut |relation| {
        reads |= matches!(relation.kind, RelationKind::Scan { .. } | RelationKind::External { .. });
    });
    reads
}

/// An expression over whole rows.
fn over_rows(expr: &Expr) -> Result<Scalar, ScalarError> {
    Scalar::new(expr, &mut |index| index)
}

fn all_over_rows(exprs: &[Expr]) -> Result<Vec<Scalar>, ScalarError> {
    exprs.iter().map(over_rows).collect()
}

/// The values of several expressions for a row.
fn values(scalars: &[Scalar], row: &[Literal]) -> Result<Vec<Literal>, ScalarError> {
    scalars.iter().map(|scalar| Ok(scalar.value(row)?.into_owned())).collect()
}

/// What values have in common when they are the same.
fn key_of(values: &[Literal]) -> String {
    format!("{values:?}")
}

/// The rows by groups, in the order of their first appearance.
fn grouped(rows: Rows, keys: &[Expr]) -> Result<Vec<(Vec<Literal>, Rows)>, QueryError> {
    let scalars = all_over_rows(keys)?;
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<(Vec<Literal>, Rows)> = Vec::new();
    for row in rows {
        let key = values(&scalars, &row)?;
        let next = groups.len();
        let place = *places.entry(key_of(&key)).or_insert(next);
        if place == next {
            groups.push((key, Vec::new()));
        }
        if let Some((_, rows)) = groups.get_mut(place) {
            rows.push(row);
        }
    }
    Ok(groups)
}

fn limit_per(rows: Rows, keys: &[Expr], order: &[SortKey], count: u64) -> Result<Rows, QueryError> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut kept = Vec::new();
    for (_, mut rows) in grouped(rows, keys)? {
        sort(&mut rows, order)?;
        rows.truncate(count);
        kept.extend(rows);
    }
    Ok(kept)
}

fn sort(rows: &mut Rows, order: &[SortKey]) -> Result<(), QueryError> {
    use std::cmp::Ordering;
    if order.is_empty() {
        return Ok(());
    }
    let scalars: Vec<Scalar> =
        order.iter().map(|key| over_rows(&key.expr)).collect::<Result<_, _>>()?;
    let mut keyed = Vec::with_capacity(rows.len());
    for row in std::mem::take(rows) {
        keyed.push((values(&scalars, &row)?, row));
    }
    keyed.sort_by(|(left, _), (right, _)| {
        for ((left, right), key) in left.iter().zip(right).zip(order) {
            let nulls = if key.nulls_first { Ordering::Less } else { Ordering::Greater };
            // Nulls, then what is no number, then the values; or the other way around.
            let found = match (emptiness(left), emptiness(right)) {
                (0, 0) => {
                    let order = value::order(left, right).unwrap_or(Ordering::Equal);
                    if key.descending { order.reverse() } else { order }
                }
                (left, right) if left == right => Ordering::Equal,
                (left, right) if left > right => nulls,
                _ => nulls.reverse(),
            };
            if found != Ordering::Equal {
                return found;
            }
        }
        Ordering::Equal
    });
    rows.extend(keyed.into_iter().map(|(_, row)| row));
    Ok(())
}

fn emptiness(value: &Literal) -> u8 {
    match value {
        Literal::Null | Literal::Dynamic(bartizan_kql::value::Dynamic::Null) => 2,
        Literal::Real(number) if number.is_nan() => 1,
        _ => 0,
    }
}
