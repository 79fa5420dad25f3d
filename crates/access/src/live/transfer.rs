//! Files that live sessions carry: which may come, which may go, and how far they are. Their content is kept elsewhere.

use bartizan_model::{DeviceId, LiveSessionId, Timestamp, TransferId, hex};
use bartizan_store::{KnownDevice, LiveTransferRecord, NewAuditEntry};
use bartizan_wire::{LiveOffer, LivePull, session_from_wire, transfer_from_wire};
use serde_json::json;
use uuid::Uuid;

use crate::{Access, Identity, Refusal, Result, users::entry};

/// Most bytes of one file.
const FILE_BYTES_MAX: u64 = 64 << 30;
/// Progress stands in the recording each time so many hundredths are done.
const STEP: u64 = 2;

/// Whose progress a transfer's is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    session: LiveSessionId,
    line: Option<u64>,
    told: u64,
}

/// A file that somebody brings.
#[derive(Debug, Clone)]
pub struct NewTransfer {
    /// Its name.
    pub name: String,
    /// Its length.
    pub length: u64,
    /// SHA-256 of all of it.
    pub sha256: [u8; 32],
}

/// How much of a file is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// So many bytes.
    pub through: u64,
    /// All of them, and they are what they should be.
    pub complete: bool,
}

/// A part of a file that a device may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LivePart {
    /// Of which transfer.
    pub transfer: TransferId,
    /// From where on.
    pub offset: u64,
    /// How long the whole file is.
    pub length: u64,
}

impl Access {
    /// A device will send a file that a line asked for. Nothing when it was not asked, or is not that device's.
    pub fn live_offer(
        &self,
        known: &KnownDevice,
        offer: &LiveOffer,
        now: Timestamp,
    ) -> Result<Option<LiveTransferRecord>> {
        let (Ok(session), Ok(id)) =
            (session_from_wire(&offer.session_id), transfer_from_wire(&offer.transfer_id))
        else {
            return Ok(None);
        };
        let Ok(sha256) = <[u8; 32]>::try_from(offer.sha256.as_slice()) else { return Ok(None) };
        let (line, by) = {
            let sessions = self.live.sessions.lock();
            let Some(running) = sessions.get(&session) else { return Ok(None) };
            let line = running.lines.get(&offer.sequence).map(|(number, _)| *number);
            if running.device != known.device || line.is_none() || offer.length > FILE_BYTES_MAX {
                return Ok(None);
            }
            (line, running.by.clone())
        };
        let path: String = offer.path.chars().take(4_096).collect();
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let record = LiveTransferRecord {
            id,
            session: Some(session),
            device: Some(known.device),
            direction: "get".to_owned(),
            name,
            path: Some(path.clone()),
            length: offer.length,
            sha256,
            made_by: by.clone(),
            made_at: now,
            complete_at: None,
        };
        let before = self.store.live_transfer(known.tenant, id)?;
        if let Some(before) = &before
            && (before.device != record.device || before.sha256 != sha256)
        {
            return Ok(None);
        }
        let target = format!("live session {session}");
        let detail = format!("{path} of {}: {} bytes", known.name, offer.length);
        let audited = NewAuditEntry {
            at: now,
            actor: &by,
            address: "",
            action: "live.getfile",
            target: &target,
            outcome: "done",
            detail: &detail,
        };
        self.store.keep_live_transfer(known.tenant, &record, audited)?;
        self.live.progress.lock().insert(id, Progress { session, line, told: 0 });
        Ok(self.store.live_transfer(known.tenant, id)?)
    }

    /// So much of a device's file is here; the recording says so now and then, and when all of it is.
    pub fn live_received(
        &self,
        known: &KnownDevice,
        transfer: &LiveTransferRecord,
        received: Received,
        now: Timestamp,
    ) -> Result<()> {
        if received.complete {
            self.store.complete_live_transfer(known.tenant, transfer.id, now)?;
        }
        let percent = received.through.saturating_mul(100).checked_div(transfer.length);
        let percent = percent.unwrap_or(100);
        let mut all = self.live.progress.lock();
        let Some(progress) = all.get_mut(&transfer.id) else { return Ok(()) };
        if !received.complete && percent < progress.told + STEP {
            return Ok(());
        }
        progress.told = percent;
        let progress = *progress;
        if received.complete {
            all.remove(&transfer.id);
        }
        drop(all);
        if let Some(running) = self.live.sessions.lock().get_mut(&progress.session) {
            running.last_at = now;
        }
        let hash = hex(&transfer.sha256);
        let (kind, content) = if received.complete {
            let content = json!({
                "transfer": transfer.id.to_string(), "name": transfer.name, "direction": "get",
                "length": transfer.length, "sha256": hash,
            });
            ("transfer", content)
        } else {
            let content = json!({
                "transfer": transfer.id.to_string(), "name": transfer.name, "direction": "get",
                "done": received.through, "total": transfer.length,
            });
            ("progress", content)
        };
        let place = (known.tenant, progress.session);
        self.record(place, kind, (progress.line, None), &content, now)?;
        Ok(())
    }

    /// A file of this device that is on its way.
    pub fn live_transfer_of(
        &self,
        known: &KnownDevice,
        transfer: &[u8],
    ) -> Result<Option<LiveTransferRecord>> {
        let Ok(id) = transfer_from_wire(transfer) else { return Ok(None) };
        let found = self.store.live_transfer(known.tenant, id)?;
        Ok(found.filter(|found| found.device == Some(known.device) && found.direction == "get"))
    }

    /// A part that a device asks for, when a line told it to take that file.
    pub fn live_pull(&self, known: &KnownDevice, pull: &LivePull) -> Result<Option<LivePart>> {
        let (Ok(session), Ok(transfer)) =
            (session_from_wire(&pull.session_id), transfer_from_wire(&pull.transfer_id))
        else {
            return Ok(None);
        };
        let told = {
            let sessions = self.live.sessions.lock();
            sessions.get(&session).is_some_and(|running| {
                running.device == known.device && running.puts.contains(&transfer)
            })
        };
        let found = self.store.live_transfer(known.tenant, transfer)?;
        let found = found
            .filter(|found| told && found.complete_at.is_some() && pull.offset <= found.length);
        Ok(found.map(|found| LivePart { transfer, offset: pull.offset, length: found.length }))
    }

    /// Somebody brings a file that lines can put on devices.
    pub fn new_live_transfer(
        &self,
        by: &Identity,
        new: &NewTransfer,
        address: &str,
        now: Timestamp,
    ) -> Result<LiveTransferRecord> {
        let fits = !new.name.is_empty()
            && new.name.len() <= 200
            && !new.name.starts_with('.')
            && new.name.chars().all(|c| c.is_alphanumeric() || "._-+@".contains(c));
        if !fits {
            let why = "a file's name has 1 to 200 letters, digits and . _ - + @".to_owned();
            return Err(Refusal::BadOrder(why).into());
        }
        if new.length > FILE_BYTES_MAX {
            return Err(Refusal::BadOrder("a file has at most 64 GiB".to_owned()).into());
        }
        let record = LiveTransferRecord {
            id: TransferId::from_uuid(Uuid::new_v4()),
            session: None,
            device: None::<DeviceId>,
            direction: "put".to_owned(),
            name: new.name.clone(),
            path: None,
            length: new.length,
            sha256: new.sha256,
            made_by: by.name.clone(),
            made_at: now,
            complete_at: None,
        };
        let target = format!("file {}", record.name);
        let detail = format!("{} bytes as {}", record.length, record.id);
        let mut audited = entry(by, address, now, "live.bring", &target);
        audited.detail = &detail;
        self.store.keep_live_transfer(by.tenant, &record, audited)?;
        Ok(record)
    }

    /// Forgets a file.
    pub fn remove_live_transfer(
        &self,
        by: &Identity,
        transfer: TransferId,
        address: &str,
        now: Timestamp,
    ) -> Result<()> {
        let known = self.store.live_transfer(by.tenant, transfer)?;
        let known = known.ok_or(Refusal::NoSuchTransfer)?;
        let target = format!("file {}", known.name);
        let audited = entry(by, address, now, "live.remove_file", &target);
        self.store.remove_live_transfer(by.tenant, transfer, audited)?;
        self.live.progress.lock().remove(&transfer);
        Ok(())
    }
}
