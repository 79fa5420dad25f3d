//! Orders, carried out: each once, with what is needed to take it back kept before it is begun.

mod account;
pub(crate) mod file;
mod orders;
mod service;

use std::path::{Path, PathBuf};

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
    package,
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

    fn network(&self) -> Result<&Isolator> {
        let cannot = || RemediationError::refused("this machine cannot be isolated");
        self.isolator.as_ref().ok_or_else(cannot)
    }
}

#[cfg(test)]
mod tests;
