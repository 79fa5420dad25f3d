//! Field modifiers: `CommandLine|windash|contains|all`.
//!
//! Reads them into one [`Modifiers`], refusing what Sigma does not define and what cannot be combined.

use crate::pattern::Anchor;
use crate::predicate::{Relation, TimePart};
use crate::problem::{Fault, Place};

/// How the values of a field are to be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Modifiers {
    pub(crate) anchor: Anchor,
    pub(crate) all: bool,
    pub(crate) cased: bool,
    pub(crate) negated: bool,
    pub(crate) windash: bool,
    pub(crate) expand: bool,
    pub(crate) encodings: Vec<Encoding>,
    pub(crate) kind: Kind,
    pub(crate) regex_flags: String,
    pub(crate) relation: Option<Relation>,
    pub(crate) time: Option<TimePart>,
}

/// A step that turns the value into other text before it is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf16Le,
    Utf16Be,
    Utf16Bom,
    Base64,
    Base64Offset,
}

/// What sort of value it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    #[default]
    Text,
    Regex,
    Cidr,
    Exists,
    Field,
}

/// Every modifier, for the message about an unknown one.
const KNOWN: [&str; 34] = [
    "contains",
    "startswith",
    "endswith",
    "all",
    "re",
    "i",
    "m",
    "s",
    "cidr",
    "base64",
    "base64offset",
    "wide",
    "utf16",
    "utf16le",
    "utf16be",
    "windash",
    "exists",
    "fieldref",
    "expand",
    "lt",
    "lte",
    "gt",
    "gte",
    "cased",
    "neq",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
    "ignorecase",
    "multiline",
    "dotall",
];

/// Reads `Field|modifier|modifier`. The name is `None` when the key has none (keywords).
pub(crate) fn read(
    key: &str,
    place: Place,
    shift: Option<usize>,
) -> Result<(Option<String>, Modifiers), Fault> {
    let mut parts = key.split('|');
    let name = parts.next().unwrap_or_default();
    let mut column = name.chars().count() + 1;
    let mut modifiers = Modifiers::default();
    let mut seen: Vec<&str> = Vec::new();
    for part in parts {
        let here = place.part(shift, column, part.chars().count());
        column += part.chars().count() + 1;
        if seen.contains(&part) {
            let message = format!("the modifier `{part}` is written twice");
            return Err(Fault::new(here, message, "write it once"));
        }
        seen.push(part);
        modifiers.add(part, here)?;
    }
    modifiers.check(&seen, place)?;
    Ok(((!name.is_empty()).then(|| name.to_owned()), modifiers))
}

impl Modifiers {
    fn add(&mut self, name: &str, place: Place) -> Result<(), Fault> {
        match name {
            "contains" => self.anchor = Anchor::Anywhere,
            "startswith" => self.anchor = Anchor::Start,
            "endswith" => self.anchor = Anchor::End,
            "all" => self.all = true,
            "cased" => self.cased = true,
            "neq" => self.negated = true,
            "windash" => self.windash = true,
            "expand" => self.expand = true,
            "re" => self.kind = Kind::Regex,
            "cidr" => self.kind = Kind::Cidr,
            "exists" => self.kind = Kind::Exists,
            "fieldref" => self.kind = Kind::Field,
            "i" | "ignorecase" | "m" | "multiline" | "s" | "dotall" => {
                return self.flag(name, place);
            }
            "wide" | "utf16le" => self.encodings.push(Encoding::Utf16Le),
            "utf16be" => self.encodings.push(Encoding::Utf16Be),
            "utf16" => self.encodings.push(Encoding::Utf16Bom),
            "base64" => self.encodings.push(Encoding::Base64),
            "base64offset" => self.encodings.push(Encoding::Base64Offset),
            _ => return self.add_number(name, place),
        }
        Ok(())
    }

    fn flag(&mut self, name: &str, place: Place) -> Result<(), Fault> {
        if self.kind != Kind::Regex {
            let message = format!("`{name}` is a flag of regular expressions");
            return Err(Fault::new(place, message, format!("write `re|{name}`")));
        }
        self.regex_flags.push(match name {
            "i" | "ignorecase" => 'i',
            "m" | "multiline" => 'm',
            _ => 's',
        });
        Ok(())
    }

    fn add_number(&mut self, name: &str, place: Place) -> Result<(), Fault> {
        match name {
            "lt" => self.relation = Some(Relation::Less),
            "lte" => self.relation = Some(Relation::AtMost),
            "gt" => self.relation = Some(Relation::Greater),
            "gte" => self.relation = Some(Relation::AtLeast),
            "minute" => self.time = Some(TimePart::Minute),
            "hour" => self.time = Some(TimePart::Hour),
            "day" => self.time = Some(TimePart::Day),
            "week" => self.time = Some(TimePart::Week),
            "month" => self.time = Some(TimePart::Month),
            "year" => self.time = Some(TimePart::Year),
            _ => return Err(unknown(name, place)),
        }
        Ok(())
    }

    fn check(&self, seen: &[&str], place: Place) -> Result<(), Fault> {
        let anchors = seen.iter().filter(|m| matches!(**m, "contains" | "startswith" | "endswith"));
        if anchors.count() > 1 {
            return Err(Fault::new(
                place,
                "`contains`, `startswith` and `endswith` exclude each other",
                "keep one of them; `contains` allows both ends",
            ));
        }
        let sorts = [
            self.kind != Kind::Text,
            self.relation.is_some() || self.time.is_some(),
            self.windash || !self.encodings.is_empty(),
        ];
        if sorts.iter().filter(|s| **s).count() > 1 {
            return Err(Fault::new(
                place,
                format!("the modifiers {} cannot be combined", seen.join(", ")),
                "use one of them for each field; write two lines if you need both",
            ));
        }
        let searches_itself = matches!(self.kind, Kind::Regex | Kind::Cidr | Kind::Exists);
        if searches_itself && self.anchor != Anchor::Whole {
            return Err(Fault::new(
                place,
                "a regular expression, a network or `exists` cannot be anchored",
                "leave out `contains`, `startswith` and `endswith`; a regular expression is found anywhere",
            ));
        }
        Ok(())
    }
}

fn unknown(name: &str, place: Place) -> Fault {
    let message = format!("unknown modifier `{name}`");
    let nearest =
        KNOWN.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
    let hint = match nearest {
        Some(near) if strsim::jaro(near, name) > 0.75 => format!("write `{near}`"),
        _ => "write one of: contains, startswith, endswith, all, re, cidr, windash, base64offset, exists, …".to_owned(),
    };
    Fault::new(place, message, hint)
}
