//! `externaldata`, `evaluate`, `parse-kv`, `reduce`: what is called with properties or arguments.

use super::{Parsed, Parser};
use crate::ast::{OperatorKind, OutputColumns, Property};

impl Parser<'_> {
    pub(super) fn external_data(&mut self) -> Parsed<OperatorKind> {
        self.expect("(")?;
        let columns = self.list(Self::typed_name)?;
        self.expect(")")?;
        self.expect("[")?;
        let locations = self.list(Self::expr)?;
        self.expect("]")?;
        Ok(OperatorKind::ExternalData { columns, locations, properties: self.with_properties()? })
    }

    pub(super) fn evaluate(&mut self) -> Parsed<OperatorKind> {
        self.hints()?;
        let plugin = self.name()?;
        let arguments = self.arguments()?;
        let output = if self.take(":") { Some(self.output_columns()?) } else { None };
        Ok(OperatorKind::Evaluate { plugin, arguments, output })
    }

    fn output_columns(&mut self) -> Parsed<OutputColumns> {
        self.expect("(")?;
        let star = self.take("*");
        let more = !star || self.take(",");
        let columns = if more { self.list(Self::typed_name)? } else { Vec::new() };
        self.expect(")")?;
        Ok(OutputColumns { star, columns })
    }

    pub(super) fn parse_kv(&mut self) -> Parsed<OperatorKind> {
        let text = self.expr()?;
        self.expect_word("as")?;
        self.expect("(")?;
        let keys = self.list(Self::typed_name)?;
        self.expect(")")?;
        Ok(OperatorKind::ParseKv { text, keys, properties: self.with_properties()? })
    }

    pub(super) fn reduce(&mut self) -> Parsed<OperatorKind> {
        self.settings_named(|name| matches!(name, "kind" | "hint"))?;
        self.expect_word("by")?;
        let text = self.expr()?;
        if self.take_word("with") {
            self.list(Self::property)?;
        }
        Ok(OperatorKind::Reduce(text))
    }

    /// `with (name=value, …)`, if it is there.
    fn with_properties(&mut self) -> Parsed<Vec<Property>> {
        if !self.take_word("with") {
            return Ok(Vec::new());
        }
        self.expect("(")?;
        let properties = self.list(Self::property)?;
        self.expect(")")?;
        Ok(properties)
    }

    /// `name = value`
    fn property(&mut self) -> Parsed<Property> {
        let name = self.name()?;
        self.expect("=")?;
        Ok(Property { name, value: self.expr()? })
    }
}
