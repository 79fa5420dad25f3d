//! `evaluate bag_unpack(…)`: the properties of a bag as columns.

use crate::ast::{Argument, ExprKind, Name, OutputColumns};
use crate::bind::convert::convert;
use crate::bind::naming::ColumnList;
use crate::bind::{Binder, Rel};
use crate::discover::Discovery;
use crate::function::Function;
use crate::plan::{Column, Expr, Relation, RelationKind, Subject, Undiscovered};
use crate::problem::code;
use crate::schema::Type;
use crate::value::Literal;

const FORM: &str = "bag_unpack(column [, prefix [, columnsConflict [, ignoredProperties]]])";

/// What happens where a property has the name of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conflict {
    /// It is an error.
    Error,
    /// The property takes the column's place.
    Replace,
    /// The column stays.
    Keep,
}

impl<'a> Binder<'a> {
    pub(super) fn bag_unpack(
        &mut self,
        rel: Rel,
        plugin: &'a Name,
        arguments: &'a [Argument],
        output: Option<&OutputColumns>,
    ) -> Rel {
        let named = |name: &str, place: usize| {
            let by_name =
                arguments.iter().find(|a| a.name.as_ref().is_some_and(|n| n.text == name));
            by_name.or_else(|| arguments.get(place).filter(|a| a.name.is_none()))
        };
        let Some(bag) = named("column", 0).filter(|_| arguments.len() <= 4) else {
            return self.bad_plugin_call(plugin, FORM);
        };
        let value = self.scalar(&bag.value, &rel.scope());
        let text_of = |binder: &mut Self, argument: Option<&'a Argument>| {
            argument.and_then(|argument| binder.constant_text(&argument.value))
        };
        let prefix = text_of(self, named("OutputColumnPrefix", 1)).unwrap_or_default();
        let conflict = match text_of(self, named("columnsConflict", 2)).as_deref() {
            Some("replace_source") => Conflict::Replace,
            Some("keep_source") => Conflict::Keep,
            _ => Conflict::Error,
        };
        let ignored = match named("ignoredProperties", 3) {
            Some(argument) => self.constant_texts(&argument.value),
            None => Vec::new(),
        };
        let unpacked = match &bag.value.kind {
            ExprKind::Name(name) => rel.columns().iter().position(|column| column.name == *name),
            _ => None,
        };
        let bag = convert(value, Type::Dynamic);
        let known = output.map(|output| {
            output.columns.iter().map(|(name, ty)| (name.text.clone(), *ty)).collect::<Discovery>()
        });
        match (known, output) {
            (Some(known), Some(output)) => {
                unpack_into(rel, &bag, unpacked, &prefix, &known, output.star)
            }
            _ => {
                let found = self.properties(&rel, &bag);
                let found = found.into_iter().filter(|(name, _)| !ignored.contains(name)).collect();
                self.unpack_found(rel, plugin, (&bag, unpacked), &prefix, found, conflict)
            }
        }
    }

    /// What was found out about the bags; if nothing was yet, that it has to be.
    fn properties(&mut self, rel: &Rel, bag: &Expr) -> Discovery {
        if let Some(found) = self.discovered.next() {
            return found.clone();
        }
        let column = Column { name: "bag".to_owned(), ty: Type::Dynamic };
        let (input, exprs) = (Box::new(rel.relation.clone()), vec![bag.clone()]);
        let query =
            Relation { columns: vec![column], kind: RelationKind::Project { input, exprs } };
        self.undiscovered.push(Undiscovered { query, subject: Subject::Properties });
        Vec::new()
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call")]
    fn unpack_found(
        &mut self,
        rel: Rel,
        plugin: &Name,
        (bag, unpacked): (&Expr, Option<usize>),
        prefix: &str,
        found: Discovery,
        conflict: Conflict,
    ) -> Rel {
        let mut columns = Vec::new();
        let mut exprs = Vec::new();
        for (index, column) in rel.columns().iter().enumerate() {
            let property = found.iter().find(|(name, _)| format!("{prefix}{name}") == column.name);
            if Some(index) == unpacked {
                continue;
            }
            if let Some((name, ty)) = property
                && conflict == Conflict::Replace
            {
                columns.push(Column { name: column.name.clone(), ty: *ty });
                exprs.push(property_of(bag, name, *ty));
                continue;
            }
            columns.push(column.clone());
            exprs.push(Expr::column(index, column.ty));
        }
        for (name, ty) in &found {
            let full = format!("{prefix}{name}");
            if columns.iter().any(|column| column.name == full) {
                if conflict == Conflict::Error {
                    let message =
                        format!("the bag has a property `{name}`, and there is a column `{full}`");
                    self.fail(code::DUPLICATE, &plugin.span, message);
                }
                continue;
            }
            columns.push(Column { name: full, ty: *ty });
            exprs.push(property_of(bag, name, *ty));
        }
        let mut out = rel.step(columns, |input| RelationKind::Project { input, exprs });
        // What no bag has is null wherever it is named.
        out.open = true;
        out
    }

    /// Constant texts: one, or an array of them.
    fn constant_texts(&mut self, expr: &'a crate::ast::Expr) -> Vec<String> {
        use crate::value::Dynamic;
        match self.scalar(expr, &crate::bind::Scope::EMPTY).kind {
            crate::plan::ExprKind::Literal(Literal::String(text)) => vec![text],
            crate::plan::ExprKind::Literal(Literal::Dynamic(Dynamic::Array(items))) => {
                items.iter().filter_map(Dynamic::as_text).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The columns that the query asks for: those of the input by their names, the others from the bag.
fn unpack_into(
    rel: Rel,
    bag: &Expr,
    unpacked: Option<usize>,
    prefix: &str,
    wanted: &Discovery,
    star: bool,
) -> Rel {
    let mut list = ColumnList::default();
    let mut exprs = Vec::new();
    if star {
        for (index, column) in rel.columns().iter().enumerate() {
            if Some(index) != unpacked && wanted.iter().all(|(name, _)| *name != column.name) {
                list.add(&column.name, column.ty);
                exprs.push(Expr::column(index, column.ty));
            }
        }
    }
    for (name, ty) in wanted {
        let own = rel
            .columns()
            .iter()
            .enumerate()
            .find(|(index, column)| column.name == *name && Some(*index) != unpacked);
        list.add(name, *ty);
        exprs.push(match own {
            Some((index, column)) => convert(Expr::column(index, column.ty), *ty),
            None => property_of(bag, name.strip_prefix(prefix).unwrap_or(name), *ty),
        });
    }
    rel.step(list.columns, |input| RelationKind::Project { input, exprs })
}

/// A property of a bag as a type.
fn property_of(bag: &Expr, name: &str, ty: Type) -> Expr {
    let name = Expr::literal(Literal::String(name.to_owned()), Type::String);
    convert(Expr::call(Function::Member, vec![bag.clone(), name], Type::Dynamic), ty)
}
