//! How far each stream was logged, for streams whose segments are deleted. A line each, then a CRC.

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::Path,
};

use bartizan_model::{DeviceId, StreamId};

use crate::{LogError, segment::sync_folder};

const NAME: &str = "high-water";
const NEW_NAME: &str = "high-water.new";

/// The highest number of each stream of each device.
pub(crate) type HighWater = HashMap<(DeviceId, StreamId), u64>;

/// What was known when segments were last deleted, and the position of the oldest record left.
pub(crate) fn load(folder: &Path) -> Result<(u64, HighWater), LogError> {
    let path = folder.join(NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((0, HighWater::new())),
        Err(error) => return Err(LogError::io("reading", path)(error)),
    };
    parse(&text).ok_or(LogError::Damaged {
        path,
        problem: "it does not say how far each stream was logged; without it events could count twice",
    })
}

/// Replaces what is known; durable when this returns.
pub(crate) fn save(folder: &Path, oldest: u64, known: &HighWater) -> Result<(), LogError> {
    let mut text = format!("{oldest}\n");
    for ((device, stream), through) in known {
        writeln!(text, "{device} {stream} {through}").unwrap_or_default();
    }
    let crc = crc32fast::hash(text.as_bytes());
    writeln!(text, "{crc:08x}").unwrap_or_default();
    let new = folder.join(NEW_NAME);
    let mut file = File::create(&new).map_err(LogError::io("making", &new))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&new, folder.join(NAME)))
        .map_err(LogError::io("writing", &new))?;
    sync_folder(folder)
}

fn parse(text: &str) -> Option<(u64, HighWater)> {
    let (content, crc) = text.strip_suffix('\n')?.rsplit_once('\n')?;
    let content = format!("{content}\n");
    if u32::from_str_radix(crc, 16).ok()? != crc32fast::hash(content.as_bytes()) {
        return None;
    }
    let mut lines = content.lines();
    let oldest = lines.next()?.parse().ok()?;
    let known = lines
        .map(|line| {
            let mut words = line.split(' ');
            let device = words.next()?.parse().ok()?;
            let stream = words.next()?.parse().ok()?;
            Some(((device, stream), words.next()?.parse().ok()?))
        })
        .collect::<Option<HighWater>>()?;
    Some((oldest, known))
}
