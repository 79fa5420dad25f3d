//! Orders, carried out: each once, with what is needed to take it back kept before it is begun.

mod account;
pub(crate) mod file;
mod service;

use std::{
    ffi::OsString,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Path, PathBuf},
};

use account::AccountBefore;
use bartizan_model::{ActionId, Command, Order, Outcome, OutcomeItem, OutcomeState, Timestamp};
use bartizan_wire::{order_from_bytes, order_to_bytes};
use serde::{Deserialize, Serialize};
use service::UnitBefore;

use crate::{
    block::{Blocked, Verdicts},
    durable,
    error::{Doing as _, RemediationError, Result},
    isolation::{Isolator, Network},
    ledger::Ledger,
    package, process,
    quarantine::Quarantine,
    text::Removed,
};

/// Where this room works.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder of what this room keeps.
    pub data: PathBuf,
    /// The root of the files that are acted on: `/`, or another root in a test.
    pub root: PathBuf,
    /// Where the kernel shows processes.
    pub proc: PathBuf,
    /// The network to be cut off; nothing where there is none that can be.
    pub network: Option<Network>,
}

impl Config {
    /// This machine, with records in `data` and its server at this address.
    #[must_use]
    pub fn this_machine(data: &Path, server: &str) -> Self {
        let network = Network::this_machine(server);
        if let Err(error) = &network {
            tracing::warn!(%error, "this machine cannot be isolated");
        }
        Self {
            data: data.to_path_buf(),
            root: PathBuf::from("/"),
            proc: PathBuf::from("/proc"),
            network: network.ok(),
        }
    }
}

/// Carries orders out.
#[derive(Debug)]
pub struct Remediation {
    config: Config,
    ledger: Ledger,
    quarantine: Quarantine,
    isolator: Option<Isolator>,
    verdicts: Verdicts,
}

/// What came of an order, before it is an outcome.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) summary: String,
    pub(crate) items: Vec<OutcomeItem>,
    pub(crate) undoable: bool,
    /// Not all of it could be done.
    pub(crate) incomplete: bool,
}

/// What is needed to take an action back.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Undo {
    Isolation,
    /// Names in quarantine, and paths as bytes: not all are text.
    Quarantined(Vec<(String, Vec<u8>)>),
    Account(AccountBefore),
    Lines(Vec<Removed>),
    Unit(UnitBefore),
    Blocked(Blocked),
    Allowed(Vec<Blocked>),
}

impl Remediation {
    /// Opens what this room keeps, and carries on with files whose taking or giving back was interrupted.
    ///
    /// # Errors
    /// When it cannot be read or made.
    pub fn open(config: Config) -> Result<Self, RemediationError> {
        durable::folder(&config.data)?;
        let ledger = Ledger::open(&config.data.join("actions"))?;
        let quarantine = Quarantine::open(&config.data.join("quarantine"))?;
        if let Err(error) = quarantine.recover() {
            tracing::error!(%error, "carrying on with quarantined files");
        }
        let isolator =
            config.network.as_ref().map(|network| Isolator::new(&config.data, network.clone()));
        let verdicts = Verdicts::open(&config.data)?;
        Ok(Self { config, ledger, quarantine, isolator, verdicts })
    }

    /// Carries a command out that was judged. One that was done already is not done again: its outcome is given again.
    ///
    /// # Errors
    /// When it cannot be written down that it is begun; nothing is done then, and the server will tell it again.
    pub fn perform(&self, command: &Command, now: Timestamp) -> Result<Outcome, RemediationError> {
        let order = order_to_bytes(&command.order);
        if let Some(known) = self.ledger.begin(command.action, &order, now)? {
            return Ok(known);
        }
        self.finish(command.action, &command.order, now)
    }

    /// Carries on with what a crash interrupted. Every order may be begun twice: it finds out what is done already.
    ///
    /// # Errors
    /// When what was begun cannot be read.
    pub fn recover(&self, now: Timestamp) -> Result<Vec<Outcome>, RemediationError> {
        let mut outcomes = Vec::new();
        for (action, order) in self.ledger.interrupted()? {
            match order_from_bytes(&order) {
                Ok(order) => outcomes.push(self.finish(action, &order, now)?),
                Err(error) => {
                    tracing::error!(%action, %error, "an order that was begun cannot be read");
                }
            }
        }
        Ok(outcomes)
    }

    /// Outcomes that the server may not have.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn unconfirmed(&self) -> Result<Vec<Outcome>, RemediationError> {
        self.ledger.unconfirmed()
    }

    /// The server has an outcome.
    ///
    /// # Errors
    /// When that cannot be written down; the outcome is told again then.
    pub fn confirm(&self, action: ActionId) -> Result<(), RemediationError> {
        self.ledger.confirm(action)
    }

    /// Packages that were gathered and that the server may not have: each is to be sent, and removed then.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn packages(&self) -> Result<Vec<(ActionId, PathBuf)>, RemediationError> {
        let folder = self.config.data.join("packages");
        durable::folder(&folder)?;
        let mut packages = Vec::new();
        for file in std::fs::read_dir(&folder).doing("listing", &folder)? {
            let path = file.doing("listing", &folder)?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let action = name.and_then(|name| name.strip_suffix(".tar.zst"));
            if let Some(action) = action.and_then(|action| action.parse().ok()) {
                packages.push((action, path));
            }
        }
        packages.sort();
        Ok(packages)
    }

    /// The server has all of a package.
    ///
    /// # Errors
    /// When it cannot be removed here.
    pub fn package_sent(&self, action: ActionId) -> Result<(), RemediationError> {
        package::remove(&self.config.data, action)
    }

    /// The machine's isolation, where it can be isolated.
    #[must_use]
    pub const fn isolator(&self) -> Option<&Isolator> {
        self.isolator.as_ref()
    }

    /// Files that were taken away.
    #[must_use]
    pub const fn quarantine(&self) -> &Quarantine {
        &self.quarantine
    }

    /// What must not be executed.
    #[must_use]
    pub const fn verdicts(&self) -> &Verdicts {
        &self.verdicts
    }

    fn finish(&self, action: ActionId, order: &Order, now: Timestamp) -> Result<Outcome> {
        let outcome = match self.carry_out(action, order, now) {
            Ok(report) => Outcome {
                action,
                state: if report.incomplete {
                    OutcomeState::Failed
                } else {
                    OutcomeState::Succeeded
                },
                summary: report.summary.into(),
                items: report.items,
                undoable: report.undoable,
                at: now,
            },
            Err(error) => {
                let state = match error {
                    RemediationError::Refused(_) => OutcomeState::Refused,
                    _ => OutcomeState::Failed,
                };
                let summary = error.to_string().into();
                Outcome { action, state, summary, items: Vec::new(), undoable: false, at: now }
            }
        };
        self.ledger.finish(&outcome)?;
        Ok(outcome)
    }

    fn carry_out(&self, action: ActionId, order: &Order, now: Timestamp) -> Result<Report> {
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
            Order::QuarantineFile(target) => {
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
            Order::RestoreFile { item } => self.restore(&[item.to_string()]),
            Order::BlockFile(target) => {
                let blocked = Blocked::of(root, target);
                self.ledger.keep_undo(action, &Undo::Blocked(blocked.clone()))?;
                self.verdicts.block(blocked)?;
                let summary = format!("{target} can no longer be executed");
                Ok(Report { summary, undoable: true, ..Report::default() })
            }
            Order::AllowFile(target) => {
                let allowed = self.verdicts.matching(&Blocked::of(root, target));
                if allowed.is_empty() {
                    let text = format!("{target} was not blocked");
                    return Ok(Report { summary: text, ..Report::default() });
                }
                self.ledger.keep_undo(action, &Undo::Allowed(allowed.clone()))?;
                allowed.iter().try_for_each(|one| self.verdicts.allow(one))?;
                let summary = format!("{target} can be executed again");
                Ok(Report { summary, undoable: true, ..Report::default() })
            }
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
                let target = bartizan_model::FileTarget { path: Some(path.clone()), sha256: None };
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

    fn stop_process(&self, key: bartizan_model::ProcessKey, tree: bool) -> Result<Report> {
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

    fn network(&self) -> Result<&Isolator> {
        let cannot = || RemediationError::refused("this machine cannot be isolated");
        self.isolator.as_ref().ok_or_else(cannot)
    }
}

#[cfg(test)]
mod tests;
