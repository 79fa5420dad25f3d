//! Rows of the engine as rows of an answer, in the encodings of the language.

use bartizan_kql::plan::Column;
use bartizan_kql::time::{format_datetime, format_timespan};
use bartizan_kql::value::Literal;
use datafusion::arrow::array::RecordBatch;
use serde_json::Value as Json;

use super::{QueryColumn, QueryResult, QueryStats};
use crate::QueryError;
use crate::column::Cells;
use crate::value::{json_value, real_json};

/// The answer of these rows, cut off where it has too many bytes.
pub(super) fn of(
    columns: &[Column],
    batches: &[RecordBatch],
    most_bytes: usize,
) -> Result<QueryResult, QueryError> {
    let mut rows = Vec::new();
    let mut bytes = 0;
    let mut truncated = false;
    'batches: for batch in batches {
        let cells: Result<Vec<_>, _> = batch.columns().iter().map(Cells::of).collect();
        let cells = cells?;
        for row in 0..batch.num_rows() {
            let values = columns.iter().zip(&cells).map(|(column, cells)| {
                let literal = cells.value(row, column.ty);
                bytes += size(&literal);
                json(&literal)
            });
            rows.push(values.collect());
            if bytes > most_bytes {
                truncated = true;
                break 'batches;
            }
        }
    }
    let columns = columns
        .iter()
        .map(|column| QueryColumn { name: column.name.clone(), ty: column.ty.name() })
        .collect();
    Ok(QueryResult { columns, rows, truncated, stats: QueryStats::default(), render: None })
}

fn json(literal: &Literal) -> Json {
    match literal {
        Literal::Null => Json::Null,
        Literal::Bool(value) => Json::Bool(*value),
        Literal::Int(value) => Json::from(*value),
        Literal::Long(value) => Json::from(*value),
        Literal::Real(value) => real_json(*value),
        Literal::Decimal(text) | Literal::String(text) | Literal::Guid(text) => {
            Json::String(text.clone())
        }
        Literal::DateTime(ticks) => Json::String(short_time(*ticks)),
        Literal::TimeSpan(ticks) => Json::String(format_timespan(*ticks)),
        Literal::Dynamic(dynamic) => json_value(dynamic),
    }
}

/// A time without the zeros at the end of its fraction.
fn short_time(ticks: i64) -> String {
    let text = format_datetime(ticks);
    let plain = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    format!("{plain}Z")
}

fn size(literal: &Literal) -> usize {
    match literal {
        Literal::String(text) | Literal::Guid(text) => text.len(),
        Literal::Dynamic(dynamic) => dynamic.to_json().len(),
        _ => 8,
    }
}
