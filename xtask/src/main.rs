//! The workspace's own checks and generators: `cargo xtask <task>`.
//!
//! It writes what is derived (`codegen`), and refuses what our rules refuse (`layering`, `tidy`). It never
//! ships and is never a dependency.

mod codegen;
mod layering;
mod tidy;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

fn main() -> anyhow::Result<()> {
    let root = root()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["codegen"] => codegen::write(&root),
        ["codegen", "--check"] => codegen::check(&root),
        ["layering"] => layering::check(&root),
        ["tidy"] => tidy::check(&root),
        _ => bail!("usage: cargo xtask codegen [--check] | layering | tidy"),
    }
}

/// The workspace's folder: the parent of this package's.
fn root() -> anyhow::Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .context("finding the workspace above xtask")
}
