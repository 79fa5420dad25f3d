//! Files in both directions, part by part. So many parts are under way at a time; where the line breaks, both sides find out
//! how much the other has, and go on from there.

use std::{
    collections::HashMap, fs::File, io::Read as _, os::unix::fs::FileExt as _, sync::Arc,
    time::Duration,
};

use bartizan_remediation::Arrival;
use bartizan_wire::{
    LIVE_PART_BYTES_MAX, LIVE_PARTS_UNDER_WAY, LiveFetch, LiveOffer, LivePart, LivePull,
    sensor_frame::Frame,
};
use parking_lot::{Condvar, Mutex};
use ring::digest::{Context as Hash, SHA256};
use serde_json::json;

use crate::{
    answer::{Answers, Doing as _, Ended, Outcome},
    command::{Context, Words},
    session::now,
};

/// Most files that are carried at the same time.
const TRANSFERS_MAX: usize = 16;
/// How long is waited before looking whether it was told to stop.
const LOOK: Duration = Duration::from_millis(200);
/// A part that has not come after this is asked for again.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes that are under way.
const UNDER_WAY: u64 = LIVE_PARTS_UNDER_WAY * LIVE_PART_BYTES_MAX as u64;

/// The files that are carried now.
#[derive(Debug, Default)]
pub(crate) struct Transfers(Mutex<HashMap<Vec<u8>, Arc<Transfer>>>);

/// What happens to a file that is carried.
#[derive(Debug, Default)]
struct Transfer {
    news: Mutex<News>,
    heard: Condvar,
}

#[derive(Debug, Default)]
struct News {
    /// A new line: both sides have to find out where they are.
    again: bool,
    fetch: Option<LiveFetch>,
    parts: Vec<LivePart>,
}

impl Transfers {
    /// A new line is open.
    pub(crate) fn begin_again(&self) {
        for transfer in self.0.lock().values() {
            transfer.tell(|news| {
                *news = News { again: true, ..News::default() };
            });
        }
    }

    pub(crate) fn fetch(&self, fetch: LiveFetch) {
        if let Some(transfer) = self.0.lock().get(&fetch.transfer_id) {
            transfer.tell(|news| {
                // To begin again from a place is not forgotten over what was said before or after.
                let again = news.fetch.as_ref().is_some_and(|before| before.again) || fetch.again;
                news.fetch = Some(LiveFetch { again, ..fetch });
            });
        }
    }

    pub(crate) fn part(&self, part: LivePart) {
        if let Some(transfer) = self.0.lock().get(&part.transfer_id) {
            transfer.tell(|news| {
                if news.parts.len() < 4 * usize::try_from(LIVE_PARTS_UNDER_WAY).unwrap_or(8) {
                    news.parts.push(part);
                }
            });
        }
    }

    fn begin(&self, id: &[u8]) -> Outcome<Arc<Transfer>> {
        let mut all = self.0.lock();
        if all.contains_key(id) {
            return Err(Ended::Failed("this file is being copied already".to_owned()));
        }
        if all.len() >= TRANSFERS_MAX {
            return Err(Ended::Failed("16 files are being copied: wait".to_owned()));
        }
        let transfer = Arc::<Transfer>::default();
        transfer.news.lock().again = true;
        all.insert(id.to_vec(), Arc::clone(&transfer));
        Ok(transfer)
    }

    fn end(&self, id: &[u8]) {
        self.0.lock().remove(id);
    }
}

impl Transfer {
    fn tell(&self, change: impl FnOnce(&mut News)) {
        change(&mut self.news.lock());
        self.heard.notify_all();
    }

    /// What happened, or nothing after a moment.
    fn wait(&self) -> News {
        let mut news = self.news.lock();
        if !news.again && news.fetch.is_none() && news.parts.is_empty() {
            self.heard.wait_for(&mut news, LOOK);
        }
        std::mem::take(&mut news)
    }
}

/// Copies a file to the server.
pub(crate) fn getfile(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let usage = || Ended::Failed("write it as `getfile PATH`".to_owned());
    let named = words.alone.first().ok_or_else(usage)?;
    let path = context.path(named)?;
    let file = File::open(&path).doing(format!("opening {named}"))?;
    let metadata = file.metadata().doing(format!("looking at {named}"))?;
    if !metadata.is_file() {
        return Err(Ended::Failed(format!("{named} is no plain file")));
    }
    // What is added while it is copied is left; so a log that grows can be copied too.
    let length = metadata.len();
    let sha256 = hash(&file, length, answers)?;
    let shown = context.shown(&path);
    let id = identity(context.shared.config.device.bytes(), &shown, length, &sha256);
    let transfer = context.shared.transfers.begin(&id)?;
    let offer = LiveOffer {
        session_id: context.session.id.bytes().to_vec(),
        sequence: context.sequence,
        transfer_id: id.clone(),
        path: shown,
        length,
        sha256,
    };
    let outcome = send(context, &transfer, (&file, &offer), answers);
    context.shared.transfers.end(&id);
    outcome
}

fn send(
    context: &Context<'_>,
    transfer: &Transfer,
    (file, offer): (&File, &LiveOffer),
    answers: &Answers,
) -> Outcome {
    let (mut through, mut sent) = (None, 0);
    loop {
        answers.goes_on()?;
        let news = transfer.wait();
        if news.again {
            through = None;
            context.shared.outgoing.push(Frame::LiveOffer(offer.clone()));
        }
        if let Some(fetch) = news.fetch {
            if !fetch.refused.is_empty() {
                return Err(Ended::Failed(fetch.refused));
            }
            if fetch.complete {
                return Ok(());
            }
            context.session.touch();
            if fetch.again || through.is_none() {
                sent = fetch.through;
            }
            through = Some(fetch.through);
        }
        let Some(through) = through else { continue };
        while sent < offer.length && sent < through + UNDER_WAY {
            let most = (offer.length - sent).min(LIVE_PART_BYTES_MAX as u64);
            let mut content = vec![0; usize::try_from(most).unwrap_or(0)];
            let read = file.read_at(&mut content, sent).doing("reading the file")?;
            if read == 0 {
                return Err(Ended::Failed(
                    "the file became shorter while it was copied".to_owned(),
                ));
            }
            content.truncate(read);
            let (transfer_id, offset) = (offer.transfer_id.clone(), sent);
            sent += read as u64;
            let part = LivePart { transfer_id, offset, content };
            context.shared.outgoing.push(Frame::LivePart(part));
        }
    }
}

/// Copies a file from the server.
pub(crate) fn putfile(context: &Context<'_>, words: &Words, answers: &mut Answers) -> Outcome {
    let [_, destination] = words.alone.as_slice() else {
        return Err(Ended::Failed(
            "write it as `putfile FILE DESTINATION [--overwrite]`".to_owned(),
        ));
    };
    let missing = || Ended::Failed("the server named no file with this line".to_owned());
    let file = context.line.file.as_ref().ok_or_else(missing)?;
    let mut path = context.path(destination)?;
    if path.is_dir() {
        path.push(file.name.as_ref());
    }
    let (id, what) = (file.transfer.bytes().to_vec(), (file.length, file.sha256));
    let name = file.transfer.to_string();
    let arrival = Arrival::begin(&path, &name, what, words.has("--overwrite"));
    let arrival = arrival.doing("putting the file")?;
    let transfer = context.shared.transfers.begin(&id)?;
    let arrived = receive(context, &transfer, arrival, answers);
    context.shared.transfers.end(&id);
    let path = arrived?.finish().doing("putting the file")?;
    let sha256: String = file.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    tracing::warn!(path = %path.display(), %sha256, "a live session put a file");
    answers.text(&format!(
        "{} is there: {} bytes, SHA-256 {sha256}",
        context.shown(&path),
        file.length
    ))
}

fn receive(
    context: &Context<'_>,
    transfer: &Transfer,
    mut arrival: Arrival,
    answers: &mut Answers,
) -> Outcome<Arrival> {
    let missing = || Ended::Failed("the server named no file with this line".to_owned());
    let file = context.line.file.as_ref().ok_or_else(missing)?;
    let (mut asked, mut told, mut since) = (0, 0, now());
    while arrival.through() < file.length {
        answers.goes_on()?;
        let news = transfer.wait();
        if !news.parts.is_empty() {
            since = now();
            context.session.touch();
        }
        for part in news.parts {
            arrival.part(part.offset, &part.content).doing("writing the file")?;
        }
        let through = arrival.through();
        let percent = through.saturating_mul(100).checked_div(file.length).unwrap_or(100);
        if percent >= told + 2 && through < file.length {
            told = percent;
            answers.say(
                "progress",
                &json!({
                    "transfer": file.transfer.to_string(), "name": &*file.name, "direction": "put",
                    "done": through, "total": file.length,
                }),
            )?;
        }
        let late = since.elapsed() > PATIENCE;
        if news.again || late || (through >= asked && through < file.length) {
            since = now();
            asked = through + UNDER_WAY;
            context.shared.outgoing.push(Frame::LivePull(LivePull {
                session_id: context.session.id.bytes().to_vec(),
                transfer_id: file.transfer.bytes().to_vec(),
                offset: through,
            }));
        }
    }
    Ok(arrival)
}

/// SHA-256 of the first bytes of a file.
fn hash(file: &File, length: u64, answers: &Answers) -> Outcome<Vec<u8>> {
    let (mut hash, mut buffer) = (Hash::new(&SHA256), vec![0; 1 << 20]);
    let mut reading = file.take(length);
    loop {
        answers.goes_on()?;
        let read = reading.read(&mut buffer).doing("reading the file")?;
        if read == 0 {
            return Ok(hash.finish().as_ref().to_vec());
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}

/// The same for the same content at the same place: so a copy that was broken off goes on where it was.
fn identity(device: [u8; 16], path: &str, length: u64, sha256: &[u8]) -> Vec<u8> {
    let mut hash = Hash::new(&SHA256);
    for part in
        [b"bartizan transfer 1\0".as_slice(), device.as_slice(), sha256, &length.to_be_bytes()]
    {
        hash.update(part);
    }
    hash.update(path.as_bytes());
    hash.finish().as_ref().iter().take(16).copied().collect()
}
