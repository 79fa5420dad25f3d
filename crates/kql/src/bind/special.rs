//! Functions whose arguments or results do not fit a plain signature.

use super::convert::convert;
use super::{Binder, Scope};
use crate::ast::{self, Argument, ExprKind, Name};
use crate::function::{Function, Param};
use crate::plan::{self, Expr};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::value::{Dynamic, Literal};

/// Names, forms and meanings.
#[rustfmt::skip]
pub(crate) const SPECIAL: &[(&str, &str, &str)] = &[
    ("now", "now([timespan])", "the time of the query, so much later"),
    ("ago", "ago(timespan)", "the time of the query, so much earlier"),
    ("iff", "iff(predicate, then, otherwise)", "one of two values"),
    ("iif", "iif(predicate, then, otherwise)", "one of two values"),
    ("case", "case(predicate, then, …, otherwise)", "the value after the first true predicate"),
    ("bin", "bin(value, size)", "rounded down to a multiple"),
    ("floor", "floor(value, size)", "rounded down to a multiple"),
    ("bin_auto", "bin_auto(value)", "rounded down to a multiple of what `set query_bin_auto_size` says"),
    ("bin_at", "bin_at(value, size, fixed point)", "rounded down to a multiple, counted from a point"),
    ("extract", "extract(regex, group, text [, typeof(type)])", "what a group of a regular expression matches"),
    ("extract_all", "extract_all(regex [, groups], text)", "all matches of a regular expression"),
    ("extractall", "extractall(regex [, groups], text)", "the older form of extract_all"),
    ("iscolumnexists", "iscolumnexists(name)", "whether there is a column with this name"),
    ("extract_json", "extract_json(path, text [, typeof(type)])", "what is found at a JSON path"),
    ("extractjson", "extractjson(path, text [, typeof(type)])", "what is found at a JSON path"),
    ("replace", "replace(regex, replacement, text)", "the older form of replace_regex"),
    ("toscalar", "toscalar(query)", "the first column of the first row"),
    ("column_ifexists", "column_ifexists(name, otherwise)", "the column if there is one, else the value"),
    ("columnifexists", "columnifexists(name, otherwise)", "the column if there is one, else the value"),
    ("pack_all", "pack_all([ignore null and empty])", "all columns as a bag"),
    ("bag_pack_columns", "bag_pack_columns(column, …)", "columns as a bag"),
    ("column_names_of", "column_names_of(table)", "the names of a table's columns as an array"),
    ("ingestion_time", "ingestion_time()", "when the row arrived"),
    ("array_sort_asc", "array_sort_asc(array [, array, …] [, nulls last])", "in ascending order; further arrays in the order of the first"),
    ("array_sort_desc", "array_sort_desc(array [, array, …] [, nulls last])", "in descending order; further arrays in the order of the first"),
    ("around", "around(value, center, delta)", "whether a value is within a distance of another"),
];

/// Functions of the language that are known by name only.
#[rustfmt::skip]
const KNOWN_ELSEWHERE: &[&str] = &[
    "cluster", "database", "external_table", "materialized_view", "entity_group", "stored_query_result", "graph",
    "all", "map", "inner_nodes", "node_id", "node_degree_in", "node_degree_out", "labels",
    "hash_combine", "hash_many",
];

pub(super) fn is_known_elsewhere(name: &str) -> bool {
    KNOWN_ELSEWHERE.contains(&name)
}

impl<'a> Binder<'a> {
    /// The call, if the function is one of those here.
    pub(super) fn special_call(
        &mut self,
        name: &'a Name,
        arguments: &'a [Argument],
        span: &ast::Span,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let (least, most) = match name.text.as_str() {
            "now" => (0, 1),
            "ago" | "toscalar" => (1, 1),
            "iff" | "iif" | "bin_at" | "replace" => (3, 3),
            "case" => (3, usize::MAX),
            "bin" | "column_ifexists" | "columnifexists" => (2, 2),
            "floor" => (1, 2),
            "extract" => (3, 4),
            "extract_all" | "extractall" | "extract_json" | "extractjson" => (2, 3),
            "iscolumnexists" => (1, 1),
            "pack_all" => (0, 1),
            "bin_auto" => (1, 1),
            "array_sort_asc" | "array_sort_desc" => (1, usize::MAX),
            "bag_pack_columns" => (1, usize::MAX),
            "column_names_of" => (1, 1),
            "ingestion_time" => (0, 0),
            "around" => (3, 3),
            "make_datetime" | "make_timespan" if arguments.len() == 1 => (1, 1),
            _ => return None,
        };
        if arguments.len() < least || arguments.len() > most {
            let form = SPECIAL.iter().find(|(known, _, _)| *known == name.text);
            let message = format!("`{}` is called with {} arguments", name.text, arguments.len());
            let finding = Finding::new(code::ARGUMENTS, name.span.clone(), message);
            self.report(match form {
                Some((_, form, _)) => finding.with_help(format!("the form is `{form}`")),
                None => finding,
            });
            return Some(Self::poison());
        }
        Some(match name.text.as_str() {
            "toscalar" => self.scalar_of_query(arguments),
            "column_ifexists" | "columnifexists" => self.column_if_exists(arguments, scope),
            "pack_all" => pack_all(scope),
            "iscolumnexists" => self.is_column(arguments, scope),
            "bag_pack_columns" => self.bag_of_columns(arguments, scope),
            "column_names_of" => self.column_names(arguments),
            "ingestion_time" => arrival(scope),
            "extract" | "extract_json" | "extractjson" => self.extract(name, arguments, scope),
            _ => self.special_value(name, arguments, span, scope),
        })
    }

    fn special_value(
        &mut self,
        name: &'a Name,
        arguments: &'a [Argument],
        span: &ast::Span,
        scope: &Scope<'_>,
    ) -> Expr {
        let args: Vec<Expr> =
            arguments.iter().map(|argument| self.scalar(&argument.value, scope)).collect();
        let spans: Vec<&ast::Span> =
            arguments.iter().map(|argument| &argument.value.span).collect();
        match name.text.as_str() {
            "now" | "ago" => self.clock(&name.text, args, span),
            "iff" | "iif" | "case" => self.choice(name, args, &spans),
            "bin" | "floor" | "bin_at" => self.bin(name, args),
            "around" => self.around(name, args),
            "array_sort_asc" | "array_sort_desc" => {
                self.sorted(&name.text, args, 0).unwrap_or_else(Self::poison)
            }
            "bin_auto" => {
                let option = |wanted: &str| {
                    let found = self.options.iter().rev().find(|(known, _)| known == wanted);
                    found.map(|(_, value)| value.clone())
                };
                let Some(size) = option("query_bin_auto_size") else {
                    let message = "`bin_auto` needs `set query_bin_auto_size=…;` before the query";
                    return self.fail(code::CONSTANT, &name.span, message);
                };
                let rest = [Some(size), option("query_bin_auto_at")].into_iter().flatten();
                let args = args.into_iter().chain(rest).collect();
                self.bin(name, args)
            }
            "make_datetime" | "make_timespan" => {
                let ty = if name.text == "make_datetime" { Type::DateTime } else { Type::TimeSpan };
                args.into_iter().next().map_or_else(Self::poison, |text| convert(text, ty))
            }
            "replace" => {
                let mut texts =
                    args.into_iter().zip(spans).map(|(arg, span)| self.fit(arg, Param::Str, span));
                let (regex, replacement, text) = (texts.next(), texts.next(), texts.next());
                let args = [text, regex, replacement].into_iter().flatten().collect();
                Expr::call(Function::ReplaceRegex, args, Type::String)
            }
            _ => self.extract_all(args, &spans),
        }
    }

    /// `now()` and `ago()` are one value for the whole query.
    fn clock(&mut self, name: &str, args: Vec<Expr>, span: &ast::Span) -> Expr {
        let now = Expr::literal(Literal::DateTime(self.now), Type::DateTime);
        let Some(offset) = args.into_iter().next() else { return now };
        let offset = self.fit(offset, Param::Span, span);
        let back = name == "ago";
        if let plan::ExprKind::Literal(Literal::TimeSpan(ticks)) = offset.kind {
            let moved =
                if back { self.now.checked_sub(ticks) } else { self.now.checked_add(ticks) };
            let moved = moved.filter(|ticks| (0..=crate::time::MAX_DATETIME).contains(ticks));
            return match moved {
                Some(ticks) => Expr::literal(Literal::DateTime(ticks), Type::DateTime),
                None => Expr::literal(Literal::Null, Type::DateTime),
            };
        }
        let function = if back { Function::Subtract } else { Function::Add };
        Expr::call(function, vec![now, offset], Type::DateTime)
    }

    fn choice(&mut self, name: &Name, args: Vec<Expr>, spans: &[&ast::Span]) -> Expr {
        if args.len().is_multiple_of(2) {
            let message = format!(
                "`{}` takes pairs of a condition and a value, and one last value",
                name.text
            );
            return self.fail(code::ARGUMENTS, &name.span, message);
        }
        let last = args.len() - 1;
        let is_value = |index: usize| index % 2 == 1 || index == last;
        let values =
            args.iter().enumerate().filter(|(index, _)| is_value(*index)).map(|(_, arg)| arg);
        let ty = Self::choice_of(values);
        let args = args
            .into_iter()
            .zip(spans)
            .enumerate()
            .map(
                |(index, (arg, span))| {
                    if is_value(index) { convert(arg, ty) } else { self.predicate(arg, span) }
                },
            )
            .collect();
        let function = if name.text == "case" { Function::Case } else { Function::If };
        Expr::call(function, args, ty)
    }

    fn bin(&mut self, name: &Name, args: Vec<Expr>) -> Expr {
        let mut args = args.into_iter();
        let Some(value) = args.next() else { return Self::poison() };
        let size = args.next().unwrap_or_else(|| Expr::literal(Literal::Long(1), Type::Long));
        let fixed = args.next();
        let (value_ty, size_ty) = match (value.ty, size.ty) {
            (Type::DateTime, Type::TimeSpan | Type::Dynamic) => (Type::DateTime, Type::TimeSpan),
            (Type::TimeSpan, Type::TimeSpan | Type::Dynamic) => (Type::TimeSpan, Type::TimeSpan),
            (Type::Dynamic, Type::TimeSpan) => (Type::DateTime, Type::TimeSpan),
            (Type::Dynamic, ty) if ty.is_number() => (Type::Real, Type::Real),
            (value, size) if value.is_number() && size.is_number() => {
                match super::convert::common(value, size) {
                    Some(Type::Int) => (Type::Long, Type::Long),
                    Some(ty) => (ty, ty),
                    None => (Type::Real, Type::Real),
                }
            }
            (value, size) => {
                let message = format!("a {value} cannot be rounded to a {size}");
                return self.fail(code::TYPE, &name.span, message);
            }
        };
        let mut settled = vec![convert(value, value_ty), convert(size, size_ty)];
        let function = if fixed.is_some() { Function::BinAt } else { Function::Bin };
        settled.extend(fixed.map(|fixed| convert(fixed, value_ty)));
        Expr::call(function, settled, value_ty)
    }

    /// One of the results of sorting arrays by the first of them.
    pub(super) fn sorted(&mut self, name: &str, args: Vec<Expr>, index: usize) -> Option<Expr> {
        let function =
            if name == "array_sort_asc" { Function::ArraySortAsc } else { Function::ArraySortDesc };
        let (arrays, flags): (Vec<Expr>, Vec<Expr>) =
            args.into_iter().partition(|arg| arg.ty != Type::Bool);
        let keys = convert(arrays.first()?.clone(), Type::Dynamic);
        let values = convert(arrays.get(index)?.clone(), Type::Dynamic);
        let args = match flags.into_iter().next() {
            Some(flag) => vec![keys, values, flag],
            None if index == 0 => vec![keys],
            None => vec![keys, values],
        };
        Some(Expr::call(function, args, Type::Dynamic))
    }

    /// `around(value, center, delta)`: between one distance before and one after.
    fn around(&mut self, name: &Name, args: Vec<Expr>) -> Expr {
        let [value, center, delta] = &args[..] else { return Self::poison() };
        let ty = match (value.ty, center.ty, delta.ty) {
            (Type::DateTime, Type::DateTime, Type::TimeSpan) => Type::DateTime,
            (Type::TimeSpan, Type::TimeSpan, Type::TimeSpan) => Type::TimeSpan,
            (v, c, d) if v.is_number() && c.is_number() && d.is_number() => {
                let widest = super::convert::common(v, c);
                match widest.and_then(|ty| super::convert::common(ty, d)) {
                    Some(Type::Int) | None => Type::Long,
                    Some(ty) => ty,
                }
            }
            (v, c, d) => {
                let message = format!("a {v} is not around a {c} by a {d}");
                return self.fail(code::TYPE, &name.span, message);
            }
        };
        let step = if ty == Type::DateTime { Type::TimeSpan } else { ty };
        let side = |function| {
            let sides = vec![convert(center.clone(), ty), convert(delta.clone(), step)];
            Expr::call(function, sides, ty)
        };
        let (low, high) = (side(Function::Subtract), side(Function::Add));
        Expr::call(Function::Between, vec![convert(value.clone(), ty), low, high], Type::Bool)
    }

    fn bag_of_columns(&mut self, arguments: &'a [Argument], scope: &Scope<'_>) -> Expr {
        let mut args = Vec::new();
        for argument in arguments {
            let value = self.scalar(&argument.value, scope);
            match &argument.value.kind {
                ExprKind::Name(name) => {
                    args.push(Expr::literal(Literal::String(name.clone()), Type::String));
                    args.push(value);
                }
                _ => {
                    return self.fail(code::PLACE, &argument.value.span, "a column is needed here");
                }
            }
        }
        Expr::call(Function::BagPack, args, Type::Dynamic)
    }

    fn column_names(&mut self, arguments: &'a [Argument]) -> Expr {
        let Some(table) = arguments.first() else { return Self::poison() };
        let rel = self.table(&table.value);
        let names = rel.columns().iter().map(|column| Dynamic::String(column.name.clone()));
        Expr::literal(Literal::Dynamic(Dynamic::Array(names.collect())), Type::Dynamic)
    }

    /// `extract` and `extract_json`, whose last argument may be a type.
    fn extract(&mut self, name: &Name, arguments: &'a [Argument], scope: &Scope<'_>) -> Expr {
        let json = name.text != "extract";
        let plain = if json { 2 } else { 3 };
        let ty = match arguments.get(plain).map(|argument| &argument.value) {
            None => Type::String,
            Some(ast::Expr { kind: ExprKind::TypeOf(ty), span }) => match Type::from_name(ty) {
                Some(ty) => ty,
                None => return self.fail(code::WORD, span, format!("there is no type `{ty}`")),
            },
            Some(other) => return self.fail(code::TYPE, &other.span, "`typeof(…)` is needed here"),
        };
        let params: &[Param] =
            if json { &[Param::Str, Param::Str] } else { &[Param::Str, Param::Int, Param::Str] };
        let mut args = Vec::new();
        for (argument, param) in arguments.iter().zip(params) {
            let value = self.scalar(&argument.value, scope);
            args.push(self.fit(value, *param, &argument.value.span));
        }
        let function = if json { Function::ExtractJson } else { Function::Extract };
        convert(Expr::call(function, args, Type::String), ty)
    }

    fn extract_all(&mut self, args: Vec<Expr>, spans: &[&ast::Span]) -> Expr {
        let last = args.len() - 1;
        let args = args
            .into_iter()
            .zip(spans)
            .enumerate()
            .map(|(index, (arg, span))| {
                let param = if index == 0 || index == last { Param::Str } else { Param::Dyn };
                self.fit(arg, param, span)
            })
            .collect();
        Expr::call(Function::ExtractAll, args, Type::Dynamic)
    }

    fn scalar_of_query(&mut self, arguments: &'a [Argument]) -> Expr {
        let Some(argument) = arguments.first() else { return Self::poison() };
        if !self.is_tabular(&argument.value) {
            return self.scalar(&argument.value, &Scope::EMPTY);
        }
        let aggregation = self.aggregation.take();
        self.table_depth += 1;
        let rel = self.table(&argument.value);
        self.table_depth -= 1;
        self.aggregation = aggregation;
        match rel.columns().first().map(|column| column.ty) {
            Some(ty) => {
                let kind = plan::ExprKind::ScalarQuery(Box::new(rel.pick(&[0]).relation));
                Expr { kind, ty }
            }
            None if rel.open => Self::poison(),
            None => self.fail(code::TYPE, &argument.value.span, "these rows have no column"),
        }
    }

    fn is_column(&mut self, arguments: &'a [Argument], scope: &Scope<'_>) -> Expr {
        let Some(name) = arguments.first() else { return Self::poison() };
        match self.scalar(&name.value, &Scope::EMPTY).kind {
            plan::ExprKind::Literal(Literal::String(text)) => {
                Expr::literal(Literal::Bool(scope.find(&text).is_some()), Type::Bool)
            }
            _ => self.fail(code::CONSTANT, &name.value.span, "a constant name is needed here"),
        }
    }

    fn column_if_exists(&mut self, arguments: &'a [Argument], scope: &Scope<'_>) -> Expr {
        let [name, otherwise] = arguments else { return Self::poison() };
        let otherwise_value = self.scalar(&otherwise.value, scope);
        let name_value = match &name.value.kind {
            ExprKind::Name(text) => Some(text.clone()),
            _ => match self.scalar(&name.value, &Scope::EMPTY).kind {
                plan::ExprKind::Literal(Literal::String(text)) => Some(text),
                _ => None,
            },
        };
        let Some(text) = name_value else {
            return self.fail(
                code::CONSTANT,
                &name.value.span,
                "the name of the column has to be constant",
            );
        };
        scope.find(&text).unwrap_or(otherwise_value)
    }
}

/// When the row arrived: sensors send at once, so the time of the event stands for it; null where there is
/// none.
fn arrival(scope: &Scope<'_>) -> Expr {
    let known = scope.find("$IngestionTime").or_else(|| scope.find("Timestamp"));
    known
        .filter(|column| column.ty == Type::DateTime)
        .unwrap_or_else(|| Expr::literal(Literal::Null, Type::DateTime))
}

fn pack_all(scope: &Scope<'_>) -> Expr {
    let mut args = Vec::new();
    for (index, column) in scope.columns.iter().enumerate() {
        args.push(Expr::literal(Literal::String(column.name.clone()), Type::String));
        args.push(Expr::column(index, column.ty));
    }
    Expr::call(Function::BagPack, args, Type::Dynamic)
}
