//! Columns that depend on the data: what the bags hold, or which values there are.
//!
//! Whoever runs a provisional plan shows the values of [`crate::plan::Undiscovered::query`] to one of
//! these, and plans anew with what they found.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::Type;
use crate::value::Dynamic;

/// Columns that were found out: their names and types.
pub type Discovery = Vec<(String, Type)>;

/// So many columns can be found out; what is beyond them is left out and counted.
pub const MAX_DISCOVERED: usize = 1_000;

/// The properties of bags.
#[derive(Debug, Clone, Default)]
pub struct Bags {
    found: BTreeMap<String, Option<Type>>,
    left_out: usize,
}

impl Bags {
    /// Takes a bag into account; anything that is no bag has no properties.
    pub fn see(&mut self, value: &Dynamic) {
        let Dynamic::Object(properties) = value else { return };
        for (name, value) in properties {
            let room = self.found.len() < MAX_DISCOVERED;
            match self.found.get_mut(name) {
                Some(ty) => *ty = wider(*ty, type_of(value)),
                None if room => {
                    self.found.insert(name.clone(), type_of(value));
                }
                None => self.left_out += 1,
            }
        }
    }

    /// The columns, by name.
    pub fn columns(&self) -> Discovery {
        let typed =
            |(name, ty): (&String, &Option<Type>)| (name.clone(), ty.unwrap_or(Type::String));
        self.found.iter().map(typed).collect()
    }

    /// How many properties did not become columns.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }
}

/// The values that become columns.
#[derive(Debug, Clone, Default)]
pub struct Values {
    found: BTreeSet<String>,
    left_out: usize,
}

impl Values {
    /// Takes a value into account, as its text.
    pub fn see(&mut self, text: &str) {
        if self.found.contains(text) {
        } else if self.found.len() < MAX_DISCOVERED {
            self.found.insert(text.to_owned());
        } else {
            self.left_out += 1;
        }
    }

    /// The columns, by name; their types follow from what is aggregated.
    pub fn columns(&self) -> Discovery {
        self.found.iter().map(|text| (text.clone(), Type::Dynamic)).collect()
    }

    /// How many values did not become columns.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }
}

/// The type of a column that holds the value; a null fits any.
const fn type_of(value: &Dynamic) -> Option<Type> {
    match value {
        Dynamic::Null => None,
        Dynamic::Bool(_) => Some(Type::Bool),
        Dynamic::Long(_) => Some(Type::Long),
        Dynamic::Real(_) => Some(Type::Real),
        Dynamic::String(_) => Some(Type::String),
        Dynamic::DateTime(_) => Some(Type::DateTime),
        Dynamic::TimeSpan(_) => Some(Type::TimeSpan),
        Dynamic::Array(_) | Dynamic::Object(_) => Some(Type::Dynamic),
    }
}

fn wider(one: Option<Type>, other: Option<Type>) -> Option<Type> {
    match (one, other) {
        (None, ty) | (ty, None) => ty,
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(Type::Long), Some(Type::Real)) | (Some(Type::Real), Some(Type::Long)) => {
            Some(Type::Real)
        }
        _ => Some(Type::Dynamic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(properties: &[(&str, Dynamic)]) -> Dynamic {
        Dynamic::Object(properties.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect())
    }

    #[test]
    fn properties_become_columns_by_name_with_the_type_that_all_values_share() {
        let mut bags = Bags::default();
        bags.see(&bag(&[("Name", Dynamic::String("a".into())), ("Age", Dynamic::Long(1))]));
        bags.see(&bag(&[("Age", Dynamic::Real(1.5)), ("Name", Dynamic::Null)]));
        bags.see(&bag(&[("Mixed", Dynamic::Long(1))]));
        bags.see(&bag(&[("Mixed", Dynamic::String("x".into()))]));
        bags.see(&Dynamic::Null);
        let named = |name: &str, ty| (name.to_owned(), ty);
        assert_eq!(
            bags.columns(),
            [named("Age", Type::Real), named("Mixed", Type::Dynamic), named("Name", Type::String)]
        );
    }
}
