//! What came from each device since the server started.

use std::collections::HashMap;

use bartizan_model::DeviceId;
use parking_lot::Mutex;

/// What came from one device since the server started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeviceCounters {
    /// Batches that came.
    pub batches: u64,
    /// Events that were logged.
    pub events: u64,
    /// Events that came again and were left out.
    pub repeated: u64,
    /// Numbers that were passed over: the sensor had to drop their events.
    pub missing: u64,
    /// Batches that could not be read.
    pub malformed: u64,
    /// Events in those, by their own count.
    pub malformed_events: u64,
}

/// The counters of every device that was heard. Devices are enrolled one by one, so this is bounded by them.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<HashMap<DeviceId, DeviceCounters>>);

impl Counters {
    pub(crate) fn change(&self, device: DeviceId, change: impl FnOnce(&mut DeviceCounters)) {
        change(self.0.lock().entry(device).or_default());
    }

    pub(crate) fn totals(&self) -> DeviceCounters {
        self.0.lock().values().fold(DeviceCounters::default(), |all, of| DeviceCounters {
            batches: all.batches + of.batches,
            events: all.events + of.events,
            repeated: all.repeated + of.repeated,
            missing: all.missing + of.missing,
            malformed: all.malformed + of.malformed,
            malformed_events: all.malformed_events + of.malformed_events,
        })
    }

    pub(crate) fn of(&self, device: DeviceId) -> DeviceCounters {
        self.0.lock().get(&device).copied().unwrap_or_default()
    }
}
