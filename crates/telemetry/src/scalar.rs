//! Scalar expressions of the query language, worked out row by row over plain values.
//!
//! This is where the language's rules for nulls, conversions and each function live. Whole columns, and
//! the expressions that the engine can do by itself, are in `lower`.

mod address;
mod analysis;
mod arguments;
mod array;
mod codec;
mod digest;
mod dynamic;
mod list;
mod logic;
mod math;
mod more;
mod number;
mod operator;
mod packed;
mod parse;
mod path;
mod pattern;
mod place;
mod series;
mod series_fit;
mod text;
mod time;
mod unit;
mod zone;

use std::borrow::Cow;
use std::collections::HashSet;

use bartizan_kql::Type;
use bartizan_kql::function::Function;
use bartizan_kql::plan::{Expr, ExprKind, ListTest};
use bartizan_kql::value::Literal;
use thiserror::Error;

pub(crate) use address::Network;
pub(crate) use arguments::{Arguments, Implementation, Outcome, Prepared, compile};

use crate::term::TextMatcher;
use list::ListNode;

/// Why a scalar expression cannot be worked out. Never a matter of one value: those give null.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub(crate) enum ScalarError {
    /// The language has it, this engine does not yet.
    #[error("{0} is not supported yet")]
    Unsupported(String),
    /// An argument that no row can have.
    #[error("{0}")]
    Argument(String),
}

/// An expression ready to be worked out for many rows.
#[derive(Debug, Clone)]
pub(crate) enum Scalar {
    /// The value at this place of the row.
    Input(usize),
    /// The same for every row.
    Constant(Literal),
    /// A function.
    Call(Box<Call>),
    /// The first branch whose condition is true.
    Branches { branches: Vec<(Self, Self)>, otherwise: Box<Self> },
    /// A test against members.
    List(Box<ListNode>),
}

/// A test of one column of text against constants.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ColumnTest<'a> {
    /// One text that is looked for.
    Text(&'a TextMatcher),
    /// Terms, of which any or all must be there.
    Terms(ListTest, &'a [TextMatcher]),
    /// Whole texts, of which it must be one; in small letters when the case is put aside.
    Texts { texts: &'a HashSet<String>, caseless: bool },
}

impl ColumnTest<'_> {
    /// Whether the text passes the test.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Text(matcher) => matcher.matches(text),
            Self::Terms(ListTest::HasAll, terms) => terms.iter().all(|term| term.matches(text)),
            Self::Terms(_, terms) => terms.iter().any(|term| term.matches(text)),
            Self::Texts { texts, caseless: true } => texts.contains(&text.to_lowercase()),
            Self::Texts { texts, caseless: false } => texts.contains(text),
        }
    }
}

/// A function applied to arguments.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    implementation: Implementation,
    args: Vec<Scalar>,
    types: Vec<Type>,
    ty: Type,
    prepared: Prepared,
}

impl Scalar {
    /// Makes an expression ready. `place` says where in the row a column's value will be.
    pub(crate) fn new(
        expr: &Expr,
        place: &mut dyn FnMut(usize) -> usize,
    ) -> Result<Self, ScalarError> {
        match &expr.kind {
            ExprKind::Column(index) => Ok(Self::Input(place(*index))),
            ExprKind::Literal(literal) => Ok(Self::Constant(literal.clone())),
            ExprKind::Call { function, args } => Self::call(*function, args, expr.ty, place),
            ExprKind::ListTest { test, value, list } => {
                let node = ListNode::new(*test, value, list, place)?;
                Ok(Self::List(Box::new(node)).folded())
            }
            ExprKind::QueryTest { .. } | ExprKind::ScalarQuery(_) => {
                Err(ScalarError::Unsupported("a subquery in this place".to_owned()))
            }
        }
    }

    fn call(
        function: Function,
        args: &[Expr],
        ty: Type,
        place: &mut dyn FnMut(usize) -> usize,
    ) -> Result<Self, ScalarError> {
        let types: Vec<Type> = args.iter().map(|arg| arg.ty).collect();
        let mut nodes = Vec::with_capacity(args.len());
        for arg in args {
            nodes.push(Self::new(arg, place)?);
        }
        if matches!(function, Function::If | Function::Case) {
            return branches(nodes);
        }
        let implementation = implementation(function, &types, ty)?;
        let prepared = Prepared::new(function, &nodes)?;
        let call = Call { implementation, args: nodes, types, ty, prepared };
        Ok(Self::Call(Box::new(call)).folded())
    }

    /// An expression of constants is a constant; what fails is left to fail when a row asks for it.
    fn folded(self) -> Self {
        let constant = match &self {
            Self::Call(call) => call.args.iter().all(Self::is_constant),
            Self::List(list) => list.is_constant(),
            _ => false,
        };
        if !constant {
            return self;
        }
        let value = self.value(&[]).map(Cow::into_owned);
        value.map_or(self, Self::Constant)
    }

    fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// The place of the text and the test, when this tests a column against constants.
    pub(crate) fn column_test(&self) -> Option<(usize, ColumnTest<'_>)> {
        match self {
            Self::Call(call) => {
                let (place, matcher) = call.text_test()?;
                Some((place, ColumnTest::Text(matcher)))
            }
            Self::List(list) => list.column_test(),
            _ => None,
        }
    }

    /// The value for a row.
    pub(crate) fn value<'a>(&'a self, row: &'a [Literal]) -> Result<Cow<'a, Literal>, ScalarError> {
        match self {
            Self::Input(place) => {
                Ok(row.get(*place).map_or(Cow::Owned(Literal::Null), Cow::Borrowed))
            }
            Self::Constant(literal) => Ok(Cow::Borrowed(literal)),
            Self::Call(call) => call.value(row).map(Cow::Owned),
            Self::Branches { branches, otherwise } => {
                for (condition, value) in branches {
                    if matches!(&*condition.value(row)?, Literal::Bool(true)) {
                        return value.value(row);
                    }
                }
                otherwise.value(row)
            }
            Self::List(list) => list.value(row).map(Cow::Owned),
        }
    }
}

impl Call {
    fn value(&self, row: &[Literal]) -> Outcome {
        let mut values = Vec::with_capacity(self.args.len());
        for arg in &self.args {
            values.push(arg.value(row)?);
        }
        (self.implementation)(&Arguments {
            values: &values,
            types: &self.types,
            ty: self.ty,
            prepared: &self.prepared,
        })
    }

    /// The place of the text and the prepared test, when this is a test of a column for a constant.
    pub(crate) fn text_test(&self) -> Option<(usize, &TextMatcher)> {
        match (&self.prepared, self.args.first()) {
            (Prepared::Text(matcher), Some(Scalar::Input(place))) => Some((*place, matcher)),
            _ => None,
        }
    }

    /// The place of the text and the expression, when this is a column matched against a constant one.
    pub(crate) fn regex_test(&self) -> Option<(usize, &regex::Regex)> {
        match (&self.prepared, self.args.first()) {
            (Prepared::Found(regex), Some(Scalar::Input(place))) => Some((*place, regex)),
            _ => None,
        }
    }
}

/// `iff` and `case`: pairs of condition and value, then what to give otherwise.
fn branches(nodes: Vec<Scalar>) -> Result<Scalar, ScalarError> {
    let mut nodes = nodes;
    let otherwise = nodes
        .pop()
        .ok_or_else(|| ScalarError::Argument("a condition without values".to_owned()))?;
    let mut branches = Vec::new();
    let mut rest = nodes.into_iter();
    while let (Some(condition), Some(value)) = (rest.next(), rest.next()) {
        branches.push((condition, value));
    }
    Ok(Scalar::Branches { branches, otherwise: Box::new(otherwise) })
}

/// The function's code, or that there is none.
fn implementation(
    function: Function,
    types: &[Type],
    ty: Type,
) -> Result<Implementation, ScalarError> {
    let decimal = types.contains(&Type::Decimal) || ty == Type::Decimal;
    let plain = matches!(
        function,
        Function::ToString
            | Function::IsNull
            | Function::IsNotNull
            | Function::ToDecimal
            | Function::ToReal
            | Function::ToLong
            | Function::ToInt
            | Function::GetType
            | Function::Equal
            | Function::NotEqual
            | Function::Less
            | Function::LessOrEqual
            | Function::Greater
            | Function::GreaterOrEqual
            | Function::Between
            | Function::Coalesce
            | Function::MinOf
            | Function::MaxOf
            | Function::Strcat
            | Function::IsEmpty
            | Function::IsNotEmpty
            | Function::ParseVersion
    );
    if decimal && !plain {
        return Err(ScalarError::Unsupported(format!("{} with decimals", function.name())));
    }
    let family = match function {
        Function::Math(member) => math::find(member),
        Function::Series(member) => series::find(member),
        Function::Place(member) => place::find(member),
        Function::More(member) => more::find(member),
        Function::Analysis(member) => analysis::find(member),
        Function::Engine(member) => place::find_shapes(member),
        _ => None,
    };
    family
        .or_else(|| logic::find(function))
        .or_else(|| operator::find(function))
        .or_else(|| text::find(function))
        .or_else(|| pattern::find(function))
        .or_else(|| codec::find(function))
        .or_else(|| dynamic::find(function))
        .or_else(|| number::find(function))
        .or_else(|| time::find(function))
        .or_else(|| address::find(function))
        .or_else(|| parse::find(function))
        .or_else(|| path::find(function))
        .ok_or_else(|| ScalarError::Unsupported(function.name().to_owned()))
}
