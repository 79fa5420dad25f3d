//! A thing that a machine has, before it is known whether that is news.

use bartizan_model::{Detail, DetailValue, Text};

/// Most bytes of one text: what is longer is cut.
const TEXT_BYTES_MAX: usize = 1_024;

/// Most texts of one fact.
const TEXTS_MAX: usize = 64;

/// A thing that a machine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thing {
    /// What tells it from others of its kind.
    pub(crate) key: String,
    /// Its name.
    pub(crate) name: Text,
    /// Whatever else is known.
    pub(crate) details: Vec<Detail>,
}

impl Thing {
    /// A thing of which nothing but its name is known.
    pub(crate) fn new(key: impl Into<String>, name: &str) -> Self {
        Self { key: key.into(), name: cut(name).into(), details: Vec::new() }
    }

    /// Adds a fact; an empty one says nothing.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        let value = cut(value.trim());
        if value.is_empty() { self } else { self.fact(name, DetailValue::Text(value.into())) }
    }

    /// Adds a number.
    pub(crate) fn number(self, name: &str, value: impl Into<i64>) -> Self {
        self.fact(name, DetailValue::Number(value.into()))
    }

    /// Adds yes or no.
    pub(crate) fn flag(self, name: &str, value: bool) -> Self {
        self.fact(name, DetailValue::Flag(value))
    }

    /// Adds texts; none say nothing.
    pub(crate) fn list(
        self,
        name: &str,
        values: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Self {
        let texts = values.into_iter().take(TEXTS_MAX).map(|text| cut(text.as_ref()).into());
        let texts: Vec<Text> = texts.collect();
        if texts.is_empty() { self } else { self.fact(name, DetailValue::List(texts)) }
    }

    fn fact(mut self, name: &str, value: DetailValue) -> Self {
        self.details.push(Detail { name: name.into(), value });
        self
    }
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or_default()
}
