//! `evaluate pivot(…)`: values as columns, with an aggregate for each.

use crate::aggregate::AggregateFunction;
use crate::ast::{Argument, Name, OutputColumns};
use crate::bind::convert::convert;
use crate::bind::naming::ColumnList;
use crate::bind::{Binder, Rel};
use crate::discover::Discovery;
use crate::function::Function;
use crate::plan::{AggregateCall, Column, Expr, Relation, RelationKind, Subject, Undiscovered};
use crate::problem::code;
use crate::schema::Type;
use crate::value::Literal;

const FORM: &str = "pivot(column [, aggregate [, column, …]])";

impl<'a> Binder<'a> {
    pub(super) fn pivot(
        &mut self,
        rel: Rel,
        plugin: &'a Name,
        arguments: &'a [Argument],
        output: Option<&OutputColumns>,
    ) -> Rel {
        let Some((column, rest)) = arguments.split_first() else {
            return self.bad_plugin_call(plugin, FORM);
        };
        let value = self.scalar(&column.value, &rel.scope());
        let pivoted = convert(value.clone(), Type::String);
        let (call, kept) = match rest.split_first() {
            Some((first, kept)) if crate::bind::series::is_aggregate(&first.value) => {
                (self.only_aggregate(&rel, &first.value), kept)
            }
            _ => (Some(count()), rest),
        };
        let Some(call) = call else { return Rel::broken() };
        let used = |index: usize| {
            let column = rel.columns().get(index).map(|c| Expr::column(index, c.ty));
            column.is_some_and(|column| {
                column == value || call.exprs().any(|expr| mentions(expr, index))
            })
        };
        let mut keys = Vec::new();
        let mut list = ColumnList::default();
        if kept.is_empty() {
            for (index, column) in rel.columns().iter().enumerate().filter(|(i, _)| !used(*i)) {
                list.add(&column.name, column.ty);
                keys.push(Expr::column(index, column.ty));
            }
        }
        for argument in kept {
            let key = self.scalar(&argument.value, &rel.scope());
            match crate::bind::naming::implied_name(&argument.value) {
                Some(name) => list.add(&name, key.ty),
                None => list.add_numbered(key.ty),
            };
            keys.push(key);
        }
        let known = output.map(|output| {
            let columns = output.columns.iter();
            columns.map(|(name, ty)| (name.text.clone(), *ty)).collect::<Discovery>()
        });
        let open = known.is_none();
        let found = known.unwrap_or_else(|| self.values(&rel, &pivoted));
        let mut out = pivot_over(rel, keys, list, &pivoted, &call, &found);
        if let Some(output) = output.filter(|output| !output.star) {
            out = self.in_order(out, output);
        }
        out.open = open;
        out.label = None;
        out
    }

    /// What was found out about the values; if nothing was yet, that it has to be.
    fn values(&mut self, rel: &Rel, pivoted: &Expr) -> Discovery {
        if let Some(found) = self.discovered.next() {
            return found.clone();
        }
        let columns = vec![Column { name: "value".to_owned(), ty: Type::String }];
        let (input, exprs) = (Box::new(rel.relation.clone()), vec![pivoted.clone()]);
        let kind = RelationKind::Project { input, exprs };
        let input = Box::new(Relation { columns: columns.clone(), kind });
        let query = Relation { columns, kind: RelationKind::Distinct { input } };
        self.undiscovered.push(Undiscovered { query, subject: Subject::Values });
        Vec::new()
    }

    /// The columns in the order in which the query asks for them.
    fn in_order(&mut self, rel: Rel, output: &OutputColumns) -> Rel {
        let mut picked = Vec::new();
        for (name, _) in &output.columns {
            match rel.columns().iter().position(|column| column.name == name.text) {
                Some(index) => picked.push(index),
                None => {
                    self.fail(
                        code::COLUMN,
                        &name.span,
                        format!("there is no column `{}`", name.text),
                    );
                }
            }
        }
        let types: Vec<Type> = output.columns.iter().map(|(_, ty)| *ty).collect();
        let picked = rel.pick(&picked);
        let mut columns = picked.columns().to_vec();
        let exprs = columns
            .iter()
            .zip(&types)
            .enumerate()
            .map(|(index, (column, ty))| convert(Expr::column(index, column.ty), *ty))
            .collect();
        columns.iter_mut().zip(types).for_each(|(column, ty)| column.ty = ty);
        picked.step(columns, |input| RelationKind::Project { input, exprs })
    }
}

/// One aggregate for each value, over the rows that have it.
fn pivot_over(
    rel: Rel,
    keys: Vec<Expr>,
    mut list: ColumnList,
    pivoted: &Expr,
    call: &AggregateCall,
    found: &Discovery,
) -> Rel {
    let ty = call.outputs.first().copied().unwrap_or(Type::Long);
    let mut aggregates = Vec::new();
    for (name, _) in found {
        // Columns that the query declares may be those of the groups.
        if list.position(name).is_some() {
            continue;
        }
        list.add(name, ty);
        let text = Expr::literal(Literal::String(name.clone()), Type::String);
        let has = Expr::call(Function::Equal, vec![pivoted.clone(), text], Type::Bool);
        let filter = match &call.filter {
            Some(filter) => Expr::call(Function::And, vec![filter.clone(), has], Type::Bool),
            None => has,
        };
        aggregates.push(AggregateCall { filter: Some(filter), ..call.clone() });
    }
    let columns = list.columns;
    rel.step(columns, |input| RelationKind::Aggregate { input, keys, aggregates })
}

fn count() -> AggregateCall {
    AggregateCall {
        function: AggregateFunction::Count,
        args: Vec::new(),
        filter: None,
        parameter: None,
        outputs: vec![Type::Long],
    }
}

fn mentions(expr: &Expr, index: usize) -> bool {
    expr.kind == crate::plan::ExprKind::Column(index)
        || expr.children().into_iter().any(|child| mentions(child, index))
}
