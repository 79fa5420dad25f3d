//! A plan as indented text, for people and for golden tests.

mod step;

use std::fmt;

use super::{
    AggregateCall, Column, Expr, ExprKind, JoinKey, ListTest, Plan, Relation, RelationKind, SortKey,
};
use crate::function::Function;
use crate::time::{format_datetime, format_timespan};
use crate::value::Literal;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(render) = &self.render {
            write!(f, "render {}", render.visualization)?;
            for (name, value) in &render.properties {
                write!(f, " {name}={value}")?;
            }
            writeln!(f)?;
        }
        write!(f, "{}", self.root)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_relation(self, 0, f)
    }
}

fn write_relation(relation: &Relation, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{:indent$}", "", indent = depth * 2)?;
    write_step(relation, f)?;
    writeln!(f)?;
    let mut nested = Vec::new();
    for expr in relation.exprs() {
        collect_queries(expr, &mut nested);
    }
    for query in nested {
        writeln!(f, "{:indent$}query:", "", indent = depth * 2 + 2)?;
        write_relation(query, depth + 2, f)?;
    }
    for input in relation.inputs() {
        write_relation(input, depth + 1, f)?;
    }
    Ok(())
}

fn collect_queries<'a>(expr: &'a Expr, into: &mut Vec<&'a Relation>) {
    if let ExprKind::QueryTest { query, .. } | ExprKind::ScalarQuery(query) = &expr.kind {
        into.push(query);
    }
    for child in expr.children() {
        collect_queries(child, into);
    }
}

fn write_step(relation: &Relation, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let columns = Columns(&relation.columns);
    match &relation.kind {
        RelationKind::Scan { table } => {
            write!(f, "scan {table} -> {} columns", relation.columns.len())
        }
        RelationKind::Values { rows } => {
            write!(f, "values -> {columns}")?;
            for row in rows {
                write!(f, " ({})", Joined(row))?;
            }
            Ok(())
        }
        RelationKind::Range { from, to, step } => {
            write!(f, "range {from} to {to} step {step} -> {columns}")
        }
        RelationKind::Filter { predicate, .. } => write!(f, "filter {predicate}"),
        RelationKind::Project { exprs, .. } => {
            write!(f, "project")?;
            for (index, (column, expr)) in relation.columns.iter().zip(exprs).enumerate() {
                let comma = if index > 0 { "," } else { "" };
                write!(f, "{comma} {}:{} = {expr}", column.name, column.ty)?;
            }
            Ok(())
        }
        RelationKind::Aggregate { keys, aggregates, .. } => {
            write!(f, "aggregate {} by {} -> {columns}", Joined(aggregates), Joined(keys))
        }
        RelationKind::Distinct { .. } => f.write_str("distinct"),
        RelationKind::Sort { keys, .. } => write!(f, "sort {}", Joined(keys)),
        RelationKind::Limit { count, .. } => write!(f, "limit {count}"),
        RelationKind::Join { kind, keys, .. } => {
            write!(f, "join {kind:?} on {} -> {columns}", Joined(keys))
        }
        RelationKind::Union { .. } => write!(f, "union -> {columns}"),
        RelationKind::MvExpand { items, bags_as_pairs, row_limit, .. } => {
            write!(f, "mv-expand")?;
            for item in items {
                write!(f, " {} to {}", item.expr, item.ty)?;
            }
            if *bags_as_pairs {
                write!(f, " pairs")?;
            }
            if let Some(limit) = row_limit {
                write!(f, " limit {limit}")?;
            }
            write!(f, " -> {columns}")
        }
        RelationKind::Parse { text, regex, captures, on_mismatch, .. } => {
            write!(f, "parse {text} with {regex:?} {on_mismatch:?} as {}", Joined(captures))
        }
        kind => step::write_further(kind, &columns, f),
    }
}

struct Columns<'a>(&'a [Column]);

impl fmt::Display for Columns<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, column) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{}:{}", column.name, column.ty)?;
        }
        f.write_str("]")
    }
}

struct Joined<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Joined<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{item}")?;
        }
        Ok(())
    }
}

impl fmt::Display for AggregateCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.function, Joined(&self.args))?;
        if let Some(parameter) = &self.parameter {
            write!(f, " with {parameter}")?;
        }
        match &self.filter {
            Some(filter) => write!(f, " where {filter}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = if self.descending { "desc" } else { "asc" };
        let nulls = if self.nulls_first { "first" } else { "last" };
        write!(f, "{} {order} nulls {nulls}", self.expr)
    }
}

impl fmt::Display for JoinKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} == {}", self.left, self.right)
    }
}

impl fmt::Display for ListTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::In => "in",
            Self::InCaseless => "in~",
            Self::HasAny => "has_any",
            Self::HasAll => "has_all",
        })
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "int({value})"),
            Self::Long(value) => write!(f, "{value}"),
            Self::Real(value) => write!(f, "{value:?}"),
            Self::Decimal(text) => write!(f, "decimal({text})"),
            Self::String(text) => write!(f, "{text:?}"),
            Self::DateTime(ticks) => write!(f, "datetime({})", format_datetime(*ticks)),
            Self::TimeSpan(ticks) => write!(f, "timespan({})", format_timespan(*ticks)),
            Self::Guid(text) => write!(f, "guid({text})"),
            Self::Dynamic(value) => write!(f, "dynamic({})", value.to_json()),
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Column(index) => write!(f, "#{index}"),
            ExprKind::Literal(Literal::Null) => write!(f, "{}(null)", self.ty),
            ExprKind::Literal(value) => write!(f, "{value}"),
            ExprKind::Call { function, args } => write_call(*function, args, f),
            ExprKind::ListTest { test, value, list } => {
                write!(f, "({value} {test} ({}))", Joined(list))
            }
            ExprKind::QueryTest { test, value, .. } => write!(f, "({value} {test} (query))"),
            ExprKind::ScalarQuery(_) => f.write_str("scalar(query)"),
        }
    }
}

fn write_call(function: Function, args: &[Expr], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let name = function.name();
    match (function, args) {
        (Function::Member, [value, name]) => write!(f, "{value}[{name}]"),
        (Function::Element, [value, position]) => write!(f, "{value}[{position}]"),
        (Function::And | Function::Or, [left, right]) => write!(f, "({left} {name} {right})"),
        (_, [left, right]) if is_symbol(function) => write!(f, "({left} {name} {right})"),
        _ => write!(f, "{name}({})", Joined(args)),
    }
}

/// Written between its operands: everything whose name is no identifier, and the string tests.
fn is_symbol(function: Function) -> bool {
    use Function as F;
    let is_word = function.name().starts_with(|c: char| c.is_ascii_alphabetic());
    !is_word
        || matches!(
            function,
            F::Has
                | F::HasCs
                | F::HasPrefix
                | F::HasPrefixCs
                | F::HasSuffix
                | F::HasSuffixCs
                | F::Contains
                | F::ContainsCs
                | F::StartsWith
                | F::StartsWithCs
                | F::EndsWith
                | F::EndsWithCs
                | F::MatchesRegex
        )
}
