//! Rules from files and folders, ready to judge. A rule that cannot be read never stops the others.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bartizan_sigma::{
    Collection, CompileError, Correlation, Links, Matcher, Placeholders, Problem, Rule,
};

/// Why rules cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// A file or folder cannot be read.
    #[error("reading the rules of {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What stopped it.
        #[source]
        source: io::Error,
    },
    /// The rules cannot be made into one machine.
    #[error("preparing {rules} rules")]
    Compile {
        /// How many rules there are.
        rules: usize,
        /// What stopped it.
        #[source]
        source: CompileError,
    },
}

/// The text of a rule file.
#[derive(Debug, Clone)]
pub struct RuleFile {
    /// Its name, as problems call it.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// Reads every rule file (`.yml`, `.yaml`) of a folder and the folders in it, in the order of their names. A single
/// file is read whatever its name.
pub fn read(path: &Path) -> Result<Vec<RuleFile>, RulesError> {
    let mut files = Vec::new();
    if path.is_dir() {
        walk(path, &mut files)?;
    } else {
        files.push(read_file(path)?);
    }
    Ok(files)
}

fn walk(folder: &Path, files: &mut Vec<RuleFile>) -> Result<(), RulesError> {
    let failed = |source| RulesError::Read { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>().map_err(failed)?;
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            files.push(read_file(&path)?);
        }
    }
    Ok(())
}

fn read_file(path: &Path) -> Result<RuleFile, RulesError> {
    let bytes =
        fs::read(path).map_err(|source| RulesError::Read { path: path.to_owned(), source })?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(RuleFile { name: path.display().to_string(), text })
}

/// The rules of these files, and what is wrong with the others.
pub fn collect(files: &[RuleFile]) -> Collection {
    let mut collection = Collection::default();
    let placeholders = Placeholders::default();
    for file in files {
        collection.add(&file.name, &file.text, &placeholders);
    }
    collection
}

/// Rules that can judge.
#[derive(Debug)]
pub struct RuleSet {
    pub(crate) collection: Collection,
    pub(crate) matcher: Matcher,
    pub(crate) links: Arc<Links>,
}

impl RuleSet {
    /// Makes one machine of all rules in these files.
    pub fn new(files: &[RuleFile]) -> Result<Self, RulesError> {
        Self::of(collect(files))
    }

    /// Makes one machine of rules that were read already.
    pub fn of(collection: Collection) -> Result<Self, RulesError> {
        let rules = collection.rules.len();
        let matcher = Matcher::new(&collection.rules)
            .map_err(|source| RulesError::Compile { rules, source })?;
        let links = Arc::new(Links::new(&collection.rules, &collection.correlations));
        Ok(Self { collection, matcher, links })
    }

    /// The rules, in the order of their files.
    pub fn rules(&self) -> &[Rule] {
        &self.collection.rules
    }

    /// The correlations of these rules.
    pub fn correlations(&self) -> &[Correlation] {
        self.links.correlations()
    }

    /// Why others are not among them.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.collection.problems.iter().chain(self.links.problems())
    }
}
