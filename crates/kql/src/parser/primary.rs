//! The smallest expressions, and the members taken of them.

use super::expr::text_op;
use super::{Parsed, Parser};
use crate::ast::{Argument, Expr, ExprKind};
use crate::lexer::TokenKind;
use crate::schema::Type;
use crate::value::Literal;

impl Parser<'_> {
    /// A primary and the members taken of it.
    pub(super) fn postfix(&mut self) -> Parsed<Expr> {
        let mut value = self.primary()?;
        loop {
            let start = value.span.start;
            let height = self.height;
            let kind = if self.is(".") && (self.word_at(1).is_some() || self.is_at(1, "[")) {
                self.advance();
                if self.is("[") && !matches!(self.kind_at(1), TokenKind::Text(_)) {
                    continue;
                }
                let name = self.name()?;
                // `cluster("c").database("d")`: what is called there is only a place.
                if self.is("(") && is_place(&value) {
                    self.arguments()?;
                }
                ExprKind::Member(Box::new(value), name)
            } else if self.is("[") {
                self.advance();
                let index = self.expr()?;
                self.expect("]")?;
                ExprKind::Index(Box::new(value), Box::new(index))
            } else {
                return Ok(value);
            };
            self.set_height(height.max(self.height) + 1)?;
            value = Expr { kind, span: start..self.end_of_last() };
        }
    }

    fn primary(&mut self) -> Parsed<Expr> {
        self.height = 1;
        let span = self.span();
        let kind = match self.kind() {
            TokenKind::Literal(value, ty) => {
                self.advance();
                ExprKind::Literal(value.clone(), *ty)
            }
            TokenKind::Text(_) => self.text(),
            TokenKind::Symbol("(") => {
                self.advance();
                let inner = self.argument_value()?;
                self.expect(")")?;
                self.set_height(self.height + 1)?;
                ExprKind::Paren(Box::new(inner))
            }
            TokenKind::Symbol("*") => {
                self.advance();
                ExprKind::Star
            }
            TokenKind::Symbol("[") => match self.bracketed_name() {
                Some(name) => ExprKind::Name(name.text),
                None => return Err(self.expected("an expression")),
            },
            TokenKind::Word(word) if is_reserved(word) => {
                return Err(self.expected("an expression"));
            }
            TokenKind::Word(word) => self.word_primary(word)?,
            _ => return Err(self.expected("an expression")),
        };
        Ok(Expr { kind, span: span.start..self.end_of_last() })
    }

    /// Texts side by side are one text.
    fn text(&mut self) -> ExprKind {
        let mut whole = String::new();
        while let TokenKind::Text(text) = self.kind() {
            whole.push_str(text);
            self.advance();
        }
        Literal::String(whole).of(Type::String)
    }

    fn word_primary(&mut self, word: &str) -> Parsed<ExprKind> {
        let name = self.name()?;
        match word {
            "true" | "TRUE" | "True" => return Ok(Literal::Bool(true).of(Type::Bool)),
            "false" | "FALSE" | "False" => return Ok(Literal::Bool(false).of(Type::Bool)),
            "typeof" if self.is("(") => return self.type_of(),
            _ => {}
        }
        if !self.is("(") {
            return Ok(ExprKind::Name(name.text));
        }
        let arguments = self.arguments()?;
        self.set_height(self.height + 1)?;
        Ok(ExprKind::Call(name, arguments))
    }

    /// `(a, name=b)`
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        self.expect("(")?;
        let arguments = if self.is(")") { Vec::new() } else { self.list(Self::argument)? };
        self.expect(")")?;
        Ok(arguments)
    }

    fn type_of(&mut self) -> Parsed<ExprKind> {
        self.expect("(")?;
        // Plugins take the types of several columns: `typeof(*, a:long)`.
        if self.word().is_some() && self.is_at(1, ")") {
            let name = self.name()?;
            self.expect(")")?;
            return Ok(ExprKind::TypeOf(name.text));
        }
        if self.take("*") && !self.take(",") {
            self.expect(")")?;
            return Ok(ExprKind::TypeOf("*".to_owned()));
        }
        self.list(Self::typed_name)?;
        self.expect(")")?;
        Ok(ExprKind::TypeOf("columns".to_owned()))
    }

    fn argument(&mut self) -> Parsed<Argument> {
        let named = self.word().is_some() && self.is_at(1, "=");
        let name = if named { Some(self.name()?) } else { None };
        if named {
            self.advance();
        }
        Ok(Argument { name, value: self.argument_value_high()? })
    }
}

/// `cluster("c")`
fn is_place(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call(name, _) if matches!(name.text.as_str(), "cluster" | "workspace"))
}

impl Literal {
    pub(super) const fn of(self, ty: Type) -> ExprKind {
        ExprKind::Literal(self, ty)
    }
}

/// The words that are operators between expressions and so cannot be one.
fn is_reserved(word: &str) -> bool {
    word.starts_with('!')
        || matches!(word, "and" | "or" | "by" | "in" | "in~" | "has_any" | "has_all" | "between")
        || text_op(word).is_some()
}
