//! The parts of the relations that have many: windows, series, nested tops, scans, key–value pairs,
//! address look-ups.

use super::{AggregateCall, Expr, JoinKey, Relation};
use crate::schema::Type;
use crate::value::Literal;

/// A value that depends on the neighbours of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowCall {
    /// Which.
    pub function: WindowFunction,
    /// Over the input; see [`WindowFunction`] for what they are.
    pub args: Vec<Expr>,
    /// A `bool` over the input: where it is true, the counting starts anew.
    pub restart: Option<Expr>,
    /// The type of the value.
    pub ty: Type,
}

/// What a window computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WindowFunction {
    /// The number of the row; argument: that of the first.
    RowNumber,
    /// The sum of the argument up to this row.
    RowCumSum,
    /// How many different values of the argument came so far (rows with equal neighbours are one).
    RowRankDense,
    /// The number of the first row of the run of equal arguments.
    RowRankMin,
    /// The first time of the session; arguments: the time, how long a session is at most, and how long the
    /// gap between two rows.
    RowWindowSession,
    /// The value some rows before; arguments: the value, how many, what stands where there is no such row.
    Prev,
    /// The value some rows later; as `Prev`.
    Next,
}

/// The bins of a series: from the start (inclusive) to the end (exclusive).
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesAxis {
    /// What is binned, over the input: a number, datetime or timespan.
    pub value: Expr,
    /// Where the bins start; without it, at the least value rounded down to a step.
    pub from: Option<Expr>,
    /// Where they end; without it, after the greatest value.
    pub to: Option<Expr>,
    /// How wide they are.
    pub step: Expr,
    /// Whether the end is a bin too (the older form, `in range(…)`).
    pub inclusive: bool,
}

/// One level of `top-nested`.
#[derive(Debug, Clone, PartialEq)]
pub struct NestedLevel {
    /// How many values are kept; all without it.
    pub count: Option<u64>,
    /// What the level is about, over the input.
    pub key: Expr,
    /// What stands for all other values together, if they are wanted.
    pub others: Option<Literal>,
    /// What the values are ranked by, over the input.
    pub aggregate: AggregateCall,
    /// The greatest first.
    pub descending: bool,
}

/// The machine of a `scan`.
///
/// Expressions see, one after the other: the columns of the row, the declared columns as they are for the
/// match so far, and for each step its last row (the input's columns and the declared ones).
#[derive(Debug, Clone, PartialEq)]
pub struct StepScan {
    /// Where the rows come from, in order.
    pub input: Relation,
    /// Rows that agree in these are a sequence of their own.
    pub per: Vec<Expr>,
    /// What the declared columns hold at first, over no columns.
    pub initial: Vec<Expr>,
    /// The steps, in order.
    pub steps: Vec<ScanStep>,
    /// Whether the number of the match is yielded too.
    pub match_id: bool,
}

/// One step of a `scan`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanStep {
    /// Whether a match may pass it by.
    pub optional: bool,
    /// Which of its rows are yielded.
    pub output: ScanOutput,
    /// A `bool`: whether the row belongs to the step.
    pub condition: Expr,
    /// Which declared column takes which value.
    pub assignments: Vec<(usize, Expr)>,
}

/// Which rows of a step are yielded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanOutput {
    /// All.
    All,
    /// The last before the next step.
    Last,
    /// None.
    None,
}

/// What `parse-kv` looks for.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyValues {
    /// Where the rows come from.
    pub input: Relation,
    /// The text, a `string` expression.
    pub text: Expr,
    /// The keys, with the types of their values.
    pub keys: Vec<(String, Type)>,
    /// How keys and values are told apart.
    pub form: KeyValueForm,
}

/// How the pairs of `parse-kv` are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyValueForm {
    /// Between delimiters.
    Delimited {
        /// Between pairs; any of these characters or texts.
        pair: Option<String>,
        /// Between key and value.
        key_value: Option<String>,
        /// What encloses a value: the opening and the closing ones; none to take quotes as they are.
        quotes: Vec<(char, char)>,
        /// Takes the power of the character after it.
        escape: Option<char>,
        /// Whether a value goes on over unquoted delimiters until the next key.
        greedy: bool,
    },
    /// A regular expression that matches a pair: the first group is the key, the second the value.
    Regex(String),
}

/// Addresses against the networks of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct AddressLookup {
    /// Where the rows come from.
    pub input: Relation,
    /// The networks.
    pub table: Relation,
    /// The address, over the input; a `string`.
    pub address: Expr,
    /// The network, over the table; a `string`.
    pub network: Expr,
    /// Pairs that must be equal as well.
    pub keys: Vec<JoinKey>,
    /// Whether rows without a match are kept.
    pub keep_unmatched: bool,
    /// IPv6 (and IPv4) addresses rather than IPv4 only.
    pub v6: bool,
}
