//! JSON of any shape into flat fields.
//!
//! The rule, in full:
//! - A value at the top keeps its name. A value inside an object is named by the path to it, with dots:
//!   `process.parent.executable`.
//! - A list of plain values becomes one text with a line for each; a list of objects is looked into with its own name.
//! - A Windows event (an object `Event` with `System`, or `System` beside `EventData` at the top) loses its folders:
//!   `System` values keep their names (`Channel`, `EventID`), their attributes are joined to them
//!   (`Provider_Name`, `TimeCreated_SystemTime`), and the values of `EventData` and `UserData` keep theirs.
//!   Spaces in their names are dropped (`Threat Name` → `ThreatName`).

use std::fmt;

use bartizan_sigma::Value;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::record::Record;

/// Deepest nesting that is looked into.
const DEPTH_MAX: usize = 32;

/// Turns names of events into names of rules, while they are read.
pub(crate) trait Names {
    /// What a field is called from now on; `None` keeps its name.
    fn rename<'a>(&'a self, name: &'a str) -> Option<std::borrow::Cow<'a, str>>;
}

/// Reads one JSON object into a record, which is cleared first.
pub(crate) fn read(
    json: &[u8],
    names: &dyn Names,
    path: &mut String,
    record: &mut Record,
) -> Result<(), serde_json::Error> {
    record.clear();
    path.clear();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    Flat { names, path, record, place: Place::Top, depth: 0 }.deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Where in an event we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the top of the object.
    Top,
    /// Anywhere in an object without a shape of its own: names are paths.
    Inside,
    /// In `Event`.
    Event,
    /// In `System`.
    System,
    /// At or below a value of `System`.
    SystemValue,
    /// In `EventData`, or in an element of `UserData`.
    Data,
    /// At or below a value of `EventData`.
    DataValue,
    /// In `UserData`.
    UserData,
    /// Not looked at.
    Nothing,
}

impl Place {
    /// Where a key leads to. The path is changed to the name that a plain value there has.
    fn enter(self, key: &str, path: &mut String) -> Self {
        match (self, key) {
            (Self::Top, "Event") => Self::Event,
            (Self::Top | Self::Event, "System") => Self::System,
            (Self::Top | Self::Event, "EventData") => Self::Data,
            (Self::Top | Self::Event, "UserData") => Self::UserData,
            (Self::Event, _) if is_attributes(key) => Self::Nothing,
            (Self::System, _) => {
                named(key.strip_suffix("_attributes").unwrap_or(key), path, Self::SystemValue)
            }
            (Self::SystemValue, _) if is_text(key) || is_attributes(key) => self,
            (Self::SystemValue, _) => {
                path.push('_');
                path.push_str(key.strip_prefix('@').unwrap_or(key));
                self
            }
            (Self::Data | Self::UserData, _) if is_attributes(key) || key.starts_with("xmlns") => {
                Self::Nothing
            }
            (Self::Data, _) if key.ends_with("_attributes") => Self::Nothing,
            (Self::Data, _) => named(key, path, Self::DataValue),
            (Self::UserData, _) => named(key, path, Self::Data),
            (Self::DataValue, _) if is_text(key) => self,
            (Self::DataValue, _) if is_attributes(key) => Self::Nothing,
            (Self::DataValue, _) => named(key, path, self),
            (Self::Nothing, _) => self,
            (Self::Top | Self::Inside | Self::Event, _) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
                Self::Inside
            }
        }
    }

    /// What a value here is.
    fn is_windows(self) -> bool {
        !matches!(self, Self::Top | Self::Inside)
    }
}

fn is_attributes(key: &str) -> bool {
    key == "#attributes"
}

fn is_text(key: &str) -> bool {
    matches!(key, "#text" | "$" | "Value")
}

fn named(key: &str, path: &mut String, place: Place) -> Place {
    path.clear();
    path.extend(key.chars().filter(|c| *c != ' '));
    place
}

struct Flat<'a> {
    names: &'a dyn Names,
    path: &'a mut String,
    record: &'a mut Record,
    place: Place,
    depth: usize,
}

impl Flat<'_> {
    fn inner(&mut self, place: Place) -> Flat<'_> {
        Flat {
            names: self.names,
            path: self.path,
            record: self.record,
            place,
            depth: self.depth + 1,
        }
    }

    fn push(&mut self, value: Value<'_>) {
        if self.place == Place::Nothing || self.path.is_empty() {
            return;
        }
        let renamed = self.names.rename(self.path);
        self.record.push(renamed.as_deref().unwrap_or(self.path), value);
    }

    fn push_text(&mut self, text: &str) {
        let guid = if self.place.is_windows() { guid(text) } else { None };
        self.push(Value::Str(guid.as_deref().unwrap_or(text)));
    }
}

/// A GUID as Windows writes it, where the EVTX reader left out the braces.
fn guid(text: &str) -> Option<String> {
    let is_guid = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte),
        });
    is_guid.then(|| format!("{{{}}}", text.to_ascii_lowercase()))
}

impl<'de> DeserializeSeed<'de> for Flat<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth == 0 {
            deserializer.deserialize_map(self)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Flat<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event: a JSON object")
    }

    fn visit_bool<E>(mut self, yes: bool) -> Result<(), E> {
        self.push(Value::Bool(yes));
        Ok(())
    }

    fn visit_i64<E>(mut self, int: i64) -> Result<(), E> {
        self.push(Value::Int(int));
        Ok(())
    }

    fn visit_u64<E>(mut self, int: u64) -> Result<(), E> {
        self.push(i64::try_from(int).map_or(Value::Uint(int), Value::Int));
        Ok(())
    }

    fn visit_f64<E>(mut self, float: f64) -> Result<(), E> {
        self.push(Value::Float(float));
        Ok(())
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        self.push_text(text);
        Ok(())
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.push(Value::Null);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        if self.depth >= DEPTH_MAX {
            return Err(A::Error::custom(format!(
                "the event is nested deeper than {DEPTH_MAX} levels"
            )));
        }
        let length = self.path.len();
        while let Some(place) = map.next_key_seed(Key(self.place, self.path))? {
            map.next_value_seed(self.inner(place))?;
            // Windows names are written anew for each value; the others only ever grow.
            self.path.truncate(length);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        if self.depth >= DEPTH_MAX {
            return Err(A::Error::custom(format!(
                "the event is nested deeper than {DEPTH_MAX} levels"
            )));
        }
        let before = self.record.len();
        let place = self.place;
        while list.next_element_seed(self.inner(place))?.is_some() {}
        self.record.join_since(before);
        Ok(())
    }
}

/// Reads a key and says where it leads.
struct Key<'a>(Place, &'a mut String);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Place;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Place, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Place;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Place, E> {
        Ok(self.0.enter(key, self.1))
    }
}
