//! Scalar expressions of a plan.

use super::Relation;
use crate::function::Function;
use crate::schema::Type;
use crate::value::Literal;

/// A scalar expression with its type.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: Type,
}

/// What a scalar expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// The column of the input relation with this index.
    Column(usize),
    /// A constant of the expression's type.
    Literal(Literal),
    /// A function or an operator applied to arguments.
    Call {
        /// Which one.
        function: Function,
        /// The arguments, already of the types that the function takes.
        args: Vec<Expr>,
    },
    /// A test against members listed in the query. A member of type `dynamic` stands for the members
    /// of its array (or itself, when it is no array); the others have the type of `value`.
    ListTest {
        /// Which test.
        test: ListTest,
        /// What is tested; for `has_any` and `has_all` a string.
        value: Box<Expr>,
        /// The members.
        list: Vec<Expr>,
    },
    /// A test against the first column of a relation (which does not depend on the row). That column
    /// has the type of `value`, or is `dynamic`.
    QueryTest {
        /// Which test.
        test: ListTest,
        /// What is tested.
        value: Box<Expr>,
        /// Where the members come from.
        query: Box<Relation>,
    },
    /// `toscalar`: the first column of the first row of a relation, computed once; null without rows.
    ScalarQuery(Box<Relation>),
}

/// A test of a value against several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListTest {
    /// `in`: equal to one of them.
    In,
    /// `in~`: equal to one of them, letter case aside.
    InCaseless,
    /// `has_any`: has one of them as a term.
    HasAny,
    /// `has_all`: has each of them as a term.
    HasAll,
}
