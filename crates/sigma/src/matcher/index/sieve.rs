//! A quick look at unfolded text: can any literal stand in it at all?
//!
//! For rules that search every value of an event. Their literals are rare, so that one look at the event as it was
//! received spares taking it apart. Letters count the same in both cases, and a literal is looked for by a part of it
//! that JSON writes as it is; whoever asks makes sure that the text is ASCII.

use super::grams::{Bits, Rarity, number};

/// Most bytes from one look to the next.
const STEP_MAX: usize = 8;

/// Says no where no literal stands, and seldom yes where none does.
#[derive(Debug)]
pub(super) struct Sieve {
    bits: Bits<1024>,
    /// What the bits stand for, in order: where a bit is set, it is looked up here.
    grams: Vec<u32>,
    /// Bytes from one look to the next: every literal is known by so many neighbouring grams, of which one is met.
    step: usize,
}

impl Sieve {
    /// `None` when a literal has no part of four bytes that JSON writes as it is.
    pub(super) fn new(literals: &[&[u8]], rarity: &Rarity) -> Option<Self> {
        let steps = (1..=STEP_MAX).rev();
        let fits =
            |step: &usize| literals.iter().all(|text| best(text, step + 3, rarity).is_some());
        let step = { steps }.find(fits)?;
        let mut grams = Vec::new();
        for text in literals {
            let part = best(text, step + 3, rarity)?;
            grams.extend(part.windows(4).map(|gram| caseless(number(gram))));
        }
        grams.sort_unstable();
        grams.dedup();
        let mut bits = Bits::new();
        grams.iter().for_each(|gram| bits.set(*gram));
        Some(Self { bits, grams, step })
    }

    pub(super) fn passes(&self, text: &[u8]) -> bool {
        let has = |at: usize| {
            let gram = caseless(text.get(at..).map_or(0, number));
            self.bits.bit(gram) != 0 && self.grams.binary_search(&gram).is_ok()
        };
        // A gram has four bytes: none begins in the last three.
        (0..text.len().saturating_sub(3)).step_by(self.step).any(has)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<[u64; 1024]>() + size_of_val(&*self.grams)
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
