//! Sealed files: rows of one table and one day, sorted by device and time, in Parquet, with an index beside.
//!
//! A file is written under a temporary name, made durable and only then given its own name. It exists for
//! queries when the catalogue says so; any other file in the folder is left over and removed at the start.

mod merge;
mod writer;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::value::UNIX_EPOCH_TICKS;
use bartizan_model::{Table, TenantId};
use bartizan_store::TelemetryFile;
use datafusion::arrow::array::{
    ArrayRef, AsArray, Int64Array, RecordBatch, TimestampNanosecondArray, UInt32Array,
};
use datafusion::arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take};
use datafusion::arrow::datatypes::{Int64Type, TimestampNanosecondType};
use datafusion::arrow::error::ArrowError;

use crate::rows::{columns_of, hot_schema, stored_schema};
use crate::{TelemetryError, index};

pub(crate) use merge::merge;
use writer::FileWriter;

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

/// Seals rows from memory: one file for each day they are of.
pub(crate) fn seal(
    folder: &Path,
    key: (TenantId, Table),
    batches: &[RecordBatch],
) -> Result<Vec<TelemetryFile>, TelemetryError> {
    let columns = |source| TelemetryError::Columns { doing: "preparing rows to seal", source };
    let rows = stored_rows(key.1, batches).map_err(columns)?;
    let mut files = Vec::new();
    for (day, rows) in by_day(&rows).map_err(columns)? {
        let mut file = FileWriter::create(folder, key, day)?;
        file.write(&rows)?;
        files.push(file.finish()?);
    }
    Ok(files)
}

/// Removes the files in the folder that the catalogue does not know. Returns how many.
pub(crate) fn remove_strays(
    folder: &Path,
    known: &HashSet<PathBuf>,
) -> Result<usize, TelemetryError> {
    let mut removed = 0;
    for entry in fs::read_dir(folder).map_err(|source| failed("reading", folder, source))? {
        let path = entry.map_err(|source| failed("reading", folder, source))?.path();
        if path.is_dir() {
            removed += remove_strays(&path, known)?;
        } else if !known.contains(&path) {
            fs::remove_file(&path).map_err(|source| failed("removing", &path, source))?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Removes a file that no query reads any more, and its index; one that is gone already is no trouble.
pub(crate) fn remove(path: &Path) -> Result<(), TelemetryError> {
    for path in [path.to_owned(), index::path_of(path)] {
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(failed("removing", &path, source));
            }
            _ => {}
        }
    }
    Ok(())
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> TelemetryError {
    TelemetryError::File { doing, path: path.display().to_string(), source }
}

/// The rows with their times as times.
fn stored_rows(table: Table, batches: &[RecordBatch]) -> Result<RecordBatch, ArrowError> {
    let definition = table.definition();
    let all = concat_batches(&hot_schema(definition), batches)?;
    let types = columns_of(definition);
    let columns = all.columns().iter().zip(types).map(|(array, (_, ty))| {
        if ty == Type::DateTime { time_of_ticks(array) } else { array.clone() }
    });
    RecordBatch::try_new(stored_schema(definition), columns.collect())
}

fn time_of_ticks(array: &ArrayRef) -> ArrayRef {
    let ticks: &Int64Array = array.as_primitive::<Int64Type>();
    let nanos: TimestampNanosecondArray =
        ticks.unary(|ticks| (ticks - UNIX_EPOCH_TICKS).saturating_mul(100));
    Arc::new(nanos.with_timezone("UTC"))
}

/// The rows of each day, sorted by device and time.
fn by_day(rows: &RecordBatch) -> Result<Vec<(i64, RecordBatch)>, ArrowError> {
    let times = times_of(rows);
    let day_of = |row: u32| {
        let nanos = times.map_or(0, |times| times.value(usize::try_from(row).unwrap_or_default()));
        nanos.div_euclid(NANOS_PER_DAY)
    };
    let mut sort = Vec::new();
    for name in ["DeviceId", "Timestamp"] {
        if let Some(values) = rows.column_by_name(name) {
            sort.push(SortColumn { values: values.clone(), options: None });
        }
    }
    let sorted: Vec<u32> = lexsort_to_indices(&sort, None)?.values().to_vec();
    let mut days: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    for row in sorted {
        days.entry(day_of(row)).or_default().push(row);
    }
    days.into_iter()
        .map(|(day, indices)| {
            let indices = UInt32Array::from(indices);
            let columns: Result<Vec<ArrayRef>, ArrowError> =
                rows.columns().iter().map(|column| take(column, &indices, None)).collect();
            Ok((day, RecordBatch::try_new(rows.schema(), columns?)?))
        })
        .collect()
}

fn times_of(rows: &RecordBatch) -> Option<&TimestampNanosecondArray> {
    rows.column_by_name("Timestamp")?.as_primitive_opt::<TimestampNanosecondType>()
}
