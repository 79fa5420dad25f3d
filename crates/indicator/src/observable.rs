//! What an event shows that an indicator can name.

use bartizan_model::{Action, Envelope};

use crate::Seen;

/// A value of an event, and the column it stands in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sighted<'a> {
    /// The column of the telemetry table.
    pub field: &'static str,
    /// The value.
    pub seen: Seen<'a>,
}

/// The values of an event. A program's hash counts when it starts, or runs when the sensor begins, not with everything
/// it does.
pub fn observables(envelope: &Envelope) -> impl Iterator<Item = Sighted<'_>> {
    let (program, address) = match &envelope.event.action {
        Action::ProcessStarted(process) | Action::ProcessObserved(process) => {
            (process.file.as_ref().and_then(|file| file.sha256.as_ref()), None)
        }
        Action::Connection(connection) => (None, Some(connection.remote.ip())),
        _ => (None, None),
    };
    let program = program.map(|digest| Sighted { field: "SHA256", seen: Seen::Sha256(digest) });
    let address = address.map(|ip| Sighted { field: "RemoteIP", seen: Seen::Address(ip) });
    program.into_iter().chain(address)
}
