//! An answer as a Parquet file that other programs read: times as times, dynamic values as JSON text.

use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::value::{Literal, UNIX_EPOCH_TICKS};
use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, TimestampNanosecondArray};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, TimeUnit};
use datafusion::arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::Value as Json;

use crate::TelemetryError;
use crate::column::{Builder, arrow_type};
use crate::value;

/// The columns and rows of an answer, in their JSON form, as a Parquet file.
///
/// # Errors
/// When they do not fit together, or cannot be written.
pub fn parquet_of(columns: &[Json], rows: &[Json]) -> Result<Vec<u8>, TelemetryError> {
    let batch = batch_of(columns, rows)
        .map_err(|source| TelemetryError::Columns { doing: "collecting the answer", source })?;
    let failed = |source| TelemetryError::Parquet {
        doing: "writing",
        path: "the answer".to_owned(),
        source: Box::new(source),
    };
    let level = ZstdLevel::try_new(3).map_err(failed)?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
    let mut writer =
        ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    writer.into_inner().map_err(failed)
}

fn batch_of(columns: &[Json], rows: &[Json]) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        let text = |key: &str| column.get(key).and_then(Json::as_str).unwrap_or_default();
        let ty = Type::from_name(text("type")).unwrap_or(Type::String);
        let mut builder = Builder::new(ty, rows.len());
        for row in rows {
            let literal = literal_of(row.get(index).unwrap_or(&Json::Null), ty);
            builder.push(&literal).map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
        }
        let (array, arrow) = shown(builder.finish(), ty);
        fields.push(Field::new(text("name"), arrow, true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

fn literal_of(json: &Json, ty: Type) -> Literal {
    let dynamic = value::parse_json(&json.to_string());
    match (dynamic, ty) {
        (None, ty) => Literal::null_of(ty),
        (Some(dynamic), Type::Dynamic) => value::dynamic_value(dynamic),
        (Some(dynamic), ty) => value::convert(&value::dynamic_value(dynamic), ty),
    }
}

/// Times within the reach of nanoseconds as times; the others are null there.
fn shown(array: ArrayRef, ty: Type) -> (ArrayRef, DataType) {
    if ty != Type::DateTime {
        return (array, arrow_type(ty));
    }
    let nanos: TimestampNanosecondArray = array
        .as_primitive::<Int64Type>()
        .iter()
        .map(|ticks| ticks.and_then(|ticks| ticks.checked_sub(UNIX_EPOCH_TICKS)?.checked_mul(100)))
        .collect();
    let arrow = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    (Arc::new(nanos.with_timezone("UTC")), arrow)
}
