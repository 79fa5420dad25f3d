//! Building expressions, and looking at what a plan is made of.

use super::{AggregateCall, Column, Expr, ExprKind, Relation, RelationKind, ScanStep};
use crate::function::Function;
use crate::schema::Type;
use crate::value::Literal;

impl Relation {
    /// The names and types of its columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The relations it directly reads rows from (not those inside expressions).
    pub fn inputs(&self) -> Vec<&Self> {
        match &self.kind {
            RelationKind::Scan { .. }
            | RelationKind::Values { .. }
            | RelationKind::Range { .. }
            | RelationKind::External { .. }
            | RelationKind::Rows => Vec::new(),
            RelationKind::Filter { input, .. }
            | RelationKind::Project { input, .. }
            | RelationKind::Aggregate { input, .. }
            | RelationKind::Distinct { input }
            | RelationKind::Sort { input, .. }
            | RelationKind::Limit { input, .. }
            | RelationKind::MvExpand { input, .. }
            | RelationKind::Window { input, .. }
            | RelationKind::Number { input }
            | RelationKind::LimitPer { input, .. }
            | RelationKind::MakeSeries { input, .. }
            | RelationKind::TopNested { input, .. }
            | RelationKind::Parse { input, .. } => vec![input],
            RelationKind::Steps(scan) => vec![&scan.input],
            RelationKind::ParseKv(parse) => vec![&parse.input],
            RelationKind::AddressLookup(lookup) => vec![&lookup.input, &lookup.table],
            RelationKind::Join { left, right, .. } => vec![left, right],
            RelationKind::Union { inputs } => inputs.iter().collect(),
        }
    }

    /// The expressions it evaluates itself.
    pub fn exprs(&self) -> Vec<&Expr> {
        match &self.kind {
            RelationKind::Scan { .. }
            | RelationKind::Values { .. }
            | RelationKind::Distinct { .. }
            | RelationKind::Limit { .. }
            | RelationKind::External { .. }
            | RelationKind::Number { .. }
            | RelationKind::Rows
            | RelationKind::Union { .. } => Vec::new(),
            RelationKind::Range { from, to, step } => vec![from, to, step],
            RelationKind::Filter { predicate, .. } => vec![predicate],
            RelationKind::Project { exprs, .. } => exprs.iter().collect(),
            RelationKind::Aggregate { keys, aggregates, .. } => {
                keys.iter().chain(aggregates.iter().flat_map(AggregateCall::exprs)).collect()
            }
            RelationKind::Window { per, calls, .. } => per
                .iter()
                .chain(calls.iter().flat_map(|call| call.args.iter().chain(&call.restart)))
                .collect(),
            RelationKind::LimitPer { keys, order, .. } => {
                keys.iter().chain(order.iter().map(|key| &key.expr)).collect()
            }
            RelationKind::MakeSeries { keys, aggregates, axis, .. } => keys
                .iter()
                .chain(aggregates.iter().flat_map(|(call, _)| call.exprs()))
                .chain([&axis.value, &axis.step])
                .chain(&axis.from)
                .chain(&axis.to)
                .collect(),
            RelationKind::TopNested { levels, .. } => levels
                .iter()
                .flat_map(|level| std::iter::once(&level.key).chain(level.aggregate.exprs()))
                .collect(),
            RelationKind::Steps(scan) => scan
                .per
                .iter()
                .chain(&scan.initial)
                .chain(scan.steps.iter().flat_map(ScanStep::exprs))
                .collect(),
            RelationKind::ParseKv(parse) => vec![&parse.text],
            RelationKind::AddressLookup(lookup) => [&lookup.address, &lookup.network]
                .into_iter()
                .chain(lookup.keys.iter().flat_map(|key| [&key.left, &key.right]))
                .collect(),
            RelationKind::Sort { keys, .. } => keys.iter().map(|key| &key.expr).collect(),
            RelationKind::Join { keys, .. } => {
                keys.iter().flat_map(|key| [&key.left, &key.right]).collect()
            }
            RelationKind::MvExpand { items, .. } => items.iter().map(|item| &item.expr).collect(),
            RelationKind::Parse { text, .. } => vec![text],
        }
    }

    /// Calls `see` with this relation and every relation below it, also those inside expressions.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Self)) {
        see(self);
        for input in self.inputs() {
            input.visit(see);
        }
        for expr in self.exprs() {
            expr.visit_relations(see);
        }
    }
}

impl AggregateCall {
    /// Its arguments and its filter.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.args.iter().chain(&self.filter)
    }
}

impl ScanStep {
    /// Its condition and what it assigns.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        std::iter::once(&self.condition).chain(self.assignments.iter().map(|(_, value)| value))
    }
}

impl Expr {
    /// A reference to a column.
    pub const fn column(index: usize, ty: Type) -> Self {
        Self { kind: ExprKind::Column(index), ty }
    }

    /// A constant.
    pub const fn literal(value: Literal, ty: Type) -> Self {
        Self { kind: ExprKind::Literal(value), ty }
    }

    /// A call.
    pub const fn call(function: Function, args: Vec<Self>, ty: Type) -> Self {
        Self { kind: ExprKind::Call { function, args }, ty }
    }

    /// The expressions directly inside it (not those of relations inside it).
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::ScalarQuery(_) => Vec::new(),
            ExprKind::Call { args, .. } => args.iter().collect(),
            ExprKind::ListTest { value, list, .. } => {
                std::iter::once(&**value).chain(list).collect()
            }
            ExprKind::QueryTest { value, .. } => vec![value],
        }
    }

    /// Whether its value is the same for every row: it refers to no column of its own relation.
    pub fn is_constant(&self) -> bool {
        !matches!(self.kind, ExprKind::Column(_))
            && self.children().into_iter().all(Self::is_constant)
    }

    fn visit_relations<'a>(&'a self, see: &mut dyn FnMut(&'a Relation)) {
        match &self.kind {
            ExprKind::QueryTest { query, .. } | ExprKind::ScalarQuery(query) => query.visit(see),
            _ => {}
        }
        for child in self.children() {
            child.visit_relations(see);
        }
    }
}
