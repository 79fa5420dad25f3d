//! Files of JSON lines and comma-separated values as rows in memory.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use bartizan_kql::Type;
use bartizan_kql::value::{Dynamic, Literal};
use datafusion::arrow::array::{ArrayRef, RecordBatch};

use super::WorkbenchError;
use crate::column::Builder;
use crate::value;

/// The largest content of one file, uncompressed.
const MAX_CONTENT_BYTES: u64 = 4 << 30;

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Parquet,
    JsonLines,
    /// With this between the values.
    Delimited(u8),
}

impl Kind {
    pub(super) fn of(path: &Path) -> Result<Self, WorkbenchError> {
        if path.is_dir() {
            return Ok(Self::Parquet);
        }
        let name = path.to_string_lossy().to_ascii_lowercase();
        let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
        Ok(match plain.rsplit_once('.').map(|(_, extension)| extension) {
            Some("parquet") if plain.len() == name.len() => Self::Parquet,
            Some("jsonl" | "ndjson" | "json") => Self::JsonLines,
            Some("csv") => Self::Delimited(b','),
            Some("tsv") => Self::Delimited(b'\t'),
            _ => return Err(WorkbenchError::Kind { path: path.display().to_string() }),
        })
    }
}

/// Columns and rows of a file.
pub(super) fn read(
    path: &Path,
    kind: Kind,
    known: Option<Vec<(String, Type)>>,
) -> Result<(Vec<(String, Type)>, RecordBatch), WorkbenchError> {
    let file = TextFile { path };
    let mut columns = Columns::default();
    match kind {
        Kind::Delimited(delimiter) => file.each_record(delimiter, &mut |line, names, record| {
            columns.note_texts(names, record);
            let _ = line;
            Ok(())
        })?,
        _ => file.each_line(&mut |_, object| {
            columns.note_object(object);
            Ok(())
        })?,
    }
    let types = columns.settled(known);
    let mut rows = Rows::new(&types);
    match kind {
        Kind::Delimited(delimiter) => file.each_record(delimiter, &mut |line, names, record| {
            let value = |name: &str| {
                let at = names.iter().position(|known| known == name)?;
                record.get(at).map(|text| Dynamic::String((*text).to_owned()))
            };
            rows.push(value).map_err(|message| file.content(line, message))
        })?,
        _ => file.each_line(&mut |line, object| {
            let value = |name: &str| {
                object.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
            };
            rows.push(value).map_err(|message| file.content(line, message))
        })?,
    }
    let batch = rows.finish().map_err(|message| file.content(0, message))?;
    Ok((types, batch))
}

/// The records of a file in one of the formats of `externaldata`, as rows of these columns: by position, or
/// by name where the format has names.
pub(crate) fn records(
    path: &Path,
    format: &str,
    ignore_first: bool,
    columns: &[Place],
) -> Result<Vec<Vec<Literal>>, WorkbenchError> {
    let file = TextFile { path };
    let mut rows = Vec::new();
    let delimiter = match format {
        "csv" => b',',
        "tsv" | "tsve" => b'\t',
        "psv" => b'|',
        "scsv" => b';',
        "sohsv" => 1,
        "txt" | "raw" => {
            let mut skip = ignore_first;
            file.each_text(&mut |line| {
                if std::mem::take(&mut skip) {
                    return;
                }
                rows.push(row_of(columns, |index, _| {
                    (index == 0).then(|| Dynamic::String(line.to_owned()))
                }));
            })?;
            return Ok(rows);
        }
        "json" | "multijson" => {
            file.each_line(&mut |_, object| {
                rows.push(row_of(columns, |_, name| {
                    object.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
                }));
                Ok(())
            })?;
            return Ok(rows);
        }
        _ => return Err(WorkbenchError::Kind { path: path.display().to_string() }),
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(ignore_first)
        .flexible(true)
        .from_reader(file.open()?);
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(|error| file.content(number + 1, error.to_string()))?;
        file.check_size(record.position().map_or(0, csv::Position::byte))?;
        rows.push(row_of(columns, |index, _| {
            record.get(index).map(|text| Dynamic::String(text.to_owned()))
        }));
    }
    Ok(rows)
}

/// Where a value is found in a record, and its type.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) position: usize,
    pub(crate) ty: Type,
}

fn row_of(columns: &[Place], value: impl Fn(usize, &str) -> Option<Dynamic>) -> Vec<Literal> {
    let cells = columns.iter();
    cells.map(|place| literal_of(value(place.position, &place.name), place.ty)).collect()
}

/// A value of a file as this type.
fn literal_of(value: Option<Dynamic>, ty: Type) -> Literal {
    match (value, ty) {
        (None | Some(Dynamic::Null), ty) => Literal::null_of(ty),
        (Some(Dynamic::String(text)), Type::Dynamic) => value::parse_json(&text)
            .map_or_else(|| Literal::Dynamic(Dynamic::String(text)), value::dynamic_value),
        (Some(dynamic), ty) => value::convert(&value::dynamic_value(dynamic), ty),
    }
}

/// What is done with an object, and the number of its line.
type ObjectWork<'a> = dyn FnMut(usize, &[(String, Dynamic)]) -> Result<(), WorkbenchError> + 'a;

/// What is done with a record, the number of its line, and the names of its values.
type RecordWork<'a> = dyn FnMut(usize, &[String], &[&str]) -> Result<(), WorkbenchError> + 'a;

struct TextFile<'a> {
    path: &'a Path,
}

impl TextFile<'_> {
    fn content(&self, line: usize, message: String) -> WorkbenchError {
        WorkbenchError::Content { path: self.path.display().to_string(), line, message }
    }

    fn failed(&self, source: std::io::Error) -> WorkbenchError {
        WorkbenchError::File { path: self.path.display().to_string(), source }
    }

    fn open(&self) -> Result<impl BufRead + use<>, WorkbenchError> {
        let file = File::open(self.path).map_err(|source| self.failed(source))?;
        let name = self.path.to_string_lossy().to_ascii_lowercase();
        let plain: Box<dyn Read> = if name.ends_with(".gz") {
            Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file)))
        } else if name.ends_with(".zst") {
            Box::new(zstd::stream::read::Decoder::new(file).map_err(|source| self.failed(source))?)
        } else {
            Box::new(file)
        };
        Ok(BufReader::with_capacity(1 << 20, plain.take(MAX_CONTENT_BYTES + 1)))
    }

    /// Calls `work` with each line.
    fn each_text(&self, work: &mut dyn FnMut(&str)) -> Result<(), WorkbenchError> {
        let mut bytes = 0_u64;
        for line in self.open()?.lines() {
            let line = line.map_err(|source| self.failed(source))?;
            bytes += u64::try_from(line.len()).unwrap_or(u64::MAX);
            self.check_size(bytes)?;
            work(line.trim_end_matches('\r'));
        }
        Ok(())
    }

    /// Calls `work` with each object of the file: one a line, or all in one array.
    fn each_line(&self, work: &mut ObjectWork<'_>) -> Result<(), WorkbenchError> {
        let mut reader = self.open()?;
        let mut text = String::new();
        let (mut number, mut bytes) = (0, 0_u64);
        loop {
            text.clear();
            let read = reader.read_line(&mut text).map_err(|source| self.failed(source))?;
            if read == 0 {
                return Ok(());
            }
            number += 1;
            bytes += u64::try_from(read).unwrap_or(u64::MAX);
            self.check_size(bytes)?;
            let line = text.trim_start_matches('\u{feff}').trim();
            if line.is_empty() {
                continue;
            }
            if number == 1 && line.starts_with('[') {
                reader.read_to_string(&mut text).map_err(|source| self.failed(source))?;
                self.check_size(u64::try_from(text.len()).unwrap_or(u64::MAX))?;
                return self.each_member(&text, work);
            }
            match value::parse_json(line) {
                Some(Dynamic::Object(properties)) => work(number, &properties)?,
                _ => return Err(self.content(number, "this is no JSON object".to_owned())),
            }
        }
    }

    fn each_member(&self, text: &str, work: &mut ObjectWork<'_>) -> Result<(), WorkbenchError> {
        let Some(Dynamic::Array(members)) = value::parse_json(text.trim_start_matches('\u{feff}'))
        else {
            return Err(self.content(1, "this is no JSON array of objects".to_owned()));
        };
        for member in members {
            match member {
                Dynamic::Object(properties) => work(1, &properties)?,
                _ => return Err(self.content(1, "a member of the array is no object".to_owned())),
            }
        }
        Ok(())
    }

    /// Calls `work` with each record after the first, which has the names.
    fn each_record(&self, delimiter: u8, work: &mut RecordWork<'_>) -> Result<(), WorkbenchError> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(self.open()?);
        let mut names: Option<Vec<String>> = None;
        for (number, record) in reader.records().enumerate() {
            let record = record.map_err(|error| self.content(number + 1, error.to_string()))?;
            self.check_size(record.position().map_or(0, csv::Position::byte))?;
            let Some(names) = &names else {
                let clean = |name: &str| name.trim_start_matches('\u{feff}').to_owned();
                names = Some(record.iter().map(clean).collect());
                continue;
            };
            if record.len() > names.len() {
                let message = format!(
                    "{} values, and the first line has {} names",
                    record.len(),
                    names.len()
                );
                return Err(self.content(number + 1, message));
            }
            work(number + 1, names, &record.iter().collect::<Vec<_>>())?;
        }
        Ok(())
    }

    fn check_size(&self, bytes: u64) -> Result<(), WorkbenchError> {
        if bytes > MAX_CONTENT_BYTES {
            return Err(WorkbenchError::TooLarge {
                path: self.path.display().to_string(),
                megabytes: MAX_CONTENT_BYTES >> 20,
            });
        }
        Ok(())
    }
}

/// What the values seen so far can all be.
#[derive(Debug, Default)]
struct Columns {
    seen: Vec<(String, Option<Type>)>,
}

impl Columns {
    fn note_object(&mut self, object: &[(String, Dynamic)]) {
        for (name, value) in object {
            let ty = match value {
                Dynamic::Null => None,
                Dynamic::Bool(_) => Some(Type::Bool),
                Dynamic::Long(_) => Some(Type::Long),
                Dynamic::Real(_) => Some(Type::Real),
                Dynamic::String(text) if is_time(text) => Some(Type::DateTime),
                Dynamic::String(_) => Some(Type::String),
                _ => Some(Type::Dynamic),
            };
            self.note(name, ty);
        }
    }

    fn note_texts(&mut self, names: &[String], record: &[&str]) {
        for (index, name) in names.iter().enumerate() {
            let ty = match record.get(index).copied().unwrap_or_default() {
                "" => None,
                text if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => {
                    Some(Type::Bool)
                }
                text if text.parse::<i64>().is_ok() => Some(Type::Long),
                text if text.parse::<f64>().is_ok() => Some(Type::Real),
                text if is_time(text) => Some(Type::DateTime),
                _ => Some(Type::String),
            };
            self.note(name, ty);
        }
    }

    fn note(&mut self, name: &str, ty: Option<Type>) {
        let Some((_, known)) = self.seen.iter_mut().find(|(known, _)| known == name) else {
            self.seen.push((name.to_owned(), ty));
            return;
        };
        *known = match (*known, ty) {
            (None, ty) | (ty, None) => ty,
            (Some(a), Some(b)) if a == b => Some(a),
            (Some(Type::Long | Type::Real), Some(Type::Long | Type::Real)) => Some(Type::Real),
            (Some(Type::String | Type::DateTime), Some(Type::String | Type::DateTime)) => {
                Some(Type::String)
            }
            (Some(Type::Dynamic), _) | (_, Some(Type::Dynamic)) => Some(Type::Dynamic),
            _ => Some(Type::String),
        };
    }

    /// The columns of our schema first, where it has the table, and then what else the file has.
    fn settled(self, known: Option<Vec<(String, Type)>>) -> Vec<(String, Type)> {
        let mut columns = known.unwrap_or_default();
        for (name, ty) in self.seen {
            if columns.iter().all(|(known, _)| *known != name) {
                columns.push((name, ty.unwrap_or(Type::String)));
            }
        }
        columns
    }
}

/// `2024-01-02T03:04:05…` or with a space; shorter forms are left alone.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let shape = (0..4).all(digit)
        && bytes.get(4) == Some(&b'-')
        && digit(5)
        && bytes.get(7) == Some(&b'-')
        && matches!(bytes.get(10), None | Some(b'T' | b' '));
    shape && bartizan_kql::time::parse_datetime(text).is_some()
}

/// Rows on their way into columns.
struct Rows {
    columns: Vec<(String, Type)>,
    builders: Vec<Builder>,
}

impl Rows {
    fn new(columns: &[(String, Type)]) -> Self {
        let builders = columns.iter().map(|(_, ty)| Builder::new(*ty, 0)).collect();
        Self { columns: columns.to_vec(), builders }
    }

    fn push(&mut self, value: impl Fn(&str) -> Option<Dynamic>) -> Result<(), String> {
        for ((name, ty), builder) in self.columns.iter().zip(&mut self.builders) {
            let literal = literal_of(value(name), *ty);
            builder.push(&literal).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<RecordBatch, String> {
        let arrays: Vec<ArrayRef> = self.builders.iter_mut().map(Builder::finish).collect();
        let schema = crate::rows::memory_schema(&self.columns);
        RecordBatch::try_new(schema, arrays).map_err(|error| error.to_string())
    }
}
