//! Looking at what a plan is made of, to change it.

use super::{AggregateCall, Expr, ExprKind, Relation, RelationKind, ScanStep};

impl Relation {
    /// As [`Relation::inputs`].
    pub fn inputs_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
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
            RelationKind::Steps(scan) => vec![&mut scan.input],
            RelationKind::ParseKv(parse) => vec![&mut parse.input],
            RelationKind::AddressLookup(lookup) => vec![&mut lookup.input, &mut lookup.table],
            RelationKind::Join { left, right, .. } => vec![left, right],
            RelationKind::Union { inputs } => inputs.iter_mut().collect(),
        }
    }

    /// As [`Relation::exprs`].
    pub fn exprs_mut(&mut self) -> Vec<&mut Expr> {
        match &mut self.kind {
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
            RelationKind::Project { exprs, .. } => exprs.iter_mut().collect(),
            RelationKind::Aggregate { keys, aggregates, .. } => keys
                .iter_mut()
                .chain(aggregates.iter_mut().flat_map(AggregateCall::exprs_mut))
                .collect(),
            RelationKind::Sort { keys, .. } => keys.iter_mut().map(|key| &mut key.expr).collect(),
            RelationKind::Join { keys, .. } => {
                keys.iter_mut().flat_map(|key| [&mut key.left, &mut key.right]).collect()
            }
            RelationKind::MvExpand { items, .. } => {
                items.iter_mut().map(|item| &mut item.expr).collect()
            }
            RelationKind::Parse { text, .. } => vec![text],
            RelationKind::ParseKv(parse) => vec![&mut parse.text],
            kind => step_exprs_mut(kind),
        }
    }
}

/// Those of the relations with many parts.
fn step_exprs_mut(kind: &mut RelationKind) -> Vec<&mut Expr> {
    match kind {
        RelationKind::Window { per, calls, .. } => per
            .iter_mut()
            .chain(calls.iter_mut().flat_map(|call| call.args.iter_mut().chain(&mut call.restart)))
            .collect(),
        RelationKind::LimitPer { keys, order, .. } => {
            keys.iter_mut().chain(order.iter_mut().map(|key| &mut key.expr)).collect()
        }
        RelationKind::MakeSeries { keys, aggregates, axis, .. } => keys
            .iter_mut()
            .chain(aggregates.iter_mut().flat_map(|(call, _)| call.exprs_mut()))
            .chain([&mut axis.value, &mut axis.step])
            .chain(&mut axis.from)
            .chain(&mut axis.to)
            .collect(),
        RelationKind::TopNested { levels, .. } => levels
            .iter_mut()
            .flat_map(|level| std::iter::once(&mut level.key).chain(level.aggregate.exprs_mut()))
            .collect(),
        RelationKind::Steps(scan) => scan
            .per
            .iter_mut()
            .chain(&mut scan.initial)
            .chain(scan.steps.iter_mut().flat_map(ScanStep::exprs_mut))
            .collect(),
        RelationKind::AddressLookup(lookup) => [&mut lookup.address, &mut lookup.network]
            .into_iter()
            .chain(lookup.keys.iter_mut().flat_map(|key| [&mut key.left, &mut key.right]))
            .collect(),
        _ => Vec::new(),
    }
}

impl AggregateCall {
    /// As [`AggregateCall::exprs`].
    pub fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.args.iter_mut().chain(&mut self.filter)
    }
}

impl ScanStep {
    /// As [`ScanStep::exprs`].
    pub fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        std::iter::once(&mut self.condition)
            .chain(self.assignments.iter_mut().map(|(_, value)| value))
    }
}

impl Expr {
    /// As [`Expr::children`].
    pub fn children_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::ScalarQuery(_) => Vec::new(),
            ExprKind::Call { args, .. } => args.iter_mut().collect(),
            ExprKind::ListTest { value, list, .. } => {
                std::iter::once(&mut **value).chain(list).collect()
            }
            ExprKind::QueryTest { value, .. } => vec![value],
        }
    }

    /// Every column it refers to, so many places further on.
    pub(crate) fn shift(&mut self, by: usize) {
        self.map_columns(&|index| index + by);
    }

    /// Every column it refers to, at another place.
    pub(crate) fn map_columns(&mut self, place: &dyn Fn(usize) -> usize) {
        if let ExprKind::Column(index) = &mut self.kind {
            *index = place(*index);
        }
        self.children_mut().into_iter().for_each(|child| child.map_columns(place));
    }
}
