//! Values of the query language as columns of Arrow arrays, there and back.
//!
//! Points and lengths of time are ticks in 64 bits, texts are never null, dynamic values are JSON text.

use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::value::Literal;
use datafusion::arrow::array::{
    Array, ArrayRef, BooleanArray, BooleanBuilder, Float64Array, Float64Builder, Int32Array,
    Int32Builder, Int64Array, Int64Builder, StringArray, StringBuilder, StringViewArray,
};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result as DfResult, ScalarValue};

use crate::value;

/// How a type is held in a column.
pub(crate) const fn arrow_type(ty: Type) -> DataType {
    match ty {
        Type::Bool => DataType::Boolean,
        Type::Int => DataType::Int32,
        Type::Long | Type::DateTime | Type::TimeSpan => DataType::Int64,
        Type::Real => DataType::Float64,
        Type::Decimal | Type::String | Type::Guid | Type::Dynamic => DataType::Utf8,
    }
}

/// A constant as the engine holds it.
pub(crate) fn constant(literal: &Literal, ty: Type) -> ScalarValue {
    match (literal, ty) {
        (Literal::Null, Type::String) => ScalarValue::Utf8(Some(String::new())),
        (Literal::Null, Type::Bool) => ScalarValue::Boolean(None),
        (Literal::Null, Type::Int) => ScalarValue::Int32(None),
        (Literal::Null, Type::Long | Type::DateTime | Type::TimeSpan) => ScalarValue::Int64(None),
        (Literal::Null, Type::Real) => ScalarValue::Float64(None),
        (Literal::Null, Type::Decimal | Type::Guid | Type::Dynamic) => ScalarValue::Utf8(None),
        (Literal::Bool(value), _) => ScalarValue::Boolean(Some(*value)),
        (Literal::Int(value), Type::Long) => ScalarValue::Int64(Some(i64::from(*value))),
        (Literal::Int(value), _) => ScalarValue::Int32(Some(*value)),
        (Literal::Long(value) | Literal::DateTime(value) | Literal::TimeSpan(value), _) => {
            ScalarValue::Int64(Some(*value))
        }
        (Literal::Real(value), _) => ScalarValue::Float64(Some(*value)),
        (Literal::Decimal(text) | Literal::String(text) | Literal::Guid(text), _) => {
            ScalarValue::Utf8(Some(text.clone()))
        }
        (Literal::Dynamic(bartizan_kql::value::Dynamic::Null), _) => ScalarValue::Utf8(None),
        (Literal::Dynamic(dynamic), _) => ScalarValue::Utf8(Some(dynamic.to_json())),
    }
}

/// A column to read from.
#[derive(Debug)]
pub(crate) enum Cells<'a> {
    Bool(&'a BooleanArray),
    Int(&'a Int32Array),
    Long(&'a Int64Array),
    Real(&'a Float64Array),
    Text(&'a StringArray),
    View(&'a StringViewArray),
}

impl<'a> Cells<'a> {
    pub(crate) fn of(array: &'a ArrayRef) -> DfResult<Self> {
        let any = array.as_any();
        let cells = match array.data_type() {
            DataType::Boolean => any.downcast_ref().map(Self::Bool),
            DataType::Int32 => any.downcast_ref().map(Self::Int),
            DataType::Int64 => any.downcast_ref().map(Self::Long),
            DataType::Float64 => any.downcast_ref().map(Self::Real),
            DataType::Utf8 => any.downcast_ref().map(Self::Text),
            DataType::Utf8View => any.downcast_ref().map(Self::View),
            _ => None,
        };
        cells.ok_or_else(|| {
            DataFusionError::Internal(format!("a column of type {}", array.data_type()))
        })
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Bool(array) => array.is_null(row),
            Self::Int(array) => array.is_null(row),
            Self::Long(array) => array.is_null(row),
            Self::Real(array) => array.is_null(row),
            Self::Text(array) => array.is_null(row),
            Self::View(array) => array.is_null(row),
        }
    }

    /// The text in a row; the empty text for null.
    pub(crate) fn text(&self, row: usize) -> &'a str {
        match self {
            Self::Text(array) if array.is_valid(row) => array.value(row),
            Self::View(array) if array.is_valid(row) => array.value(row),
            _ => "",
        }
    }

    /// The value in a row, as this type.
    pub(crate) fn value(&self, row: usize, ty: Type) -> Literal {
        if self.is_null(row) {
            return Literal::null_of(ty);
        }
        match self {
            Self::Bool(array) => Literal::Bool(array.value(row)),
            Self::Int(array) => Literal::Int(array.value(row)),
            Self::Long(array) => match ty {
                Type::DateTime => Literal::DateTime(array.value(row)),
                Type::TimeSpan => Literal::TimeSpan(array.value(row)),
                _ => Literal::Long(array.value(row)),
            },
            Self::Real(array) => Literal::Real(array.value(row)),
            Self::Text(_) | Self::View(_) => text_value(self.text(row), ty),
        }
    }
}

fn text_value(text: &str, ty: Type) -> Literal {
    match ty {
        Type::Dynamic => value::parse_json(text).map_or_else(
            || Literal::Dynamic(bartizan_kql::value::Dynamic::String(text.to_owned())),
            value::dynamic_value,
        ),
        Type::Guid => Literal::Guid(text.to_owned()),
        Type::Decimal => Literal::Decimal(text.to_owned()),
        _ => Literal::String(text.to_owned()),
    }
}

/// A column to write to.
#[derive(Debug)]
pub(crate) enum Builder {
    Bool(BooleanBuilder),
    Int(Int32Builder),
    Long(Int64Builder),
    Real(Float64Builder),
    Text(StringBuilder, Type),
}

impl Builder {
    pub(crate) fn new(ty: Type, rows: usize) -> Self {
        match ty {
            Type::Bool => Self::Bool(BooleanBuilder::with_capacity(rows)),
            Type::Int => Self::Int(Int32Builder::with_capacity(rows)),
            Type::Long | Type::DateTime | Type::TimeSpan => {
                Self::Long(Int64Builder::with_capacity(rows))
            }
            Type::Real => Self::Real(Float64Builder::with_capacity(rows)),
            Type::Decimal | Type::String | Type::Guid | Type::Dynamic => {
                Self::Text(StringBuilder::with_capacity(rows, rows * 8), ty)
            }
        }
    }

    pub(crate) fn push(&mut self, literal: &Literal) -> DfResult<()> {
        match (self, literal) {
            (Self::Bool(builder), Literal::Bool(value)) => builder.append_value(*value),
            (Self::Bool(builder), Literal::Null) => builder.append_null(),
            (Self::Int(builder), Literal::Int(value)) => builder.append_value(*value),
            (Self::Int(builder), Literal::Null) => builder.append_null(),
            (Self::Long(builder), Literal::Int(value)) => builder.append_value(i64::from(*value)),
            (
                Self::Long(builder),
                Literal::Long(value) | Literal::DateTime(value) | Literal::TimeSpan(value),
            ) => builder.append_value(*value),
            (Self::Long(builder), Literal::Null) => builder.append_null(),
            (Self::Real(builder), Literal::Null) => builder.append_null(),
            (Self::Real(builder), literal) => builder.append_option(value::to_real(literal)),
            (Self::Text(builder, Type::String), Literal::Null) => builder.append_value(""),
            (Self::Text(builder, _), Literal::Null) => builder.append_null(),
            (
                Self::Text(builder, _),
                Literal::String(text) | Literal::Guid(text) | Literal::Decimal(text),
            ) => {
                builder.append_value(text);
            }
            (Self::Text(builder, _), Literal::Dynamic(dynamic)) => {
                builder.append_value(dynamic.to_json());
            }
            (_, literal) => {
                return Err(DataFusionError::Internal(format!(
                    "{literal:?} in a column of another type"
                )));
            }
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::Long(builder) => Arc::new(builder.finish()),
            Self::Real(builder) => Arc::new(builder.finish()),
            Self::Text(builder, _) => Arc::new(builder.finish()),
        }
    }
}

/// Literals as one column.
pub(crate) fn array_of<'a>(
    literals: impl ExactSizeIterator<Item = &'a Literal>,
    ty: Type,
) -> DfResult<ArrayRef> {
    let mut builder = Builder::new(ty, literals.len());
    for literal in literals {
        builder.push(literal)?;
    }
    Ok(builder.finish())
}
