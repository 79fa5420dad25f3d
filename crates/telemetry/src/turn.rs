//! Whose turn it is: so many questions are answered at once, and one tenant's never take all the places.
//!
//! Each question's own limits bound what it costs; this bounds how many there are, and so what they cost together.

use std::collections::HashMap;
use std::sync::Arc;

use bartizan_model::TenantId;
use parking_lot::Mutex;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// The places, and those of each tenant.
#[derive(Debug)]
pub(crate) struct Turns {
    all: Arc<Semaphore>,
    of_one: usize,
    tenants: Mutex<HashMap<TenantId, Arc<Semaphore>>>,
}

/// Held while a question is answered.
#[derive(Debug)]
pub(crate) struct Turn {
    _of_tenant: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Turns {
    /// So many questions at once; where there is more than one place, a tenant gets half of them.
    pub(crate) fn new(questions: usize) -> Self {
        let questions = questions.clamp(1, Semaphore::MAX_PERMITS);
        let all = Arc::new(Semaphore::new(questions));
        Self { all, of_one: (questions / 2).max(1), tenants: Mutex::default() }
    }

    /// Waits for a place, in the order of asking.
    pub(crate) async fn take(&self, tenant: TenantId) -> Result<Turn, AcquireError> {
        let places = || Arc::new(Semaphore::new(self.of_one));
        let own = Arc::clone(self.tenants.lock().entry(tenant).or_insert_with(places));
        // A tenant's own places come first, so that those who wait here hold none of the others'.
        let of_tenant = own.acquire_owned().await?;
        let of_all = Arc::clone(&self.all).acquire_owned().await?;
        Ok(Turn { _of_tenant: of_tenant, _of_all: of_all })
    }
}
