//! Literals that may stand anywhere in a value, found by their rarest bytes.
//!
//! Every literal is filed under four neighbouring bytes of it: those that the fewest other literals contain, for what
//! is common in rules is common in events. A value is read once; at each place its next four bytes are looked up in a
//! bitmap, and only where the bit is set are the literals under them compared. Literals of one to three bytes are
//! filed under two, in a bitmap of all pairs.

use super::Folded;
use super::table::{Entry, Table, wide};

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
            entry.at = u32::try_from(at).unwrap_or(0);
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

    #[inline]
    fn find_fours(&self, folded: Folded<'_>, texts: &[u8], found: &mut impl FnMut(u32)) {
        let mut at = 0;
        while at < folded.text.len() {
            let grams = four_grams(folded.padded, at);
            let bits = grams.map(|gram| self.four.bit(gram));
            if bits.iter().fold(0, |any, bit| any | bit) != 0 {
                let places = grams.into_iter().zip(bits).enumerate();
                for (beyond, (gram, _)) in places.filter(|(_, (_, bit))| *bit != 0) {
                    self.compare(at + beyond, gram, folded.text, texts, found);
                }
            }
            at += 4;
        }
    }

    #[inline]
    fn compare(
        &self,
        at: usize,
        gram: u32,
        text: &[u8],
        texts: &[u8],
        found: &mut impl FnMut(u32),
    ) {
        for entry in self.fours.get(u64::from(gram)) {
            if entry.stands_at(at, text, texts) {
                found(entry.leaf);
            }
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
        for at in 0..folded.text.len() {
            let Some([first, second]) = folded.padded.get(at..at + 2) else { break };
            let pair = u16::from_le_bytes([*first, *second]);
            let word = self.bits.get(usize::from(pair >> 6)).copied().unwrap_or(0);
            if word >> (pair & 63) & 1 == 1 {
                self.compare(at, u32::from(pair), folded.text, texts, found);
            }
        }
    }

    #[inline]
    fn compare(
        &self,
        at: usize,
        gram: u32,
        text: &[u8],
        texts: &[u8],
        found: &mut impl FnMut(u32),
    ) {
        let pair = self.table.get(u64::from(gram & 0xffff));
        let one = self.table.get(ONE_BYTE | u64::from(gram & 0xff));
        for entry in pair.iter().chain(one) {
            if entry.stands_at(at, text, texts) {
                found(entry.leaf);
            }
        }
    }
}

/// A set of grams that says yes to a few it does not have.
#[derive(Debug)]
pub(super) struct Bitmap {
    words: Box<[u64]>,
    bits: u32,
}

impl Bitmap {
    /// Some thirty bits for each gram, up to 128 KiB: small enough to stay in the cache, large enough to say no.
    pub(super) fn new(grams: usize) -> Self {
        let bits = (grams * 24).next_power_of_two().trailing_zeros().clamp(9, 20);
        Self { words: vec![0; 1 << (bits - 6)].into(), bits }
    }

    pub(super) fn set(&mut self, gram: u32) {
        let place = place(gram, self.bits);
        if let Some(word) = self.words.get_mut(place >> 6) {
            *word |= 1 << (place & 63);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.words)
    }

    /// 1 when the gram may be in the set, 0 when it is not.
    #[inline]
    pub(super) fn bit(&self, gram: u32) -> u64 {
        let place = place(gram, self.bits);
        let word = self.words.get(place >> 6).copied().unwrap_or(0);
        word >> (place & 63) & 1
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

/// The four bytes at this place of a text and at the three after it; beyond the end there are zeros.
#[inline]
fn four_grams(padded: &[u8], at: usize) -> [u32; 4] {
    let word = padded.get(at..).and_then(|rest| rest.first_chunk::<8>());
    let word = word.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    [0, 8, 16, 24].map(|shift| low(word >> shift))
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
#[inline]
const fn low(word: u64) -> u32 {
    word as u32
}
