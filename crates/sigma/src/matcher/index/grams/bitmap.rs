//! Sets of four bytes that answer in one look, and say yes to a few they do not have.
//!
//! Their sizes are known when the program is built, so that a look needs no check of bounds.

use crate::matcher::index::Folded;

/// A set of so many words, a power of two.
#[derive(Debug)]
pub(in crate::matcher::index) struct Bits<const WORDS: usize>(Box<[u64; WORDS]>);

impl<const WORDS: usize> Bits<WORDS> {
    /// How many bits of a spread number are a place in the set.
    const WIDTH: u32 = WORDS.trailing_zeros() + 6;

    pub(in crate::matcher::index) fn new() -> Self {
        Self(Box::new([0; WORDS]))
    }

    pub(in crate::matcher::index) fn set(&mut self, gram: u32) {
        let place = super::place(gram, Self::WIDTH);
        if let Some(word) = self.0.get_mut(place >> 6) {
            *word |= 1 << (place & 63);
        }
    }

    /// 1 when the gram may be in the set, 0 when it is not.
    #[inline]
    pub(in crate::matcher::index) fn bit(&self, gram: u32) -> u64 {
        let place = super::place(gram, Self::WIDTH);
        let word = self.0.get(place >> 6).copied().unwrap_or(0);
        word >> (place & 63) & 1
    }

    /// The next place, from this one on, at which a gram of the set may stand.
    fn next(&self, folded: Folded<'_>, from: usize) -> Option<usize> {
        let mut at = from;
        while at < folded.text.len() {
            let found = four_grams(folded.padded, at).map(|gram| self.bit(gram));
            let [first, second, third, fourth] = found;
            let found = first | second << 1 | third << 2 | fourth << 3;
            if found != 0 {
                let beyond = usize::try_from(found.trailing_zeros()).unwrap_or(0);
                return Some(at + beyond).filter(|at| *at < folded.text.len());
            }
            at += 4;
        }
        None
    }
}

/// A set as large as what is in it asks for.
#[derive(Debug)]
pub(super) enum Bitmap {
    Tiny(Bits<16>),
    Small(Bits<128>),
    Medium(Bits<1024>),
    Large(Bits<16_384>),
}

impl Bitmap {
    /// Some thirty bits for each gram, up to 128 KiB: small enough to stay in the cache, large enough to say no.
    pub(super) fn new(grams: usize) -> Self {
        match grams * 24 {
            0..=0x400 => Self::Tiny(Bits::new()),
            0x401..=0x2000 => Self::Small(Bits::new()),
            0x2001..=0x1_0000 => Self::Medium(Bits::new()),
            _ => Self::Large(Bits::new()),
        }
    }

    pub(super) fn set(&mut self, gram: u32) {
        match self {
            Self::Tiny(bits) => bits.set(gram),
            Self::Small(bits) => bits.set(gram),
            Self::Medium(bits) => bits.set(gram),
            Self::Large(bits) => bits.set(gram),
        }
    }

    /// The next place, from this one on, at which a gram of the set may stand.
    #[inline]
    pub(super) fn next(&self, folded: Folded<'_>, from: usize) -> Option<usize> {
        match self {
            Self::Tiny(bits) => bits.next(folded, from),
            Self::Small(bits) => bits.next(folded, from),
            Self::Medium(bits) => bits.next(folded, from),
            Self::Large(bits) => bits.next(folded, from),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let words = match self {
            Self::Tiny(_) => 16,
            Self::Small(_) => 128,
            Self::Medium(_) => 1024,
            Self::Large(_) => 16_384,
        };
        words * size_of::<u64>()
    }
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
