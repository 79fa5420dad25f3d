//! `buildschema`: the least schema that values fit.

use bartizan_kql::value::{Dynamic, Literal};

/// The schema of these values.
pub(super) fn of(rows: &[Vec<Literal>]) -> Dynamic {
    let mut known = Schema::default();
    for value in rows.iter().filter_map(|row| row.first()) {
        if let Literal::Dynamic(dynamic) = value {
            known.see(dynamic);
        }
    }
    known.value()
}

#[derive(Default)]
struct Schema {
    /// Types of plain values, in the order of their first appearance.
    plain: Vec<&'static str>,
    properties: Vec<(String, Self)>,
    is_bag: bool,
    members: Option<Box<Self>>,
}

impl Schema {
    fn see(&mut self, dynamic: &Dynamic) {
        let name = match dynamic {
            Dynamic::Null => return,
            Dynamic::Object(properties) => {
                self.is_bag = true;
                for (name, property) in properties {
                    let place = self.properties.iter().position(|(known, _)| known == name);
                    let place = place.unwrap_or_else(|| {
                        self.properties.push((name.clone(), Self::default()));
                        self.properties.len() - 1
                    });
                    if let Some((_, schema)) = self.properties.get_mut(place) {
                        schema.see(property);
                    }
                }
                return;
            }
            Dynamic::Array(items) => {
                let members = self.members.get_or_insert_default();
                items.iter().for_each(|item| members.see(item));
                return;
            }
            Dynamic::Bool(_) => "bool",
            Dynamic::Long(_) => "long",
            Dynamic::Real(_) => "double",
            Dynamic::String(_) => "string",
            Dynamic::DateTime(_) => "datetime",
            Dynamic::TimeSpan(_) => "timespan",
        };
        if !self.plain.contains(&name) {
            self.plain.push(name);
        }
    }

    fn value(&self) -> Dynamic {
        let mut kinds: Vec<Dynamic> =
            self.plain.iter().map(|name| Dynamic::String((*name).to_owned())).collect();
        if let Some(members) = &self.members {
            kinds.push(Dynamic::Object(vec![("`indexer`".to_owned(), members.value())]));
        }
        if self.is_bag {
            let properties = self.properties.iter().map(|(name, s)| (name.clone(), s.value()));
            kinds.push(Dynamic::Object(properties.collect()));
        }
        match kinds.len() {
            1 => kinds.pop().unwrap_or(Dynamic::Null),
            _ => Dynamic::Array(kinds),
        }
    }
}
