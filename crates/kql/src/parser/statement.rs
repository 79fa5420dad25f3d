//! Statements: `let`, and the query.

use super::{Parsed, Parser};
use crate::ast::{
    FunctionBody, LetStatement, LetValue, Name, Parameter, ParameterType, Script, Statement,
};
use crate::problem::code;
use crate::schema::Type;
use crate::suggest::nearest;

/// A script may have so many statements.
const MAX_STATEMENTS: usize = 1_000;

impl Parser<'_> {
    pub(super) fn script(&mut self) -> Script {
        let mut script = Script::default();
        loop {
            if self.is_end() {
                return script;
            }
            while self.is(";") {
                self.expected("a statement");
                self.advance();
            }
            if script.statements.len() >= MAX_STATEMENTS {
                let message = format!("a query may have at most {MAX_STATEMENTS} statements");
                self.fail(code::LIMIT, self.span(), message);
                return script;
            }
            match self.statement() {
                Ok(statement) => script.statements.push(statement),
                Err(_) => {
                    self.lost_statement = true;
                    self.skip_statement();
                }
            }
            if !self.is(";") && !self.is_end() {
                self.expected("`;` or `|`");
                self.lost_statement = true;
                self.skip_statement();
            }
            self.take(";");
        }
    }

    fn skip_statement(&mut self) {
        while !self.is(";") && !self.is_end() {
            let before = self.at;
            self.skip_to(&[";"]);
            if self.at == before {
                self.advance();
            }
        }
    }

    fn statement(&mut self) -> Parsed<Statement> {
        if self.is_word("let") {
            return self.let_statement().map(Statement::Let);
        }
        match self.word() {
            Some("set") if !self.is_at(1, "|") => return self.set_statement(),
            Some("declare") if self.word_at(1) == Some("query_parameters") => {
                return self.query_parameters();
            }
            Some("declare" | "alias" | "restrict") if self.word_at(1).is_some() => {
                let name = self.name()?;
                self.skip_statement();
                return Ok(Statement::Other(name));
            }
            _ => {}
        }
        self.pipe().map(Statement::Query)
    }

    /// `set option` or `set option=value`
    fn set_statement(&mut self) -> Parsed<Statement> {
        self.expect_word("set")?;
        let name = self.name()?;
        let value = if self.take("=") { Some(self.expr()?) } else { None };
        Ok(Statement::Set(name, value))
    }

    /// `declare query_parameters(name:type=default, …)`
    fn query_parameters(&mut self) -> Parsed<Statement> {
        self.expect_word("declare")?;
        self.expect_word("query_parameters")?;
        self.expect("(")?;
        let parameters = if self.is(")") { Vec::new() } else { self.list(Self::parameter)? };
        self.expect(")")?;
        Ok(Statement::Parameters(parameters))
    }

    fn let_statement(&mut self) -> Parsed<LetStatement> {
        self.expect_word("let")?;
        let name = self.name()?;
        self.expect("=")?;
        let is_view = self.is_word("view") && self.is_at(1, "(");
        if is_view {
            self.advance();
        }
        let value = if self.is_function() {
            let body = self.nested(Self::function)?;
            LetValue::Function(FunctionBody { is_view, ..body })
        } else {
            LetValue::Expr(self.pipe()?)
        };
        Ok(LetStatement { name, value })
    }

    /// Whether the parenthesis here encloses parameters: a brace follows it.
    fn is_function(&self) -> bool {
        if !self.is("(") {
            return false;
        }
        let mut depth = 0_usize;
        for ahead in 0.. {
            if self.is_at(ahead, "(") {
                depth += 1;
            } else if self.is_at(ahead, ")") {
                depth -= 1;
                if depth == 0 {
                    return self.is_at(ahead + 1, "{");
                }
            } else if self.is_at(ahead, ";") || self.at + ahead >= self.tokens.len() {
                return false;
            }
        }
        false
    }

    fn function(&mut self) -> Parsed<FunctionBody> {
        self.expect("(")?;
        let params = if self.is(")") { Vec::new() } else { self.list(Self::parameter)? };
        self.expect(")")?;
        self.expect("{")?;
        let mut lets = Vec::new();
        while self.is_word("let") {
            lets.push(self.let_statement()?);
            if !self.take(";") {
                break;
            }
        }
        let result = if self.is("}") { None } else { Some(Box::new(self.pipe()?)) };
        self.take(";");
        self.expect("}")?;
        Ok(FunctionBody { is_view: false, params, lets, result })
    }

    pub(super) fn parameter(&mut self) -> Parsed<Parameter> {
        let name = self.name()?;
        self.expect(":")?;
        let ty = if self.take("(") {
            let columns = if self.take("*") { Vec::new() } else { self.list(Self::typed_name)? };
            self.expect(")")?;
            ParameterType::Tabular(columns)
        } else {
            ParameterType::Scalar(self.type_name()?)
        };
        let default = if self.take("=") { Some(self.expr()?) } else { None };
        Ok(Parameter { name, ty, default })
    }

    /// `name:type`
    pub(super) fn typed_name(&mut self) -> Parsed<(Name, Type)> {
        let name = self.name()?;
        self.expect(":")?;
        Ok((name, self.type_name()?))
    }

    pub(super) fn type_name(&mut self) -> Parsed<Type> {
        const NAMES: &[&str] = &[
            "bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid",
            "dynamic",
        ];
        let Some(word) = self.word() else { return Err(self.expected("a type")) };
        if let Some(ty) = Type::from_name(word) {
            self.advance();
            return Ok(ty);
        }
        let finding = crate::problem::Finding::new(
            code::WORD,
            self.span(),
            format!("there is no type `{word}`"),
        );
        self.findings.push(finding.suggesting(nearest(word, NAMES.iter().copied())));
        Err(super::Failed)
    }
}
