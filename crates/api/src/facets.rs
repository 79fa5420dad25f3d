//! How many there are of each value: what a list can be narrowed to.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// How many values of one kind are named.
const NAMED: usize = 100;

/// A value and how many have it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Facet {
    value: String,
    count: u64,
}

/// The most frequent first.
pub(crate) fn by_count(counts: impl IntoIterator<Item = (String, u64)>) -> Vec<Facet> {
    let facets = counts.into_iter().map(|(value, count)| Facet { value, count });
    let mut facets: Vec<Facet> = facets.collect();
    facets.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    facets.truncate(NAMED);
    facets
}

/// The gravest first.
pub(crate) fn by_severity(counts: &BTreeMap<u8, u64>) -> Vec<Facet> {
    let facet = |(severity, count): (&u8, &u64)| Facet {
        value: severity_word(*severity).to_owned(),
        count: *count,
    };
    counts.iter().rev().map(facet).collect()
}

/// The word of a severity's number.
pub(crate) fn severity_word(severity: u8) -> &'static str {
    let words = ["Informational", "Low", "Medium", "High", "Critical"];
    words.get(usize::from(severity)).copied().unwrap_or("Critical")
}
