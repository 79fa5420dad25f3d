//! Constant values in a plan: literals, and the JSON-like `dynamic`.

use std::fmt::{self, Write as _};

use crate::schema::Type;

/// A point in time: ticks of 100 ns since 0001-01-01T00:00:00Z.
pub type DateTimeTicks = i64;

/// A length of time in ticks of 100 ns.
pub type TimeSpanTicks = i64;

/// The ticks of 1970-01-01T00:00:00Z: subtract them to get 100 ns units since the Unix epoch.
pub const UNIX_EPOCH_TICKS: DateTimeTicks = 621_355_968_000_000_000;

/// A constant. The expression that holds it carries its type, so that a null is typed too.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Null of the expression's type. Never a string: there the empty text is used.
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A 32-bit integer.
    Int(i32),
    /// A 64-bit integer.
    Long(i64),
    /// A floating point number; may be NaN or infinite.
    Real(f64),
    /// A decimal number as it was written.
    Decimal(String),
    /// Text.
    String(String),
    /// A point in time.
    DateTime(DateTimeTicks),
    /// A length of time.
    TimeSpan(TimeSpanTicks),
    /// A guid in its lower-case form with hyphens.
    Guid(String),
    /// A JSON-like value.
    Dynamic(Dynamic),
}

impl Literal {
    /// The null of a type; for a string the empty text.
    pub fn null_of(ty: Type) -> Self {
        if ty == Type::String { Self::String(String::new()) } else { Self::Null }
    }
}

/// A JSON-like value. Objects keep the order of their properties.
#[derive(Debug, Clone, PartialEq)]
pub enum Dynamic {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Long(i64),
    /// Any other number.
    Real(f64),
    /// Text.
    String(String),
    /// A point in time: `dynamic([datetime(2024-01-01)])`.
    DateTime(DateTimeTicks),
    /// A length of time: `dynamic([1h])`.
    TimeSpan(TimeSpanTicks),
    /// A list.
    Array(Vec<Self>),
    /// Properties, in the order in which they were written.
    Object(Vec<(String, Self)>),
}

impl Dynamic {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The property with this name, letter case aside; nothing of what is no bag.
    pub(crate) fn property(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(properties) => properties
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value as JSON text.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Long(value) => push_fmt(out, format_args!("{value}")),
            Self::Real(value) if value.is_finite() => push_fmt(out, format_args!("{value:?}")),
            Self::Real(value) => push_fmt(out, format_args!("\"{value}\"")),
            Self::String(text) => write_json_text(text, out),
            Self::DateTime(ticks) => write_json_text(&crate::time::format_datetime(*ticks), out),
            Self::TimeSpan(ticks) => write_json_text(&crate::time::format_timespan(*ticks), out),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Object(properties) => {
                out.push('{');
                for (index, (name, value)) in properties.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_json_text(name, out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

/// Writing to a `String` cannot fail.
fn push_fmt(out: &mut String, args: fmt::Arguments<'_>) {
    if out.write_fmt(args).is_err() {
        out.push('?');
    }
}

fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => push_fmt(out, format_args!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
