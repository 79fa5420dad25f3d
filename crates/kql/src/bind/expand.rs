//! `mv-expand`.

use super::convert::convert;
use super::naming::{ColumnList, implied_name};
use super::{Binder, Rel};
use crate::ast::{self, Name, NamedExpr, Setting};
use crate::function::Function;
use crate::plan::{Column, ExpandItem, Expr, RelationKind};
use crate::problem::{Finding, code};
use crate::schema::Type;

/// The row limit of the older spelling.
const LEGACY_LIMIT: u64 = 128;

impl<'a> Binder<'a> {
    pub(super) fn mv_expand(
        &mut self,
        rel: Rel,
        operator: &Name,
        settings: &[Setting],
        items: &'a [(NamedExpr, Option<Type>)],
        limit: Option<&'a ast::Expr>,
    ) -> Rel {
        let (bags_as_pairs, index_name) = self.expand_manner(settings);
        let given = limit.map(|limit| self.constant_count(limit));
        let legacy = (operator.text == "mvexpand").then_some(LEGACY_LIMIT);
        let row_limit = given.or(legacy);
        let mut list = ColumnList::with(rel.columns().to_vec());
        // For each output column, which column of the expansion it is.
        let mut sources: Vec<usize> = (0..rel.columns().len()).collect();
        let mut raw = rel.columns().to_vec();
        let mut expanded = Vec::new();
        for (item, ty) in items {
            let (expr, name, replaced) = self.expand_item(&rel, item);
            let ty = ty.unwrap_or(Type::Dynamic);
            match replaced {
                Some(index) => {
                    if let (Some(column), Some(source)) =
                        (list.columns.get_mut(index), sources.get_mut(index))
                    {
                        column.ty = ty;
                        *source = raw.len();
                    }
                }
                None => {
                    match name {
                        Some(name) => list.add(&name, ty),
                        None => list.add_numbered(ty),
                    };
                    sources.push(raw.len());
                }
            }
            raw.push(Column { name: format!("member{}", expanded.len()), ty });
            expanded.push(ExpandItem { expr, ty });
        }
        let index_column = index_name.is_some();
        if let Some(name) = index_name {
            list.add(&name, Type::Long);
            sources.push(raw.len());
            raw.push(Column { name: "member_index".to_owned(), ty: Type::Long });
        }
        let raw = distinct_names(raw);
        let mut out = rel
            .step(raw, |input| RelationKind::MvExpand {
                input,
                items: expanded,
                bags_as_pairs,
                index_column,
                row_limit,
            })
            .pick(&sources);
        out.relation.columns = list.columns;
        out
    }

    fn expand_manner(&mut self, settings: &[Setting]) -> (bool, Option<String>) {
        let mut pairs = false;
        let mut index = None;
        for setting in settings {
            match (setting.name.text.as_str(), setting.value.text.as_str()) {
                ("with_itemindex", name) => index = Some(name.to_owned()),
                ("kind" | "bagexpansion", "array") => pairs = true,
                ("kind" | "bagexpansion", "bag") | ("hint", _) => {}
                (_, value) => {
                    let message =
                        format!("bags are expanded as `bag` or `array`, not as `{value}`");
                    self.report(Finding::new(code::WORD, setting.value.span.clone(), message));
                }
            }
        }
        (pairs, index)
    }

    /// What is expanded, under which name, and which column it takes the place of.
    fn expand_item(
        &mut self,
        rel: &Rel,
        item: &'a NamedExpr,
    ) -> (Expr, Option<String>, Option<usize>) {
        let expr = self.scalar(&item.expr, &rel.scope());
        // Text is read as JSON, as wherever members are taken of it.
        let expr = match expr.ty {
            Type::String => Expr::call(Function::ParseJson, vec![expr], Type::Dynamic),
            _ => expr,
        };
        if expr.ty != Type::Dynamic {
            let message = format!("an array is needed here, and this is a {}", expr.ty);
            self.report(Finding::new(code::TYPE, item.expr.span.clone(), message));
        }
        let given = item.names.first().map(|name| name.text.clone());
        let name = given.or_else(|| implied_name(&item.expr));
        let replaced = name
            .as_ref()
            .and_then(|name| rel.columns().iter().position(|column| column.name == *name));
        (convert(expr, Type::Dynamic), name, replaced)
    }
}

/// The columns with names that differ from each other.
pub(super) fn distinct_names(columns: Vec<Column>) -> Vec<Column> {
    let mut list = ColumnList::default();
    for column in columns {
        list.add(&column.name, column.ty);
    }
    list.columns
}
