//! Literals that stand at the start or at the end of a value.
//!
//! A literal is looked up by up to sixteen of its outermost bytes: the value needs one look-up for each such length
//! that occurs, however many literals there are.

use std::collections::BTreeMap;

use super::table::{Entry, Table, same};

/// Which end of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Start,
    End,
}

/// The literals of one end.
#[derive(Debug)]
pub(super) struct Ends {
    side: Side,
    /// By how many bytes literals are looked up, 1 to 8 or 16, fewest first; and those literals.
    tables: Vec<(usize, Table)>,
    /// By a number of the two outermost bytes: a bit for each table in which such a literal may be.
    worth: Box<[u16; 256]>,
}

impl Ends {
    pub(super) fn new(side: Side, entries: Vec<Entry>, texts: &[u8]) -> Self {
        let mut by_width: BTreeMap<usize, Vec<(u64, Entry)>> = BTreeMap::new();
        for entry in entries {
            let width = match entry.length() {
                short @ 0..=8 => short,
                9..16 => 8,
                _ => 16,
            };
            if let Some(key) = Outermost::of(side, entry.text(texts)).key(width) {
                by_width.entry(width).or_default().push((key, entry));
            }
        }
        let mut worth = Box::new([0_u16; 256]);
        for (table, (width, keyed)) in by_width.iter().enumerate() {
            for (_, entry) in keyed {
                let pair = Outermost::of(side, entry.text(texts)).pair();
                if *width == 1 {
                    worth.iter_mut().for_each(|tables| *tables |= 1 << table);
                } else if let Some(tables) = worth.get_mut(pair) {
                    *tables |= 1 << table;
                }
            }
        }
        let tables = by_width.into_iter().map(|(width, keyed)| (width, Table::new(keyed)));
        Self { side, tables: tables.collect(), worth }
    }

    pub(super) fn find(&self, text: &[u8], texts: &[u8], found: &mut impl FnMut(u32)) {
        if self.tables.is_empty() {
            return;
        }
        let outermost = Outermost::of(self.side, text);
        let mut worth = self.worth.get(outermost.pair()).copied().unwrap_or(0);
        while worth != 0 {
            let next = usize::try_from(worth.trailing_zeros()).unwrap_or(0);
            worth &= worth - 1;
            let Some((width, table)) = self.tables.get(next) else { break };
            let Some(key) = outermost.key(*width) else { break };
            for entry in table.get(key) {
                // A key of up to eight bytes is the literal itself.
                let stands = entry.length() <= 8
                    || match self.side {
                        Side::Start => starts_with(text, entry.text(texts)),
                        Side::End => ends_with(text, entry.text(texts)),
                    };
                if stands {
                    found(entry.leaf);
                }
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.tables.iter().map(|(_, table)| table.bytes()).sum()
    }
}

#[inline]
fn starts_with(text: &[u8], literal: &[u8]) -> bool {
    text.get(..literal.len()).is_some_and(|start| same(start, literal))
}

#[inline]
fn ends_with(text: &[u8], literal: &[u8]) -> bool {
    let end = text.len().checked_sub(literal.len()).and_then(|from| text.get(from..));
    end.is_some_and(|end| same(end, literal))
}

/// The outermost bytes of a text, as numbers in which the outermost byte is the highest.
#[derive(Debug)]
struct Outermost {
    length: usize,
    eight: u64,
    next: u64,
}

impl Outermost {
    fn of(side: Side, text: &[u8]) -> Self {
        let (eight, next) = match side {
            Side::Start => {
                let head = text.first_chunk::<16>().map(|bytes| u128::from_be_bytes(*bytes));
                let head = head.unwrap_or_else(|| head_of_few(text.iter()));
                halves(head)
            }
            Side::End => {
                let tail = text.last_chunk::<16>().map(|bytes| u128::from_le_bytes(*bytes));
                let tail = tail.unwrap_or_else(|| head_of_few(text.iter().rev()));
                halves(tail)
            }
        };
        Self { length: text.len(), eight, next }
    }

    /// A number below 256 for the two outermost bytes.
    #[inline]
    fn pair(&self) -> usize {
        usize::try_from((self.eight >> 48).wrapping_mul(0x9e37) >> 8 & 0xff).unwrap_or(0)
    }

    /// A number for so many bytes: those bytes, up to eight; `None` when the text is shorter.
    #[inline]
    fn key(&self, width: usize) -> Option<u64> {
        if width > self.length {
            return None;
        }
        match width {
            0 => None,
            1..=8 => Some(self.eight >> (64 - 8 * width)),
            _ => Some(super::mix(self.eight) ^ self.next),
        }
    }
}

fn halves(number: u128) -> (u64, u64) {
    let high = u64::try_from(number >> 64).unwrap_or(0);
    let low = u64::try_from(number & u128::from(u64::MAX)).unwrap_or(0);
    (high, low)
}

/// Up to sixteen bytes, the first one highest.
fn head_of_few<'b>(bytes: impl Iterator<Item = &'b u8>) -> u128 {
    let placed = bytes.take(16).zip((0..16).rev()).map(|(b, place)| u128::from(*b) << (8 * place));
    placed.fold(0, |all, byte| all | byte)
}
