//! A relation while it is being built, and the columns that an expression may name.

use crate::plan::{Column, Expr, Relation, RelationKind};

/// A relation while it is being built.
#[derive(Debug, Clone)]
pub(super) struct Rel {
    pub(super) relation: Relation,
    /// Its columns are not all known, because something in it could not be resolved.
    pub(super) open: bool,
    /// What it is called in messages: the table it comes from.
    pub(super) label: Option<String>,
}

impl Rel {
    pub(super) fn new(kind: RelationKind, columns: Vec<Column>) -> Self {
        Self { relation: Relation { columns, kind }, open: false, label: None }
    }

    /// Stands in for what could not be resolved.
    pub(super) fn broken() -> Self {
        let mut rel = Self::new(RelationKind::Values { rows: Vec::new() }, Vec::new());
        rel.open = true;
        rel
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.relation.columns
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        Scope {
            columns: self.columns(),
            open: self.open,
            label: self.label.as_deref(),
            ..Scope::EMPTY
        }
    }

    /// A step whose columns are those of its input.
    pub(super) fn same(self, kind: impl FnOnce(Box<Relation>) -> RelationKind) -> Self {
        let columns = self.relation.columns.clone();
        self.step(columns, kind)
    }

    pub(super) fn step(
        self,
        columns: Vec<Column>,
        kind: impl FnOnce(Box<Relation>) -> RelationKind,
    ) -> Self {
        let relation = Relation { columns, kind: kind(Box::new(self.relation)) };
        Self { relation, open: self.open, label: self.label }
    }

    /// Only these columns of it, by position.
    pub(super) fn pick(self, indexes: &[usize]) -> Self {
        let picked: Vec<(Column, Expr)> = indexes
            .iter()
            .filter_map(|index| {
                let column = self.columns().get(*index)?;
                Some((column.clone(), Expr::column(*index, column.ty)))
            })
            .collect();
        let (columns, exprs) = picked.into_iter().unzip();
        self.step(columns, |input| RelationKind::Project { input, exprs })
    }
}

/// The columns that an expression may name.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) columns: &'s [Column],
    pub(super) open: bool,
    pub(super) label: Option<&'s str>,
    /// Names of runs of these columns, which are written `name.column`: where each starts, and how long
    /// all of them are. Columns of runs are found under their own names only outside of them.
    pub(super) steps: &'s [(String, usize)],
    pub(super) step_width: usize,
}

impl Scope<'_> {
    pub(super) const EMPTY: Self =
        Scope { columns: &[], open: false, label: None, steps: &[], step_width: 0 };

    /// `name.column` of a run.
    pub(super) fn find_in_step(&self, step: &str, name: &str) -> Option<Expr> {
        let (_, start) = self.steps.iter().find(|(known, _)| known == step)?;
        let run = self.columns.get(*start..*start + self.step_width)?;
        let index = start + run.iter().position(|column| column.name == name)?;
        Some(Expr::column(index, self.columns.get(index)?.ty))
    }

    pub(super) fn find(&self, name: &str) -> Option<Expr> {
        let index = self.columns.iter().position(|column| column.name == name)?;
        Some(Expr::column(index, self.columns.get(index)?.ty))
    }
}
