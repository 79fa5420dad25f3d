//! Operators that need no input, and the names of all operators.

use std::ops::Range;

use super::{Parsed, Parser};
use crate::ast::{Expr, ExprKind, Operator, OperatorKind};
use crate::lexer::TokenKind;
use crate::problem::{Finding, code};
use crate::suggest::nearest;

/// The operators that are carried out, with what they do.
#[rustfmt::skip]
pub(crate) const SUPPORTED: &[(&str, &str, &str)] = &[
    ("where", "where predicate", "keeps the rows for which the predicate is true"),
    ("filter", "filter predicate", "as where"),
    ("project", "project [name =] expression, …", "computes the columns, and no others"),
    ("project-away", "project-away name, …", "leaves columns out; names may hold *"),
    ("project-keep", "project-keep name, …", "keeps only these columns; names may hold *"),
    ("project-rename", "project-rename new = old, …", "renames columns"),
    ("project-reorder", "project-reorder name [asc | desc], …", "puts columns first; names may hold *"),
    ("extend", "extend [name =] expression, …", "adds or replaces columns"),
    ("summarize", "summarize [name =] aggregate, … by [name =] expression, …", "one row per group"),
    ("sort", "sort by expression [asc | desc] [nulls first | last], …", "sorts, descending unless told otherwise"),
    ("order", "order by expression [asc | desc] [nulls first | last], …", "as sort"),
    ("take", "take count", "any so many rows"),
    ("limit", "limit count", "as take"),
    ("top", "top count by expression [asc | desc]", "the first rows of a sort"),
    ("count", "count", "the number of rows"),
    ("distinct", "distinct * | expression, …", "each different row once"),
    ("join", "join [kind=…] (query) on column, … | $left.a == $right.b", "matches two relations"),
    ("lookup", "lookup [kind=leftouter | inner] (query) on column, …", "adds the columns of a matching row"),
    ("union", "union [kind=outer | inner] [withsource=name] [isfuzzy=true] table, …", "all rows of all"),
    ("render", "render visualization [with (property=value, …)]", "says how the rows should be drawn"),
    ("mv-expand", "mv-expand [name =] array [to typeof(type)], …", "one row per member"),
    ("mvexpand", "mvexpand [name =] array [to typeof(type)], …", "as mv-expand, at most 128 rows each"),
    ("parse", "parse [kind=simple | relaxed | regex] text with pattern", "columns out of a text"),
    ("parse-where", "parse-where text with pattern", "as parse; rows that do not fit are dropped"),
    ("datatable", "datatable (name: type, …) [value, …]", "rows written in the query"),
    ("print", "print [name =] expression, …", "one row"),
    ("range", "range name from value to value step value", "equally spaced values"),
    ("invoke", "invoke function(argument, …)", "calls a function of the query with the rows as its first argument"),
    ("as", "as name", "names the rows; only a label"),
    ("serialize", "serialize [name =] expression, …", "declares the order of rows to be kept"),
    ("externaldata", "externaldata (name: type, …) [location, …] with (format=…, ignoreFirstRecord=true)", "rows of files elsewhere, from places that are allowed"),
    ("evaluate", "evaluate plugin(argument, …) [: (name: type, …)]", "calls a plugin: bag_unpack, pivot, narrow, ipv4_lookup, ipv6_lookup"),
    ("search", "search [kind=case_sensitive] [in (table, …)] predicate", "rows that have a term in any column"),
    ("find", "find [withsource=name] [in (table, …)] where predicate [project name, … | project-smart]", "rows of several tables"),
    ("mv-apply", "mv-apply [name =] array [to typeof(type)], … on (operator | …)", "a query over the members of each row's array"),
    ("partition", "partition by expression (operator | …)", "a query for each group of rows"),
    ("make-series", "make-series aggregate [default=value], … on axis [from start to end] step width [by key, …]", "equally spaced values as arrays"),
    ("top-nested", "top-nested [count] of key [with others=value] by aggregate, …", "the best values, and within them the best of the next level"),
    ("top-hitters", "top-hitters count of key [by weight]", "the most frequent values"),
    ("scan", "scan [with_match_id=name] [declare (name: type = value, …)] with (step name: condition => name = value; …)", "rows in order through the steps of a machine"),
    ("parse-kv", "parse-kv text as (key: type, …) with (pair_delimiter=…, kv_delimiter=…, quote=…)", "keys and values out of a text"),
    ("sample", "sample count", "any so many rows"),
    ("sample-distinct", "sample-distinct count of key", "any so many different values"),
    ("reduce", "reduce by text", "groups texts that look alike"),
    ("getschema", "getschema", "the columns of the rows"),
    ("consume", "consume", "runs the query and gives nothing"),
    ("project-by-names", "project-by-names name, …", "keeps the columns with these names"),
    ("assert-schema", "assert-schema (name: type, …)", "stops unless the rows have these columns"),
];

/// Operators of the language that are known by name only.
const UNSUPPORTED: &[&str] = &[
    "execute-and-cache",
    "execute_show_command",
    "facet",
    "fork",
    "graph-mark-components",
    "graph-match",
    "graph-merge",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-edges",
    "graph-where-nodes",
    "macro-expand",
    "make-graph",
];

pub(super) fn is_known(name: &str) -> bool {
    SUPPORTED.iter().any(|(known, _, _)| *known == name) || UNSUPPORTED.contains(&name)
}

pub(super) fn unknown_operator(name: &str, span: Range<usize>) -> Finding {
    let known = SUPPORTED.iter().map(|(known, _, _)| *known).chain(UNSUPPORTED.iter().copied());
    Finding::new(code::OPERATOR, span, format!("there is no operator `{name}`"))
        .suggesting(nearest(name, known))
}

impl Parser<'_> {
    /// An operator at the start of a pipe, if that is what stands here.
    pub(super) fn source_operator(&mut self) -> Option<Parsed<Expr>> {
        let word = self.word()?;
        let starts = match word {
            "datatable" | "externaldata" | "external_data" => self.is_at(1, "("),
            "range" => self.word_at(1).is_some() && self.word_at(2) == Some("from"),
            "print" | "union" => self.starts_operand(1),
            "search" | "find" => self.starts_operand(1) && !self.is_text_test(1),
            "evaluate" => self.word_at(1).is_some(),
            _ => false,
        };
        starts.then(|| self.source())
    }

    fn starts_operand(&self, ahead: usize) -> bool {
        match self.kind_at(ahead) {
            TokenKind::Word(_) | TokenKind::Text(_) | TokenKind::Literal(..) => true,
            TokenKind::Symbol(symbol) => matches!(*symbol, "(" | "*" | "-" | "["),
            TokenKind::Broken | TokenKind::End => false,
        }
    }

    fn is_text_test(&self, ahead: usize) -> bool {
        matches!(
            self.word_at(ahead),
            Some("has" | "contains" | "startswith" | "endswith" | "and" | "or")
        )
    }

    fn source(&mut self) -> Parsed<Expr> {
        self.height = 1;
        let Some(name) = self.operator_name() else { return Err(self.expected("an operator")) };
        let kind = match name.text.as_str() {
            "print" => OperatorKind::Print(self.list(Self::named_expr)?),
            "union" => self.union()?,
            "datatable" => self.datatable()?,
            "range" => self.range()?,
            "externaldata" | "external_data" => self.external_data()?,
            "evaluate" => self.evaluate()?,
            "search" => self.search()?,
            "find" => self.find()?,
            _ => {
                self.skip_operator();
                OperatorKind::Unsupported
            }
        };
        let span = name.span.start..self.end_of_last();
        Ok(Expr { kind: ExprKind::Source(Box::new(Operator { name, kind })), span })
    }

    fn datatable(&mut self) -> Parsed<OperatorKind> {
        self.expect("(")?;
        let columns = self.list(Self::typed_name)?;
        self.expect(")")?;
        self.expect("[")?;
        let mut values = Vec::new();
        while !self.take("]") {
            if values.len() >= super::MAX_LIST {
                let message = format!("a list may have at most {} members", super::MAX_LIST);
                return Err(self.record(Finding::new(code::LIMIT, self.span(), message)));
            }
            values.push(self.expr()?);
            if !self.take(",") {
                self.expect("]")?;
                break;
            }
        }
        Ok(OperatorKind::Datatable { columns, values })
    }

    fn range(&mut self) -> Parsed<OperatorKind> {
        let name = self.name()?;
        self.expect_word("from")?;
        let from = self.expr()?;
        self.expect_word("to")?;
        let to = self.expr()?;
        let step = if self.take_word("step") { Some(self.expr()?) } else { None };
        Ok(OperatorKind::Range { name, from, to, step })
    }
}
