//! Operators with a syntax of their own: `render`, `mv-expand`, `parse`.

use super::{Parsed, Parser};
use crate::ast::{NamedExpr, OperatorKind, PatternPiece, Setting};
use crate::lexer::TokenKind;
use crate::schema::Type;

impl Parser<'_> {
    pub(super) fn render(&mut self) -> Parsed<OperatorKind> {
        let visualization = self.name()?;
        let mut properties = self.settings_named(|name| name != "with")?;
        // The older form: the columns that are drawn.
        if self.take_word("by") {
            self.list(Self::name)?;
        }
        if self.take_word("with") {
            self.expect("(")?;
            while !self.take(")") {
                let before = self.at;
                properties.extend(self.settings_named(|_| true)?);
                // A list of columns is a value too: `ycolumns=a, b`.
                while self.is(",") || (self.word().is_some() && !self.is_at(1, "=")) {
                    self.advance();
                }
                if self.at == before {
                    return Err(self.expected("a property or `)`"));
                }
            }
        }
        Ok(OperatorKind::Render { visualization, properties })
    }

    pub(super) fn mv_expand(&mut self) -> Parsed<OperatorKind> {
        let settings = self.expand_settings()?;
        let items = self.list(Self::expand_item)?;
        let limit = if self.take_word("limit") { Some(self.expr()?) } else { None };
        Ok(OperatorKind::MvExpand { settings, items, limit })
    }

    pub(super) fn expand_settings(&mut self) -> Parsed<Vec<Setting>> {
        let mut settings = Vec::new();
        while matches!(self.word(), Some("bagexpansion" | "kind" | "with_itemindex" | "hint"))
            && (self.is_at(1, "=") || self.is_at(1, "."))
        {
            // One at a time: an assignment of a column looks the same.
            let all = self.settings_once()?;
            settings.push(all);
        }
        Ok(settings)
    }

    fn settings_once(&mut self) -> Parsed<Setting> {
        let name = self.name()?;
        while self.take(".") {
            self.name()?;
        }
        self.expect("=")?;
        Ok(Setting { name, value: self.setting_value()? })
    }

    pub(super) fn expand_item(&mut self) -> Parsed<(NamedExpr, Option<Type>)> {
        let item = self.named_expr()?;
        if !self.take_word("to") {
            return Ok((item, None));
        }
        self.expect_word("typeof")?;
        self.expect("(")?;
        let ty = self.type_name()?;
        self.expect(")")?;
        Ok((item, Some(ty)))
    }

    pub(super) fn parse_operator(&mut self) -> Parsed<OperatorKind> {
        let settings = self.settings()?;
        let text = self.expr()?;
        self.expect_word("with")?;
        let mut pattern = Vec::new();
        loop {
            let span = self.span();
            match self.kind() {
                TokenKind::Symbol("*") => {
                    self.advance();
                    pattern.push(PatternPiece::Star(span));
                }
                TokenKind::Text(text) => {
                    self.advance();
                    pattern.push(PatternPiece::Text(text.clone(), span));
                }
                TokenKind::Word(_) => {
                    let name = self.name()?;
                    let ty = if self.take(":") { Some(self.type_name()?) } else { None };
                    pattern.push(PatternPiece::Capture(name, ty));
                }
                _ if pattern.is_empty() => return Err(self.expected("a pattern")),
                _ => return Ok(OperatorKind::Parse { settings, text, pattern }),
            }
        }
    }
}
