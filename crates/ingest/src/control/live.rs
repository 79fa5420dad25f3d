//! Live sessions on the control stream: signed messages down, answers up, and files in both directions, part by part.
//!
//! Who may say what is decided elsewhere. A file that comes is complete only when its hash is right, and goes on where the line
//! broke.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
};

use bartizan_access::Received;
use bartizan_model::TransferId;
use bartizan_store::{KnownDevice, LiveTransferRecord};
use bartizan_wire::{
    LIVE_PART_BYTES_MAX, LIVE_PARTS_UNDER_WAY, LiveAnswer, LiveEnded, LiveFetch, LiveOffer,
    LivePart, LivePull, LiveState, WireError, sensor_frame::Frame as FromSensor,
    server_frame::Frame as ToSensor, session_from_wire,
};
use tonic::Status;

use super::{
    ControlStream, Uploads,
    upload::{hash, remove, size},
};
use crate::{Ingest, IngestError, clock, serve::blocking};

/// A part is made durable each time so many bytes have come.
const FLUSH: u64 = 16 << 20;

impl ControlStream {
    /// Sends what waits for the live sessions of the device.
    pub(super) async fn send_live(&mut self) -> Result<(), Status> {
        if !self.welcomed {
            return Ok(());
        }
        let messages = self.ingest.access.live_messages(&self.known, &mut self.live, clock::now());
        for message in messages {
            self.say(ToSensor::Live(message)).await?;
        }
        Ok(())
    }

    /// Takes a frame of a live session.
    pub(super) async fn take_live(&mut self, frame: FromSensor) -> Result<(), Status> {
        match frame {
            FromSensor::LiveState(state) => self.live_state(&state).await,
            FromSensor::LiveAnswer(answer) => self.live_answer(answer).await,
            FromSensor::LiveCompletion(completion) => {
                self.ingest.access.live_completion(&self.known, completion);
                Ok(())
            }
            FromSensor::LiveEnded(ended) => self.live_ended(ended).await,
            FromSensor::LiveOffer(offer) => self.live_offer(offer).await,
            FromSensor::LivePart(part) => self.live_part(part).await,
            FromSensor::LivePull(pull) => self.live_pull(pull).await,
            _ => Ok(()),
        }
    }

    async fn live_state(&mut self, state: &LiveState) -> Result<(), Status> {
        let access = &self.ingest.access;
        let close = access.live_state(&self.known, state, &mut self.live, clock::now());
        let close = close.map_err(|error| unkept(&error))?;
        for message in close {
            self.say(ToSensor::Live(message)).await?;
        }
        self.send_live().await
    }

    async fn live_answer(&self, answer: LiveAnswer) -> Result<(), Status> {
        let known = self.known.clone();
        let kept = blocking(&self.ingest, move |ingest| {
            Ok(ingest.access.live_answer(&known, &answer, clock::now())?)
        })
        .await?;
        match kept {
            Some(kept) => self.say(ToSensor::LiveKept(kept)).await,
            None => Ok(()),
        }
    }

    async fn live_ended(&mut self, ended: LiveEnded) -> Result<(), Status> {
        let Ok(session) = session_from_wire(&ended.session_id) else { return Ok(()) };
        self.live.forget(session);
        let known = self.known.clone();
        blocking(&self.ingest, move |ingest| {
            Ok(ingest.access.live_ended(&known, session, &ended.reason, clock::now())?)
        })
        .await
    }

    async fn live_offer(&self, offer: LiveOffer) -> Result<(), Status> {
        let (known, transfer_id) = (self.known.clone(), offer.transfer_id.clone());
        let fetch =
            blocking(&self.ingest, move |ingest| ingest.live_offered(&known, &offer)).await?;
        let fetch = fetch.unwrap_or_else(|| LiveFetch {
            transfer_id,
            refused: "nobody asked for this file".to_owned(),
            ..LiveFetch::default()
        });
        self.say(ToSensor::LiveFetch(fetch)).await
    }

    async fn live_part(&self, part: LivePart) -> Result<(), Status> {
        let known = self.known.clone();
        let fetch = blocking(&self.ingest, move |ingest| ingest.live_part(&known, &part)).await?;
        match fetch {
            Some(fetch) => self.say(ToSensor::LiveFetch(fetch)).await,
            None => Ok(()),
        }
    }

    /// Sends the parts of a file that a device has no answer to yet.
    async fn live_pull(&self, pull: LivePull) -> Result<(), Status> {
        let access = &self.ingest.access;
        let Some(part) = access.live_pull(&self.known, &pull).map_err(|error| unkept(&error))?
        else {
            return Ok(());
        };
        let path = self.ingest.uploads.live(part.transfer);
        let mut offset = part.offset;
        for _ in 0..LIVE_PARTS_UNDER_WAY {
            let path = path.clone();
            let content =
                blocking(&self.ingest, move |_| read(&path, offset).map_err(IngestError::Upload))
                    .await?;
            if content.is_empty() {
                return Ok(());
            }
            let transfer_id = pull.transfer_id.clone();
            let length = content.len() as u64;
            self.say(ToSensor::LivePart(LivePart { transfer_id, offset, content })).await?;
            offset += length;
        }
        Ok(())
    }
}

impl Uploads {
    /// Where a live session's file is.
    pub(crate) fn live(&self, transfer: TransferId) -> PathBuf {
        self.0.join(format!("live-{transfer}"))
    }
}

impl Ingest {
    /// Where a live session's file is.
    #[must_use]
    pub fn live_path(&self, transfer: TransferId) -> PathBuf {
        self.uploads.live(transfer)
    }

    fn live_offered(
        &self,
        known: &KnownDevice,
        offer: &LiveOffer,
    ) -> Result<Option<LiveFetch>, IngestError> {
        let Some(record) = self.access.live_offer(known, offer, clock::now())? else {
            return Ok(None);
        };
        let path = self.uploads.live(record.id);
        let mut through = size(&path).map_err(IngestError::Upload)?;
        if through > record.length {
            remove(&path).map_err(IngestError::Upload)?;
            through = 0;
        }
        if through == record.length {
            return self.live_finish(known, &record).map(Some);
        }
        Ok(Some(fetch(record.id, through, true)))
    }

    fn live_part(
        &self,
        known: &KnownDevice,
        part: &LivePart,
    ) -> Result<Option<LiveFetch>, IngestError> {
        if part.content.len() > LIVE_PART_BYTES_MAX {
            let (found, limit) = (part.content.len() as u64, LIVE_PART_BYTES_MAX as u64);
            let error = WireError::TooMuch { what: "bytes of a part", found, limit };
            return Err(IngestError::Wire(error));
        }
        let record = self.access.live_transfer_of(known, &part.transfer_id)?;
        let Some(record) = record.filter(|record| record.complete_at.is_none()) else {
            return Ok(None);
        };
        let path = self.uploads.live(record.id);
        let through = size(&path).map_err(IngestError::Upload)?;
        if part.offset < through {
            // It came before; what comes next is under way.
            return Ok(None);
        }
        if part.offset > through {
            return Ok(Some(fetch(record.id, through, true)));
        }
        let room = usize::try_from(record.length.saturating_sub(through)).unwrap_or(usize::MAX);
        let content = part.content.get(..part.content.len().min(room)).unwrap_or_default();
        append(&path, content, through).map_err(IngestError::Upload)?;
        let through = through + content.len() as u64;
        if through == record.length {
            return self.live_finish(known, &record).map(Some);
        }
        let received = Received { through, complete: false };
        self.access.live_received(known, &record, received, clock::now())?;
        Ok(Some(fetch(record.id, through, false)))
    }

    /// All of a file is here: it is kept if it is what was offered.
    fn live_finish(
        &self,
        known: &KnownDevice,
        record: &LiveTransferRecord,
    ) -> Result<LiveFetch, IngestError> {
        let path = self.uploads.live(record.id);
        // An empty file is a file too.
        append(&path, &[], 0).map_err(IngestError::Upload)?;
        if hash(&path).map_err(IngestError::Upload)? != record.sha256 {
            remove(&path).map_err(IngestError::Upload)?;
            let refused = "the file was changed while it was copied: ask for it again".to_owned();
            return Ok(LiveFetch { refused, ..fetch(record.id, 0, false) });
        }
        let received = Received { through: record.length, complete: true };
        self.access.live_received(known, record, received, clock::now())?;
        Ok(LiveFetch { complete: true, ..fetch(record.id, record.length, false) })
    }
}

fn fetch(transfer: TransferId, through: u64, again: bool) -> LiveFetch {
    let transfer_id = transfer.bytes().to_vec();
    LiveFetch { transfer_id, through, again, ..LiveFetch::default() }
}

fn append(path: &PathBuf, content: &[u8], through: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    let flush = through / FLUSH != (through + content.len() as u64) / FLUSH;
    if flush { file.sync_data() } else { Ok(()) }
}

fn read(path: &PathBuf, offset: u64) -> io::Result<Vec<u8>> {
    if !fs::exists(path)? {
        return Ok(Vec::new());
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut content = Vec::new();
    file.take(LIVE_PART_BYTES_MAX as u64).read_to_end(&mut content)?;
    Ok(content)
}

fn unkept(error: &bartizan_access::AccessError) -> Status {
    tracing::error!(%error, "keeping what a live session says");
    Status::unavailable("the server cannot keep what a live session says at the moment")
}
