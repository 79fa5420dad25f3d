//! `support-bundle`: what helps to find out why a sensor does not work, in one file without secrets.
//!
//! Nothing of the identity's folder and no event goes in: keys, certificates and what people did stay here.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::Context as _;
use bartizan_inventory::Machine;
use serde_json::json;

use crate::{ask, doctor, enrolment::VERSION};

const LEVEL: i32 = 3;

/// Files of the system that say what kernel and service there is.
const FILES: [&str; 4] =
    ["/proc/version", "/etc/os-release", "/proc/sys/kernel/lockdown", "/sys/kernel/security/lsm"];

/// Writes the bundle.
pub(crate) fn write(data: &Path, to: &Path, as_json: bool) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(to);
    let file = file.with_context(|| format!("making {}", to.display()))?;
    let compressed = zstd::Encoder::new(file, LEVEL).context("beginning to compress")?;
    let mut archive = tar::Builder::new(compressed);
    let status = ask::status(data).unwrap_or_else(|error| json!({"error": format!("{error:#}")}));
    add(&mut archive, "status.json", &status.to_string())?;
    add(&mut archive, "doctor.json", &doctor::report(data).to_string())?;
    add(&mut archive, "machine.txt", &format!("{:#?}", Machine::default().facts(VERSION)))?;
    add(&mut archive, "files.txt", &sizes(data))?;
    for file in FILES {
        let text = fs::read_to_string(file).unwrap_or_default();
        add(&mut archive, file.trim_start_matches('/'), &text)?;
    }
    let compressed = archive.into_inner().context("ending the archive")?;
    compressed.finish().context("ending the bundle")?.sync_all().context("keeping the bundle")?;
    let mut out = std::io::stdout();
    if as_json {
        writeln!(out, "{}", json!({"file": to.display().to_string()})).context("saying so")
    } else {
        writeln!(out, "{} is written; it holds no key and no event", to.display())
            .context("saying so")
    }
}

fn add(
    archive: &mut tar::Builder<impl std::io::Write>,
    name: &str,
    text: &str,
) -> anyhow::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(u64::try_from(text.len()).unwrap_or(0));
    header.set_mode(0o600);
    header.set_cksum();
    let added = archive.append_data(&mut header, name, text.as_bytes());
    added.with_context(|| format!("adding {name}"))
}

/// Names and sizes in the sensor's folders, never what is in the files.
fn sizes(data: &Path) -> String {
    let mut text = String::new();
    for folder in [data.to_path_buf(), data.join("spool"), data.join("identity")] {
        for entry in fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok) {
            let size = entry.metadata().map_or(0, |about| about.len());
            text += &format!("{size:>12} {}\n", entry.path().display());
        }
    }
    text
}
