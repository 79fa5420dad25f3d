//! Expressions, by precedence.

use super::{Failed, MAX_LIST, Parsed, Parser};
use crate::ast::{BinaryOp, Expr, ExprKind, ListOp, NamedExpr, Span, TextOp};
use crate::lexer::TokenKind;
use crate::plan::ListTest;
use crate::problem::code;
use crate::value::Literal;

impl Parser<'_> {
    /// A scalar expression.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.nested(Self::or)
    }

    /// The predicate of `search` and `find`.
    pub(super) fn search_expr(&mut self) -> Parsed<Expr> {
        let outer = std::mem::replace(&mut self.searching, true);
        let predicate = self.expr();
        self.searching = outer;
        predicate
    }

    /// `name = expr`, `(a, b) = expr`, or an expression.
    pub(super) fn named_expr(&mut self) -> Parsed<NamedExpr> {
        let names = self.assigned_names();
        Ok(NamedExpr { names, expr: self.expr()? })
    }

    /// As `named_expr`, without comparisons.
    pub(super) fn named_operand(&mut self) -> Parsed<NamedExpr> {
        let names = self.assigned_names();
        Ok(NamedExpr { names, expr: self.nested(Self::additive)? })
    }

    /// What is assigned to, if this is an assignment; otherwise nothing is taken.
    fn assigned_names(&mut self) -> Vec<crate::ast::Name> {
        let start = self.at;
        if self.word().is_some() || self.is("[") {
            let findings = self.findings.len();
            if let Ok(name) = self.name()
                && self.take("=")
            {
                return vec![name];
            }
            self.findings.truncate(findings);
        } else if self.is("(") {
            self.advance();
            let findings = self.findings.len();
            if let Ok(names) = self.list(Self::name)
                && self.take(")")
                && self.take("=")
            {
                return names;
            }
            self.findings.truncate(findings);
        }
        self.at = start;
        Vec::new()
    }

    /// An expression that may be a query: an argument, what is in parentheses.
    pub(super) fn argument_value(&mut self) -> Parsed<Expr> {
        self.nested(Self::pipe)
    }

    fn or(&mut self) -> Parsed<Expr> {
        self.chain("or", BinaryOp::Or, Self::and)
    }

    fn and(&mut self) -> Parsed<Expr> {
        self.chain("and", BinaryOp::And, Self::equality)
    }

    /// `a or b or c …`, as a balanced tree: long chains of these are usual and mean the same.
    fn chain(
        &mut self,
        word: &str,
        op: BinaryOp,
        part: fn(&mut Self) -> Parsed<Expr>,
    ) -> Parsed<Expr> {
        let mut parts = vec![(part(self)?, 0..0)];
        let mut height = self.height;
        while self.is_word(word) {
            let span = self.span();
            self.advance();
            parts.push((part(self)?, span));
            height = height.max(self.height);
            if parts.len() > MAX_LIST {
                let message = format!("a condition may have at most {MAX_LIST} parts");
                return Err(self.fail(code::LIMIT, self.span(), message));
            }
        }
        let levels = usize::BITS - (parts.len() - 1).leading_zeros();
        self.set_height(height + usize::try_from(levels).unwrap_or_default())?;
        balanced(op, parts).map(|(expr, _)| expr).ok_or(Failed)
    }

    fn equality(&mut self) -> Parsed<Expr> {
        let left = self.relational()?;
        let op = match self.kind() {
            TokenKind::Symbol("==") => BinaryOp::Equal,
            TokenKind::Symbol("!=" | "<>") => BinaryOp::NotEqual,
            TokenKind::Word(word) => return self.word_test(left, word),
            _ => return Ok(left),
        };
        self.operand(op, left, Self::relational)
    }

    /// `in (…)`, `has_any (…)`, `between (…)`
    fn word_test(&mut self, left: Expr, word: &str) -> Parsed<Expr> {
        let (test, negated) = match word {
            "in" => (ListTest::In, false),
            "!in" => (ListTest::In, true),
            "in~" => (ListTest::InCaseless, false),
            "!in~" => (ListTest::InCaseless, true),
            "has_any" => (ListTest::HasAny, false),
            "has_all" => (ListTest::HasAll, false),
            "between" | "!between" => return self.between(left, word.starts_with('!')),
            _ => return Ok(left),
        };
        self.advance();
        let height = self.height;
        self.expect("(")?;
        let list = self.list(Self::argument_value_high)?;
        self.expect(")")?;
        self.set_height(height.max(self.height) + 1)?;
        let span = left.span.start..self.end_of_last();
        let test = ListOp { test, negated };
        Ok(Expr { kind: ExprKind::List { test, value: Box::new(left), list }, span })
    }

    /// An argument; the height afterwards is that of the highest argument so far.
    pub(super) fn argument_value_high(&mut self) -> Parsed<Expr> {
        let before = self.height;
        let value = self.argument_value()?;
        self.height = self.height.max(before);
        Ok(value)
    }

    fn between(&mut self, left: Expr, negated: bool) -> Parsed<Expr> {
        self.advance();
        let height = self.height;
        self.expect("(")?;
        let low = Box::new(self.expr()?);
        let low_height = self.height;
        self.expect("..")?;
        let high = Box::new(self.expr()?);
        self.expect(")")?;
        self.set_height(height.max(low_height).max(self.height) + 1)?;
        let span = left.span.start..self.end_of_last();
        Ok(Expr { kind: ExprKind::Between { negated, value: Box::new(left), low, high }, span })
    }

    fn relational(&mut self) -> Parsed<Expr> {
        let left = self.additive()?;
        let op = match self.kind() {
            TokenKind::Symbol("<") => BinaryOp::Less,
            TokenKind::Symbol("<=") => BinaryOp::LessOrEqual,
            TokenKind::Symbol(">") => BinaryOp::Greater,
            TokenKind::Symbol(">=") => BinaryOp::GreaterOrEqual,
            _ => return Ok(left),
        };
        self.operand(op, left, Self::additive)
    }

    fn additive(&mut self) -> Parsed<Expr> {
        let mut left = self.multiplicative()?;
        loop {
            let op = match self.kind() {
                TokenKind::Symbol("+") => BinaryOp::Add,
                TokenKind::Symbol("-") => BinaryOp::Subtract,
                _ => return Ok(left),
            };
            left = self.operand(op, left, Self::multiplicative)?;
        }
    }

    fn multiplicative(&mut self) -> Parsed<Expr> {
        let mut left = self.text_test()?;
        loop {
            let op = match self.kind() {
                TokenKind::Symbol("*") => BinaryOp::Multiply,
                TokenKind::Symbol("/") => BinaryOp::Divide,
                TokenKind::Symbol("%") => BinaryOp::Modulo,
                _ => return Ok(left),
            };
            left = self.operand(op, left, Self::text_test)?;
        }
    }

    fn text_test(&mut self) -> Parsed<Expr> {
        let left = self.unary()?;
        let op = match self.kind() {
            TokenKind::Symbol("=~") => BinaryOp::Text(TextOp::EqualCaseless, false),
            TokenKind::Symbol(":") if self.searching => BinaryOp::Match,
            TokenKind::Symbol("!~") => BinaryOp::Text(TextOp::EqualCaseless, true),
            TokenKind::Word(word) => match text_op(word) {
                Some(op) => op,
                None => return Ok(left),
            },
            _ => return Ok(left),
        };
        if op == BinaryOp::Text(TextOp::MatchesRegex, false) {
            let height = self.height;
            let span = self.span();
            self.advance();
            self.expect_word("regex")?;
            return self.right_operand(
                op,
                span.start..self.end_of_last(),
                left,
                height,
                Self::unary,
            );
        }
        self.operand(op, left, Self::unary)
    }

    /// Takes the operator here and what stands to its right.
    fn operand(
        &mut self,
        op: BinaryOp,
        left: Expr,
        right: fn(&mut Self) -> Parsed<Expr>,
    ) -> Parsed<Expr> {
        let (height, span) = (self.height, self.span());
        self.advance();
        self.right_operand(op, span, left, height, right)
    }

    fn right_operand(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: Expr,
        height: usize,
        right: fn(&mut Self) -> Parsed<Expr>,
    ) -> Parsed<Expr> {
        let right = right(self)?;
        self.set_height(height.max(self.height) + 1)?;
        Ok(binary(op, op_span, left, right))
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let start = self.span().start;
        if self.take("+") {
            return self.postfix();
        }
        if !self.take("-") {
            return self.postfix();
        }
        let operand = self.postfix()?;
        self.set_height(self.height + 1)?;
        let span = start..operand.span.end;
        let kind = match operand.kind {
            ExprKind::Literal(Literal::Long(value), ty) => {
                Literal::Long(value.wrapping_neg()).of(ty)
            }
            ExprKind::Literal(Literal::Real(value), ty) => Literal::Real(-value).of(ty),
            ExprKind::Literal(Literal::TimeSpan(value), ty) => {
                Literal::TimeSpan(value.wrapping_neg()).of(ty)
            }
            _ => ExprKind::Negate(Box::new(operand)),
        };
        Ok(Expr { kind, span })
    }
}

/// Builds the tree of an associative operator; the span of each part is that of the operator before.
fn balanced(op: BinaryOp, mut parts: Vec<(Expr, Span)>) -> Option<(Expr, Span)> {
    while parts.len() > 1 {
        let mut paired = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some((left, before)) = rest.next() {
            match rest.next() {
                Some((right, between)) => paired.push((binary(op, between, left, right), before)),
                None => paired.push((left, before)),
            }
        }
        parts = paired;
    }
    parts.pop()
}

fn binary(op: BinaryOp, op_span: Span, left: Expr, right: Expr) -> Expr {
    let span = left.span.start..right.span.end;
    Expr { kind: ExprKind::Binary(op, op_span, Box::new(left), Box::new(right)), span }
}

/// The tests of texts that are words.
pub(super) fn text_op(word: &str) -> Option<BinaryOp> {
    let (negated, word) = match word.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => match word {
            "notcontains" => (true, "contains"),
            "notcontainscs" => (true, "contains_cs"),
            _ => (false, word),
        },
    };
    let op = match word {
        "has" => TextOp::Has,
        "has_cs" => TextOp::HasCs,
        "hasprefix" => TextOp::HasPrefix,
        "hasprefix_cs" => TextOp::HasPrefixCs,
        "hassuffix" => TextOp::HasSuffix,
        "hassuffix_cs" => TextOp::HasSuffixCs,
        "contains" => TextOp::Contains,
        "contains_cs" | "containscs" => TextOp::ContainsCs,
        "startswith" => TextOp::StartsWith,
        "startswith_cs" => TextOp::StartsWithCs,
        "endswith" => TextOp::EndsWith,
        "endswith_cs" => TextOp::EndsWithCs,
        "matches" if !negated => TextOp::MatchesRegex,
        _ => return None,
    };
    Some(BinaryOp::Text(op, negated))
}
