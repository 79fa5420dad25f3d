//! Loads and attaches each program of the plan and notes how it went.

use std::{fs::File, io};

use aya::{
    Btf, Ebpf,
    programs::{
        BtfTracePoint, CgroupAttachMode, CgroupSkbAttachType, Program, ProgramError, TracePoint,
        trace_point::TracePointLink,
    },
};

use crate::{
    cgroup,
    error::{ProbeError, in_words},
    mounts::with_tracefs,
    plan::{Hook, PLANS, Part, Place, Plan, ProgramHealth, ProgramState},
    probe::ProbeConfig,
};

/// How often a program is handed to the kernel while signals interrupt it.
const LOAD_TRIES: u32 = 40;

/// What is attached: how that went, and the links to classic tracepoints. The other links stay with
/// their programs.
pub(crate) struct Attached {
    pub(crate) health: Vec<ProgramHealth>,
    pub(crate) calls: Vec<TracePointLink>,
}

/// Attaches everything that the configuration wants. Only a missing process program is an error.
pub(crate) fn attach_all(
    ebpf: &mut Ebpf,
    btf: &Btf,
    config: &ProbeConfig,
) -> Result<Attached, ProbeError> {
    let mut health: Vec<ProgramHealth> = Vec::with_capacity(PLANS.len());
    let mut calls = Vec::new();
    for plan in PLANS.iter().filter(|plan| !is_syscalls(plan)) {
        let state = if !wanted(plan, config) {
            ProgramState::Off
        } else if is_served(plan, &health) {
            ProgramState::NothingHere
        } else {
            outcome(attach(ebpf, btf, plan, &mut calls))
        };
        if let (Part::Processes, ProgramState::Failed { reason }) = (plan.part, &state) {
            let (program, purpose, reason) = (plan.program, plan.purpose, reason.clone());
            return Err(ProbeError::Required { program, purpose, reason });
        }
        health.push(named(plan, state));
    }
    health.extend(attach_syscalls(ebpf, btf, config, &mut calls));
    Ok(Attached { health, calls })
}

/// Two programs for the same purpose are two forms of one: the first that fits is enough.
fn is_served(plan: &Plan, health: &[ProgramHealth]) -> bool {
    health.iter().any(|other| {
        other.purpose == plan.purpose && matches!(other.state, ProgramState::Attached { .. })
    })
}

fn attach_syscalls(
    ebpf: &mut Ebpf,
    btf: &Btf,
    config: &ProbeConfig,
    calls: &mut Vec<TracePointLink>,
) -> Vec<ProgramHealth> {
    let plans = || PLANS.iter().filter(|plan| is_syscalls(plan));
    if !config.files && !config.network && !config.operations {
        return plans().map(|plan| named(plan, ProgramState::Off)).collect();
    }
    let attached = with_tracefs(|| {
        let mut state = |plan: &Plan| match wanted(plan, config) {
            true => outcome(attach(ebpf, btf, plan, calls)),
            false => ProgramState::Off,
        };
        plans().map(|plan| named(plan, state(plan))).collect::<Vec<_>>()
    });
    attached.unwrap_or_else(|error| {
        let reason = format!("tracefs is not mounted and could not be: {error}");
        plans().map(|plan| named(plan, ProgramState::Failed { reason: reason.clone() })).collect()
    })
}

/// The places a program runs at, and those that do not exist here.
#[derive(Debug, Default)]
struct Places {
    at: Vec<String>,
    missing: Vec<String>,
}

fn attach(
    ebpf: &mut Ebpf,
    btf: &Btf,
    plan: &Plan,
    calls: &mut Vec<TracePointLink>,
) -> Result<Places, ProgramError> {
    let program = ebpf
        .program_mut(plan.program)
        .ok_or_else(|| io::Error::other("the object has no such program; this build is broken"))?;
    match (program, plan.hook) {
        (Program::BtfTracePoint(program), Hook::Typed(names)) => attach_typed(program, btf, names),
        (Program::CgroupSockAddr(program), Hook::CgroupRoot) => {
            let root = cgroup::unified_root()?;
            loaded(|| program.load())?;
            // Links always stand beside others; the kernel refuses to be told so.
            program.attach(File::open(&root)?, CgroupAttachMode::Single)?;
            Ok(Places { at: vec![root.display().to_string()], missing: Vec::new() })
        }
        (Program::CgroupSkb(program), Hook::CgroupRoot) => {
            let root = cgroup::unified_root()?;
            loaded(|| program.load())?;
            let side = program.expected_attach_type();
            let side = side.unwrap_or(CgroupSkbAttachType::Egress);
            program.attach(File::open(&root)?, side, CgroupAttachMode::Single)?;
            Ok(Places { at: vec![root.display().to_string()], missing: Vec::new() })
        }
        (Program::TracePoint(program), Hook::Syscalls(names)) => {
            attach_calls(program, names, calls)
        }
        _ => Err(io::Error::other("the program is of another type than planned").into()),
    }
}

/// Under the first name that the kernel knows and the program fits. What a kernel may lack is no failure.
fn attach_typed(
    program: &mut BtfTracePoint,
    btf: &Btf,
    names: &[&str],
) -> Result<Places, ProgramError> {
    let mut refused = None;
    for place in names.iter().map(|name| Place::of_tracepoint(name)) {
        match loaded(|| program.load(&place.name, btf)) {
            Ok(()) => {
                program.attach()?;
                return Ok(Places { at: vec![place.name], missing: Vec::new() });
            }
            Err(error) if place.optional => {
                tracing::debug!(place = place.name, reason = in_words(&error), "not here");
            }
            Err(error) => refused = Some(error),
        }
    }
    refused.map_or_else(|| Ok(Places::default()), Err)
}

fn attach_calls(
    program: &mut TracePoint,
    names: &[&str],
    calls: &mut Vec<TracePointLink>,
) -> Result<Places, ProgramError> {
    let mut places = Places::default();
    let wanted: Vec<Place> = names.iter().map(|name| Place::of_call(name)).collect();
    loaded(|| program.load())?;
    for place in &wanted {
        match program.attach("syscalls", &place.name) {
            Ok(link) => {
                calls.push(program.take_link(link)?);
                places.at.push(place.name.clone());
            }
            Err(_absent) if place.optional => {}
            Err(error) => places.missing.push(format!("{}: {}", place.name, in_words(&error))),
        }
    }
    if places.at.is_empty() && !places.missing.is_empty() {
        return Err(io::Error::other(places.missing.join("; ")).into());
    }
    Ok(places)
}

/// The verifier gives up when a signal arrives, and says to try again.
fn loaded(mut load: impl FnMut() -> Result<(), ProgramError>) -> Result<(), ProgramError> {
    for _ in 1..LOAD_TRIES {
        match load() {
            Err(ProgramError::LoadError { io_error, .. })
                if io_error.kind() == io::ErrorKind::WouldBlock =>
            {
                // Whatever sent the signal is still busy.
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            outcome => return outcome,
        }
    }
    load()
}

fn outcome(attached: Result<Places, ProgramError>) -> ProgramState {
    match attached {
        Ok(Places { at, .. }) if at.is_empty() => ProgramState::NothingHere,
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
        Part::Operations => config.operations,
    }
}

fn is_syscalls(plan: &Plan) -> bool {
    matches!(plan.hook, Hook::Syscalls(_))
}
