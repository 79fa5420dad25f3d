//! What an editor asks while a query is being written: what could stand at a place, and what the word at a
//! place means.
//!
//! Pure functions over the text and the schema. Texts that are not whole yet are the usual case: whatever
//! stands before the place is read as far as it can be.

mod place;

use std::ops::Range;

use crate::aggregate::AGGREGATES;
use crate::plan::Column;
use crate::schema::Schema;
use crate::vocabulary::{Entry, functions, operators};
use place::{Place, Position};

/// So many proposals are made at most.
pub const MAX_COMPLETIONS: usize = 200;

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompletionKind {
    /// A column of the rows at this place.
    Column,
    /// A name of the query's own.
    Variable,
    /// A table.
    Table,
    /// An operator of a pipe.
    Operator,
    /// An aggregate.
    Aggregate,
    /// A function.
    Function,
    /// A word that belongs to the operator here.
    Keyword,
}

impl CompletionKind {
    /// Its name in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Column => "column",
            Self::Variable => "variable",
            Self::Table => "table",
            Self::Operator => "operator",
            Self::Aggregate => "aggregate",
            Self::Function => "function",
            Self::Keyword => "keyword",
        }
    }
}

/// Something that could stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is written.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// Its type or its form.
    pub detail: String,
    /// What it means, in a line.
    pub doc: String,
    /// The bytes of the text that it takes the place of: the part of the word that is there already.
    pub replace: Range<usize>,
}

/// What a word means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The bytes of the word.
    pub span: Range<usize>,
    /// What it is.
    pub kind: CompletionKind,
    /// Its name with its type or its form.
    pub title: String,
    /// What it means.
    pub doc: String,
}

/// What could stand at a byte of the text, the likeliest first.
pub fn complete(text: &str, at: usize, schema: &Schema) -> Vec<Completion> {
    let Some(place) = Place::of(text, at) else { return Vec::new() };
    let mut found = match &place.position {
        Position::Source => sources(&place, schema),
        Position::Operator => listed(operators(), CompletionKind::Operator),
        Position::Argument { operator } => arguments(&place, operator, schema),
    };
    let typed = place.typed.to_lowercase();
    found.retain(|entry| entry.label.to_lowercase().contains(&typed));
    found.sort_by_key(|entry| {
        let starts = entry.label.to_lowercase().starts_with(&typed);
        (!starts, entry.kind, entry.label.to_lowercase())
    });
    found.dedup_by(|later, first| later.label == first.label && later.kind == first.kind);
    found.truncate(MAX_COMPLETIONS);
    for entry in &mut found {
        entry.replace = place.replace.clone();
    }
    found
}

/// What the word at a byte of the text means; nothing where there is none.
pub fn hover(text: &str, at: usize, schema: &Schema) -> Option<Hover> {
    let (word, span) = place::word_at(text, at)?;
    let place = Place::of(text, span.end)?;
    let known = match &place.position {
        Position::Operator => listed(operators(), CompletionKind::Operator),
        Position::Source => sources(&place, schema),
        Position::Argument { operator } => arguments(&place, operator, schema),
    };
    let everything = || {
        let tables = schema.tables.iter().map(|table| table_entry(&table.name, schema));
        listed(functions(), CompletionKind::Function)
            .into_iter()
            .chain(listed(operators(), CompletionKind::Operator))
            .chain(tables)
            .collect::<Vec<_>>()
    };
    let found = known.into_iter().chain(everything()).find(|entry| entry.label == word)?;
    let title = match found.kind {
        CompletionKind::Column | CompletionKind::Variable => {
            format!("{}: {}", found.label, found.detail)
        }
        _ if found.detail.is_empty() => found.label,
        _ => found.detail,
    };
    Some(Hover { span, kind: found.kind, title, doc: found.doc })
}

/// Where rows may come from.
fn sources(place: &Place<'_>, schema: &Schema) -> Vec<Completion> {
    const STARTS: &[&str] =
        &["print", "range", "union", "datatable", "externaldata", "search", "find", "let"];
    let mut found: Vec<Completion> =
        schema.tables.iter().map(|table| table_entry(&table.name, schema)).collect();
    found.extend(variables(place));
    found.extend(
        listed(operators(), CompletionKind::Operator)
            .into_iter()
            .filter(|entry| STARTS.contains(&entry.label.as_str())),
    );
    found.push(entry("let", CompletionKind::Keyword, "let name = …", "names a value or rows"));
    found
}

/// What may stand in an operator: columns, names, functions, words of the operator.
fn arguments(place: &Place<'_>, operator: &str, schema: &Schema) -> Vec<Completion> {
    let mut found: Vec<Completion> =
        place.columns(schema).iter().map(|column| column_entry(column, schema)).collect();
    found.extend(variables(place));
    let aggregates = matches!(operator, "summarize" | "make-series" | "top-nested");
    found.extend(listed(functions(), CompletionKind::Function).into_iter().filter(|entry| {
        aggregates || !AGGREGATES.iter().any(|aggregate| aggregate.name == entry.label)
    }));
    let words = keywords(operator).iter();
    found.extend(words.map(|word| entry(word, CompletionKind::Keyword, "", "")));
    if matches!(operator, "join" | "lookup" | "union" | "in") {
        found.extend(schema.tables.iter().map(|table| table_entry(&table.name, schema)));
    }
    found
}

/// The words that belong to an operator.
fn keywords(operator: &str) -> &'static [&'static str] {
    match operator {
        "summarize" => &["by"],
        "sort" | "order" | "top" => &["by", "asc", "desc", "nulls first", "nulls last"],
        "join" => &[
            "kind=inner",
            "kind=innerunique",
            "kind=leftouter",
            "kind=leftanti",
            "kind=leftsemi",
            "kind=rightouter",
            "kind=rightanti",
            "kind=rightsemi",
            "kind=fullouter",
            "on",
            "$left",
            "$right",
        ],
        "lookup" => &["kind=leftouter", "kind=inner", "on"],
        "union" => &["kind=outer", "kind=inner", "withsource=", "isfuzzy=true"],
        "where" | "filter" | "extend" | "project" => &[
            "and",
            "or",
            "has",
            "has_any",
            "has_all",
            "contains",
            "startswith",
            "endswith",
            "matches regex",
            "in",
            "in~",
            "!in",
            "between",
            "!has",
            "!contains",
        ],
        "mv-expand" | "mv-apply" => &["to typeof", "limit", "on", "with_itemindex="],
        "make-series" => &["on", "from", "to", "step", "by", "default="],
        "parse" | "parse-where" | "parse-kv" | "render" => &["with", "as", "kind="],
        _ => &[],
    }
}

fn variables(place: &Place<'_>) -> Vec<Completion> {
    let named = |name: &&str| entry(name, CompletionKind::Variable, "let", "named in this query");
    place.names.iter().map(named).collect()
}

fn listed(entries: Vec<Entry>, kind: CompletionKind) -> Vec<Completion> {
    let listed = |listed: Entry| {
        let kind = if listed.aggregate { CompletionKind::Aggregate } else { kind };
        entry(&listed.name, kind, &listed.form, &listed.doc)
    };
    entries.into_iter().map(listed).collect()
}

fn table_entry(name: &str, schema: &Schema) -> Completion {
    let columns = schema.table(name).map_or(0, |table| table.columns.len());
    entry(name, CompletionKind::Table, &format!("{name}: {columns} columns"), "")
}

fn column_entry(column: &Column, schema: &Schema) -> Completion {
    let same =
        |known: &&crate::schema::ColumnSchema| known.name == column.name && known.ty == column.ty;
    let known = schema.tables.iter().flat_map(|table| &table.columns).find(same);
    let doc = known.map_or("", |known| known.doc.as_str());
    entry(&column.name, CompletionKind::Column, column.ty.name(), doc)
}

fn entry(label: &str, kind: CompletionKind, detail: &str, doc: &str) -> Completion {
    Completion {
        label: label.to_owned(),
        kind,
        detail: detail.to_owned(),
        doc: doc.to_owned(),
        replace: 0..0,
    }
}

#[cfg(test)]
mod tests;
