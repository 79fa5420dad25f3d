//! Operators that run a query for each group of rows: `mv-apply`, `partition`.

use super::expand::distinct_names;
use super::naming::ColumnList;
use super::{Binder, Rel};
use crate::ast::{self, Name, NamedExpr, Setting};
use crate::plan::lift::{Carried, lift};
use crate::plan::{Column, Expr, Relation, RelationKind};
use crate::problem::code;
use crate::schema::Type;

/// What `mv-apply` says besides its query.
type Expansion<'a> = (&'a [Setting], &'a [(NamedExpr, Option<Type>)], Option<&'a ast::Expr>);

impl<'a> Binder<'a> {
    pub(super) fn mv_apply(
        &mut self,
        rel: Rel,
        operator: &Name,
        (settings, items, limit): Expansion<'a>,
        body: &'a ast::Expr,
    ) -> Rel {
        let open = rel.open;
        let width = rel.columns().len();
        let input_columns = rel.columns().to_vec();
        let mut numbered = input_columns.clone();
        numbered.push(Column { name: NUMBER.to_owned(), ty: Type::Long });
        let rel = rel.step(numbered, |input| RelationKind::Number { input });
        let expanded = self.mv_expand(rel, operator, settings, items, limit);
        // The columns that are expanded under their own name are no longer those of the row.
        let replaced: Vec<bool> = input_columns
            .iter()
            .map(|column| items.iter().any(|(item, _)| expands(item, &column.name)))
            .collect();
        let own: Vec<usize> =
            (0..width).filter(|index| !replaced.get(*index).copied().unwrap_or(false)).collect();
        let members: Vec<usize> = (0..width)
            .filter(|index| replaced.get(*index).copied().unwrap_or(false))
            .chain(width + 1..expanded.columns().len())
            .collect();
        let carried: Vec<usize> = std::iter::once(width).chain(own.iter().copied()).collect();
        let seen: Vec<usize> = own.into_iter().chain(members).collect();
        self.per_group(expanded, (&carried, 1), &seen, operator, body, open, true)
    }

    pub(super) fn partition(
        &mut self,
        rel: Rel,
        operator: &Name,
        key: &'a ast::Expr,
        body: &'a ast::Expr,
    ) -> Rel {
        let open = rel.open;
        let width = rel.columns().len();
        let key = self.scalar(key, &rel.scope());
        let mut columns = rel.columns().to_vec();
        let mut exprs: Vec<Expr> =
            columns.iter().enumerate().map(|(index, c)| Expr::column(index, c.ty)).collect();
        columns.push(Column { name: NUMBER.to_owned(), ty: key.ty });
        exprs.push(key);
        let keyed = rel.step(columns, |input| RelationKind::Project { input, exprs });
        let seen: Vec<usize> = (0..width).collect();
        self.per_group(keyed, (&[width], 1), &seen, operator, body, open, false)
    }

    /// Runs the body over the columns that it sees, for each group; the carried columns tell the groups
    /// apart and, if they are wanted, stand before those of the body.
    #[expect(clippy::too_many_arguments, reason = "the two operators differ in all of these")]
    fn per_group(
        &mut self,
        rel: Rel,
        (carried, keys): (&[usize], usize),
        seen: &[usize],
        operator: &Name,
        body: &'a ast::Expr,
        open: bool,
        keep: bool,
    ) -> Rel {
        let column = |index: &usize| rel.columns().get(*index).cloned();
        let seen_columns: Vec<Column> = seen.iter().filter_map(column).collect();
        let own: Vec<Column> = carried.iter().skip(keys).filter_map(column).collect();
        let mut names: Vec<Column> = carried
            .iter()
            .filter_map(column)
            .enumerate()
            .map(|(index, column)| Column { name: format!("$carried{index}"), ty: column.ty })
            .collect();
        names.extend(seen_columns.iter().cloned());
        let all: Vec<usize> = carried.iter().chain(seen).copied().collect();
        let mut rows = rel.pick(&all);
        rows.relation.columns = distinct_names(names);
        let mut leaf = Rel::new(RelationKind::Rows, seen_columns);
        leaf.open = open;
        self.rows.push(leaf);
        let result = self.table(body);
        self.rows.pop();
        let carrying = Carried { rows: rows.relation, width: carried.len(), keys };
        let body_columns = result.relation.columns.clone();
        let open = open || result.open;
        if !self.findings.is_empty() {
            let mut broken = Rel::broken();
            broken.relation.columns = body_columns;
            return broken;
        }
        let lifted = match lift(result.relation, &carrying) {
            Ok(lifted) => lifted,
            Err(what) => {
                let message = format!("{what} inside `{}` is not supported yet", operator.text);
                self.fail(code::UNSUPPORTED, &operator.span, message);
                return Rel::broken();
            }
        };
        let own = if keep { own } else { Vec::new() };
        let mut out = outputs(lifted, (carried.len(), keys), &own, &body_columns);
        out.open = open;
        out
    }
}

/// The columns of the row, and those of the body that are not among them; where both have a name, the
/// value is the body's.
fn outputs(
    lifted: Relation,
    (width, keys): (usize, usize),
    own: &[Column],
    body: &[Column],
) -> Rel {
    let mut list = ColumnList::default();
    let mut picked = Vec::new();
    for (index, column) in own.iter().enumerate() {
        let from_body = body.iter().position(|other| other.name == column.name);
        let source = from_body.map_or(keys + index, |at| width + at);
        let ty = from_body.and_then(|at| body.get(at)).map_or(column.ty, |column| column.ty);
        list.add(&column.name, ty);
        picked.push(source);
    }
    for (index, column) in body.iter().enumerate() {
        if own.iter().all(|other| other.name != column.name) {
            list.add(&column.name, column.ty);
            picked.push(width + index);
        }
    }
    let columns = lifted.columns.clone();
    let mut out = Rel::new(lifted.kind, columns).pick(&picked);
    out.relation.columns = list.columns;
    out
}

/// What tells the groups apart; no query can name it.
const NUMBER: &str = "$number";

/// Whether the item takes the place of the column.
fn expands(item: &NamedExpr, column: &str) -> bool {
    match item.names.first() {
        Some(name) => name.text == column,
        None => super::naming::implied_name(&item.expr).is_some_and(|name| name == column),
    }
}
