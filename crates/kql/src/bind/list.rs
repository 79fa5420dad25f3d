//! Tests of a value against several: listed ones, or the rows of a query.

use super::convert::{comparable, convert, convert_literal, read_beside};
use super::operand::not_if;
use super::{Binder, Rel, Scope};
use crate::ast::{self, ExprKind, ListOp};
use crate::plan::{self, Expr, ListTest};
use crate::problem::code;
use crate::schema::Type;
use crate::value::{Dynamic, Literal};

impl<'a> Binder<'a> {
    pub(super) fn list_test(
        &mut self,
        op: ListOp,
        value: &'a ast::Expr,
        list: &'a [ast::Expr],
        scope: &Scope<'_>,
    ) -> Expr {
        if matches!(value.kind, ExprKind::Star) {
            return self.fail(
                code::UNSUPPORTED,
                &value.span,
                format!("`* {}` is not supported yet", op.test),
            );
        }
        let bound = self.scalar(value, scope);
        let is_text = op.test != ListTest::In;
        let bound = if is_text { self.textual(bound, &value.span) } else { bound };
        if let [only] = list
            && self.is_tabular(only)
        {
            return self.query_test(op, bound, only);
        }
        let members: Vec<Expr> =
            list.iter().flat_map(|member| spread(self.scalar(member, scope))).collect();
        let members: Vec<Expr> =
            members.into_iter().map(|member| read_beside(member, bound.ty)).collect();
        let bound = match members.iter().find(|member| member.ty != Type::Dynamic) {
            Some(member) if bound.ty == Type::Dynamic => convert(bound, member.ty),
            _ if bound.ty == Type::Dynamic => convert(bound, Type::String),
            _ => bound,
        };
        let Some((bound, members)) = self.settle_members(bound, members, value) else {
            return Self::poison();
        };
        let kind =
            plan::ExprKind::ListTest { test: op.test, value: Box::new(bound), list: members };
        not_if(op.negated, Expr { kind, ty: Type::Bool })
    }

    /// Brings the value and the members to one type.
    fn settle_members(
        &mut self,
        value: Expr,
        members: Vec<Expr>,
        place: &ast::Expr,
    ) -> Option<(Expr, Vec<Expr>)> {
        let mut ty = value.ty;
        for member in members.iter().filter(|member| member.ty != Type::Dynamic) {
            let Some(wider) = comparable(ty, member.ty) else {
                let message = format!("a {ty} cannot be compared with a {}", member.ty);
                self.fail(code::TYPE, &place.span, message);
                return None;
            };
            ty = wider;
        }
        let settle = |member: Expr| match &member.kind {
            plan::ExprKind::Literal(literal) if member.ty == Type::Dynamic => {
                match convert_literal(literal, ty) {
                    Some(literal) => Expr::literal(literal, ty),
                    None => member,
                }
            }
            _ if member.ty == Type::Dynamic => member,
            _ => convert(member, ty),
        };
        let members = members.into_iter().map(settle).collect();
        Some((convert(value, ty), members))
    }

    fn query_test(&mut self, op: ListOp, value: Expr, query: &'a ast::Expr) -> Expr {
        self.table_depth += 1;
        let rel = self.table(query);
        self.table_depth -= 1;
        let Some(first) = rel.columns().first().cloned() else {
            if !rel.open {
                self.fail(code::TYPE, &query.span, "these rows have no column to compare with");
            }
            return Self::poison();
        };
        let rel = rel.pick(&[0]);
        let ty = comparable(value.ty, first.ty);
        let (value, rel) = match ty {
            Some(ty) => {
                let value = convert(value, ty);
                let same = first.ty == ty || first.ty == Type::Dynamic;
                let rel = if same { rel } else { rel.convert_first(ty) };
                (value, rel)
            }
            None if first.ty == Type::Dynamic => (convert(value, Type::String), rel),
            None => {
                let message =
                    format!("a {} cannot be compared with these rows' {}", value.ty, first.ty);
                return self.fail(code::TYPE, &query.span, message);
            }
        };
        let query = Box::new(rel.relation);
        let kind = plan::ExprKind::QueryTest { test: op.test, value: Box::new(value), query };
        not_if(op.negated, Expr { kind, ty: Type::Bool })
    }
}

impl Rel {
    /// The only column as another type.
    fn convert_first(self, ty: Type) -> Self {
        let mut columns = self.columns().to_vec();
        let Some(first) = columns.first_mut() else { return self };
        let exprs = vec![convert(Expr::column(0, first.ty), ty)];
        first.ty = ty;
        self.step(columns, |input| plan::RelationKind::Project { input, exprs })
    }
}

/// The members of a constant array one by one; anything else as it is.
fn spread(expr: Expr) -> Vec<Expr> {
    let plan::ExprKind::Literal(Literal::Dynamic(Dynamic::Array(items))) = &expr.kind else {
        return vec![expr];
    };
    items.iter().map(member_literal).collect()
}

fn member_literal(item: &Dynamic) -> Expr {
    match item {
        Dynamic::String(text) => Expr::literal(Literal::String(text.clone()), Type::String),
        other => Expr::literal(Literal::Dynamic(other.clone()), Type::Dynamic),
    }
}
