//! A line of JSON as an event: fields found in place, text left as it stands until somebody asks.
//!
//! Reads one flat object. Lists and objects inside it are stepped over. Of a name that comes twice, the last value
//! counts, but rules that search every value see both.
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
        let plain = scanner.plain;
        Ok(JsonLine { text: line, plain, reader: self })
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
    plain: bool,
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

    fn raw(&self) -> Option<&str> {
        Some(self.text).filter(|_| self.plain)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>)) {
        for entry in &self.reader.entries {
            if let Some(value) = self.value(entry) {
                visit(cut(self.text, entry.name), value);
            }
        }
    }
}

/// Field names by their bytes.
#[derive(Debug, Clone)]
struct Names {
    /// A power of two of places, at most a quarter of them taken.
    places: Vec<Place>,
    names: Vec<Box<[u8]>>,
    /// Names that JSON writes with escapes are looked up by their meaning.
    all: FxHashMap<Box<str>, FieldId>,
}

/// A name and its number; [`EMPTY`] where there is none.
#[derive(Debug, Clone, Copy)]
struct Place {
    outline: Outline,
    id: FieldId,
}

const EMPTY: FieldId = FieldId(u16::MAX);

impl Names {
    fn new(fields: &FieldNames) -> Self {
        let size = (fields.names.len() * 4).next_power_of_two().max(16);
        let mut names = Self {
            places: vec![Place { outline: Outline::of(b""), id: EMPTY }; size],
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
        let outline = Outline::of(name.as_bytes());
        let mut at = self.start(outline);
        while self.places.get(at).is_some_and(|place| place.id != EMPTY) {
            at = (at + 1) & (self.places.len() - 1);
        }
        if let Some(place) = self.places.get_mut(at) {
            *place = Place { outline, id };
        }
    }

    #[inline]
    fn start(&self, outline: Outline) -> usize {
        usize::try_from(outline.hash() >> 32).unwrap_or(0) & (self.places.len() - 1)
    }

    #[inline]
    fn find(&self, name: &[u8]) -> Option<FieldId> {
        let outline = Outline::of(name);
        let mut at = self.start(outline);
        loop {
            let place = self.places.get(at)?;
            if place.id == EMPTY {
                break;
            }
            if place.outline == outline && (name.len() <= 16 || self.is(place.id, name)) {
                return Some(place.id);
            }
            at = (at + 1) & (self.places.len() - 1);
        }
        if name.contains(&b'\\') { self.find_escaped(name) } else { None }
    }

    fn is(&self, id: FieldId, name: &[u8]) -> bool {
        self.names.get(id.index()).is_some_and(|known| **known == *name)
    }

    #[cold]
    fn find_escaped(&self, name: &[u8]) -> Option<FieldId> {
        let mut meaning = String::new();
        unescape_into(std::str::from_utf8(name).ok()?, &mut meaning);
        self.all.get(meaning.as_str()).copied()
    }
}

/// Length, first and last eight bytes of a name. Up to sixteen bytes that is all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outline {
    first: u64,
    last: u64,
    length: usize,
}

impl Outline {
    #[inline]
    fn of(name: &[u8]) -> Self {
        let ends = name.first_chunk::<8>().zip(name.last_chunk::<8>());
        let (first, last) = match ends {
            Some((first, last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            None => (name.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0),
        };
        Self { first, last, length: name.len() }
    }

    #[inline]
    fn hash(self) -> u64 {
        let length = u64::try_from(self.length).unwrap_or(u64::MAX);
        let ends = self.first ^ self.last.rotate_left(23) ^ length;
        let mixed = ends.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 29
    }
}
