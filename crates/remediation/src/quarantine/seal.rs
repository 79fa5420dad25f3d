//! Content, encrypted chunk by chunk: no other program takes it for what it is, and a changed or shortened copy is known.

use std::io::{self, Read, Write};

use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};

/// Bytes of a chunk before it is sealed.
pub(super) const CHUNK: usize = 1 << 20;

/// The key of one file. Each has its own, so chunks can be counted from 0.
fn key(master: &[u8; 32], id: &str) -> io::Result<LessSafeKey> {
    let salt = Salt::new(HKDF_SHA256, id.as_bytes());
    let extracted = salt.extract(master);
    let expanded = extracted
        .expand(&[b"bartizan quarantine 1"], &CHACHA20_POLY1305)
        .map_err(|_unspecified| io::Error::other("deriving the key of a file"))?;
    Ok(LessSafeKey::new(UnboundKey::from(expanded)))
}

fn nonce(chunk: u64) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    for (byte, from) in bytes.iter_mut().rev().zip(chunk.to_le_bytes()) {
        *byte = from;
    }
    Nonce::assume_unique_for_key(bytes)
}

/// The last chunk is told apart, so that a shortened copy is known.
fn place(last: bool) -> Aad<&'static [u8; 4]> {
    Aad::from(if last { b"last" } else { b"more" })
}

/// Seals what is written to it.
pub(super) struct Sealer<W> {
    to: W,
    key: LessSafeKey,
    chunk: u64,
    waiting: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    pub(super) fn new(to: W, master: &[u8; 32], id: &str) -> io::Result<Self> {
        let waiting = Vec::with_capacity(CHUNK + MAX_TAG_LEN);
        Ok(Self { to, key: key(master, id)?, chunk: 0, waiting })
    }

    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.waiting.len() == CHUNK {
                self.seal(false)?;
            }
            let room = CHUNK - self.waiting.len();
            let (now, later) = bytes.split_at(bytes.len().min(room));
            self.waiting.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Seals what waits as the last chunk.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        Ok(self.to)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        self.key
            .seal_in_place_append_tag(nonce(self.chunk), place(last), &mut self.waiting)
            .map_err(|_unspecified| io::Error::other("sealing a chunk"))?;
        self.chunk += 1;
        self.to.write_all(&self.waiting)?;
        self.waiting.clear();
        Ok(())
    }
}

/// Opens what was sealed.
pub(super) struct Opener<R> {
    from: R,
    key: LessSafeKey,
    chunk: u64,
    /// The chunk after this one, read ahead to know whether this is the last.
    ahead: Vec<u8>,
    open: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Opener<R> {
    pub(super) fn new(mut from: R, master: &[u8; 32], id: &str) -> io::Result<Self> {
        let ahead = sealed_chunk(&mut from)?;
        let key = key(master, id)?;
        Ok(Self { from, key, chunk: 0, ahead, open: Vec::new(), given: 0, ended: false })
    }

    /// The next bytes, at most so many as `room`; fewer only at the end.
    pub(super) fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < room.len() {
            if self.given == self.open.len() {
                if self.ended {
                    break;
                }
                self.open_next()?;
                continue;
            }
            let (from, to) =
                (self.open.get(self.given..).unwrap_or_default(), room.get_mut(filled..));
            let to = to.unwrap_or_default();
            let count = from.len().min(to.len());
            for (to, from) in to.iter_mut().zip(from) {
                *to = *from;
            }
            self.given += count;
            filled += count;
        }
        Ok(filled)
    }

    fn open_next(&mut self) -> io::Result<()> {
        let mut chunk = std::mem::take(&mut self.ahead);
        self.ahead = sealed_chunk(&mut self.from)?;
        self.ended = self.ahead.is_empty();
        let damaged = |_unspecified| {
            io::Error::new(io::ErrorKind::InvalidData, "the kept content was changed or shortened")
        };
        let length = self
            .key
            .open_in_place(nonce(self.chunk), place(self.ended), &mut chunk)
            .map_err(damaged)?
            .len();
        self.chunk += 1;
        chunk.truncate(length);
        self.open = chunk;
        self.given = 0;
        Ok(())
    }
}

fn sealed_chunk(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::new();
    let limit = u64::try_from(CHUNK + MAX_TAG_LEN).unwrap_or(u64::MAX);
    from.take(limit).read_to_end(&mut chunk)?;
    Ok(chunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(content: &[u8]) -> Vec<u8> {
        let mut sealer = Sealer::new(Vec::new(), &[7; 32], "one").unwrap();
        sealer.write(content).unwrap();
        sealer.finish().unwrap()
    }

    fn opened(sealed: &[u8], id: &str) -> io::Result<Vec<u8>> {
        let mut opener = Opener::new(sealed, &[7; 32], id)?;
        let mut content = vec![0; 5 * CHUNK];
        let length = opener.read(&mut content)?;
        content.truncate(length);
        Ok(content)
    }

    #[test]
    fn content_of_every_length_around_a_chunk_comes_back() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let content: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let sealed = sealed(&content);
            assert!(length < 100 || !sealed.windows(20).any(|part| part == &content[..20]));
            assert_eq!(opened(&sealed, "one").unwrap(), content, "{length}");
        }
    }

    #[test]
    fn a_changed_shortened_or_exchanged_copy_is_known() {
        let whole = sealed(&vec![1; 2 * CHUNK + 5]);
        let mut changed = whole.clone();
        changed[CHUNK] ^= 1;

        assert!(opened(&changed, "one").is_err());
        assert!(opened(&whole[..CHUNK + MAX_TAG_LEN], "one").is_err());
        assert!(opened(&whole[..whole.len() - 1], "one").is_err());
        assert!(opened(&whole, "two").is_err());
    }
}
