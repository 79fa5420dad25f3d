//! Operators between scalars: what types they take, and what they give.

use super::convert::{comparable, convert, read_beside};
use super::{Binder, Scope};
use crate::ast::{self, BinaryOp, ExprKind, TextOp};
use crate::function::Function;
use crate::plan::{self, Expr};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::value::Literal;

impl<'a> Binder<'a> {
    pub(super) fn negate(&mut self, operand: &'a ast::Expr, scope: &Scope<'_>) -> Expr {
        let value = self.scalar(operand, scope);
        let value = match value.ty {
            Type::Int => convert(value, Type::Long),
            Type::Dynamic => convert(value, Type::Real),
            Type::Long | Type::Real | Type::Decimal | Type::TimeSpan => value,
            ty => return self.fail(code::TYPE, &operand.span, format!("a {ty} cannot be negated")),
        };
        let ty = value.ty;
        Expr::call(Function::Negate, vec![value], ty)
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        op_span: &ast::Span,
        [left, right]: [&'a ast::Expr; 2],
        scope: &Scope<'_>,
    ) -> Expr {
        if matches!(left.kind, ExprKind::Star) {
            return self.any_column(op, op_span, right, scope);
        }
        let operands = [self.scalar(left, scope), self.scalar(right, scope)];
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let function = if op == BinaryOp::And { Function::And } else { Function::Or };
                let spans = [&left.span, &right.span];
                let args = operands.into_iter().zip(spans).map(|(e, span)| self.predicate(e, span));
                let args = args.collect();
                Expr::call(function, args, Type::Bool)
            }
            BinaryOp::Text(op, negated) => {
                let [text, needle] = operands;
                let text = self.textual(text, &left.span);
                let needle = self.textual(needle, &right.span);
                if op == TextOp::MatchesRegex {
                    self.check_regex(&needle, &right.span);
                }
                not_if(negated, Expr::call(text_function(op), vec![text, needle], Type::Bool))
            }
            _ if op.is_comparison() => self.comparison(op, op_span, operands),
            _ => self.arithmetic(op, op_span, operands),
        }
    }

    /// The expression as a condition.
    pub(super) fn predicate(&mut self, expr: Expr, span: &ast::Span) -> Expr {
        match expr.ty {
            Type::Bool => expr,
            Type::Dynamic => convert(expr, Type::Bool),
            ty if ty.is_number() => convert(expr, Type::Bool),
            ty => self.fail(
                code::TYPE,
                span,
                format!("a condition is needed here, and this is a {ty}"),
            ),
        }
    }

    /// The expression as text; only a dynamic is converted silently.
    pub(super) fn textual(&mut self, expr: Expr, span: &ast::Span) -> Expr {
        match expr.ty {
            Type::String => expr,
            Type::Dynamic => convert(expr, Type::String),
            ty => {
                let finding = Finding::new(
                    code::TYPE,
                    span.clone(),
                    format!("a string is needed here, and this is a {ty}"),
                );
                self.report(finding.with_help("convert it: `tostring(…)`"));
                Self::poison()
            }
        }
    }

    fn comparison(&mut self, op: BinaryOp, op_span: &ast::Span, [left, right]: [Expr; 2]) -> Expr {
        let (left_ty, right_ty) = (left.ty, right.ty);
        let (left, right) = (read_beside(left, right_ty), read_beside(right, left_ty));
        let unreadable = is_unreadable(&left, right.ty) || is_unreadable(&right, left.ty);
        let Some(ty) = comparable(left.ty, right.ty).filter(|_| !unreadable) else {
            let message = format!("a {} cannot be compared with a {}", left.ty, right.ty);
            let mut finding = Finding::new(code::TYPE, op_span.clone(), message);
            if left.ty == Type::Dynamic {
                finding = finding.with_help("convert both: `tostring(…)`, `tolong(…)` …");
            } else if left.ty == Type::String || right.ty == Type::String {
                finding = finding.with_help(format!(
                    "convert the string: `to{}(…)`",
                    if left.ty == Type::String { right.ty } else { left.ty }
                ));
            }
            // A stand-in for something unresolved says nothing new.
            if !(is_stand_in(&left) || is_stand_in(&right)) || self.findings.is_empty() {
                self.report(finding);
            }
            return Self::poison();
        };
        let function = match op {
            BinaryOp::Equal => Function::Equal,
            BinaryOp::NotEqual => Function::NotEqual,
            BinaryOp::Less => Function::Less,
            BinaryOp::LessOrEqual => Function::LessOrEqual,
            BinaryOp::Greater => Function::Greater,
            _ => Function::GreaterOrEqual,
        };
        Expr::call(function, vec![convert(left, ty), convert(right, ty)], Type::Bool)
    }

    fn arithmetic(&mut self, op: BinaryOp, op_span: &ast::Span, [left, right]: [Expr; 2]) -> Expr {
        use BinaryOp as B;
        use Type as T;
        let function = match op {
            B::Add => Function::Add,
            B::Subtract => Function::Subtract,
            B::Multiply => Function::Multiply,
            B::Divide => Function::Divide,
            _ => Function::Modulo,
        };
        let (left, right) = settle_dynamic(op, left, right);
        // The types of the two operands and of the result.
        let settled = match (op, left.ty, right.ty) {
            (_, l, r) if l.is_number() && r.is_number() => {
                let ty = match comparable(l, r) {
                    Some(T::Int) | None => T::Long,
                    Some(ty) => ty,
                };
                Some((ty, ty, ty))
            }
            (B::Add, T::DateTime, T::TimeSpan) => Some((T::DateTime, T::TimeSpan, T::DateTime)),
            (B::Add, T::TimeSpan, T::DateTime) => {
                return Expr::call(function, vec![right, left], T::DateTime);
            }
            (B::Subtract, T::DateTime, T::TimeSpan) => {
                Some((T::DateTime, T::TimeSpan, T::DateTime))
            }
            (B::Subtract, T::DateTime, T::DateTime) => {
                Some((T::DateTime, T::DateTime, T::TimeSpan))
            }
            (B::Add | B::Subtract | B::Modulo, T::TimeSpan, T::TimeSpan) => {
                Some((T::TimeSpan, T::TimeSpan, T::TimeSpan))
            }
            (B::Divide, T::TimeSpan, T::TimeSpan) => Some((T::TimeSpan, T::TimeSpan, T::Real)),
            (B::Multiply | B::Divide, T::TimeSpan, r) if r.is_number() => {
                Some((T::TimeSpan, T::Real, T::TimeSpan))
            }
            (B::Multiply, l, T::TimeSpan) if l.is_number() => {
                return Expr::call(function, vec![right, convert(left, T::Real)], T::TimeSpan);
            }
            _ => None,
        };
        let Some((left_ty, right_ty, ty)) = settled else {
            let message =
                format!("`{}` does not go with a {} and a {}", function.name(), left.ty, right.ty);
            let finding = Finding::new(code::TYPE, op_span.clone(), message);
            let is_text = left.ty == T::String || right.ty == T::String;
            self.report(if is_text && op == B::Add {
                finding.with_help("texts are joined by `strcat(…)`")
            } else {
                finding
            });
            return Self::poison();
        };
        Expr::call(function, vec![convert(left, left_ty), convert(right, right_ty)], ty)
    }

    pub(super) fn between(
        &mut self,
        negated: bool,
        [value, low, high]: [&'a ast::Expr; 3],
        scope: &Scope<'_>,
    ) -> Expr {
        let bound = self.scalar(value, scope);
        let low_bound = self.scalar(low, scope);
        let mut high_bound = self.scalar(high, scope);
        if low_bound.ty == Type::DateTime && high_bound.ty == Type::TimeSpan {
            let args = vec![low_bound.clone(), high_bound];
            high_bound = Expr::call(Function::Add, args, Type::DateTime);
        }
        let (low_bound, high_bound) =
            (read_beside(low_bound, bound.ty), read_beside(high_bound, bound.ty));
        let ty = comparable(low_bound.ty, high_bound.ty).and_then(|ty| comparable(bound.ty, ty));
        let Some(ty) = ty else {
            let message = format!(
                "a {} cannot lie between a {} and a {}",
                bound.ty, low_bound.ty, high_bound.ty
            );
            return self.fail(code::TYPE, &value.span, message);
        };
        let args = [bound, low_bound, high_bound].map(|expr| convert(expr, ty)).to_vec();
        not_if(negated, Expr::call(Function::Between, args, Type::Bool))
    }

    /// `* has "x"`: true of any column.
    fn any_column(
        &mut self,
        op: BinaryOp,
        op_span: &ast::Span,
        right: &'a ast::Expr,
        scope: &Scope<'_>,
    ) -> Expr {
        let BinaryOp::Text(text_op, false) = op else {
            return self.fail(
                code::UNSUPPORTED,
                op_span,
                "this operator is not supported with `*` yet",
            );
        };
        let needle = self.scalar(right, scope);
        let needle = self.textual(needle, &right.span);
        let tests = scope.columns.iter().enumerate().map(|(index, column)| {
            let text = convert(Expr::column(index, column.ty), Type::String);
            Expr::call(text_function(text_op), vec![text, needle.clone()], Type::Bool)
        });
        super::search::any_of(tests)
    }

    /// A constant regular expression is kept within what can be checked here: its size.
    pub(super) fn check_regex(&mut self, regex: &Expr, span: &ast::Span) {
        /// Longer patterns cost too much to compile.
        const MAX_REGEX: usize = 16 * 1024;
        if let plan::ExprKind::Literal(Literal::String(text)) = &regex.kind
            && text.len() > MAX_REGEX
        {
            let message = format!("a regular expression may have at most {MAX_REGEX} bytes");
            self.report(Finding::new(code::LIMIT, span.clone(), message));
        }
    }
}

/// A constant text beside something that it is not the text of: never equal.
fn is_unreadable(expr: &Expr, other: Type) -> bool {
    matches!(expr.kind, plan::ExprKind::Literal(Literal::String(_)))
        && !matches!(other, Type::String | Type::Dynamic | Type::Guid)
}

impl BinaryOp {
    const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessOrEqual
                | Self::Greater
                | Self::GreaterOrEqual
        )
    }
}

/// A dynamic operand of arithmetic takes the type that the other one asks for.
fn settle_dynamic(op: BinaryOp, left: Expr, right: Expr) -> (Expr, Expr) {
    let wanted = |other: Type| match other {
        Type::DateTime if op == BinaryOp::Subtract => Type::DateTime,
        Type::DateTime => Type::TimeSpan,
        Type::TimeSpan if matches!(op, BinaryOp::Add | BinaryOp::Subtract) => Type::TimeSpan,
        _ => Type::Real,
    };
    match (left.ty, right.ty) {
        (Type::Dynamic, other) => {
            let right = if other == Type::Dynamic { convert(right, Type::Real) } else { right };
            (convert(left, wanted(other)), right)
        }
        (other, Type::Dynamic) => (left, convert(right, wanted(other))),
        _ => (left, right),
    }
}

pub(super) fn is_stand_in(expr: &Expr) -> bool {
    expr.ty == Type::Dynamic && matches!(expr.kind, plan::ExprKind::Literal(Literal::Null))
}

pub(super) fn not_if(negated: bool, expr: Expr) -> Expr {
    if negated { Expr::call(Function::Not, vec![expr], Type::Bool) } else { expr }
}

pub(super) fn text_function(op: TextOp) -> Function {
    match op {
        TextOp::EqualCaseless => Function::EqualCaseless,
        TextOp::Has => Function::Has,
        TextOp::HasCs => Function::HasCs,
        TextOp::HasPrefix => Function::HasPrefix,
        TextOp::HasPrefixCs => Function::HasPrefixCs,
        TextOp::HasSuffix => Function::HasSuffix,
        TextOp::HasSuffixCs => Function::HasSuffixCs,
        TextOp::Contains => Function::Contains,
        TextOp::ContainsCs => Function::ContainsCs,
        TextOp::StartsWith => Function::StartsWith,
        TextOp::StartsWithCs => Function::StartsWithCs,
        TextOp::EndsWith => Function::EndsWith,
        TextOp::EndsWithCs => Function::EndsWithCs,
        TextOp::MatchesRegex => Function::MatchesRegex,
    }
}
