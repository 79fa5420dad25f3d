//! Functions that give several results, each of which becomes a column.

use crate::ast;
use crate::function::{Analysis, Function};
use crate::plan::{Expr, ExprKind};
use crate::schema::Type;
use crate::value::Literal;

/// One of the results of a function that has several.
pub(super) fn result_of(analysis: Analysis, mut args: Vec<Expr>, index: usize) -> Expr {
    let ty = analysis.results().get(index).map_or(Type::Dynamic, |(_, ty)| *ty);
    let number = i64::try_from(index).map_or(Literal::Null, Literal::Long);
    args.push(Expr::literal(number, Type::Long));
    Expr::call(Function::Analysis(analysis), args, ty)
}

/// All results of an expression: one, or those of a function that has several, each with the name that it
/// brings along.
pub(super) fn results(item: &ast::Expr, value: Expr) -> Vec<(Option<String>, Expr)> {
    let implied = super::naming::implied_name(item);
    let (ExprKind::Call { function: Function::Analysis(analysis), args }, ast::ExprKind::Call(..)) =
        (&value.kind, &item.kind)
    else {
        return vec![(implied, value)];
    };
    let lead = match &item.kind {
        ast::ExprKind::Call(name, arguments) => {
            let first = arguments.first().and_then(|a| super::naming::implied_name(&a.value));
            format!("{}_{}", name.text, first.unwrap_or_default())
        }
        _ => String::new(),
    };
    let args: Vec<Expr> = args.iter().take(args.len().saturating_sub(1)).cloned().collect();
    analysis
        .results()
        .iter()
        .enumerate()
        .map(|(index, (suffix, _))| {
            (Some(format!("{lead}_{suffix}")), result_of(*analysis, args.clone(), index))
        })
        .collect()
}
