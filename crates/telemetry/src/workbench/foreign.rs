//! Parquet files that others wrote: which type of the language each column is, and its values as we hold them.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::time::{TICKS_PER_DAY, TICKS_PER_SECOND, parse_datetime, parse_timespan};
use bartizan_kql::value::UNIX_EPOCH_TICKS;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeBinaryArray, Int64Array, StringArray, StringBuilder,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::{DataFusionError, Result as DfResult};
use datafusion::datasource::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::prelude::SessionContext;

use super::WorkbenchError;

/// A Parquet file, or a folder of them, with its columns.
pub(super) async fn open(
    path: &Path,
    known: Option<Vec<(String, Type)>>,
) -> Result<(Arc<dyn TableProvider>, Vec<(String, Type)>), WorkbenchError> {
    let failed = |source| WorkbenchError::Parquet { path: path.display().to_string(), source };
    let absolute = path
        .canonicalize()
        .map_err(|source| WorkbenchError::File { path: path.display().to_string(), source })?;
    let mut text = absolute.to_string_lossy().into_owned();
    if absolute.is_dir() {
        text.push('/');
    }
    let url = ListingTableUrl::parse(&text).map_err(failed)?;
    let options =
        ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let session = SessionContext::new().state();
    let schema = options.infer_schema(&session, &url).await.map_err(failed)?;
    let config =
        ListingTableConfig::new(url).with_listing_options(options).with_schema(schema.clone());
    let table = ListingTable::try_new(config).map_err(failed)?;
    let mut columns = known.unwrap_or_default();
    for (name, ty) in &columns {
        if let Ok(field) = schema.field_with_name(name)
            && !converts(field.data_type(), *ty)
        {
            return Err(failed(DataFusionError::Plan(format!(
                "the column {name} is {}, and a {ty} is needed",
                field.data_type()
            ))));
        }
    }
    for field in schema.fields() {
        if columns.iter().all(|(name, _)| name != field.name()) {
            columns.push((field.name().clone(), type_of(field.data_type())));
        }
    }
    Ok((Arc::new(table), columns))
}

/// The type of the language that holds an Arrow type.
fn type_of(arrow: &DataType) -> Type {
    match arrow {
        DataType::Boolean => Type::Bool,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => {
            Type::Int
        }
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => Type::Long,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => Type::Real,
        DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => Type::Decimal,
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => Type::DateTime,
        DataType::Duration(_) | DataType::Time32(_) | DataType::Time64(_) => Type::TimeSpan,
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::FixedSizeList(..)
        | DataType::Struct(_)
        | DataType::Map(..) => Type::Dynamic,
        DataType::Dictionary(_, value) => type_of(value),
        _ => Type::String,
    }
}

/// Whether a column of this Arrow type can be read as the type.
fn converts(arrow: &DataType, ty: Type) -> bool {
    let natural = type_of(arrow);
    natural == ty
        || natural == Type::String
        || ty == Type::String
        || ty == Type::Dynamic
        || (natural.is_number() && ty.is_number())
        || (natural.is_integer() && ty == Type::Bool)
}

/// The values of a foreign column as we hold this type.
pub(crate) fn held(array: &ArrayRef, ty: Type) -> DfResult<ArrayRef> {
    let array = match array.data_type() {
        DataType::Dictionary(_, value) => cast(array, value)?,
        _ => array.clone(),
    };
    Ok(match ty {
        Type::Bool => cast(&array, &DataType::Boolean)?,
        Type::Int => cast(&array, &DataType::Int32)?,
        Type::Long => cast(&array, &DataType::Int64)?,
        Type::Real => cast(&array, &DataType::Float64)?,
        Type::DateTime => ticks_of_times(&array)?,
        Type::TimeSpan => ticks_of_lengths(&array)?,
        Type::String => text(&array, true)?,
        Type::Decimal | Type::Guid | Type::Dynamic => text(&array, false)?,
    })
}

fn ticks_of_times(array: &ArrayRef) -> DfResult<ArrayRef> {
    let scaled = |ticks: i64, factor: i64| {
        ticks.checked_mul(factor).and_then(|ticks| ticks.checked_add(UNIX_EPOCH_TICKS))
    };
    let ticks: Int64Array = match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => array
            .as_primitive::<TimestampSecondType>()
            .unary_opt(|value| scaled(value, TICKS_PER_SECOND)),
        DataType::Timestamp(TimeUnit::Millisecond, _) => array
            .as_primitive::<TimestampMillisecondType>()
            .unary_opt(|value| scaled(value, 10_000)),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            array.as_primitive::<TimestampMicrosecondType>().unary_opt(|value| scaled(value, 10))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => array
            .as_primitive::<TimestampNanosecondType>()
            .unary_opt(|value| scaled(value.div_euclid(100), 1)),
        DataType::Date32 => array
            .as_primitive::<Date32Type>()
            .unary_opt(|days| scaled(i64::from(days), TICKS_PER_DAY)),
        DataType::Date64 => {
            return ticks_of_times(&cast(
                array,
                &DataType::Timestamp(TimeUnit::Millisecond, None),
            )?);
        }
        _ => {
            let text = text(array, false)?;
            text.as_string::<i32>().iter().map(|text| text.and_then(parse_datetime)).collect()
        }
    };
    Ok(Arc::new(ticks))
}

fn ticks_of_lengths(array: &ArrayRef) -> DfResult<ArrayRef> {
    let ticks: Int64Array = match array.data_type() {
        DataType::Duration(TimeUnit::Second) => array
            .as_primitive::<DurationSecondType>()
            .unary_opt(|value| value.checked_mul(TICKS_PER_SECOND)),
        DataType::Duration(TimeUnit::Millisecond) => array
            .as_primitive::<DurationMillisecondType>()
            .unary_opt(|value| value.checked_mul(10_000)),
        DataType::Duration(TimeUnit::Microsecond) => {
            array.as_primitive::<DurationMicrosecondType>().unary_opt(|value| value.checked_mul(10))
        }
        DataType::Duration(TimeUnit::Nanosecond) => {
            array.as_primitive::<DurationNanosecondType>().unary(|value| value.div_euclid(100))
        }
        DataType::Time32(_) | DataType::Time64(_) => {
            let nanos = cast(array, &DataType::Time64(TimeUnit::Nanosecond))?;
            let nanos = cast(&nanos, &DataType::Int64)?;
            nanos
                .as_primitive::<datafusion::arrow::datatypes::Int64Type>()
                .unary(|value| value.div_euclid(100))
        }
        _ => {
            let text = text(array, false)?;
            text.as_string::<i32>().iter().map(|text| text.and_then(parse_timespan)).collect()
        }
    };
    Ok(Arc::new(ticks))
}

/// Any column as text; nested values as JSON. An absent text is empty where nulls are no texts.
fn text(array: &ArrayRef, null_is_empty: bool) -> DfResult<ArrayRef> {
    let texts = match array.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => cast(array, &DataType::Utf8)?,
        DataType::FixedSizeBinary(16) => uuids(array),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {
            let bytes = cast(array, &DataType::Binary)?;
            let texts: StringArray = bytes
                .as_binary::<i32>()
                .iter()
                .map(|bytes| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
                .collect();
            Arc::new(texts)
        }
        nested if nested.is_nested() => nested_texts(array)?,
        _ => cast(array, &DataType::Utf8)?,
    };
    if !null_is_empty || texts.null_count() == 0 {
        return Ok(texts);
    }
    let filled: StringArray =
        texts.as_string::<i32>().iter().map(|text| Some(text.unwrap_or_default())).collect();
    Ok(Arc::new(filled))
}

fn uuids(array: &ArrayRef) -> ArrayRef {
    let text = |bytes: Option<&[u8]>| {
        bytes.and_then(|bytes| uuid::Uuid::from_slice(bytes).ok()).map(|id| id.to_string())
    };
    let texts: StringArray = match array.as_any().downcast_ref::<FixedSizeBinaryArray>() {
        Some(array) => array.iter().map(text).collect(),
        None => StringArray::new_null(array.len()),
    };
    Arc::new(texts)
}

fn nested_texts(array: &ArrayRef) -> DfResult<ArrayRef> {
    let mut builder = StringBuilder::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
            continue;
        }
        let mut json = String::new();
        write_json(array, row, &mut json)?;
        builder.append_value(json);
    }
    Ok(Arc::new(builder.finish()))
}

fn write_json(array: &ArrayRef, row: usize, out: &mut String) -> DfResult<()> {
    if array.is_null(row) {
        out.push_str("null");
        return Ok(());
    }
    match array.data_type() {
        DataType::Struct(fields) => {
            out.push('{');
            let values = array.as_struct();
            for (index, field) in fields.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(field.name(), out);
                out.push(':');
                write_json(values.column(index), row, out)?;
            }
            out.push('}');
        }
        DataType::List(_) => write_list(&array.as_list::<i32>().value(row), out)?,
        DataType::LargeList(_) => write_list(&array.as_list::<i64>().value(row), out)?,
        DataType::FixedSizeList(..) => write_list(&array.as_fixed_size_list().value(row), out)?,
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (names, values) = (text(entries.column(0), true)?, entries.column(1));
            out.push('{');
            for entry in 0..names.len() {
                if entry > 0 {
                    out.push(',');
                }
                write_text(names.as_string::<i32>().value(entry), out);
                out.push(':');
                write_json(values, entry, out)?;
            }
            out.push('}');
        }
        plain => {
            let options = FormatOptions::default();
            let shown = ArrayFormatter::try_new(array.as_ref(), &options)?.value(row).to_string();
            if plain.is_numeric() || *plain == DataType::Boolean {
                out.push_str(&shown);
            } else {
                write_text(&shown, out);
            }
        }
    }
    Ok(())
}

fn write_list(items: &ArrayRef, out: &mut String) -> DfResult<()> {
    out.push('[');
    for row in 0..items.len() {
        if row > 0 {
            out.push(',');
        }
        write_json(items, row, out)?;
    }
    out.push(']');
    Ok(())
}

fn write_text(text: &str, out: &mut String) {
    let json = serde_json::Value::String(text.to_owned());
    if write!(out, "{json}").is_err() {
        out.push_str("\"\"");
    }
}
