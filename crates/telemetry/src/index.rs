//! The index beside each sealed file: which values and terms its columns hold, so that a hunt for a needle opens only
//! the files that have it.
//!
//! `x.parquet` has `x.index`: a line with its own hash and JSON that says where each column's part is, then the parts. A part is a binary
//! fuse filter over 64-bit keys of the column's values and terms, 9 bits for each different key, wrong one time in 256;
//! a column of few keys keeps them in the line itself. An index says "surely not here" or nothing: a file without one,
//! or with a damaged one, is read.

mod keys;
mod need;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use twox_hash::XxHash64;
use xorf::{BinaryFuse8, BinaryFuse8Ref, DmaSerializable as _, Filter as _, FilterRef as _};

pub(crate) use keys::Keys;
pub(crate) use need::{Need, of_conditions};

/// The end of the name of an index.
const ENDING: &str = "index";
/// Most keys that are kept one by one.
const FEW: usize = 32;
/// The longest first line that is read.
const MAX_LINE: usize = 64 * 1024;

/// Where the index of a file is.
pub(crate) fn path_of(file: &Path) -> PathBuf {
    file.with_extension(ENDING)
}

/// What the first line says: for each column where its keys are.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Contents {
    columns: HashMap<String, Part>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    /// These keys.
    Few(Vec<u64>),
    /// A filter, from this byte after the first line on, with the hash of its bytes.
    Filter { at: u64, bytes: usize, check: u64 },
}

/// Writes the index of a file and makes it durable.
pub(crate) fn write(file: &Path, keys: Keys) -> io::Result<()> {
    let mut contents = Contents::default();
    let mut filters = Vec::new();
    for (column, keys) in keys.columns() {
        let part =
            if keys.len() <= FEW { Part::Few(keys) } else { filter_part(&keys, &mut filters)? };
        contents.columns.insert(column.to_owned(), part);
    }
    let json = serde_json::to_string(&contents)?;
    let mut out = BufWriter::new(File::create(path_of(file))?);
    writeln!(out, "{:016x} {json}", XxHash64::oneshot(0, json.as_bytes()))?;
    out.write_all(&filters)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

fn filter_part(keys: &[u64], filters: &mut Vec<u8>) -> io::Result<Part> {
    let filter = BinaryFuse8::try_from(keys).map_err(io::Error::other)?;
    let start = filters.len();
    filters.resize(start + BinaryFuse8::DESCRIPTOR_LEN, 0);
    if let Some(descriptor) = filters.get_mut(start..) {
        filter.dma_copy_descriptor_to(descriptor);
    }
    filters.extend_from_slice(filter.dma_fingerprints());
    let written = filters.get(start..).unwrap_or_default();
    Ok(Part::Filter {
        at: u64::try_from(start).unwrap_or(u64::MAX),
        bytes: written.len(),
        check: XxHash64::oneshot(0, written),
    })
}

/// Whether the file can hold a row for this need.
pub(crate) fn may_hold(file: &Path, need: &Need) -> bool {
    if *need == Need::Anything {
        return true;
    }
    match Index::open(&path_of(file)) {
        Ok(mut index) => index.meets(need),
        Err(error) => {
            tracing::warn!(path = %file.display(), %error, "reading a file whose index cannot be read");
            true
        }
    }
}

/// An open index, with the parts that were looked at.
#[derive(Debug)]
struct Index {
    file: File,
    contents: Contents,
    /// The length of the first line.
    line: u64,
    read: HashMap<String, Vec<u8>>,
}

impl Index {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let mut start = vec![0; MAX_LINE];
        let length = file.read_at(&mut start, 0)?;
        start.truncate(length);
        let end = start.iter().position(|byte| *byte == b'\n').ok_or(io::ErrorKind::InvalidData)?;
        let contents = contents_of(start.get(..end).unwrap_or_default())?;
        let line = u64::try_from(end).unwrap_or(u64::MAX).saturating_add(1);
        Ok(Self { file, contents, line, read: HashMap::new() })
    }

    fn meets(&mut self, need: &Need) -> bool {
        match need {
            Need::Anything => true,
            Need::Keys { column, keys } => self.holds(column, keys),
            Need::All(needs) => needs.iter().all(|need| self.meets(need)),
            Need::Any(needs) => needs.iter().any(|need| self.meets(need)),
        }
    }

    /// Whether the column may hold all of the keys.
    fn holds(&mut self, column: &str, keys: &[u64]) -> bool {
        match self.contents.columns.get(column) {
            None => true,
            Some(Part::Few(few)) => keys.iter().all(|key| few.contains(key)),
            Some(Part::Filter { at, bytes, check }) => {
                if !self.read.contains_key(column) {
                    let filter = self.filter(self.line.saturating_add(*at), *bytes, *check);
                    let filter = filter.unwrap_or_else(|error| {
                        tracing::warn!(column, %error, "an index is damaged");
                        Vec::new()
                    });
                    self.read.insert(column.to_owned(), filter);
                }
                let filter = self.read.get(column).map(Vec::as_slice).unwrap_or_default();
                filter_holds(filter, keys)
            }
        }
    }

    fn filter(&self, at: u64, bytes: usize, check: u64) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.file.metadata()?.len()).unwrap_or(usize::MAX);
        if bytes > length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut filter = vec![0; bytes];
        self.file.read_exact_at(&mut filter, at)?;
        if XxHash64::oneshot(0, &filter) != check {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(filter)
    }
}

fn contents_of(line: &[u8]) -> io::Result<Contents> {
    let line = std::str::from_utf8(line).map_err(io::Error::other)?;
    let (check, json) = line.split_once(' ').ok_or(io::ErrorKind::InvalidData)?;
    if check != format!("{:016x}", XxHash64::oneshot(0, json.as_bytes())) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(serde_json::from_str(json)?)
}

/// Whether a filter that is known to be as it was written may hold all of the keys.
fn filter_holds(filter: &[u8], keys: &[u64]) -> bool {
    match filter.split_at_checked(BinaryFuse8::DESCRIPTOR_LEN) {
        Some((descriptor, fingerprints)) if !fingerprints.is_empty() => {
            let filter = BinaryFuse8Ref::from_dma(descriptor, fingerprints);
            keys.iter().all(|key| filter.contains(key))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests;
