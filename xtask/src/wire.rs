//! Rust of the sensor–server protocol, derived from its `.proto` without `protoc`.

use std::path::Path;

use anyhow::Context as _;

const PROTOCOL: &str = "bartizan/v1/sensor.proto";

/// Writes `crates/wire/src/generated/` from `crates/wire/proto/`.
pub fn generate(root: &Path) -> anyhow::Result<()> {
    let wire = root.join("crates/wire");
    let out = wire.join("src/generated");
    let files = protox::compile([PROTOCOL], [wire.join("proto")])
        .with_context(|| format!("compiling {PROTOCOL}"))?;
    std::fs::create_dir_all(&out).with_context(|| format!("making {}", out.display()))?;
    tonic_prost_build::configure()
        .build_transport(false)
        .out_dir(&out)
        .compile_fds(files)
        .with_context(|| format!("writing {}", out.display()))
}
