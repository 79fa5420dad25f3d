//! The numbers shared with `records.h`: sizes of the fixed parts, kinds and flag bits.

/// The version of the layout; a record of another version is refused.
pub const VERSION: u16 = 2;

/// Size of `struct bz_header`, which starts every record.
pub const HEADER_BYTES: usize = 120;
/// Size of `struct bz_exec`, without its text.
pub const EXEC_BYTES: usize = 200;
/// Size of `struct bz_exit`.
pub const EXIT_BYTES: usize = 128;
/// Size of `struct bz_file_open`, without its text.
pub const FILE_OPEN_BYTES: usize = 152;
/// Size of `struct bz_file_name`, without its text.
pub const FILE_NAME_BYTES: usize = 152;
/// Size of `struct bz_connect`.
pub const CONNECT_BYTES: usize = 176;
/// Size of `struct bz_operation`, without its text.
pub const OPERATION_BYTES: usize = 184;
/// Size of `struct bz_dns`, its payload included.
pub const DNS_BYTES: usize = 664;
/// Size of `struct bz_counter`.
pub const COUNTER_BYTES: usize = 32;

/// Where `time_ns` stands in the header.
pub const TIME_OFFSET: usize = 24;

/// Slots of the counter map: one per kind; slot 0 counts threads, which are not told.
pub const KINDS: u32 = 11;

/// Longest path the kernel programs report.
pub const PATH_MAX: usize = 4096;
/// Longest argument block the kernel programs report.
pub const ARGV_MAX: usize = 4096;
/// Most bytes of a message to or from a name server that the kernel programs copy.
pub const DNS_MAX: usize = 512;

/// A path was longer than its bound; its front is missing.
pub const FLAG_PATH_CUT: u32 = 1 << 0;
/// The arguments were longer than [`ARGV_MAX`].
pub const FLAG_ARGV_CUT: u32 = 1 << 1;
/// The arguments could not be read.
pub const FLAG_ARGV_MISSING: u32 = 1 << 2;
/// The file hangs in no mounted tree.
pub const FLAG_DETACHED: u32 = 1 << 3;
/// No name leads to the file any more.
pub const FLAG_DELETED: u32 = 1 << 4;
/// This open made the file.
pub const FLAG_CREATED: u32 = 1 << 5;
/// A name given by the process was longer than its bound.
pub const FLAG_NAME_CUT: u32 = 1 << 6;
/// The removed thing was a directory.
pub const FLAG_DIRECTORY: u32 = 1 << 7;
/// It was asked for through io_uring.
pub const FLAG_IO_URING: u32 = 1 << 8;
/// execve was given a script; the executable is its interpreter.
pub const FLAG_SCRIPT: u32 = 1 << 9;
/// The exec gained rights.
pub const FLAG_SECURE: u32 = 1 << 10;
/// The packet came in.
pub const FLAG_RESPONSE: u32 = 1 << 11;
/// Not all of the environment was looked at.
pub const FLAG_NAMES_CUT: u32 = 1 << 12;
