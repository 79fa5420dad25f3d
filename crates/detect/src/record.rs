//! One event as a flat list of named values.
//!
//! Made to be filled again and again: all text stands in one buffer, so that an event costs no allocation. It knows
//! neither files nor rules.

use bartizan_sigma::{FieldId, Fields, Matcher, Value};
use rustc_hash::FxHashMap;
use serde_json::Number;

/// A part of the record's text.
type Span = (u32, u32);

/// A flat event.
#[derive(Debug, Default, Clone)]
pub struct Record {
    text: String,
    fields: Vec<(Span, Cell)>,
}

#[derive(Debug, Clone, Copy)]
enum Cell {
    Text(Span),
    Int(i64),
    Uint(u64),
    Float(f64),
    Bool(bool),
    Null,
}

impl Record {
    /// Forgets everything, but keeps the room.
    pub fn clear(&mut self) {
        self.text.clear();
        self.fields.clear();
    }

    /// Adds a field. Of two with the same name the later one counts.
    pub fn push(&mut self, name: &str, value: Value<'_>) {
        let name = self.keep(name);
        let cell = match value {
            Value::Str(text) => Cell::Text(self.keep(text)),
            Value::Escaped(_) => Cell::Text(self.keep(&text(value))),
            Value::Int(int) => Cell::Int(int),
            Value::Uint(int) => Cell::Uint(int),
            Value::Float(float) => Cell::Float(float),
            Value::Bool(yes) => Cell::Bool(yes),
            Value::Null => Cell::Null,
        };
        self.fields.push((name, cell));
    }

    /// Joins the fields of one name that were added since there were `before`: one text, a line for each value.
    pub(crate) fn join_since(&mut self, before: usize) {
        if self.fields.len() < before + 2 {
            return;
        }
        let added = self.fields.split_off(before);
        let mut groups: Vec<(Span, Vec<Cell>)> = Vec::new();
        let mut known: FxHashMap<String, usize> = FxHashMap::default();
        for (name, cell) in added {
            let group = *known.entry(self.part(name).to_owned()).or_insert_with(|| {
                groups.push((name, Vec::new()));
                groups.len() - 1
            });
            if let Some((_, cells)) = groups.get_mut(group) {
                cells.push(cell);
            }
        }
        for (name, cells) in groups {
            let cell = match cells.as_slice() {
                [one] => *one,
                many => {
                    let lines: Vec<String> = many.iter().map(|c| text(self.value(*c))).collect();
                    Cell::Text(self.keep(&lines.join("\n")))
                }
            };
            self.fields.push((name, cell));
        }
    }

    /// Becomes the event of a line of text that is no JSON: all of it is its `message`.
    pub(crate) fn message(&mut self, line: &[u8]) {
        self.clear();
        self.push("message", Value::Str(&String::from_utf8_lossy(line)));
    }

    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// All fields, in the order of the event.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.fields.iter().map(|(name, cell)| (self.part(*name), self.value(*cell)))
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<Value<'_>> {
        let found = self.fields.iter().rev().find(|(n, _)| self.part(*n) == name)?;
        Some(self.value(found.1))
    }

    /// The event as a JSON object.
    pub fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
        self.iter().map(|(name, value)| (name.to_owned(), json(value))).collect()
    }

    fn keep(&mut self, text: &str) -> Span {
        let from = place(self.text.len());
        self.text.push_str(text);
        (from, place(self.text.len()))
    }

    fn part(&self, (from, to): Span) -> &str {
        let index = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        self.text.get(index(from)..index(to)).unwrap_or_default()
    }

    fn value(&self, cell: Cell) -> Value<'_> {
        match cell {
            Cell::Text(span) => Value::Str(self.part(span)),
            Cell::Int(int) => Value::Int(int),
            Cell::Uint(int) => Value::Uint(int),
            Cell::Float(float) => Value::Float(float),
            Cell::Bool(yes) => Value::Bool(yes),
            Cell::Null => Value::Null,
        }
    }

    fn at(&self, position: u32) -> Option<Value<'_>> {
        let (_, cell) = self.fields.get(usize::try_from(position).ok()?)?;
        Some(self.value(*cell))
    }
}

/// Events are read in blocks far smaller than 4 GB.
fn place(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A value as JSON.
pub(crate) fn json(value: Value<'_>) -> serde_json::Value {
    match value {
        Value::Str(_) | Value::Escaped(_) => text(value).into(),
        Value::Int(int) => int.into(),
        Value::Uint(int) => int.into(),
        Value::Float(float) => {
            Number::from_f64(float).map_or(serde_json::Value::Null, serde_json::Value::Number)
        }
        Value::Bool(yes) => yes.into(),
        Value::Null => serde_json::Value::Null,
    }
}

/// A value as a person writes it.
pub(crate) fn text(value: Value<'_>) -> String {
    value.to_text().unwrap_or_default().into_owned()
}

/// No field of the event answers.
const NOTHING: u32 = u32::MAX;

/// A name that someone may ask for.
pub(crate) type NameId = u32;

/// The names that rules and kinds of events ask for. The first ones are the fields of the matcher, in its order.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    numbers: FxHashMap<Box<str>, NameId>,
    /// How many of them are fields of rules.
    of_rules: NameId,
}

impl Asked {
    pub(crate) fn new(matcher: &Matcher) -> Self {
        let mut asked = Self::default();
        matcher.fields().iter().for_each(|name| {
            asked.number(name);
        });
        asked.of_rules = place(asked.numbers.len());
        asked
    }

    /// The number of a name, a new one if need be.
    pub(crate) fn number(&mut self, name: &str) -> NameId {
        let next = place(self.numbers.len());
        *self.numbers.entry(name.into()).or_insert(next)
    }

    pub(crate) fn find(&self, name: &str) -> Option<NameId> {
        self.numbers.get(name).copied()
    }

    pub(crate) fn slots(&self) -> Slots {
        Slots {
            positions: vec![NOTHING; self.numbers.len()],
            filled: Vec::new(),
            present: Vec::new(),
            of_rules: self.of_rules,
        }
    }
}

/// Which field of a record answers which name, kept from event to event.
#[derive(Debug)]
pub(crate) struct Slots {
    positions: Vec<u32>,
    filled: Vec<NameId>,
    present: Vec<FieldId>,
    of_rules: NameId,
}

impl Slots {
    /// Sorts the fields of a record by number.
    pub(crate) fn fill(&mut self, record: &Record, asked: &Asked) {
        for id in self.filled.drain(..) {
            if let Some(slot) = usize::try_from(id).ok().and_then(|id| self.positions.get_mut(id)) {
                *slot = NOTHING;
            }
        }
        self.present.clear();
        for (position, (name, _)) in record.fields.iter().enumerate() {
            if let Some(id) = asked.numbers.get(record.part(*name)) {
                self.set(*id, place(position));
            }
        }
    }

    /// Lets a field answer for another that the event does not have.
    pub(crate) fn alias(&mut self, wanted: NameId, source: NameId) {
        if self.position(wanted) == NOTHING {
            self.set(wanted, self.position(source));
        }
    }

    pub(crate) fn value<'a>(&self, name: NameId, record: &'a Record) -> Option<Value<'a>> {
        record.at(self.position(name))
    }

    fn set(&mut self, id: NameId, position: u32) {
        let Some(slot) = usize::try_from(id).ok().and_then(|id| self.positions.get_mut(id)) else {
            return;
        };
        if position == NOTHING {
            return;
        }
        if *slot == NOTHING {
            self.filled.push(id);
            if id < self.of_rules {
                self.present.extend(u16::try_from(id).map(FieldId));
            }
        }
        *slot = position;
    }

    fn position(&self, id: NameId) -> u32 {
        usize::try_from(id).ok().and_then(|id| self.positions.get(id)).copied().unwrap_or(NOTHING)
    }
}

/// A record as the matcher sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) record: &'a Record,
    pub(crate) slots: &'a Slots,
}

impl Fields for View<'_> {
    fn field(&self, field: FieldId) -> Option<Value<'_>> {
        self.slots.value(NameId::from(field.0), self.record)
    }

    fn present(&self) -> Option<&[FieldId]> {
        Some(&self.slots.present)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>)) {
        self.record.iter().for_each(|(name, value)| visit(name, value));
    }
}
