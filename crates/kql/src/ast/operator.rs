//! The parts of operators that have many.

use super::{Expr, Name, NamedExpr, Parameter, Setting};
use crate::schema::Type;

/// `name=value` in a `with (…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The name.
    pub name: Name,
    /// The value.
    pub value: Expr,
}

/// `: (*, a:long)` after a call of `evaluate`: the columns it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputColumns {
    /// Starting with the columns of the input.
    pub star: bool,
    /// The columns.
    pub columns: Vec<(Name, Type)>,
}

/// `find [withsource=…] in (…) where … project …`
#[derive(Debug, Clone, PartialEq)]
pub struct Find {
    /// `withsource=name` and others.
    pub settings: Vec<Setting>,
    /// The tables; all if there are none.
    pub tables: Vec<Expr>,
    /// What is looked for.
    pub predicate: Expr,
    /// What is shown: name, type if given; all common columns without it.
    pub columns: Option<Vec<(Name, Option<Type>)>>,
    /// Whether what is not shown is packed into a last column.
    pub pack: bool,
}

/// `make-series … on … from … to … step … by …`
#[derive(Debug, Clone, PartialEq)]
pub struct MakeSeries {
    /// Each with what stands for no rows.
    pub aggregates: Vec<(NamedExpr, Option<Expr>)>,
    /// What is binned.
    pub on: NamedExpr,
    /// Where the bins start.
    pub from: Option<Expr>,
    /// Where the bins end.
    pub to: Option<Expr>,
    /// How wide they are.
    pub step: Expr,
    /// Written `in range(from, to, step)`: the end is a bin too.
    pub in_range: bool,
    /// The groups.
    pub by: Vec<NamedExpr>,
}

/// One level of `top-nested`.
#[derive(Debug, Clone, PartialEq)]
pub struct NestedTop {
    /// How many; all without it.
    pub count: Option<Expr>,
    /// Of what.
    pub of: NamedExpr,
    /// What stands for all others.
    pub others: Option<Expr>,
    /// Ranked by what.
    pub by: NamedExpr,
    /// `asc` written.
    pub ascending: bool,
}

/// `scan [with_match_id=…] [declare (…)] with (step …; step …;)`
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// The name of the column that tells matches apart, if they are to be.
    pub match_id: Option<Name>,
    /// `partition by`
    pub partition: Vec<Expr>,
    /// Columns of the machine.
    pub declared: Vec<Parameter>,
    /// The steps.
    pub steps: Vec<ScanStep>,
}

/// `step name [optional] [output=…] : condition => column = value, …;`
#[derive(Debug, Clone, PartialEq)]
pub struct ScanStep {
    /// Its name.
    pub name: Name,
    /// Whether a match may pass it by.
    pub optional: bool,
    /// `output=`
    pub output: crate::plan::ScanOutput,
    /// Whether a row belongs to it.
    pub condition: Expr,
    /// What declared columns become.
    pub assignments: Vec<(Name, Expr)>,
}
