//! The bounds and the version of the protocol. Both sides hold to them; the server trusts no sensor to.

/// Version of this protocol. A server takes its own version and the one before.
pub const PROTOCOL_VERSION: u32 = 1;

/// Most bytes of a compressed event list.
pub const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most bytes of a gRPC message: a full batch and its head.
pub const MESSAGE_BYTES_MAX: usize = BATCH_BYTES_MAX + 64 * 1024;

/// Most bytes of an event list before compression; decompression stops there.
pub const EVENT_LIST_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Most events in a batch.
pub const BATCH_EVENTS_MAX: usize = 10_000;

/// Most processes in a batch: each event names at most two that no other does.
pub(crate) const BATCH_PROCESSES_MAX: usize = 2 * BATCH_EVENTS_MAX;

/// Most bytes of one event, and of one process.
pub const EVENT_BYTES_MAX: usize = 1024 * 1024;

/// Most further facts of an event.
pub(crate) const DETAILS_MAX: usize = 64;

/// Most texts of one further fact.
pub(crate) const DETAIL_TEXTS_MAX: usize = 1_024;

/// Most variables of a process.
pub(crate) const VARIABLES_MAX: usize = 256;

/// Most addresses in a device's facts.
pub(crate) const ADDRESSES_MAX: usize = 1_024;

/// Most things of one inventory event.
pub const INVENTORY_ITEMS_MAX: usize = 1_024;

/// Most things of the inventories in a batch: each becomes a row.
pub(crate) const BATCH_INVENTORY_ITEMS_MAX: usize = 65_536;

/// Most problems in a sensor's health.
pub(crate) const PROBLEMS_MAX: usize = 256;

/// Most characters of an enrolment token.
pub(crate) const TOKEN_CHARACTERS_MAX: usize = 16 * 1024;

/// Most bytes of a command.
pub const COMMAND_BYTES_MAX: usize = 64 * 1024;

/// Most addresses and processes that an isolation leaves reachable.
pub(crate) const EXCEPTIONS_MAX: usize = 256;

/// Most things that an outcome tells of; the rest is counted in its summary.
pub const OUTCOME_ITEMS_MAX: usize = 1_000;

/// Most bytes of a part of a file that is sent.
pub const UPLOAD_PART_BYTES_MAX: usize = 256 * 1024;

/// Most bytes of a frame of the control stream.
pub const CONTROL_BYTES_MAX: usize = 1024 * 1024;

/// Most bytes of a message for a live session: a line with a script.
pub const LIVE_MESSAGE_BYTES_MAX: usize = 192 * 1024;

/// Most bytes of a line of a live session.
pub const LIVE_LINE_BYTES_MAX: usize = 8 * 1024;

/// Most bytes of a script.
pub const LIVE_SCRIPT_BYTES_MAX: usize = 128 * 1024;

/// Most bytes of one answer of a live session.
pub const LIVE_ANSWER_BYTES_MAX: usize = 128 * 1024;

/// Most bytes of a part of a live session's file.
pub const LIVE_PART_BYTES_MAX: usize = 256 * 1024;

/// Parts of a file that are under way without being answered.
pub const LIVE_PARTS_UNDER_WAY: u64 = 8;

/// Most ways in which a line can go on that are told.
pub const LIVE_CANDIDATES_MAX: usize = 200;
