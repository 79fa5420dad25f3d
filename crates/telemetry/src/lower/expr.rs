//! Scalar expressions: what the engine can do by itself with the language's meaning is given to it, so
//! that it can skip files and columns; everything else is worked out row by row.

use std::collections::HashMap;
use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::function::Function;
use bartizan_kql::plan::{Expr, ExprKind, ListTest};
use bartizan_kql::value::{Dynamic, Literal};
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr as DfExpr, lit};

use super::column;
use crate::QueryError;
use crate::column::{arrow_type, constant};
use crate::function::{RowFunction, Work};
use crate::scalar::Scalar;

/// The longest list that is compared member by member.
const MAX_INLINE_LIST: usize = 1_000;

/// The columns that a row-wise expression reads, each once.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    places: HashMap<usize, usize>,
    columns: Vec<(usize, Type)>,
}

impl Inputs {
    /// Makes an expression ready, over the places of these inputs.
    pub(super) fn scalar(&mut self, expr: &Expr) -> Result<Scalar, QueryError> {
        self.note(expr);
        let places = &self.places;
        let scalar =
            Scalar::new(expr, &mut |index| places.get(&index).copied().unwrap_or(usize::MAX));
        Ok(scalar?)
    }

    fn note(&mut self, expr: &Expr) {
        if let ExprKind::Column(index) = expr.kind {
            let next = self.columns.len();
            if *self.places.entry(index).or_insert(next) == next {
                self.columns.push((index, expr.ty));
            }
        }
        expr.children().into_iter().for_each(|child| self.note(child));
    }

    /// The call over these inputs.
    pub(super) fn call(self, work: Work, returns: DataType, key: String) -> DfExpr {
        let mut args: Vec<DfExpr> = self.columns.iter().map(|(index, _)| column(*index)).collect();
        let mut types: Vec<Type> = self.columns.iter().map(|(_, ty)| *ty).collect();
        if args.is_empty() {
            // The engine calls functions without arguments once; these are called for each row.
            args.push(lit(true));
            types.push(Type::Bool);
        }
        let key = format!("{key} {:?}", self.columns);
        let function = RowFunction::udf(work, types, returns, key);
        DfExpr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), args))
    }
}

/// An expression whose value matters.
pub(super) fn lower(expr: &Expr) -> Result<DfExpr, QueryError> {
    match &expr.kind {
        ExprKind::Column(index) => return Ok(column(*index)),
        ExprKind::Literal(literal) => return Ok(lit(constant(literal, expr.ty))),
        ExprKind::Call { function, args } => {
            if let Some(native) = native(*function, args, false)? {
                return Ok(native);
            }
        }
        _ => {}
    }
    row_wise(expr)
}

/// A condition of which only "true" matters, so that null is as good as false.
pub(super) fn predicate(expr: &Expr) -> Result<DfExpr, QueryError> {
    match &expr.kind {
        ExprKind::Call { function: Function::And, args } => {
            let [left, right] = pair(args)?;
            Ok(predicate(left)?.and(predicate(right)?))
        }
        ExprKind::Call { function: Function::Or, args } => {
            let [left, right] = pair(args)?;
            Ok(predicate(left)?.or(predicate(right)?))
        }
        ExprKind::Call { function, args } => match native(*function, args, true)? {
            Some(native) => Ok(native),
            None => row_wise(expr),
        },
        ExprKind::ListTest { test: ListTest::In, value, list } => match native_in(value, list)? {
            Some(native) => Ok(native),
            None => row_wise(expr),
        },
        _ => lower(expr),
    }
}

fn pair(args: &[Expr]) -> Result<[&Expr; 2], QueryError> {
    match args {
        [left, right] => Ok([left, right]),
        _ => Err(QueryError::Unsupported("an operator with other than two operands".to_owned())),
    }
}

fn row_wise(expr: &Expr) -> Result<DfExpr, QueryError> {
    let mut inputs = Inputs::default();
    let scalar = inputs.scalar(expr)?;
    if let Scalar::Constant(literal) = &scalar {
        return Ok(lit(constant(literal, expr.ty)));
    }
    if inputs.columns.is_empty() {
        // All its parts are constant, so what kept it from being one is an error for every row.
        scalar.value(&[])?;
    }
    let key = format!("{expr:?}");
    Ok(inputs.call(Work::Value { scalar, ty: expr.ty }, arrow_type(expr.ty), key))
}

/// Types that the engine compares as the language does.
const fn compares_natively(ty: Type) -> bool {
    matches!(
        ty,
        Type::Bool
            | Type::Int
            | Type::Long
            | Type::DateTime
            | Type::TimeSpan
            | Type::String
            | Type::Guid
    )
}

/// The engine's own form of a call, if it means the same. With `loose`, null may stand for false.
fn native(function: Function, args: &[Expr], loose: bool) -> Result<Option<DfExpr>, QueryError> {
    use Function as F;
    Ok(Some(match (function, args) {
        (F::And, [left, right]) => lower(left)?.and(lower(right)?),
        (F::Or, [left, right]) => lower(left)?.or(lower(right)?),
        (F::Not, [inner]) => DfExpr::Not(Box::new(lower(inner)?)),
        (F::IsEmpty, [text]) if text.ty == Type::String => lower(text)?.eq(lit("")),
        (F::IsNotEmpty, [text]) if text.ty == Type::String => lower(text)?.not_eq(lit("")),
        (F::IsNull, [value]) if is_plain(value.ty) => lower(value)?.is_null(),
        (F::IsNotNull, [value]) if is_plain(value.ty) => lower(value)?.is_not_null(),
        (F::Less | F::LessOrEqual | F::Greater | F::GreaterOrEqual, [left, right])
            if left.ty == right.ty && compares_natively(left.ty) =>
        {
            let (left, right) = (lower(left)?, lower(right)?);
            match function {
                F::Less => left.lt(right),
                F::LessOrEqual => left.lt_eq(right),
                F::Greater => left.gt(right),
                _ => left.gt_eq(right),
            }
        }
        (F::Between, [value, low, high])
            if value.ty == low.ty && value.ty == high.ty && compares_natively(value.ty) =>
        {
            let lowered = lower(value)?;
            lowered.clone().gt_eq(lower(low)?).and(lowered.lt_eq(lower(high)?))
        }
        (F::Equal | F::NotEqual, [left, right])
            if left.ty == right.ty && compares_natively(left.ty) =>
        {
            let never_null = left.ty == Type::String;
            let equal = lower(left)?.eq(lower(right)?);
            match (function, never_null || (loose && function == F::Equal)) {
                (F::Equal, true) => equal,
                (_, true) => lower(left)?.not_eq(lower(right)?),
                _ => return equality(function, left, right),
            }
        }
        _ => return Ok(None),
    }))
}

/// Types whose null the engine holds as null and nothing else.
const fn is_plain(ty: Type) -> bool {
    matches!(
        ty,
        Type::Bool
            | Type::Int
            | Type::Long
            | Type::Real
            | Type::DateTime
            | Type::TimeSpan
            | Type::Guid
    )
}

/// `==` and `!=` where null can occur: false and true when one side is null; with a constant side that is
/// all there is to it, else it is left to the row-wise form.
fn equality(function: Function, left: &Expr, right: &Expr) -> Result<Option<DfExpr>, QueryError> {
    let is_value =
        |expr: &Expr| matches!(&expr.kind, ExprKind::Literal(literal) if *literal != Literal::Null);
    if !is_value(left) && !is_value(right) {
        return Ok(None);
    }
    let equal = lower(left)?.eq(lower(right)?);
    Ok(Some(if function == Function::Equal { equal.is_true() } else { equal.is_not_true() }))
}

/// `in` as the engine's own test, where only "true" matters and the members are constants.
fn native_in(value: &Expr, list: &[Expr]) -> Result<Option<DfExpr>, QueryError> {
    if !compares_natively(value.ty) || value.ty == Type::Guid || list.len() > MAX_INLINE_LIST {
        return Ok(None);
    }
    let mut members = Vec::with_capacity(list.len());
    for member in list {
        match &member.kind {
            ExprKind::Literal(Literal::Null) => {}
            ExprKind::Literal(literal) if member.ty == value.ty => {
                members.push(lit(constant(literal, member.ty)));
            }
            ExprKind::Literal(Literal::Dynamic(Dynamic::Array(items)))
                if value.ty == Type::String =>
            {
                for item in items {
                    let Dynamic::String(text) = item else { return Ok(None) };
                    members.push(lit(text.as_str()));
                }
            }
            _ => return Ok(None),
        }
    }
    if members.is_empty() {
        return Ok(Some(lit(false)));
    }
    Ok(Some(lower(value)?.in_list(members, false)))
}
