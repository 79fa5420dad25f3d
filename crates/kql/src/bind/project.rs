//! `project` and its kin, and `extend`.

use super::naming::{ColumnList, matches_pattern};
use super::step::project_exprs;
use super::{Binder, Rel};
use crate::ast::{self, Name, NamedExpr};
use crate::plan::{Column, Expr, RelationKind};
use crate::problem::code;

impl<'a> Binder<'a> {
    pub(super) fn project(&mut self, rel: Rel, items: &'a [NamedExpr]) -> Rel {
        let (rel, projected) = self.windowed(rel, |binder, rel| binder.projected(rel, items));
        let mut out = project_exprs(rel, projected);
        out.label = None;
        out
    }

    fn projected(&mut self, rel: &Rel, items: &'a [NamedExpr]) -> (Vec<Column>, Vec<Expr>) {
        let mut list = ColumnList::default();
        let mut exprs = Vec::new();
        let mut given = Vec::new();
        let mut plain: Vec<String> = Vec::new();
        for item in items {
            for (name, implied, expr) in self.item_results(rel, item) {
                match (name, &implied) {
                    (Some(name), _) => {
                        self.check_new(&mut given, name);
                        list.add(&name.text, expr.ty)
                    }
                    (None, Some(name)) => list.add(name, expr.ty),
                    (None, None) => list.add_numbered(expr.ty),
                };
                exprs.push(expr);
                let is_column = matches!(&item.expr.kind, ast::ExprKind::Name(_));
                let Some(column) = implied.filter(|_| is_column && name.is_none()) else {
                    continue;
                };
                if plain.contains(&column) && !rel.open {
                    let message = format!("the column `{column}` is there already");
                    self.fail(code::DUPLICATE, &item.expr.span, message);
                }
                plain.push(column);
            }
        }
        (list.columns, exprs)
    }

    /// What an item gives: the name that is given to it, the one it brings along, and the value.
    pub(super) fn item_results(
        &mut self,
        rel: &Rel,
        item: &'a NamedExpr,
    ) -> Vec<(Option<&'a Name>, Option<String>, Expr)> {
        let value = self.scalar(&item.expr, &rel.scope());
        let mut results = super::results::results(&item.expr, value);
        self.further_arrays(rel, item, &mut results);
        // What stands for a column that is not there has no name.
        if let (ast::ExprKind::Call(call, _), [(Some(name), _)]) = (&item.expr.kind, &results[..])
            && crate::function::naming(&call.text) == crate::function::Naming::ColumnValue
            && rel.scope().find(name).is_none()
            && let Some(first) = results.first_mut()
        {
            first.0 = None;
        }
        if let Some(name) = item.names.get(results.len()) {
            let message = match results.len() {
                1 => "this expression gives one value, so it takes one name".to_owned(),
                many => format!("this expression gives {many} values, so it takes {many} names"),
            };
            self.fail(code::SYNTAX, &name.span, message);
        }
        let mut names = item.names.iter();
        results.into_iter().map(|(implied, expr)| (names.next(), implied, expr)).collect()
    }

    /// The assignments see only the columns of the input.
    pub(super) fn extend(&mut self, rel: Rel, items: &'a [NamedExpr]) -> Rel {
        if items.is_empty() {
            return rel;
        }
        let (rel, extended) = self.windowed(rel, |binder, rel| binder.extended(rel, items));
        project_exprs(rel, extended)
    }

    fn extended(&mut self, rel: &Rel, items: &'a [NamedExpr]) -> (Vec<Column>, Vec<Expr>) {
        let mut list = ColumnList::with(rel.columns().to_vec());
        let mut exprs: Vec<Expr> =
            rel.columns().iter().enumerate().map(|(index, c)| Expr::column(index, c.ty)).collect();
        let mut given = Vec::new();
        for item in items {
            for (name, implied, expr) in self.item_results(rel, item) {
                if let Some(name) = name {
                    self.check_new(&mut given, name);
                }
                let Some(name) = name.map(|name| name.text.clone()).or(implied) else {
                    list.add_numbered(expr.ty);
                    exprs.push(expr);
                    continue;
                };
                let known = list.position(&name);
                let place = known
                    .and_then(|index| Some((list.columns.get_mut(index)?, exprs.get_mut(index)?)));
                if let Some((column, slot)) = place {
                    column.ty = expr.ty;
                    *slot = expr;
                    continue;
                }
                list.add(&name, expr.ty);
                exprs.push(expr);
            }
        }
        (list.columns, exprs)
    }

    /// Sorting several arrays gives as many.
    fn further_arrays(
        &mut self,
        rel: &Rel,
        item: &'a NamedExpr,
        results: &mut Vec<(Option<String>, Expr)>,
    ) {
        let ast::ExprKind::Call(name, arguments) = &item.expr.kind else { return };
        let sorts = matches!(name.text.as_str(), "array_sort_asc" | "array_sort_desc");
        if !sorts || arguments.len() < 2 || self.lookup(&name.text).is_some() {
            return;
        }
        let args: Vec<Expr> =
            arguments.iter().map(|arg| self.scalar(&arg.value, &rel.scope())).collect();
        for (index, argument) in arguments.iter().enumerate().skip(1) {
            if args.get(index).is_none_or(|arg| arg.ty == crate::schema::Type::Bool) {
                continue;
            }
            if let Some(sorted) = self.sorted(&name.text, args.clone(), index) {
                let implied = super::naming::implied_name(&argument.value);
                results.push((implied.map(|name| format!("{name}_sorted")), sorted));
            }
        }
    }

    pub(super) fn check_new(&mut self, given: &mut Vec<&'a str>, name: &'a Name) {
        if given.contains(&name.text.as_str()) {
            let message = format!("the column `{}` is there already", name.text);
            self.fail(code::DUPLICATE, &name.span, message);
        }
        given.push(&name.text);
    }

    pub(super) fn project_away(&mut self, rel: Rel, patterns: &[Name]) -> Rel {
        let gone = self.matching(&rel, patterns);
        let kept: Vec<usize> =
            (0..rel.columns().len()).filter(|index| !gone.contains(index)).collect();
        rel.pick(&kept)
    }

    pub(super) fn project_keep(&mut self, rel: Rel, patterns: &[Name]) -> Rel {
        let mut kept = self.matching(&rel, patterns);
        kept.sort_unstable();
        rel.pick(&kept)
    }

    /// The columns that the patterns name, in the order of the patterns, each once.
    fn matching(&mut self, rel: &Rel, patterns: &[Name]) -> Vec<usize> {
        let mut found = Vec::new();
        for pattern in patterns {
            for index in self.matching_one(rel, pattern) {
                if !found.contains(&index) {
                    found.push(index);
                }
            }
        }
        found
    }

    fn matching_one(&mut self, rel: &Rel, pattern: &Name) -> Vec<usize> {
        let fits = |column: &Column| matches_pattern(&pattern.text, &column.name);
        let found: Vec<usize> = rel
            .columns()
            .iter()
            .enumerate()
            .filter(|(_, c)| fits(c))
            .map(|(index, _)| index)
            .collect();
        if found.is_empty() && !pattern.text.contains('*') && !rel.open {
            self.unknown_column(&pattern.text, &pattern.span, &rel.scope());
        }
        found
    }

    pub(super) fn project_rename(&mut self, rel: Rel, pairs: &[(Name, Name)]) -> Rel {
        let mut columns = rel.columns().to_vec();
        for (new, old) in pairs {
            let Some(index) = rel.columns().iter().position(|column| column.name == old.text)
            else {
                if !rel.open {
                    self.unknown_column(&old.text, &old.span, &rel.scope());
                }
                continue;
            };
            let taken = columns.iter().enumerate().any(|(at, c)| at != index && c.name == new.text);
            if taken {
                let message = format!("the column `{}` is there already", new.text);
                self.fail(code::DUPLICATE, &new.span, message);
            }
            if let Some(column) = columns.get_mut(index) {
                column.name.clone_from(&new.text);
            }
        }
        let exprs =
            columns.iter().enumerate().map(|(index, c)| Expr::column(index, c.ty)).collect();
        rel.step(columns, |input| RelationKind::Project { input, exprs })
    }

    pub(super) fn project_reorder(&mut self, rel: Rel, patterns: &[(Name, Option<bool>)]) -> Rel {
        let mut order = Vec::new();
        for (pattern, descending) in patterns {
            let mut found = self.matching_one(&rel, pattern);
            if let Some(descending) = descending {
                let name = |index: &usize| rel.columns().get(*index).map(|c| c.name.clone());
                found.sort_by_key(name);
                if *descending {
                    found.reverse();
                }
            }
            for index in found {
                if !order.contains(&index) {
                    order.push(index);
                }
            }
        }
        for index in 0..rel.columns().len() {
            if !order.contains(&index) {
                order.push(index);
            }
        }
        rel.pick(&order)
    }
}
