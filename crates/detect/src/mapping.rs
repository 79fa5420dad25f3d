//! Mappings: which events are of which logsource, and what their fields are called. Data, not code.
//!
//! A mapping is a TOML file; those of the product stand in `content/mappings`, a user's own come beside them:
//!
//! ```toml
//! [rename]                                  # name in the event = name in rules; a `*` at the end stands for the rest
//! "winlog.event_data.*" = "*"
//!
//! [[kind]]                                  # events for which all of `when` is so …
//! when = { Channel = "Security", EventID = [4688, 4689] }
//! product = "windows"                       # … are of this logsource,
//! category = "process_creation"
//! fields = { Image = "NewProcessName" }     # and this field of rules is that field of the event, if it has no other
//! ```
//!
//! What `unless` names must not be so. In both, a list means any of its values, `"*"` any value at all; upper and lower case are the same. An event may be
//! of several kinds.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bartizan_model::TABLES;
use bartizan_sigma::LogSource;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::flatten::Names;

/// The mappings that come with the product.
const SHIPPED: [(&str, &str); 4] = [
    ("windows.toml", include_str!("../../../content/mappings/windows.toml")),
    ("linux.toml", include_str!("../../../content/mappings/linux.toml")),
    ("ecs.toml", include_str!("../../../content/mappings/ecs.toml")),
    ("cloud.toml", include_str!("../../../content/mappings/cloud.toml")),
];

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("reading the mapping {name}")]
pub struct MappingError {
    /// The name of the file.
    pub name: String,
    /// Where it goes wrong.
    #[source]
    pub source: toml::de::Error,
}

/// How events are understood.
#[derive(Debug, Default, Clone)]
pub struct Mapping {
    renames: FxHashMap<String, String>,
    prefixes: Vec<(String, String)>,
    /// Whether a name without dots and spaces may have to be changed.
    plain_renames: bool,
    pub(crate) kinds: Vec<Kind>,
}

/// One kind of event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kind {
    pub(crate) when: Vec<(String, Vec<String>)>,
    unless: Vec<(String, Vec<String>)>,
    pub(crate) logsource: LogSource,
    /// Field of rules, field of the event.
    pub(crate) fields: Vec<(String, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rename: BTreeMap<String, String>,
    #[serde(default)]
    kind: Vec<KindFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindFile {
    when: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    unless: BTreeMap<String, OneOrMany>,
    product: Option<String>,
    category: Option<String>,
    service: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Plain),
    Many(Vec<Plain>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Plain {
    Text(String),
    Int(i64),
    Bool(bool),
}

impl Mapping {
    /// The mappings that come with the product: Windows event logs, Sysmon, auditd, ECS, clouds, and our own tables.
    pub fn shipped() -> Result<Self, MappingError> {
        let mut mapping = Self::default();
        for (name, text) in SHIPPED {
            mapping.add(name, text)?;
        }
        mapping.add_tables();
        Ok(mapping)
    }

    /// No kinds and no other names.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a mapping from its text.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), MappingError> {
        let file: File = toml::from_str(text)
            .map_err(|source| MappingError { name: name.to_owned(), source })?;
        for (from, to) in file.rename {
            self.plain_renames |= !from.contains(['.', ' ']);
            match from.strip_suffix('*') {
                Some(prefix) => {
                    self.prefixes.push((prefix.to_owned(), to.trim_end_matches('*').to_owned()));
                }
                None => {
                    self.renames.insert(from, to);
                }
            }
        }
        self.kinds.extend(file.kind.into_iter().map(Kind::from));
        Ok(())
    }

    /// Takes every event to be of one logsource, whatever it is.
    pub fn set_logsource(&mut self, logsource: LogSource) {
        self.kinds = vec![Kind { logsource, ..Kind::default() }];
    }

    /// The logsources that events can be of.
    pub fn logsources(&self) -> impl Iterator<Item = &LogSource> {
        self.kinds.iter().map(|kind| &kind.logsource)
    }

    /// Rows of our own tables, as queries give them back.
    fn add_tables(&mut self) {
        for table in TABLES {
            let fields: Vec<(String, String)> = table
                .columns
                .iter()
                .flat_map(|c| c.sigma.iter().map(|s| ((*s).to_owned(), c.name.to_owned())))
                .collect();
            for logsource in table.logsources {
                let names = logsource.action_types.iter().map(|name| name.to_lowercase()).collect();
                self.kinds.push(Kind {
                    when: vec![
                        ("ActionType".to_owned(), names),
                        ("DeviceName".to_owned(), vec!["*".to_owned()]),
                    ],
                    logsource: LogSource {
                        product: Some(logsource.product.to_owned()),
                        category: Some(logsource.category.to_owned()),
                        service: None,
                    },
                    fields: fields.clone(),
                    ..Kind::default()
                });
            }
        }
    }
}

impl Names for Mapping {
    fn rename<'a>(&'a self, name: &'a str) -> Option<Cow<'a, str>> {
        if !self.plain_renames && !name.contains(['.', ' ']) {
            return None;
        }
        if let Some(to) = self.renames.get(name) {
            return Some(Cow::Borrowed(to));
        }
        let (rest, to) = self
            .prefixes
            .iter()
            .find_map(|(from, to)| Some((name.strip_prefix(from.as_str())?, to)))?;
        if !to.is_empty() {
            return Some(Cow::Owned(format!("{to}{rest}")));
        }
        // What was wrapped may have names of its own to be changed.
        Some(Cow::Borrowed(self.renames.get(rest).map_or(rest, String::as_str)))
    }
}

impl Kind {
    /// Whether an event is of this kind. `value` gives the value of a field in lower case.
    pub(crate) fn is_met<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> bool {
        let is_so = |(field, wanted): &(String, Vec<String>)| {
            value(field).is_some_and(|text| {
                wanted.iter().any(|w| w == "*" || text.split('\n').any(|line| line == w))
            })
        };
        self.when.iter().all(is_so) && !self.unless.iter().any(is_so)
    }

    /// The fields of the event that it depends on.
    pub(crate) fn depends_on(&self) -> impl Iterator<Item = &str> {
        self.when.iter().chain(&self.unless).map(|(field, _)| field.as_str())
    }
}

impl From<KindFile> for Kind {
    fn from(file: KindFile) -> Self {
        let conditions = |table: BTreeMap<String, OneOrMany>| {
            table.into_iter().map(|(field, wanted)| (field, wanted.texts())).collect()
        };
        Self {
            when: conditions(file.when),
            unless: conditions(file.unless),
            logsource: LogSource {
                category: file.category,
                product: file.product,
                service: file.service,
            },
            fields: file.fields.into_iter().collect(),
        }
    }
}

impl OneOrMany {
    fn texts(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one.text()],
            Self::Many(many) => many.into_iter().map(Plain::text).collect(),
        }
    }
}

impl Plain {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text.to_lowercase(),
            Self::Int(int) => int.to_string(),
            Self::Bool(yes) => yes.to_string(),
        }
    }
}
