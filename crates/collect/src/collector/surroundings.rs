//! What the machine itself keeps track of: sign-ins, accounts, devices. Looked at between records.

use bartizan_model::Action;

use crate::{collector::Collector, fact::Observation, logon::Signed, uevent::Uevents};

/// How long after a change of the user database the process that changed it is held to be the one.
const TOUCHED_NS: u64 = 5 * 1_000_000_000;

/// `None`, said once in the log, where the kernel does not let it be heard.
pub(crate) fn open_uevents() -> Option<Uevents> {
    Uevents::open()
        .inspect_err(|error| tracing::warn!(%error, "devices that are plugged in are not told"))
        .ok()
}

impl Collector {
    pub(crate) fn look_around(&mut self, now_ns: u64) {
        self.look_at_accounts(now_ns);
        let devices = self.uevents.as_ref().map(Uevents::take).unwrap_or_default();
        for device in devices {
            self.tell_of_nobody(Action::Operation(Box::new(device)));
        }
        let signed = self.logons.as_mut().map(|logons| logons.take(now_ns)).unwrap_or_default();
        for signed in signed {
            self.tell_logon(signed);
        }
    }

    fn look_at_accounts(&mut self, now_ns: u64) {
        let by = self.accounts_by.filter(|(_, at)| now_ns.saturating_sub(*at) < TOUCHED_NS);
        for change in self.accounts.changes(now_ns, by.is_some()) {
            match by {
                Some((process, at)) => self.tell_done(process, change, None, at),
                None => self.tell_of_nobody(Action::Operation(Box::new(change))),
            }
        }
    }

    /// The process that wrote of the sign-in, when it still runs, stands as the acting one.
    fn tell_logon(&mut self, signed: Signed) {
        let Signed { mut logon, pid } = signed;
        let process = pid.and_then(|pid| self.table.running(pid)).and_then(|key| self.known(key));
        let action = |logon| Action::Logon(Box::new(logon));
        let Some(process) = process else { return self.tell_of_nobody(action(logon)) };
        logon.session = logon.session.or(process.credentials.session_id);
        self.introduce(Some(process.key), self.now.boot_ns);
        let actor = Some(std::sync::Arc::new(self.described(&process, None)));
        self.tell_ready(Observation { at: self.now.wall, actor, action: action(logon) });
    }
}
