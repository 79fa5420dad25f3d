//! Values of the query language while a row is worked on: texts, conversions, order, JSON.
//!
//! A value is a `bartizan_kql` literal; nothing here knows of columns or storage.

mod decimal;

use std::cmp::Ordering;

use bartizan_kql::Type;
use bartizan_kql::time as kusto_time;
use bartizan_kql::value::{Dynamic, Literal};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// The value as `tostring` writes it.
pub(crate) fn text_of(value: &Literal) -> String {
    match value {
        Literal::Null => String::new(),
        Literal::Bool(true) => "True".to_owned(),
        Literal::Bool(false) => "False".to_owned(),
        Literal::Int(number) => number.to_string(),
        Literal::Long(number) => number.to_string(),
        Literal::Real(number) => real_text(*number),
        Literal::Decimal(text) | Literal::String(text) | Literal::Guid(text) => text.clone(),
        Literal::DateTime(ticks) => kusto_time::format_datetime(*ticks),
        Literal::TimeSpan(ticks) => kusto_time::format_timespan(*ticks),
        Literal::Dynamic(dynamic) => dynamic_text(dynamic),
    }
}

/// A floating number as the language writes it: `1.0`, `0.5`, `1E+20`, `NaN`.
pub(crate) fn real_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = number.abs();
    if size != 0.0 && !(1e-5..1e15).contains(&size) {
        return exponent_text(number);
    }
    format!("{number:?}")
}

/// `1E+20`, `1.5E-07`
fn exponent_text(number: f64) -> String {
    let text = format!("{number:E}");
    let Some((mantissa, exponent)) = text.split_once('E') else { return text };
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}E{sign}{digits:0>2}")
}

/// A dynamic value in a place for text: a string bare, everything else as JSON.
pub(crate) fn dynamic_text(dynamic: &Dynamic) -> String {
    match dynamic {
        Dynamic::Null => String::new(),
        Dynamic::String(text) => text.clone(),
        Dynamic::DateTime(ticks) => kusto_time::format_datetime(*ticks),
        Dynamic::TimeSpan(ticks) => kusto_time::format_timespan(*ticks),
        other => other.to_json(),
    }
}

/// Any value as a dynamic one.
pub(crate) fn into_dynamic(value: Literal) -> Dynamic {
    match value {
        Literal::Null => Dynamic::Null,
        Literal::Bool(value) => Dynamic::Bool(value),
        Literal::Int(value) => Dynamic::Long(i64::from(value)),
        Literal::Long(value) => Dynamic::Long(value),
        Literal::Real(value) => Dynamic::Real(value),
        Literal::Decimal(text) => text.parse().map_or(Dynamic::String(text), Dynamic::Real),
        Literal::String(text) | Literal::Guid(text) => Dynamic::String(text),
        Literal::DateTime(ticks) => Dynamic::DateTime(ticks),
        Literal::TimeSpan(ticks) => Dynamic::TimeSpan(ticks),
        Literal::Dynamic(dynamic) => dynamic,
    }
}

/// A dynamic value as a value of type `dynamic`: its null is the null.
pub(crate) fn dynamic_value(dynamic: Dynamic) -> Literal {
    if dynamic == Dynamic::Null { Literal::Null } else { Literal::Dynamic(dynamic) }
}

/// What a dynamic holds, as a value of the type that it has.
pub(crate) fn held(dynamic: &Dynamic) -> Literal {
    match dynamic {
        Dynamic::Null => Literal::Null,
        Dynamic::Bool(value) => Literal::Bool(*value),
        Dynamic::Long(value) => Literal::Long(*value),
        Dynamic::Real(value) => Literal::Real(*value),
        Dynamic::String(text) => Literal::String(text.clone()),
        Dynamic::DateTime(ticks) => Literal::DateTime(*ticks),
        Dynamic::TimeSpan(ticks) => Literal::TimeSpan(*ticks),
        Dynamic::Array(_) | Dynamic::Object(_) => Literal::Dynamic(dynamic.clone()),
    }
}

/// The value converted to a type as the `to…` functions do; null where it is none.
pub(crate) fn convert(value: &Literal, ty: Type) -> Literal {
    if ty == Type::String {
        return Literal::String(text_of(value));
    }
    if ty == Type::Dynamic {
        return dynamic_value(into_dynamic(value.clone()));
    }
    let plain = match value {
        Literal::Dynamic(dynamic) => held(dynamic),
        other => other.clone(),
    };
    let converted = match ty {
        Type::Bool => to_bool(&plain).map(Literal::Bool),
        Type::Int => to_int(&plain).map(Literal::Int),
        Type::Long => to_long(&plain).map(Literal::Long),
        Type::Real => to_real(&plain).map(Literal::Real),
        Type::DateTime => to_datetime(&plain).map(Literal::DateTime),
        Type::TimeSpan => to_timespan(&plain).map(Literal::TimeSpan),
        Type::Guid => to_guid(&plain).map(Literal::Guid),
        Type::Decimal => to_decimal(&plain).map(Literal::Decimal),
        Type::String | Type::Dynamic => None,
    };
    converted.unwrap_or(Literal::Null)
}

fn to_bool(value: &Literal) -> Option<bool> {
    match value {
        Literal::Bool(value) => Some(*value),
        Literal::Int(number) => Some(*number != 0),
        Literal::Long(number) => Some(*number != 0),
        Literal::Real(number) => Some(*number != 0.0),
        Literal::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            other => other.parse::<i64>().ok().map(|number| number != 0),
        },
        _ => None,
    }
}

fn to_int(value: &Literal) -> Option<i32> {
    match value {
        Literal::Int(number) => Some(*number),
        Literal::String(text) => i32::try_from(integer_in(text)?).ok(),
        #[expect(clippy::cast_possible_truncation, reason = "the language wraps what is too large")]
        other => to_long(other).map(|number| number as i32),
    }
}

fn to_long(value: &Literal) -> Option<i64> {
    match value {
        Literal::Bool(value) => Some(i64::from(*value)),
        Literal::Int(number) => Some(i64::from(*number)),
        Literal::Long(number) | Literal::DateTime(number) | Literal::TimeSpan(number) => {
            Some(*number)
        }
        Literal::Real(number) => real_to_long(*number),
        Literal::Decimal(text) => real_to_long(text.parse().ok()?),
        Literal::String(text) => integer_in(text),
        _ => None,
    }
}

/// Truncated toward zero; nothing when it does not fit.
pub(crate) fn real_to_long(number: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    (-LIMIT..LIMIT).contains(&number).then_some(number as i64)
}

/// The whole number that a text is, decimal or `0x…`.
fn integer_in(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return i64::from_str_radix(hex, 16).ok();
    }
    text.parse().ok()
}

#[expect(clippy::cast_precision_loss, reason = "a real is what was asked for")]
pub(crate) fn to_real(value: &Literal) -> Option<f64> {
    match value {
        Literal::Bool(value) => Some(f64::from(u8::from(*value))),
        Literal::Int(number) => Some(f64::from(*number)),
        Literal::Long(number) | Literal::DateTime(number) | Literal::TimeSpan(number) => {
            Some(*number as f64)
        }
        Literal::Real(number) => Some(*number),
        Literal::Decimal(text) => text.parse().ok(),
        Literal::String(text) => {
            let text = text.trim();
            if text.starts_with("0x") || text.starts_with("0X") {
                return integer_in(text).map(|number| number as f64);
            }
            text.parse().ok()
        }
        _ => None,
    }
}

fn to_datetime(value: &Literal) -> Option<i64> {
    match value {
        Literal::DateTime(ticks) => Some(*ticks),
        Literal::Long(ticks) => (0..=kusto_time::MAX_DATETIME).contains(ticks).then_some(*ticks),
        Literal::Int(ticks) => (*ticks >= 0).then_some(i64::from(*ticks)),
        Literal::String(text) => kusto_time::parse_datetime(text),
        _ => None,
    }
}

fn to_timespan(value: &Literal) -> Option<i64> {
    match value {
        Literal::TimeSpan(ticks) | Literal::Long(ticks) => Some(*ticks),
        Literal::Int(ticks) => Some(i64::from(*ticks)),
        Literal::String(text) if !text.trim().is_empty() => kusto_time::parse_timespan(text),
        _ => None,
    }
}

fn to_guid(value: &Literal) -> Option<String> {
    match value {
        Literal::Guid(text) => Some(text.clone()),
        Literal::String(text) => {
            let text = text.trim().trim_start_matches('{').trim_end_matches('}');
            let digits: String = text.chars().filter(|letter| *letter != '-').collect();
            uuid::Uuid::try_parse(&digits).ok().map(|id| id.to_string())
        }
        _ => None,
    }
}

fn to_decimal(value: &Literal) -> Option<String> {
    match value {
        Literal::Decimal(text) => Some(text.clone()),
        Literal::Int(_) | Literal::Long(_) => Some(text_of(value)),
        Literal::String(text) => {
            text.trim().parse::<f64>().ok().map(|_is_number| text.trim().to_owned())
        }
        _ => None,
    }
}

/// Order of two values of one type; numbers of different width compare as numbers. Nothing with null.
pub(crate) fn order(left: &Literal, right: &Literal) -> Option<Ordering> {
    use Literal as L;
    match (left, right) {
        (L::Null, _) | (_, L::Null) => None,
        (L::Bool(a), L::Bool(b)) => Some(a.cmp(b)),
        (L::String(a), L::String(b)) | (L::Guid(a), L::Guid(b)) => Some(a.cmp(b)),
        (L::DateTime(a), L::DateTime(b))
        | (L::TimeSpan(a), L::TimeSpan(b))
        | (L::Long(a), L::Long(b)) => Some(a.cmp(b)),
        (L::Int(a), L::Int(b)) => Some(a.cmp(b)),
        (L::Decimal(a), L::Decimal(b)) => decimal::order(a, b),
        (L::Int(a), L::Long(b)) => Some(i64::from(*a).cmp(b)),
        (L::Long(a), L::Int(b)) => Some(a.cmp(&i64::from(*b))),
        (L::Dynamic(a), L::Dynamic(b)) => match (held(a), held(b)) {
            (L::Dynamic(a), L::Dynamic(b)) => Some(a.to_json().cmp(&b.to_json())),
            (a, b) => order(&a, &b),
        },
        _ => to_real(left)?.partial_cmp(&to_real(right)?),
    }
}

/// Whether two values are the same, null equal to null.
pub(crate) fn same(left: &Literal, right: &Literal) -> bool {
    left == right || order(left, right) == Some(Ordering::Equal)
}

/// The value of a JSON text; nothing when it is no JSON.
pub(crate) fn parse_json(text: &str) -> Option<Dynamic> {
    serde_json::from_str::<Json>(text).ok().map(|json| json.0)
}

/// A dynamic value as `serde_json` holds it.
pub(crate) fn json_value(dynamic: &Dynamic) -> serde_json::Value {
    use serde_json::Value as Json;
    match dynamic {
        Dynamic::Null => Json::Null,
        Dynamic::Bool(value) => Json::Bool(*value),
        Dynamic::Long(value) => Json::from(*value),
        Dynamic::Real(value) => real_json(*value),
        Dynamic::String(text) => Json::String(text.clone()),
        Dynamic::DateTime(ticks) => Json::String(kusto_time::format_datetime(*ticks)),
        Dynamic::TimeSpan(ticks) => Json::String(kusto_time::format_timespan(*ticks)),
        Dynamic::Array(items) => Json::Array(items.iter().map(json_value).collect()),
        Dynamic::Object(properties) => Json::Object(
            properties.iter().map(|(name, value)| (name.clone(), json_value(value))).collect(),
        ),
    }
}

/// A floating number in JSON; what JSON has no number for is written as text.
pub(crate) fn real_json(number: f64) -> serde_json::Value {
    serde_json::Number::from_f64(number)
        .map_or_else(|| serde_json::Value::String(real_text(number)), serde_json::Value::Number)
}

/// Reads JSON in the order of its properties.
struct Json(Dynamic);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(Json)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Dynamic;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Dynamic, E> {
        Ok(Dynamic::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Dynamic, E> {
        Ok(Dynamic::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Dynamic, E> {
        Ok(Dynamic::Long(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "what no long holds is a real")]
    fn visit_u64<E>(self, value: u64) -> Result<Dynamic, E> {
        Ok(i64::try_from(value).map_or(Dynamic::Real(value as f64), Dynamic::Long))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Dynamic, E> {
        Ok(Dynamic::Real(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Dynamic, E> {
        Ok(Dynamic::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Dynamic, A::Error> {
        let mut items = Vec::new();
        while let Some(Json(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Dynamic::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Dynamic, A::Error> {
        let mut properties: Vec<(String, Dynamic)> = Vec::new();
        while let Some((name, Json(value))) = map.next_entry::<String, Json>()? {
            match properties.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = value,
                None => properties.push((name, value)),
            }
        }
        Ok(Dynamic::Object(properties))
    }
}
