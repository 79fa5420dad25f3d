//! Rows of the model as columns: in memory as queries see them, in files as anyone can read them.

use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::value::UNIX_EPOCH_TICKS;
use bartizan_kql::{AliasSchema, ColumnSchema, Schema as KqlSchema, TableSchema};
use bartizan_model::{ColumnType, Row, TABLES, TableDefinition, Value};
use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::error::ArrowError;

use crate::column::{Builder, arrow_type};

/// The tables and columns that queries may name.
pub fn schema() -> KqlSchema {
    let tables = TABLES.iter().map(|table| TableSchema {
        name: table.name.to_owned(),
        columns: table
            .columns
            .iter()
            .map(|column| ColumnSchema {
                name: column.name.to_owned(),
                ty: kql_type(column.ty),
                doc: column.meaning.to_owned(),
            })
            .collect(),
        aliases: aliases_of(table),
    });
    KqlSchema { tables: tables.collect() }
}

/// The names that other products give to columns; all of them know the time of a row under one.
fn aliases_of(table: &TableDefinition) -> Vec<AliasSchema> {
    let time = ("TimeGenerated", "Timestamp");
    let named = table.aliases.iter().copied().chain(table.position(time.1).map(|_| time));
    named
        .map(|(name, column)| AliasSchema { name: name.to_owned(), column: column.to_owned() })
        .collect()
}

pub(crate) const fn kql_type(ty: ColumnType) -> Type {
    match ty {
        ColumnType::Bool => Type::Bool,
        ColumnType::Int => Type::Int,
        ColumnType::Long => Type::Long,
        ColumnType::Real => Type::Real,
        ColumnType::String => Type::String,
        ColumnType::Datetime => Type::DateTime,
        ColumnType::Dynamic => Type::Dynamic,
    }
}

/// The table's columns as queries see them.
pub(crate) fn columns_of(table: &TableDefinition) -> Vec<(&'static str, Type)> {
    table.columns.iter().map(|column| (column.name, kql_type(column.ty))).collect()
}

/// The table's columns in memory.
pub(crate) fn hot_schema(table: &TableDefinition) -> SchemaRef {
    schema_of(table, arrow_type)
}

/// The table's columns in files: times as times, so that other programs can read them.
pub(crate) fn stored_schema(table: &TableDefinition) -> SchemaRef {
    schema_of(table, |ty| match ty {
        Type::DateTime => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        other => arrow_type(other),
    })
}

/// Any columns in memory.
pub(crate) fn memory_schema(columns: &[(String, Type)]) -> SchemaRef {
    let field = |(name, ty): &(String, Type)| Field::new(name.as_str(), arrow_type(*ty), true);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

fn schema_of(table: &TableDefinition, arrow: impl Fn(Type) -> DataType) -> SchemaRef {
    let field = |(name, ty): (&'static str, Type)| Field::new(name, arrow(ty), true);
    Arc::new(Schema::new(columns_of(table).into_iter().map(field).collect::<Vec<_>>()))
}

/// Rows of one table, growing.
#[derive(Debug)]
pub(crate) struct RowBuilder {
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
    bytes: usize,
}

impl RowBuilder {
    pub(crate) fn new(table: &TableDefinition) -> Self {
        let builders =
            table.columns.iter().map(|column| Builder::new(kql_type(column.ty), 0)).collect();
        Self { schema: hot_schema(table), builders, rows: 0, bytes: 0 }
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    /// Roughly what the rows take in memory.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn push(&mut self, row: &Row) {
        for (position, builder) in self.builders.iter_mut().enumerate() {
            let value = row.value(position);
            self.bytes += match value {
                Some(Value::Text(text)) => 5 + text.len(),
                _ => 8,
            };
            push_value(builder, value);
        }
        self.rows += 1;
    }

    /// The rows so far, as one batch; begins anew.
    pub(crate) fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        self.bytes = 0;
        let arrays: Vec<ArrayRef> = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(self.schema.clone(), arrays)
    }
}

/// A value that does not fit its column is absent; the generated rows always fit.
fn push_value(builder: &mut Builder, value: Option<Value<'_>>) {
    match (builder, value) {
        (Builder::Bool(builder), Some(Value::Bool(value))) => builder.append_value(value),
        (Builder::Bool(builder), _) => builder.append_null(),
        (Builder::Int(builder), Some(Value::Int(value))) => builder.append_value(value),
        (Builder::Int(builder), _) => builder.append_null(),
        (Builder::Long(builder), Some(Value::Long(value))) => builder.append_value(value),
        (Builder::Long(builder), Some(Value::DateTime(at))) => {
            builder.append_value(at.nanos().div_euclid(100) + UNIX_EPOCH_TICKS);
        }
        (Builder::Long(builder), _) => builder.append_null(),
        (Builder::Real(builder), Some(Value::Real(value))) => builder.append_value(value),
        (Builder::Real(builder), _) => builder.append_null(),
        (Builder::Text(builder, _), Some(Value::Text(text))) => builder.append_value(text),
        (Builder::Text(builder, Type::String), _) => builder.append_value(""),
        (Builder::Text(builder, _), _) => builder.append_null(),
    }
}
