//! Rules and events from files.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Where rules and events are. Read when a row asks, so that a row holds only what it needs.
#[derive(Debug)]
pub struct Corpus {
    rules: PathBuf,
    events: PathBuf,
}

impl Corpus {
    pub fn new(rules: &Path, events: &Path) -> Self {
        Self { rules: rules.to_owned(), events: events.to_owned() }
    }

    /// The texts of all rule files, with their names.
    pub fn rules(&self) -> Result<Vec<(String, String)>> {
        let mut files = Vec::new();
        if self.rules.is_dir() {
            folder(&self.rules, &mut files)?;
        } else {
            let file = std::fs::File::open(&self.rules)
                .with_context(|| format!("opening {}", self.rules.display()))?;
            let mut archive = tar::Archive::new(zstd::Decoder::new(file)?);
            for entry in archive.entries()? {
                let mut entry = entry?;
                if entry.header().entry_type().is_file() {
                    let name = entry.path()?.display().to_string();
                    let mut text = String::new();
                    entry.read_to_string(&mut text)?;
                    files.push((name, text));
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// All events, a line each.
    pub fn events(&self) -> Result<String> {
        let path = &self.events;
        let file =
            std::fs::File::open(path).with_context(|| format!("opening {}", path.display()))?;
        let mut text = String::new();
        if path.extension().is_some_and(|e| e == "zst") {
            zstd::Decoder::new(file)?.read_to_string(&mut text)?;
        } else {
            std::io::BufReader::new(file).read_to_string(&mut text)?;
        }
        Ok(text)
    }
}

fn folder(path: &Path, files: &mut Vec<(String, String)>) -> Result<()> {
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() {
            folder(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            files.push((path.display().to_string(), std::fs::read_to_string(&path)?));
        }
    }
    Ok(())
}
