//! What a plan promises to whoever carries it out, checked for every plan that a test makes.

use bartizan_kql::plan::{Column, Expr, ExprKind, Plan, Relation, RelationKind};
use bartizan_kql::{Type, plan::JoinKind};

/// Stops at the first promise that the plan does not keep.
pub(crate) fn check(plan: &Plan) {
    plan.root.visit(&mut |relation| check_relation(relation));
}

fn check_relation(relation: &Relation) {
    let columns = &relation.columns;
    for (index, column) in columns.iter().enumerate() {
        let repeated = columns[..index].iter().any(|other| other.name == column.name);
        assert!(!repeated, "two columns `{}` in\n{relation}", column.name);
    }
    match &relation.kind {
        RelationKind::Scan { .. } => {}
        RelationKind::Values { rows } => {
            assert!(rows.iter().all(|row| row.len() == columns.len()), "{relation}");
        }
        RelationKind::Range { from, to, .. } => {
            assert_eq!((from.ty, to.ty), (columns[0].ty, columns[0].ty), "{relation}");
            assert!(relation.exprs().into_iter().all(Expr::is_constant), "{relation}");
        }
        RelationKind::Filter { input, predicate } => {
            assert_eq!(predicate.ty, Type::Bool, "{relation}");
            assert_eq!(columns, &input.columns, "{relation}");
        }
        RelationKind::Project { exprs, .. } => {
            assert_eq!(
                types(columns),
                exprs.iter().map(|e| e.ty).collect::<Vec<_>>(),
                "{relation}"
            );
        }
        RelationKind::Aggregate { keys, aggregates, .. } => {
            let keys = keys.iter().map(|key| key.ty);
            let outputs = aggregates.iter().flat_map(|call| call.outputs.iter().copied());
            assert_eq!(types(columns), keys.chain(outputs).collect::<Vec<_>>(), "{relation}");
        }
        RelationKind::Distinct { input }
        | RelationKind::Sort { input, .. }
        | RelationKind::Limit { input, .. } => assert_eq!(columns, &input.columns, "{relation}"),
        RelationKind::Join { left, right, kind, keys } => {
            let wanted = match kind {
                JoinKind::LeftSemi | JoinKind::LeftAnti => types(&left.columns),
                JoinKind::RightSemi | JoinKind::RightAnti => types(&right.columns),
                _ => [types(&left.columns), types(&right.columns)].concat(),
            };
            assert_eq!(types(columns), wanted, "{relation}");
            assert!(!keys.is_empty(), "{relation}");
            for key in keys {
                assert_eq!(key.left.ty, key.right.ty, "{relation}");
                check_expr(&key.left, &left.columns);
                check_expr(&key.right, &right.columns);
            }
            return;
        }
        RelationKind::Union { inputs } => {
            assert!(inputs.iter().all(|input| input.columns == *columns), "{relation}");
        }
        RelationKind::MvExpand { input, items, index_column, .. } => {
            let members = items.iter().map(|item| item.ty);
            let index = index_column.then_some(Type::Long);
            let wanted: Vec<Type> =
                types(&input.columns).into_iter().chain(members).chain(index).collect();
            assert_eq!(types(columns), wanted, "{relation}");
        }
        RelationKind::Parse { input, text, captures, .. } => {
            assert_eq!(text.ty, Type::String, "{relation}");
            assert_eq!(types(columns), [types(&input.columns), captures.clone()].concat());
        }
    }
    let scope = relation.inputs().first().map(|input| input.columns.clone()).unwrap_or_default();
    for expr in relation.exprs() {
        check_expr(expr, &scope);
    }
}

fn types(columns: &[Column]) -> Vec<Type> {
    columns.iter().map(|column| column.ty).collect()
}

fn check_expr(expr: &Expr, scope: &[Column]) {
    if let ExprKind::Column(index) = &expr.kind {
        assert_eq!(scope.get(*index).map(|column| column.ty), Some(expr.ty), "{expr} of {scope:?}");
    }
    if let ExprKind::QueryTest { query, value, .. } = &expr.kind {
        let first = query.columns.first().map(|column| column.ty);
        assert!(first == Some(value.ty) || first == Some(Type::Dynamic), "{expr} in\n{query}");
    }
    if let ExprKind::ListTest { value, list, .. } = &expr.kind {
        let fits = |member: &Expr| member.ty == value.ty || member.ty == Type::Dynamic;
        assert!(list.iter().all(fits), "{expr}");
    }
    for child in expr.children() {
        check_expr(child, scope);
    }
}
