//! What a plan promises to whoever carries it out, checked for every plan that a test makes.

use bartizan_kql::plan::{Column, Expr, ExprKind, Plan, Relation, RelationKind, StepScan};
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
        _ => return check_further(relation),
    }
    check_exprs(relation);
}

/// The relations that are used less.
fn check_further(relation: &Relation) {
    let columns = &relation.columns;
    match &relation.kind {
        RelationKind::External { .. } => {}
        RelationKind::Rows => assert_ne!(relation.kind, RelationKind::Rows, "a group without rows"),
        RelationKind::Number { input } => {
            assert_eq!(types(columns), [types(&input.columns), vec![Type::Long]].concat());
        }
        RelationKind::LimitPer { input, .. } => assert_eq!(columns, &input.columns, "{relation}"),
        RelationKind::Window { input, calls, .. } => {
            let calls = calls.iter().map(|call| call.ty).collect();
            assert_eq!(types(columns), [types(&input.columns), calls].concat(), "{relation}");
        }
        RelationKind::MakeSeries { keys, aggregates, .. } => {
            assert_eq!(columns.len(), keys.len() + aggregates.len() + 1, "{relation}");
            let arrays = &columns[keys.len()..];
            assert!(arrays.iter().all(|column| column.ty == Type::Dynamic), "{relation}");
        }
        RelationKind::TopNested { levels, .. } => {
            let wanted: Vec<Type> =
                levels.iter().flat_map(|l| [l.key.ty, l.aggregate.outputs[0]]).collect();
            assert_eq!(types(columns), wanted, "{relation}");
        }
        RelationKind::Steps(scan) => return check_scan(scan, columns),
        RelationKind::ParseKv(parse) => {
            let keys = parse.keys.iter().map(|(_, ty)| *ty).collect();
            assert_eq!(types(columns), [types(&parse.input.columns), keys].concat(), "{relation}");
        }
        RelationKind::AddressLookup(lookup) => {
            let sides = [types(&lookup.input.columns), types(&lookup.table.columns)];
            assert_eq!(types(columns), sides.concat(), "{relation}");
            check_expr(&lookup.address, &lookup.input.columns);
            check_expr(&lookup.network, &lookup.table.columns);
            return;
        }
        _ => {}
    }
    check_exprs(relation);
}

fn check_exprs(relation: &Relation) {
    let scope = relation.inputs().first().map(|input| input.columns.clone()).unwrap_or_default();
    for expr in relation.exprs() {
        check_expr(expr, &scope);
    }
}

fn check_scan(scan: &StepScan, columns: &[Column]) {
    let declared = scan.initial.iter().map(|value| value.ty);
    let id = scan.match_id.then_some(Type::Long);
    let input = types(&scan.input.columns);
    let row: Vec<Type> = input.into_iter().chain(declared).collect();
    assert_eq!(types(columns), row.iter().copied().chain(id).collect::<Vec<_>>());
    let seen = scan.steps.len() + 1;
    let column = |(index, ty)| Column { name: format!("c{index}"), ty };
    let scope: Vec<Column> =
        row.iter().copied().cycle().take(row.len() * seen).enumerate().map(column).collect();
    for step in &scan.steps {
        assert_eq!(step.condition.ty, Type::Bool);
        step.exprs().for_each(|expr| check_expr(expr, &scope));
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
