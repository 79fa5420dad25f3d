//! Further facts as a JSON object, for `AdditionalFields`. Written by hand: these few forms need no library.

use std::fmt::Write as _;

use crate::{Detail, DetailValue, Text};

/// An object in the making.
#[derive(Debug)]
pub(super) struct Object {
    text: String,
}

impl Object {
    pub(super) fn new() -> Self {
        Self { text: String::from("{") }
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.raw(name, &quoted(value));
    }

    pub(super) fn text_if(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    pub(super) fn number(&mut self, name: &str, value: i64) {
        self.raw(name, &value.to_string());
    }

    pub(super) fn flag(&mut self, name: &str, value: bool) {
        self.raw(name, if value { "true" } else { "false" });
    }

    pub(super) fn list(&mut self, name: &str, values: &[Text]) {
        let values: Vec<Text> = values.iter().map(|value| quoted(value)).collect();
        self.raw(name, &format!("[{}]", values.join(",")));
    }

    /// `None` when nothing was said.
    pub(super) fn finish(mut self) -> Option<Text> {
        if self.text.len() == 1 {
            return None;
        }
        self.text.push('}');
        Some(self.text.into())
    }

    pub(super) fn detail(&mut self, detail: &Detail) {
        match &detail.value {
            DetailValue::Text(value) => self.text(&detail.name, value),
            DetailValue::Number(value) => self.number(&detail.name, *value),
            DetailValue::Flag(value) => self.flag(&detail.name, *value),
            DetailValue::List(values) => self.list(&detail.name, values),
        }
    }

    fn raw(&mut self, name: &str, value: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        self.text.push_str(&quoted(name));
        self.text.push(':');
        self.text.push_str(value);
    }
}

/// Facts as an object; `None` when there are none.
pub(super) fn details(details: &[Detail]) -> Option<Text> {
    let mut object = Object::new();
    for detail in details {
        object.detail(detail);
    }
    object.finish()
}

/// The text as a JSON string.
pub(super) fn quoted(value: &str) -> Text {
    let mut out = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            // Writing to a String cannot fail; a control character is escaped, never passed on.
            c if c < ' ' => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out.into()
}
