//! Literals under a key of 64 bits.

use super::Folded;
use super::grams::number;

/// A literal: the number it is named by, and where its text stands among all texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) leaf: u32,
    from: u32,
    length: u32,
    /// Where in the literal the bytes stand that its key was made from.
    at: u32,
    /// Four more bytes of it, and where they stand: most candidates are turned down by them.
    more: u32,
    more_at: u32,
}

impl Entry {
    /// `None` for empty text, and for what does not fit into 32 bits.
    pub(super) fn new(leaf: u32, from: usize, length: usize) -> Option<Self> {
        let (from, length) = (u32::try_from(from).ok()?, u32::try_from(length).ok()?);
        (length > 0).then_some(Self { leaf, from, length, at: 0, more: 0, more_at: 0 })
    }

    #[inline]
    pub(super) fn text<'t>(&self, texts: &'t [u8]) -> &'t [u8] {
        texts.get(wide(self.from)..wide(self.from) + wide(self.length)).unwrap_or_default()
    }

    #[inline]
    pub(super) fn length(&self) -> usize {
        wide(self.length)
    }

    /// Says at which place of the literal, which has four bytes or more, its keyed bytes stand.
    pub(super) fn know_by(&mut self, at: usize, texts: &[u8]) {
        let last = self.length().saturating_sub(4);
        let more_at = if at > last / 2 { 0 } else { last };
        self.more = self.text(texts).get(more_at..).map_or(0, number);
        (self.at, self.more_at) = (narrow(at), narrow(more_at));
    }

    /// Whether the literal stands in this text so that its keyed bytes stand at `place`.
    #[inline]
    pub(super) fn stands_at(&self, place: usize, folded: Folded<'_>, texts: &[u8]) -> bool {
        let Some(from) = place.checked_sub(wide(self.at)) else { return false };
        // Literals of fewer than four bytes have nothing more to be known by.
        if self.length > 3 {
            let more = folded.padded.get(from + wide(self.more_at)..).map_or(0, number);
            if more != self.more {
                return false;
            }
        }
        let part = folded.text.get(from..from + self.length());
        part.is_some_and(|part| same(part, self.text(texts)))
    }
}

/// Whether two texts of one length are the same. They are short: calling for help would take longer than comparing.
#[inline]
pub(super) fn same(text: &[u8], other: &[u8]) -> bool {
    if text.len() != other.len() {
        return false;
    }
    if text.len() < 8 {
        return match (text.first_chunk::<4>(), other.first_chunk::<4>()) {
            (Some(first), Some(second)) => {
                first == second && text.last_chunk::<4>() == other.last_chunk::<4>()
            }
            _ => text.iter().eq(other),
        };
    }
    let (eights, _) = text.as_chunks::<8>();
    let (others, _) = other.as_chunks::<8>();
    eights.iter().eq(others) && text.last_chunk::<8>() == other.last_chunk::<8>()
}

/// The places of literals were counted with 32 bits.
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// On all machines this runs on, a `usize` has 32 bits or more.
#[inline]
pub(in crate::matcher) const fn wide(number: u32) -> usize {
    number as usize
}

/// A place in the table: a key, and which entries are under it. No entries: a free place.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    key: u64,
    from: u32,
    to: u32,
}

/// A hash table that never changes.
#[derive(Debug)]
pub(super) struct Table {
    places: Box<[Place]>,
    shift: u32,
    entries: Box<[Entry]>,
}

impl Table {
    pub(super) fn new(mut keyed: Vec<(u64, Entry)>) -> Self {
        keyed.sort_by_key(|(key, _)| *key);
        let bits = (keyed.len() * 2).next_power_of_two().max(2).trailing_zeros();
        let mut table = Self {
            places: vec![Place::default(); 1 << bits].into(),
            shift: 64 - bits,
            entries: [].into(),
        };
        let mut from = 0;
        for same in keyed.chunk_by(|a, b| a.0 == b.0) {
            let to = from + same.len();
            if let (Some((key, _)), Ok(from), Ok(to)) =
                (same.first(), u32::try_from(from), u32::try_from(to))
            {
                table.place(Place { key: *key, from, to });
            }
            from = to;
        }
        table.entries = keyed.into_iter().map(|(_, entry)| entry).collect();
        table
    }

    fn place(&mut self, new: Place) {
        let mut at = self.start(new.key);
        while self.places.get(at).is_some_and(|place| place.to > place.from) {
            at = (at + 1) & (self.places.len() - 1);
        }
        if let Some(place) = self.places.get_mut(at) {
            *place = new;
        }
    }

    #[inline]
    fn start(&self, key: u64) -> usize {
        usize::try_from(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift).unwrap_or(0)
    }

    /// The entries under a key.
    #[inline]
    pub(super) fn get(&self, key: u64) -> &[Entry] {
        let mut at = self.start(key);
        while let Some(place) = self.places.get(at) {
            if place.from == place.to {
                break;
            }
            if place.key == key {
                return self.entries.get(wide(place.from)..wide(place.to)).unwrap_or_default();
            }
            at = (at + 1) & (self.places.len() - 1);
        }
        &[]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.places) + size_of_val(&*self.entries)
    }
}
