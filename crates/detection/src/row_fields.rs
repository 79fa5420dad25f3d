//! A row of a telemetry table as Sigma sees it.

use bartizan_model::{Row, TableDefinition, Value as Cell};
use bartizan_sigma::{FieldId, Fields, Value};

/// Which column of one table answers which field.
#[derive(Debug)]
pub(crate) struct Columns {
    /// By field number: the position of the column.
    by_field: Vec<Option<usize>>,
    /// Every column that has a Sigma name, with that name.
    named: Vec<(&'static str, usize)>,
}

impl Columns {
    /// A field is answered by the column that carries its Sigma name, or else by the column of that very name, so
    /// that rules can also ask for what only Linux knows.
    pub(crate) fn of(table: &TableDefinition, fields: &[String]) -> Self {
        let position = |field: &String| Self::position_of(table, field);
        let named = table.columns.iter().enumerate();
        let named = named.filter_map(|(at, column)| Some((*column.sigma.first()?, at)));
        Self { by_field: fields.iter().map(position).collect(), named: named.collect() }
    }

    /// The column that answers a field, by the field's name.
    pub(crate) fn position_of(table: &TableDefinition, field: &str) -> Option<usize> {
        let by_sigma = table.columns.iter().position(|column| column.sigma.contains(&field));
        by_sigma.or_else(|| table.position(field))
    }

    pub(crate) fn answers(&self, field: FieldId) -> bool {
        self.position(field).is_some()
    }

    fn position(&self, field: FieldId) -> Option<usize> {
        self.by_field.get(usize::from(field.0)).copied().flatten()
    }
}

/// A row with the columns of its table.
#[derive(Debug)]
pub(crate) struct RowFields<'a> {
    pub(crate) row: &'a Row,
    pub(crate) columns: &'a Columns,
}

impl Fields for RowFields<'_> {
    fn field(&self, field: FieldId) -> Option<Value<'_>> {
        self.row.value(self.columns.position(field)?).map(value)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Value<'_>)) {
        for (name, position) in &self.columns.named {
            if let Some(cell) = self.row.value(*position) {
                visit(name, value(cell));
            }
        }
    }
}

fn value(cell: Cell<'_>) -> Value<'_> {
    match cell {
        Cell::Bool(yes) => Value::Bool(yes),
        Cell::Int(number) => Value::Int(i64::from(number)),
        Cell::Long(number) => Value::Int(number),
        Cell::Real(number) => Value::Float(number),
        Cell::Text(text) => Value::Str(text),
        Cell::DateTime(time) => Value::Int(time.millis()),
    }
}
