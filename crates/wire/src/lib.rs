//! The sensor-server protocol: protobuf messages, services, versions and limits.
//!
//! The messages stand in `proto/`; their Rust is derived from it. This room turns them into the
//! words of the model and back, and refuses bytes that keep no promise. It opens no connection.

mod batch;
mod error;
mod event;
mod facts;
mod limits;
mod list;
mod operation;
mod process;
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
pub use error::WireError;
pub use facts::{facts_from_wire, facts_to_wire};
pub use generated::{
    Acknowledgement, Batch, EnrolRequest, EnrolResponse, enrolment_client::EnrolmentClient,
    enrolment_server, uplink_client::UplinkClient, uplink_server,
};
pub use limits::{
    BATCH_BYTES_MAX, BATCH_EVENTS_MAX, EVENT_BYTES_MAX, EVENT_LIST_BYTES_MAX, MESSAGE_BYTES_MAX,
    PROTOCOL_VERSION,
};
pub use list::{EventList, decode_events, decode_single, encode_single};
pub use token::{EnrolmentToken, TOKEN_PREFIX};
