//! One page of a long list.

use bartizan_model::hex;
use rusqlite::types::Value;

use crate::error::{Result, StoreError};

/// Which part of a short list is asked for, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many items to pass over.
    pub offset: u64,
    /// How many items at most; more than [`Page::LARGEST`] are not given.
    pub limit: u64,
}

impl Page {
    /// The largest page.
    pub const LARGEST: u64 = 1_000;

    pub(crate) fn sql(self) -> (i64, i64) {
        let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
        (number(self.limit.min(Self::LARGEST)), number(self.offset))
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { offset: 0, limit: 100 }
    }
}

/// A page of a list and how long the whole list is.
#[derive(Debug, Clone)]
pub struct Listing<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many items there are on all pages.
    pub total: u64,
}

/// Which part of a long list is asked for: what stands after a place. The place stays right while rows come and
/// go before it, and the last page costs what the first does.
#[derive(Debug, Clone, Default)]
pub struct Seek {
    /// After this place; from the beginning when not said.
    pub after: Option<Place>,
    /// How many items at most.
    pub limit: u64,
}

impl Seek {
    /// The first items.
    pub const fn first(limit: u64) -> Self {
        Self { after: None, limit }
    }

    /// The items after the place that `cursor` names; from the beginning without one.
    pub fn read(cursor: Option<&str>, limit: u64) -> Result<Self> {
        let after = cursor.filter(|cursor| !cursor.is_empty()).map(Place::read).transpose()?;
        Ok(Self { after, limit })
    }

    pub(crate) fn limit(&self) -> usize {
        usize::try_from(self.limit.clamp(1, Page::LARGEST)).unwrap_or(1)
    }
}

/// A place in a list: the values its order is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Place(pub(crate) Vec<Value>);

impl Place {
    /// As text for an address.
    pub fn text(&self) -> String {
        let part = |value: &Value| match value {
            Value::Integer(number) => format!("i{number}"),
            Value::Blob(bytes) => format!("x{}", hex(bytes)),
            Value::Text(text) => format!("t{}", hex(text.as_bytes())),
            Value::Null | Value::Real(_) => "n".to_owned(),
        };
        self.0.iter().map(part).collect::<Vec<_>>().join("_")
    }

    fn read(text: &str) -> Result<Self> {
        let part = |part: &str| {
            let rest = part.get(1..)?;
            match part.get(..1)? {
                "i" => rest.parse().ok().map(Value::Integer),
                "x" => unhex(rest).map(Value::Blob),
                "t" => unhex(rest).and_then(|b| String::from_utf8(b).ok()).map(Value::Text),
                "n" => Some(Value::Null),
                _ => None,
            }
        };
        let values: Option<Vec<Value>> = text.split('_').take(8).map(part).collect();
        values.map(Self).ok_or(StoreError::NoPlace)
    }

    /// Whether it is a place in a list with so many columns of order.
    pub(crate) fn fits(&self, columns: usize) -> Result<()> {
        if self.0.len() == columns { Ok(()) } else { Err(StoreError::NoPlace) }
    }
}

/// Part of a long list.
#[derive(Debug, Clone)]
pub struct Stretch<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next part begins, if there is one.
    pub next: Option<Place>,
    /// How many match, up to a bound.
    pub total: u64,
    /// There are more than `total`.
    pub more: bool,
}

impl<T> Stretch<T> {
    /// Of rows read with one more than asked for.
    pub(crate) fn of(mut rows: Vec<(T, Place)>, limit: usize, counted: u64) -> Self {
        let more_rows = rows.len() > limit;
        rows.truncate(limit);
        let next = if more_rows { rows.last().map(|(_, place)| place.clone()) } else { None };
        let bound = u64::try_from(crate::filter::COUNTED).unwrap_or(u64::MAX);
        Self {
            items: rows.into_iter().map(|(item, _)| item).collect(),
            next,
            total: counted.min(bound),
            more: counted > bound,
        }
    }
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |all, d| all << 4 | d)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place =
            Place(vec![Value::Integer(-7), Value::Blob(vec![0, 255]), Value::Text("ä_b".into())]);
        assert_eq!(Place::read(&place.text()).unwrap(), place);
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in ["x0", "q1", "", "i", "ä", "xzz", "i1_"] {
            assert!(Place::read(text).is_err(), "{text}");
        }
    }
}
