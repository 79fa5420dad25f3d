//! Compiles the kernel programs with clang, or falls back on the object that is kept in the
//! repository together with the hash of the sources it was made from. `BARTIZAN_PREBUILT_EBPF=1`
//! takes the kept object even where a compiler is; `BARTIZAN_KEEP_EBPF=1` renews it.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

const SOURCES: [&str; 15] = [
    "sensor.bpf.c",
    "records.h",
    "kernel_types.h",
    "common.h",
    "process.h",
    "file.h",
    "network.h",
    "operation.h",
    "names.h",
    "calls.h",
    "memory.h",
    "system.h",
    "socket.h",
    "dns.h",
    "uring.h",
];
const COMPILERS: [&str; 8] =
    ["clang", "clang-14", "clang-15", "clang-16", "clang-17", "clang-18", "clang-19", "clang-20"];
const STRIPPERS: [&str; 4] = ["llvm-strip", "llvm-strip-14", "llvm-strip-16", "llvm-strip-19"];
const OLDEST_CLANG: u32 = 14;

fn main() -> io::Result<()> {
    let room = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("sensor.bpf.o");
    let sources = room.join("ebpf");
    for source in SOURCES {
        println!("cargo::rerun-if-changed=ebpf/{source}");
    }
    println!("cargo::rerun-if-changed=ebpf/sensor.bpf.o");
    println!("cargo::rerun-if-env-changed=BARTIZAN_PREBUILT_EBPF");
    println!("cargo::rerun-if-env-changed=BARTIZAN_KEEP_EBPF");

    let prebuilt_wanted = env::var_os("BARTIZAN_PREBUILT_EBPF").is_some();
    if !prebuilt_wanted && compile(&sources, &out) {
        return if env::var_os("BARTIZAN_KEEP_EBPF").is_some() {
            keep(&sources, &out)
        } else {
            Ok(())
        };
    }
    let recorded = fs::read_to_string(sources.join("sensor.bpf.o.sources"))?;
    if recorded.trim() != hash_of_sources(&sources)? {
        return Err(io::Error::other(
            "the kernel programs changed since ebpf/sensor.bpf.o was made, and no clang of \
             version 14 or later with the libbpf headers compiles them: install clang and libbpf-dev",
        ));
    }
    println!("cargo::warning=kernel programs not compiled here; using the kept ebpf/sensor.bpf.o");
    fs::copy(sources.join("sensor.bpf.o"), &out)?;
    Ok(())
}

/// True when one of the compilers made the object.
fn compile(sources: &Path, out: &Path) -> bool {
    let Some(clang) = COMPILERS.iter().find(|name| is_new_enough(name)) else { return false };
    let machine = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let (define, headers) = match machine.as_str() {
        "aarch64" => ("-D__TARGET_ARCH_arm64", "/usr/include/aarch64-linux-gnu"),
        _ => ("-D__TARGET_ARCH_x86", "/usr/include/x86_64-linux-gnu"),
    };
    let compiled = Command::new(clang)
        .args(["-g", "-O2", "-target", "bpf", "-mcpu=v3", "-Wall", "-Werror"])
        .args(["-Wno-unused-function", "-fdebug-prefix-map=/=", define, "-I", headers, "-c"])
        .arg("sensor.bpf.c")
        .arg("-o")
        .arg(out)
        .current_dir(sources)
        .status()
        .is_ok_and(|status| status.success());
    // The object also loads unstripped; the debug sections only make it bigger.
    if compiled {
        let _stripped = STRIPPERS.iter().any(|strip| {
            Command::new(strip).arg("-g").arg(out).status().is_ok_and(|status| status.success())
        });
    }
    compiled
}

/// Puts the object into the repository: after the programs changed, build once with
/// `BARTIZAN_KEEP_EBPF=1` and commit what it wrote.
fn keep(sources: &Path, object: &Path) -> io::Result<()> {
    fs::copy(object, sources.join("sensor.bpf.o"))?;
    fs::write(sources.join("sensor.bpf.o.sources"), hash_of_sources(sources)? + "\n")
}

fn is_new_enough(clang: &str) -> bool {
    Command::new(clang)
        .arg("-dumpversion")
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|version| version.split('.').next()?.trim().parse::<u32>().ok())
        .is_some_and(|major| major >= OLDEST_CLANG)
}

fn hash_of_sources(sources: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    for source in SOURCES {
        hash.update(fs::read(sources.join(source))?);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
