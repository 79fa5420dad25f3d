//! A line of JSON as an event: fields found in place, text left as it stands until somebody asks.
//!
//! Reads one flat object. Lists and objects inside it are stepped over; a name that comes twice means its last value.
//! Knows where values stand, not what they mean to a rule.

use rustc_hash::FxHashMap;

use super::{FieldId, FieldNames, Fields, Value};

mod scan;

pub(crate) use scan::unescape_into;
use scan::{Kind, Scanner};

/// Why a line is not an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// Only an object has fields.
    #[error("reading a line of JSON: expected an object, `{{`, at byte {0}")]
    NoObject(usize),
    /// The text is not JSON.
    #[error("reading a line of JSON: expected {expected} at byte {at}")]
    Syntax {
        /// What should stand there.
        expected: &'static str,
        /// Where, in bytes from the start of the line.
        at: usize,
    },
    /// Lists or objects stand in each other too deeply.
    #[error("reading a line of JSON: nested deeper than 128 levels at byte {0}")]
    TooDeep(usize),
    /// The places of values are 32 bits wide.
    #[error("reading a line of JSON: longer than 4 GiB")]
    TooLong,
}

/// One name with its value, by where they stand in the line.
#[derive(Debug, Clone, Copy)]
struct Entry {
    name: (u32, u32),
    value: (u32, u32),
    kind: Kind,
}

/// Reads lines of JSON for one matcher, with working memory that is used again for each line.
#[derive(Debug, Clone)]
pub struct JsonReader {
    names: Names,
    line: u32,
    entries: Vec<Entry>,
    /// By field number: the line in which it was last seen, and its entry there.
    slots: Vec<(u32, u32)>,
    present: Vec<FieldId>,
}

impl JsonReader {
    pub(crate) fn new(fields: &FieldNames) -> Self {
        Self {
            names: Names::new(fields),
            line: 0,
            entries: Vec::new(),
            slots: vec![(0, 0); fields.names.len()],
            present: Vec::new(),
        }
    }

    /// Reads a line that holds one object.
    pub fn read<'a>(&'a mut self, line: &'a str) -> Result<JsonLine<'a>, JsonFault> {
        if u32::try_from(line.len()).is_err() {
            return Err(JsonFault::TooLong);
        }
        self.entries.clear();
        self.present.clear();
        self.line = self.line.checked_add(1).unwrap_or_else(|| {
            self.slots.fill((0, 0));
            1
        });
        let mut scanner = Scanner::new(line);
        scanner.object(|name, value, kind| {
            let known = self.names.find(line.as_bytes().get(name.0..name.1).unwrap_or_default());
            let entry = Entry { name: short(name), value: short(value), kind };
            self.push(entry, known);
        })?;
        Ok(JsonLine { text: line, reader: self })
    }

    fn push(&mut self, entry: Entry, field: Option<FieldId>) {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.push(entry);
        let Some(field) = field else { return };
        let Some(slot) = self.slots.get_mut(field.index()) else { return };
        if slot.0 != self.line {
            self.present.push(field);
        }
        *slot = (self.line, number);
    }
}

/// Fits, because the line was found to be short enough.
fn short((from, to): (usize, usize)) -> (u32, u32) {
    (u32::try_from(from).unwrap_or(u32::MAX), u32::try_from(to).unwrap_or(u32::MAX))
}

fn cut(text: &str, (from, to): (u32, u32)) -> &str {
    let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    text.get(place(from)..place(to)).unwrap_or_default()
}

/// A line of JSON that was read.
#[derive(Debug, Clone, Copy)]
pub struct JsonLine<'a> {
    text: &'a str,
    reader: &'a JsonReader,
}

impl JsonLine<'_> {
    fn value(&self, entry: &Entry) -> Option<Value<'_>> {
        let text = cut(self.text, entry.value);
        match entry.kind {
            Kind::Text => Some(Value::Str(text)),
            Kind::Escaped => Some(Value::Escaped(text)),
            Kind::Number => Some(scan::number(text)),
            Kind::True => Some(Value::Bool(true)),
            Kind::False => Some(Value::Bool(false)),
            Kind::Null => Some(Value::Null),
            Kind::Nested => None,
        }
    }
}

impl Fields for JsonLine<'_> {
    fn field(&self, field: FieldId) -> Option<Value<'_>> {
        let (line, entry) = self.reader.slots.get(field.index())?;
        if *line != self.reader.line {
            return None;
        }
        self.value(self.reader.entries.get(usize::try_from(*entry).ok()?)?)
    }

    fn present(&self) -> Option<&[FieldId]> {
        Some(&self.reader.present)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>)) {
        for (at, entry) in self.reader.entries.iter().enumerate() {
            let name = cut(self.text, entry.name);
            // Of a name that comes twice, only the last value counts.
            let later = self.reader.entries.get(at + 1..).unwrap_or_default();
            let again = |other: &Entry| {
                other.name.1 - other.name.0 == entry.name.1 - entry.name.0
                    && cut(self.text, other.name) == name
            };
            if let Some(value) = self.value(entry).filter(|_| !later.iter().any(again)) {
                visit(name, value);
            }
        }
    }
}

/// Field names by their bytes, found with one comparison.
#[derive(Debug, Clone)]
struct Names {
    /// A power of two of places, at most a quarter of them taken.
    places: Vec<(u64, FieldId)>,
    names: Vec<Box<[u8]>>,
    /// Names with characters that JSON may also write as escapes are looked up by their meaning.
    all: FxHashMap<Box<str>, FieldId>,
}

const EMPTY: FieldId = FieldId(u16::MAX);

impl Names {
    fn new(fields: &FieldNames) -> Self {
        let size = (fields.names.len() * 4).next_power_of_two().max(16);
        let mut names = Self {
            places: vec![(0, EMPTY); size],
            names: fields.names.iter().map(|name| name.as_bytes().into()).collect(),
            all: FxHashMap::default(),
        };
        for (number, name) in fields.names.iter().enumerate() {
            let Ok(number) = u16::try_from(number) else { break };
            names.insert(name, FieldId(number));
        }
        names
    }

    fn insert(&mut self, name: &str, id: FieldId) {
        self.all.insert(name.into(), id);
        let hash = hash(name.as_bytes());
        let mut at = self.start(hash);
        while self.places.get(at).is_some_and(|place| place.1 != EMPTY) {
            at = (at + 1) & (self.places.len() - 1);
        }
        if let Some(place) = self.places.get_mut(at) {
            *place = (hash, id);
        }
    }

    fn start(&self, hash: u64) -> usize {
        usize::try_from(hash >> 32).unwrap_or(0) & (self.places.len() - 1)
    }

    fn find(&self, name: &[u8]) -> Option<FieldId> {
        let hash = hash(name);
        let mut at = self.start(hash);
        loop {
            let (found, id) = *self.places.get(at)?;
            if id == EMPTY {
                break;
            }
            if found == hash && self.names.get(id.index()).is_some_and(|n| **n == *name) {
                return Some(id);
            }
            at = (at + 1) & (self.places.len() - 1);
        }
        if name.contains(&b'\\') { self.find_escaped(name) } else { None }
    }

    #[cold]
    fn find_escaped(&self, name: &[u8]) -> Option<FieldId> {
        let mut meaning = String::new();
        unescape_into(std::str::from_utf8(name).ok()?, &mut meaning);
        self.all.get(meaning.as_str()).copied()
    }
}

/// Mixes length, first and last eight bytes: field names that agree in all three are rare, and compared anyway.
fn hash(name: &[u8]) -> u64 {
    let first = name.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes));
    let last = name.last_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes));
    let (first, last) = match (first, last) {
        (Some(first), Some(last)) => (first, last),
        _ => (name.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0),
    };
    let length = u64::try_from(name.len()).unwrap_or(u64::MAX);
    let mixed = (first ^ last.rotate_left(23) ^ length).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}
