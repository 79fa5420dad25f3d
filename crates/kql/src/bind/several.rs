//! Aggregates that may give several columns: `arg_max` and its kin, `percentiles`.

use super::aggregates::Output;
use super::naming::{implied_name, percent_name};
use super::{Binder, Scope};
use crate::aggregate::{Aggregate, Shape};
use crate::ast::{Argument, ExprKind, Name};
use crate::function::Function;
use crate::plan::{self, AggregateCall, Expr};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::value::{Dynamic, Literal};

impl<'a> Binder<'a> {
    /// An aggregate that may give several columns.
    pub(super) fn several(
        &mut self,
        found: &'static Aggregate,
        name: &'a Name,
        arguments: &'a [Argument],
        scope: &Scope<'_>,
    ) -> Vec<Output> {
        if matches!(found.shape, Shape::Percentiles | Shape::WeightedPercentiles) {
            return self.percentiles(found, name, arguments, scope);
        }
        let star = |argument: &&Argument| matches!(argument.value.kind, ExprKind::Star);
        let has_star = arguments.iter().any(|argument| star(&argument));
        let outer = self.aggregation.take();
        let mut args = Vec::new();
        for argument in arguments.iter().filter(|argument| !star(argument)) {
            let value = self.scalar(&argument.value, scope);
            args.push((value, implied_name(&argument.value)));
        }
        if has_star {
            let used: Vec<Expr> = args
                .iter()
                .map(|(value, _)| value.clone())
                .chain(outer.iter().flat_map(|aggregation| aggregation.keys.clone()))
                .collect();
            let named: Vec<String> =
                outer.iter().flat_map(|aggregation| aggregation.key_names.clone()).collect();
            for (index, column) in scope.columns.iter().enumerate() {
                let value = Expr::column(index, column.ty);
                if !used.contains(&value) && !named.contains(&column.name) {
                    args.push((value, Some(column.name.clone())));
                }
            }
        }
        self.aggregation = outer;
        if args.is_empty() && has_star && found.shape == Shape::Any {
            return Vec::new();
        }
        if args.is_empty() || (found.shape == Shape::Arg && arguments.is_empty()) {
            let message = format!("`{}` needs an argument", name.text);
            let finding = Finding::new(code::ARGUMENTS, name.span.clone(), message);
            self.report(finding.with_help(format!("the form is `{}`", found.signature)));
            return Vec::new();
        }
        self.settle_several(found, name, args)
    }

    fn settle_several(
        &mut self,
        found: &Aggregate,
        name: &Name,
        args: Vec<(Expr, Option<String>)>,
    ) -> Vec<Output> {
        // The older spellings put the prefix before the names.
        let prefixed = matches!(name.text.as_str(), "argmax" | "argmin" | "any");
        let outputs: Vec<Type> = args.iter().map(|(value, _)| value.ty).collect();
        let (args, names): (Vec<Expr>, Vec<Option<String>>) = args.into_iter().unzip();
        let call = AggregateCall {
            function: found.function,
            args,
            filter: None,
            parameter: None,
            outputs: outputs.clone(),
        };
        let first = self.aggregation.as_mut().map_or(0, |aggregation| aggregation.push(call));
        let lead = names.first().cloned().flatten().unwrap_or_default();
        outputs
            .into_iter()
            .zip(names)
            .enumerate()
            .map(|(index, (ty, implied))| {
                let plain = implied.unwrap_or_default();
                let name = match (prefixed, found.shape, index) {
                    (true, Shape::Arg, 0) => format!("{}{plain}", found.prefix),
                    (true, Shape::Arg, _) => format!("{}{lead}_{plain}", found.prefix),
                    (true, ..) => format!("{}{plain}", found.prefix),
                    (false, Shape::Arg, 0) if plain.is_empty() => found.prefix.to_owned(),
                    (false, Shape::Arg, _) if plain.is_empty() => {
                        format!("{}{lead}_arg{index}", found.prefix)
                    }
                    (false, ..) if plain.is_empty() => {
                        return Output {
                            expr: Expr::column(first + index, ty),
                            name: None,
                            given: false,
                        };
                    }
                    (false, ..) => plain,
                };
                Output { expr: Expr::column(first + index, ty), name: Some(name), given: false }
            })
            .collect()
    }

    fn percentiles(
        &mut self,
        found: &'static Aggregate,
        name: &'a Name,
        arguments: &'a [Argument],
        scope: &Scope<'_>,
    ) -> Vec<Output> {
        let Some(args) = self.aggregate_args(found, name, arguments, scope) else {
            return Vec::new();
        };
        let label = arguments
            .first()
            .and_then(|argument| {
                let given = argument.name.as_ref().map(|name| name.text.clone());
                given.or_else(|| implied_name(&argument.value))
            })
            .unwrap_or_default();
        let weighted = usize::from(found.shape == Shape::WeightedPercentiles);
        let (values, percents) = args.split_at((1 + weighted).min(args.len()));
        let mut outputs = Vec::new();
        for ((percent, span), argument) in percents.iter().zip(arguments.iter().skip(1 + weighted))
        {
            let Some(parameter) = self.constant_parameter(percent.clone(), span) else { continue };
            let expr = self.one_percentile(found, values, parameter);
            let name = format!("{}{label}_{}", found.prefix, percent_name(&argument.value));
            outputs.push(Output { expr, name: Some(name), given: false });
        }
        outputs
    }

    fn one_percentile(
        &mut self,
        found: &Aggregate,
        values: &[(Expr, &'a crate::ast::Span)],
        parameter: Literal,
    ) -> Expr {
        let args: Vec<Expr> = values
            .iter()
            .map(|(value, _)| super::aggregates::argument_type(found.function, value.clone()))
            .collect();
        let ty = args.first().map_or(Type::Dynamic, |value| value.ty);
        let call = AggregateCall {
            function: found.function,
            args,
            filter: None,
            parameter: Some(parameter),
            outputs: vec![ty],
        };
        let index = self.aggregation.as_mut().map_or(0, |aggregation| aggregation.push(call));
        Expr::column(index, ty)
    }

    /// Several percentiles as one array.
    pub(super) fn percentile_array(
        &mut self,
        found: &'static Aggregate,
        name: &'a Name,
        arguments: &'a [Argument],
        scope: &Scope<'_>,
    ) -> Expr {
        let Some(args) = self.aggregate_args(found, name, arguments, scope) else {
            return Self::poison();
        };
        let weighted = usize::from(found.shape == Shape::WeightedPercentileArray);
        let (values, percents) = args.split_at((1 + weighted).min(args.len()));
        let mut members = Vec::new();
        for (percent, span) in percents {
            let numbers: Vec<Literal> = match &percent.kind {
                plan::ExprKind::Literal(Literal::Dynamic(Dynamic::Array(items))) => {
                    items.iter().filter_map(number_of).collect()
                }
                _ => self.constant_parameter(percent.clone(), span).into_iter().collect(),
            };
            for number in numbers {
                members.push(self.one_percentile(found, values, number));
            }
        }
        Expr::call(Function::PackArray, members, Type::Dynamic)
    }
}

fn number_of(value: &Dynamic) -> Option<Literal> {
    match value {
        Dynamic::Long(number) => Some(Literal::Long(*number)),
        Dynamic::Real(number) => Some(Literal::Real(*number)),
        _ => None,
    }
}
