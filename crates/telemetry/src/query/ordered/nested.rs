//! `top-nested`: the best values of each level, within those of the level above.

use std::cmp::Ordering;

use bartizan_kql::plan::NestedLevel;
use bartizan_kql::value::Literal;

use super::{Rows, grouped};
use crate::QueryError;
use crate::aggregate::Tally;
use crate::value;

pub(super) fn top(rows: Rows, levels: &[NestedLevel]) -> Result<Rows, QueryError> {
    if levels.iter().rev().skip(1).any(|level| level.others.is_some()) {
        let what = "top-nested with others above the last level";
        return Err(QueryError::Unsupported(what.to_owned()));
    }
    let mut out = Vec::new();
    descend(rows, levels, &[], &mut out)?;
    Ok(out)
}

fn descend(
    rows: Rows,
    levels: &[NestedLevel],
    above: &[Literal],
    out: &mut Rows,
) -> Result<(), QueryError> {
    let Some((level, below)) = levels.split_first() else {
        out.push(above.to_vec());
        return Ok(());
    };
    let tally = Tally::new(&level.aggregate)?;
    let mut ranked = Vec::new();
    for (key, rows) in grouped(rows, std::slice::from_ref(&level.key))? {
        let weight = tally.of(&rows)?.into_iter().next().unwrap_or(Literal::Null);
        ranked.push((key.into_iter().next().unwrap_or(Literal::Null), weight, rows));
    }
    ranked.sort_by(|(_, left, _), (_, right, _)| {
        let order = match (left == &Literal::Null, right == &Literal::Null) {
            (true, true) => Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            _ => value::order(left, right).unwrap_or(Ordering::Equal),
        };
        if level.descending { order.reverse() } else { order }
    });
    let count = level.count.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let rest = ranked.split_off(count.min(ranked.len()));
    for (key, weight, rows) in ranked {
        let mut above = above.to_vec();
        above.extend([key, weight]);
        descend(rows, below, &above, out)?;
    }
    if let Some(others) = &level.others
        && !rest.is_empty()
    {
        let rows: Rows = rest.into_iter().flat_map(|(_, _, rows)| rows).collect();
        let weight = tally.of(&rows)?.into_iter().next().unwrap_or(Literal::Null);
        let mut row = above.to_vec();
        row.extend([others.clone(), weight]);
        out.push(row);
    }
    Ok(())
}
