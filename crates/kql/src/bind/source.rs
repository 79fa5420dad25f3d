//! Where rows come from: tables, `let`, `datatable`, `print`, `range`.

use super::convert::{convert, convert_literal};
use super::naming::ColumnList;
use super::{Binder, Binding, Rel, Scope, library};
use crate::ast::{self, Argument, ExprKind, Name, NamedExpr, Operator, OperatorKind};
use crate::plan::{self, Column, RelationKind};
use crate::problem::{Finding, code};
use crate::schema::{AliasSchema, Type};
use crate::suggest::nearest;
use crate::time;
use crate::value::Literal;

impl<'a> Binder<'a> {
    /// Whether the expression gives rows.
    pub(super) fn is_tabular(&mut self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Pipe(..) | ExprKind::Source(_) | ExprKind::Rows => true,
            ExprKind::Paren(inner) => self.is_tabular(inner),
            ExprKind::Name(name) => match self.lookup(name).as_deref() {
                Some(Binding::Table { .. }) => true,
                Some(binding @ Binding::Function { body, .. }) => {
                    body.params.is_empty() && self.gives_rows(binding)
                }
                Some(_) => false,
                None => self.schema.table(name).is_some(),
            },
            ExprKind::Call(name, _) => match self.lookup(&name.text) {
                Some(binding) => self.gives_rows(&binding),
                None => {
                    matches!(name.text.as_str(), "materialize" | "table" | "view")
                        || library::gives_rows(&name.text)
                }
            },
            ExprKind::Member(base, _) => is_foreign(base),
            _ => false,
        }
    }

    /// Resolves an expression that gives rows.
    pub(super) fn table(&mut self, expr: &'a ast::Expr) -> Rel {
        if !self.spend(1, &expr.span) {
            return Rel::broken();
        }
        match &expr.kind {
            ExprKind::Name(name) => match self.lookup(name).as_deref() {
                // A function without parameters may be named without being called.
                Some(binding @ Binding::Function { body, .. }) if body.params.is_empty() => {
                    let name = Name { text: name.clone(), span: expr.span.clone() };
                    self.own_table_call(&name, binding, &[], None)
                }
                _ => self.named_table(name, &expr.span),
            },
            ExprKind::Paren(inner) => self.table(inner),
            ExprKind::Pipe(source, operators) => self.pipe(source, operators),
            ExprKind::Source(operator) => self.source(operator),
            ExprKind::Call(name, arguments) => self.table_call(name, arguments),
            ExprKind::Member(base, _) if is_foreign(base) => {
                self.fail(
                    code::UNSUPPORTED,
                    &expr.span,
                    "tables of other databases are not supported",
                );
                Rel::broken()
            }
            ExprKind::Rows => self.rows.last().cloned().unwrap_or_else(Rel::broken),
            ExprKind::Broken => Rel::broken(),
            _ => {
                self.fail(code::PLACE, &expr.span, "rows are needed here, not a single value");
                Rel::broken()
            }
        }
    }

    fn pipe(&mut self, source: &'a ast::Expr, operators: &'a [Operator]) -> Rel {
        let mut rel = self.table(source);
        for operator in operators {
            rel = self.step(rel, operator);
        }
        rel
    }

    fn named_table(&mut self, name: &str, span: &ast::Span) -> Rel {
        match self.lookup(name).as_deref() {
            Some(Binding::Table { rel, size }) => {
                if !self.spend(size.nodes, span) {
                    return Rel::broken();
                }
                let mut rel = (**rel).clone();
                rel.label.get_or_insert_with(|| format!("`{name}`"));
                return rel;
            }
            Some(Binding::Broken) => return Rel::broken(),
            Some(_) => {
                self.fail(
                    code::PLACE,
                    span,
                    format!("`{name}` is a single value; rows are needed here"),
                );
                return Rel::broken();
            }
            None => {}
        }
        self.table_of_schema(name, span)
    }

    pub(super) fn table_of_schema(&mut self, name: &str, span: &ast::Span) -> Rel {
        let Some(table) = self.schema.table(name) else { return self.unknown_table(name, span) };
        let columns = table
            .columns
            .iter()
            .map(|column| Column { name: column.name.clone(), ty: column.ty })
            .collect();
        let mut rel = Rel::new(RelationKind::Scan { table: name.to_owned() }, columns);
        rel.label = Some(name.to_owned());
        self.with_aliases(rel, &table.aliases)
    }

    /// Columns under other names, too, where the query speaks of those names.
    fn with_aliases(&self, rel: Rel, aliases: &[AliasSchema]) -> Rel {
        let mut picked: Vec<usize> = (0..rel.columns().len()).collect();
        let mut columns = rel.columns().to_vec();
        for alias in aliases.iter().filter(|alias| self.mentioned.contains(&alias.name)) {
            let index = rel.columns().iter().position(|column| column.name == alias.column);
            let taken = columns.iter().any(|column| column.name == alias.name);
            if let (Some(index), false) = (index, taken) {
                let ty = columns.get(index).map_or(Type::Dynamic, |column| column.ty);
                columns.push(Column { name: alias.name.clone(), ty });
                picked.push(index);
            }
        }
        if picked.len() == rel.columns().len() {
            return rel;
        }
        let mut rel = rel.pick(&picked);
        rel.relation.columns = columns;
        rel
    }

    fn unknown_table(&mut self, name: &str, span: &ast::Span) -> Rel {
        let known = self
            .schema
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .chain(self.names.iter().map(|(name, _)| name.as_str()));
        let suggestion = nearest(name, known);
        let finding =
            Finding::new(code::TABLE, span.clone(), format!("there is no table `{name}`"));
        self.report(finding.suggesting(suggestion));
        Rel::broken()
    }

    fn table_call(&mut self, name: &'a Name, arguments: &'a [Argument]) -> Rel {
        if let Some(binding) = self.lookup(&name.text)
            && matches!(*binding, Binding::Function { .. })
        {
            return self.own_table_call(name, &binding, arguments, None);
        }
        if library::gives_rows(&name.text) {
            return self.library_table(name, arguments);
        }
        match (name.text.as_str(), arguments) {
            // Every use of the name is planned alike, so that it is computed once is only a saving.
            ("materialize" | "view", [argument]) => self.table(&argument.value),
            ("table", [argument]) => {
                let name = self.scalar(&argument.value, &Scope::EMPTY);
                match name.kind {
                    plan::ExprKind::Literal(Literal::String(text)) => {
                        self.named_table(&text, &argument.value.span)
                    }
                    _ => {
                        let message = "the name of the table has to be constant";
                        self.fail(code::CONSTANT, &argument.value.span, message);
                        Rel::broken()
                    }
                }
            }
            _ => {
                let message = format!("there is no function `{}` that gives rows", name.text);
                let known =
                    self.names.iter().map(|(name, _)| name.as_str()).chain(library::names());
                let suggestion = nearest(&name.text, known);
                let finding = if super::special::is_known_elsewhere(&name.text) {
                    let message = format!("the function `{}` is not supported yet", name.text);
                    Finding::new(code::UNSUPPORTED, name.span.clone(), message)
                } else {
                    Finding::new(code::FUNCTION, name.span.clone(), message).suggesting(suggestion)
                };
                self.report(finding);
                Rel::broken()
            }
        }
    }

    fn source(&mut self, operator: &'a Operator) -> Rel {
        match &operator.kind {
            OperatorKind::Datatable { columns, values } => {
                self.datatable(operator, columns, values)
            }
            OperatorKind::Print(items) => self.print(items),
            OperatorKind::Range { name, from, to, step } => {
                self.range(name, from, to, step.as_ref())
            }
            OperatorKind::Union { settings, sources } => {
                self.union(None, settings, sources, &operator.name)
            }
            OperatorKind::ExternalData { columns, locations, properties } => {
                self.external_data(columns, locations, properties)
            }
            OperatorKind::Search { settings, tables, predicate } => {
                self.search(None, settings, tables, predicate)
            }
            OperatorKind::Find(find) => self.find(find),
            OperatorKind::Evaluate { plugin, arguments, output } => {
                let one = Rel::new(RelationKind::Values { rows: vec![Vec::new()] }, Vec::new());
                self.evaluate(one, plugin, arguments, output.as_ref())
            }
            _ => {
                self.refuse(operator);
                Rel::broken()
            }
        }
    }

    /// Says that an operator is not supported, by its name.
    pub(super) fn refuse(&mut self, operator: &Operator) {
        let name = &operator.name;
        let finding = Finding::new(
            code::UNSUPPORTED,
            name.span.clone(),
            format!("the operator `{}` is not supported yet", name.text),
        );
        self.report(finding);
    }

    fn datatable(
        &mut self,
        operator: &Operator,
        columns: &'a [(Name, Type)],
        values: &'a [ast::Expr],
    ) -> Rel {
        let mut list = ColumnList::default();
        for (name, ty) in columns {
            if list.position(&name.text).is_some() {
                self.fail(
                    code::DUPLICATE,
                    &name.span,
                    format!("the column `{}` is there already", name.text),
                );
            }
            list.add(&name.text, *ty);
        }
        if !values.len().is_multiple_of(columns.len().max(1)) {
            let message =
                format!("{} values do not fill rows of {} columns", values.len(), columns.len());
            self.fail(code::ARGUMENTS, &operator.name.span, message);
        }
        let mut rows = Vec::new();
        for row in values.chunks(columns.len().max(1)) {
            let cells = row.iter().zip(columns).map(|(value, (_, ty))| self.cell(value, *ty));
            rows.push(cells.collect());
        }
        Rel::new(RelationKind::Values { rows }, list.columns)
    }

    /// A constant of the type of its column.
    fn cell(&mut self, value: &'a ast::Expr, ty: Type) -> Literal {
        let found = self.scalar(value, &Scope::EMPTY);
        let plan::ExprKind::Literal(literal) = &found.kind else {
            self.fail(code::CONSTANT, &value.span, "a constant is needed here");
            return Literal::Null;
        };
        let cell = if found.ty == ty { Some(literal.clone()) } else { cell_as(literal, ty) };
        cell.unwrap_or_else(|| {
            self.fail(
                code::TYPE,
                &value.span,
                format!("a {ty} is needed here, and this is a {}", found.ty),
            );
            Literal::Null
        })
    }

    /// Whether an expression that gives no rows gives a value: a call of something that there is.
    pub(super) fn is_scalar(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Call(name, _) => {
                self.lookup(&name.text).is_some()
                    || crate::function::find(&name.text).is_some()
                    || super::special::SPECIAL.iter().any(|(known, ..)| *known == name.text)
            }
            _ => true,
        }
    }

    /// A value that stands for a query: one row.
    pub(super) fn print_of(&mut self, expr: &'a ast::Expr) -> Rel {
        let value = self.scalar(expr, &Scope::EMPTY);
        let columns = vec![Column { name: "print_0".to_owned(), ty: value.ty }];
        let one = Rel::new(RelationKind::Values { rows: vec![Vec::new()] }, Vec::new());
        one.step(columns, |input| RelationKind::Project { input, exprs: vec![value] })
    }

    fn print(&mut self, items: &'a [NamedExpr]) -> Rel {
        let mut list = ColumnList::default();
        let mut exprs = Vec::new();
        let one = Rel::new(RelationKind::Values { rows: vec![Vec::new()] }, Vec::new());
        for (index, item) in items.iter().enumerate() {
            let results = self.item_results(&one, item);
            let several = results.len() > 1;
            for (name, implied, value) in results {
                let name = name.map(|name| name.text.clone()).or(implied.filter(|_| several));
                list.add(&name.unwrap_or_else(|| format!("print_{index}")), value.ty);
                exprs.push(value);
            }
        }
        one.step(list.columns, |input| RelationKind::Project { input, exprs })
    }

    fn range(
        &mut self,
        name: &Name,
        from: &'a ast::Expr,
        to: &'a ast::Expr,
        step: Option<&'a ast::Expr>,
    ) -> Rel {
        let start = self.scalar(from, &Scope::EMPTY);
        let end = self.scalar(to, &Scope::EMPTY);
        let stride = step.map(|step| self.scalar(step, &Scope::EMPTY));
        let is_time = matches!(start.ty, Type::DateTime | Type::TimeSpan);
        let stride = stride.unwrap_or_else(|| {
            if is_time {
                plan::Expr::literal(Literal::TimeSpan(time::TICKS_PER_HOUR), Type::TimeSpan)
            } else {
                plan::Expr::literal(Literal::Long(1), Type::Long)
            }
        });
        let settled = match (start.ty, end.ty, stride.ty) {
            (Type::DateTime, Type::DateTime, Type::TimeSpan) => {
                Some((Type::DateTime, Type::TimeSpan))
            }
            (Type::TimeSpan, Type::TimeSpan, Type::TimeSpan) => {
                Some((Type::TimeSpan, Type::TimeSpan))
            }
            (from, to, step) if from.is_number() && to.is_number() && step.is_number() => {
                let ty = super::convert::common(from, to)
                    .and_then(|ty| super::convert::common(ty, step));
                ty.map(|ty| if ty == Type::Int { (Type::Long, Type::Long) } else { (ty, ty) })
            }
            _ => None,
        };
        let Some((ty, step_ty)) = settled else {
            let message = format!(
                "a range does not go from a {} to a {} by a {}",
                start.ty, end.ty, stride.ty
            );
            self.fail(code::TYPE, &from.span, message);
            return Rel::broken();
        };
        let (from, to) = (convert(start, ty), convert(end, ty));
        let kind = RelationKind::Range { from, to, step: convert(stride, step_ty) };
        Rel::new(kind, vec![Column { name: name.text.clone(), ty }])
    }
}

/// `database("x")`, `cluster("y").database("x")`
fn is_foreign(base: &ast::Expr) -> bool {
    match &base.kind {
        ExprKind::Call(name, _) => {
            matches!(name.text.as_str(), "database" | "cluster" | "workspace" | "app")
        }
        ExprKind::Member(base, _) => is_foreign(base),
        _ => false,
    }
}

/// What a cell of `datatable` may be besides a constant of its column's type.
fn cell_as(literal: &Literal, ty: Type) -> Option<Literal> {
    match (literal, ty) {
        (Literal::String(text), Type::DateTime) => {
            time::parse_datetime(text).map(Literal::DateTime)
        }
        (Literal::String(text), Type::TimeSpan) => {
            time::parse_timespan(text).map(Literal::TimeSpan)
        }
        (Literal::Long(value), Type::String) => Some(Literal::String(value.to_string())),
        (Literal::Real(value), Type::Decimal) => Some(Literal::Decimal(value.to_string())),
        (literal, ty) => convert_literal(literal, ty),
    }
}
