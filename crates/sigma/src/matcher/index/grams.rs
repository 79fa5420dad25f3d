//! Literals that may stand anywhere in a value, found by their rarest bytes.
//!
//! Every literal is filed under four neighbouring bytes of it: those that the fewest other literals contain, for what
//! is common in rules is common in events. A value is read once; at each place its next four bytes are looked up in a
//! bitmap, and only where the bit is set are the literals under them compared. Literals of one to three bytes are
//! filed under two, in a bitmap of all pairs.

use super::Folded;
use super::table::{Entry, Table, wide};

mod bitmap;

use bitmap::Bitmap;
pub(super) use bitmap::Bits;

/// How often four bytes occur in the literals of a program, roughly.
#[derive(Debug)]
pub(in crate::matcher) struct Rarity(Vec<u32>);

const RARITY_BITS: u32 = 16;

impl Rarity {
    pub(in crate::matcher) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut counts = vec![0_u32; 1 << RARITY_BITS];
        for text in texts {
            for gram in text.as_bytes().windows(4) {
                if let Some(count) = counts.get_mut(place(number(gram), RARITY_BITS)) {
                    *count = count.saturating_add(1);
                }
            }
        }
        Self(counts)
    }

    pub(super) fn count(&self, gram: u32) -> u32 {
        self.0.get(place(gram, RARITY_BITS)).copied().unwrap_or(0)
    }
}

/// The literals of one field that may stand anywhere.
#[derive(Debug)]
pub(super) struct Grams {
    four: Bitmap,
    fours: Table,
    pairs: Option<Box<Pairs>>,
}

/// Literals too short for four bytes.
#[derive(Debug)]
struct Pairs {
    bits: [u64; 1024],
    table: Table,
}

/// Places in a pair's key beyond those of two bytes: the literal is only one.
const ONE_BYTE: u64 = 1 << 32;

impl Grams {
    pub(super) fn new(entries: Vec<Entry>, texts: &[u8], rarity: &Rarity) -> Self {
        let (long, short): (Vec<_>, Vec<_>) = entries.into_iter().partition(|e| e.length() >= 4);
        let mut four = Bitmap::new(long.len());
        let mut keyed = Vec::with_capacity(long.len());
        for mut entry in long {
            let grams = entry.text(texts).windows(4).map(number).enumerate();
            let Some((at, gram)) = grams.min_by_key(|(_, gram)| rarity.count(*gram)) else {
                continue;
            };
            entry.know_by(at, texts);
            four.set(gram);
            keyed.push((u64::from(gram), entry));
        }
        Self { four, fours: Table::new(keyed), pairs: Pairs::new(short, texts) }
    }

    pub(super) fn find(&self, folded: Folded<'_>, texts: &[u8], found: &mut impl FnMut(u32)) {
        if !self.fours.is_empty() {
            self.find_fours(folded, texts, found);
        }
        if let Some(pairs) = &self.pairs {
            pairs.find(folded, texts, found);
        }
    }

    fn find_fours(&self, folded: Folded<'_>, texts: &[u8], found: &mut impl FnMut(u32)) {
        let mut from = 0;
        while let Some(at) = self.four.next(folded, from) {
            let gram = folded.padded.get(at..).map_or(0, number);
            for entry in self.fours.get(u64::from(gram)) {
                if entry.stands_at(at, folded, texts) {
                    found(entry.leaf);
                }
            }
            from = at + 1;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let pairs = self.pairs.as_ref().map_or(0, |p| size_of_val(&p.bits) + p.table.bytes());
        self.four.bytes() + self.fours.bytes() + pairs
    }
}

impl Pairs {
    fn new(entries: Vec<Entry>, texts: &[u8]) -> Option<Box<Self>> {
        if entries.is_empty() {
            return None;
        }
        let mut bits = [0; 1024];
        let mut set = |pair: u16| {
            if let Some(word) = bits.get_mut(usize::from(pair >> 6)) {
                *word |= 1_u64 << (pair & 63);
            }
        };
        let keyed = entries.into_iter().filter_map(|entry| match entry.text(texts) {
            [only] => {
                (0..=u8::MAX).for_each(|next| set(u16::from_le_bytes([*only, next])));
                Some((ONE_BYTE | u64::from(*only), entry))
            }
            [first, second, ..] => {
                let pair = u16::from_le_bytes([*first, *second]);
                set(pair);
                Some((u64::from(pair), entry))
            }
            [] => None,
        });
        let table = Table::new(keyed.collect());
        Some(Box::new(Self { bits, table }))
    }

    fn find(&self, folded: Folded<'_>, texts: &[u8], found: &mut impl FnMut(u32)) {
        let pairs = folded.padded.array_windows::<2>().map(|pair| u16::from_le_bytes(*pair));
        for (at, pair) in pairs.take(folded.text.len()).enumerate() {
            let word = self.bits.get(usize::from(pair >> 6)).copied().unwrap_or(0);
            if word >> (pair & 63) & 1 == 1 {
                self.compare(at, pair, folded, texts, found);
            }
        }
    }

    #[inline]
    fn compare(
        &self,
        at: usize,
        pair: u16,
        folded: Folded<'_>,
        texts: &[u8],
        found: &mut impl FnMut(u32),
    ) {
        let two = self.table.get(u64::from(pair));
        let one = self.table.get(ONE_BYTE | u64::from(pair & 0xff));
        for entry in two.iter().chain(one) {
            if entry.stands_at(at, folded, texts) {
                found(entry.leaf);
            }
        }
    }
}

#[inline]
fn place(gram: u32, bits: u32) -> usize {
    wide(gram.wrapping_mul(0x9e37_79b1) >> (32 - bits))
}

#[inline]
pub(super) fn number(gram: &[u8]) -> u32 {
    gram.first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}
