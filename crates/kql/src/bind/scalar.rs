//! Scalar expressions: names, members, and who is asked for the rest.

use super::{Binder, Binding, Scope};
use crate::ast::{self, ExprKind, Name};
use crate::function::Function;
use crate::plan::Expr;
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::suggest::nearest;
use crate::value::Literal;

impl<'a> Binder<'a> {
    /// Resolves a scalar expression over the columns of the scope.
    pub(super) fn scalar(&mut self, expr: &'a ast::Expr, scope: &Scope<'_>) -> Expr {
        if !self.spend(1, &expr.span) {
            return Self::poison();
        }
        match &expr.kind {
            ExprKind::Literal(Literal::Null, Type::String) => {
                Expr::literal(Literal::null_of(Type::String), Type::String)
            }
            ExprKind::Literal(value, ty) => Expr::literal(value.clone(), *ty),
            ExprKind::Name(name) => self.named_value(name, &expr.span, scope),
            ExprKind::Call(name, arguments) => self.call(name, arguments, &expr.span, scope),
            ExprKind::Member(base, name) => self.member(base, name, scope),
            ExprKind::Index(base, index) => self.index(base, index, scope),
            ExprKind::Negate(operand) => self.negate(operand, scope),
            ExprKind::Binary(op, op_span, left, right) => {
                self.binary(*op, op_span, [left, right], scope)
            }
            ExprKind::List { test, value, list } => self.list_test(*test, value, list, scope),
            ExprKind::Between { negated, value, low, high } => {
                self.between(*negated, [value, low, high], scope)
            }
            ExprKind::Paren(inner) => self.scalar(inner, scope),
            ExprKind::Broken => Self::poison(),
            ExprKind::Star => self.fail(code::PLACE, &expr.span, "`*` has no meaning here"),
            ExprKind::TypeOf(_) => {
                self.fail(code::PLACE, &expr.span, "`typeof` has no meaning here")
            }
            ExprKind::Pipe(..) | ExprKind::Source(_) | ExprKind::Rows => {
                self.report(
                    Finding::new(
                        code::PLACE,
                        expr.span.clone(),
                        "a single value is needed here, not rows",
                    )
                    .with_help("`toscalar(…)` takes the first column of the first row"),
                );
                Self::poison()
            }
        }
    }

    fn named_value(&mut self, name: &str, span: &ast::Span, scope: &Scope<'_>) -> Expr {
        if self.aggregation.is_some() && scope.find(name).is_some() {
            let message = format!("`{name}` is not aggregated here");
            self.report(
                Finding::new(code::PLACE, span.clone(), message).with_help(format!(
                    "group by it, or take an aggregate of it: `take_any({name})`"
                )),
            );
            return Self::poison();
        }
        if let Some(column) = scope.find(name) {
            return column;
        }
        if let Some(binding) = self.lookup(name) {
            if let Binding::Function { body, visible } = &*binding
                && body.params.is_empty()
            {
                // A function without parameters may be named without being called.
                let name = Name { text: name.to_owned(), span: span.clone() };
                return self.own_scalar_call(&name, body, visible, &[], scope);
            }
            return self.bound_value(name, &binding, span);
        }
        if scope.open {
            return Self::poison();
        }
        if self.schema.table(name).is_some() {
            return self.fail(
                code::PLACE,
                span,
                format!("`{name}` is a table; a single value is needed here"),
            );
        }
        self.unknown_column(name, span, scope)
    }

    fn bound_value(&mut self, name: &str, binding: &Binding<'a>, span: &ast::Span) -> Expr {
        match binding {
            Binding::Scalar { expr, table_depth, size } => {
                if *table_depth != self.table_depth && !expr.is_constant() {
                    let message =
                        format!("`{name}` depends on a row, and there is another row here");
                    return self.fail(code::PLACE, span, message);
                }
                if self.spend(size.nodes, span) { expr.clone() } else { Self::poison() }
            }
            Binding::Table { .. } => {
                self.report(
                    Finding::new(
                        code::PLACE,
                        span.clone(),
                        format!("`{name}` is rows; a single value is needed here"),
                    )
                    .with_help("`toscalar(…)` takes the first column of the first row"),
                );
                Self::poison()
            }
            Binding::Function { .. } => {
                self.fail(code::PLACE, span, format!("`{name}` is a function; call it: `{name}()`"))
            }
            Binding::Broken => Self::poison(),
        }
    }

    pub(super) fn unknown_column(
        &mut self,
        name: &str,
        span: &ast::Span,
        scope: &Scope<'_>,
    ) -> Expr {
        let place = match scope.label {
            Some(label) => format!(" in {label}"),
            None if scope.columns.is_empty() => return self.unknown_name(name, span),
            None => " here".to_owned(),
        };
        let known = scope
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .chain(self.names.iter().map(|(name, _)| name.as_str()));
        let suggestion = nearest(name, known);
        let finding =
            Finding::new(code::COLUMN, span.clone(), format!("no column named `{name}`{place}"));
        let finding = if suggestion.is_none() && scope.label.is_none() {
            let names: Vec<&str> = scope.columns.iter().map(|c| c.name.as_str()).take(12).collect();
            finding.with_help(format!("the columns here are {}", names.join(", ")))
        } else {
            finding.suggesting(suggestion)
        };
        self.report(finding);
        Self::poison()
    }

    /// Where there are no columns at all: a misspelt `let`.
    fn unknown_name(&mut self, name: &str, span: &ast::Span) -> Expr {
        let suggestion = nearest(name, self.names.iter().map(|(name, _)| name.as_str()));
        let finding =
            Finding::new(code::COLUMN, span.clone(), format!("nothing is named `{name}` here"));
        self.report(finding.suggesting(suggestion));
        Self::poison()
    }

    fn member(&mut self, base: &'a ast::Expr, name: &'a Name, scope: &Scope<'_>) -> Expr {
        if let ExprKind::Name(side) = &base.kind
            && matches!(side.as_str(), "$left" | "$right")
        {
            return self.fail(
                code::PLACE,
                &base.span,
                format!("`{side}` has a meaning only in the condition of a join"),
            );
        }
        if let ExprKind::Name(step) = &base.kind
            && let Some(column) = scope.find_in_step(step, &name.text)
        {
            return column;
        }
        let value = self.scalar(base, scope);
        let key = Expr::literal(Literal::String(name.text.clone()), Type::String);
        self.member_of(value, key, Function::Member, &name.span)
    }

    fn index(&mut self, base: &'a ast::Expr, index: &'a ast::Expr, scope: &Scope<'_>) -> Expr {
        // Sorting several arrays gives several; a position picks one of them.
        if let ExprKind::Call(name, arguments) = &base.kind
            && matches!(name.text.as_str(), "array_sort_asc" | "array_sort_desc")
            && arguments.len() > 1
            && let ExprKind::Literal(Literal::Long(position), _) = &index.kind
            && let Ok(position) = usize::try_from(*position)
        {
            let args: Vec<Expr> =
                arguments.iter().map(|argument| self.scalar(&argument.value, scope)).collect();
            if args.iter().filter(|arg| arg.ty != Type::Bool).count() > 1 {
                return self.sorted(&name.text, args, position).unwrap_or_else(Self::poison);
            }
        }
        let value = self.scalar(base, scope);
        let key = self.scalar(index, scope);
        let function = match key.ty {
            Type::String => Function::Member,
            ty if ty.is_integer() => Function::Element,
            ty => {
                let message = format!("a member is named by a string or a number, not by a {ty}");
                self.report(
                    Finding::new(code::TYPE, index.span.clone(), message)
                        .with_help("convert it: `tostring(…)` or `toint(…)`"),
                );
                return Self::poison();
            }
        };
        let key = if function == Function::Element {
            super::convert::convert(key, Type::Long)
        } else {
            key
        };
        self.member_of(value, key, function, &base.span)
    }

    fn member_of(&mut self, value: Expr, key: Expr, function: Function, span: &ast::Span) -> Expr {
        // Elsewhere the columns that hold JSON are dynamic, and queries take members of them at once.
        let value = match value.ty {
            Type::String => Expr::call(Function::ParseJson, vec![value], Type::Dynamic),
            _ => value,
        };
        if value.ty != Type::Dynamic {
            let message = format!("a {} has no members", value.ty);
            self.report(Finding::new(code::TYPE, span.clone(), message));
            return Self::poison();
        }
        Expr::call(function, vec![value, key], Type::Dynamic)
    }
}
