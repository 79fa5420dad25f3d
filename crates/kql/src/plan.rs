//! The typed plan: what a query means, with every name and type resolved.
//!
//! A [`Plan`] is a tree of [`Relation`]s over typed [`Expr`]essions. Columns are referred to by their
//! INDEX in the input relation, never by name, so that lowering it to an engine is exact. Everything
//! that depends on the clock is already a constant. Conversions are explicit: the operands of a
//! comparison and of arithmetic have the types that the documentation of [`Function`] promises.
//!
//! What a lowering has to honour, beyond the shape of the tree:
//! - there is no null string: an absent string is the empty text (outer joins, unions, missing members);
//! - `Equal`, the list tests and the string tests with a null operand are false, so their negation is
//!   true; the order comparisons are three-valued;
//! - join keys and group keys treat null as equal to null;
//! - aggregates skip nulls.

mod expr;
pub(crate) mod lift;
mod print;
mod step;
mod visit;
mod visit_mut;

use crate::aggregate::AggregateFunction;
use crate::schema::Type;
use crate::value::Literal;

pub use expr::{Expr, ExprKind, ListTest};
pub use step::{
    AddressLookup, KeyValueForm, KeyValues, NestedLevel, ScanOutput, ScanStep, SeriesAxis,
    StepScan, WindowCall, WindowFunction,
};

/// A resolved query.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The relation whose rows are the answer.
    pub root: Relation,
    /// How the query asks to be drawn, if it does.
    pub render: Option<RenderHint>,
    /// What of the columns depends on the data and is not known yet, in the order in which it has to be
    /// found out: each may depend on those before it. A plan with any of these is provisional: whoever
    /// runs it finds out the first and plans the text anew with [`crate::plan_with`].
    pub undiscovered: Vec<Undiscovered>,
}

/// Columns that depend on the data: `evaluate bag_unpack(…)` and `pivot(…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Undiscovered {
    /// Has one column: the bags, or the values that become columns.
    pub query: Relation,
    /// What has to be found out.
    pub subject: Subject,
}

/// What of the data makes columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The names of the properties of bags, and the types of their values; see [`crate::discover::Bags`].
    Properties,
    /// The different values as text; see [`crate::discover::Values`].
    Values,
}

impl Plan {
    /// The names and types of the answer's columns.
    pub fn columns(&self) -> &[Column] {
        &self.root.columns
    }

    /// The names of all tables the query reads, sorted, each once.
    pub fn tables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.visit(&mut |relation| {
            if let RelationKind::Scan { table } = &relation.kind {
                names.push(table.as_str());
            }
        });
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// `render timechart with (title="…")`: a hint for whoever shows the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderHint {
    /// The visualisation: `timechart`, `barchart`, `table` …
    pub visualization: String,
    /// The properties as written: name and text of the value.
    pub properties: Vec<(String, String)>,
}

/// The name and type of an output column. Names in one relation differ from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name, case-sensitive.
    pub name: String,
    /// The type.
    pub ty: Type,
}

/// A step that yields rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// The columns it yields, in order.
    pub columns: Vec<Column>,
    /// What it does.
    pub kind: RelationKind,
}

/// What a relation does. `columns` below means those of the surrounding [`Relation`].
#[derive(Debug, Clone, PartialEq)]
pub enum RelationKind {
    /// All rows of a table; `columns` are the table's, in the order of the schema.
    Scan {
        /// The table's name.
        table: String,
    },
    /// Constant rows (`datatable`; `print` is a `Project` over one row without columns).
    /// Every row has as many values as there are columns; a value fits its column's type or is null.
    Values {
        /// The rows.
        rows: Vec<Vec<Literal>>,
    },
    /// `range`: one column with from, from+step, … up to and including `to`.
    /// The three have the column's type (for datetime the step is a timespan) and refer to no column.
    Range {
        /// The first value.
        from: Expr,
        /// The bound, inclusive.
        to: Expr,
        /// What is added each time; may be negative. Zero or null gives no rows.
        step: Expr,
    },
    /// The rows for which the predicate is true (not false, not null).
    Filter {
        /// Where the rows come from; same columns.
        input: Box<Relation>,
        /// A `bool` expression over the input.
        predicate: Expr,
    },
    /// One expression over the input for each of `columns`.
    Project {
        /// Where the rows come from.
        input: Box<Relation>,
        /// The expressions, parallel to `columns`.
        exprs: Vec<Expr>,
    },
    /// Groups. `columns` are the keys, then for each aggregate its outputs
    /// (see [`AggregateCall::outputs`]). Without keys there is one row even for empty input;
    /// with keys, none. No aggregates: the distinct keys.
    Aggregate {
        /// Where the rows come from.
        input: Box<Relation>,
        /// The keys, over the input.
        keys: Vec<Expr>,
        /// The aggregates, over the input.
        aggregates: Vec<AggregateCall>,
    },
    /// Each different row once; same columns.
    Distinct {
        /// Where the rows come from.
        input: Box<Relation>,
    },
    /// Sorted rows; same columns. Not necessarily stable.
    Sort {
        /// Where the rows come from.
        input: Box<Relation>,
        /// The keys, the weightiest first.
        keys: Vec<SortKey>,
    },
    /// At most `count` rows: the first ones if the input is sorted, otherwise any; same columns.
    Limit {
        /// Where the rows come from.
        input: Box<Relation>,
        /// How many.
        count: u64,
    },
    /// Matches two relations. `columns` are all columns of the left, then all of the right; for the
    /// semi and anti kinds only those of the side that is kept.
    Join {
        /// The left side.
        left: Box<Relation>,
        /// The right side.
        right: Box<Relation>,
        /// How they are matched.
        kind: JoinKind,
        /// Pairs that must be equal (null equals null), all of them; never empty.
        keys: Vec<JoinKey>,
    },
    /// All rows of all inputs; each input has exactly `columns`.
    Union {
        /// At least one.
        inputs: Vec<Relation>,
    },
    /// `mv-expand`: for each input row one row per member. Several items are expanded side by side,
    /// the shorter ones padded with null; an empty array or a null gives one row with null.
    /// `columns` are the input's, then one for each item (the item's value as `items[i].ty`), then,
    /// if `index_column`, a `long` that counts the members from 0.
    MvExpand {
        /// Where the rows come from.
        input: Box<Relation>,
        /// What is expanded; never empty.
        items: Vec<ExpandItem>,
        /// Property bags expand to `[name, value]` pairs rather than to bags of one property.
        bags_as_pairs: bool,
        /// Whether the position is yielded too.
        index_column: bool,
        /// At most so many rows per input row, if given.
        row_limit: Option<u64>,
    },
    /// Rows of files elsewhere (`externaldata`). Only from places that are allowed; `columns` are read by
    /// position from CSV and its kin, by name from JSON.
    External {
        /// Addresses, without what follows `;` in them (secrets).
        locations: Vec<String>,
        /// `csv`, `tsv`, `txt`, `json`, `multijson`, `parquet` … in lower case; `None` to tell by the name.
        format: Option<String>,
        /// Whether the first record of each file is a heading.
        ignore_first_record: bool,
        /// Where each column is found in a record, where the query says so: a position (from 0) in CSV and
        /// its kin, a path (`$.a.b`) in JSON. Empty, or as long as `columns`.
        places: Vec<Option<String>>,
    },
    /// The rows in their order, each with values that depend on its neighbours: `row_number`, `prev`,
    /// `row_cumsum` … `columns` are the input's, then one for each call.
    Window {
        /// Where the rows come from, in order.
        input: Box<Relation>,
        /// Rows that agree in these are a sequence of their own; usually none.
        per: Vec<Expr>,
        /// What is computed.
        calls: Vec<WindowCall>,
    },
    /// The rows, each with a number of its own (any, but no two the same). `columns` are the input's, then
    /// a `long`.
    Number {
        /// Where the rows come from.
        input: Box<Relation>,
    },
    /// At most `count` rows of each group: the first in the given order, or any without one; same columns.
    /// Groups that stand in order in the input stay in order.
    LimitPer {
        /// Where the rows come from.
        input: Box<Relation>,
        /// What a group has in common.
        keys: Vec<Expr>,
        /// The weightiest first; may be empty.
        order: Vec<SortKey>,
        /// How many of each group.
        count: u64,
    },
    /// `make-series`: one row per group, with an array per aggregate. `columns` are the keys, then one for
    /// each aggregate, then the axis; all but the keys `dynamic`. Without keys and without rows there is
    /// one row if both bounds are given.
    MakeSeries {
        /// Where the rows come from.
        input: Box<Relation>,
        /// The keys, over the input.
        keys: Vec<Expr>,
        /// What is aggregated in each bin, and what stands where a bin has no rows; of the type of the
        /// call's only output.
        aggregates: Vec<(AggregateCall, Literal)>,
        /// The bins, equally wide.
        axis: SeriesAxis,
    },
    /// `top-nested`: the best values of each level, within those of the level above. `columns` are for each
    /// level its key and its aggregate.
    TopNested {
        /// Where the rows come from.
        input: Box<Relation>,
        /// From the outermost.
        levels: Vec<NestedLevel>,
    },
    /// `scan`: rows in order go through the steps of a small machine. `columns` are the input's, then the
    /// declared ones, then, if `match_id`, a `long`.
    Steps(Box<StepScan>),
    /// `parse-kv`. `columns` are the input's, then one for each key.
    ParseKv(Box<KeyValues>),
    /// `evaluate ipv4_lookup` and `ipv6_lookup`: matches addresses with the networks of a table, every
    /// match. `columns` are the input's, then the table's.
    AddressLookup(Box<AddressLookup>),
    /// Stands for the rows of one group inside the body of an operator that runs a query for each group.
    /// Never left in a finished plan.
    Rows,
    /// `parse` and `parse-where`. `columns` are the input's, then one per capture.
    Parse {
        /// Where the rows come from.
        input: Box<Relation>,
        /// The text, a `string` expression.
        text: Expr,
        /// What is matched. The regular expression has one group per capture, in order; syntax of
        /// RE2 / Rust `regex`. It is anchored where it has to be.
        regex: String,
        /// The type that the text of each group is converted to (null, or empty text, where the
        /// conversion fails). In the `simple` mode every conversion must succeed, else none is taken.
        captures: Vec<Type>,
        /// What happens to rows, and to captures, where the text does not fit.
        on_mismatch: ParseMismatch,
    },
}

/// What `parse` does with text that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseMismatch {
    /// Keep the row, all captures null; a failed conversion of one capture nulls all of them.
    KeepAllNull,
    /// Keep the row; a failed conversion nulls only its own capture (`kind=relaxed`).
    KeepRelaxed,
    /// Drop the row (`parse-where`).
    Drop,
}

/// One thing that `mv-expand` expands.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpandItem {
    /// A `dynamic` expression over the input.
    pub expr: Expr,
    /// What each member is converted to; `dynamic` where the query says nothing.
    pub ty: Type,
}

/// How two relations are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// The default: the left side is first reduced to one row (any) per key, then `Inner`.
    InnerUnique,
    /// Every matching pair.
    Inner,
    /// Every matching pair, and the left rows without a match.
    LeftOuter,
    /// Every matching pair, and the right rows without a match.
    RightOuter,
    /// Every matching pair, and the rows of both sides without a match.
    FullOuter,
    /// The left rows with a match, once each.
    LeftSemi,
    /// The right rows with a match, once each.
    RightSemi,
    /// The left rows without a match.
    LeftAnti,
    /// The right rows without a match.
    RightAnti,
}

/// A pair of expressions that must be equal; both have the same type.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinKey {
    /// Over the left relation.
    pub left: Expr,
    /// Over the right relation.
    pub right: Expr,
}

/// One key of a sort.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// What is compared, over the input. Strings compare by code point.
    pub expr: Expr,
    /// The greatest first.
    pub descending: bool,
    /// Where nulls go.
    pub nulls_first: bool,
}

/// One aggregate of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateCall {
    /// What is computed.
    pub function: AggregateFunction,
    /// Over the input of the aggregation; see [`AggregateFunction`] for what they are.
    pub args: Vec<Expr>,
    /// Only rows for which this is true take part (`countif`, `sumif`, `make_set_if` …).
    pub filter: Option<Expr>,
    /// The constant parameter of the function, if it has one and the query gives it:
    /// the largest size of a set or list, the percentile (0–100), the accuracy of a distinct count.
    pub parameter: Option<Literal>,
    /// The types of the outputs: one, or for `arg_max`, `arg_min` and `take_any` one per argument.
    pub outputs: Vec<Type>,
}
