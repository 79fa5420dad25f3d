//! The operators of a pipe.

use super::{Failed, MAX_OPERATORS, Parsed, Parser};
use crate::ast::{Expr, ExprKind, Name, NamedExpr, Operator, OperatorKind, Setting, SortItem};
use crate::lexer::TokenKind;
use crate::problem::{Finding, code};

impl Parser<'_> {
    /// `source | operator | operator`; without operators, only the source.
    pub(super) fn pipe(&mut self) -> Parsed<Expr> {
        let outer_peak = std::mem::take(&mut self.peak);
        let source = match self.source_operator() {
            Some(source) => source?,
            None => self.expr()?,
        };
        if !self.is("|") {
            self.peak = outer_peak.max(self.peak);
            return Ok(source);
        }
        self.operators_over(source, outer_peak, Vec::new())
    }

    /// `operator | operator`: a query over rows that are given to it.
    pub(super) fn body(&mut self) -> Parsed<Expr> {
        let outer_peak = std::mem::take(&mut self.peak);
        let start = self.span().start;
        let rows = Expr { kind: ExprKind::Rows, span: start..start };
        let first = self.operator()?;
        self.operators_over(rows, outer_peak, vec![first])
    }

    fn operators_over(
        &mut self,
        source: Expr,
        outer_peak: usize,
        mut operators: Vec<Operator>,
    ) -> Parsed<Expr> {
        let start = source.span.start;
        while self.take("|") {
            if operators.len() >= MAX_OPERATORS {
                let message = format!("a pipe may have at most {MAX_OPERATORS} operators");
                return Err(self.fail(code::LIMIT, self.span(), message));
            }
            operators.push(self.operator()?);
        }
        let peak = self.peak;
        self.peak = outer_peak;
        self.set_height(peak + 1)?;
        let kind = ExprKind::Pipe(Box::new(source), operators);
        Ok(Expr { kind, span: start..self.end_of_last() })
    }

    /// One operator; what is wrong in it is recorded and skipped.
    fn operator(&mut self) -> Parsed<Operator> {
        let Some(name) = self.operator_name() else { return Err(self.expected("an operator")) };
        let kind = match self.operator_kind(&name) {
            Ok(kind) => kind,
            Err(Failed) => {
                self.skip_operator();
                OperatorKind::Broken
            }
        };
        // Whatever else stands here does not belong to the operator.
        let ends = ["|", ";", ")", "}", "]", ","].iter().any(|symbol| self.is(symbol));
        if !ends && !self.is_end() {
            self.expected("`|` or `;`");
            if self.is("=")
                && let Some(finding) = self.findings.last_mut()
            {
                finding.help = Some("values are compared with `==`".to_owned());
            }
            self.skip_operator();
        }
        Ok(Operator { name, kind })
    }

    /// A word and what hangs on it by hyphens: `project-away`.
    pub(super) fn operator_name(&mut self) -> Option<Name> {
        let mut text = self.word()?.to_owned();
        let start = self.span().start;
        self.advance();
        while self.is("-") && self.end_of_last() == self.span().start && self.is_adjacent(1) {
            let Some(part) = self.word_at(1) else { break };
            text.push('-');
            text.push_str(part);
            self.advance();
            self.advance();
        }
        Some(Name { text, span: start..self.end_of_last() })
    }

    fn operator_kind(&mut self, name: &Name) -> Parsed<OperatorKind> {
        Ok(match name.text.as_str() {
            "where" | "filter" => {
                self.hints()?;
                OperatorKind::Where(self.expr()?)
            }
            "project" => OperatorKind::Project(self.columns_or_none()?),
            "extend" => OperatorKind::Extend(self.list(Self::named_expr)?),
            "project-away" => OperatorKind::ProjectAway(self.list(Self::pattern_name)?),
            "project-keep" => OperatorKind::ProjectKeep(self.list(Self::pattern_name)?),
            "project-rename" => OperatorKind::ProjectRename(self.list(Self::renaming)?),
            "project-reorder" => OperatorKind::ProjectReorder(self.list(Self::reordering)?),
            "summarize" => self.summarize()?,
            "sort" | "order" => {
                self.hints()?;
                self.expect_word("by")?;
                OperatorKind::Sort(self.list(Self::sort_item)?)
            }
            "take" | "limit" => {
                self.hints()?;
                OperatorKind::Take(self.expr()?)
            }
            "top" => {
                self.hints()?;
                let count = self.expr()?;
                self.expect_word("by")?;
                OperatorKind::Top { count, by: vec![self.sort_item()?] }
            }
            "count" => {
                let name = if self.take_word("as") { Some(self.name()?) } else { None };
                OperatorKind::Count(name)
            }
            "distinct" => {
                self.hints()?;
                OperatorKind::Distinct(self.list(Self::named_expr)?)
            }
            "join" | "lookup" => self.join(name.text == "lookup")?,
            "union" => self.union()?,
            "render" => self.render()?,
            "mv-expand" | "mvexpand" => self.mv_expand()?,
            "parse" | "parse-where" => self.parse_operator()?,
            "invoke" => {
                let function = self.name()?;
                OperatorKind::Invoke { function, arguments: self.arguments()? }
            }
            "evaluate" => self.evaluate()?,
            "as" => {
                self.hints()?;
                OperatorKind::As(self.name()?)
            }
            "serialize" => OperatorKind::Serialize(self.columns_or_none()?),
            _ => return self.further_kind(name),
        })
    }

    /// The operators that are used less, and those that there are not.
    fn further_kind(&mut self, name: &Name) -> Parsed<OperatorKind> {
        Ok(match name.text.as_str() {
            "sample" => OperatorKind::Take(self.expr()?),
            "sample-distinct" => {
                let count = self.expr()?;
                self.expect_word("of")?;
                OperatorKind::SampleDistinct { count, of: self.expr()? }
            }
            "getschema" => OperatorKind::GetSchema,
            "consume" => {
                self.settings_named(|name| matches!(name, "decodeblocks" | "hint"))?;
                OperatorKind::Consume
            }
            "search" => self.search()?,
            "mv-apply" | "mvapply" => self.mv_apply()?,
            "partition" | "partitionby" => self.partition()?,
            "make-series" => self.make_series()?,
            "top-nested" => OperatorKind::TopNested(self.list(Self::nested_top)?),
            "top-hitters" => self.top_hitters()?,
            "scan" => self.scan()?,
            "parse-kv" => self.parse_kv()?,
            "reduce" => self.reduce()?,
            "project-by-names" => OperatorKind::ProjectByNames(self.list(Self::expr)?),
            "assert-schema" => {
                self.expect("(")?;
                let columns = self.list(Self::typed_name)?;
                self.expect(")")?;
                OperatorKind::AssertSchema(columns)
            }
            text if super::source::is_known(text) => {
                self.skip_operator();
                OperatorKind::Unsupported
            }
            text => {
                self.findings.push(super::source::unknown_operator(text, name.span.clone()));
                self.skip_operator();
                OperatorKind::Unknown
            }
        })
    }

    pub(super) fn columns_or_none(&mut self) -> Parsed<Vec<NamedExpr>> {
        let none = self.is("|") || self.is(";") || self.is(")") || self.is_end();
        if none { Ok(Vec::new()) } else { self.list(Self::named_expr) }
    }

    /// `kind=inner`, `hint.remote=auto` … as many as there are. An assignment of a column looks the
    /// same, so only words that are parameters of some operator are taken.
    pub(super) fn settings(&mut self) -> Parsed<Vec<Setting>> {
        self.settings_named(|name| {
            matches!(name, "kind" | "isfuzzy" | "withsource" | "with_source" | "flags" | "hint")
        })
    }

    /// Hints only, for operators that take nothing else before their columns.
    pub(super) fn hints(&mut self) -> Parsed<Vec<Setting>> {
        self.settings_named(|name| name == "hint")
    }

    pub(super) fn settings_named(
        &mut self,
        is_parameter: fn(&str) -> bool,
    ) -> Parsed<Vec<Setting>> {
        let mut settings = Vec::new();
        loop {
            if !self.word().is_some_and(is_parameter) {
                return Ok(settings);
            }
            let mut length = 1;
            while self.is_at(length, ".") && self.word_at(length + 1).is_some() {
                length += 2;
            }
            if self.word().is_none() || !self.is_at(length, "=") {
                return Ok(settings);
            }
            let start = self.span().start;
            let mut text = String::new();
            for _ in 0..length {
                text.push_str(self.word().unwrap_or("."));
                self.advance();
            }
            let name = Name { text, span: start..self.end_of_last() };
            self.advance();
            settings.push(Setting { name, value: self.setting_value()? });
        }
    }

    pub(super) fn setting_value(&mut self) -> Parsed<Name> {
        let text = match self.kind() {
            TokenKind::Word(_) => return self.operator_name().ok_or(Failed),
            TokenKind::Text(text) => text.clone(),
            TokenKind::Literal(value, _) => value.to_string(),
            _ => return Err(self.expected("a word or a literal")),
        };
        let span = self.span();
        self.advance();
        Ok(Name { text, span })
    }

    /// A name that may hold `*`.
    pub(super) fn pattern_name(&mut self) -> Parsed<Name> {
        if self.is("[") {
            return self.name();
        }
        let start = self.span().start;
        let mut text = String::new();
        loop {
            if let Some(word) = self.word() {
                text.push_str(word);
            } else if self.is("*") {
                text.push('*');
            } else if let TokenKind::Literal(crate::value::Literal::Long(number), _) = self.kind()
                && !text.is_empty()
            {
                text.push_str(&number.to_string());
            } else {
                break;
            }
            self.advance();
            if self.end_of_last() != self.span().start {
                break;
            }
        }
        if text.is_empty() {
            return Err(self.expected("a name"));
        }
        Ok(Name { text, span: start..self.end_of_last() })
    }

    fn renaming(&mut self) -> Parsed<(Name, Name)> {
        let new = self.name()?;
        self.expect("=")?;
        Ok((new, self.name()?))
    }

    /// A pattern and, if said, whether its columns come in descending order of their names.
    fn reordering(&mut self) -> Parsed<(Name, Option<bool>)> {
        let pattern = self.pattern_name()?;
        let order = match self.word() {
            Some("asc" | "granny") => Some(false),
            Some("desc") => Some(true),
            _ => return Ok((pattern, None)),
        };
        self.operator_name();
        Ok((pattern, order))
    }

    fn summarize(&mut self) -> Parsed<OperatorKind> {
        self.hints()?;
        let aggregates = if self.is_word("by") { Vec::new() } else { self.columns_or_none()? };
        let by = if self.take_word("by") { self.list(Self::named_expr)? } else { Vec::new() };
        if aggregates.is_empty() && by.is_empty() {
            return Err(self.expected("an aggregate or `by`"));
        }
        Ok(OperatorKind::Summarize { aggregates, by })
    }

    pub(super) fn sort_item(&mut self) -> Parsed<SortItem> {
        let expr = self.named_expr()?;
        let ascending = self.take_word("asc");
        if !ascending {
            self.take_word("desc");
        }
        let nulls_first = if self.take_word("nulls") {
            let first = self.take_word("first");
            if !first {
                self.expect_word("last")?;
            }
            Some(first)
        } else {
            None
        };
        Ok(SortItem { expr, ascending, nulls_first })
    }

    fn join(&mut self, lookup: bool) -> Parsed<OperatorKind> {
        let settings = self.settings()?;
        let right = self.nested(Self::postfix)?;
        if self.is_word("where") {
            let message = "`join … where` is not supported yet".to_owned();
            return Err(self.fail(code::UNSUPPORTED, self.span(), message));
        }
        self.expect_word("on")?;
        let on = self.list(Self::expr)?;
        Ok(OperatorKind::Join { lookup, settings, right, on })
    }

    pub(super) fn union(&mut self) -> Parsed<OperatorKind> {
        let settings = self.settings()?;
        let sources = self.list(Self::union_source)?;
        Ok(OperatorKind::Union { settings, sources })
    }

    pub(super) fn union_source(&mut self) -> Parsed<Expr> {
        let wild = (self.word().is_some() && self.is_at(1, "*") && self.is_adjacent(1))
            || (self.is("*") && self.word_at(1).is_some());
        if wild || self.is("*") {
            let name = self.pattern_name()?;
            return Ok(Expr { kind: ExprKind::Name(name.text), span: name.span });
        }
        self.nested(Self::postfix)
    }

    /// Records a finding as it is.
    pub(super) fn record(&mut self, finding: Finding) -> Failed {
        self.findings.push(finding);
        Failed
    }
}
