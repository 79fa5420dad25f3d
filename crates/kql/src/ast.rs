//! The syntax tree: a query as it was written, every part with its place in the text.

mod operator;

use std::ops::Range;

use crate::schema::Type;
use crate::value::Literal;

pub use operator::{Find, MakeSeries, NestedTop, OutputColumns, Property, Scan, ScanStep};

/// The bytes of the text that a part of the tree was read from.
pub type Span = Range<usize>;

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The name, without brackets and quotes.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// Everything in one text: statements, the last of which is usually the query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Script {
    /// In order.
    pub statements: Vec<Statement>,
    /// Every word and text in it, wherever it stands.
    pub words: std::collections::HashSet<String>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// `let name = …`
    Let(LetStatement),
    /// A query or a bare expression.
    Query(Expr),
    /// `set option` or `set option=value`
    Set(Name, Option<Expr>),
    /// `declare query_parameters(name:type=default, …)`
    Parameters(Vec<Parameter>),
    /// A statement of the language that is known by name only.
    Other(Name),
}

/// `let name = …`
#[derive(Debug, Clone, PartialEq)]
pub struct LetStatement {
    /// What is being named.
    pub name: Name,
    /// What it stands for.
    pub value: LetValue,
}

/// What a `let` stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum LetValue {
    /// A scalar or a query.
    Expr(Expr),
    /// `(a:long, T:(*)) { … }`
    Function(FunctionBody),
}

/// A function of the query's own.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionBody {
    /// Declared as a view, which takes part wherever tables are named by a pattern.
    pub is_view: bool,
    /// What it takes.
    pub params: Vec<Parameter>,
    /// Its own names.
    pub lets: Vec<LetStatement>,
    /// What it gives.
    pub result: Option<Box<Expr>>,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// What may be given.
    pub ty: ParameterType,
    /// What it is when nothing is given.
    pub default: Option<Expr>,
}

/// What a parameter may be.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterType {
    /// A scalar of a type.
    Scalar(Type),
    /// `(*)` or `(a:long, …)`: rows that have at least these columns.
    Tabular(Vec<(Name, Type)>),
}

/// An expression, scalar or tabular: the language tells them apart only when names are resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// The rows that the body of an operator runs over; never written.
    Rows,
    /// A constant of a type.
    Literal(Literal, Type),
    /// A column, a `let`, a table.
    Name(String),
    /// `*`
    Star,
    /// `f(a, b)`
    Call(Name, Vec<Argument>),
    /// `a.b`
    Member(Box<Expr>, Name),
    /// `a[b]`
    Index(Box<Expr>, Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `a + b`, `a and b`, `a has b` …
    Binary(BinaryOp, Span, Box<Expr>, Box<Expr>),
    /// `a in (b, c)`, `a has_any (b)`
    List {
        /// Which test.
        test: ListOp,
        /// What is tested.
        value: Box<Expr>,
        /// Against what.
        list: Vec<Expr>,
    },
    /// `a between (b .. c)`
    Between {
        /// `!between`
        negated: bool,
        /// What is tested.
        value: Box<Expr>,
        /// The lower bound.
        low: Box<Expr>,
        /// The upper bound, or the distance to it.
        high: Box<Expr>,
    },
    /// `(a)`
    Paren(Box<Expr>),
    /// `typeof(long)`
    TypeOf(String),
    /// `source | operator | operator`
    Pipe(Box<Expr>, Vec<Operator>),
    /// An operator that needs no input: `union`, `print`, `range`, `datatable` …
    Source(Box<Operator>),
    /// What could not be read; the problem is recorded.
    Broken,
}

/// An argument of a call: `f(a)`, `f(name=a)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// `name=`
    pub name: Option<Name>,
    /// The argument.
    pub value: Expr,
}

/// An operator between two scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Equal,
    /// `!=`, `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `column:term`, in `search` only.
    Match,
    /// `has`, `!contains` …: the test, and whether it is negated.
    Text(TextOp, bool),
}

/// A test of a text against a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the operators of the language, by their names")]
pub enum TextOp {
    EqualCaseless,
    Has,
    HasCs,
    HasPrefix,
    HasPrefixCs,
    HasSuffix,
    HasSuffixCs,
    Contains,
    ContainsCs,
    StartsWith,
    StartsWithCs,
    EndsWith,
    EndsWithCs,
    MatchesRegex,
}

/// A test of a value against a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListOp {
    /// Which.
    pub test: crate::plan::ListTest,
    /// `!in`, `!in~`
    pub negated: bool,
}

/// `name = expr`, `(a, b) = expr`, or only `expr`.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedExpr {
    /// The names given; usually none or one.
    pub names: Vec<Name>,
    /// The expression.
    pub expr: Expr,
}

/// `kind=inner`, `hint.strategy=shuffle`
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The word before `=`.
    pub name: Name,
    /// The word or literal after it.
    pub value: Name,
}

/// A key of `sort` or `top`.
#[derive(Debug, Clone, PartialEq)]
pub struct SortItem {
    /// What is compared.
    pub expr: NamedExpr,
    /// `asc` written.
    pub ascending: bool,
    /// `nulls first`, `nulls last`, if written.
    pub nulls_first: Option<bool>,
}

/// A piece of the pattern of `parse`.
#[derive(Debug, Clone, PartialEq)]
pub enum PatternPiece {
    /// `*`
    Star(Span),
    /// Text that must be there.
    Text(String, Span),
    /// A column to fill, perhaps with a type.
    Capture(Name, Option<Type>),
}

/// One operator of a pipe.
#[derive(Debug, Clone, PartialEq)]
pub struct Operator {
    /// Its name as written, and the place of that name.
    pub name: Name,
    /// What it says.
    pub kind: OperatorKind,
}

/// What an operator says.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the operators of the language, by their names")]
pub enum OperatorKind {
    Where(Expr),
    Project(Vec<NamedExpr>),
    ProjectAway(Vec<Name>),
    ProjectKeep(Vec<Name>),
    ProjectRename(Vec<(Name, Name)>),
    ProjectReorder(Vec<(Name, Option<bool>)>),
    Extend(Vec<NamedExpr>),
    Summarize {
        aggregates: Vec<NamedExpr>,
        by: Vec<NamedExpr>,
    },
    Sort(Vec<SortItem>),
    Take(Expr),
    Top {
        count: Expr,
        by: Vec<SortItem>,
    },
    /// With the name of its column, if it is given one.
    Count(Option<Name>),
    Distinct(Vec<NamedExpr>),
    Join {
        lookup: bool,
        settings: Vec<Setting>,
        right: Expr,
        on: Vec<Expr>,
    },
    Union {
        settings: Vec<Setting>,
        sources: Vec<Expr>,
    },
    Render {
        visualization: Name,
        properties: Vec<Setting>,
    },
    MvExpand {
        settings: Vec<Setting>,
        items: Vec<(NamedExpr, Option<Type>)>,
        limit: Option<Expr>,
    },
    Parse {
        settings: Vec<Setting>,
        text: Expr,
        pattern: Vec<PatternPiece>,
    },
    Datatable {
        columns: Vec<(Name, Type)>,
        values: Vec<Expr>,
    },
    Print(Vec<NamedExpr>),
    Range {
        name: Name,
        from: Expr,
        to: Expr,
        step: Option<Expr>,
    },
    As(Name),
    Invoke {
        function: Name,
        arguments: Vec<Argument>,
    },
    Serialize(Vec<NamedExpr>),
    ExternalData {
        columns: Vec<(Name, Type)>,
        locations: Vec<Expr>,
        properties: Vec<Property>,
    },
    Evaluate {
        plugin: Name,
        arguments: Vec<Argument>,
        output: Option<OutputColumns>,
    },
    Search {
        settings: Vec<Setting>,
        tables: Vec<Expr>,
        predicate: Expr,
    },
    Find(Box<Find>),
    MvApply {
        settings: Vec<Setting>,
        items: Vec<(NamedExpr, Option<Type>)>,
        limit: Option<Expr>,
        body: Box<Expr>,
    },
    Partition {
        key: Expr,
        body: Box<Expr>,
    },
    MakeSeries(Box<MakeSeries>),
    TopNested(Vec<NestedTop>),
    TopHitters {
        count: Expr,
        of: Expr,
        by: Option<Expr>,
    },
    Scan(Box<Scan>),
    ParseKv {
        text: Expr,
        keys: Vec<(Name, Type)>,
        properties: Vec<Property>,
    },
    SampleDistinct {
        count: Expr,
        of: Expr,
    },
    Reduce(Expr),
    GetSchema,
    Consume,
    ProjectByNames(Vec<Expr>),
    AssertSchema(Vec<(Name, Type)>),
    /// An operator of the language that is known by name only.
    Unsupported,
    /// No operator of the language.
    Unknown,
    /// What could not be read; the problem is recorded.
    Broken,
}
