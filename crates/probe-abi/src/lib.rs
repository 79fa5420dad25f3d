//! The records that the kernel programs hand to user space, and their decoding from bytes.
//!
//! The layout is written once in `crates/probe/ebpf/records.h`; the sizes here are asserted there.
//! Decoding checks every bound and copies: a record never points into the ring. This room neither
//! loads programs nor gives records a meaning beyond their fields.

mod decode;
mod kind;
pub mod layout;
mod operation;
mod record;

pub use decode::{DecodeError, peek_time, user_device};
pub use kind::{RecordKind, Ring};
pub use operation::{Operation, OperationCode, Target};
pub use record::{
    Actor, Connect, ConnectPhase, Dns, Exec, Exit, FileName, FileNamed, FileOpen, NamedChange,
    Record, RecordBody,
};

#[cfg(test)]
mod tests;
