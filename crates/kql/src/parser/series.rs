//! Operators with many clauses: `make-series`, `top-nested`, `top-hitters`, `scan`.

use super::{Parsed, Parser};
use crate::ast::{Expr, MakeSeries, NamedExpr, NestedTop, OperatorKind, Scan, ScanStep};
use crate::plan::ScanOutput;

impl Parser<'_> {
    pub(super) fn make_series(&mut self) -> Parsed<OperatorKind> {
        self.settings_named(|name| matches!(name, "kind" | "hint"))?;
        let aggregates = self.list(Self::series_aggregate)?;
        self.expect_word("on")?;
        // Not a test: `in` after the axis opens the range.
        let on = self.named_operand()?;
        let (mut from, mut to) = (None, None);
        let in_range = self.take_word("in");
        let step;
        if in_range {
            self.expect_word("range")?;
            self.expect("(")?;
            from = Some(self.expr()?);
            self.expect(",")?;
            to = Some(self.expr()?);
            self.expect(",")?;
            step = self.expr()?;
            self.expect(")")?;
        } else {
            if self.take_word("from") {
                from = Some(self.expr()?);
            }
            if self.take_word("to") {
                to = Some(self.expr()?);
            }
            self.expect_word("step")?;
            step = self.expr()?;
        }
        let by = if self.take_word("by") { self.list(Self::named_expr)? } else { Vec::new() };
        let series = MakeSeries { aggregates, on, from, to, step, in_range, by };
        Ok(OperatorKind::MakeSeries(Box::new(series)))
    }

    fn series_aggregate(&mut self) -> Parsed<(NamedExpr, Option<Expr>)> {
        let aggregate = self.named_expr()?;
        let given = self.is_word("default") && self.is_at(1, "=");
        if !given {
            return Ok((aggregate, None));
        }
        self.advance();
        self.advance();
        Ok((aggregate, Some(self.expr()?)))
    }

    /// `[count] of key [with others = value] by aggregate [asc | desc]`; the name of the operator may be
    /// repeated at each level.
    pub(super) fn nested_top(&mut self) -> Parsed<NestedTop> {
        if self.is_word("top") && self.is_at(1, "-") && self.word_at(2) == Some("nested") {
            self.operator_name();
        }
        let count = if self.is_word("of") { None } else { Some(self.expr()?) };
        self.expect_word("of")?;
        let of = self.named_expr()?;
        let others = if self.take_word("with") {
            self.expect_word("others")?;
            self.expect("=")?;
            Some(self.expr()?)
        } else {
            None
        };
        self.expect_word("by")?;
        let by = self.named_expr()?;
        let ascending = self.take_word("asc");
        if !ascending {
            self.take_word("desc");
        }
        Ok(NestedTop { count, of, others, by, ascending })
    }

    pub(super) fn top_hitters(&mut self) -> Parsed<OperatorKind> {
        let count = self.expr()?;
        self.expect_word("of")?;
        let of = self.expr()?;
        let by = if self.take_word("by") { Some(self.expr()?) } else { None };
        Ok(OperatorKind::TopHitters { count, of, by })
    }

    pub(super) fn scan(&mut self) -> Parsed<OperatorKind> {
        let settings = self.settings_named(|name| matches!(name, "with_match_id" | "kind"))?;
        let match_id = settings
            .into_iter()
            .find(|setting| setting.name.text == "with_match_id")
            .map(|setting| setting.value);
        let mut partition = Vec::new();
        if self.take_word("partition") {
            self.expect_word("by")?;
            partition = self.list(Self::expr)?;
        }
        if self.take_word("order") {
            self.expect_word("by")?;
            self.list(Self::sort_item)?;
        }
        let mut declared = Vec::new();
        if self.take_word("declare") {
            self.expect("(")?;
            declared = self.list(Self::parameter)?;
            self.expect(")")?;
        }
        self.expect_word("with")?;
        self.expect("(")?;
        let mut steps = Vec::new();
        while self.is_word("step") {
            steps.push(self.scan_step()?);
        }
        self.expect(")")?;
        let scan = Scan { match_id, partition, declared, steps };
        Ok(OperatorKind::Scan(Box::new(scan)))
    }

    fn scan_step(&mut self) -> Parsed<ScanStep> {
        self.expect_word("step")?;
        let name = self.name()?;
        let optional = self.take_word("optional");
        let mut output = ScanOutput::All;
        if self.take_word("output") {
            self.expect("=")?;
            output = match self.word() {
                Some("all") => ScanOutput::All,
                Some("last") => ScanOutput::Last,
                Some("none") => ScanOutput::None,
                _ => return Err(self.expected("`all`, `last` or `none`")),
            };
            self.advance();
        }
        self.expect(":")?;
        let condition = self.expr()?;
        let mut assignments = Vec::new();
        if self.take("=>") {
            assignments = self.list(|parser| {
                let name = parser.name()?;
                parser.expect("=")?;
                Ok((name, parser.expr()?))
            })?;
        }
        self.expect(";")?;
        Ok(ScanStep { name, optional, output, condition, assignments })
    }
}
