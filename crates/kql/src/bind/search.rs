//! `search` and `find`: predicates over several tables, in which a bare text is a test of any column.

use super::convert::convert;
use super::naming::{ColumnList, matches_pattern};
use super::operand::text_function;
use super::{Binder, Rel, Scope};
use crate::ast::{self, BinaryOp, ExprKind, Find, Setting, TextOp};
use crate::function::Function;
use crate::plan::{Column, Expr, RelationKind};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::value::Literal;

impl<'a> Binder<'a> {
    pub(super) fn search(
        &mut self,
        piped: Option<Rel>,
        settings: &[Setting],
        tables: &'a [ast::Expr],
        predicate: &'a ast::Expr,
    ) -> Rel {
        let exact = settings
            .iter()
            .any(|setting| setting.name.text == "kind" && setting.value.text == "case_sensitive");
        let inputs = match piped {
            Some(rel) => vec![(super::union::source_name(&rel, 0), rel)],
            None => self.searched_tables(tables),
        };
        let inputs = self.searched(inputs, predicate, exact);
        if inputs.is_empty() {
            return Rel::broken();
        }
        super::union::outer(one_type(inputs), Some("$table"))
    }

    pub(super) fn find(&mut self, find: &'a Find) -> Rel {
        let source = find
            .settings
            .iter()
            .find(|setting| setting.name.text.starts_with("with"))
            .map_or("source_", |setting| setting.value.text.as_str());
        let inputs = self.searched_tables(&find.tables);
        let shown = match &find.columns {
            Some(columns) => columns
                .iter()
                .map(|(name, ty)| {
                    let known = inputs.iter().find_map(|(_, rel)| rel.scope().find(&name.text));
                    if known.is_none() && ty.is_none() && inputs.iter().all(|(_, rel)| !rel.open) {
                        let message = format!("none of the tables has a column `{}`", name.text);
                        self.fail(code::COLUMN, &name.span, message);
                    }
                    let known = known.map_or(Type::Dynamic, |column| column.ty);
                    (name.text.clone(), ty.unwrap_or(known))
                })
                .collect(),
            None => self.found_columns(&inputs, &find.predicate),
        };
        let inputs = self.searched(inputs, &find.predicate, false);
        let all_shown = |rel: &Rel| {
            rel.columns().iter().all(|column| shown.iter().any(|(name, _)| *name == column.name))
        };
        let pack = find.pack && !inputs.iter().all(|(_, rel)| all_shown(rel));
        let inputs: Vec<(String, Rel)> =
            inputs.into_iter().map(|(label, rel)| (label, shown_only(rel, &shown, pack))).collect();
        if inputs.is_empty() {
            return Rel::broken();
        }
        super::union::outer(inputs, Some(source))
    }

    /// The tables that are named, or all.
    fn searched_tables(&mut self, tables: &'a [ast::Expr]) -> Vec<(String, Rel)> {
        let mut inputs = Vec::new();
        if tables.is_empty() {
            for table in self.schema.tables.iter().map(|table| table.name.clone()) {
                let rel = self.table_of_schema(&table, &(0..0));
                inputs.push((table, rel));
            }
            self.views_fitting("*", &(0..0), &mut inputs);
        }
        for table in tables {
            self.union_source(table, false, &mut inputs);
        }
        if inputs.is_empty() && self.findings.is_empty() {
            let span = tables.first().map_or(0..0, |table| table.span.clone());
            self.fail(code::TABLE, &span, "there is no table to search");
        }
        inputs
    }

    /// The columns that every table has, and those that the predicate speaks of.
    fn found_columns(
        &mut self,
        inputs: &[(String, Rel)],
        predicate: &ast::Expr,
    ) -> Vec<(String, Type)> {
        let mut named = Vec::new();
        names_of(predicate, &mut named);
        let pair = |column: &Column| (column.name.clone(), column.ty);
        let Some((_, first)) = inputs.first() else { return Vec::new() };
        let everywhere =
            |column: &&Column| inputs.iter().all(|(_, rel)| rel.columns().contains(column));
        let mut found: Vec<(String, Type)> =
            first.columns().iter().filter(everywhere).map(pair).collect();
        for name in named {
            let mut columns = inputs.iter().flat_map(|(_, rel)| rel.columns());
            let column = columns.find(|column| column.name == *name);
            if let Some(column) = column.filter(|_| found.iter().all(|(known, _)| known != name)) {
                found.push(pair(column));
            }
        }
        found
    }

    /// The rows of each table that fit the predicate.
    fn searched(
        &mut self,
        inputs: Vec<(String, Rel)>,
        predicate: &'a ast::Expr,
        exact: bool,
    ) -> Vec<(String, Rel)> {
        // A column has to be in one of the tables; where a table has it not, it is null there.
        let mut all = ColumnList::default();
        for column in inputs.iter().flat_map(|(_, rel)| rel.columns()) {
            if all.position(&column.name).is_none() {
                all.add(&column.name, column.ty);
            }
        }
        let open = inputs.iter().any(|(_, rel)| rel.open);
        let before = self.findings.len();
        let scope = Scope { columns: &all.columns, open, ..Scope::EMPTY };
        self.search_predicate(predicate, &scope, exact);
        if self.findings.len() > before {
            return inputs;
        }
        inputs
            .into_iter()
            .map(|(label, rel)| {
                let scope = Scope { open: true, ..rel.scope() };
                let predicate = self.search_predicate(predicate, &scope, exact);
                (label, rel.same(|input| RelationKind::Filter { input, predicate }))
            })
            .collect()
    }

    /// As a predicate, but a bare text is looked for in every column.
    fn search_predicate(
        &mut self,
        predicate: &'a ast::Expr,
        scope: &Scope<'_>,
        exact: bool,
    ) -> Expr {
        match &predicate.kind {
            ExprKind::Paren(inner) => self.search_predicate(inner, scope, exact),
            ExprKind::Star => Expr::literal(Literal::Bool(true), Type::Bool),
            ExprKind::Literal(Literal::String(term), _) => {
                let columns = scope.columns.iter().enumerate();
                let tests = columns.map(|(index, column)| {
                    let text = convert(Expr::column(index, column.ty), Type::String);
                    term_test(text, term, exact)
                });
                any_of(tests)
            }
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), _, left, right) => {
                let function = if *op == BinaryOp::And { Function::And } else { Function::Or };
                let args = [left, right].map(|side| self.search_predicate(side, scope, exact));
                Expr::call(function, args.to_vec(), Type::Bool)
            }
            ExprKind::Call(name, arguments)
                if name.text == "not" && self.lookup("not").is_none() =>
            {
                match arguments.as_slice() {
                    [only] => {
                        let inner = self.search_predicate(&only.value, scope, exact);
                        Expr::call(Function::Not, vec![inner], Type::Bool)
                    }
                    _ => self.search_scalar(predicate, scope),
                }
            }
            ExprKind::Binary(BinaryOp::Match, _, column, term) => {
                let value = self.scalar(column, scope);
                let term = match &term.kind {
                    ExprKind::Literal(Literal::String(term), _) => term.clone(),
                    ExprKind::Literal(value, _) => value.to_string(),
                    _ => {
                        self.fail(code::CONSTANT, &term.span, "a constant term is needed here");
                        return Self::poison();
                    }
                };
                term_test(convert(value, Type::String), &term, exact)
            }
            _ => self.search_scalar(predicate, scope),
        }
    }

    fn search_scalar(&mut self, predicate: &'a ast::Expr, scope: &Scope<'_>) -> Expr {
        let bound = self.scalar(predicate, scope);
        if bound.ty.is_number() && matches!(bound.kind, crate::plan::ExprKind::Literal(_)) {
            let message = "a term is written as a text here";
            self.report(Finding::new(code::TYPE, predicate.span.clone(), message));
        }
        self.predicate(bound, &predicate.span)
    }
}

/// The inputs with one type for each name: that of the first input that has it.
fn one_type(inputs: Vec<(String, Rel)>) -> Vec<(String, Rel)> {
    let mut types: std::collections::HashMap<String, Type> = std::collections::HashMap::new();
    for column in inputs.iter().flat_map(|(_, rel)| rel.columns()) {
        types.entry(column.name.clone()).or_insert(column.ty);
    }
    let settle = |(label, rel): (String, Rel)| {
        let mut columns = rel.columns().to_vec();
        let mut exprs = Vec::new();
        for (index, column) in columns.iter_mut().enumerate() {
            let ty = types.get(&column.name).copied().unwrap_or(column.ty);
            exprs.push(convert(Expr::column(index, column.ty), ty));
            column.ty = ty;
        }
        if columns == rel.columns() {
            return (label, rel);
        }
        (label, rel.step(columns, |input| RelationKind::Project { input, exprs }))
    };
    inputs.into_iter().map(settle).collect()
}

/// The names in an expression.
fn names_of<'e>(expr: &'e ast::Expr, into: &mut Vec<&'e str>) {
    match &expr.kind {
        ExprKind::Name(name) => into.push(name),
        ExprKind::Call(_, arguments) => {
            arguments.iter().for_each(|argument| names_of(&argument.value, into));
        }
        ExprKind::Member(inner, _) | ExprKind::Negate(inner) | ExprKind::Paren(inner) => {
            names_of(inner, into);
        }
        ExprKind::Index(one, other) | ExprKind::Binary(_, _, one, other) => {
            names_of(one, into);
            names_of(other, into);
        }
        ExprKind::List { value, list, .. } => {
            names_of(value, into);
            list.iter().for_each(|member| names_of(member, into));
        }
        ExprKind::Between { value, low, high, .. } => {
            [value, low, high].into_iter().for_each(|part| names_of(part, into));
        }
        _ => {}
    }
}

/// A term with `*` at its ends or inside.
fn term_test(text: Expr, term: &str, exact: bool) -> Expr {
    let pick = |caseless, cased| if exact { cased } else { caseless };
    let inner = term.trim_matches('*');
    let op = match (term.starts_with('*'), term.ends_with('*')) {
        _ if term == "*" => return Expr::literal(Literal::Bool(true), Type::Bool),
        _ if inner.contains('*') => {
            let flags = if exact { "" } else { "(?i)" };
            let parts: Vec<String> = term.split('*').map(super::parse::escaped).collect();
            let regex = Expr::literal(
                Literal::String(format!("{flags}{}", parts.join(".*"))),
                Type::String,
            );
            return Expr::call(Function::MatchesRegex, vec![text, regex], Type::Bool);
        }
        (true, true) => pick(TextOp::Contains, TextOp::ContainsCs),
        (true, false) => pick(TextOp::HasSuffix, TextOp::HasSuffixCs),
        (false, true) => pick(TextOp::HasPrefix, TextOp::HasPrefixCs),
        (false, false) => pick(TextOp::Has, TextOp::HasCs),
    };
    let needle = Expr::literal(Literal::String(inner.to_owned()), Type::String);
    Expr::call(text_function(op), vec![text, needle], Type::Bool)
}

/// One of the tests, as a balanced tree: there may be many columns.
pub(super) fn any_of(tests: impl Iterator<Item = Expr>) -> Expr {
    let mut tests: Vec<Expr> = tests.collect();
    while tests.len() > 1 {
        let mut rest = tests.into_iter();
        let mut paired = Vec::new();
        while let Some(left) = rest.next() {
            paired.push(match rest.next() {
                Some(right) => Expr::call(Function::Or, vec![left, right], Type::Bool),
                None => left,
            });
        }
        tests = paired;
    }
    tests.pop().unwrap_or_else(|| Expr::literal(Literal::Bool(false), Type::Bool))
}

/// The columns that are shown, and the others packed into one.
fn shown_only(rel: Rel, shown: &[(String, Type)], pack: bool) -> Rel {
    let mut columns = Vec::new();
    let mut exprs = Vec::new();
    for (name, ty) in shown {
        let value = rel.scope().find(name);
        let value = value.unwrap_or_else(|| Expr::literal(Literal::null_of(*ty), *ty));
        columns.push(Column { name: name.clone(), ty: *ty });
        exprs.push(convert(value, *ty));
    }
    if pack {
        let mut parts = Vec::new();
        for (index, column) in rel.columns().iter().enumerate() {
            if shown.iter().any(|(name, _)| matches_pattern(name, &column.name)) {
                continue;
            }
            parts.push(Expr::literal(Literal::String(column.name.clone()), Type::String));
            parts.push(Expr::column(index, column.ty));
        }
        columns.push(Column { name: "pack_".to_owned(), ty: Type::Dynamic });
        exprs.push(Expr::call(Function::BagPack, parts, Type::Dynamic));
    }
    rel.step(columns, |input| RelationKind::Project { input, exprs })
}
