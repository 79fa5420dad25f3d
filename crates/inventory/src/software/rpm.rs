//! The database of rpm: a table of headers, each a package.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{PACKAGES_MAX, package};
use crate::thing::Thing;

const PLACES: [&str; 2] = ["usr/lib/sysimage/rpm/rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite"];

/// Tags of a header, and the types of values that we read.
const NAME: u32 = 1_000;
const VERSION: u32 = 1_001;
const RELEASE: u32 = 1_002;
const EPOCH: u32 = 1_003;
const VENDOR: u32 = 1_011;
const ARCHITECTURE: u32 = 1_022;
const INT32: u32 = 4;
const STRING: u32 = 6;

/// Most tags of a header; rpm itself allows no more.
const TAGS_MAX: usize = 65_535;

/// The packages of the first database there is. One that cannot be read has none.
pub(crate) fn packages(root: &Path) -> Vec<Thing> {
    let there = PLACES.iter().map(|place| root.join(place)).find(|path| path.is_file());
    there.and_then(|path| read(&path).ok()).unwrap_or_default()
}

fn read(path: &Path) -> rusqlite::Result<Vec<Thing>> {
    // Nothing is written beside the database, not even a lock.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let database =
        Connection::open_with_flags(format!("file:{}?immutable=1", path.display()), flags)?;
    let mut headers = database.prepare("SELECT blob FROM Packages")?;
    let mut rows = headers.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(row.get_ref(0)?.as_blob().ok().and_then(header));
        if found.len() >= PACKAGES_MAX {
            break;
        }
    }
    Ok(found)
}

/// The package that a header describes: counts, an index of tags, and the values that it points into.
pub(crate) fn header(bytes: &[u8]) -> Option<Thing> {
    let tags = usize::try_from(number(bytes, 0)?).ok().filter(|tags| *tags <= TAGS_MAX)?;
    let index = bytes.get(8..)?.get(..tags.checked_mul(16)?)?;
    let values = bytes.get(8 + index.len()..)?;
    let find = |wanted: u32, kind: u32| {
        let mut entries = index.chunks_exact(16);
        let entry = entries
            .find(|entry| number(entry, 0) == Some(wanted) && number(entry, 4) == Some(kind))?;
        values.get(usize::try_from(number(entry, 8)?).ok()?..)
    };
    let text = |tag| {
        let value = find(tag, STRING)?;
        let end = value.iter().position(|byte| *byte == 0)?;
        Some(String::from_utf8_lossy(value.get(..end)?).into_owned())
    };
    let name = text(NAME)?;
    let (version, release) = (text(VERSION)?, text(RELEASE).unwrap_or_default());
    let epoch = find(EPOCH, INT32).and_then(|value| number(value, 0));
    let epoch = epoch.filter(|epoch| *epoch > 0).map(|epoch| format!("{epoch}:"));
    let version = format!("{}{version}-{release}", epoch.unwrap_or_default());
    let (architecture, vendor) = (text(ARCHITECTURE), text(VENDOR));
    // Keys of trust are kept as packages and are none.
    (name != "gpg-pubkey").then(|| {
        let (architecture, vendor) = (architecture.unwrap_or_default(), vendor.unwrap_or_default());
        package("rpm", &name, &version, &architecture, &vendor)
    })
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes))
}
