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
    /// Looking at every second place is enough, because every literal is known by two neighbouring ones.
    every_second: bool,
}

impl Sieve {
    /// `None` when a literal has no part of four bytes that JSON writes as it is.
    pub(super) fn new(literals: &[&[u8]], rarity: &Rarity) -> Option<Self> {
        let every_second = literals.iter().all(|text| best(text, 5, rarity).is_some());
        let width = if every_second { 5 } else { 4 };
        let mut bits = Bitmap::new(literals.len() * (width - 3));
        for text in literals {
            best(text, width, rarity)?.windows(4).for_each(|gram| bits.set(caseless(number(gram))));
        }
        Some(Self { bits, every_second })
    }

    pub(super) fn passes(&self, text: &[u8]) -> bool {
        let has = |at: usize| {
            let gram = text.get(at..).map_or(0, number);
            self.bits.bit(caseless(gram)) != 0
        };
        if self.every_second {
            (0..text.len()).step_by(2).any(has)
        } else {
            (0..text.len()).any(has)
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bits.bytes()
    }
}

/// The part of so many bytes whose grams are the rarest.
fn best<'t>(text: &'t [u8], width: usize, rarity: &Rarity) -> Option<&'t [u8]> {
    let is_plain = |part: &&[u8]| {
        part.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'/'))
    };
    let parts = text.windows(width).filter(is_plain);
    parts.min_by_key(|part| part.windows(4).map(|gram| rarity.count(number(gram))).sum::<u32>())
}

#[inline]
fn caseless(gram: u32) -> u32 {
    gram | 0x2020_2020
}
