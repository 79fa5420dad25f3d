//! Calls: the built-in functions by their signatures, and the query's own.

use std::rc::Rc;

use super::convert::convert;
use super::{Binder, Binding, Rel, Scope};
use crate::aggregate;
use crate::ast::{self, Argument, FunctionBody, Name, ParameterType};
use crate::function::{self, Function, FunctionInfo, Gives, Param};
use crate::plan::Expr;
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::suggest::nearest;

impl<'a> Binder<'a> {
    pub(super) fn call(
        &mut self,
        name: &'a Name,
        arguments: &'a [Argument],
        span: &ast::Span,
        scope: &Scope<'_>,
    ) -> Expr {
        if let Some(binding) = self.lookup(&name.text)
            && let Binding::Function { body, visible } = &*binding
        {
            return self.own_scalar_call(name, body, visible, arguments, scope);
        }
        if self.aggregation.is_some()
            && let Some(aggregate) = aggregate::find(&name.text)
        {
            return self.nested_aggregate(aggregate, name, arguments, scope);
        }
        if let Some(result) = self.window_call(name, arguments, scope) {
            return result;
        }
        if let Some(result) = self.special_call(name, arguments, span, scope) {
            return result;
        }
        if let Some(info) = function::find(&name.text) {
            return self.built_in_call(info, name, arguments, scope);
        }
        self.unknown_function(name)
    }

    fn unknown_function(&mut self, name: &Name) -> Expr {
        let text = &name.text;
        if aggregate::find(text).is_some() {
            let message = format!("`{text}` is an aggregate; it has a meaning only in `summarize`");
            return self.fail(code::PLACE, &name.span, message);
        }
        if super::special::is_known_elsewhere(text) {
            let message = format!("the function `{text}` is not supported yet");
            return self.fail(code::UNSUPPORTED, &name.span, message);
        }
        let known = function::all()
            .map(|info| info.name)
            .chain(super::special::SPECIAL.iter().map(|(name, _, _)| *name))
            .chain(super::window::WINDOWS.iter().map(|(name, _, _)| *name))
            .chain(self.names.iter().map(|(name, _)| name.as_str()));
        let suggestion = if self.aggregation.is_some() {
            nearest(text, known.chain(aggregate::AGGREGATES.iter().map(|aggregate| aggregate.name)))
        } else {
            nearest(text, known)
        };
        let finding = Finding::new(
            code::FUNCTION,
            name.span.clone(),
            format!("there is no function `{text}`"),
        );
        self.report(finding.suggesting(suggestion));
        Self::poison()
    }

    fn built_in_call(
        &mut self,
        info: &'static FunctionInfo,
        name: &Name,
        arguments: &'a [Argument],
        scope: &Scope<'_>,
    ) -> Expr {
        let args: Vec<Expr> =
            arguments.iter().map(|argument| self.scalar(&argument.value, scope)).collect();
        let most = if info.repeats { usize::MAX } else { info.params.len() };
        if args.len() < info.required || args.len() > most {
            let message = format!("`{}` takes {}, not {}", name.text, count_of(info), args.len());
            let finding = Finding::new(code::ARGUMENTS, name.span.clone(), message);
            self.report(finding.with_help(format!("the form is `{}`", signature(info))));
            return Self::poison();
        }
        let args: Vec<Expr> = args
            .into_iter()
            .zip(arguments)
            .enumerate()
            .map(|(index, (arg, argument))| {
                let param = info.params.get(index).or(info.params.last()).copied();
                self.fit(arg, param.unwrap_or(Param::Any), &argument.value.span)
            })
            .collect();
        if let Function::Analysis(analysis) = info.function {
            return super::results::result_of(analysis, args, 0);
        }
        match info.gives {
            Gives::Type(ty) => Expr::call(info.function, args, ty),
            Gives::First => {
                let ty = args.first().map_or(Type::Dynamic, |arg| arg.ty);
                Expr::call(info.function, args, ty)
            }
            Gives::Common => match Self::common_of(&args) {
                Some(ty) => {
                    let args = args.into_iter().map(|arg| convert(arg, ty)).collect();
                    Expr::call(info.function, args, ty)
                }
                None => {
                    let message = format!("the arguments of `{}` have no common type", name.text);
                    self.fail(code::TYPE, &name.span, message)
                }
            },
        }
    }

    /// The argument as the parameter wants it.
    pub(super) fn fit(&mut self, arg: Expr, param: Param, span: &ast::Span) -> Expr {
        let wanted = match (param, arg.ty) {
            (Param::Any, _) => return arg,
            (Param::Num, ty) if ty.is_number() => return arg,
            (Param::Str, Type::String | Type::Dynamic) | (Param::Text, _) => Type::String,
            (Param::Int, ty) if ty.is_number() || ty == Type::Dynamic => Type::Long,
            (Param::Num, Type::Dynamic) => Type::Real,
            (Param::Real, ty) if ty.is_number() || ty == Type::Dynamic => Type::Real,
            (Param::Bool, ty) if ty.is_number() => Type::Bool,
            (Param::Bool, Type::Bool | Type::Dynamic) => Type::Bool,
            (Param::Date, Type::DateTime | Type::Dynamic) => Type::DateTime,
            (Param::Span, Type::TimeSpan | Type::Dynamic) => Type::TimeSpan,
            (Param::Dyn, _) => Type::Dynamic,
            (param, ty) => {
                let message = format!("a {} is needed here, and this is a {ty}", param.name());
                let mut finding = Finding::new(code::TYPE, span.clone(), message);
                if matches!(param, Param::Date | Param::Str | Param::Span) {
                    finding = finding.with_help(format!("convert it: `to{}(…)`", param.name()));
                }
                self.report(finding);
                return Self::poison();
            }
        };
        convert(arg, wanted)
    }

    pub(super) fn own_scalar_call(
        &mut self,
        name: &Name,
        body: &'a FunctionBody,
        visible: &[(String, Rc<Binding<'a>>)],
        arguments: &'a [Argument],
        scope: &Scope<'_>,
    ) -> Expr {
        let Some(result) = &body.result else {
            return self.fail(code::TYPE, &name.span, format!("`{}` gives nothing", name.text));
        };
        let entered = self.enter(name, body, visible, (arguments, None), scope);
        let Some(outer) = entered else { return Self::poison() };
        // The columns around the call are not those of the function.
        let value = if self.is_tabular(result) {
            self.fail(
                code::PLACE,
                &name.span,
                format!("`{}` gives rows; a single value is needed here", name.text),
            )
        } else {
            self.scalar(result, &Scope::EMPTY)
        };
        self.leave(outer);
        value
    }

    /// A call that gives rows.
    pub(super) fn own_table_call(
        &mut self,
        name: &Name,
        binding: &Binding<'a>,
        arguments: &'a [Argument],
        piped: Option<Rel>,
    ) -> Rel {
        let Binding::Function { body, visible } = binding else { return Rel::broken() };
        let Some(result) = &body.result else {
            self.fail(code::TYPE, &name.span, format!("`{}` gives nothing", name.text));
            return Rel::broken();
        };
        let entered = self.enter(name, body, visible, (arguments, piped), &Scope::EMPTY);
        let Some(outer) = entered else { return Rel::broken() };
        let rel = self.table(result);
        self.leave(outer);
        rel
    }

    /// Whether a call of the function gives rows.
    pub(super) fn gives_rows(&mut self, binding: &Binding<'a>) -> bool {
        let Binding::Function { body, visible } = binding else { return false };
        let Some(result) = &body.result else { return false };
        if self.call_depth >= super::MAX_CALL_DEPTH {
            return false;
        }
        self.call_depth += 1;
        let outer = std::mem::replace(&mut self.names, visible.clone());
        for param in &body.params {
            let binding = match &param.ty {
                ParameterType::Scalar(_) => Binding::Broken,
                ParameterType::Tabular(_) => {
                    Binding::Table { rel: Box::new(Rel::broken()), size: super::Size::default() }
                }
            };
            self.names.push((param.name.text.clone(), Rc::new(binding)));
        }
        for statement in &body.lets {
            if let ast::LetValue::Expr(expr) = &statement.value {
                let binding = if self.is_tabular(expr) {
                    Binding::Table { rel: Box::new(Rel::broken()), size: super::Size::default() }
                } else {
                    Binding::Broken
                };
                self.names.push((statement.name.text.clone(), Rc::new(binding)));
            }
        }
        let rows = self.is_tabular(result);
        self.names = outer;
        self.call_depth -= 1;
        rows
    }

    /// Makes the function's names those that count; gives back the ones that counted before.
    fn enter(
        &mut self,
        name: &Name,
        body: &'a FunctionBody,
        visible: &[(String, Rc<Binding<'a>>)],
        (arguments, piped): (&'a [Argument], Option<Rel>),
        scope: &Scope<'_>,
    ) -> Option<Vec<(String, Rc<Binding<'a>>)>> {
        if self.call_depth >= super::MAX_CALL_DEPTH {
            let message =
                format!("functions may call each other at most {} deep", super::MAX_CALL_DEPTH);
            self.fail(code::LIMIT, &name.span, message);
            return None;
        }
        let mut inside = visible.to_vec();
        let known = |argument: &Argument| {
            argument.name.as_ref().is_none_or(|n| body.params.iter().any(|p| p.name.text == n.text))
        };
        // `invoke` gives the first parameter.
        let mut params = body.params.as_slice();
        if let Some(rel) = piped {
            let Some((first, rest)) = params.split_first() else {
                self.fail(code::ARGUMENTS, &name.span, format!("`{}` takes no rows", name.text));
                return None;
            };
            let binding = self.rows(rel, &first.ty, &name.span);
            inside.push((first.name.text.clone(), Rc::new(binding)));
            params = rest;
        }
        if arguments.len() > params.len() || !arguments.iter().all(known) {
            let names: Vec<&str> = body.params.iter().map(|p| p.name.text.as_str()).collect();
            let message =
                format!("`{}` takes {} arguments: ({})", name.text, names.len(), names.join(", "));
            self.fail(code::ARGUMENTS, &name.span, message);
            return None;
        }
        for (index, param) in params.iter().enumerate() {
            let by_name = arguments.iter().find(|argument| {
                argument.name.as_ref().is_some_and(|name| name.text == param.name.text)
            });
            let by_place = arguments.get(index).filter(|argument| argument.name.is_none());
            let value =
                by_name.or(by_place).map(|argument| &argument.value).or(param.default.as_ref());
            let Some(value) = value else {
                let message =
                    format!("`{}` is missing its argument `{}`", name.text, param.name.text);
                self.fail(code::ARGUMENTS, &name.span, message);
                return None;
            };
            let binding = self.parameter(&param.ty, value, scope);
            inside.push((param.name.text.clone(), Rc::new(binding)));
        }
        self.call_depth += 1;
        let outer = std::mem::replace(&mut self.names, inside);
        for statement in &body.lets {
            self.let_statement(statement);
        }
        Some(outer)
    }

    fn leave(&mut self, outer: Vec<(String, Rc<Binding<'a>>)>) {
        self.names = outer;
        self.call_depth -= 1;
    }

    fn parameter(
        &mut self,
        ty: &ParameterType,
        value: &'a ast::Expr,
        scope: &Scope<'_>,
    ) -> Binding<'a> {
        match ty {
            ParameterType::Scalar(ty) => {
                let found = self.scalar(value, scope);
                let fits = found.ty == *ty
                    || *ty == Type::String
                    || super::convert::comparable(found.ty, *ty).is_some();
                if !fits {
                    let message = format!("a {ty} is needed here, and this is a {}", found.ty);
                    self.fail(code::TYPE, &value.span, message);
                    return Binding::Broken;
                }
                let expr = convert(found, *ty);
                let size = super::measure_expr(&expr);
                Binding::Scalar { expr, table_depth: self.table_depth, size }
            }
            ParameterType::Tabular(_) => {
                let rel = self.table(value);
                self.rows(rel, ty, &value.span)
            }
        }
    }

    /// Rows for a parameter, which may ask for columns.
    fn rows(&mut self, rel: Rel, ty: &ParameterType, span: &ast::Span) -> Binding<'a> {
        let ParameterType::Tabular(columns) = ty else {
            self.fail(code::TYPE, span, "the function takes a single value here, not rows");
            return Binding::Broken;
        };
        for (name, _) in columns {
            if !rel.open && rel.scope().find(&name.text).is_none() {
                let message = format!(
                    "the function needs a column `{}`, which these rows do not have",
                    name.text
                );
                self.fail(code::COLUMN, span, message);
            }
        }
        let size = super::measure_relation(&rel.relation);
        Binding::Table { rel: Box::new(rel), size }
    }
}

/// `substring(string, long [, long])`
pub(crate) fn signature(info: &FunctionInfo) -> String {
    let mut out = format!("{}(", info.name);
    for (index, param) in info.params.iter().enumerate() {
        let optional = index >= info.required;
        out.push_str(match (index, optional) {
            (0, true) => "[",
            (0, false) => "",
            (_, true) => " [, ",
            (_, false) => ", ",
        });
        out.push_str(param.name());
        if optional {
            out.push(']');
        }
    }
    if info.repeats {
        out.push_str(", …");
    }
    out.push(')');
    out
}

fn count_of(info: &FunctionInfo) -> String {
    let (least, most) = (info.required, info.params.len());
    let noun = |count| if count == 1 { "argument" } else { "arguments" };
    if info.repeats {
        format!("at least {least} {}", noun(least))
    } else if least == most {
        format!("{most} {}", noun(most))
    } else {
        format!("{least} to {most} arguments")
    }
}
