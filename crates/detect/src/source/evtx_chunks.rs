//! EVTX files, chunk by chunk (64 KiB each, complete in themselves).

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use evtx::{EvtxChunkData, EvtxParser};

use super::{Block, SourceError};

/// Size of a chunk.
const CHUNK: u64 = 64 * 1024;

/// Chunks in the order of their records.
type Chunks = Box<dyn Iterator<Item = evtx::err::Result<EvtxChunkData>> + Send>;

pub(crate) struct EvtxChunks {
    chunks: Chunks,
    read: Arc<AtomicU64>,
}

impl EvtxChunks {
    pub(super) fn open(path: &Path, read: &Arc<AtomicU64>) -> Result<Self, SourceError> {
        let parser = EvtxParser::from_path(path).map_err(|source| SourceError::Evtx {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        Ok(Self { chunks: Box::new(parser.into_chunks()), read: Arc::clone(read) })
    }

    /// A file that is in memory.
    pub(super) fn of(bytes: Vec<u8>) -> Result<Self, SourceError> {
        let parser = EvtxParser::from_read_seek(Cursor::new(bytes)).map_err(|source| {
            SourceError::Evtx { path: "(memory)".into(), source: Box::new(source) }
        })?;
        Ok(Self { chunks: Box::new(parser.into_chunks()), read: Arc::default() })
    }

    pub(super) fn next(&mut self) -> Option<Block> {
        let chunk = self.chunks.next()?;
        self.read.fetch_add(CHUNK, Ordering::Relaxed);
        Some(match chunk {
            Ok(chunk) => Block::Chunk(Box::new(chunk)),
            Err(error) => Block::Broken(chain(&error)),
        })
    }
}

/// An error with what caused it, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
