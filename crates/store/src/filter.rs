//! Building the condition of a list: only what is asked for stands in it, so that the database can choose an
//! index by it.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::types::Value;

use crate::page::{Place, Seek};

/// How many matching rows are counted; of more it is only said that there are more.
pub(crate) const COUNTED: i64 = 10_000;

/// A condition and its values.
#[derive(Debug, Clone)]
pub(crate) struct Where {
    sql: String,
    values: Vec<Value>,
}

impl Where {
    /// Of this tenant: no condition begins otherwise.
    pub(crate) fn tenant(column: &str, tenant: TenantId) -> Self {
        Self { sql: format!("{column} = ?"), values: vec![blob(tenant.bytes())] }
    }

    /// And this; each `?` stands for one value.
    pub(crate) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }

    /// And the column holds one of these; nothing is asked when there are none.
    pub(crate) fn any(&mut self, column: &str, values: impl IntoIterator<Item = Value>) {
        let values: Vec<Value> = values.into_iter().collect();
        match values.len() {
            0 => {}
            1 => self.and(&format!("{column} = ?"), values),
            n => {
                let places = vec!["?"; n].join(", ");
                self.and(&format!("{column} IN ({places})"), values);
            }
        }
    }

    /// And the column is a time in this range.
    pub(crate) fn within(&mut self, column: &str, from: Option<Timestamp>, to: Option<Timestamp>) {
        if let Some(from) = from {
            self.and(&format!("{column} >= ?"), [Value::from(from.nanos())]);
        }
        if let Some(to) = to {
            self.and(&format!("{column} < ?"), [Value::from(to.nanos())]);
        }
    }

    /// The condition.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// Its values, in the order of their places.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.iter()
    }

    /// How many rows match, up to [`COUNTED`] and one.
    pub(crate) fn count(&self, table: &str) -> String {
        format!(
            "SELECT count(*) AS n FROM (SELECT 1 FROM {table} WHERE {} LIMIT {})",
            self.sql,
            COUNTED + 1
        )
    }

    /// The same condition and only what stands after the place; and the order that makes it so.
    pub(crate) fn after(&self, order: Order<'_>, seek: &Seek) -> (Self, String) {
        let mut stretch = self.clone();
        if let Some(Place(place)) = &seek.after {
            let columns = order.columns.join(", ");
            let places = vec!["?"; place.len()].join(", ");
            let sign = if order.descending { "<" } else { ">" };
            stretch.and(&format!("({columns}) {sign} ({places})"), place.iter().cloned());
        }
        let direction = if order.descending { " DESC" } else { " ASC" };
        let columns: Vec<String> =
            order.columns.iter().map(|column| format!("{column}{direction}")).collect();
        (stretch, columns.join(", "))
    }
}

/// The columns a list is in the order of, all in one direction; together they tell rows apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'a> {
    pub(crate) columns: &'a [&'a str],
    pub(crate) descending: bool,
}

pub(crate) fn blob(bytes: [u8; 16]) -> Value {
    Value::Blob(bytes.to_vec())
}

pub(crate) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}
