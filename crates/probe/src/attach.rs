//! Loads and attaches each program of the plan and notes how it went.

use std::{fs::File, io};

use aya::{
    Btf, Ebpf,
    programs::{CgroupAttachMode, Program, ProgramError},
};

use crate::{
    cgroup,
    error::{ProbeError, in_words},
    plan::{Hook, PLANS, Part, Plan, ProgramHealth, ProgramState},
    probe::ProbeConfig,
    tracefs::with_tracefs,
};

/// How often a program is handed to the kernel while signals interrupt it.
const LOAD_TRIES: u32 = 10;

/// Attaches everything that the configuration wants. Only a missing process program is an error.
pub(crate) fn attach_all(
    ebpf: &mut Ebpf,
    btf: &Btf,
    config: &ProbeConfig,
) -> Result<Vec<ProgramHealth>, ProbeError> {
    let mut health = Vec::with_capacity(PLANS.len());
    for plan in PLANS.iter().filter(|plan| !is_syscalls(plan)) {
        let state =
            if wanted(plan, config) { outcome(attach(ebpf, btf, plan)) } else { ProgramState::Off };
        if let (Part::Processes, ProgramState::Failed { reason }) = (plan.part, &state) {
            let (program, purpose, reason) = (plan.program, plan.purpose, reason.clone());
            return Err(ProbeError::Required { program, purpose, reason });
        }
        health.push(named(plan, state));
    }
    health.extend(attach_syscalls(ebpf, btf, config));
    Ok(health)
}

fn attach_syscalls(ebpf: &mut Ebpf, btf: &Btf, config: &ProbeConfig) -> Vec<ProgramHealth> {
    let plans = || PLANS.iter().filter(|plan| is_syscalls(plan));
    if !config.files {
        return plans().map(|plan| named(plan, ProgramState::Off)).collect();
    }
    let attached = with_tracefs(|| {
        plans().map(|plan| named(plan, outcome(attach(ebpf, btf, plan)))).collect::<Vec<_>>()
    });
    attached.unwrap_or_else(|error| {
        let reason = format!("tracefs is not mounted and could not be: {error}");
        plans().map(|plan| named(plan, ProgramState::Failed { reason: reason.clone() })).collect()
    })
}

/// The places a program runs at, and those that do not exist here.
struct Places {
    at: Vec<String>,
    missing: Vec<String>,
}

fn attach(ebpf: &mut Ebpf, btf: &Btf, plan: &Plan) -> Result<Places, ProgramError> {
    let program = ebpf
        .program_mut(plan.program)
        .ok_or_else(|| io::Error::other("the object has no such program; this build is broken"))?;
    match (program, plan.hook) {
        (Program::BtfTracePoint(program), Hook::Typed(at)) => {
            loaded(|| program.load(at, btf))?;
            program.attach()?;
            Ok(Places { at: vec![at.to_owned()], missing: Vec::new() })
        }
        (Program::CgroupSockAddr(program), Hook::CgroupRoot) => {
            let root = cgroup::unified_root()?;
            loaded(|| program.load())?;
            // Links always stand beside others; the kernel refuses to be told so.
            program.attach(File::open(&root)?, CgroupAttachMode::Single)?;
            Ok(Places { at: vec![root.display().to_string()], missing: Vec::new() })
        }
        (Program::TracePoint(program), Hook::Syscalls(names)) => {
            loaded(|| program.load())?;
            let mut places = Places { at: Vec::new(), missing: Vec::new() };
            for name in names {
                match program.attach("syscalls", name) {
                    Ok(_link) => places.at.push((*name).to_owned()),
                    Err(error) => places.missing.push(format!("{name}: {}", in_words(&error))),
                }
            }
            if places.at.is_empty() {
                return Err(io::Error::other(places.missing.join("; ")).into());
            }
            Ok(places)
        }
        _ => Err(io::Error::other("the program is of another type than planned").into()),
    }
}

/// The verifier gives up when a signal arrives, and says to try again.
fn loaded(mut load: impl FnMut() -> Result<(), ProgramError>) -> Result<(), ProgramError> {
    for _ in 1..LOAD_TRIES {
        match load() {
            Err(ProgramError::LoadError { io_error, .. })
                if io_error.kind() == io::ErrorKind::WouldBlock => {}
            outcome => return outcome,
        }
    }
    load()
}

fn outcome(attached: Result<Places, ProgramError>) -> ProgramState {
    match attached {
        Ok(Places { at, missing }) => ProgramState::Attached { at, missing },
        Err(error) => ProgramState::Failed { reason: in_words(&error) },
    }
}

fn named(plan: &Plan, state: ProgramState) -> ProgramHealth {
    if let ProgramState::Failed { reason } = &state {
        tracing::warn!(program = plan.program, reason, "kernel program does not run");
    }
    ProgramHealth { program: plan.program, purpose: plan.purpose, state }
}

fn wanted(plan: &Plan, config: &ProbeConfig) -> bool {
    match plan.part {
        Part::Processes => true,
        Part::Files => config.files,
        Part::Network => config.network,
    }
}

fn is_syscalls(plan: &Plan) -> bool {
    matches!(plan.hook, Hook::Syscalls(_))
}
