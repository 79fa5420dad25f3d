//! `make-series`, `top-nested`, `top-hitters`: aggregates with a shape of their own.

use super::aggregates::Aggregation;
use super::convert::convert;
use super::naming::{ColumnList, implied_name};
use super::{Binder, Rel, Scope};
use crate::aggregate::AggregateFunction;
use crate::ast::{self, ExprKind, MakeSeries, NestedTop};
use crate::function::Function;
use crate::plan::{
    self, AggregateCall, Column, Expr, NestedLevel, RelationKind, SeriesAxis, SortKey,
};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::value::Literal;

impl<'a> Binder<'a> {
    /// An expression that is nothing but one aggregate.
    pub(super) fn only_aggregate(
        &mut self,
        rel: &Rel,
        expr: &'a ast::Expr,
    ) -> Option<AggregateCall> {
        let outer = self.aggregation.replace(Aggregation::over(&[]));
        let before = self.findings.len();
        let value = self.scalar(expr, &rel.scope());
        let calls = std::mem::replace(&mut self.aggregation, outer)?.into_calls();
        if self.findings.len() > before {
            return None;
        }
        let mut calls = calls.into_iter();
        match (value.kind, calls.next(), calls.next()) {
            (plan::ExprKind::Column(0), Some(call), None) if call.outputs.len() == 1 => Some(call),
            (_, None, _) => {
                self.fail(code::PLACE, &expr.span, "an aggregate is needed here");
                None
            }
            _ => {
                let message = "an expression over aggregates is not supported here yet";
                let finding = Finding::new(code::UNSUPPORTED, expr.span.clone(), message);
                self.report(finding.with_help("compute it in a step of its own"));
                None
            }
        }
    }

    pub(super) fn make_series(&mut self, rel: Rel, series: &'a MakeSeries) -> Rel {
        let mut list = ColumnList::default();
        let mut keys = Vec::new();
        for item in &series.by {
            let key = self.scalar(&item.expr, &rel.scope());
            let name = item.names.first().map(|name| name.text.clone());
            match name.or_else(|| implied_name(&item.expr)) {
                Some(name) => list.add(&name, key.ty),
                None => list.add_numbered(key.ty),
            };
            keys.push(key);
        }
        let plain = series.aggregates.iter().all(|(item, _)| is_aggregate(&item.expr));
        if !plain {
            return self.computed_series(rel, series);
        }
        let mut aggregates = Vec::new();
        for (item, default) in &series.aggregates {
            let Some(call) = self.only_aggregate(&rel, &item.expr) else {
                list.add_numbered(Type::Dynamic);
                continue;
            };
            let ty = call.outputs.first().copied().unwrap_or(Type::Long);
            let default = self.series_default(default.as_ref(), ty);
            let name = item.names.first().map(|name| name.text.clone());
            match name.or_else(|| implied_name(&item.expr)) {
                Some(name) => list.add(&name, Type::Dynamic),
                None => list.add_numbered(Type::Dynamic),
            };
            aggregates.push((call, default));
        }
        let axis = self.series_axis(&rel, series);
        let name = series.on.names.first().map(|name| name.text.clone());
        match name.or_else(|| implied_name(&series.on.expr)) {
            Some(name) => list.add(&name, Type::Dynamic),
            None => list.add_numbered(Type::Dynamic),
        };
        let columns = list.columns;
        let mut out =
            rel.step(columns, |input| RelationKind::MakeSeries { input, keys, aggregates, axis });
        out.label = None;
        out
    }

    /// Expressions over aggregates: first they are computed for each bin, then made a series of.
    fn computed_series(&mut self, rel: Rel, series: &'a MakeSeries) -> Rel {
        let axis = self.series_axis(&rel, series);
        let start = axis.from.clone();
        let function = if start.is_some() { Function::BinAt } else { Function::Bin };
        let args = [Some(axis.value.clone()), Some(axis.step.clone()), start];
        let bin = Expr::call(function, args.into_iter().flatten().collect(), axis.value.ty);
        let (mut key_columns, mut keys) = self.named_keys(&rel, &series.by);
        let name = series.on.names.first().map(|name| name.text.clone());
        let name = name.or_else(|| implied_name(&series.on.expr));
        let name = name.unwrap_or_else(|| "Column1".to_owned());
        let width = keys.len();
        key_columns.push(Column { name: name.clone(), ty: bin.ty });
        keys.push(bin);
        let items: Vec<&'a ast::NamedExpr> = series.aggregates.iter().map(|(i, _)| i).collect();
        let binned = self.summarize_by(rel, (key_columns, keys), &items);
        let mut list = ColumnList::with(binned.columns().get(..width).unwrap_or_default().to_vec());
        let mut aggregates = Vec::new();
        for (offset, (_, default)) in series.aggregates.iter().enumerate() {
            let index = width + 1 + offset;
            let Some(column) = binned.columns().get(index) else { continue };
            list.add(&column.name, Type::Dynamic);
            let value = Expr::column(index, column.ty);
            let call = aggregate_of(AggregateFunction::TakeAny, column.ty, vec![value]);
            aggregates.push((call, self.series_default(default.as_ref(), column.ty)));
        }
        list.add(&name, Type::Dynamic);
        let keys = (0..width)
            .filter_map(|index| Some(Expr::column(index, binned.columns().get(index)?.ty)))
            .collect();
        let axis = SeriesAxis { value: Expr::column(width, axis.value.ty), ..axis };
        let columns = list.columns;
        binned.step(columns, |input| RelationKind::MakeSeries { input, keys, aggregates, axis })
    }

    /// What stands where a bin has no rows: zero unless it is said.
    fn series_default(&mut self, given: Option<&'a ast::Expr>, ty: Type) -> Literal {
        let Some(given) = given else {
            return match ty {
                Type::Int => Literal::Int(0),
                Type::Long => Literal::Long(0),
                Type::Real => Literal::Real(0.0),
                Type::TimeSpan => Literal::TimeSpan(0),
                ty => Literal::null_of(ty),
            };
        };
        let value = convert(self.scalar(given, &Scope::EMPTY), ty);
        match value.kind {
            plan::ExprKind::Literal(literal) => literal,
            plan::ExprKind::Call { ref args, .. } => match args.first().map(|arg| &arg.kind) {
                // A number of another kind: exact only where it is small.
                Some(plan::ExprKind::Literal(Literal::Real(number))) if ty == Type::Long => {
                    number.to_string().parse().map_or(Literal::Null, Literal::Long)
                }
                _ => self.bad_default(given),
            },
            _ => self.bad_default(given),
        }
    }

    fn bad_default(&mut self, given: &ast::Expr) -> Literal {
        self.fail(code::CONSTANT, &given.span, "a constant is needed here");
        Literal::Null
    }

    fn series_axis(&mut self, rel: &Rel, series: &'a MakeSeries) -> SeriesAxis {
        let mut value = self.scalar(&series.on.expr, &rel.scope());
        if value.ty == Type::Dynamic {
            value = convert(value, Type::Real);
        }
        let mut step = self.scalar(&series.step, &Scope::EMPTY);
        let (value_ty, step_ty) = match (value.ty, step.ty) {
            (Type::DateTime | Type::TimeSpan, Type::TimeSpan) => (value.ty, Type::TimeSpan),
            (ty, other) if ty.is_number() && other.is_number() => {
                let ty = super::convert::common(ty, other).unwrap_or(Type::Real);
                (ty, ty)
            }
            (ty, other) => {
                if !rel.open || self.findings.is_empty() {
                    let message = format!("a {ty} is not binned by a {other}");
                    self.fail(code::TYPE, &series.step.span, message);
                }
                (ty, other)
            }
        };
        value = convert(value, value_ty);
        step = convert(step, step_ty);
        let bound = |binder: &mut Self, bound: &'a Option<ast::Expr>| {
            let bound = bound.as_ref()?;
            let value = binder.scalar(bound, &Scope::EMPTY);
            Some(binder.as_type(value, value_ty, &bound.span))
        };
        let (from, to) = (bound(self, &series.from), bound(self, &series.to));
        SeriesAxis { value, from, to, step, inclusive: series.in_range }
    }

    /// The expression as a type it can be compared as.
    fn as_type(&mut self, value: Expr, ty: Type, span: &ast::Span) -> Expr {
        if value.ty == ty || super::convert::comparable(value.ty, ty).is_some() {
            return convert(value, ty);
        }
        let message = format!("a {ty} is needed here, and this is a {}", value.ty);
        self.fail(code::TYPE, span, message)
    }

    pub(super) fn top_nested(&mut self, rel: Rel, levels: &'a [NestedTop]) -> Rel {
        let mut list = ColumnList::default();
        let mut nested = Vec::new();
        for level in levels {
            let key = self.scalar(&level.of.expr, &rel.scope());
            let count = level.count.as_ref().map(|count| self.constant_count(count));
            let others = level.others.as_ref().map(|others| {
                let value = convert(self.scalar(others, &Scope::EMPTY), key.ty);
                match value.kind {
                    plan::ExprKind::Literal(literal) => literal,
                    _ => self.bad_default(others),
                }
            });
            let name = level.of.names.first().map(|name| name.text.clone());
            let name = name.or_else(|| implied_name(&level.of.expr));
            let index = match &name {
                Some(name) => list.add(name, key.ty),
                None => list.add_numbered(key.ty),
            };
            let named = list.columns.get(index).map(|column| column.name.clone());
            let Some(aggregate) = self.only_aggregate(&rel, &level.by.expr) else { continue };
            let ty = aggregate.outputs.first().copied().unwrap_or(Type::Long);
            match level.by.names.first() {
                Some(name) => list.add(&name.text, ty),
                None => list.add(&format!("aggregated_{}", named.unwrap_or_default()), ty),
            };
            let descending = !level.ascending;
            nested.push(NestedLevel { count, key, others, aggregate, descending });
        }
        let columns = list.columns;
        let mut out = rel.step(columns, |input| RelationKind::TopNested { input, levels: nested });
        out.label = None;
        out
    }

    /// The most frequent values: counted, or weighed, and sorted.
    pub(super) fn top_hitters(
        &mut self,
        rel: Rel,
        count: &'a ast::Expr,
        of: &'a ast::Expr,
        by: Option<&'a ast::Expr>,
    ) -> Rel {
        let key = self.scalar(of, &rel.scope());
        let name = implied_name(of).unwrap_or_else(|| "Column1".to_owned());
        let mut list = ColumnList::default();
        list.add(&name, key.ty);
        let call = match by {
            Some(weight) => {
                let value = self.scalar(weight, &rel.scope());
                let value = match value.ty {
                    Type::Dynamic => convert(value, Type::Real),
                    Type::Int => convert(value, Type::Long),
                    _ => value,
                };
                let name = implied_name(weight).unwrap_or_default();
                list.add(&format!("approximate_sum_{name}"), value.ty);
                aggregate_of(AggregateFunction::Sum, value.ty, vec![value])
            }
            None => {
                list.add(&format!("approximate_count_{name}"), Type::Long);
                aggregate_of(AggregateFunction::Count, Type::Long, Vec::new())
            }
        };
        let ty = call.outputs.first().copied().unwrap_or(Type::Long);
        let order =
            vec![SortKey { expr: Expr::column(1, ty), descending: true, nulls_first: false }];
        let counted = rel.step(list.columns, |input| RelationKind::Aggregate {
            input,
            keys: vec![key],
            aggregates: vec![call],
        });
        let sorted = counted.same(|input| RelationKind::Sort { input, keys: order });
        self.take(sorted, count)
    }
}

fn aggregate_of(function: AggregateFunction, ty: Type, args: Vec<Expr>) -> AggregateCall {
    AggregateCall { function, args, filter: None, parameter: None, outputs: vec![ty] }
}

/// Whether the expression is a call of an aggregate.
pub(super) fn is_aggregate(expr: &ast::Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call(name, _) if crate::aggregate::find(&name.text).is_some())
}
