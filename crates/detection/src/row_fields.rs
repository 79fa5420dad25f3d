//! A row of a telemetry table as Sigma sees it.

use bartizan_model::{Row, Table, TableDefinition, Value as Cell};
use bartizan_sigma::{FieldId, Fields, Value};

use crate::rarity::{FactField, Facts};

/// Which column of one table answers which field.
#[derive(Debug)]
pub(crate) struct Columns {
    /// By field number: where the answer is.
    by_field: Vec<Option<Answer>>,
    /// The fields that have an answer.
    answered: Vec<FieldId>,
    /// Every column that has a Sigma name, with that name.
    named: Vec<(&'static str, usize)>,
}

impl Columns {
    /// A field is answered by the column that carries its Sigma name, or else by the column of that very name, so
    /// that rules can also ask for what only Linux knows.
    pub(crate) fn of(table: &TableDefinition, fields: &[String]) -> Self {
        let has_facts =
            matches!(table.table, Table::DeviceProcessEvents | Table::DeviceNetworkEvents);
        let position = |field: &String| {
            let column = Self::position_of(table, field).map(Answer::Column);
            let fact = || FactField::named(field).filter(|_| has_facts).map(Answer::Fact);
            column.or_else(fact)
        };
        let named = table.columns.iter().enumerate();
        let named = named.filter_map(|(at, column)| Some((*column.sigma.first()?, at)));
        let by_field: Vec<Option<Answer>> = fields.iter().map(position).collect();
        let answered = (0..).map(FieldId).zip(&by_field);
        let answered = answered.filter_map(|(field, answer)| answer.and(Some(field))).collect();
        Self { by_field, answered, named: named.collect() }
    }

    /// The column that answers a field, by the field's name.
    pub(crate) fn position_of(table: &TableDefinition, field: &str) -> Option<usize> {
        let by_sigma = table.columns.iter().position(|column| column.sigma.contains(&field));
        by_sigma.or_else(|| table.position(field))
    }

    pub(crate) fn answers(&self, field: FieldId) -> bool {
        self.answer(field).is_some()
    }

    fn answer(&self, field: FieldId) -> Option<Answer> {
        self.by_field.get(usize::from(field.0)).copied().flatten()
    }
}

/// Where the answer to a field is.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Column(usize),
    Fact(FactField),
}

/// A row with the columns of its table.
#[derive(Debug)]
pub(crate) struct RowFields<'a> {
    pub(crate) row: &'a Row,
    pub(crate) columns: &'a Columns,
    pub(crate) facts: Facts,
}

impl Fields for RowFields<'_> {
    fn field(&self, field: FieldId) -> Option<Value<'_>> {
        match self.columns.answer(field)? {
            Answer::Column(position) => self.row.value(position).map(value),
            Answer::Fact(fact) => self.facts.value(fact),
        }
    }

    fn present(&self) -> Option<&[FieldId]> {
        Some(&self.columns.answered)
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
