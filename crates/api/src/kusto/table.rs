//! A table as Kusto's two protocols write it.

use serde_json::{Value, json};

/// Columns with Kusto's names of types, and rows.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) columns: Vec<(&'a str, &'a str)>,
    pub(super) rows: Vec<Vec<Value>>,
}

impl Table<'_> {
    /// With the types of .NET beside Kusto's.
    pub(super) fn in_version_1(&self, name: &str) -> Value {
        let columns = self.columns.iter().map(
            |(name, ty)| json!({ "ColumnName": name, "DataType": dotnet(ty), "ColumnType": ty }),
        );
        json!({ "TableName": name, "Columns": columns.collect::<Vec<_>>(), "Rows": self.rows })
    }

    /// As one whole frame.
    pub(super) fn in_version_2(&self, id: u8, kind: &str, name: &str) -> Value {
        let columns = self.columns.iter();
        let columns = columns.map(|(name, ty)| json!({ "ColumnName": name, "ColumnType": ty }));
        json!({
            "FrameType": "DataTable",
            "TableId": id,
            "TableKind": kind,
            "TableName": name,
            "Columns": columns.collect::<Vec<_>>(),
            "Rows": self.rows,
        })
    }
}

/// The .NET type that Kusto's first protocol names beside its own, and Defender alone.
pub(crate) fn dotnet(ty: &str) -> &'static str {
    match ty {
        "bool" => "SByte",
        "datetime" => "DateTime",
        "decimal" => "SqlDecimal",
        "dynamic" => "Object",
        "guid" => "Guid",
        "int" => "Int32",
        "long" => "Int64",
        "real" => "Double",
        "timespan" => "TimeSpan",
        _ => "String",
    }
}
