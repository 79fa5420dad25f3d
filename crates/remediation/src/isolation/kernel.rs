//! Attaching to a control group so that it lasts: a program that is attached this way stays with the group when the process
//! that attached it is gone, killed or not. No file has to be pinned, and so none can be removed.
//!
//! The second room with `unsafe` of this crate: the kernel is asked with a structure, and nothing else.
#![expect(
    unsafe_code,
    reason = "the kernel is asked with a structure that must live while it reads"
)]

use std::{
    io,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd as _, OwnedFd},
};

const PROG_ATTACH: libc::c_int = 8;
const PROG_DETACH: libc::c_int = 9;
const PROG_GET_FD_BY_ID: libc::c_int = 13;
const PROG_QUERY: libc::c_int = 16;

/// Beside programs of others, and whatever a group below does.
const ALLOW_MULTI: u32 = 1 << 1;

/// Most programs of one kind that are looked at.
const PROGRAMS_MAX: usize = 64;

/// Where a program is attached in a control group, by the kernel's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hook(pub(super) u32);

pub(super) const INGRESS: Hook = Hook(0);
pub(super) const EGRESS: Hook = Hook(1);
pub(super) const CONNECT4: Hook = Hook(10);
pub(super) const CONNECT6: Hook = Hook(11);
pub(super) const SENDMSG4: Hook = Hook(14);
pub(super) const SENDMSG6: Hook = Hook(15);

/// `union bpf_attr` for attaching.
#[repr(C)]
#[derive(Default)]
struct Attach {
    target: u32,
    program: u32,
    hook: u32,
    flags: u32,
    replaces: u32,
    relative: u32,
    revision: u64,
}

/// `union bpf_attr` for asking what is attached.
#[repr(C)]
#[derive(Default)]
struct Query {
    target: u32,
    hook: u32,
    query_flags: u32,
    attach_flags: u32,
    programs: u64,
    count: u32,
    unused: u32,
    program_flags: u64,
    links: u64,
    link_flags: u64,
    revision: u64,
}

/// Attaches a program to a control group. It stays there until it is detached, or the group is gone.
pub(super) fn attach(group: BorrowedFd<'_>, program: BorrowedFd<'_>, hook: Hook) -> io::Result<()> {
    let mut attach = Attach {
        target: number(group)?,
        program: number(program)?,
        hook: hook.0,
        flags: ALLOW_MULTI,
        ..Attach::default()
    };
    ask(PROG_ATTACH, &mut attach).map(drop)
}

/// Detaches a program from a control group.
pub(super) fn detach(group: BorrowedFd<'_>, program: BorrowedFd<'_>, hook: Hook) -> io::Result<()> {
    let mut attach = Attach {
        target: number(group)?,
        program: number(program)?,
        hook: hook.0,
        ..Attach::default()
    };
    ask(PROG_DETACH, &mut attach).map(drop)
}

/// The ids of what is attached to a control group itself.
pub(super) fn attached(group: BorrowedFd<'_>, hook: Hook) -> io::Result<Vec<u32>> {
    let mut ids = vec![0_u32; PROGRAMS_MAX];
    let mut query = Query {
        target: number(group)?,
        hook: hook.0,
        programs: ids.as_mut_ptr() as u64,
        count: u32::try_from(ids.len()).unwrap_or(0),
        ..Query::default()
    };
    ask(PROG_QUERY, &mut query)?;
    ids.truncate(usize::try_from(query.count).unwrap_or(0));
    Ok(ids)
}

/// A program by its id.
pub(super) fn program(id: u32) -> io::Result<OwnedFd> {
    let mut by_id = [id, 0, 0, 0];
    let descriptor = ask(PROG_GET_FD_BY_ID, &mut by_id)?;
    let descriptor = i32::try_from(descriptor).map_err(io::Error::other)?;
    // SAFETY: the kernel has just given this descriptor to us and to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

fn number(descriptor: BorrowedFd<'_>) -> io::Result<u32> {
    u32::try_from(descriptor.as_raw_fd()).map_err(io::Error::other)
}

/// Asks the kernel. The structure is one of those above, which begin as the kernel's union does; what it points to
/// is borrowed by the caller for as long as this takes.
fn ask<T>(what: libc::c_int, with: &mut T) -> io::Result<libc::c_long> {
    // SAFETY: the pointer and the size are of one value that lives through the call; fields that older kernels do not
    // know are zero, which they accept. `programs` of a query points to a vector of `count` numbers.
    let answer =
        unsafe { libc::syscall(libc::SYS_bpf, what, std::ptr::from_mut(with), size_of::<T>()) };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}
