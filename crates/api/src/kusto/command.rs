//! The commands by which Kusto's tools learn what there is. Nothing can be changed by one.

use bartizan_model::{TABLES, TableDefinition};
use serde_json::{Value, json};

use crate::hunting::type_name;

use super::{
    DATABASE,
    table::{Table, dotnet},
};

/// The answer to a command, or why there is none.
pub(super) fn answer(text: &str, version: &str) -> Result<Table<'static>, String> {
    let text = text.split('|').next().unwrap_or_default();
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [".show", "tables", ..] => Ok(tables()),
        [".show", "table", name, rest @ ..] => table(name, rest),
        [".show", "database", _, "schema", rest @ ..]
        | [".show", "database", "schema", rest @ ..] => Ok(schema(rest)),
        [".show", "schema", rest @ ..] => Ok(schema(rest)),
        [".show", "databases", "schema", rest @ ..] | [".show", "cluster", "schema", rest @ ..] => {
            Ok(schema(rest))
        }
        [".show", "databases", ..] => Ok(databases()),
        [".show", "version", ..] => Ok(Table {
            columns: vec![
                ("BuildVersion", "string"),
                ("ServiceType", "string"),
                ("ProductVersion", "string"),
            ],
            rows: vec![vec![json!(version), json!("Engine"), json!(format!("Bartizan {version}"))]],
        }),
        [".show", "functions", ..] => Ok(functions()),
        _ => Err(format!(
            "the command `{}` is not known here; known are .show tables, .show table NAME schema, .show database \
             schema, .show databases, .show functions, .show version",
            text.trim()
        )),
    }
}

fn tables() -> Table<'static> {
    let rows = TABLES
        .iter()
        .map(|table| vec![json!(table.name), json!(DATABASE), json!(""), json!(table.meaning)]);
    Table {
        columns: vec![
            ("TableName", "string"),
            ("DatabaseName", "string"),
            ("Folder", "string"),
            ("DocString", "string"),
        ],
        rows: rows.collect(),
    }
}

fn table(name: &str, rest: &[&str]) -> Result<Table<'static>, String> {
    let name = name.trim_matches(['[', ']', '\'', '"']);
    let found = TABLES.iter().find(|table| table.name.eq_ignore_ascii_case(name));
    let found = found.ok_or_else(|| format!("there is no table `{name}`"))?;
    if rest.contains(&"json") {
        return Ok(Table {
            columns: vec![
                ("TableName", "string"),
                ("Schema", "string"),
                ("DatabaseName", "string"),
                ("Folder", "string"),
                ("DocString", "string"),
            ],
            rows: vec![vec![
                json!(found.name),
                json!(in_json(found).to_string()),
                json!(DATABASE),
                json!(""),
                json!(found.meaning),
            ]],
        });
    }
    let columns =
        found.columns.iter().map(|column| format!("{}:{}", column.name, type_name(column)));
    Ok(Table {
        columns: vec![
            ("TableName", "string"),
            ("Schema", "string"),
            ("DatabaseName", "string"),
            ("Folder", "string"),
            ("DocString", "string"),
        ],
        rows: vec![vec![
            json!(found.name),
            json!(columns.collect::<Vec<_>>().join(",")),
            json!(DATABASE),
            json!(""),
            json!(found.meaning),
        ]],
    })
}

fn databases() -> Table<'static> {
    Table {
        columns: vec![
            ("DatabaseName", "string"),
            ("PersistentStorage", "string"),
            ("Version", "string"),
            ("IsCurrent", "bool"),
            ("DatabaseAccessMode", "string"),
            ("PrettyName", "string"),
        ],
        rows: vec![vec![
            json!(DATABASE),
            json!(""),
            json!("v1.0"),
            json!(true),
            json!("ReadOnly"),
            json!("Bartizan"),
        ]],
    }
}

fn functions() -> Table<'static> {
    Table {
        columns: vec![
            ("Name", "string"),
            ("Parameters", "string"),
            ("Body", "string"),
            ("Folder", "string"),
            ("DocString", "string"),
        ],
        rows: Vec::new(),
    }
}

/// Every table with its columns: as rows, or as the one JSON text that editors read.
fn schema(rest: &[&str]) -> Table<'static> {
    if rest.contains(&"json") {
        let tables: serde_json::Map<String, Value> =
            TABLES.iter().map(|table| (table.name.to_owned(), in_json(table))).collect();
        let whole = json!({ "Databases": { DATABASE: {
            "Name": DATABASE, "Tables": tables, "MajorVersion": 1, "MinorVersion": 0, "Functions": {},
        } } });
        return Table {
            columns: vec![("DatabaseSchema", "string")],
            rows: vec![vec![json!(whole.to_string())]],
        };
    }
    let mut rows = vec![vec![
        json!(DATABASE),
        json!(""),
        json!(""),
        json!(""),
        json!(false),
        json!(true),
        json!(""),
        json!("Bartizan"),
    ]];
    for table in TABLES {
        rows.push(vec![
            json!(DATABASE),
            json!(table.name),
            json!(""),
            json!(""),
            json!(true),
            json!(false),
            json!(""),
            json!(table.meaning),
        ]);
        rows.extend(table.columns.iter().map(|column| {
            let ty = format!("System.{}", dotnet(&type_name(column)));
            vec![
                json!(DATABASE),
                json!(table.name),
                json!(column.name),
                json!(ty),
                json!(false),
                json!(false),
                json!(""),
                json!(column.meaning),
            ]
        }));
    }
    Table {
        columns: vec![
            ("DatabaseName", "string"),
            ("TableName", "string"),
            ("ColumnName", "string"),
            ("ColumnType", "string"),
            ("IsDefaultTable", "bool"),
            ("IsDefaultColumn", "bool"),
            ("PrettyName", "string"),
            ("DocString", "string"),
        ],
        rows,
    }
}

fn in_json(table: &TableDefinition) -> Value {
    let columns = table.columns.iter().map(|column| {
        let ty = type_name(column);
        json!({ "Name": column.name, "Type": format!("System.{}", dotnet(&ty)), "CslType": ty, "DocString": column.meaning })
    });
    json!({
        "Name": table.name, "Folder": "", "DocString": table.meaning,
        "OrderedColumns": columns.collect::<Vec<_>>(),
    })
}
