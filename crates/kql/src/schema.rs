//! What a query may name: tables, their columns and the types of the language.
//!
//! The schema is handed in by the caller; nothing here reads it from anywhere.

use std::fmt;

/// A scalar type of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// `bool`
    Bool,
    /// `int`: 32 bits
    Int,
    /// `long`: 64 bits
    Long,
    /// `real`, also spelt `double`
    Real,
    /// `decimal`
    Decimal,
    /// `string`: never null, an absent string is empty
    String,
    /// `datetime`: ticks of 100 ns since 0001-01-01, UTC
    DateTime,
    /// `timespan`: ticks of 100 ns
    TimeSpan,
    /// `guid`
    Guid,
    /// `dynamic`: a JSON-like value
    Dynamic,
}

impl Type {
    /// The name of the type in the language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::String => "string",
            Self::DateTime => "datetime",
            Self::TimeSpan => "timespan",
            Self::Guid => "guid",
            Self::Dynamic => "dynamic",
        }
    }

    /// The name of the type in the language's older type system, as `getschema` tells it.
    pub const fn system_name(self) -> &'static str {
        match self {
            Self::Bool => "System.SByte",
            Self::Int => "System.Int32",
            Self::Long => "System.Int64",
            Self::Real => "System.Double",
            Self::Decimal => "System.Data.SqlTypes.SqlDecimal",
            Self::String => "System.String",
            Self::DateTime => "System.DateTime",
            Self::TimeSpan => "System.TimeSpan",
            Self::Guid => "System.Guid",
            Self::Dynamic => "System.Object",
        }
    }

    /// The type with this name, in any of its spellings.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "bool" | "boolean" => Self::Bool,
            "int" | "int32" | "uint" | "uint32" => Self::Int,
            "long" | "int64" | "ulong" | "uint64" => Self::Long,
            "real" | "double" | "float" => Self::Real,
            "decimal" => Self::Decimal,
            "string" => Self::String,
            "datetime" | "date" => Self::DateTime,
            "timespan" | "time" => Self::TimeSpan,
            "guid" | "uuid" | "uniqueid" => Self::Guid,
            "dynamic" => Self::Dynamic,
            _ => return None,
        })
    }

    /// `int`, `long`, `real` and `decimal`.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Long | Self::Real | Self::Decimal)
    }

    /// `int` and `long`.
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::Int | Self::Long)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Everything a query may read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// The tables, in the order in which they are shown.
    pub tables: Vec<TableSchema>,
}

impl Schema {
    /// The table with exactly this name.
    pub fn table(&self, name: &str) -> Option<&TableSchema> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSchema {
    /// Its name, case-sensitive.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<ColumnSchema>,
    /// Other names that its columns are known by elsewhere. A column is shown under such a name too, after
    /// all others, but only to a query that speaks of it.
    pub aliases: Vec<AliasSchema>,
}

/// Another name of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasSchema {
    /// The name, case-sensitive.
    pub name: String,
    /// The column it stands for.
    pub column: String,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSchema {
    /// Its name, case-sensitive.
    pub name: String,
    /// The type of its values.
    pub ty: Type,
    /// What it holds, in a line.
    pub doc: String,
}
