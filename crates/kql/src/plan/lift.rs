//! A query that is to run for each group of rows as one query over all groups.
//!
//! The body of `mv-apply` and `partition` is resolved over [`RelationKind::Rows`]. Lifting it puts the real
//! rows in that place and lets every step carry the columns that tell the groups apart (and whatever else
//! belongs to a group) in front of its own; steps that look at several rows do so within a group.

use super::{AggregateCall, Column, Expr, Relation, RelationKind, ScanStep, SortKey, StepScan};
use crate::aggregate::AggregateFunction;

/// What is carried through the body.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    /// The rows: the carried columns, then the columns that the body sees.
    pub(crate) rows: Relation,
    /// So many columns are carried.
    pub(crate) width: usize,
    /// The first of them tell the groups apart; so many.
    pub(crate) keys: usize,
}

/// The body over all groups: the carried columns, then its own.
///
/// # Errors
/// The name of a step that cannot run for each group.
pub(crate) fn lift(body: Relation, carried: &Carried) -> Result<Relation, &'static str> {
    let Relation { columns, kind } = body;
    let lifted = |input: Box<Relation>| lift(*input, carried).map(Box::new);
    let by = carried.width;
    let kind = match kind {
        RelationKind::Rows => return Ok(carried.rows.clone()),
        RelationKind::Project { input, exprs } => {
            let exprs = carried.columns().chain(shifted(exprs, by)).collect();
            RelationKind::Project { input: lifted(input)?, exprs }
        }
        RelationKind::Aggregate { input, keys, aggregates } => {
            return Ok(aggregate(*lifted(input)?, (keys, aggregates), columns, carried));
        }
        RelationKind::Distinct { input } => RelationKind::Distinct { input: lifted(input)? },
        RelationKind::Limit { input, count } => {
            let order = match &input.kind {
                RelationKind::Sort { keys, .. } => {
                    keys.iter().cloned().map(|k| sort_key(k, by)).collect()
                }
                _ => Vec::new(),
            };
            RelationKind::LimitPer {
                input: lifted(input)?,
                keys: carried.key_columns(),
                order,
                count,
            }
        }
        RelationKind::LimitPer { input, keys, order, count } => {
            let keys = carried.key_columns().into_iter().chain(shifted(keys, by)).collect();
            let order = order.into_iter().map(|key| sort_key(key, by)).collect();
            RelationKind::LimitPer { input: lifted(input)?, keys, order, count }
        }
        RelationKind::Window { input, per, mut calls } => {
            let per = carried.key_columns().into_iter().chain(shifted(per, by)).collect();
            for call in &mut calls {
                call.args.iter_mut().chain(&mut call.restart).for_each(|expr| expr.shift(by));
            }
            RelationKind::Window { input: lifted(input)?, per, calls }
        }
        RelationKind::Join { .. } => lift_join(kind, carried)?,
        RelationKind::Union { inputs } => {
            let inputs = inputs.into_iter().map(|input| lift(input, carried));
            RelationKind::Union { inputs: inputs.collect::<Result<_, _>>()? }
        }
        RelationKind::Filter { .. }
        | RelationKind::Sort { .. }
        | RelationKind::MvExpand { .. }
        | RelationKind::Parse { .. }
        | RelationKind::ParseKv(_)
        | RelationKind::Number { .. } => row_wise(kind, carried)?,
        RelationKind::Scan { .. } | RelationKind::Values { .. } | RelationKind::Range { .. } => {
            return Err("rows that are not those of the group");
        }
        RelationKind::External { .. } => return Err("externaldata"),
        RelationKind::MakeSeries { .. } => return Err("make-series"),
        RelationKind::TopNested { .. } => return Err("top-nested"),
        RelationKind::Steps(scan) => {
            let input = lift(scan.input.clone(), carried)?;
            RelationKind::Steps(Box::new(lift_scan(*scan, input, carried)))
        }
        RelationKind::AddressLookup(_) => return Err("an address look-up"),
    };
    let columns = distinct(carried.names().chain(columns));
    Ok(Relation { columns, kind })
}

/// Each group's rows with the same right side.
fn lift_join(kind: RelationKind, carried: &Carried) -> Result<RelationKind, &'static str> {
    use super::JoinKind as K;
    let RelationKind::Join { left, right, kind, mut keys } = kind else { return Ok(kind) };
    if matches!(kind, K::RightOuter | K::FullOuter | K::RightSemi | K::RightAnti) {
        return Err("this kind of join");
    }
    if kind == K::InnerUnique {
        return Err("an innerunique join");
    }
    if depends_on_rows(&right) {
        return Err("a join with the group itself");
    }
    keys.iter_mut().for_each(|key| key.left.shift(carried.width));
    let left = Box::new(lift(*left, carried)?);
    Ok(RelationKind::Join { left, right, kind, keys })
}

/// Steps that look at one row at a time need only be told where its columns are now.
fn row_wise(mut kind: RelationKind, carried: &Carried) -> Result<RelationKind, &'static str> {
    let mut holder = Relation { columns: Vec::new(), kind };
    holder.exprs_mut().into_iter().for_each(|expr| expr.shift(carried.width));
    for input in holder.inputs_mut() {
        let inner =
            std::mem::replace(input, Relation { columns: Vec::new(), kind: RelationKind::Rows });
        *input = lift(inner, carried)?;
    }
    kind = holder.kind;
    Ok(kind)
}

/// The steps see runs of columns, each of which starts with the carried ones now.
fn lift_scan(mut scan: StepScan, input: Relation, carried: &Carried) -> StepScan {
    let by = carried.width;
    let run = scan.input.columns.len() + scan.initial.len();
    scan.per = carried.key_columns().into_iter().chain(shifted(scan.per, by)).collect();
    for expr in scan.steps.iter_mut().flat_map(ScanStep::exprs_mut) {
        expr.map_columns(&|index| index + by * (index / run.max(1) + 1));
    }
    scan.input = input;
    scan
}

/// Groups within groups; what else is carried is taken from any row of the group.
fn aggregate(
    input: Relation,
    (keys, mut aggregates): (Vec<Expr>, Vec<AggregateCall>),
    columns: Vec<Column>,
    carried: &Carried,
) -> Relation {
    let by = carried.width;
    let own_keys = keys.len();
    let all_keys: Vec<Expr> = carried.key_columns().into_iter().chain(shifted(keys, by)).collect();
    aggregates.iter_mut().flat_map(AggregateCall::exprs_mut).for_each(|expr| expr.shift(by));
    let rest: Vec<Expr> = carried.columns().skip(carried.keys).collect();
    let names: Vec<Column> = carried.names().collect();
    let mut raw: Vec<Column> = names.iter().take(carried.keys).cloned().collect();
    raw.extend(columns.iter().cloned());
    let mut order: Vec<usize> = (0..carried.keys).collect();
    order.extend((0..rest.len()).map(|index| raw.len() + index));
    order.extend((0..columns.len()).map(|index| carried.keys + index));
    debug_assert!(own_keys <= columns.len(), "keys are columns");
    for expr in rest {
        raw.push(Column { name: format!("$carried{}", raw.len()), ty: expr.ty });
        aggregates.push(AggregateCall {
            function: AggregateFunction::TakeAny,
            outputs: vec![expr.ty],
            args: vec![expr],
            filter: None,
            parameter: None,
        });
    }
    let exprs =
        order.iter().filter_map(|index| Some(Expr::column(*index, raw.get(*index)?.ty))).collect();
    let kind = RelationKind::Aggregate { input: Box::new(input), keys: all_keys, aggregates };
    let grouped = Relation { columns: distinct(raw), kind };
    let kind = RelationKind::Project { input: Box::new(grouped), exprs };
    Relation { columns: distinct(names.into_iter().chain(columns)), kind }
}

impl Carried {
    fn names(&self) -> impl Iterator<Item = Column> {
        self.rows.columns.iter().take(self.width).cloned()
    }

    fn columns(&self) -> impl Iterator<Item = Expr> {
        self.rows.columns.iter().take(self.width).enumerate().map(|(i, c)| Expr::column(i, c.ty))
    }

    fn key_columns(&self) -> Vec<Expr> {
        self.columns().take(self.keys).collect()
    }
}

fn shifted(exprs: Vec<Expr>, by: usize) -> impl Iterator<Item = Expr> {
    exprs.into_iter().map(move |mut expr| {
        expr.shift(by);
        expr
    })
}

fn sort_key(mut key: SortKey, by: usize) -> SortKey {
    key.expr.shift(by);
    key
}

/// The columns under names that differ: those of bodies inside bodies may not.
fn distinct(columns: impl IntoIterator<Item = Column>) -> Vec<Column> {
    let mut seen = std::collections::HashSet::new();
    let fresh = |mut column: Column| {
        let mut number = 1;
        let plain = column.name.clone();
        while !seen.insert(column.name.clone()) {
            column.name = format!("{plain}_{number}");
            number += 1;
        }
        column
    };
    columns.into_iter().map(fresh).collect()
}

fn depends_on_rows(relation: &Relation) -> bool {
    let mut found = false;
    relation.visit(&mut |relation| found |= relation.kind == RelationKind::Rows);
    found
}
