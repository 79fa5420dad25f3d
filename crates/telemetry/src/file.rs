//! Sealed files: rows of one table and one day, sorted by device and time, in Parquet.
//!
//! A file is written under a temporary name, made durable and only then given its own name. It exists for
//! queries when the catalogue says so; any other file in the folder is left over and removed at the start.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::time::civil_from_days;
use bartizan_kql::value::UNIX_EPOCH_TICKS;
use bartizan_model::{Table, TenantId, Timestamp};
use bartizan_store::TelemetryFile;
use datafusion::arrow::array::{
    ArrayRef, AsArray, Int64Array, RecordBatch, TimestampNanosecondArray, UInt32Array,
};
use datafusion::arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take};
use datafusion::arrow::datatypes::{Int64Type, TimestampNanosecondType};
use datafusion::arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::TelemetryError;
use crate::rows::{columns_of, hot_schema, stored_schema};

/// Rows of a row group: small enough that one device's rows are few groups.
const ROW_GROUP_ROWS: usize = 64 * 1024;
/// The end of the names of files that are not finished.
const UNFINISHED: &str = ".writing";

const NANOS_PER_DAY: i64 = 86_400_000_000_000;
const DAYS_TO_1970: i64 = UNIX_EPOCH_TICKS / bartizan_kql::time::TICKS_PER_DAY;

/// Seals rows from memory: one file for each day they are of.
pub(crate) fn seal(
    folder: &Path,
    (tenant, table): (TenantId, Table),
    batches: &[RecordBatch],
) -> Result<Vec<TelemetryFile>, TelemetryError> {
    let stored = stored_rows(table, batches)
        .map_err(|source| TelemetryError::Columns { doing: "preparing rows to seal", source })?;
    write_days(folder, (tenant, table), &stored)
}

/// Merges files of one day into one.
pub(crate) fn merge(
    folder: &Path,
    (tenant, table): (TenantId, Table),
    files: &[TelemetryFile],
) -> Result<Vec<TelemetryFile>, TelemetryError> {
    let mut batches = Vec::new();
    for file in files {
        batches.extend(read(&folder.join(&file.path))?);
    }
    let failed = |source| TelemetryError::Columns { doing: "merging files", source };
    let all = concat_batches(&stored_schema(table.definition()), &batches).map_err(failed)?;
    write_days(folder, (tenant, table), &all)
}

/// Removes the files in the folder that the catalogue does not know. Returns how many.
pub(crate) fn remove_strays(
    folder: &Path,
    known: &std::collections::HashSet<PathBuf>,
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

/// Removes a file that no query reads any more; one that is gone already is no trouble.
pub(crate) fn remove(path: &Path) -> Result<(), TelemetryError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(failed("removing", path, source))
        }
        _ => Ok(()),
    }
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

/// Sorted by device and time, a file for each day.
fn write_days(
    folder: &Path,
    key: (TenantId, Table),
    rows: &RecordBatch,
) -> Result<Vec<TelemetryFile>, TelemetryError> {
    let columns = |source| TelemetryError::Columns { doing: "sorting rows to seal", source };
    let mut files = Vec::new();
    for (day, rows) in by_day(rows).map_err(columns)? {
        files.push(write_file(folder, key, day, &rows)?);
    }
    Ok(files)
}

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
    let mut days: std::collections::BTreeMap<i64, Vec<u32>> = std::collections::BTreeMap::new();
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

fn write_file(
    folder: &Path,
    (tenant, table): (TenantId, Table),
    day: i64,
    rows: &RecordBatch,
) -> Result<TelemetryFile, TelemetryError> {
    let (year, month, of_month) = civil_from_days(day + DAYS_TO_1970);
    let name = table.definition().name;
    let relative = format!(
        "tenant={tenant}/table={name}/day={year:04}-{month:02}-{of_month:02}/{}.parquet",
        uuid::Uuid::now_v7()
    );
    let path = folder.join(&relative);
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(|source| failed("making", parent, source))?;
    let unfinished = path.with_extension(format!("parquet{UNFINISHED}"));
    write_parquet(&unfinished, rows)?;
    fs::rename(&unfinished, &path).map_err(|source| failed("naming", &path, source))?;
    sync_folders(folder, parent)?;
    let bytes = fs::metadata(&path).map_err(|source| failed("measuring", &path, source))?.len();
    let (first, last) = bounds(rows);
    Ok(TelemetryFile {
        tenant,
        table: name.to_owned(),
        path: relative,
        rows: u64::try_from(rows.num_rows()).unwrap_or(u64::MAX),
        bytes,
        first_at: Timestamp::from_nanos(first),
        last_at: Timestamp::from_nanos(last),
    })
}

fn write_parquet(path: &Path, rows: &RecordBatch) -> Result<(), TelemetryError> {
    let file = File::create(path).map_err(|source| failed("creating", path, source))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .build();
    let written = (|| {
        let mut writer = ArrowWriter::try_new(&file, rows.schema(), Some(properties))?;
        writer.write(rows)?;
        writer.close()
    })();
    written.map_err(|source| TelemetryError::Parquet {
        doing: "writing",
        path: path.display().to_string(),
        source: Box::new(source),
    })?;
    file.sync_all().map_err(|source| failed("syncing", path, source))
}

/// Makes the new names durable, up to the folder of all files.
fn sync_folders(folder: &Path, from: &Path) -> Result<(), TelemetryError> {
    let mut at = from;
    loop {
        let synced = File::open(at).and_then(|open| open.sync_all());
        synced.map_err(|source| failed("syncing", at, source))?;
        match at.parent() {
            Some(parent) if at != folder => at = parent,
            _ => return Ok(()),
        }
    }
}

/// The earliest and the latest time.
fn bounds(rows: &RecordBatch) -> (i64, i64) {
    let Some(times) = times_of(rows) else { return (0, 0) };
    let mut bounds: Option<(i64, i64)> = None;
    for nanos in times.iter().flatten() {
        let (first, last) = bounds.unwrap_or((nanos, nanos));
        bounds = Some((first.min(nanos), last.max(nanos)));
    }
    bounds.unwrap_or((0, 0))
}

fn read(path: &Path) -> Result<Vec<RecordBatch>, TelemetryError> {
    let file = File::open(path).map_err(|source| failed("opening", path, source))?;
    let read = || {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
        reader.collect::<Result<Vec<_>, _>>().map_err(parquet::errors::ParquetError::from)
    };
    read().map_err(|source| TelemetryError::Parquet {
        doing: "reading",
        path: path.display().to_string(),
        source: Box::new(source),
    })
}
