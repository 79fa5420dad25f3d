//! Lines that change the machine are actions: the same policy, approval, ledger and undo as from a page. What becomes of them
//! stands in the recording too.

use std::time::Duration;

use bartizan_model::{
    ActionId, ActionStatus, FileTarget, Isolation, LiveSessionId, Order, TenantId, Timestamp,
};
use serde_json::json;

use crate::{Access, ActionRequest, Identity, Permission, Refusal, Result, UndoRequest};

/// How long a device is isolated when a line does not say.
const ISOLATION_HOURS: u64 = 24;

impl Access {
    /// Makes an action of a line.
    pub(super) fn live_action(
        &self,
        by: &Identity,
        session: LiveSessionId,
        line: u64,
        words: &[String],
        (address, now): (&str, Timestamp),
    ) -> Result<()> {
        if !by.may(Permission::Act) {
            return Err(Refusal::LiveLevel.into());
        }
        let sessions = self.live.sessions.lock();
        let running = sessions.get(&session).ok_or(Refusal::SessionClosed)?;
        let (device, incident) = (running.device, running.incident);
        let reason = format!("live session {session}: {}", running.reason);
        drop(sessions);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let action = if let ["undo", action] = words.as_slice() {
            let action = action.parse().map_err(|_no_id| Refusal::NoSuchAction)?;
            let undo = UndoRequest { devices: vec![device], reason, confirmed_devices: Some(1) };
            self.undo_action(by, action, &undo, address, now)?
        } else {
            let order = order(&words, now)?;
            let (devices, confirmed_devices) = (vec![device], Some(1));
            let request = ActionRequest { order, devices, reason, confirmed_devices, incident };
            self.request_action(by, &request, address, now)?
        };
        if let Some(running) = self.live.sessions.lock().get_mut(&session) {
            running.actions.insert(action, line);
        }
        // It may have been answered before this was known.
        self.live_hears_of(by.tenant, action, now)
    }

    /// An action changed: the session that it was asked for in says so.
    pub(crate) fn live_hears_of(
        &self,
        tenant: TenantId,
        action: ActionId,
        now: Timestamp,
    ) -> Result<()> {
        let mut found = None;
        for (session, running) in self.live.sessions.lock().iter() {
            if let Some(line) = running.actions.get(&action) {
                found = Some((*session, *line, running.device));
            }
        }
        let Some((session, line, device)) = found else { return Ok(()) };
        let Some(record) = self.store.action(tenant, action)? else { return Ok(()) };
        let page = bartizan_store::Page::default();
        let on = self.store.action_devices(tenant, action, None, page)?.items;
        let on = on.into_iter().find(|on| on.device == device);
        let status = on.as_ref().map_or(record.status, |on| on.status);
        let is_final = status.is_final();
        // Whoever takes it out says the end of it, once.
        if is_final
            && self
                .live
                .sessions
                .lock()
                .get_mut(&session)
                .is_none_or(|running| running.actions.remove(&action).is_none())
        {
            return Ok(());
        }
        let summary = on.and_then(|on| on.summary).unwrap_or(record.summary);
        let content = json!({
            "action": action.to_string(), "kind": record.kind.word(), "status": status.word(),
            "summary": summary,
        });
        let (place, of) = ((tenant, session), (Some(line), None));
        self.record(place, "action", of, &content, now)?;
        if is_final {
            let millis = u64::try_from(now.since(record.requested_at).as_millis()).unwrap_or(0);
            let ok = status == ActionStatus::Succeeded;
            let end = json!({ "ok": ok, "millis": millis, "cut": false });
            self.record(place, "end", of, &end, now)?;
        }
        Ok(())
    }
}

fn order(words: &[&str], now: Timestamp) -> Result<Order> {
    let isolate = |hours: u64| {
        let until = now.plus(Duration::from_secs(hours.saturating_mul(3_600)));
        Order::Isolate(Isolation { until, reason: "live response".into(), ..Isolation::default() })
    };
    Ok(match words {
        ["quarantine", path] => {
            Order::QuarantineFile(FileTarget { path: Some((*path).into()), sha256: None })
        }
        ["restore", item] => Order::RestoreFile { item: (*item).into() },
        ["release"] => Order::Release,
        ["isolate"] => isolate(ISOLATION_HOURS),
        ["isolate", "--hours", hours] => {
            let wrong = |_no_number| Refusal::BadOrder(format!("`{hours}` is no number of hours"));
            isolate(hours.parse().map_err(wrong)?)
        }
        _ => {
            let usage = words.first().and_then(|name| bartizan_model::live_command(name));
            let usage = usage.map_or("help", |command| command.usage);
            return Err(Refusal::BadOrder(format!("write it as `{usage}`")).into());
        }
    })
}
