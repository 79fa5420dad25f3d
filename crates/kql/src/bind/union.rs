//! `union`: columns are matched by name; what an input does not have is null.

use super::naming::{ColumnList, matches_pattern};
use super::{Binder, Binding, Rel};
use crate::ast::{self, ExprKind, Name, Setting};
use crate::plan::{Column, Expr, RelationKind};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::suggest::nearest;
use crate::value::Literal;

/// What a `union` says besides its inputs.
#[derive(Default)]
struct Manner {
    inner: bool,
    fuzzy: bool,
    source_column: Option<String>,
}

impl<'a> Binder<'a> {
    pub(super) fn union(
        &mut self,
        piped: Option<Rel>,
        settings: &[Setting],
        sources: &'a [ast::Expr],
        operator: &Name,
    ) -> Rel {
        let manner = self.union_manner(settings);
        let named = sources.len() + usize::from(piped.is_some());
        let mut inputs: Vec<(String, Rel)> = Vec::new();
        if let Some(rel) = piped {
            inputs.push((source_name(&rel, 0), rel));
        }
        for source in sources {
            self.union_source(source, manner.fuzzy, &mut inputs);
        }
        if inputs.is_empty() {
            if !manner.fuzzy {
                self.fail(code::TABLE, &operator.span, "none of these tables exists");
            }
            return Rel::broken();
        }
        let columns = if manner.inner { shared_columns(&inputs) } else { all_columns(&inputs) };
        // Columns of a table that was left out are null.
        let left_out = manner.fuzzy && inputs.len() < named;
        let mut out = all_rows(inputs, columns, manner.source_column.as_deref());
        out.open |= left_out;
        out
    }

    fn union_manner(&mut self, settings: &[Setting]) -> Manner {
        let mut manner = Manner::default();
        for setting in settings {
            let value = setting.value.text.as_str();
            match (setting.name.text.as_str(), value) {
                ("kind", "inner") => manner.inner = true,
                ("kind", "outer") => {}
                ("kind", _) => {
                    let message = format!("there is no kind of union named `{value}`");
                    let finding = Finding::new(code::WORD, setting.value.span.clone(), message);
                    self.report(finding.suggesting(nearest(value, ["inner", "outer"])));
                }
                ("withsource" | "with_source", _) => manner.source_column = Some(value.to_owned()),
                ("isfuzzy", _) => manner.fuzzy = value == "true",
                (name, _) if name.starts_with("hint.") => {}
                (name, _) => {
                    let message = format!("a union has no parameter `{name}`");
                    let finding = Finding::new(code::WORD, setting.name.span.clone(), message);
                    self.report(
                        finding.suggesting(nearest(name, ["kind", "withsource", "isfuzzy"])),
                    );
                }
            }
        }
        manner
    }

    /// The tables, and the views of the query, whose names fit a pattern.
    fn fitting_tables(
        &mut self,
        pattern: &str,
        span: &ast::Span,
        fuzzy: bool,
        inputs: &mut Vec<(String, Rel)>,
    ) {
        let tables: Vec<String> = self
            .schema
            .tables
            .iter()
            .map(|table| table.name.clone())
            .filter(|table| matches_pattern(pattern, table))
            .collect();
        let before = inputs.len();
        for table in tables {
            let rel = self.table_of_schema(&table, span);
            inputs.push((table, rel));
        }
        self.views_fitting(pattern, span, inputs);
        if inputs.len() == before && !fuzzy {
            self.fail(code::TABLE, span, format!("no table fits `{pattern}`"));
        }
    }

    /// The views of the query whose names fit a pattern.
    pub(super) fn views_fitting(
        &mut self,
        pattern: &str,
        span: &ast::Span,
        inputs: &mut Vec<(String, Rel)>,
    ) {
        let views: Vec<(String, std::rc::Rc<Binding<'a>>)> = self
            .names
            .iter()
            .filter(|(name, binding)| {
                let is_view = matches!(&**binding, Binding::Function { body, .. } if body.is_view);
                is_view && matches_pattern(pattern, name)
            })
            .cloned()
            .collect();
        for (name, binding) in views {
            let called = Name { text: name.clone(), span: span.clone() };
            let rel = self.own_table_call(&called, &binding, &[], None);
            inputs.push((name, rel));
        }
    }

    pub(super) fn union_source(
        &mut self,
        source: &'a ast::Expr,
        fuzzy: bool,
        inputs: &mut Vec<(String, Rel)>,
    ) {
        if let ExprKind::Name(name) = &source.kind {
            if name.contains('*') {
                return self.fitting_tables(name, &source.span, fuzzy, inputs);
            }
            let known = self.lookup(name).is_some() || self.schema.table(name).is_some();
            if fuzzy && !known {
                return;
            }
        }
        let before = self.findings.len();
        let mut rel = self.table(source);
        if let ExprKind::Name(name) = &source.kind
            && let Some(binding) = self.lookup(name)
            && matches!(&*binding, Binding::Function { body, .. } if body.is_view)
        {
            rel.label = Some(name.clone());
        }
        let lost = self.findings.get(before..).unwrap_or_default();
        if fuzzy && lost.iter().any(|finding| finding.code == code::TABLE) {
            // A table that is not there is left out, and what is done with it.
            self.findings.truncate(before);
            return;
        }
        inputs.push((source_name(&rel, inputs.len()), rel));
    }
}

/// All rows of all inputs, with all columns; before them one that says which input a row is from.
pub(super) fn outer(inputs: Vec<(String, Rel)>, source_column: Option<&str>) -> Rel {
    let columns = all_columns(&inputs);
    all_rows(inputs, columns, source_column)
}

fn all_rows(
    inputs: Vec<(String, Rel)>,
    mut columns: Vec<Shared>,
    source_column: Option<&str>,
) -> Rel {
    let open = inputs.iter().any(|(_, rel)| rel.open);
    if let Some(name) = source_column {
        columns.insert(0, (name.to_owned(), None, Type::String));
    }
    let output: Vec<Column> =
        columns.iter().map(|(name, _, ty)| Column { name: name.clone(), ty: *ty }).collect();
    let aligned = inputs
        .into_iter()
        .map(|(label, rel)| align(label, rel, &columns, &output))
        .map(|rel| rel.relation)
        .collect();
    let mut out = Rel::new(RelationKind::Union { inputs: aligned }, output);
    out.open = open;
    out
}

/// The table an input comes from, or its place.
pub(super) fn source_name(rel: &Rel, index: usize) -> String {
    match &rel.label {
        Some(label) if !label.starts_with('`') => label.clone(),
        _ => format!("union_arg{index}"),
    }
}

/// The name in the output, the name and type in the inputs.
type Shared = (String, Option<(String, Type)>, Type);

/// Every column of every input; a name with several types becomes several columns.
fn all_columns(inputs: &[(String, Rel)]) -> Vec<Shared> {
    // Names in the order in which they first appear, each with its types in that order.
    let mut found: Vec<(String, Vec<Type>)> = Vec::new();
    for column in inputs.iter().flat_map(|(_, rel)| rel.columns()) {
        match found.iter_mut().find(|(name, _)| *name == column.name) {
            Some((_, types)) if types.contains(&column.ty) => {}
            Some((_, types)) => types.push(column.ty),
            None => found.push((column.name.clone(), vec![column.ty])),
        }
    }
    let mut list = ColumnList::default();
    let mut shared = Vec::new();
    for (name, types) in &found {
        for ty in types {
            let split = types.len() > 1;
            let wanted = if split { format!("{name}_{}", ty.name()) } else { name.clone() };
            let index = list.add(&wanted, *ty);
            let output = list.columns.get(index).map_or(wanted, |column| column.name.clone());
            shared.push((output, Some((name.clone(), *ty)), *ty));
        }
    }
    keep_own_names(&mut shared);
    shared
}

/// A column that has its name from the inputs keeps it; one that was split off gives way.
fn keep_own_names(shared: &mut [Shared]) {
    for index in 0..shared.len() {
        let own = match shared.get(index) {
            Some((output, Some((name, _)), _)) if output != name => name.clone(),
            _ => continue,
        };
        let taken = shared.iter().position(|(output, origin, _)| {
            *output == own && origin.as_ref().is_some_and(|(name, _)| *name != own)
        });
        let (Some(taken), Some(given)) = (taken, shared.get(index).map(|s| s.0.clone())) else {
            continue;
        };
        // Only a name that was made longer because the other one was there first is exchanged.
        if given.strip_prefix(own.as_str()).is_some_and(|rest| rest.parse::<u32>().is_ok()) {
            if let Some(other) = shared.get_mut(taken) {
                other.0 = given;
            }
            if let Some(this) = shared.get_mut(index) {
                this.0 = own;
            }
        }
    }
}

/// The columns that every input has, with the same type.
fn shared_columns(inputs: &[(String, Rel)]) -> Vec<Shared> {
    let Some((_, first)) = inputs.first() else { return Vec::new() };
    first
        .columns()
        .iter()
        .filter(|column| inputs.iter().all(|(_, rel)| rel.columns().contains(column)))
        .map(|column| (column.name.clone(), Some((column.name.clone(), column.ty)), column.ty))
        .collect()
}

/// The input with exactly the columns of the union.
fn align(label: String, rel: Rel, columns: &[Shared], output: &[Column]) -> Rel {
    if rel.columns() == output {
        return rel;
    }
    let exprs = columns
        .iter()
        .map(|(_, origin, ty)| match origin {
            None => Expr::literal(Literal::String(label.clone()), Type::String),
            Some((name, _)) => rel
                .columns()
                .iter()
                .position(|column| column.name == *name && column.ty == *ty)
                .map_or_else(
                    || Expr::literal(Literal::null_of(*ty), *ty),
                    |index| Expr::column(index, *ty),
                ),
        })
        .collect();
    rel.step(output.to_vec(), |input| RelationKind::Project { input, exprs })
}
