//! Packages: what dpkg, apk, rpm, pip and npm have written down. None of them is run.

mod rpm;

#[cfg(test)]
pub(crate) use rpm::header;

use std::path::Path;

use serde_json::Value;

use crate::{files, thing::Thing};

/// Most packages that are told.
pub(crate) const PACKAGES_MAX: usize = 20_000;

/// Files and folders that change when software does.
pub(crate) const PLACES: &[&str] = &[
    "var/lib/dpkg/status",
    "var/lib/dpkg/status.d",
    "lib/apk/db/installed",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "var/lib/rpm/rpmdb.sqlite",
    "usr/local/lib",
    "usr/lib/node_modules",
    "usr/local/lib/node_modules",
];

/// Everything that is installed below this folder, as far as its databases say.
pub(crate) fn all(root: &Path) -> Vec<Thing> {
    let mut found = stanzas(&files::text(&root.join("var/lib/dpkg/status")), debian);
    // Images without a package manager keep a file for each package.
    for file in files::children(&root.join("var/lib/dpkg/status.d")) {
        found.extend(stanzas(&files::text(&file), debian));
    }
    found.extend(stanzas(&files::text(&root.join("lib/apk/db/installed")), alpine));
    found.extend(rpm::packages(root));
    found.extend(python(root));
    found.extend(node(root));
    found.truncate(PACKAGES_MAX);
    found
}

/// Reads a package from its fields, each given by its name.
type Stanza = fn(&dyn Fn(&str) -> String) -> Option<Thing>;

/// Paragraphs of `Name: value` lines, each read as a package.
fn stanzas(text: &str, read: Stanza) -> Vec<Thing> {
    let package = |paragraph: &str| {
        let field = |wanted: &str| {
            let mut lines = paragraph.lines().filter_map(|line| line.split_once(':'));
            lines
                .find(|(name, _)| *name == wanted)
                .map_or_else(String::new, |(_, value)| value.trim().to_owned())
        };
        read(&field)
    };
    text.split("\n\n").filter_map(package).take(PACKAGES_MAX).collect()
}

fn debian(field: &dyn Fn(&str) -> String) -> Option<Thing> {
    let (name, status) = (field("Package"), field("Status"));
    // Files of `status.d` have no status: they are there.
    let there = status.is_empty() || status.split(' ').nth(2) == Some("installed");
    (there && !name.is_empty()).then(|| {
        let source = field("Source");
        let vendor = field("Maintainer");
        package("dpkg", &name, &field("Version"), &field("Architecture"), &vendor)
            .with("SourcePackage", source.split(' ').next().unwrap_or_default())
    })
}

fn alpine(field: &dyn Fn(&str) -> String) -> Option<Thing> {
    let name = field("P");
    (!name.is_empty()).then(|| {
        package("apk", &name, &field("V"), &field("A"), &field("m"))
            .with("SourcePackage", &field("o"))
    })
}

/// `name-version.dist-info` and `name.egg-info` in the folders where pip installs for everybody.
fn python(root: &Path) -> Vec<Thing> {
    let versions = files::children(&root.join("usr/local/lib")).into_iter();
    let folders = versions.filter(|path| files::name(path).starts_with("python"));
    let kept =
        folders.flat_map(|folder| [folder.join("dist-packages"), folder.join("site-packages")]);
    kept.flat_map(|folder| files::children(&folder))
        .filter_map(|path| {
            let name = files::name(&path);
            let (name, version) = name.strip_suffix(".dist-info")?.rsplit_once('-')?;
            Some(package("pip", name, version, "", ""))
        })
        .take(PACKAGES_MAX)
        .collect()
}

/// `package.json` of each package that npm installed for everybody, also those of a `@scope`.
fn node(root: &Path) -> Vec<Thing> {
    let folders = ["usr/lib/node_modules", "usr/local/lib/node_modules"];
    let tops = folders.iter().flat_map(|folder| files::children(&root.join(folder)));
    let packages = tops.flat_map(|path| {
        if files::name(&path).starts_with('@') { files::children(&path) } else { vec![path] }
    });
    packages
        .filter_map(|path| {
            let about: Value =
                serde_json::from_slice(&files::bytes(&path.join("package.json"))).ok()?;
            let word = |name: &str| about.get(name).and_then(Value::as_str).unwrap_or_default();
            (!word("name").is_empty())
                .then(|| package("npm", word("name"), word("version"), "", ""))
        })
        .take(PACKAGES_MAX)
        .collect()
}

/// A package; several versions of one may be installed side by side.
fn package(source: &str, name: &str, version: &str, architecture: &str, vendor: &str) -> Thing {
    Thing::new(format!("{source} {name} {architecture} {}", series(source, version)), name)
        .with("Version", version)
        .with("Architecture", architecture)
        .with("Vendor", vendor)
        .with("Source", source)
}

/// What tells side-by-side versions apart: rpm keeps several kernels, the others replace.
fn series<'a>(source: &str, version: &'a str) -> &'a str {
    if source == "rpm" { version } else { "" }
}
