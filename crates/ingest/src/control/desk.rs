//! Which devices listen, and how to tell them that there is something to do.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use bartizan_model::DeviceId;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// The devices that listen. A bell is kept by its stream; when the stream ends, so does the bell.
#[derive(Debug, Default)]
pub(crate) struct Desk(Mutex<HashMap<DeviceId, Vec<Weak<Notify>>>>);

impl Desk {
    /// A device's stream begins: it is rung when there is something to do. A device whose line broke may have an
    /// old stream beside the new one for a while; both are rung.
    pub(crate) fn enter(&self, device: DeviceId) -> Arc<Notify> {
        let bell = Arc::new(Notify::new());
        let mut listening = self.0.lock();
        let bells = listening.entry(device).or_default();
        bells.retain(|bell| bell.strong_count() > 0);
        bells.push(Arc::downgrade(&bell));
        bell
    }

    /// Rings for these devices, where they listen.
    pub(crate) fn ring(&self, devices: &[DeviceId]) {
        let mut listening = self.0.lock();
        for device in devices {
            let Some(bells) = listening.get_mut(device) else { continue };
            bells.retain(|bell| {
                bell.upgrade().is_some_and(|bell| {
                    bell.notify_one();
                    true
                })
            });
            if bells.is_empty() {
                listening.remove(device);
            }
        }
    }

    pub(crate) fn listening(&self) -> usize {
        self.0.lock().values().filter(|bells| is_heard(bells)).count()
    }

    pub(crate) fn is_listening(&self, device: DeviceId) -> bool {
        self.0.lock().get(&device).is_some_and(|bells| is_heard(bells))
    }
}

fn is_heard(bells: &[Weak<Notify>]) -> bool {
    bells.iter().any(|bell| bell.strong_count() > 0)
}
