//! `join` and `lookup`: keys are equal when both are null, and an absent text is empty.

use bartizan_kql::Type;
use bartizan_kql::plan::{Column as KqlColumn, JoinKey, JoinKind};
use datafusion::common::{Column, JoinType, NullEquality};
use datafusion::logical_expr::{Expr as DfExpr, LogicalPlan, LogicalPlanBuilder, lit, when};

use super::expr::lower;
use super::{name, named};
use crate::QueryError;

/// One side: its plan and its columns.
type Side<'a> = (LogicalPlan, &'a [KqlColumn]);

pub(super) fn lower_join(
    (left, left_columns): Side<'_>,
    (right, right_columns): Side<'_>,
    kind: JoinKind,
    keys: &[JoinKey],
) -> Result<LogicalPlan, QueryError> {
    if keys.iter().any(|key| matches!(key.left.ty, Type::Decimal | Type::Dynamic)) {
        return Err(QueryError::Unsupported("a join on dynamic or decimal values".to_owned()));
    }
    let mut left = side(left, left_columns.len(), "l", keys.iter().map(|key| &key.left))?;
    let right = side(right, right_columns.len(), "r", keys.iter().map(|key| &key.right))?;
    if kind == JoinKind::InnerUnique {
        left = one_of_each_key(left, left_columns.len(), keys.len())?;
    }
    let (join_type, keeps_left, keeps_right) = engine_kind(kind);
    let key_names = |prefix: &str| -> Vec<Column> {
        (0..keys.len()).map(|index| Column::new_unqualified(format!("{prefix}k{index}"))).collect()
    };
    let joined = LogicalPlanBuilder::from(left).join_detailed(
        right,
        join_type,
        (key_names("l"), key_names("r")),
        None,
        NullEquality::NullEqualsNull,
    )?;
    let mut outputs = Vec::new();
    for (prefix, columns, keeps) in
        [("l", left_columns, keeps_left), ("r", right_columns, keeps_right)]
    {
        if !keeps {
            continue;
        }
        for (index, column) in columns.iter().enumerate() {
            let value = output(named(format!("{prefix}{index}")), column.ty, kind)?;
            outputs.push(value.alias(name(outputs.len())));
        }
    }
    Ok(joined.project(outputs)?.build()?)
}

/// The side's columns and its keys, under names of their own.
fn side<'a>(
    plan: LogicalPlan,
    width: usize,
    prefix: &str,
    keys: impl Iterator<Item = &'a bartizan_kql::plan::Expr>,
) -> Result<LogicalPlan, QueryError> {
    let mut exprs: Vec<DfExpr> =
        (0..width).map(|index| super::column(index).alias(format!("{prefix}{index}"))).collect();
    for (index, key) in keys.enumerate() {
        exprs.push(lower(key)?.alias(format!("{prefix}k{index}")));
    }
    Ok(LogicalPlanBuilder::from(plan).project(exprs)?.build()?)
}

/// Any one row of each key.
fn one_of_each_key(
    plan: LogicalPlan,
    width: usize,
    keys: usize,
) -> Result<LogicalPlan, QueryError> {
    let key_columns: Vec<DfExpr> = (0..keys).map(|index| named(format!("lk{index}"))).collect();
    let mut all: Vec<DfExpr> = (0..width).map(|index| named(format!("l{index}"))).collect();
    all.extend(key_columns.iter().cloned());
    Ok(LogicalPlanBuilder::from(plan).distinct_on(key_columns, all, None)?.build()?)
}

/// The engine's kind, and whether the left and the right columns are yielded.
const fn engine_kind(kind: JoinKind) -> (JoinType, bool, bool) {
    match kind {
        JoinKind::InnerUnique | JoinKind::Inner => (JoinType::Inner, true, true),
        JoinKind::LeftOuter => (JoinType::Left, true, true),
        JoinKind::RightOuter => (JoinType::Right, true, true),
        JoinKind::FullOuter => (JoinType::Full, true, true),
        JoinKind::LeftSemi => (JoinType::LeftSemi, true, false),
        JoinKind::RightSemi => (JoinType::RightSemi, false, true),
        JoinKind::LeftAnti => (JoinType::LeftAnti, true, false),
        JoinKind::RightAnti => (JoinType::RightAnti, false, true),
    }
}

/// A column of the result; where a side can be missing, its texts are empty.
fn output(column: DfExpr, ty: Type, kind: JoinKind) -> Result<DfExpr, QueryError> {
    let outer = matches!(kind, JoinKind::LeftOuter | JoinKind::RightOuter | JoinKind::FullOuter);
    if outer && ty == Type::String {
        return Ok(when(column.clone().is_null(), lit("")).otherwise(column)?);
    }
    Ok(column)
}
