//! Where rows come from: tables of a tenant, constants, ranges.

use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::plan::{Column as KqlColumn, Expr};
use bartizan_kql::value::Literal;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::common::{Column, TableReference};
use datafusion::datasource::{MemTable, TableProvider, provider_as_source};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr as DfExpr, LogicalPlan, LogicalPlanBuilder};

use super::name;
use crate::QueryError;
use crate::column::{array_of, arrow_type};
use crate::function::RowFunction;
use crate::scalar::Scalar;
use crate::sealed::SealedTable;
use crate::value;

/// The most values that `range` yields.
const MAX_RANGE: usize = 1_000_000;
/// What a table is called inside a plan; a query's own names never get there.
const TABLE: &str = "t";

/// The tables that a query may read, all of one tenant.
pub(crate) trait Sources {
    /// The rows of a table.
    fn source(&self, table: &str) -> Result<Source, QueryError>;
}

/// The rows of one table of one tenant: the newest in memory, the others in files.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) columns: Vec<(&'static str, Type)>,
    pub(crate) hot_schema: SchemaRef,
    pub(crate) hot: Vec<RecordBatch>,
    pub(crate) sealed: Option<Arc<SealedTable>>,
}

pub(super) fn scan(source: &Source) -> Result<LogicalPlan, QueryError> {
    let memory = MemTable::try_new(source.hot_schema.clone(), vec![source.hot.clone()])?;
    let hot = one_part(source, Arc::new(memory), false)?;
    let Some(sealed) = &source.sealed else { return Ok(hot) };
    let sealed = one_part(source, sealed.clone(), true)?;
    if source.hot.is_empty() {
        return Ok(sealed);
    }
    Ok(LogicalPlanBuilder::from(sealed).union(hot)?.build()?)
}

fn one_part(
    source: &Source,
    provider: Arc<dyn TableProvider>,
    stored: bool,
) -> Result<LogicalPlan, QueryError> {
    let builder = LogicalPlanBuilder::scan(TABLE, provider_as_source(provider), None)?;
    let mut exprs = Vec::with_capacity(source.columns.len());
    for (position, (column, ty)) in source.columns.iter().enumerate() {
        let value = DfExpr::Column(Column::new(Some(TableReference::bare(TABLE)), *column));
        let value = if stored && *ty == Type::DateTime {
            let ticks = Arc::new(RowFunction::ticks());
            DfExpr::ScalarFunction(ScalarFunction::new_udf(ticks, vec![value]))
        } else {
            value
        };
        exprs.push(value.alias(name(position)));
    }
    Ok(builder.project(exprs)?.build()?)
}

/// Constant rows.
pub(super) fn values(
    rows: &[Vec<Literal>],
    columns: &[KqlColumn],
) -> Result<LogicalPlan, QueryError> {
    if columns.is_empty() {
        return match rows.len() {
            1 => Ok(LogicalPlanBuilder::empty(true).build()?),
            0 => Ok(LogicalPlanBuilder::empty(false).build()?),
            _ => Err(QueryError::Unsupported("several rows without columns".to_owned())),
        };
    }
    let mut arrays = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        let cells: Vec<&Literal> =
            rows.iter().map(|row| row.get(index).unwrap_or(&Literal::Null)).collect();
        arrays.push(array_of(cells.into_iter(), column.ty)?);
    }
    let fields: Vec<Field> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| Field::new(name(index), arrow_type(column.ty), true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), arrays)
        .map_err(datafusion::common::DataFusionError::from)?;
    let memory = MemTable::try_new(schema, vec![vec![batch]])?;
    let exprs: Vec<DfExpr> = (0..columns.len())
        .map(|index| {
            let column = Column::new(Some(TableReference::bare(TABLE)), name(index));
            DfExpr::Column(column).alias(name(index))
        })
        .collect();
    let builder = LogicalPlanBuilder::scan(TABLE, provider_as_source(Arc::new(memory)), None)?;
    Ok(builder.project(exprs)?.build()?)
}

/// From, and on by steps, up to and including the bound.
pub(super) fn range(
    from: &Expr,
    to: &Expr,
    step: &Expr,
    columns: &[KqlColumn],
) -> Result<LogicalPlan, QueryError> {
    let constant = |expr: &Expr| -> Result<Literal, QueryError> {
        let scalar = Scalar::new(expr, &mut |_| usize::MAX)?;
        Ok(scalar.value(&[])?.into_owned())
    };
    let (from, to, step) = (constant(from)?, constant(to)?, constant(step)?);
    let ty = columns.first().map_or(Type::Long, |column| column.ty);
    let numbers =
        if ty == Type::Real { reals(&from, &to, &step)? } else { wholes(&from, &to, &step, ty)? };
    let rows: Vec<Vec<Literal>> = numbers.into_iter().map(|value| vec![value]).collect();
    values(&rows, columns)
}

fn reals(from: &Literal, to: &Literal, step: &Literal) -> Result<Vec<Literal>, QueryError> {
    let (Some(from), Some(to), Some(step)) =
        (value::to_real(from), value::to_real(to), value::to_real(step))
    else {
        return Ok(Vec::new());
    };
    let mut values = Vec::new();
    let mut at = from;
    while step != 0.0 && ((step > 0.0 && at <= to) || (step < 0.0 && at >= to)) {
        push(&mut values, Literal::Real(at))?;
        at += step;
    }
    Ok(values)
}

fn wholes(
    from: &Literal,
    to: &Literal,
    step: &Literal,
    ty: Type,
) -> Result<Vec<Literal>, QueryError> {
    let (Some(from), Some(to), Some(step)) = (ticks(from), ticks(to), ticks(step)) else {
        return Ok(Vec::new());
    };
    let mut values = Vec::new();
    let mut at = from;
    while (step > 0 && at <= to) || (step < 0 && at >= to) {
        push(
            &mut values,
            match ty {
                Type::DateTime => Literal::DateTime(at),
                Type::TimeSpan => Literal::TimeSpan(at),
                Type::Int => i32::try_from(at).map_or(Literal::Null, Literal::Int),
                _ => Literal::Long(at),
            },
        )?;
        let Some(next) = at.checked_add(step) else { break };
        at = next;
    }
    Ok(values)
}

fn push(values: &mut Vec<Literal>, value: Literal) -> Result<(), QueryError> {
    if values.len() >= MAX_RANGE {
        return Err(QueryError::Argument(format!("range: more than {MAX_RANGE} rows")));
    }
    values.push(value);
    Ok(())
}

/// The whole number that a literal is.
fn ticks(literal: &Literal) -> Option<i64> {
    match literal {
        Literal::Int(number) => Some(i64::from(*number)),
        Literal::Long(number) | Literal::DateTime(number) | Literal::TimeSpan(number) => {
            Some(*number)
        }
        _ => None,
    }
}
