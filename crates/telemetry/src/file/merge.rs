//! Several files of one day become one. Each is sorted, so rows are taken in turn, and what is held at once is a few
//! rows of each, however large they are.

use std::fs::File;
use std::path::Path;

use bartizan_model::{Table, TenantId};
use bartizan_store::TelemetryFile;
use datafusion::arrow::array::{AsArray as _, RecordBatch, new_null_array};
use datafusion::arrow::compute::interleave_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::{FileWriter, NANOS_PER_DAY, failed, times_of};
use crate::TelemetryError;
use crate::rows::stored_schema;

/// Rows of a file that are held at once.
const READ_ROWS: usize = 2_048;
/// Rows that are written at once.
const WRITE_ROWS: usize = 8_192;

/// Merges files of one day into one.
pub(crate) fn merge(
    folder: &Path,
    key: (TenantId, Table),
    files: &[TelemetryFile],
) -> Result<TelemetryFile, TelemetryError> {
    let first = files.iter().map(|file| file.first_at.nanos()).min().unwrap_or_default();
    let mut merging = Merging::open(folder, key, files)?;
    let mut merged = FileWriter::create(folder, key, first.div_euclid(NANOS_PER_DAY))?;
    while let Some(rows) = merging.next_rows()? {
        merged.write(&rows)?;
    }
    merged.finish()
}

/// Files that are read side by side.
struct Merging {
    runs: Vec<Run>,
    /// The rows to write next: which batch, and which of its rows.
    taken: Vec<(usize, usize)>,
    /// The batches that those are in.
    batches: Vec<RecordBatch>,
}

/// A file, read up to some row.
struct Run {
    path: String,
    schema: SchemaRef,
    reader: ParquetRecordBatchReader,
    /// The batch at hand, and where it is among those to write from.
    batch: RecordBatch,
    place: usize,
    row: usize,
}

impl Merging {
    fn open(
        folder: &Path,
        (_, table): (TenantId, Table),
        files: &[TelemetryFile],
    ) -> Result<Self, TelemetryError> {
        let schema = stored_schema(table.definition());
        let mut merging = Self { runs: Vec::new(), taken: Vec::new(), batches: Vec::new() };
        for file in files {
            let path = folder.join(&file.path);
            let open = File::open(&path).map_err(|source| failed("opening", &path, source))?;
            let reader = ParquetRecordBatchReaderBuilder::try_new(open)
                .and_then(|builder| builder.with_batch_size(READ_ROWS).build())
                .map_err(|source| TelemetryError::Parquet {
                    doing: "reading",
                    path: path.display().to_string(),
                    source: Box::new(source),
                })?;
            let empty = RecordBatch::new_empty(schema.clone());
            let path = path.display().to_string();
            let run = Run { path, schema: schema.clone(), reader, batch: empty, place: 0, row: 0 };
            merging.runs.push(run);
        }
        let mut runs = std::mem::take(&mut merging.runs);
        for mut run in runs.drain(..) {
            if run.advance(&mut merging.batches)? {
                merging.runs.push(run);
            }
        }
        Ok(merging)
    }

    /// The next rows in the order of all files; nothing at the end.
    fn next_rows(&mut self) -> Result<Option<RecordBatch>, TelemetryError> {
        while self.taken.len() < WRITE_ROWS && !self.runs.is_empty() {
            self.take_from_first()?;
        }
        if self.taken.is_empty() {
            return Ok(None);
        }
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let rows = interleave_record_batch(&batches, &self.taken).map_err(merging)?;
        self.taken.clear();
        self.batches.clear();
        for run in &mut self.runs {
            run.place = self.batches.len();
            self.batches.push(run.batch.clone());
        }
        Ok(Some(rows))
    }

    /// Takes rows of the file that is behind, as long as it is.
    fn take_from_first(&mut self) -> Result<(), TelemetryError> {
        let order = |a: &usize, b: &usize| {
            let key = |place: &usize| self.runs.get(*place).map(|run| run.key(run.row));
            key(a).cmp(&key(b))
        };
        let Some(first) = (0..self.runs.len()).min_by(order) else { return Ok(()) };
        let second = (0..self.runs.len()).filter(|place| *place != first).min_by(order);
        let bound = second.and_then(|place| self.runs.get(place)).map(|run| run.key(run.row));
        let Some(run) = self.runs.get(first) else { return Ok(()) };
        let mut row = run.row;
        let most = run.batch.num_rows().min(row + WRITE_ROWS - self.taken.len());
        while row < most && bound.is_none_or(|bound| run.key(row) <= bound) {
            self.taken.push((run.place, row));
            row += 1;
        }
        let done = row == run.batch.num_rows();
        if let Some(run) = self.runs.get_mut(first) {
            run.row = row;
            if done && !run.advance(&mut self.batches)? {
                self.runs.swap_remove(first);
            }
        }
        Ok(())
    }
}

impl Run {
    /// Where a row stands: its device and its time.
    fn key(&self, row: usize) -> (&str, i64) {
        let device = self.batch.column_by_name("DeviceId");
        let device = device.and_then(|devices| devices.as_string_opt::<i32>());
        let time = times_of(&self.batch).map_or(0, |times| times.value(row));
        (device.map_or("", |devices| devices.value(row)), time)
    }

    /// Reads the next batch; says whether there was one.
    fn advance(&mut self, batches: &mut Vec<RecordBatch>) -> Result<bool, TelemetryError> {
        for batch in self.reader.by_ref() {
            let batch = batch.and_then(|batch| fitted(&batch, &self.schema)).map_err(|source| {
                TelemetryError::Parquet {
                    doing: "reading",
                    path: self.path.clone(),
                    source: Box::new(source.into()),
                }
            })?;
            if batch.num_rows() > 0 {
                (self.row, self.place) = (0, batches.len());
                batches.push(batch.clone());
                self.batch = batch;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The rows with the columns that the table has now.
fn fitted(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = schema.fields().iter().map(|field| {
        let known = rows.column_by_name(field.name());
        known.cloned().unwrap_or_else(|| new_null_array(field.data_type(), rows.num_rows()))
    });
    RecordBatch::try_new(schema.clone(), columns.collect())
}

fn merging(source: ArrowError) -> TelemetryError {
    TelemetryError::Columns { doing: "merging files", source }
}
