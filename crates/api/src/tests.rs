//! Stories over the real router, real records in a folder of their own, and the whole way in.

mod actions;
mod house;
mod hunting;
mod incidents;
mod indicators;
mod kusto;
mod live;
mod permissions;
mod sessions;

use std::path::Path;

/// Compares the document with the committed one; `UPDATE=1` writes it.
#[test]
fn the_committed_document_is_the_interface_of_this_source() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../api/openapi.json");
    let document = crate::openapi();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &document).unwrap();
    }

    let committed = std::fs::read_to_string(&path).unwrap_or_default();

    assert!(
        committed == document,
        "api/openapi.json is stale: run UPDATE=1 cargo test -p bartizan-api"
    );
}
