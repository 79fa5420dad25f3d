//! Answers as text: columns for the eye, and comma-separated values for other programs.

use serde_json::Value;

/// Widest column, in characters; longer values are cut with an ellipsis, never wrapped.
const WIDTH_MAX: usize = 80;

/// Columns for the eye.
pub(super) fn table(columns: &[Value], rows: &[Value]) -> String {
    let names: Vec<String> = columns.iter().map(name).collect();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.as_array().into_iter().flatten().map(|value| cut(&visible(value))).collect())
        .collect();
    let widths: Vec<usize> = names
        .iter()
        .enumerate()
        .map(|(position, name)| {
            let widest =
                cells.iter().filter_map(|row| row.get(position)).map(|c| c.chars().count());
            widest.max().unwrap_or_default().max(name.chars().count())
        })
        .collect();
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let mut lines = vec![line(&names, &widths), line(&rule, &widths)];
    lines.extend(cells.iter().map(|row| line(row, &widths)));
    lines.join("\n")
}

/// Comma-separated values with a header line. Cells that a spreadsheet would run are made inert.
pub(super) fn csv(columns: &[Value], rows: &[Value]) -> String {
    let header = columns.iter().map(|column| field(&name(column))).collect::<Vec<_>>().join(",");
    let lines = rows.iter().map(|row| {
        row.as_array().into_iter().flatten().map(|v| field(&plain(v))).collect::<Vec<_>>().join(",")
    });
    std::iter::once(header).chain(lines).collect::<Vec<_>>().join("\n")
}

fn name(column: &Value) -> String {
    column.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a device says is shown, never obeyed: control and direction characters become visible.
fn visible(value: &Value) -> String {
    plain(value)
        .chars()
        .map(|letter| match letter {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            control if control.is_control() => '·',
            other => other,
        })
        .collect()
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDTH_MAX {
        return text.to_owned();
    }
    text.chars().take(WIDTH_MAX - 1).chain(std::iter::once('…')).collect()
}

fn field(text: &str) -> String {
    let inert = if text.starts_with(['=', '+', '-', '@', '\t']) && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if inert.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", inert.replace('"', "\"\""))
    } else {
        inert
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{csv, table};

    #[test]
    fn a_table_lines_up_and_shows_control_characters() {
        let columns = [json!({"name": "FileName"}), json!({"name": "count_"})];
        let rows = [json!(["sh", 12]), json!(["evil\u{1b}[2J", null])];

        let text = table(&columns, &rows);

        assert_eq!(text, "FileName  count_\n────────  ──────\nsh        12\nevil·[2J");
    }

    #[test]
    fn a_spreadsheet_does_not_run_what_a_device_says() {
        let columns = [json!({"name": "ProcessCommandLine"})];
        let rows = [json!(["=cmd|' /C calc'!A0"]), json!(["-5"]), json!(["a,\"b\""])];

        assert_eq!(
            csv(&columns, &rows),
            "ProcessCommandLine\n'=cmd|' /C calc'!A0\n-5\n\"a,\"\"b\"\"\""
        );
    }
}
