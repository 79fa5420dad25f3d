//! Refuses an arrow that points the wrong way: `core ← engine ← {sensor | server} ← proof`.
//!
//! Each crate states its zone in `[package.metadata.layer]`. Only normal dependencies count; tests may look
//! further down, never across between sensor and server.

use std::{collections::BTreeMap, path::Path, process::Command};

use anyhow::{Context as _, bail};
use serde::Deserialize;

/// Longest allowed chain of workspace crates.
const DEPTH_MAX: usize = 7;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    metadata: Option<serde_json::Value>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// Fail when a crate depends on a zone it must not see, or the chain of crates is too deep.
pub(crate) fn check(root: &Path) -> anyhow::Result<()> {
    let packages = packages(root)?;
    let mut zones = BTreeMap::new();
    for package in &packages {
        let zone = zone(package).with_context(|| {
            format!("{} states no zone in [package.metadata.layer]", package.name)
        })?;
        zones.insert(package.name.as_str(), zone);
    }
    let mut wrong = Vec::new();
    for package in &packages {
        let Some(from) = zones.get(package.name.as_str()) else { continue };
        for dependency in package.dependencies.iter().filter(|d| d.kind.is_none()) {
            if let Some(to) = zones.get(dependency.name.as_str())
                && !may_see(from, to)
            {
                wrong.push(format!("{} ({from}) → {} ({to})", package.name, dependency.name));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("arrows that point the wrong way:\n  {}", wrong.join("\n  "));
    }
    let deepest = packages.iter().map(|p| depth(&p.name, &packages, 0)).max().unwrap_or(0);
    if deepest > DEPTH_MAX {
        bail!("the chain of crates is {deepest} deep; the bound is {DEPTH_MAX}");
    }
    super::codegen::report(&format!(
        "{} crates, {deepest} deep, every arrow points the right way",
        packages.len()
    ));
    Ok(())
}

/// Whether a crate of one zone may depend on a crate of another.
fn may_see(from: &str, to: &str) -> bool {
    match from {
        "core" => to == "core",
        "engine" => matches!(to, "core" | "engine"),
        "sensor" => matches!(to, "core" | "engine" | "sensor"),
        "server" => matches!(to, "core" | "engine" | "server"),
        "proof" => to != "tool",
        _ => true,
    }
}

fn depth(name: &str, packages: &[Package], above: usize) -> usize {
    let Some(package) = packages.iter().find(|p| p.name == name) else { return 0 };
    if above > packages.len() {
        return above;
    }
    1 + package
        .dependencies
        .iter()
        .filter(|d| d.kind.is_none())
        .map(|d| depth(&d.name, packages, above + 1))
        .max()
        .unwrap_or(0)
}

fn zone(package: &Package) -> Option<&str> {
    package.metadata.as_ref()?.get("layer")?.get("zone")?.as_str()
}

fn packages(root: &Path) -> anyhow::Result<Vec<Package>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).context("reading what cargo metadata printed")?;
    Ok(metadata.packages)
}
