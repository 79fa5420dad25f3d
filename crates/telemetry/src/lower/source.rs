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
use datafusion::logical_expr::{Expr as DfExpr, LogicalPlan, LogicalPlanBuilder, ScalarUDF, lit};

use super::name;
use crate::QueryError;
use crate::column::{array_of, arrow_type, constant};
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
    pub(crate) columns: Vec<(String, Type)>,
    pub(crate) hot_schema: SchemaRef,
    pub(crate) hot: Vec<RecordBatch>,
    pub(crate) sealed: Option<Arc<SealedTable>>,
    /// Files that others wrote.
    pub(crate) foreign: Option<Arc<dyn TableProvider>>,
}

impl Source {
    /// Rows in memory only.
    pub(crate) fn of_memory(columns: Vec<(String, Type)>, hot: Vec<RecordBatch>) -> Self {
        let hot_schema = crate::rows::memory_schema(&columns);
        Self { columns, hot_schema, hot, sealed: None, foreign: None }
    }

    /// Files that others wrote; columns that they do not have are null.
    pub(crate) fn of_files(columns: Vec<(String, Type)>, files: Arc<dyn TableProvider>) -> Self {
        Self { foreign: Some(files), ..Self::of_memory(columns, Vec::new()) }
    }
}

/// How a part of a table holds its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    /// As queries see them.
    Memory,
    /// Times as times.
    Stored,
    /// As someone else wrote them.
    Foreign,
}

pub(super) fn scan(source: &Source) -> Result<LogicalPlan, QueryError> {
    if let Some(foreign) = &source.foreign {
        return one_part(source, foreign.clone(), Held::Foreign);
    }
    let memory = MemTable::try_new(source.hot_schema.clone(), vec![source.hot.clone()])?;
    let hot = one_part(source, Arc::new(memory), Held::Memory)?;
    let Some(sealed) = &source.sealed else { return Ok(hot) };
    let sealed = one_part(source, sealed.clone(), Held::Stored)?;
    if source.hot.is_empty() {
        return Ok(sealed);
    }
    Ok(LogicalPlanBuilder::from(sealed).union(hot)?.build()?)
}

fn one_part(
    source: &Source,
    provider: Arc<dyn TableProvider>,
    held: Held,
) -> Result<LogicalPlan, QueryError> {
    let schema = provider.schema();
    let builder = LogicalPlanBuilder::scan(TABLE, provider_as_source(provider), None)?;
    let mut exprs = Vec::with_capacity(source.columns.len());
    for (position, (column, ty)) in source.columns.iter().enumerate() {
        let value = DfExpr::Column(Column::new(Some(TableReference::bare(TABLE)), column.as_str()));
        let value = match (held, schema.field_with_name(column)) {
            (Held::Stored, _) if *ty == Type::DateTime => call(RowFunction::ticks(), value),
            (Held::Foreign, Err(_)) => lit(constant(&Literal::Null, *ty)),
            (Held::Foreign, Ok(field)) if needs_holding(field, *ty) => {
                call(RowFunction::held(*ty), value)
            }
            _ => value,
        };
        exprs.push(value.alias(name(position)));
    }
    Ok(builder.project(exprs)?.build()?)
}

fn call(function: ScalarUDF, value: DfExpr) -> DfExpr {
    DfExpr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![value]))
}

/// Whether a foreign column is not as we hold it already.
fn needs_holding(field: &Field, ty: Type) -> bool {
    *field.data_type() != arrow_type(ty)
        || matches!(ty, Type::String | Type::DateTime | Type::TimeSpan)
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
    let settled = |expr: &Expr| -> Result<Literal, QueryError> {
        let scalar = Scalar::new(expr, &mut |_| usize::MAX)?;
        Ok(scalar.value(&[])?.into_owned())
    };
    let (from, to, step) = (settled(from)?, settled(to)?, settled(step)?);
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
