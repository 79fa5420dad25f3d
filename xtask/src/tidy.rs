//! Refuses what our reading rules refuse: a Rust file without `//!`, a file over 400 lines, work left for
//! later. Files already over the bound stand in a list that may only shrink.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

/// Longest file, in lines. Generated files and tests do not count.
const LINES_MAX: usize = 400;
/// Files that are longer, and how long each may be. The list may only shrink.
const LONGER: [(&str, usize); 5] = [
    ("crates/api/src/devices.rs", 460),
    ("crates/api/src/tuning.rs", 420),
    ("crates/kql/src/ast.rs", 405),
    ("crates/sigma/src/matcher/network.rs", 525),
    ("crates/store/src/device.rs", 470),
];
/// Words that say something was left for later.
const LEFT_FOR_LATER: [&str; 4] = ["todo!(", "unimplemented!(", "TODO", "FIXME"];

/// Fail when a file breaks a reading rule.
pub(crate) fn check(root: &Path) -> anyhow::Result<()> {
    let mut wrong = Vec::new();
    let mut files = Vec::new();
    rust_files(&root.join("crates"), &mut files)?;
    for path in &files {
        let text =
            fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
        if !name.contains("/generated/")
            && !text.lines().take(3).any(|line| line.starts_with("//!"))
        {
            wrong.push(format!("{name}: no `//!` that says what the room is for"));
        }
        let lines = text.lines().count();
        let exempt =
            name.contains("/tests/") || name.contains("/generated/") || name.ends_with("tests.rs");
        let longest =
            LONGER.iter().find(|(long, _)| *long == name).map_or(LINES_MAX, |long| long.1);
        if lines > longest && !exempt && !text.contains("do not edit") {
            wrong.push(format!("{name}: {lines} lines; is there a second room in it?"));
        }
        if let Some(word) = LEFT_FOR_LATER.iter().find(|word| text.contains(**word)) {
            wrong.push(format!("{name}: `{word}` leaves something for later"));
        }
    }
    if !wrong.is_empty() {
        bail!("{} files are not tidy:\n  {}", wrong.len(), wrong.join("\n  "));
    }
    super::codegen::report(&format!("{} files are tidy", files.len()));
    Ok(())
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            rust_files(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
    into.sort();
    Ok(())
}
