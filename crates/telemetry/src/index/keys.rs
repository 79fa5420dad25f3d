//! Which columns are indexed, and the keys of their values.
//!
//! A key is the hash of a value or of a term in it, letter case put aside.

use datafusion::arrow::array::{ArrayRef, AsArray as _, RecordBatch};
use rustc_hash::FxHashSet;
use twox_hash::XxHash64;

use crate::term::terms;

/// What of a column's values is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Each value as a whole.
    Values,
    /// The terms in the values.
    Terms,
    /// Both.
    ValuesAndTerms,
}

/// The indexed columns. Identities are looked for whole; texts by their terms; names in both ways.
const COLUMNS: [(&str, Kept); 37] = [
    ("DeviceId", Kept::Values),
    ("DeviceName", Kept::ValuesAndTerms),
    ("ActionType", Kept::Values),
    ("SHA1", Kept::Values),
    ("SHA256", Kept::Values),
    ("MD5", Kept::Values),
    ("InitiatingProcessSHA1", Kept::Values),
    ("InitiatingProcessSHA256", Kept::Values),
    ("InitiatingProcessMD5", Kept::Values),
    ("RemoteIP", Kept::Values),
    ("LocalIP", Kept::Values),
    ("FileOriginIP", Kept::Values),
    ("RemoteUrl", Kept::ValuesAndTerms),
    ("FileOriginUrl", Kept::ValuesAndTerms),
    ("FileName", Kept::ValuesAndTerms),
    ("PreviousFileName", Kept::ValuesAndTerms),
    ("InitiatingProcessFileName", Kept::ValuesAndTerms),
    ("InitiatingProcessParentFileName", Kept::ValuesAndTerms),
    ("AccountName", Kept::ValuesAndTerms),
    ("AccountDomain", Kept::ValuesAndTerms),
    ("AccountSid", Kept::Values),
    ("AccountUpn", Kept::ValuesAndTerms),
    ("InitiatingProcessAccountName", Kept::ValuesAndTerms),
    ("InitiatingProcessAccountSid", Kept::Values),
    ("ProcessUniqueId", Kept::Values),
    ("InitiatingProcessUniqueId", Kept::Values),
    ("ProcessContainerId", Kept::Values),
    ("InitiatingProcessContainerId", Kept::Values),
    ("FolderPath", Kept::Terms),
    ("PreviousFolderPath", Kept::Terms),
    ("InitiatingProcessFolderPath", Kept::Terms),
    ("ProcessCommandLine", Kept::Terms),
    ("InitiatingProcessCommandLine", Kept::Terms),
    ("RegistryKey", Kept::Terms),
    ("RegistryValueName", Kept::ValuesAndTerms),
    ("RegistryValueData", Kept::Terms),
    ("AdditionalFields", Kept::Terms),
];

/// What is kept of a column; nothing when it is not indexed.
pub(super) fn kept(column: &str) -> Option<Kept> {
    COLUMNS.iter().find(|(name, _)| *name == column).map(|(_, kept)| *kept)
}

/// The key of a text or a term, in small letters.
pub(super) fn text_key(folded: &str) -> u64 {
    XxHash64::oneshot(0, folded.as_bytes())
}

/// The keys of rows as they are written to a file.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    name: &'static str,
    kept: Kept,
    keys: FxHashSet<u64>,
    /// Texts whose terms are among the keys already, by their hashes.
    seen: FxHashSet<u64>,
}

impl Keys {
    /// Adds the keys of some rows.
    pub(crate) fn add(&mut self, rows: &RecordBatch) {
        if self.columns.is_empty() {
            let known = COLUMNS.iter().filter(|(name, _)| rows.column_by_name(name).is_some());
            self.columns = known
                .map(|(name, kept)| Column {
                    name,
                    kept: *kept,
                    keys: FxHashSet::default(),
                    seen: FxHashSet::default(),
                })
                .collect();
        }
        for column in &mut self.columns {
            if let Some(values) = rows.column_by_name(column.name) {
                column.add(values);
            }
        }
    }

    /// The different keys of each column, sorted.
    pub(super) fn columns(self) -> impl Iterator<Item = (&'static str, Vec<u64>)> {
        self.columns.into_iter().map(|column| {
            let mut keys: Vec<u64> = column.keys.into_iter().collect();
            keys.sort_unstable();
            (column.name, keys)
        })
    }
}

impl Column {
    fn add(&mut self, values: &ArrayRef) {
        let mut before = None;
        for text in values.as_string_opt::<i32>().into_iter().flatten() {
            // Neighbours are often alike: rows of one process stand together.
            if before != Some(text) {
                self.add_text(text.unwrap_or_default());
                before = Some(text);
            }
        }
    }

    fn add_text(&mut self, text: &str) {
        if !self.seen.insert(text_key(text)) {
            return;
        }
        let plain = text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let lowered = (!plain).then(|| text.to_lowercase());
        let folded = lowered.as_deref().unwrap_or(text);
        if self.kept != Kept::Terms {
            self.keys.insert(text_key(folded));
        }
        if self.kept != Kept::Values {
            self.keys.extend(terms(folded).map(text_key));
        }
    }
}
