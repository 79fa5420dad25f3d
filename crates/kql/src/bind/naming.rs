//! What a column is called when the query does not say.

use crate::aggregate::{self, Shape};
use crate::ast::{Argument, Expr, ExprKind};
use crate::function::{self, Naming};
use crate::plan::Column;
use crate::schema::Type;
use crate::value::Literal;

/// The name that an expression brings with it, if it does.
pub(super) fn implied_name(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Paren(inner) => implied_name(inner),
        ExprKind::Member(base, name) => Some(member_name(base, &name.text)),
        ExprKind::Index(base, index) => match &index.kind {
            ExprKind::Literal(Literal::String(text), _) => Some(member_name(base, text)),
            ExprKind::Literal(Literal::Long(position), _) => {
                Some(member_name(base, &position.to_string()))
            }
            _ => None,
        },
        ExprKind::Call(name, arguments) => call_name(&name.text, arguments),
        _ => None,
    }
}

fn member_name(base: &Expr, member: &str) -> String {
    match implied_name(base) {
        Some(base) if !matches!(base.as_str(), "$left" | "$right") => format!("{base}_{member}"),
        _ => member.to_owned(),
    }
}

fn call_name(name: &str, arguments: &[Argument]) -> Option<String> {
    // `toint(Total = count())` names its result.
    let first = || {
        let argument = arguments.first()?;
        let given = argument.name.as_ref().map(|name| name.text.clone());
        given.or_else(|| implied_name(&argument.value))
    };
    if let Some(aggregate) = aggregate::find(name) {
        return Some(match aggregate.shape {
            Shape::Percentile | Shape::WeightedPercentile => {
                let percent = arguments.last().map(|argument| percent_name(&argument.value));
                let value = first().unwrap_or_default();
                format!("{}{value}_{}", aggregate.prefix, percent.unwrap_or_default())
            }
            Shape::Pair | Shape::PairIf => {
                let second = arguments.get(1).and_then(|argument| implied_name(&argument.value));
                let names = [first(), second].into_iter().flatten().collect::<Vec<_>>();
                format!("{}{}", aggregate.prefix, names.join("_"))
            }
            _ => format!("{}{}", aggregate.prefix, first().unwrap_or_default()),
        });
    }
    match function::naming(name) {
        Naming::Numbered => None,
        Naming::First => first(),
        Naming::Only => first().filter(|_| arguments.len() == 1),
        Naming::Prefixed(prefix) => Some(format!("{prefix}_{}", first().unwrap_or_default())),
        Naming::Suffixed(suffix) => Some(format!("{}{suffix}", first().unwrap_or_default())),
        Naming::Fixed(name) => Some(name.to_owned()),
        Naming::ColumnValue => match arguments.first().map(|argument| &argument.value.kind) {
            Some(ExprKind::Literal(Literal::String(name), _)) => Some(name.clone()),
            _ => first(),
        },
    }
}

pub(super) fn percent_name(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Literal(Literal::Long(value), _) => value.to_string(),
        ExprKind::Literal(Literal::Real(value), _) => value.to_string().replace('.', "_"),
        _ => String::new(),
    }
}

/// Columns that are being listed, with names that differ.
#[derive(Debug, Default)]
pub(super) struct ColumnList {
    pub(super) columns: Vec<Column>,
    numbered: usize,
}

impl ColumnList {
    pub(super) fn with(columns: Vec<Column>) -> Self {
        Self { columns, numbered: 0 }
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Adds a column under its name, or under that name with the first number that is free.
    pub(super) fn add(&mut self, name: &str, ty: Type) -> usize {
        let name = self.free_name(name);
        self.columns.push(Column { name, ty });
        self.columns.len() - 1
    }

    /// Adds a column that has no name: `Column1` …
    pub(super) fn add_numbered(&mut self, ty: Type) -> usize {
        loop {
            self.numbered += 1;
            let name = format!("Column{}", self.numbered);
            if self.position(&name).is_none() {
                return self.add(&name, ty);
            }
        }
    }

    /// Adds the right side of a join: a name that the left side has gets a number, one that no column
    /// of either side has.
    pub(super) fn add_right(&mut self, right: &[&Column]) {
        let left: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        for column in right {
            let mut name = column.name.clone();
            if left.contains(&name) {
                let free = |candidate: &String| {
                    self.position(candidate).is_none() && right.iter().all(|c| c.name != *candidate)
                };
                let most = self.columns.len() + right.len() + 1;
                let numbered =
                    (1..=most).map(|number| format!("{}{number}", column.name)).find(free);
                name = numbered.unwrap_or(name);
            }
            self.columns.push(Column { name, ty: column.ty });
        }
    }

    fn free_name(&self, name: &str) -> String {
        if self.position(name).is_none() {
            return name.to_owned();
        }
        (1..=self.columns.len() + 1)
            .map(|number| format!("{name}{number}"))
            .find(|candidate| self.position(candidate).is_none())
            .unwrap_or_else(|| name.to_owned())
    }
}

/// Whether a name fits a pattern in which `*` stands for any text.
pub(super) fn matches_pattern(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches_pattern("Device*", "DeviceName"));
        assert!(matches_pattern("*Name", "DeviceName"));
        assert!(matches_pattern("D*N*e", "DeviceName"));
        assert!(!matches_pattern("Device", "DeviceName"));
        assert!(!matches_pattern("Name*", "DeviceName"));
    }
}
