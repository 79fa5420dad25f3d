//! The protocol's messages as Rust. Compiled here with a pure Rust compiler and committed, so that building
//! Bartizan needs no protobuf compiler.

use std::{fs, path::Path};

use anyhow::Context as _;

use super::Derived;

/// The protocol, below `crates/wire/proto`.
const PROTOCOL: &str = "bartizan/v1/sensor.proto";

/// The generated Rust of the protocol.
pub(super) fn derive(root: &Path) -> anyhow::Result<Vec<Derived>> {
    let wire = root.join("crates/wire");
    let files = protox::compile([PROTOCOL], [wire.join("proto")])
        .with_context(|| format!("compiling {PROTOCOL}"))?;
    let folder = tempfile::tempdir().context("making a folder for the generated protocol")?;
    tonic_prost_build::configure()
        .build_transport(false)
        .out_dir(folder.path())
        .compile_fds(files)
        .with_context(|| format!("generating {PROTOCOL}"))?;
    let mut derived = Vec::new();
    for entry in fs::read_dir(folder.path()).context("listing the generated protocol")? {
        let path = entry?.path();
        let name = path.file_name().context("a generated file has no name")?;
        derived.push(Derived {
            path: Path::new("crates/wire/src/generated").join(name),
            text: fs::read_to_string(&path)
                .with_context(|| format!("reading {}", path.display()))?,
        });
    }
    Ok(derived)
}
