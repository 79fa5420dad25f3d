//! What is derived from one definition: the telemetry tables of `schema/` become Rust rows, column lists
//! and a reference page; the rules become a page of what they look for; the protocol's `.proto` becomes message
//! types. All of it is committed; `--check` fails when a file is not what its source says.

mod coverage;
mod reference;
mod rows;
mod table;
mod wire;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};

/// A derived file: where it belongs (relative to the workspace) and what it says.
#[derive(Debug)]
struct Derived {
    path: PathBuf,
    text: String,
}

/// Write every derived file.
pub(crate) fn write(root: &Path) -> anyhow::Result<()> {
    for file in derive(root)? {
        let path = root.join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|current| current == file.text) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        }
        fs::write(&path, file.text).with_context(|| format!("writing {}", path.display()))?;
        report(&format!("wrote {}", file.path.display()));
    }
    Ok(())
}

/// Fail when a derived file is not what its source says.
pub(crate) fn check(root: &Path) -> anyhow::Result<()> {
    let stale: Vec<String> = derive(root)?
        .into_iter()
        .filter(|file| {
            !fs::read_to_string(root.join(&file.path)).is_ok_and(|current| current == file.text)
        })
        .map(|file| file.path.display().to_string())
        .collect();
    if !stale.is_empty() {
        bail!("stale, run `cargo xtask codegen`: {}", stale.join(", "));
    }
    report("derived files are up to date");
    Ok(())
}

fn derive(root: &Path) -> anyhow::Result<Vec<Derived>> {
    let tables = table::read_all(&root.join("schema"))?;
    let mut files = rows::derive(&tables)?;
    files.push(reference::derive(&tables));
    files.push(coverage::derive(root)?);
    files.extend(wire::derive(root)?);
    for file in files.iter_mut().filter(|file| file.path.extension().is_some_and(|e| e == "rs")) {
        file.text = formatted(root, &file.text)?;
    }
    Ok(files)
}

/// The text as `cargo fmt` would leave it.
fn formatted(root: &Path, text: &str) -> anyhow::Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting rustfmt")?;
    let mut input = rustfmt.stdin.take().context("writing to rustfmt")?;
    input.write_all(text.as_bytes()).context("writing to rustfmt")?;
    drop(input);
    let output = rustfmt.wait_with_output().context("waiting for rustfmt")?;
    if !output.status.success() {
        bail!("rustfmt refused a derived file");
    }
    String::from_utf8(output.stdout).context("reading what rustfmt printed")
}

#[expect(clippy::print_stdout, reason = "a tool's answer goes to its standard output")]
pub(crate) fn report(line: &str) {
    println!("{line}");
}
