//! How the matcher sees an event: fields by number, values without copies.

use std::borrow::Cow;
use std::fmt::Write as _;

use rustc_hash::FxHashMap;

mod line;

pub use line::{JsonFault, JsonLine, JsonReader};

/// The number the matcher gave to a field name: its place in [`Matcher::fields`](crate::Matcher::fields).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u16);

impl FieldId {
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Text.
    Str(&'a str),
    /// Text as it stands between the quotes of a JSON string, escapes and all.
    Escaped(&'a str),
    /// A whole number.
    Int(i64),
    /// A whole number, when it may be larger than [`Int`](Self::Int) can say.
    Uint(u64),
    /// A number.
    Float(f64),
    /// Yes or no; as text `true` or `false`.
    Bool(bool),
    /// The field is there, but says nothing. The same as an absent field.
    Null,
}

impl<'a> Value<'a> {
    /// The value as text; `None` for [`Null`](Self::Null).
    pub fn to_text(self) -> Option<Cow<'a, str>> {
        if let Self::Str(text) = self {
            return Some(Cow::Borrowed(text));
        }
        let mut buffer = String::new();
        self.text(&mut buffer)?;
        Some(Cow::Owned(buffer))
    }

    /// The value as text, in `buffer` where it is not text itself.
    pub(crate) fn text<'b>(self, buffer: &'b mut String) -> Option<&'b str>
    where
        'a: 'b,
    {
        buffer.clear();
        let written = match self {
            Self::Str(text) => return Some(text),
            Self::Escaped(text) => {
                line::unescape_into(text, buffer);
                Ok(())
            }
            Self::Int(int) => write!(buffer, "{int}"),
            Self::Uint(int) => write!(buffer, "{int}"),
            Self::Float(float) => write!(buffer, "{float}"),
            Self::Bool(yes) => write!(buffer, "{yes}"),
            Self::Null => return None,
        };
        written.is_ok().then_some(buffer.as_str())
    }

    /// The value as a number, also when it is written as text.
    pub(crate) fn number(self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "numbers of events are compared as f64")]
            Self::Int(int) => Some(int as f64),
            #[expect(clippy::cast_precision_loss, reason = "numbers of events are compared as f64")]
            Self::Uint(int) => Some(int as f64),
            Self::Float(float) => Some(float),
            Self::Str(text) => text.trim().parse().ok(),
            Self::Escaped(_) => self.to_text()?.trim().parse().ok(),
            Self::Bool(_) | Self::Null => None,
        }
    }
}

/// An event, for the matcher.
pub trait Fields {
    /// The value of a field; `None` when the event does not have it.
    fn field(&self, field: FieldId) -> Option<Value<'_>>;

    /// The fields that the event may have, each once, where it can list them faster than it can be asked for every
    /// field of the rules. Fields that no rule asks for may be left out.
    fn present(&self) -> Option<&[FieldId]> {
        None
    }

    /// Text in which every value stands as it is, or as JSON escapes it without `\u` and `\/`: for a quick look whether
    /// anything in it is worth a closer one. `None` where there is no such text at hand.
    fn raw(&self) -> Option<&str> {
        None
    }

    /// Shows every value of the event with the name of its field, for rules that search them all.
    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>));
}

/// Field names and their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldNames {
    pub(crate) names: Vec<String>,
    numbers: FxHashMap<String, FieldId>,
}

impl FieldNames {
    /// The number of a name, a new one if need be; `None` when there are no more numbers.
    pub(crate) fn intern(&mut self, name: &str) -> Option<FieldId> {
        if let Some(id) = self.numbers.get(name) {
            return Some(*id);
        }
        let id = FieldId(u16::try_from(self.names.len()).ok()?);
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), id);
        Some(id)
    }

    pub(crate) fn find(&self, name: &str) -> Option<FieldId> {
        self.numbers.get(name).copied()
    }
}

/// An event as a flat JSON object, for offline use and tests. Lists and objects inside it are not looked into.
#[derive(Debug)]
pub struct JsonEvent<'a> {
    object: &'a serde_json::Map<String, serde_json::Value>,
    slots: Vec<Option<Value<'a>>>,
}

impl<'a> JsonEvent<'a> {
    pub(crate) fn new(
        object: &'a serde_json::Map<String, serde_json::Value>,
        fields: &FieldNames,
    ) -> Self {
        let mut slots = vec![None; fields.names.len()];
        for (name, value) in object {
            let slot = fields.find(name).and_then(|id| slots.get_mut(id.index()));
            if let Some(slot) = slot {
                *slot = json_value(value);
            }
        }
        Self { object, slots }
    }
}

impl Fields for JsonEvent<'_> {
    fn field(&self, field: FieldId) -> Option<Value<'_>> {
        self.slots.get(field.index()).copied().flatten()
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>)) {
        for (name, value) in self.object {
            if let Some(value) = json_value(value) {
                visit(name, value);
            }
        }
    }
}

fn json_value(value: &serde_json::Value) -> Option<Value<'_>> {
    match value {
        serde_json::Value::Null => Some(Value::Null),
        serde_json::Value::Bool(b) => Some(Value::Bool(*b)),
        serde_json::Value::String(s) => Some(Value::Str(s)),
        serde_json::Value::Number(n) => match (n.as_i64(), n.as_u64()) {
            (Some(int), _) => Some(Value::Int(int)),
            (None, Some(int)) => Some(Value::Uint(int)),
            (None, None) => n.as_f64().map(Value::Float),
        },
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    }
}
