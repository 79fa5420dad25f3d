//! A line that somebody typed: recorded, judged, and handed on to the device, or to the actions where it changes the machine.

use std::sync::mpsc;

use bartizan_model::{
    LiveFile, LiveLevel, LiveLine, LiveOrder, LiveScript, LiveSessionId, Timestamp, live_command,
    live_words,
};
use bartizan_store::{LiveTransferFilter, LiveTransferRecord, NewLiveEntry, Page};
use bartizan_wire::{LIVE_CANDIDATES_MAX, LIVE_LINE_BYTES_MAX};
use serde_json::json;

use crate::{Access, Identity, Permission, Refusal, Result, users::entry};

/// How a line can go on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveCompletions {
    /// Byte of the line from which on a candidate stands.
    pub start: usize,
    /// What could stand there, and what that is.
    pub candidates: Vec<(String, String)>,
}

/// What a line needs besides its text.
#[derive(Default)]
struct Needs {
    script: Option<LiveScript>,
    file: Option<LiveFile>,
}

impl Access {
    /// Takes a line of a session. Gives the number of its entry in the recording.
    pub fn live_line(
        &self,
        by: &Identity,
        session: LiveSessionId,
        text: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<u64> {
        let level = self.speaks(by, session)?;
        let text = text.trim();
        if text.is_empty() || text.len() > LIVE_LINE_BYTES_MAX || text.contains(['\0', '\n']) {
            let why = "a line has 1 to 8192 bytes".to_owned();
            return Err(Refusal::BadOrder(why).into());
        }
        let words = live_words(text);
        let name = words.as_ref().ok().and_then(|(words, _)| words.first()).cloned();
        let command = name.as_deref().and_then(live_command);
        let may = command.is_none_or(|command| {
            command.level <= level
                && (command.level == LiveLevel::Basic || by.may(Permission::LiveAct))
        });
        let number = self.record_line(by, session, text, (address, now), may)?;
        let refuse = |why: &str| self.fail_line(by, session, number, why, now);
        let (words, _) = match words {
            Ok(words) => words,
            Err(why) => return refuse(why).map(|()| number),
        };
        let Some(command) = command else {
            let name = name.unwrap_or_default();
            let why = format!("there is no command `{name}`; `help` lists those there are");
            return refuse(&why).map(|()| number);
        };
        if !may {
            let why = format!("`{}` needs a session of the advanced level", command.name);
            refuse(&why)?;
            return Err(Refusal::LiveLevel.into());
        }
        if matches!(command.name, "quarantine" | "restore" | "isolate" | "release" | "undo") {
            if let Err(why) = self.live_action(by, session, number, &words, (address, now)) {
                return refuse(&why.to_string()).map(|()| number);
            }
            return Ok(number);
        }
        let needs = match self.needs_of(by, &words) {
            Ok(needs) => needs,
            Err(why) => return refuse(&why.to_string()).map(|()| number),
        };
        self.hand_on(session, number, text, needs, now)?;
        Ok(number)
    }

    /// Asks the device how a line can go on. The answer comes on the receiver, if it comes.
    pub fn live_complete(
        &self,
        by: &Identity,
        session: LiveSessionId,
        text: &str,
        now: Timestamp,
    ) -> Result<mpsc::Receiver<LiveCompletions>> {
        self.speaks(by, session)?;
        if text.len() > LIVE_LINE_BYTES_MAX || text.contains('\0') {
            return Err(Refusal::BadOrder("a line has 1 to 8192 bytes".to_owned()).into());
        }
        let (answer, answered) = mpsc::sync_channel(1);
        if let Some(known) = self.complete_here(by, text)? {
            drop(answer.try_send(known));
            return Ok(answered);
        }
        let mut sessions = self.live.sessions.lock();
        let running = sessions.get_mut(&session).ok_or(Refusal::SessionClosed)?;
        let sequence = running.push(LiveOrder::Complete { text: text.into() })?;
        running.completions.insert(sequence, answer);
        running.last_at = now;
        let (tenant, device) = (running.tenant, running.device);
        drop(sessions);
        self.tell_live(tenant, session, Some(device));
        Ok(answered)
    }

    /// Whether somebody may say something in a session: it is open, and theirs.
    fn speaks(&self, by: &Identity, session: LiveSessionId) -> Result<LiveLevel> {
        let record = self.store.live_session(by.tenant, session)?;
        let record = record.ok_or(Refusal::NoSuchSession)?;
        if record.opened_by != by.name {
            return Err(Refusal::NotYourSession.into());
        }
        if record.state == "closed" || !self.live.sessions.lock().contains_key(&session) {
            return Err(Refusal::SessionClosed.into());
        }
        Ok(record.level)
    }

    fn record_line(
        &self,
        by: &Identity,
        session: LiveSessionId,
        text: &str,
        (address, now): (&str, Timestamp),
        may: bool,
    ) -> Result<u64> {
        let target = format!("live session {session}");
        let mut audited = entry(by, address, now, "live.line", &target);
        audited.detail = text;
        audited.outcome = if may { "done" } else { "refused" };
        let content = json!({ "text": text, "by": by.name }).to_string();
        let line = NewLiveEntry { at: now, kind: "line", line: None, job: None, content: &content };
        let number = self.store.add_live_entry(by.tenant, session, line, Some(audited))?;
        if let Some(running) = self.live.sessions.lock().get_mut(&session) {
            running.last_at = now;
        }
        self.tell_live(by.tenant, session, None);
        Ok(number)
    }

    /// The line cannot be obeyed: the recording says why.
    fn fail_line(
        &self,
        by: &Identity,
        session: LiveSessionId,
        line: u64,
        why: &str,
        now: Timestamp,
    ) -> Result<()> {
        let (place, of) = ((by.tenant, session), (Some(line), None));
        self.record(place, "error", of, &json!({ "text": why }), now)?;
        let end = json!({ "ok": false, "millis": 0, "cut": false });
        self.record(place, "end", of, &end, now)?;
        Ok(())
    }

    fn hand_on(
        &self,
        session: LiveSessionId,
        number: u64,
        text: &str,
        needs: Needs,
        now: Timestamp,
    ) -> Result<()> {
        let mut sessions = self.live.sessions.lock();
        let running = sessions.get_mut(&session).ok_or(Refusal::SessionClosed)?;
        running.puts.extend(needs.file.as_ref().map(|file| file.transfer));
        let Needs { script, file } = needs;
        let line = LiveLine { text: text.into(), script, file };
        let sequence = running.push(LiveOrder::Line(line))?;
        running.lines.insert(sequence, (number, now));
        let (tenant, device) = (running.tenant, running.device);
        drop(sessions);
        self.tell_live(tenant, session, Some(device));
        Ok(())
    }

    /// The script that a line runs, and the file that it puts.
    fn needs_of(&self, by: &Identity, words: &[String]) -> Result<Needs> {
        let bad = |why: String| Refusal::BadOrder(why);
        let mut needs = Needs::default();
        match words {
            [run, name, ..] if run == "run" => {
                let script = self.store.live_script(by.tenant, name)?;
                let script = script.ok_or_else(|| bad(format!("there is no script `{name}`")))?;
                if script.approved_by.is_none() {
                    return Err(bad(format!("the script `{name}` is not approved")).into());
                }
                let (name, content) = (script.name.into(), script.content.into_bytes());
                needs.script = Some(LiveScript { name, content });
            }
            [put, name, ..] if put == "putfile" => {
                let found = self.transfer_named(by, name)?;
                let found = found.ok_or_else(|| {
                    bad(format!("no file `{name}` was brought to the server; bring it first"))
                })?;
                needs.file = Some(LiveFile {
                    transfer: found.id,
                    name: found.name.into(),
                    length: found.length,
                    sha256: found.sha256,
                });
            }
            _ => {}
        }
        Ok(needs)
    }

    /// The latest complete file to put with this name or id.
    fn transfer_named(&self, by: &Identity, name: &str) -> Result<Option<LiveTransferRecord>> {
        let puts = self.puts(by)?;
        Ok(puts.into_iter().find(|one| one.name == name || one.id.to_string() == name))
    }

    fn puts(&self, by: &Identity) -> Result<Vec<LiveTransferRecord>> {
        let direction = Some("put".to_owned());
        let filter = LiveTransferFilter { direction, ..LiveTransferFilter::default() };
        let page = Page { offset: 0, limit: Page::LARGEST };
        let mut puts = self.store.live_transfers(by.tenant, &filter, page)?.items;
        puts.retain(|one| one.complete_at.is_some());
        Ok(puts)
    }

    /// Completes what only the server knows: scripts, and files to put.
    fn complete_here(&self, by: &Identity, text: &str) -> Result<Option<LiveCompletions>> {
        let text_start = text.trim_start();
        let Some((command, rest)) = text_start.split_once(' ') else { return Ok(None) };
        let rest_start = rest.trim_start();
        if rest_start.contains(' ') {
            return Ok(None);
        }
        let names: Vec<(String, &str)> = match command {
            "run" => {
                let scripts = self.store.live_scripts(by.tenant)?.into_iter();
                let approved = scripts.filter(|script| script.approved_by.is_some());
                approved.map(|script| (script.name, "script")).collect()
            }
            "putfile" => self.puts(by)?.into_iter().map(|put| (put.name, "file")).collect(),
            _ => return Ok(None),
        };
        let fits = names.into_iter().filter(|(name, _)| name.starts_with(rest_start));
        let candidates = fits.map(|(name, what)| (name, what.to_owned()));
        Ok(Some(LiveCompletions {
            start: text.len() - rest_start.len(),
            candidates: candidates.take(LIVE_CANDIDATES_MAX).collect(),
        }))
    }
}
