//! Compiles the kernel programs with clang, or falls back on the objects that are kept in the repository together
//! with the hash of the sources they were made from. `BARTIZAN_PREBUILT_EBPF=1` takes the kept objects even where a
//! compiler is; `BARTIZAN_KEEP_EBPF=1` renews them.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

const OBJECTS: [&str; 2] = ["isolate", "trap"];
const HEADER: &str = "kernel_types.h";
const COMPILERS: [&str; 8] =
    ["clang", "clang-14", "clang-15", "clang-16", "clang-17", "clang-18", "clang-19", "clang-20"];
const STRIPPERS: [&str; 4] = ["llvm-strip", "llvm-strip-14", "llvm-strip-16", "llvm-strip-19"];
const OLDEST_CLANG: u32 = 14;

fn main() -> io::Result<()> {
    let room = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let sources = room.join("ebpf");
    println!("cargo::rerun-if-changed=ebpf");
    println!("cargo::rerun-if-env-changed=BARTIZAN_PREBUILT_EBPF");
    println!("cargo::rerun-if-env-changed=BARTIZAN_KEEP_EBPF");
    let clang = COMPILERS.iter().find(|name| is_new_enough(name));
    let clang = clang.filter(|_| env::var_os("BARTIZAN_PREBUILT_EBPF").is_none());
    for name in OBJECTS {
        let object = out.join(format!("{name}.bpf.o"));
        let kept = sources.join(format!("{name}.bpf.o"));
        let record = sources.join(format!("{name}.bpf.o.sources"));
        let hash = hash_of_sources(&sources, name)?;
        if clang.is_some_and(|clang| compile(clang, &sources, name, &object)) {
            if env::var_os("BARTIZAN_KEEP_EBPF").is_some() {
                fs::copy(&object, &kept)?;
                fs::write(&record, hash + "\n")?;
            }
            continue;
        }
        if fs::read_to_string(&record)?.trim() != hash {
            return Err(io::Error::other(format!(
                "ebpf/{name}.bpf.c changed since ebpf/{name}.bpf.o was made, and no clang of version 14 or \
                 later with the libbpf headers compiles it: install clang and libbpf-dev",
            )));
        }
        println!(
            "cargo::warning=kernel program not compiled here; using the kept ebpf/{name}.bpf.o"
        );
        fs::copy(&kept, &object)?;
    }
    Ok(())
}

/// True when the compiler made the object.
fn compile(clang: &str, sources: &Path, name: &str, object: &Path) -> bool {
    let machine = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let (define, headers) = match machine.as_str() {
        "aarch64" => ("-D__TARGET_ARCH_arm64", "/usr/include/aarch64-linux-gnu"),
        _ => ("-D__TARGET_ARCH_x86", "/usr/include/x86_64-linux-gnu"),
    };
    let compiled = Command::new(clang)
        .args(["-g", "-O2", "-target", "bpf", "-mcpu=v3", "-Wall", "-Werror"])
        .args(["-Wno-unused-function", "-fdebug-prefix-map=/=", define, "-I", headers, "-c"])
        .arg(format!("{name}.bpf.c"))
        .arg("-o")
        .arg(object)
        .current_dir(sources)
        .status()
        .is_ok_and(|status| status.success());
    if compiled {
        // The object also loads unstripped; the debug sections only make it bigger.
        let _stripped = STRIPPERS.iter().any(|strip| {
            Command::new(strip).arg("-g").arg(object).status().is_ok_and(|status| status.success())
        });
    }
    compiled
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

fn hash_of_sources(sources: &Path, name: &str) -> io::Result<String> {
    let mut hash = Sha256::new();
    for source in [HEADER.to_owned(), format!("{name}.bpf.c")] {
        hash.update(fs::read(sources.join(source))?);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
