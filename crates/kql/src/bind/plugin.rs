//! `evaluate`, and operators that are called with properties: `externaldata`, `parse-kv`.

use super::convert::convert;
use super::naming::ColumnList;
use super::{Binder, Rel, Scope};
use crate::ast::{self, Argument, ExprKind, Name, OutputColumns, Property};
use crate::function::Function;
use crate::plan::{self, Column, Expr, KeyValueForm, KeyValues, RelationKind};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::suggest::nearest;
use crate::value::{Dynamic, Literal};

mod activity;
mod lookup;
mod pivot;
mod unpack;

/// The plugins that are carried out.
const PLUGINS: &[&str] = &["bag_unpack", "pivot", "narrow", "ipv4_lookup", "ipv6_lookup"];

/// Plugins of the language that are known by name only.
#[rustfmt::skip]
const UNSUPPORTED: &[&str] = &[
    "activity_engagement", "activity_metrics", "autocluster",
    "azure_digital_twins_query_request", "basket", "cosmosdb_sql_request", "csharp", "dcount_intersect",
    "diffpatterns", "diffpatterns_text", "estimate_rows_count", "execute_query", "execute_show_command",
    "funnel_sequence", "funnel_sequence_completion", "geo_line_lookup", "geo_polygon_lookup", "http_request",
    "http_request_post", "identity", "infer_storage_schema", "mysql_request", "new_activity_metrics",
    "postgresql_request", "preview", "python", "r", "sequence_detect",
    "sql_request", "ai_embeddings", "ai_chat_completion",
    "ai_chat_completion_prompt", "ai_embed_text", "dcount_hll_if",
];

impl<'a> Binder<'a> {
    pub(super) fn evaluate(
        &mut self,
        rel: Rel,
        plugin: &'a Name,
        arguments: &'a [Argument],
        output: Option<&OutputColumns>,
    ) -> Rel {
        match plugin.text.as_str() {
            "bag_unpack" => self.bag_unpack(rel, plugin, arguments, output),
            "pivot" => self.pivot(rel, plugin, arguments, output),
            "narrow" => self.narrow(rel, plugin, arguments),
            "ipv4_lookup" | "ipv6_lookup" => self.address_lookup(rel, plugin, arguments),
            name if activity::names().any(|known| known == name) => {
                self.activity(rel, plugin, arguments)
            }
            name => {
                let finding = if UNSUPPORTED.contains(&name) {
                    let message = format!("the plugin `{name}` is not supported yet");
                    Finding::new(code::UNSUPPORTED, plugin.span.clone(), message)
                } else {
                    let message = format!("there is no plugin `{name}`");
                    let known = PLUGINS.iter().chain(UNSUPPORTED).copied().chain(activity::names());
                    Finding::new(code::FUNCTION, plugin.span.clone(), message)
                        .suggesting(nearest(name, known))
                };
                self.report(finding);
                Rel { open: true, ..rel }
            }
        }
    }

    /// Says that a plugin is called with the wrong number of arguments.
    fn bad_plugin_call(&mut self, plugin: &Name, form: &str) -> Rel {
        let message = format!("`{}` is called otherwise", plugin.text);
        let finding = Finding::new(code::ARGUMENTS, plugin.span.clone(), message);
        self.report(finding.with_help(format!("the form is `{form}`")));
        Rel::broken()
    }

    /// A constant text, if the expression is one.
    fn constant_text(&mut self, expr: &'a ast::Expr) -> Option<String> {
        match self.scalar(expr, &Scope::EMPTY).kind {
            plan::ExprKind::Literal(Literal::String(text)) => Some(text),
            _ => {
                self.fail(code::CONSTANT, &expr.span, "a constant text is needed here");
                None
            }
        }
    }

    pub(super) fn external_data(
        &mut self,
        columns: &[(Name, Type)],
        locations: &'a [ast::Expr],
        properties: &'a [Property],
    ) -> Rel {
        let mut list = ColumnList::default();
        for (name, ty) in columns {
            if list.position(&name.text).is_some() {
                let message = format!("the column `{}` is there already", name.text);
                self.fail(code::DUPLICATE, &name.span, message);
            }
            list.add(&name.text, *ty);
        }
        let mut addresses = Vec::new();
        for location in locations {
            if let Some(text) = self.constant_text(location) {
                let address = text.split(';').next().unwrap_or_default();
                addresses.push(address.to_owned());
            }
        }
        let (mut format, mut ignore_first_record) = (None, false);
        let mut places = Vec::new();
        for property in properties {
            match property.name.text.as_str() {
                "format" => format = self.word_or_text(&property.value).map(|t| t.to_lowercase()),
                name if name.eq_ignore_ascii_case("ignorefirstrecord") => {
                    ignore_first_record = self.flag(&property.value);
                }
                name if name.eq_ignore_ascii_case("ingestionmapping") => {
                    places = self.mapped(&property.value, &list.columns);
                }
                _ => {}
            }
        }
        let locations = addresses;
        let kind = RelationKind::External { locations, format, ignore_first_record, places };
        Rel::new(kind, list.columns)
    }

    /// `ingestionMapping`: where each column is found in a record.
    fn mapped(&mut self, mapping: &'a ast::Expr, columns: &[Column]) -> Vec<Option<String>> {
        let text = self.constant_text(mapping).unwrap_or_default();
        let Some(Dynamic::Array(entries)) = crate::lexer::dynamic(&text) else {
            self.fail(code::TYPE, &mapping.span, "a mapping is a JSON array of bags");
            return Vec::new();
        };
        let place = |column: &Column| {
            let entry = entries.iter().find(|entry| {
                let name = entry.property("Column").or_else(|| entry.property("Name"));
                name.and_then(Dynamic::as_text) == Some(column.name.as_str())
            })?;
            let inner = entry.property("Properties").unwrap_or(entry);
            let place = inner.property("Path").or_else(|| inner.property("Ordinal"))?;
            match place {
                Dynamic::String(text) => Some(text.clone()),
                Dynamic::Long(number) => Some(number.to_string()),
                _ => None,
            }
        };
        columns.iter().map(place).collect()
    }

    /// A property's value: a word as it stands, or a text.
    fn word_or_text(&mut self, value: &'a ast::Expr) -> Option<String> {
        match &value.kind {
            ExprKind::Name(word) if self.lookup(word).is_none() => Some(word.clone()),
            _ => self.constant_text(value),
        }
    }

    fn flag(&mut self, value: &'a ast::Expr) -> bool {
        let value = self.scalar(value, &Scope::EMPTY);
        match value.kind {
            plan::ExprKind::Literal(Literal::Bool(flag)) => flag,
            plan::ExprKind::Literal(Literal::Long(number)) => number != 0,
            _ => false,
        }
    }

    pub(super) fn parse_kv(
        &mut self,
        rel: Rel,
        text: &'a ast::Expr,
        keys: &'a [(Name, Type)],
        properties: &'a [Property],
    ) -> Rel {
        let value = self.scalar(text, &rel.scope());
        let value = self.textual(value, &text.span);
        let form = self.key_value_form(properties);
        let width = rel.columns().len();
        let mut list = ColumnList::with(rel.columns().to_vec());
        let mut raw = rel.columns().to_vec();
        let mut sources: Vec<usize> = (0..width).collect();
        let mut given = Vec::new();
        for (name, ty) in keys {
            self.check_new(&mut given, name);
            // A column that is there already takes the value.
            match list.position(&name.text).filter(|index| *index < width) {
                Some(index) => {
                    if let Some(column) = list.columns.get_mut(index) {
                        column.ty = *ty;
                    }
                    if let Some(source) = sources.get_mut(index) {
                        *source = raw.len();
                    }
                }
                None => {
                    list.add(&name.text, *ty);
                    sources.push(raw.len());
                }
            }
            raw.push(Column { name: format!("value{}", raw.len()), ty: *ty });
        }
        let keys = keys.iter().map(|(name, ty)| (name.text.clone(), *ty)).collect();
        let input = rel.relation;
        let kind = RelationKind::ParseKv(Box::new(KeyValues { input, text: value, keys, form }));
        let mut out = Rel::new(kind, super::expand::distinct_names(raw)).pick(&sources);
        out.relation.columns = list.columns;
        out.open = rel.open;
        out.label = rel.label;
        out
    }

    fn key_value_form(&mut self, properties: &'a [Property]) -> KeyValueForm {
        let (mut pair, mut key_value, mut escape) = (None, None, None);
        let mut quotes = Vec::new();
        let mut greedy = false;
        for property in properties {
            let value = &property.value;
            match property.name.text.as_str() {
                "pair_delimiter" => pair = self.constant_text(value),
                "kv_delimiter" => key_value = self.constant_text(value),
                "greedy" => greedy = self.flag(value),
                "escape" => escape = self.constant_text(value).and_then(|t| t.chars().next()),
                "quote" => {
                    let text = self.constant_text(value).unwrap_or_default();
                    let mut letters = text.chars();
                    if let Some(open) = letters.next() {
                        quotes.push((open, letters.next().unwrap_or(open)));
                    }
                }
                "regex" => {
                    let regex = self.constant_text(value).unwrap_or_default();
                    return KeyValueForm::Regex(regex);
                }
                name => {
                    let message = format!("parse-kv has no property `{name}`");
                    let finding = Finding::new(code::WORD, property.name.span.clone(), message);
                    let known =
                        ["pair_delimiter", "kv_delimiter", "quote", "escape", "greedy", "regex"];
                    self.report(finding.suggesting(nearest(name, known)));
                }
            }
        }
        KeyValueForm::Delimited { pair, key_value, quotes, escape, greedy }
    }

    /// `narrow`: each value of each row as a row of its own, as text.
    fn narrow(&mut self, rel: Rel, plugin: &Name, arguments: &[Argument]) -> Rel {
        if !arguments.is_empty() {
            return self.bad_plugin_call(plugin, "narrow()");
        }
        let width = rel.columns().len();
        let pairs: Vec<Expr> = rel
            .columns()
            .iter()
            .enumerate()
            .map(|(index, column)| {
                let name = Expr::literal(Literal::String(column.name.clone()), Type::String);
                let value = convert(Expr::column(index, column.ty), Type::String);
                Expr::call(Function::PackArray, vec![name, value], Type::Dynamic)
            })
            .collect();
        let all = Expr::call(Function::PackArray, pairs, Type::Dynamic);
        let mut numbered = rel.columns().to_vec();
        numbered.push(Column { name: "$row".to_owned(), ty: Type::Long });
        let mut expanded = numbered.clone();
        expanded.push(Column { name: "$pair".to_owned(), ty: Type::Dynamic });
        let rel =
            rel.step(numbered, |input| RelationKind::Number { input }).step(expanded, |input| {
                RelationKind::MvExpand {
                    input,
                    items: vec![plan::ExpandItem { expr: all, ty: Type::Dynamic }],
                    bags_as_pairs: false,
                    index_column: false,
                    row_limit: None,
                }
            });
        let part = |at| {
            let at = Expr::literal(Literal::Long(at), Type::Long);
            let pair = Expr::column(width + 1, Type::Dynamic);
            let value = Expr::call(Function::Element, vec![pair, at], Type::Dynamic);
            convert(value, Type::String)
        };
        let exprs = vec![Expr::column(width, Type::Long), part(0), part(1)];
        let column = |name: &str, ty| Column { name: name.to_owned(), ty };
        let columns = vec![
            column("Row", Type::Long),
            column("Column", Type::String),
            column("Value", Type::String),
        ];
        let mut out = rel.step(columns, |input| RelationKind::Project { input, exprs });
        out.label = None;
        out
    }
}
