//! Literals of the form `sha256=…`: thousands of them in rules about known files, all of a few lengths.
//!
//! They may stand anywhere, but only where the value has that name before a `=`. One look-up for each such place
//! answers for all of them.

use memchr::memchr_iter;
use rustc_hash::FxHashMap;

use super::hash;
use super::table::{Entry, Table};

/// Fewer literals of one form are not worth a look-up of their own.
const FEWEST: usize = 16;

/// Literals that have one `=`, by the text up to it and their length.
#[derive(Debug)]
pub(super) struct Digests {
    forms: Vec<Form>,
    table: Table,
}

/// What literals have in common: the name with its `=`, and their length in all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Form {
    name: Box<[u8]>,
    length: usize,
}

impl Form {
    fn of(text: &[u8]) -> Option<Self> {
        let mut places = memchr_iter(b'=', text);
        let (at, None) = (places.next()?, places.next()) else { return None };
        Some(Self { name: text.get(..=at)?.into(), length: text.len() })
    }
}

impl Digests {
    /// Takes what is of such a form from the literals, and gives back the others.
    pub(super) fn new(entries: Vec<Entry>, texts: &[u8]) -> (Self, Vec<Entry>) {
        let mut count: FxHashMap<Form, usize> = FxHashMap::default();
        for form in entries.iter().filter_map(|entry| Form::of(entry.text(texts))) {
            *count.entry(form).or_default() += 1;
        }
        count.retain(|_, count| *count >= FEWEST);
        let is_digest =
            |entry: &Entry| Form::of(entry.text(texts)).is_some_and(|f| count.contains_key(&f));
        let (digests, others) = entries.into_iter().partition::<Vec<_>, _>(is_digest);
        let keyed = digests.into_iter().map(|entry| (hash(entry.text(texts)), entry)).collect();
        let mut forms: Vec<Form> = count.into_keys().collect();
        forms.sort_by(|a, b| (&a.name, a.length).cmp(&(&b.name, b.length)));
        (Self { forms, table: Table::new(keyed) }, others)
    }

    pub(super) fn find(&self, text: &[u8], texts: &[u8], found: &mut impl FnMut(u32)) {
        if self.forms.is_empty() {
            return;
        }
        for at in memchr_iter(b'=', text) {
            let before = text.get(..=at).unwrap_or_default();
            for form in self.forms.iter().filter(|form| before.ends_with(&form.name)) {
                let from = before.len() - form.name.len();
                let Some(part) = text.get(from..from + form.length) else { continue };
                let under = self.table.get(hash(part)).iter();
                under.filter(|entry| entry.text(texts) == part).for_each(|entry| found(entry.leaf));
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.table.bytes()
    }
}
