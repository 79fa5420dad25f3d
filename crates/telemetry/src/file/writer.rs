//! One file on its way: rows go in as they are sorted, and in the end it has its name and its index.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use bartizan_kql::time::civil_from_days;
use bartizan_kql::value::UNIX_EPOCH_TICKS;
use bartizan_model::{Table, TenantId, Timestamp};
use bartizan_store::TelemetryFile;
use datafusion::arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use super::{failed, times_of};
use crate::rows::stored_schema;
use crate::{TelemetryError, index};

/// Rows of a row group: small enough that one device's rows are few groups.
const ROW_GROUP_ROWS: usize = 64 * 1024;
/// Columns that differ from row to row and are near the row before: only the difference is kept.
const RISING_NUMBERS: [&str; 3] = ["Timestamp", "ProcessCreationTime", "ReportId"];
/// The same of texts: what begins as in the row before is not kept again.
const RISING_TEXTS: [&str; 2] = ["EventId", "ProcessUniqueId"];
/// The end of the names of files that are not finished.
const UNFINISHED: &str = "parquet.writing";

const DAYS_TO_1970: i64 = UNIX_EPOCH_TICKS / bartizan_kql::time::TICKS_PER_DAY;

/// A file that is being written. Dropped unfinished, it is gone.
#[derive(Debug)]
pub(super) struct FileWriter {
    folder: PathBuf,
    path: PathBuf,
    unfinished: Unfinished,
    parquet: ArrowWriter<File>,
    keys: index::Keys,
    file: TelemetryFile,
}

impl FileWriter {
    /// Begins a file of rows of one day, counted from 1970.
    pub(super) fn create(
        folder: &Path,
        (tenant, table): (TenantId, Table),
        day: i64,
    ) -> Result<Self, TelemetryError> {
        let (year, month, of_month) = civil_from_days(day + DAYS_TO_1970);
        let name = table.definition().name;
        let relative = format!(
            "tenant={tenant}/table={name}/day={year:04}-{month:02}-{of_month:02}/{}.parquet",
            uuid::Uuid::now_v7()
        );
        let path = folder.join(&relative);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|source| failed("making", parent, source))?;
        let unfinished = Unfinished(path.with_extension(UNFINISHED));
        let open = File::create(&unfinished.0)
            .map_err(|source| failed("creating", &unfinished.0, source))?;
        let schema = stored_schema(table.definition());
        let parquet = ArrowWriter::try_new(open, schema, Some(properties()))
            .map_err(|source| refused(&path, source))?;
        let file = TelemetryFile {
            tenant,
            table: name.to_owned(),
            path: relative,
            rows: 0,
            bytes: 0,
            first_at: Timestamp::from_nanos(i64::MAX),
            last_at: Timestamp::from_nanos(i64::MIN),
        };
        let keys = index::Keys::default();
        Ok(Self { folder: folder.to_owned(), path, unfinished, parquet, keys, file })
    }

    /// Adds rows that come after those so far, by device and time.
    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<(), TelemetryError> {
        self.parquet.write(rows).map_err(|source| refused(&self.path, source))?;
        self.keys.add(rows);
        self.file.rows += u64::try_from(rows.num_rows()).unwrap_or(u64::MAX);
        for nanos in times_of(rows).into_iter().flatten().flatten() {
            let at = Timestamp::from_nanos(nanos);
            self.file.first_at = self.file.first_at.min(at);
            self.file.last_at = self.file.last_at.max(at);
        }
        Ok(())
    }

    /// Makes the file and its index durable and gives them their names.
    pub(super) fn finish(self) -> Result<TelemetryFile, TelemetryError> {
        let Self { folder, path, unfinished, parquet, keys, mut file } = self;
        let open = parquet.into_inner().map_err(|source| refused(&path, source))?;
        open.sync_all().map_err(|source| failed("syncing", &path, source))?;
        let measured = open.metadata().map_err(|source| failed("measuring", &path, source))?;
        file.bytes = measured.len();
        index::write(&path, keys).map_err(|source| failed("indexing", &path, source))?;
        fs::rename(&unfinished.0, &path).map_err(|source| failed("naming", &path, source))?;
        sync_folders(&folder, path.parent().unwrap_or(&folder))?;
        if file.first_at > file.last_at {
            (file.first_at, file.last_at) = (Timestamp::from_nanos(0), Timestamp::from_nanos(0));
        }
        Ok(file)
    }
}

/// The path of a file that has no name yet.
#[derive(Debug)]
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Once it has its name nothing is here; whatever else stays is removed at the next start.
        drop(fs::remove_file(&self.0));
    }
}

fn properties() -> WriterProperties {
    let columns = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    let delta = |encoding| {
        move |columns: WriterPropertiesBuilder, name: &&str| {
            columns
                .set_column_dictionary_enabled(ColumnPath::from(*name), false)
                .set_column_encoding(ColumnPath::from(*name), encoding)
        }
    };
    let columns = RISING_NUMBERS.iter().fold(columns, delta(Encoding::DELTA_BINARY_PACKED));
    RISING_TEXTS.iter().fold(columns, delta(Encoding::DELTA_BYTE_ARRAY)).build()
}

fn refused(path: &Path, source: ParquetError) -> TelemetryError {
    TelemetryError::Parquet {
        doing: "writing",
        path: path.display().to_string(),
        source: Box::new(source),
    }
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
