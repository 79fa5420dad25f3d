//! One operator of a pipe: who resolves it, and the small ones themselves.

use std::rc::Rc;

use super::naming::{ColumnList, implied_name, matches_pattern};
use super::{Binder, Binding, Rel, Scope, library};
use crate::aggregate::AggregateFunction;
use crate::ast::{self, Argument, ExprKind, Name, NamedExpr, Operator, OperatorKind, SortItem};
use crate::plan::{self, AggregateCall, Column, Expr, RelationKind, SortKey};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::suggest::nearest;
use crate::value::{Dynamic, Literal};

impl<'a> Binder<'a> {
    pub(super) fn step(&mut self, rel: Rel, operator: &'a Operator) -> Rel {
        if !self.spend(1, &operator.name.span) {
            return Rel::broken();
        }
        match &operator.kind {
            OperatorKind::Where(predicate) => self.filter(rel, predicate),
            OperatorKind::Project(items) => self.project(rel, items),
            OperatorKind::ProjectAway(patterns) => self.project_away(rel, patterns),
            OperatorKind::ProjectKeep(patterns) => self.project_keep(rel, patterns),
            OperatorKind::ProjectRename(pairs) => self.project_rename(rel, pairs),
            OperatorKind::ProjectReorder(patterns) => self.project_reorder(rel, patterns),
            OperatorKind::Extend(items) | OperatorKind::Serialize(items) => self.extend(rel, items),
            OperatorKind::Summarize { aggregates, by } => self.summarize(rel, aggregates, by),
            OperatorKind::Sort(items) => self.sort(rel, items),
            OperatorKind::Take(count) => self.take(rel, count),
            OperatorKind::Top { count, by } => {
                let sorted = self.sort(rel, by);
                self.take(sorted, count)
            }
            OperatorKind::Count(name) => count(rel, name.as_ref()),
            OperatorKind::Distinct(items) => self.distinct(rel, items),
            OperatorKind::Join { lookup, settings, right, on } => {
                self.join(rel, *lookup, settings, right, on)
            }
            OperatorKind::Union { settings, sources } => {
                self.union(Some(rel), settings, sources, &operator.name)
            }
            OperatorKind::Render { .. } => rel,
            OperatorKind::MvExpand { settings, items, limit } => {
                self.mv_expand(rel, &operator.name, settings, items, limit.as_ref())
            }
            OperatorKind::Parse { settings, text, pattern } => {
                self.parse(rel, &operator.name, settings, text, pattern)
            }
            OperatorKind::Invoke { function, arguments } => self.invoke(rel, function, arguments),
            OperatorKind::As(name) => {
                let size = super::measure_relation(&rel.relation);
                let binding = Binding::Table { rel: Box::new(rel.clone()), size };
                self.names.push((name.text.clone(), Rc::new(binding)));
                Rel { label: Some(name.text.clone()), ..rel }
            }
            _ => self.further_step(rel, operator),
        }
    }

    /// The operators that are used less, and those that cannot stand in a pipe.
    fn further_step(&mut self, rel: Rel, operator: &'a Operator) -> Rel {
        match &operator.kind {
            OperatorKind::Evaluate { plugin, arguments, output } => {
                self.evaluate(rel, plugin, arguments, output.as_ref())
            }
            OperatorKind::Search { settings, tables, predicate } => {
                self.search(Some(rel), settings, tables, predicate)
            }
            OperatorKind::MvApply { settings, items, limit, body } => {
                self.mv_apply(rel, &operator.name, (settings, items, limit.as_ref()), body)
            }
            OperatorKind::Partition { key, body } => self.partition(rel, &operator.name, key, body),
            OperatorKind::MakeSeries(series) => self.make_series(rel, series),
            OperatorKind::TopNested(levels) => self.top_nested(rel, levels),
            OperatorKind::TopHitters { count, of, by } => {
                self.top_hitters(rel, count, of, by.as_ref())
            }
            OperatorKind::Scan(scan) => self.scan(rel, scan),
            OperatorKind::ParseKv { text, keys, properties } => {
                self.parse_kv(rel, text, keys, properties)
            }
            OperatorKind::SampleDistinct { count, of } => {
                let item = self.keys(&rel, std::slice::from_ref(of));
                let kept = project_exprs(rel, item);
                self.take(kept.same(|input| RelationKind::Distinct { input }), count)
            }
            OperatorKind::GetSchema => get_schema(&rel),
            OperatorKind::Consume => {
                Rel::new(RelationKind::Values { rows: Vec::new() }, Vec::new())
            }
            OperatorKind::ProjectByNames(names) => self.project_by_names(rel, names),
            OperatorKind::AssertSchema(columns) => self.assert_schema(rel, columns),
            OperatorKind::Reduce(_) => {
                self.refuse(operator);
                Rel { open: true, ..rel }
            }
            OperatorKind::Unsupported => {
                self.refuse(operator);
                Rel { open: true, ..rel }
            }
            OperatorKind::Datatable { .. }
            | OperatorKind::ExternalData { .. }
            | OperatorKind::Find(_)
            | OperatorKind::Print(_)
            | OperatorKind::Range { .. } => {
                let message = format!("`{}` takes no rows; it starts a query", operator.name.text);
                self.fail(code::PLACE, &operator.name.span, message);
                rel
            }
            _ => Rel { open: true, ..rel },
        }
    }

    fn invoke(&mut self, rel: Rel, name: &'a Name, arguments: &'a [Argument]) -> Rel {
        let binding = self.lookup(&name.text);
        if let Some(binding) = binding.filter(|b| matches!(**b, Binding::Function { .. })) {
            return self.own_table_call(name, &binding, arguments, Some(rel));
        }
        if library::takes_rows(&name.text) {
            return self.library_call(rel, name, arguments);
        }
        let finding = if super::special::is_known_elsewhere(&name.text) {
            let message = format!("the function `{}` is not supported yet", name.text);
            Finding::new(code::UNSUPPORTED, name.span.clone(), message)
        } else {
            let message = format!("there is no function `{}` that takes rows", name.text);
            let known = self.names.iter().map(|(name, _)| name.as_str()).chain(library::names());
            Finding::new(code::FUNCTION, name.span.clone(), message)
                .suggesting(nearest(&name.text, known))
        };
        self.report(finding);
        Rel { open: true, ..rel }
    }

    fn filter(&mut self, rel: Rel, predicate: &'a ast::Expr) -> Rel {
        let width = rel.columns().len();
        let (rel, predicate) = self.windowed(rel, |binder, rel| {
            let bound = binder.scalar(predicate, &rel.scope());
            binder.predicate(bound, &predicate.span)
        });
        rel.same(|input| RelationKind::Filter { input, predicate }).first_columns(width)
    }

    fn sort(&mut self, rel: Rel, items: &'a [SortItem]) -> Rel {
        let width = rel.columns().len();
        let (rel, keys) = self.windowed(rel, |binder, rel| binder.sort_keys(rel, items));
        rel.same(|input| RelationKind::Sort { input, keys }).first_columns(width)
    }

    fn sort_keys(&mut self, rel: &Rel, items: &'a [SortItem]) -> Vec<SortKey> {
        let mut keys = Vec::new();
        for item in items {
            let span = &item.expr.expr.span;
            let expr = self.scalar(&item.expr.expr, &rel.scope());
            if expr.ty == Type::Dynamic && !rel.open && self.findings.is_empty() {
                let finding = Finding::new(code::TYPE, span.clone(), "a dynamic has no order");
                self.report(finding.with_help("convert it: `tostring(…)`, `tolong(…)` …"));
            }
            // The smallest first means nulls first, and the other way round, unless told otherwise.
            let nulls_first = item.nulls_first.unwrap_or(item.ascending);
            keys.push(SortKey { expr, descending: !item.ascending, nulls_first });
        }
        keys
    }

    pub(super) fn take(&mut self, rel: Rel, count: &'a ast::Expr) -> Rel {
        let count = self.constant_count(count);
        rel.same(|input| RelationKind::Limit { input, count })
    }

    /// A constant whole number that is not negative.
    pub(super) fn constant_count(&mut self, expr: &'a ast::Expr) -> u64 {
        let value = self.scalar(expr, &Scope::EMPTY);
        let count = whole_number(&value);
        let count = count.and_then(|count| u64::try_from(count).ok());
        if count.is_none() && !super::operand::is_stand_in(&value) {
            self.fail(code::CONSTANT, &expr.span, "a constant number of rows is needed here");
        }
        count.unwrap_or_default()
    }

    fn distinct(&mut self, rel: Rel, items: &'a [NamedExpr]) -> Rel {
        let star = |item: &NamedExpr| matches!(item.expr.kind, ExprKind::Star);
        if items.iter().any(star) {
            if items.len() > 1 {
                let span = items.first().map_or(0..0, |item| item.expr.span.clone());
                self.fail(code::SYNTAX, &span, "`distinct *` takes nothing else");
            }
            return rel.same(|input| RelationKind::Distinct { input });
        }
        let (rel, keys) = self.windowed(rel, |binder, rel| binder.named_keys(rel, items));
        project_exprs(rel, keys).same(|input| RelationKind::Distinct { input })
    }

    /// Expressions that name themselves.
    pub(super) fn keys(&mut self, rel: &Rel, items: &'a [ast::Expr]) -> (Vec<Column>, Vec<Expr>) {
        let mut list = ColumnList::default();
        let mut exprs = Vec::new();
        for item in items {
            let expr = self.scalar(item, &rel.scope());
            match implied_name(item) {
                Some(name) => list.add(&name, expr.ty),
                None => list.add_numbered(expr.ty),
            };
            exprs.push(expr);
        }
        (list.columns, exprs)
    }

    /// Expressions with the names that are given to them or that they bring along.
    pub(super) fn named_keys(
        &mut self,
        rel: &Rel,
        items: &'a [NamedExpr],
    ) -> (Vec<Column>, Vec<Expr>) {
        let mut list = ColumnList::default();
        let mut exprs = Vec::new();
        for item in items {
            let expr = self.scalar(&item.expr, &rel.scope());
            let name = item.names.first().map(|name| name.text.clone());
            match name.or_else(|| implied_name(&item.expr)) {
                Some(name) => list.add(&name, expr.ty),
                None => list.add_numbered(expr.ty),
            };
            exprs.push(expr);
        }
        (list.columns, exprs)
    }

    fn project_by_names(&mut self, rel: Rel, names: &'a [ast::Expr]) -> Rel {
        let mut picked = Vec::new();
        for name in names {
            let value = self.scalar(name, &Scope::EMPTY);
            let texts: Vec<String> = match value.kind {
                plan::ExprKind::Literal(Literal::String(text)) => vec![text],
                plan::ExprKind::Literal(Literal::Dynamic(Dynamic::Array(items))) => {
                    items.iter().filter_map(Dynamic::as_text).map(str::to_owned).collect()
                }
                _ => {
                    self.fail(code::CONSTANT, &name.span, "constant names are needed here");
                    Vec::new()
                }
            };
            // In the order of the names.
            let pairs = texts.iter().flat_map(|text| {
                rel.columns().iter().enumerate().map(move |(index, column)| (text, index, column))
            });
            for (text, index, column) in pairs {
                if matches_pattern(text, &column.name) && !picked.contains(&index) {
                    picked.push(index);
                }
            }
        }
        rel.pick(&picked)
    }

    fn assert_schema(&mut self, rel: Rel, columns: &[(Name, Type)]) -> Rel {
        for (name, ty) in columns {
            match rel.scope().find(&name.text) {
                Some(found) if found.ty != *ty => {
                    let message = format!("`{}` is a {}, not a {ty}", name.text, found.ty);
                    self.fail(code::TYPE, &name.span, message);
                }
                None if !rel.open => {
                    self.unknown_column(&name.text, &name.span, &rel.scope());
                }
                _ => {}
            }
        }
        rel
    }
}

/// The value of a constant whole number, or of arithmetic of such.
fn whole_number(expr: &Expr) -> Option<i64> {
    use crate::function::Function as F;
    match &expr.kind {
        plan::ExprKind::Literal(Literal::Long(number)) => Some(*number),
        plan::ExprKind::Literal(Literal::Int(number)) => Some(i64::from(*number)),
        plan::ExprKind::Call { function, args } => match (function, &args[..]) {
            (F::ToLong | F::ToInt, [only]) => whole_number(only),
            (F::Add, [l, r]) => whole_number(l)?.checked_add(whole_number(r)?),
            (F::Subtract, [l, r]) => whole_number(l)?.checked_sub(whole_number(r)?),
            (F::Multiply, [l, r]) => whole_number(l)?.checked_mul(whole_number(r)?),
            _ => None,
        },
        _ => None,
    }
}

/// Only these columns.
pub(super) fn project_exprs(rel: Rel, (columns, exprs): (Vec<Column>, Vec<Expr>)) -> Rel {
    rel.step(columns, |input| RelationKind::Project { input, exprs })
}

/// `getschema`: the columns as rows.
fn get_schema(rel: &Rel) -> Rel {
    let text = |text: &str| Literal::String(text.to_owned());
    let rows = rel.columns().iter().enumerate().map(|(index, column)| {
        let ordinal = i32::try_from(index).map_or(Literal::Null, Literal::Int);
        vec![text(&column.name), ordinal, text(column.ty.system_name()), text(column.ty.name())]
    });
    let rows = rows.collect();
    let column = |name: &str, ty| Column { name: name.to_owned(), ty };
    let columns = vec![
        column("ColumnName", Type::String),
        column("ColumnOrdinal", Type::Int),
        column("DataType", Type::String),
        column("ColumnType", Type::String),
    ];
    Rel::new(RelationKind::Values { rows }, columns)
}

/// `count`: one row, one column.
fn count(rel: Rel, name: Option<&Name>) -> Rel {
    let name = name.map_or_else(|| "Count".to_owned(), |name| name.text.clone());
    let columns = vec![Column { name, ty: Type::Long }];
    let call = AggregateCall {
        function: AggregateFunction::Count,
        args: Vec::<Expr>::new(),
        filter: None,
        parameter: None,
        outputs: vec![Type::Long],
    };
    let mut counted = rel.step(columns, |input| RelationKind::Aggregate {
        input,
        keys: Vec::new(),
        aggregates: vec![call],
    });
    counted.open = false;
    counted.label = None;
    counted
}
