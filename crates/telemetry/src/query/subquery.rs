//! Subqueries are answered first; what is left of them in the plan are constants.

use std::future::Future;
use std::pin::Pin;

use bartizan_kql::Type;
use bartizan_kql::plan::{Expr, ExprKind, Relation};
use bartizan_kql::value::Literal;

use super::Run;
use crate::QueryError;
use crate::column::Cells;

/// The most values that a test takes from a subquery.
const MAX_MEMBERS: usize = 1_000_000;

type Resolving<'a, T> = Pin<Box<dyn Future<Output = Result<T, QueryError>> + Send + 'a>>;

/// The relation with every subquery replaced by its answer.
pub(super) fn resolve<'a>(relation: &'a Relation, run: &'a Run) -> Resolving<'a, Relation> {
    Box::pin(async move {
        let mut resolved = relation.clone();
        for input in resolved.inputs_mut() {
            *input = resolve(&input.clone(), run).await?;
        }
        for expr in resolved.exprs_mut() {
            if has_subquery(expr) {
                *expr = resolve_expr(&expr.clone(), run).await?;
            }
        }
        super::ordered::resolve(resolved, run).await
    })
}

fn has_subquery(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::QueryTest { .. } | ExprKind::ScalarQuery(_))
        || expr.children().into_iter().any(has_subquery)
}

fn resolve_expr<'a>(expr: &'a Expr, run: &'a Run) -> Resolving<'a, Expr> {
    Box::pin(async move {
        let kind = match &expr.kind {
            ExprKind::ScalarQuery(query) => {
                let query = resolve(query, run).await?;
                let first = first_column(&query, run, 1).await?.into_iter().next();
                ExprKind::Literal(first.unwrap_or_else(|| Literal::null_of(expr.ty)))
            }
            ExprKind::QueryTest { test, value, query } => {
                let value = Box::new(resolve_expr(value, run).await?);
                let query = resolve(query, run).await?;
                let ty = query.columns.first().map_or(Type::Dynamic, |column| column.ty);
                let members = first_column(&query, run, MAX_MEMBERS).await?;
                let list = members.into_iter().map(|member| Expr::literal(member, ty)).collect();
                ExprKind::ListTest { test: *test, value, list }
            }
            ExprKind::Call { function, args } => {
                let mut resolved = Vec::with_capacity(args.len());
                for arg in args {
                    resolved.push(resolve_expr(arg, run).await?);
                }
                ExprKind::Call { function: *function, args: resolved }
            }
            ExprKind::ListTest { test, value, list } => {
                let value = Box::new(resolve_expr(value, run).await?);
                let mut resolved = Vec::with_capacity(list.len());
                for member in list {
                    resolved.push(resolve_expr(member, run).await?);
                }
                ExprKind::ListTest { test: *test, value, list: resolved }
            }
            other => other.clone(),
        };
        Ok(Expr { kind, ty: expr.ty })
    })
}

async fn first_column(
    query: &Relation,
    run: &Run,
    most: usize,
) -> Result<Vec<Literal>, QueryError> {
    let (batches, more) = run.rows(query, most).await?;
    if more && most > 1 {
        return Err(QueryError::TooManyMembers { limit: most });
    }
    let ty = query.columns.first().map_or(Type::Dynamic, |column| column.ty);
    let mut values = Vec::new();
    for batch in &batches {
        let Some(array) = batch.columns().first() else { continue };
        let cells = Cells::of(array)?;
        values.extend((0..batch.num_rows()).map(|row| cells.value(row, ty)));
    }
    Ok(values)
}
