//! Who wants to know when an action changes: the stream that its devices listen on, and the pages that show it.

use std::{fmt, sync::Arc};

use bartizan_model::{ActionId, DeviceId, TenantId, Timestamp};
use parking_lot::RwLock;

use crate::Access;

/// An action is new or changed.
#[derive(Debug, Clone, Copy)]
pub struct ActionNews<'a> {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub action: ActionId,
    /// Devices that may have to do something now.
    pub devices: &'a [DeviceId],
}

type Hook = Arc<dyn Fn(&ActionNews<'_>) + Send + Sync>;

/// Those who want to know. They are called on the thread that made the change, so they only pass it on.
#[derive(Default)]
pub(crate) struct Hooks(RwLock<Vec<Hook>>);

impl Hooks {
    pub(crate) fn tell(&self, tenant: TenantId, action: ActionId, devices: &[DeviceId]) {
        let hooks = self.0.read().clone();
        for hook in hooks {
            hook(&ActionNews { tenant, action, devices });
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hooks({})", self.0.read().len())
    }
}

impl Access {
    /// Tells everybody who wants to know that an action is new or changed; the live session that asked for it first.
    pub(crate) fn tell_action(
        &self,
        (tenant, action): (TenantId, ActionId),
        now: Timestamp,
        devices: &[DeviceId],
    ) {
        if let Err(error) = self.live_hears_of(tenant, action, now) {
            tracing::error!(%error, %action, "recording what became of an action");
        }
        self.hooks.tell(tenant, action, devices);
    }

    /// Calls `hook` whenever an action is new or changed.
    pub fn on_action(&self, hook: impl Fn(&ActionNews<'_>) + Send + Sync + 'static) {
        self.hooks.0.write().push(Arc::new(hook));
    }
}
