//! Operators that hold a query, and those that look over several tables: `mv-apply`, `partition`,
//! `search`, `find`.

use super::{Parsed, Parser};
use crate::ast::{Expr, Find, Name, OperatorKind};
use crate::schema::Type;

impl Parser<'_> {
    pub(super) fn mv_apply(&mut self) -> Parsed<OperatorKind> {
        let settings = self.expand_settings()?;
        let items = self.list(Self::expand_item)?;
        let limit = if self.take_word("limit") { Some(self.expr()?) } else { None };
        if self.is_word("id") && self.word_at(1).is_some() {
            self.advance();
            self.name()?;
        }
        self.expect_word("on")?;
        self.expect("(")?;
        let body = Box::new(self.nested(Self::body)?);
        self.expect(")")?;
        Ok(OperatorKind::MvApply { settings, items, limit, body })
    }

    pub(super) fn partition(&mut self) -> Parsed<OperatorKind> {
        self.hints()?;
        self.expect_word("by")?;
        // Not a call: the parenthesis after the key opens the query.
        let name = self.name()?;
        let key = Expr { kind: crate::ast::ExprKind::Name(name.text), span: name.span };
        let body = if self.take("{") {
            let body = self.nested(Self::pipe)?;
            self.expect("}")?;
            body
        } else {
            self.expect("(")?;
            let body = self.nested(Self::body)?;
            self.expect(")")?;
            body
        };
        Ok(OperatorKind::Partition { key, body: Box::new(body) })
    }

    pub(super) fn search(&mut self) -> Parsed<OperatorKind> {
        let settings = self.settings_named(|name| matches!(name, "kind" | "hint"))?;
        let tables = self.in_tables()?;
        let predicate = self.search_expr()?;
        Ok(OperatorKind::Search { settings, tables, predicate })
    }

    pub(super) fn find(&mut self) -> Parsed<OperatorKind> {
        let settings = self.settings_named(|name| {
            matches!(name, "withsource" | "with_source" | "datascope" | "hint")
        })?;
        let tables = self.in_tables()?;
        // Without tables, the word may be left out.
        if !self.take_word("where") && !tables.is_empty() {
            return Err(self.expected("`where`"));
        }
        let predicate = self.search_expr()?;
        let mut find = Find { settings, tables, predicate, columns: None, pack: true };
        if self.is_word("project-smart") || self.is_project("smart") {
            self.operator_name();
        } else if self.is_word("project") && !self.is_at(1, "-") {
            self.advance();
            let columns = self.list(Self::find_column)?;
            find.pack = columns.iter().any(Option::is_none);
            find.columns = Some(columns.into_iter().flatten().collect());
        }
        Ok(OperatorKind::Find(Box::new(find)))
    }

    fn is_project(&self, part: &str) -> bool {
        self.is_word("project") && self.is_at(1, "-") && self.word_at(2) == Some(part)
    }

    /// A column of `find … project`; nothing for `pack(*)`.
    fn find_column(&mut self) -> Parsed<Option<(Name, Option<Type>)>> {
        if self.is_word("pack") && self.is_at(1, "(") && self.is_at(2, "*") {
            for _ in 0..3 {
                self.advance();
            }
            self.expect(")")?;
            return Ok(None);
        }
        let name = self.name()?;
        let ty = if self.take(":") { Some(self.type_name()?) } else { None };
        Ok(Some((name, ty)))
    }

    /// `in (table, …)`, if it is there.
    fn in_tables(&mut self) -> Parsed<Vec<Expr>> {
        if !(self.is_word("in") && self.is_at(1, "(")) {
            return Ok(Vec::new());
        }
        self.advance();
        self.expect("(")?;
        let tables = self.list(Self::union_source)?;
        self.expect(")")?;
        Ok(tables)
    }
}
