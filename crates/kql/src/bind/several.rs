//! Aggregates that may give several columns: `arg_max` and its kin, `percentiles`.

use super::aggregates::Output;
use super::naming::{implied_name, percent_name};
use super::{Binder, Scope};
use crate::aggregate::{Aggregate, AggregateFunction, Shape};
use crate::ast::{Argument, ExprKind, Name};
use crate::plan::{AggregateCall, Expr};
use crate::problem::{Finding, code};
use crate::schema::Type;

impl<'a> Binder<'a> {
    /// An aggregate that may give several columns.
    pub(super) fn several(
        &mut self,
        found: &'static Aggregate,
        name: &'a Name,
        arguments: &'a [Argument],
        scope: &Scope<'_>,
    ) -> Vec<Output> {
        if found.shape == Shape::Percentiles {
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
        let Some((value, rest)) = args.split_first() else { return Vec::new() };
        let label = arguments
            .first()
            .and_then(|argument| implied_name(&argument.value))
            .unwrap_or_default();
        let mut outputs = Vec::new();
        for ((percent, span), argument) in rest.iter().zip(arguments.iter().skip(1)) {
            let Some(parameter) = self.constant_parameter(percent.clone(), span) else { continue };
            let ty = value.0.ty;
            let call = AggregateCall {
                function: AggregateFunction::Percentile,
                args: vec![value.0.clone()],
                filter: None,
                parameter: Some(parameter),
                outputs: vec![ty],
            };
            let index = self.aggregation.as_mut().map_or(0, |aggregation| aggregation.push(call));
            let name = format!("{}{label}_{}", found.prefix, percent_name(&argument.value));
            outputs.push(Output { expr: Expr::column(index, ty), name: Some(name), given: false });
        }
        outputs
    }
}
