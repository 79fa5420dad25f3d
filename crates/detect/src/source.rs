//! Files with events: finding them, and cutting them into blocks that threads can work on.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use evtx::EvtxChunkData;

use crate::flatten;
use crate::mapping::Mapping;
use crate::record::Record;

mod evtx_chunks;
mod lines;
mod values;

use evtx_chunks::EvtxChunks;
pub(crate) use evtx_chunks::chain;
use lines::Lines;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It cannot be opened or read.
    #[error("reading {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What stopped it.
        #[source]
        source: io::Error,
    },
    /// It calls itself an event log, and is none.
    #[error("reading the event log {}", path.display())]
    Evtx {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<evtx::err::EvtxError>,
    },
}

/// What a folder is searched for.
const SUFFIXES: [&str; 4] = ["evtx", "json", "jsonl", "ndjson"];
/// How these may be compressed.
const COMPRESSED: [&str; 3] = ["zst", "zstd", "gz"];

/// The files that hold events: those named, and in folders every one that ends like a file with events, in the order of
/// their names.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, SourceError> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() { walk(path, &mut found)? } else { found.push(path.clone()) }
    }
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), SourceError> {
    let failed = |source| SourceError::Read { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>().map_err(failed)?;
    paths.sort();
    for path in paths {
        // A link inside the folder may lead around in circles.
        if path.is_dir() && !path.is_symlink() {
            walk(&path, found)?;
        } else if path.is_file() && has_events(&path) {
            found.push(path);
        }
    }
    Ok(())
}

fn has_events(path: &Path) -> bool {
    let ending = |path: &Path| Some(path.extension()?.to_str()?.to_ascii_lowercase());
    let Some(mut last) = ending(path) else { return false };
    if COMPRESSED.contains(&last.as_str()) {
        let Some(inner) = path.file_stem().and_then(|stem| ending(Path::new(stem))) else {
            return false;
        };
        last = inner;
    }
    SUFFIXES.contains(&last.as_str())
}

/// A part of a file, complete in itself.
pub(crate) enum Block {
    /// Lines of JSON.
    Lines(Vec<u8>),
    /// Lines of anything else.
    Text(Vec<u8>),
    /// A chunk of an EVTX file.
    Chunk(Box<EvtxChunkData>),
    /// A chunk that cannot be read, and why.
    Broken(String),
}

/// A file, block by block.
pub(crate) enum Source {
    Lines(Lines),
    Evtx(EvtxChunks),
}

impl Source {
    /// Opens a file; what it holds is seen from how it begins. `read` counts the bytes as they are taken from disk.
    pub(crate) fn open(path: &Path, read: &Arc<AtomicU64>) -> Result<Self, SourceError> {
        let failed = |source| SourceError::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let counted = Counted { inner: file, read: Arc::clone(read) };
        let (start, whole) = peek(counted).map_err(failed)?;
        if start.starts_with(EVTX) {
            return EvtxChunks::open(path, read).map(Self::Evtx);
        }
        let lines = plain(&start, whole).and_then(Lines::new).map_err(failed)?;
        Ok(Self::Lines(if has_events(path) { lines.of_json() } else { lines }))
    }

    /// A file that is in memory.
    pub(crate) fn of(bytes: Vec<u8>) -> Result<Self, SourceError> {
        let failed = |source| SourceError::Read { path: "(memory)".into(), source };
        if bytes.starts_with(EVTX) {
            return EvtxChunks::of(bytes).map(Self::Evtx);
        }
        let (start, whole) = peek(io::Cursor::new(bytes)).map_err(failed)?;
        plain(&start, whole).and_then(Lines::new).map(Self::Lines).map_err(failed)
    }

    /// The next block.
    pub(crate) fn next(&mut self) -> io::Result<Option<Block>> {
        match self {
            Self::Lines(lines) => {
                let block = if lines.is_text() { Block::Text } else { Block::Lines };
                Ok(lines.next()?.map(block))
            }
            Self::Evtx(chunks) => Ok(chunks.next()),
        }
    }
}

/// How EVTX files begin.
const EVTX: &[u8] = b"ElfFile\0";
/// Bytes seen to know what a file is.
const PEEK: u64 = 8;

fn peek<R: Read>(mut file: R) -> io::Result<(Vec<u8>, impl Read)> {
    let mut start = Vec::new();
    file.by_ref().take(PEEK).read_to_end(&mut start)?;
    Ok((start.clone(), io::Cursor::new(start).chain(file)))
}

/// The text of a file that may be compressed.
fn plain(start: &[u8], whole: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    Ok(match start {
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Box::new(zstd::Decoder::new(whole)?),
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(whole))),
        _ => Box::new(whole),
    })
}

/// The events of a file that is in memory, of whatever form; those that cannot be read are left out.
pub fn records(bytes: Vec<u8>, mapping: &Mapping) -> Result<Vec<Record>, SourceError> {
    let mut source = Source::of(bytes)?;
    let mut records = Vec::new();
    while let Ok(Some(block)) = source.next() {
        records.extend(records_of(block, mapping));
    }
    Ok(records)
}

/// The events of a block.
pub(crate) fn records_of(block: Block, mapping: &Mapping) -> std::vec::IntoIter<Record> {
    let (mut path, mut records) = (String::new(), Vec::new());
    let mut push = |json: &[u8]| {
        let mut record = Record::default();
        if flatten::read(json, mapping, &mut path, &mut record).is_ok() {
            records.push(record);
        }
    };
    match block {
        Block::Lines(text) => text.split(|b| *b == b'\n').for_each(|line| push(line.trim_ascii())),
        Block::Text(text) => {
            let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
            records.extend(lines.filter(|line| !line.is_empty()).map(|line| {
                let mut record = Record::default();
                record.message(line);
                record
            }));
        }
        Block::Chunk(mut data) => {
            if let Ok(mut chunk) = data.parse(Arc::default()) {
                let rendered = chunk.iter().flatten().filter_map(|r| r.into_json_bytes().ok());
                rendered.for_each(|record| push(&record.data));
            }
        }
        Block::Broken(_) => {}
    }
    records.into_iter()
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.read.fetch_add(u64::try_from(length).unwrap_or_default(), Ordering::Relaxed);
        Ok(length)
    }
}
