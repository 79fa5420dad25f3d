//! The sensor-server protocol: protobuf messages, services, versions and limits.
//!
//! The messages stand in `proto/`; their Rust is derived from it. This room turns them into the
//! words of the model and back, and refuses bytes that keep no promise. It opens no connection.

mod batch;
mod command;
mod error;
mod event;
mod facts;
mod inventory;
mod limits;
mod list;
mod live;
mod operation;
mod process;
mod release;
mod token;

#[expect(
    clippy::all,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    unused_qualifications,
    unreachable_pub,
    unnameable_types,
    reason = "derived from proto/"
)]
mod generated {
    include!("generated/bartizan.v1.rs");
}

pub use batch::{BatchHead, Span, compress, expand};
pub use command::{
    Signed, action_from_wire, command_from_bytes, command_to_bytes, order_from_bytes,
    order_to_bytes, outcome_from_wire, outcome_to_wire, welcome_bytes,
};
pub use error::WireError;
pub use facts::{facts_from_wire, facts_to_wire};
pub use generated::{
    Acknowledgement, Batch, CommandBegun, CommandOutcome, CommandRefused, ControlHello,
    ControlWelcome, EnrolRequest, EnrolResponse, LiveAnswer, LiveCandidate, LiveCompletion,
    LiveEnded, LiveFetch, LiveHeard, LiveKept, LiveOffer, LivePart, LivePull, LiveState,
    OutcomeKept, SensorFrame, ServerFrame, SignedCommand, SignedLive, UploadOffer, UploadPart,
    UploadProgress, control_client::ControlClient, control_server,
    enrolment_client::EnrolmentClient, enrolment_server, sensor_frame, server_frame,
    uplink_client::UplinkClient, uplink_server,
};
pub use limits::{
    BATCH_BYTES_MAX, BATCH_EVENTS_MAX, COMMAND_BYTES_MAX, CONTROL_BYTES_MAX, EVENT_BYTES_MAX,
    EVENT_LIST_BYTES_MAX, INVENTORY_ITEMS_MAX, LIVE_ANSWER_BYTES_MAX, LIVE_CANDIDATES_MAX,
    LIVE_LINE_BYTES_MAX, LIVE_MESSAGE_BYTES_MAX, LIVE_PART_BYTES_MAX, LIVE_PARTS_UNDER_WAY,
    LIVE_SCRIPT_BYTES_MAX, MESSAGE_BYTES_MAX, OUTCOME_ITEMS_MAX, PROTOCOL_VERSION,
    UPLOAD_PART_BYTES_MAX,
};
pub use list::{EventList, decode_events, decode_single, encode_single};
pub use live::{live_from_bytes, live_to_bytes, session_from_wire, transfer_from_wire};
pub use release::{RELEASE_PREFIX, ReleaseToken};
pub use token::{EnrolmentToken, TOKEN_PREFIX};
