//! Values and terms that are there are found in any case of letters; what is damaged or unknown hides nothing.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::common::Column;
use datafusion::logical_expr::{Expr, lit};

use super::*;

fn col(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}

/// An index over rows with these command lines and hashes.
fn indexed(lines: &[&str], hashes: &[&str]) -> tempfile::TempDir {
    let rows = RecordBatch::try_from_iter([
        ("ProcessCommandLine", Arc::new(StringArray::from(lines.to_vec())) as ArrayRef),
        ("SHA256", Arc::new(StringArray::from(hashes.to_vec()))),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let mut keys = Keys::default();
    keys.add(&rows.unwrap());
    write(&folder.path().join("a.parquet"), keys).unwrap();
    folder
}

fn may(folder: &tempfile::TempDir, condition: Expr) -> bool {
    may_hold(&folder.path().join("a.parquet"), &of_conditions(&[condition]))
}

#[test]
fn a_value_that_is_there_is_found_and_nearly_every_other_is_not() {
    let hashes: Vec<String> = (0..5_000).map(|number| format!("{number:064x}")).collect();
    let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
    let folder = indexed(&vec!["ls -l"; hashes.len()], &hashes);
    for hash in &hashes {
        assert!(may(&folder, col("SHA256").eq(lit(*hash))));
    }
    let wrong = (5_000..15_000)
        .filter(|number| may(&folder, col("SHA256").eq(lit(format!("{number:064x}")))))
        .count();
    assert!(wrong < 100, "{wrong} of 10,000");
}

#[test]
fn letter_case_is_put_aside_and_a_whole_line_needs_all_its_terms() {
    let folder = indexed(&["/bin/SH -c Whoami", ""], &["AB", ""]);
    assert!(may(&folder, col("SHA256").eq(lit("ab"))), "it may be asked with and without case");
    assert!(may(&folder, col("ProcessCommandLine").eq(lit("/bin/SH -c Whoami"))));
    assert!(!may(&folder, col("ProcessCommandLine").eq(lit("/bin/SH -c Whoami --now"))));
    assert!(may(&folder, col("SHA256").eq(lit(""))), "the empty text is a value");
}

#[test]
fn what_the_index_does_not_know_of_hides_nothing() {
    let folder = indexed(&["id"], &["ab"]);
    assert!(may(&folder, col("ReportId").eq(lit(3_i64))));
    assert!(may(&folder, col("SHA256").not_eq(lit("cd"))));
    assert!(may(&folder, col("SHA256").eq(lit("cd")).or(col("ReportId").eq(lit(3_i64)))));
    assert!(!may(&folder, col("SHA256").in_list(vec![lit("cd"), lit("ef")], false)));
    assert!(may(&folder, col("SHA256").in_list(vec![lit("cd"), lit("ef")], true)));
}

#[test]
fn a_damaged_or_missing_index_hides_nothing() {
    let hashes: Vec<String> = (0..500).map(|number| format!("{number:064x}")).collect();
    let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
    let folder = indexed(&vec!["ls"; hashes.len()], &hashes);
    let path = path_of(&folder.path().join("a.parquet"));
    let whole = std::fs::read(&path).unwrap();
    let hidden = || {
        (500..600)
            .filter(|number| !may(&folder, col("SHA256").eq(lit(format!("{number:064x}")))))
            .count()
    };
    assert!(hidden() > 90, "{}", hidden());
    for (place, byte) in whole.iter().enumerate() {
        let mut damaged = whole.clone();
        damaged[place] = byte ^ 0x5a;
        std::fs::write(&path, &damaged).unwrap();
        assert!(may(&folder, col("SHA256").eq(lit(hashes[3]))), "{place}");
    }
    for length in 0..whole.len().min(700) {
        std::fs::write(&path, whole.get(..length).unwrap()).unwrap();
        assert!(may(&folder, col("SHA256").eq(lit(hashes[3]))));
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!(hidden(), 0);
}
