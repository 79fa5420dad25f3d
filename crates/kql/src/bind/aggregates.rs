//! `summarize`: keys, aggregates, and expressions over aggregates.

use super::convert::convert;
use super::naming::{ColumnList, implied_name};
use super::{Binder, Rel, Scope};
use crate::aggregate::{self, Aggregate, AggregateFunction, Gives, Shape};
use crate::ast::{self, Argument, ExprKind, Name, NamedExpr};
use crate::plan::{self, AggregateCall, Column, Expr, RelationKind};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::value::Literal;

/// The aggregates met while the expressions of a `summarize` are resolved.
#[derive(Debug)]
pub(super) struct Aggregation {
    calls: Vec<AggregateCall>,
    /// The column of the next output: the keys come first.
    next: usize,
    /// The keys: `arg_max(x, *)` does not repeat them.
    pub(super) keys: Vec<Expr>,
    /// The names of the keys: a column under one of them is not repeated either.
    pub(super) key_names: Vec<String>,
}

/// An output column before its name is settled.
pub(super) struct Output {
    pub(super) expr: Expr,
    pub(super) name: Option<String>,
    pub(super) given: bool,
}

impl Aggregation {
    /// Over groups with these keys.
    pub(super) fn over(keys: &[Expr]) -> Self {
        let keys = keys.to_vec();
        Self { calls: Vec::new(), next: keys.len(), keys, key_names: Vec::new() }
    }

    /// The calls, in the order of their outputs.
    pub(super) fn into_calls(self) -> Vec<AggregateCall> {
        self.calls
    }

    pub(super) fn push(&mut self, call: AggregateCall) -> usize {
        let first = self.next;
        self.next += call.outputs.len();
        self.calls.push(call);
        first
    }
}

impl<'a> Binder<'a> {
    pub(super) fn summarize(
        &mut self,
        rel: Rel,
        items: &'a [NamedExpr],
        by: &'a [NamedExpr],
    ) -> Rel {
        let mut list = ColumnList::default();
        let mut keys = Vec::new();
        let mut given: Vec<String> = Vec::new();
        for item in by {
            let key = self.scalar(&item.expr, &rel.scope());
            let name = item.names.first().map(|name| name.text.clone());
            match name.or_else(|| implied_name(&item.expr)) {
                Some(name) => {
                    if given.contains(&name) {
                        let span = item.names.first().map_or(&item.expr.span, |name| &name.span);
                        let message = format!("the column `{name}` is there already");
                        self.fail(code::DUPLICATE, span, message);
                    }
                    list.add(&name, key.ty);
                    given.push(name);
                }
                None => {
                    list.add_numbered(key.ty);
                }
            }
            keys.push(key);
        }
        let items: Vec<&'a NamedExpr> = items.iter().collect();
        self.summarize_over(rel, (list, keys, given), &items)
    }

    /// Groups with keys that are resolved already.
    pub(super) fn summarize_by(
        &mut self,
        rel: Rel,
        (columns, keys): (Vec<Column>, Vec<Expr>),
        items: &[&'a NamedExpr],
    ) -> Rel {
        self.summarize_over(rel, (ColumnList::with(columns), keys, Vec::new()), items)
    }

    fn summarize_over(
        &mut self,
        rel: Rel,
        (mut list, keys, mut given): (ColumnList, Vec<Expr>, Vec<String>),
        items: &[&'a NamedExpr],
    ) -> Rel {
        let mut exprs: Vec<Expr> =
            keys.iter().enumerate().map(|(index, key)| Expr::column(index, key.ty)).collect();
        let outer = self.aggregation.replace(Aggregation {
            calls: Vec::new(),
            next: keys.len(),
            keys: keys.clone(),
            key_names: list.columns.iter().map(|column| column.name.clone()).collect(),
        });
        for item in items.iter().copied() {
            for output in self.outputs(&rel, item) {
                let ty = output.expr.ty;
                match &output.name {
                    Some(name) => list.add(name, ty),
                    None => list.add_numbered(ty),
                };
                exprs.push(output.expr);
                let Some(name) = output.name.filter(|_| output.given) else { continue };
                if given.contains(&name) {
                    let span = item.names.first().map_or(&item.expr.span, |n| &n.span);
                    let message = format!("the column `{name}` is there already");
                    self.fail(code::DUPLICATE, span, message);
                }
                given.push(name);
            }
        }
        let calls = std::mem::replace(&mut self.aggregation, outer).map(|a| a.calls);
        aggregate(rel, keys, calls.unwrap_or_default(), list.columns, exprs)
    }

    /// The columns that one item of `summarize` gives: one, or several for `arg_max` and its kin.
    fn outputs(&mut self, rel: &Rel, item: &'a NamedExpr) -> Vec<Output> {
        let mut inner = &item.expr;
        while let ExprKind::Paren(next) = &inner.kind {
            inner = next;
        }
        if let ExprKind::Call(name, arguments) = &inner.kind
            && self.lookup(&name.text).is_none()
            && let Some(found) = aggregate::find(&name.text)
            && gives_several(found.shape)
        {
            let mut outputs = self.several(found, name, arguments, &rel.scope());
            for (output, name) in outputs.iter_mut().zip(&item.names) {
                output.name = Some(name.text.clone());
                output.given = true;
            }
            return outputs;
        }
        let before = self.aggregation.as_ref().map_or(0, |a| a.calls.len());
        let expr = self.scalar(&item.expr, &rel.scope());
        let after = self.aggregation.as_ref().map_or(0, |a| a.calls.len());
        if before == after && !rel.open && self.findings.is_empty() {
            self.fail(code::PLACE, &item.expr.span, "an aggregate is needed here");
        }
        let given = item.names.first().map(|name| name.text.clone());
        let is_given = given.is_some();
        vec![Output { expr, name: given.or_else(|| implied_name(&item.expr)), given: is_given }]
    }

    /// An aggregate inside an expression: its only output as a column of the aggregation.
    pub(super) fn nested_aggregate(
        &mut self,
        found: &'static Aggregate,
        name: &'a Name,
        arguments: &'a [Argument],
        scope: &Scope<'_>,
    ) -> Expr {
        if matches!(found.shape, Shape::PercentileArray | Shape::WeightedPercentileArray) {
            return self.percentile_array(found, name, arguments, scope);
        }
        if gives_several(found.shape) {
            let mut outputs = self.several(found, name, arguments, scope);
            if outputs.len() == 1 {
                return outputs.pop().map_or_else(Self::poison, |output| output.expr);
            }
            let message = format!(
                "`{}` gives several columns and cannot be part of an expression",
                name.text
            );
            return self.fail(code::PLACE, &name.span, message);
        }
        let Some(args) = self.aggregate_args(found, name, arguments, scope) else {
            return Self::poison();
        };
        let Some(call) = self.settle_call(found, name, args) else { return Self::poison() };
        let ty = call.outputs.first().copied().unwrap_or(Type::Dynamic);
        let index = self.aggregation.as_mut().map_or(0, |aggregation| aggregation.push(call));
        Expr::column(index, ty)
    }

    /// The arguments, resolved over the rows that are aggregated.
    pub(super) fn aggregate_args(
        &mut self,
        found: &Aggregate,
        name: &Name,
        arguments: &'a [Argument],
        scope: &Scope<'_>,
    ) -> Option<Vec<(Expr, &'a ast::Span)>> {
        let (least, most) = match found.shape {
            Shape::Nothing => (0, 1),
            Shape::PredicateOnly | Shape::Value => (1, 1),
            Shape::ValueAndParameter | Shape::ValueAndWeight => (1, 2),
            Shape::ValueIf | Shape::Percentile | Shape::Pair => (2, 2),
            Shape::ValueIfAndParameter => (2, 3),
            Shape::ValuesIf => (2, 2),
            Shape::PairIf | Shape::WeightedPercentile => (3, 3),
            Shape::PercentileArray => (2, usize::MAX),
            Shape::WeightedPercentiles | Shape::WeightedPercentileArray => (3, usize::MAX),
            Shape::Percentiles | Shape::Arg | Shape::Any | Shape::Values => (1, usize::MAX),
        };
        if arguments.len() < least || arguments.len() > most {
            let message = format!("`{}` is called with {} arguments", name.text, arguments.len());
            let finding = Finding::new(code::ARGUMENTS, name.span.clone(), message);
            self.report(finding.with_help(format!("the form is `{}`", found.signature)));
            return None;
        }
        // Inside an aggregate the columns are those of the rows again.
        let outer = self.aggregation.take();
        let args = arguments
            .iter()
            .map(|argument| (self.scalar(&argument.value, scope), &argument.value.span))
            .collect();
        self.aggregation = outer;
        Some(args)
    }

    fn settle_call(
        &mut self,
        found: &Aggregate,
        name: &Name,
        args: Vec<(Expr, &'a ast::Span)>,
    ) -> Option<AggregateCall> {
        let mut args = args.into_iter();
        let mut values = Vec::new();
        let mut filter = None;
        match found.shape {
            // Of texts, none of which is null, the number is that of the rows.
            // Of anything but a condition, rows are counted.
            Shape::Nothing => filter = args.next().filter(|(arg, _)| arg.ty == Type::Bool),
            Shape::PredicateOnly => filter = args.next(),
            Shape::Pair | Shape::PairIf | Shape::WeightedPercentile => {
                values.extend(args.by_ref().take(2).map(|(arg, _)| arg));
                filter = if found.shape == Shape::PairIf { args.next() } else { None };
            }
            Shape::ValueAndWeight => values.extend(args.by_ref().map(|(arg, _)| arg)),
            Shape::Values => values.extend(args.by_ref().map(|(arg, _)| arg)),
            Shape::ValuesIf | Shape::ValueIf | Shape::ValueIfAndParameter => {
                values.extend(args.next().map(|(arg, _)| arg));
                filter = args.next();
            }
            _ => values.extend(args.next().map(|(arg, _)| arg)),
        }
        let mut parameter = found.default_parameter.map(Literal::Long);
        if let Some((given, span)) = args.next() {
            parameter = Some(self.constant_parameter(given, span)?);
        }
        let filter = filter.map(|(filter, span)| self.predicate(filter, span));
        let values = values
            .into_iter()
            .map(|value| argument_type(found.function, value))
            .collect::<Vec<_>>();
        let ty = self.given_type(found, name, values.first())?;
        Some(AggregateCall {
            function: found.function,
            args: values,
            filter,
            parameter,
            outputs: vec![ty],
        })
    }

    pub(super) fn constant_parameter(&mut self, given: Expr, span: &ast::Span) -> Option<Literal> {
        match given.kind {
            plan::ExprKind::Literal(
                value @ (Literal::Long(_) | Literal::Int(_) | Literal::Real(_)),
            ) => Some(value),
            _ => {
                self.fail(code::CONSTANT, span, "a constant number is needed here");
                None
            }
        }
    }

    fn given_type(&mut self, found: &Aggregate, name: &Name, value: Option<&Expr>) -> Option<Type> {
        let ty = value.map_or(Type::Long, |value| value.ty);
        let result = match (found.gives, ty) {
            (Gives::Type(given), _) => Some(given),
            (Gives::Same, ty) => Some(ty),
            (Gives::Sum, Type::Int | Type::Long) => Some(Type::Long),
            (Gives::Sum, Type::Real | Type::Decimal | Type::TimeSpan) => Some(ty),
            (Gives::Mean, Type::TimeSpan | Type::DateTime | Type::Decimal) => Some(ty),
            (Gives::Mean, ty) if ty.is_number() => Some(Type::Real),
            _ => None,
        };
        if result.is_none() {
            self.fail(code::TYPE, &name.span, format!("`{}` does not go with a {ty}", name.text));
        }
        result
    }
}

/// Whether the aggregate may give several columns.
const fn gives_several(shape: Shape) -> bool {
    matches!(shape, Shape::Arg | Shape::Any | Shape::Percentiles | Shape::WeightedPercentiles)
}

/// What an aggregate takes instead of a dynamic or a bool.
pub(super) fn argument_type(function: AggregateFunction, value: Expr) -> Expr {
    use AggregateFunction as F;
    match (function, value.ty) {
        (F::Sum | F::Avg, Type::Dynamic) => convert(value, Type::Real),
        (F::Sum | F::Avg, Type::Bool) => convert(value, Type::Long),
        (
            F::Stdev | F::StdevP | F::Variance | F::VarianceP | F::Covariance | F::CovarianceP,
            ty,
        ) if ty.is_number() || ty == Type::Dynamic => convert(value, Type::Real),
        (F::BinaryAllAnd | F::BinaryAllOr | F::BinaryAllXor, Type::Int) => value,
        (F::BinaryAllAnd | F::BinaryAllOr | F::BinaryAllXor, _) => convert(value, Type::Long),
        (F::Percentile | F::PercentileWeighted, Type::Int) => convert(value, Type::Long),
        (F::Percentile | F::PercentileWeighted, Type::Decimal) => convert(value, Type::Real),
        (F::MakeBag, _) => convert(value, Type::Dynamic),
        _ => value,
    }
}

/// The aggregation, and over it a projection where the outputs are not just its columns in order.
fn aggregate(
    rel: Rel,
    keys: Vec<Expr>,
    calls: Vec<AggregateCall>,
    columns: Vec<Column>,
    exprs: Vec<Expr>,
) -> Rel {
    let outputs: Vec<Type> = keys
        .iter()
        .map(|key| key.ty)
        .chain(calls.iter().flat_map(|call| call.outputs.iter().copied()))
        .collect();
    let in_order = exprs.len() == outputs.len()
        && exprs.iter().enumerate().all(|(at, expr)| expr.kind == plan::ExprKind::Column(at));
    let kind = |input| RelationKind::Aggregate { input, keys, aggregates: calls };
    let mut out = if in_order {
        rel.step(columns, kind)
    } else {
        let raw = outputs
            .into_iter()
            .enumerate()
            .map(|(index, ty)| Column { name: format!("output{index}"), ty })
            .collect();
        rel.step(raw, kind).step(columns, |input| RelationKind::Project { input, exprs })
    };
    out.label = None;
    out
}
