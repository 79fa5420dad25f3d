//! Which fields the events of a logsource have, as far as that is known.

use std::collections::BTreeSet;

use bartizan_model::TABLES;
use bartizan_sigma::LogSource;
use serde::Deserialize;

use crate::mapping::{Mapping, MappingError};

/// Least likeness of a name that is offered in place of another.
const LIKENESS_MIN: f64 = 0.7;

/// What is known about logsources and their fields.
#[derive(Debug)]
pub(crate) struct Taxonomy {
    entries: Vec<(LogSource, BTreeSet<String>)>,
    logsources: Vec<LogSource>,
}

#[derive(Debug, Deserialize)]
struct File {
    fields: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    product: Option<String>,
    category: Option<String>,
    service: Option<String>,
    names: BTreeSet<String>,
}

impl Taxonomy {
    pub(crate) fn new() -> Result<Self, MappingError> {
        let text = include_str!("../../../content/mappings/fields.toml");
        let file: File = toml::from_str(text)
            .map_err(|source| MappingError { name: "fields.toml".to_owned(), source })?;
        let mut entries: Vec<_> = file
            .fields
            .into_iter()
            .map(|entry| {
                let Entry { product, category, service, names } = entry;
                (LogSource { product, category, service }, names)
            })
            .collect();
        for table in TABLES {
            let names: BTreeSet<String> = table
                .columns
                .iter()
                .flat_map(|c| c.sigma.iter().copied().chain([c.name]))
                .map(str::to_owned)
                .collect();
            entries.extend(table.logsources.iter().map(|logsource| {
                let logsource = LogSource {
                    product: Some(logsource.product.to_owned()),
                    category: Some(logsource.category.to_owned()),
                    service: None,
                };
                (logsource, names.clone())
            }));
        }
        let logsources = Mapping::shipped()?.logsources().cloned().collect();
        Ok(Self { entries, logsources })
    }

    /// The fields of events that a rule with this logsource judges; `None` where they are not known.
    pub(crate) fn fields(&self, logsource: &LogSource) -> Option<BTreeSet<&str>> {
        let mut known = false;
        let mut names = BTreeSet::new();
        for (of, fields) in &self.entries {
            // What the rule is about in particular, and what all events of its product have.
            if logsource.covers(of) || of.covers(logsource) {
                known |= of.category.is_some() && of.category == logsource.category;
                names.extend(fields.iter().map(String::as_str));
            }
        }
        known.then_some(names)
    }

    /// Whether any mapping leads events to rules with this logsource.
    pub(crate) fn is_fed(&self, logsource: &LogSource) -> bool {
        self.logsources.iter().any(|of| logsource.covers(of))
    }

    /// The logsource that was perhaps meant, in words.
    pub(crate) fn nearest_logsource(&self, logsource: &LogSource) -> Option<String> {
        let wanted = words(logsource);
        let known: BTreeSet<String> = self.logsources.iter().map(words).collect();
        nearest(&wanted, known.iter().map(String::as_str)).map(str::to_owned)
    }
}

/// The name that is most like this one, if any is.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    known
        .map(|candidate| (strsim::jaro_winkler(&name, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// A logsource in words: `windows process_creation`.
pub(crate) fn words(logsource: &LogSource) -> String {
    [&logsource.product, &logsource.category, &logsource.service]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}
