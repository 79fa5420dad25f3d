//! Plans of the query language as plans of the engine.
//!
//! Every relation yields columns named by their position, `c0`, `c1` …, so nothing ever goes through a
//! name that a query or a table chose.

mod aggregate;
mod expr;
mod join;
mod source;

use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::plan::{ExpandItem, Expr, Relation, RelationKind, SortKey};
use datafusion::common::Column;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr as DfExpr, LogicalPlan, LogicalPlanBuilder, SortExpr, lit};

use crate::QueryError;
use crate::column::arrow_type;
use crate::function::{RowFunction, Work, expand_type, parse_type};
pub(crate) use aggregate::parameter;
pub(crate) use source::{Source, Sources};

use expr::{Inputs, lower, predicate};

/// The engine's plan of a relation.
pub(crate) fn relation(
    relation: &Relation,
    sources: &dyn Sources,
) -> Result<LogicalPlan, QueryError> {
    Lowering { sources }.relation(relation)
}

struct Lowering<'a> {
    sources: &'a dyn Sources,
}

impl Lowering<'_> {
    fn relation(&self, relation: &Relation) -> Result<LogicalPlan, QueryError> {
        match &relation.kind {
            RelationKind::Scan { table } => source::scan(&self.sources.source(table)?),
            RelationKind::Values { rows } => source::values(rows, &relation.columns),
            RelationKind::Range { from, to, step } => {
                source::range(from, to, step, &relation.columns)
            }
            RelationKind::Filter { input, predicate: test } => {
                let plan = self.relation(input)?;
                Ok(LogicalPlanBuilder::from(plan).filter(predicate(test)?)?.build()?)
            }
            RelationKind::Project { input, exprs } => {
                let plan = self.relation(input)?;
                project(plan, exprs)
            }
            RelationKind::Aggregate { input, keys, aggregates } => {
                aggregate::lower_groups(self.relation(input)?, keys, aggregates)
            }
            RelationKind::Distinct { input } => {
                let plan = self.relation(input)?;
                Ok(LogicalPlanBuilder::from(plan).distinct()?.build()?)
            }
            RelationKind::Sort { input, keys } => {
                let plan = self.relation(input)?;
                sort(plan, keys)
            }
            RelationKind::Limit { input, count } => {
                let plan = self.relation(input)?;
                let count = usize::try_from(*count).unwrap_or(usize::MAX);
                Ok(LogicalPlanBuilder::from(plan).limit(0, Some(count))?.build()?)
            }
            RelationKind::Join { left, right, kind, keys } => join::lower_join(
                (self.relation(left)?, &left.columns),
                (self.relation(right)?, &right.columns),
                *kind,
                keys,
            ),
            RelationKind::Union { inputs } => self.union(inputs),
            RelationKind::MvExpand { input, items, bags_as_pairs, index_column, row_limit } => {
                let plan = self.relation(input)?;
                let expand = Expand { items, bags_as_pairs: *bags_as_pairs, row_limit: *row_limit };
                expand.lower(plan, input.columns.len(), *index_column)
            }
            RelationKind::Parse { input, .. } => self.parse(relation, input),
            RelationKind::External { .. } => unsupported("externaldata"),
            RelationKind::Window { .. } => unsupported("row_number, prev and their kin"),
            RelationKind::Number { .. } | RelationKind::LimitPer { .. } => {
                unsupported("mv-apply or partition")
            }
            RelationKind::MakeSeries { .. } => unsupported("make-series"),
            RelationKind::TopNested { .. } => unsupported("top-nested"),
            RelationKind::Steps(_) => unsupported("scan"),
            RelationKind::ParseKv(_) => unsupported("parse-kv"),
            RelationKind::AddressLookup(_) => unsupported("ipv4_lookup and ipv6_lookup"),
            RelationKind::Rows => unsupported("rows of a group"),
        }
    }

    fn union(&self, inputs: &[Relation]) -> Result<LogicalPlan, QueryError> {
        let mut plans = inputs.iter().map(|input| self.relation(input));
        let first = plans
            .next()
            .ok_or_else(|| QueryError::Unsupported("a union of nothing".to_owned()))??;
        let mut builder = LogicalPlanBuilder::from(first);
        for plan in plans {
            builder = builder.union(plan?)?;
        }
        Ok(builder.build()?)
    }

    fn parse(&self, relation: &Relation, input: &Relation) -> Result<LogicalPlan, QueryError> {
        let RelationKind::Parse { text, regex, captures, on_mismatch, .. } = &relation.kind else {
            return Err(QueryError::Unsupported("parse".to_owned()));
        };
        let plan = self.relation(input)?;
        let mut inputs = Inputs::default();
        let scalar = inputs.scalar(text)?;
        let compiled = regex::Regex::new(regex).map_err(|error| {
            QueryError::Argument(format!("reading the regular expression of parse: {error}"))
        })?;
        let work = Work::Parse {
            text: scalar,
            regex: compiled,
            captures: captures.clone(),
            on_mismatch: *on_mismatch,
        };
        let key = format!("parse {text:?} {regex} {captures:?} {on_mismatch:?}");
        let call = inputs.call(work, parse_type(captures), key);
        let width = input.columns.len();
        let mut exprs = columns(width);
        exprs.push(call.alias("parsed"));
        let mut builder = LogicalPlanBuilder::from(plan).project(exprs)?;
        if *on_mismatch == bartizan_kql::plan::ParseMismatch::Drop {
            let fits = field("parsed", captures.len(), Type::Bool);
            builder = builder.filter(fits)?;
        }
        let mut exprs = columns(width);
        for (index, ty) in captures.iter().enumerate() {
            exprs.push(field("parsed", index, *ty).alias(name(width + index)));
        }
        Ok(builder.project(exprs)?.build()?)
    }
}

fn unsupported(what: &str) -> Result<LogicalPlan, QueryError> {
    Err(QueryError::Unsupported(what.to_owned()))
}

/// The name of the column at a position.
pub(crate) fn name(position: usize) -> String {
    format!("c{position}")
}

/// A column by a name of ours.
fn named(name: impl Into<String>) -> DfExpr {
    DfExpr::Column(Column::new_unqualified(name))
}

/// The column at a position.
fn column(position: usize) -> DfExpr {
    named(name(position))
}

/// The first columns, as they are.
fn columns(width: usize) -> Vec<DfExpr> {
    (0..width).map(column).collect()
}

/// A field of a structure in the column of this name.
fn field(structure: &str, position: usize, ty: Type) -> DfExpr {
    let function = RowFunction::field(position, arrow_type(ty));
    DfExpr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![named(structure)]))
}

fn project(plan: LogicalPlan, exprs: &[Expr]) -> Result<LogicalPlan, QueryError> {
    let mut lowered = Vec::with_capacity(exprs.len());
    for (position, expr) in exprs.iter().enumerate() {
        lowered.push(lower(expr)?.alias(name(position)));
    }
    Ok(LogicalPlanBuilder::from(plan).project(lowered)?.build()?)
}

fn sort(plan: LogicalPlan, keys: &[SortKey]) -> Result<LogicalPlan, QueryError> {
    let mut sorted = Vec::with_capacity(keys.len());
    for key in keys {
        let expr = lower(&key.expr)?;
        if key.expr.ty == Type::Real {
            // What is no number stands between the nulls and the numbers.
            let is_number = expr.clone().not_eq(lit(f64::NAN));
            sorted.push(SortExpr::new(is_number, key.nulls_first, key.nulls_first));
        }
        sorted.push(SortExpr::new(expr, !key.descending, key.nulls_first));
    }
    Ok(LogicalPlanBuilder::from(plan).sort(sorted)?.build()?)
}

struct Expand<'a> {
    items: &'a [ExpandItem],
    bags_as_pairs: bool,
    row_limit: Option<u64>,
}

impl Expand<'_> {
    fn lower(
        &self,
        plan: LogicalPlan,
        width: usize,
        index_column: bool,
    ) -> Result<LogicalPlan, QueryError> {
        let mut inputs = Inputs::default();
        let mut items = Vec::with_capacity(self.items.len());
        for item in self.items {
            items.push((inputs.scalar(&item.expr)?, item.ty));
        }
        let key = format!("expand {:?} {} {:?}", self.items, self.bags_as_pairs, self.row_limit);
        let work =
            Work::Expand { items, bags_as_pairs: self.bags_as_pairs, row_limit: self.row_limit };
        let call = inputs.call(work, expand_type(self.items), key);
        let mut exprs = columns(width);
        exprs.push(call.alias("members"));
        let builder = LogicalPlanBuilder::from(plan)
            .project(exprs)?
            .unnest_column(Column::new_unqualified("members"))?;
        let mut exprs = columns(width);
        for (index, item) in self.items.iter().enumerate() {
            exprs.push(field("members", index, item.ty).alias(name(width + index)));
        }
        if index_column {
            let position = self.items.len();
            exprs.push(field("members", position, Type::Long).alias(name(width + position)));
        }
        Ok(builder.project(exprs)?.build()?)
    }
}
