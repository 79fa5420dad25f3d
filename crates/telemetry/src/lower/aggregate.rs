//! `summarize` and `distinct`.

use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::aggregate::AggregateFunction as F;
use bartizan_kql::plan::{AggregateCall, Expr};
use bartizan_kql::value::Literal;
use datafusion::functions_aggregate::{count, min_max};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{
    AggregateUDF, Expr as DfExpr, LogicalPlan, LogicalPlanBuilder, lit,
};

use super::expr::{lower, predicate};
use super::{field, name, named};
use crate::QueryError;
use crate::aggregate::{Gathering, count_different};

/// Groups by the keys; yields the keys and then each aggregate's outputs.
pub(super) fn lower_groups(
    input: LogicalPlan,
    keys: &[Expr],
    aggregates: &[AggregateCall],
) -> Result<LogicalPlan, QueryError> {
    let mut prepared = Vec::new();
    let mut groups = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        prepared.push(lower(key)?.alias(format!("k{index}")));
        groups.push(named(format!("k{index}")));
    }
    let mut calls = Vec::new();
    for (index, call) in aggregates.iter().enumerate() {
        calls.push(lower_call(call, index, &mut prepared)?.alias(format!("g{index}")));
    }
    if prepared.is_empty() {
        // Something has to carry the number of rows.
        prepared.push(lit(true).alias("row"));
    }
    let builder = LogicalPlanBuilder::from(input).project(prepared)?;
    let builder =
        if calls.is_empty() { builder.distinct()? } else { builder.aggregate(groups, calls)? };
    let mut outputs: Vec<DfExpr> = Vec::new();
    for index in 0..keys.len() {
        outputs.push(named(format!("k{index}")).alias(name(index)));
    }
    for (index, call) in aggregates.iter().enumerate() {
        let group = format!("g{index}");
        if let [_] = call.outputs.as_slice() {
            outputs.push(named(group).alias(name(outputs.len())));
            continue;
        }
        for (position, ty) in call.outputs.iter().enumerate() {
            outputs.push(field(&group, position, *ty).alias(name(outputs.len())));
        }
    }
    Ok(builder.project(outputs)?.build()?)
}

/// The call, with its arguments put among the prepared columns.
fn lower_call(
    call: &AggregateCall,
    index: usize,
    prepared: &mut Vec<DfExpr>,
) -> Result<DfExpr, QueryError> {
    let mut args = Vec::new();
    for (position, arg) in call.args.iter().enumerate() {
        let column = format!("a{index}_{position}");
        prepared.push(lower(arg)?.alias(&column));
        args.push(named(column));
    }
    let filter = match &call.filter {
        Some(test) => {
            let column = format!("f{index}");
            prepared.push(predicate(test)?.alias(&column));
            Some(Box::new(named(column)))
        }
        None => None,
    };
    let function = function(call)?;
    if call.function == F::Count {
        args = vec![lit(1_i64)];
    }
    Ok(DfExpr::AggregateFunction(AggregateFunction::new_udf(
        function,
        args,
        false,
        filter,
        Vec::new(),
        None,
    )))
}

/// The engine's function where it means the same, else ours.
fn function(call: &AggregateCall) -> Result<Arc<AggregateUDF>, QueryError> {
    let types: Vec<Type> = call.args.iter().map(|arg| arg.ty).collect();
    if types.contains(&Type::Decimal) {
        return Err(QueryError::Unsupported("an aggregate of decimals".to_owned()));
    }
    let simple = matches!(
        types.as_slice(),
        [Type::Int | Type::Long | Type::DateTime | Type::TimeSpan | Type::String]
    );
    Ok(match call.function {
        F::Count => count::count_udaf(),
        F::DCount | F::CountDistinct if simple => Arc::new(count_different()),
        F::Min if simple && types != [Type::String] => min_max::min_udaf(),
        F::Max if simple && types != [Type::String] => min_max::max_udaf(),
        function => {
            let gathering = Gathering {
                function,
                parameter: parameter(call)?,
                types,
                outputs: call.outputs.clone(),
            };
            Arc::new(gathering.udf())
        }
    })
}

/// The largest size, or the percentile in millionths; the accuracy of a count is not needed.
pub(crate) fn parameter(call: &AggregateCall) -> Result<Option<i64>, QueryError> {
    let percentile = matches!(call.function, F::Percentile | F::PercentileWeighted);
    Ok(match (&call.parameter, call.function) {
        (_, F::DCount | F::Hll) | (None, _) => None,
        (Some(Literal::Int(number)), _) if percentile => Some(i64::from(*number) * 1_000_000),
        (Some(Literal::Long(number)), _) if percentile => number.checked_mul(1_000_000),
        (Some(Literal::Real(number)), _) if percentile => {
            crate::value::real_to_long((number * 1e6).round())
        }
        (Some(Literal::Int(number)), _) => Some(i64::from(*number)),
        (Some(Literal::Long(number)), _) => Some(*number),
        (Some(other), _) => {
            return Err(QueryError::Argument(format!(
                "{other:?} as the parameter of an aggregate"
            )));
        }
    })
}
