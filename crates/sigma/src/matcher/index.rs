//! The literals of one field, arranged so that a value leads to those that stand in it.
//!
//! Whole values, starts and ends are looked up by a few of their bytes; literals that may stand anywhere by their
//! rarest four bytes (`grams`); those of the form `name=digest` by the whole of it (`digests`). Every candidate is
//! compared byte by byte before it is named.

use crate::matcher::probe::Needle;
use crate::pattern::Anchor;

mod digests;
mod ends;
mod grams;
mod sieve;
mod table;
#[cfg(test)]
mod tests;

use digests::Digests;
use ends::{Ends, Side};
use grams::Grams;
pub(super) use grams::Rarity;
use sieve::Sieve;
pub(super) use table::wide;
use table::{Entry, Table, same};

/// How many bytes must follow a folded value, so that it can be read in steps of eight.
pub(super) const PADDING: usize = 8;

/// A folded value with [`PADDING`] behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Folded<'a> {
    padded: &'a [u8],
    text: &'a [u8],
}

impl<'a> Folded<'a> {
    /// Takes text that ends with [`PADDING`] bytes more.
    pub(super) fn new(padded: &'a [u8]) -> Self {
        let length = padded.len().saturating_sub(PADDING);
        Self { padded, text: padded.get(..length).unwrap_or_default() }
    }
}

/// Finds which literals stand in a folded value.
#[derive(Debug)]
pub(super) struct Index {
    whole: Whole,
    start: Ends,
    end: Ends,
    digests: Digests,
    grams: Grams,
    /// All literals are whole values.
    only_whole: bool,
    /// The text of all literals, one after the other.
    texts: Box<[u8]>,
}

impl Index {
    /// Arranges needles, each with the number under which it is to be named. An empty one is
    /// found where it is the whole value.
    pub(super) fn new(needles: &[(&Needle, u32)], rarity: &Rarity) -> Self {
        let mut texts = Vec::new();
        let (mut whole, mut start, mut end, mut inside) = (vec![], vec![], vec![], vec![]);
        let mut empty = Vec::new();
        for (needle, leaf) in needles {
            if needle.text.is_empty() && needle.anchor == Anchor::Whole {
                empty.push(*leaf);
            }
            let from = texts.len();
            texts.extend_from_slice(needle.text.as_bytes());
            let Some(entry) = Entry::new(*leaf, from, needle.text.len()) else { continue };
            match needle.anchor {
                Anchor::Whole => whole.push(entry),
                Anchor::Start => start.push(entry),
                Anchor::End => end.push(entry),
                Anchor::Anywhere => inside.push(entry),
            }
        }
        let only_whole = start.is_empty() && end.is_empty() && inside.is_empty();
        let (digests, inside) = Digests::new(inside, &texts);
        Self {
            only_whole,
            whole: Whole::new(whole, empty, &texts),
            start: Ends::new(Side::Start, start, &texts),
            end: Ends::new(Side::End, end, &texts),
            digests,
            grams: Grams::new(inside, &texts, rarity),
            texts: texts.into(),
        }
    }

    /// Whether none of the literals can stand in this text, by its length.
    #[inline]
    pub(super) fn has_none_of_length(&self, text: &str) -> bool {
        self.only_whole
            && self.whole.lengths & length_bit(text.len()) == 0
            && !text.is_empty()
            && text.is_ascii()
    }

    /// Names every literal that stands in the text; one may be named more than once.
    pub(super) fn find(&self, folded: Folded<'_>, mut found: impl FnMut(u32)) {
        self.whole.find(folded.text, &self.texts, &mut found);
        if self.only_whole {
            return;
        }
        self.start.find(folded.text, &self.texts, &mut found);
        self.end.find(folded.text, &self.texts, &mut found);
        self.digests.find(folded.text, &self.texts, &mut found);
        self.grams.find(folded, &self.texts, &mut found);
    }

    /// The bytes it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.texts.len()
            + self.whole.table.bytes()
            + self.start.bytes()
            + self.end.bytes()
            + self.digests.bytes()
            + self.grams.bytes()
    }
}

/// The literals that may stand in any value of the event.
#[derive(Debug)]
pub(super) struct Keywords {
    pub(super) index: Index,
    sieve: Option<Sieve>,
}

impl Keywords {
    pub(super) fn new(needles: &[(&Needle, u32)], rarity: &Rarity) -> Self {
        let texts: Vec<&[u8]> = needles.iter().map(|(needle, _)| needle.text.as_bytes()).collect();
        Self { index: Index::new(needles, rarity), sieve: Sieve::new(&texts, rarity) }
    }

    /// Whether one of them may stand in this text, which may still have the escapes of JSON, but for `\u` and `\/`.
    pub(super) fn may_stand_in(&self, text: &str) -> bool {
        match &self.sieve {
            Some(sieve) => !text.is_ascii() || sieve.passes(text.as_bytes()),
            None => true,
        }
    }

    /// The bytes they take in memory.
    pub(super) fn bytes(&self) -> usize {
        self.index.bytes() + self.sieve.as_ref().map_or(0, Sieve::bytes)
    }
}

/// Literals that are the whole value.
#[derive(Debug)]
struct Whole {
    /// Which lengths there are; the last bit stands for all longer ones.
    lengths: u128,
    table: Table,
    /// What is named when the value is empty.
    empty: Vec<u32>,
}

impl Whole {
    fn new(entries: Vec<Entry>, empty: Vec<u32>, texts: &[u8]) -> Self {
        let lengths = entries.iter().fold(0, |all, entry| all | length_bit(entry.length()));
        let keyed = entries.into_iter().map(|entry| (hash(entry.text(texts)), entry));
        Self { lengths, table: Table::new(keyed.collect()), empty }
    }

    fn find(&self, text: &[u8], texts: &[u8], found: &mut impl FnMut(u32)) {
        if self.lengths & length_bit(text.len()) == 0 {
            if text.is_empty() {
                self.empty.iter().for_each(|leaf| found(*leaf));
            }
            return;
        }
        for entry in self.table.get(hash(text)) {
            if same(entry.text(texts), text) {
                found(entry.leaf);
            }
        }
    }
}

fn length_bit(length: usize) -> u128 {
    1 << length.min(127)
}

/// A number for a text, spread over all 64 bits.
fn hash(text: &[u8]) -> u64 {
    let (chunks, rest) = text.as_chunks::<8>();
    let seed = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let hash = chunks.iter().fold(seed, |hash, chunk| mix(hash ^ u64::from_le_bytes(*chunk)));
    let rest = rest.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
    mix(hash ^ rest)
}

fn mix(number: u64) -> u64 {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    spread ^ spread >> 32
}
