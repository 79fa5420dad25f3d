//! Sign-ins, attempts and ends of sessions, from whatever trail the machine keeps: the records of logins
//! (`wtmp`, `btmp`), the text log of authentication, or the journal. What two trails say of one sign-in is
//! told once.

mod login_record;
mod sentence;
mod trail;

use std::{collections::VecDeque, path::PathBuf};

use bartizan_model::{Logon, LogonOutcome, Text};

pub(crate) use sentence::read as read_sentence;
use trail::{Journal, Tail};

/// How often the trails are read.
const LOOK_EVERY_NS: u64 = 500_000_000;
/// How far apart two trails may tell of the same.
const SAME_NS: u64 = 10 * 1_000_000_000;
/// Most sign-ins that wait for their other half.
const REMEMBERED: usize = 1024;

/// Where the trails are.
#[derive(Debug, Clone)]
pub struct LogonTrails {
    /// Records of logins.
    pub logins: PathBuf,
    /// Records of failed logins.
    pub failures: PathBuf,
    /// Text logs; the first that exists is read.
    pub texts: Vec<PathBuf>,
    /// Read the journal where there is no text log.
    pub journal: bool,
}

impl Default for LogonTrails {
    fn default() -> Self {
        Self {
            logins: PathBuf::from("/var/log/wtmp"),
            failures: PathBuf::from("/var/log/btmp"),
            texts: vec![PathBuf::from("/var/log/auth.log"), PathBuf::from("/var/log/secure")],
            journal: true,
        }
    }
}

/// A sign-in and the process that wrote of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) logon: Logon,
    pub(crate) pid: Option<u32>,
}

/// Follows the trails.
#[derive(Debug)]
pub(crate) struct Logons {
    logins: Tail,
    failures: Tail,
    text: Option<Tail>,
    journal: Option<Journal>,
    lines_of: Vec<(Text, Text)>,
    told: VecDeque<Told>,
    due_ns: u64,
}

/// What one trail told and the other has not yet.
#[derive(Debug)]
struct Told {
    at_ns: u64,
    from_records: bool,
    outcome: LogonOutcome,
    account: Text,
}

impl Logons {
    /// From now on: what the trails hold already is history.
    pub(crate) fn follow(trails: &LogonTrails) -> Self {
        let text =
            trails.texts.iter().find(|path| path.metadata().is_ok()).map(|path| Tail::at_end(path));
        let journal = (text.is_none() && trails.journal).then(Journal::follow).flatten();
        Self {
            logins: Tail::at_end(&trails.logins),
            failures: Tail::at_end(&trails.failures),
            text,
            journal,
            lines_of: Vec::new(),
            told: VecDeque::new(),
            due_ns: 0,
        }
    }

    /// Sign-ins since the last call.
    pub(crate) fn take(&mut self, now_ns: u64) -> Vec<Signed> {
        if now_ns < self.due_ns {
            return Vec::new();
        }
        self.due_ns = now_ns + LOOK_EVERY_NS;
        let mut taken = Vec::new();
        let mut lines: Vec<String> = self.text.as_mut().map(Tail::lines).unwrap_or_default();
        lines.extend(self.journal.as_ref().map(Journal::lines).unwrap_or_default());
        for signed in lines.iter().filter_map(|line| read_sentence(line)) {
            if self.is_new(&signed.logon, false, now_ns) {
                taken.push(signed);
            }
        }
        let logins = self.logins.records();
        let failures = self.failures.records();
        let read = logins.iter().map(|record| (record, false));
        for (record, failed) in read.chain(failures.iter().map(|record| (record, true))) {
            let Some(signed) = login_record::read(record, failed, &mut self.lines_of) else {
                continue;
            };
            if self.is_new(&signed.logon, true, now_ns) {
                taken.push(signed);
            }
        }
        taken
    }

    fn is_new(&mut self, logon: &Logon, from_records: bool, now_ns: u64) -> bool {
        self.told.retain(|told| now_ns.saturating_sub(told.at_ns) < SAME_NS);
        let other = self.told.iter().position(|told| {
            told.from_records != from_records
                && told.outcome == logon.outcome
                && told.account == logon.account
        });
        if let Some(position) = other {
            self.told.remove(position);
            return false;
        }
        if self.told.len() >= REMEMBERED {
            self.told.pop_front();
        }
        let (outcome, account) = (logon.outcome, logon.account.clone());
        self.told.push_back(Told { at_ns: now_ns, from_records, outcome, account });
        true
    }
}

#[cfg(test)]
mod tests;
