//! What the author of a bad rule reads. Each `tests/data/*.in` is a file of rules; the `.out` beside it is what must
//! be said. `UPDATE_GOLDEN=1` writes the answers anew.

use std::path::Path;

use bartizan_sigma::{Collection, Links};

#[test]
fn a_bad_rule_is_explained_where_it_stands() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut checked = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let input = entry.unwrap().path();
        if input.extension().is_none_or(|e| e != "in") {
            continue;
        }
        let name = format!("{}.yml", input.file_stem().unwrap().to_string_lossy());
        let collection = Collection::parse(&name, &std::fs::read_to_string(&input).unwrap());
        let mut said: Vec<String> = collection.problems.iter().map(ToString::to_string).collect();
        let links = Links::new(&collection.rules, &collection.correlations);
        said.extend(links.problems().iter().map(ToString::to_string));
        said.push(format!("{} usable", collection.rules.len() + links.correlations().len()));
        let said = said.join("\n\n") + "\n";
        let output = input.with_extension("out");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&output, &said).unwrap();
        }
        let expected = std::fs::read_to_string(&output).unwrap_or_default();
        assert_eq!(said, expected, "{} says something else", input.display());
        checked += 1;
    }
    assert!(checked >= 5, "the cases are missing");
}
