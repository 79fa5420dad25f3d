//! Files over time: small ones are merged, old ones removed, and none while a question still reads it.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bartizan_model::{TABLES, TableDefinition, TenantId, Timestamp};
use bartizan_store::TelemetryFile;
use parking_lot::Mutex;

use crate::{Telemetry, TelemetryError, file};

/// A file is merged with smaller ones that together are at least this part of it, so that each row is
/// written a few times only.
const SHARE: u64 = 4;
/// How long after a day's end most of its events are there.
const SETTLED_AFTER: Duration = Duration::from_secs(6 * 3600);
const SECONDS_PER_DAY: u64 = 86_400;

/// What upkeep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// Files that were merged into larger ones.
    pub merged: usize,
    /// Files whose days are over.
    pub expired: usize,
}

impl Telemetry {
    /// Removes the days that are over and merges the files of days that have many.
    ///
    /// # Errors
    /// When files or the catalogue refuse.
    pub fn keep_up(&self, now: Timestamp) -> Result<Upkeep, TelemetryError> {
        let _one_at_a_time = self.upkeep.lock();
        let mut done = Upkeep::default();
        for tenant in self.store.telemetry_tenants()? {
            let kept = self.store.retention(tenant)?.map_or(self.config.retention, |said| {
                Duration::from_secs(u64::from(said.event_days) * SECONDS_PER_DAY)
            });
            let before = start_of_day(now.minus(kept));
            let expired = self.store.forget_telemetry_files(tenant, before)?;
            done.expired += expired.len();
            self.doom(&expired);
            for table in TABLES {
                done.merged += self.merge_days(tenant, table, now)?;
            }
        }
        self.leases.remove_unread()?;
        Ok(done)
    }

    /// Merges files of one table's days, and says how many there were.
    fn merge_days(
        &self,
        tenant: TenantId,
        table: &TableDefinition,
        now: Timestamp,
    ) -> Result<usize, TelemetryError> {
        let (first, last) = (Timestamp::from_nanos(i64::MIN), Timestamp::from_nanos(i64::MAX));
        let files = self.store.telemetry_files(tenant, table.name, first, last)?;
        let settled = start_of_day(now.minus(SETTLED_AFTER));
        let mut merged = 0;
        for files in mergeable(files, self.config.max_files_per_day, settled) {
            let one = file::merge(&self.folder, (tenant, table.table), &files)?;
            let old: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
            self.store.replace_telemetry_files(tenant, &old, &[one])?;
            merged += files.len();
            self.doom(&files);
        }
        Ok(merged)
    }

    fn doom(&self, files: &[TelemetryFile]) {
        self.leases.doom(files.iter().map(|file| self.folder.join(&file.path)).collect());
    }
}

fn start_of_day(at: Timestamp) -> Timestamp {
    const NANOS_PER_DAY: i64 = 86_400_000_000_000;
    Timestamp::from_nanos(at.nanos().div_euclid(NANOS_PER_DAY).saturating_mul(NANOS_PER_DAY))
}

/// The files to merge of each day: of a day that is over those that are small beside the others, of a day
/// that still grows when they are too many.
fn mergeable(
    files: Vec<TelemetryFile>,
    bound: usize,
    settled: Timestamp,
) -> Vec<Vec<TelemetryFile>> {
    let mut days: BTreeMap<String, Vec<TelemetryFile>> = BTreeMap::new();
    for file in files {
        let day = file.path.rsplit_once('/').map_or("", |(day, _)| day).to_owned();
        days.entry(day).or_default().push(file);
    }
    let mut groups = Vec::new();
    for mut files in days.into_values() {
        let over = files.iter().all(|file| file.last_at < settled);
        if files.len() <= bound && !over {
            continue;
        }
        files.sort_by_key(|file| file.bytes);
        let mut smaller = 0_u64;
        let small = files.iter().take_while(|file| {
            let small = smaller == 0 || file.bytes <= smaller.saturating_mul(SHARE);
            smaller = smaller.saturating_add(file.bytes);
            small
        });
        let many = small.count();
        files.truncate(many);
        if files.len() > 1 {
            groups.push(files);
        }
    }
    groups
}

/// Files that wait until the questions that may read them are answered.
#[derive(Debug, Default)]
pub(crate) struct Leases {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    current: Arc<()>,
    doomed: VecDeque<(Weak<()>, Vec<PathBuf>)>,
}

/// Held while a question is answered.
#[derive(Debug)]
pub(crate) struct Lease(#[expect(dead_code, reason = "its life is its meaning")] Arc<()>);

impl Leases {
    pub(crate) fn lease(&self) -> Lease {
        Lease(self.inner.lock().current.clone())
    }

    /// These files are out of the catalogue: later questions do not see them, earlier ones may.
    fn doom(&self, files: Vec<PathBuf>) {
        if files.is_empty() {
            return;
        }
        let mut inner = self.inner.lock();
        let readers = std::mem::replace(&mut inner.current, Arc::new(()));
        inner.doomed.push_back((Arc::downgrade(&readers), files));
    }

    /// Removes the doomed files whose readers, and all earlier readers, are done.
    fn remove_unread(&self) -> Result<(), TelemetryError> {
        let mut inner = self.inner.lock();
        while let Some((readers, _)) = inner.doomed.front()
            && readers.strong_count() == 0
        {
            for path in inner.doomed.pop_front().map(|(_, files)| files).unwrap_or_default() {
                file::remove(&path)?;
            }
        }
        Ok(())
    }
}
