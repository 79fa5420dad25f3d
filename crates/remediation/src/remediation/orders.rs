//! One order at a time: what is done for it, and what is kept first so that it can be taken back. Whether
//! an order is heard at all is decided before.

use std::{
    ffi::OsString,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::PathBuf,
};

use bartizan_model::{ActionId, FileTarget, Order, OutcomeItem, ProcessKey, Timestamp};

use super::{Remediation, Report, Undo, account, file, service};
use crate::{
    block::Blocked,
    error::{RemediationError, Result},
    package, process,
    text::Removed,
};

impl Remediation {
    pub(super) fn carry_out(
        &self,
        action: ActionId,
        order: &Order,
        now: Timestamp,
    ) -> Result<Report> {
        let (root, proc) = (&self.config.root, &self.config.proc);
        match order {
            Order::Isolate(isolation) => {
                self.ledger.keep_undo(action, &Undo::Isolation)?;
                let problems = self.network()?.isolate(isolation, &action.to_string(), now)?;
                let summary = std::iter::once("isolated".to_owned()).chain(problems);
                let summary = summary.collect::<Vec<_>>().join("; ");
                Ok(Report { summary, undoable: true, ..Report::default() })
            }
            Order::Release => self.release(),
            Order::StopProcess { process, tree } => self.stop_process(*process, *tree),
            Order::QuarantineFile(target) => self.quarantine_file(action, target, now),
            Order::RestoreFile { item } => self.restore(&[item.to_string()]),
            Order::BlockFile(target) => {
                let blocked = Blocked::of(root, target);
                self.ledger.keep_undo(action, &Undo::Blocked(blocked.clone()))?;
                self.verdicts.block(blocked)?;
                let summary = format!("{target} can no longer be executed");
                Ok(Report { summary, undoable: true, ..Report::default() })
            }
            Order::AllowFile(target) => self.allow_file(action, target),
            Order::DisableAccount { user } => {
                let before = match self.ledger.undo(action)? {
                    Some(Undo::Account(before)) => before,
                    _ => account::account_before(root, user)?,
                };
                self.ledger.keep_undo(action, &Undo::Account(before.clone()))?;
                account::disable(root, &before)
            }
            Order::EndSessions { user } => account::end_sessions(root, proc, user),
            Order::RevokeKey { user, key } => {
                account::revoke_key(root, user, key, |removed| self.keep_lines(action, removed))
            }
            Order::StopUnit { unit, mask } => self.stop_unit(action, unit, *mask, false, now),
            Order::RemoveTimer { unit } => self.stop_unit(action, unit, false, true, now),
            Order::RemoveCronEntry { path, line: Some(line) } => {
                let path = root.join(path.trim_start_matches('/'));
                service::remove_cron_line(&path, line, |removed| self.keep_lines(action, removed))
            }
            Order::RemoveCronEntry { path, line: None } => {
                let target = FileTarget { path: Some(path.clone()), sha256: None };
                self.carry_out(action, &Order::QuarantineFile(target), now)
            }
            Order::CollectPackage { limit_bytes } => {
                let data = &self.config.data;
                let gathered = package::gather(data, root, proc, action, *limit_bytes, now)?;
                Ok(Report {
                    summary: package::in_words(&gathered),
                    items: gathered.left_out,
                    ..Report::default()
                })
            }
            Order::Undo { action: undone } => self.undo(*undone),
        }
    }

    fn quarantine_file(
        &self,
        action: ActionId,
        target: &FileTarget,
        now: Timestamp,
    ) -> Result<Report> {
        let (root, proc) = (&self.config.root, &self.config.proc);
        let paths: Vec<PathBuf> = match self.ledger.undo(action)? {
            // Begun before: the same files, whatever else has come up since.
            Some(Undo::Quarantined(items)) => {
                items.into_iter().map(|(_, path)| OsString::from_vec(path).into()).collect()
            }
            _ => file::find(root, proc, target)?,
        };
        let items = paths.iter().enumerate().map(|(number, path): (usize, &PathBuf)| {
            (service::item(action, number), path.as_os_str().as_bytes().to_vec())
        });
        self.ledger.keep_undo(action, &Undo::Quarantined(items.collect()))?;
        file::quarantine(&self.quarantine, proc, action, &paths, target, now)
    }

    fn allow_file(&self, action: ActionId, target: &FileTarget) -> Result<Report> {
        let allowed = self.verdicts.matching(&Blocked::of(&self.config.root, target));
        if allowed.is_empty() {
            let summary = format!("{target} was not blocked");
            return Ok(Report { summary, ..Report::default() });
        }
        self.ledger.keep_undo(action, &Undo::Allowed(allowed.clone()))?;
        allowed.iter().try_for_each(|one| self.verdicts.allow(one))?;
        let summary = format!("{target} can be executed again");
        Ok(Report { summary, undoable: true, ..Report::default() })
    }

    fn stop_process(&self, key: ProcessKey, tree: bool) -> Result<Report> {
        let stopped = process::stop(&self.config.proc, key, tree)?;
        let gone = stopped.items.iter().filter(|item| item.done).count();
        let mut summary = format!("{gone} of {} processes stopped", stopped.items.len());
        if stopped.at_birth > 0 {
            summary = format!("{summary}, {} more at birth", stopped.at_birth);
        }
        Ok(Report { summary, items: stopped.items, undoable: false, incomplete: !stopped.complete })
    }

    fn stop_unit(
        &self,
        action: ActionId,
        unit: &str,
        mask: bool,
        remove: bool,
        now: Timestamp,
    ) -> Result<Report> {
        let root = &self.config.root;
        let before = match self.ledger.undo(action)? {
            Some(Undo::Unit(before)) => before,
            _ => service::unit_before(root, action, unit, mask, remove)?,
        };
        self.ledger.keep_undo(action, &Undo::Unit(before.clone()))?;
        service::stop(root, &self.quarantine, &before, remove, now)
    }

    fn release(&self) -> Result<Report> {
        let was = self.network()?.release()?;
        let summary = if was { "released" } else { "it was not isolated" };
        Ok(Report { summary: summary.to_owned(), ..Report::default() })
    }

    fn restore(&self, items: &[String]) -> Result<Report> {
        let mut report = Report::default();
        let mut restored = 0;
        for item in items {
            let outcome = self.quarantine.restore(item, None);
            let (name, result, done) = match outcome {
                Ok(taken) => {
                    restored += 1;
                    report.incomplete |= !taken.problems.is_empty();
                    let problems = taken.problems.join("; ");
                    let result = format!("given back {problems}").trim().to_owned();
                    (taken.item.path.display().to_string(), result, true)
                }
                Err(error) => {
                    report.incomplete = true;
                    (item.clone(), error.to_string(), false)
                }
            };
            report.items.push(OutcomeItem { name: name.into(), result: result.into(), done });
        }
        report.summary = format!("{restored} of {} files given back", items.len());
        Ok(report)
    }

    /// Takes an action back. What could be taken back is forgotten then.
    fn undo(&self, action: ActionId) -> Result<Report> {
        let missing = || {
            RemediationError::NotThere("there is nothing (any more) to take back here".to_owned())
        };
        let report = match self.ledger.undo(action)?.ok_or_else(missing)? {
            Undo::Isolation => self.release(),
            Undo::Quarantined(items) => {
                // Only what is still here: somebody may have given some back already.
                let here = self.quarantine.list()?;
                let is_here = |id: &String| here.iter().any(|item| item.id == *id);
                let items: Vec<String> =
                    items.into_iter().map(|(id, _)| id).filter(is_here).collect();
                self.restore(&items)
            }
            Undo::Account(before) => account::enable(&self.config.root, &before),
            Undo::Lines(removed) => account::put_back(&removed),
            Undo::Unit(before) => {
                service::start_again(&self.config.root, &self.quarantine, &before)
            }
            Undo::Blocked(blocked) => {
                self.verdicts.allow(&blocked)?;
                Ok(Report { summary: "it can be executed again".to_owned(), ..Report::default() })
            }
            Undo::Allowed(blocked) => {
                blocked.into_iter().try_for_each(|one| self.verdicts.block(one))?;
                Ok(Report { summary: "it is blocked again".to_owned(), ..Report::default() })
            }
        }?;
        if !report.incomplete {
            self.ledger.forget_undo(action)?;
        }
        Ok(report)
    }

    fn keep_lines(&self, action: ActionId, removed: &[Removed]) -> Result<()> {
        self.ledger.keep_undo(action, &Undo::Lines(removed.to_vec()))
    }
}
