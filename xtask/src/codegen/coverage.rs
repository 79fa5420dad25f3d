//! The page of ATT&CK techniques that the shipped rules look for, from `content/rules`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use bartizan_sigma::{Collection, Coverage, Placeholders};

use super::Derived;

const TITLE: &str = "# What the rules look for\n\n<!-- Derived from content/rules. After a change: cargo xtask codegen -->\n\n";

pub(super) fn derive(root: &Path) -> anyhow::Result<Derived> {
    let mut rules = Collection::default();
    add(&root.join("content/rules"), &mut rules)?;
    if let Some(problem) = rules.problems.first() {
        bail!("a shipped rule cannot be read:\n{problem}");
    }
    let all = rules.rules.iter().chain(rules.correlations.iter().map(|c| &c.about));
    Ok(Derived {
        path: PathBuf::from("docs/reference/coverage.md"),
        text: format!("{TITLE}{}", Coverage::new(all).markdown()),
    })
}

fn add(folder: &Path, rules: &mut Collection) -> anyhow::Result<()> {
    let failed = || format!("listing {}", folder.display());
    let entries = fs::read_dir(folder).with_context(failed)?;
    let mut paths = entries.collect::<std::io::Result<Vec<_>>>().with_context(failed)?;
    paths.sort_by_key(fs::DirEntry::path);
    for path in paths.into_iter().map(|entry| entry.path()) {
        if path.is_dir() {
            add(&path, rules)?;
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            rules.add(&path.display().to_string(), &text, &Placeholders::default());
        }
    }
    Ok(())
}
