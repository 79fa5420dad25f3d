//! A quick look at unfolded text: can any literal stand in it at all?
//!
//! For rules that search every value of an event. Their literals are rare, so that one look at the event as it was
//! received spares taking it apart. Letters count the same in both cases, and a literal is looked for by a part of it
//! that JSON writes as it is; whoever asks makes sure that the text is ASCII.

use super::grams::{Bitmap, Rarity, number};

/// Says no where no literal stands, and seldom yes where none does.
#[derive(Debug)]
pub(super) struct Sieve {
    bits: Bitmap,
    /// What the bits stand for, in order: where a bit is set, it is looked up here.
    grams: Vec<u32>,
    /// Looking at every second place is enough, because every literal is known by two neighbouring ones.
    every_second: bool,
}

impl Sieve {
    /// `None` when a literal has no part of four bytes that JSON writes as it is.
    pub(super) fn new(literals: &[&[u8]], rarity: &Rarity) -> Option<Self> {
        let every_second = literals.iter().all(|text| best(text, 5, rarity).is_some());
        let width = if every_second { 5 } else { 4 };
        let mut grams = Vec::new();
        for text in literals {
            grams.extend(best(text, width, rarity)?.windows(4).map(|gram| caseless(number(gram))));
        }
        grams.sort_unstable();
        grams.dedup();
        let mut bits = Bitmap::new(grams.len());
        grams.iter().for_each(|gram| bits.set(*gram));
        Some(Self { bits, grams, every_second })
    }

    pub(super) fn passes(&self, text: &[u8]) -> bool {
        let has = |at: usize| {
            let gram = caseless(text.get(at..).map_or(0, number));
            self.bits.bit(gram) != 0 && self.grams.binary_search(&gram).is_ok()
        };
        if self.every_second {
            (0..text.len()).step_by(2).any(has)
        } else {
            (0..text.len()).any(has)
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bits.bytes() + size_of_val(&*self.grams)
    }
}

/// The part of so many bytes whose grams are the rarest.
fn best<'t>(text: &'t [u8], width: usize, rarity: &Rarity) -> Option<&'t [u8]> {
    let is_plain = |part: &&[u8]| {
        part.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'))
    };
    let parts = text.windows(width).filter(is_plain);
    parts.min_by_key(|part| part.windows(4).map(|gram| rarity.count(number(gram))).sum::<u32>())
}

#[inline]
fn caseless(gram: u32) -> u32 {
    gram | 0x2020_2020
}
