//! What is asked of kept processes: whose they are, and the lines they descend by.

use std::collections::BTreeSet;

use bartizan_model::{DeviceId, Process, ProcessKey, TenantId, Timestamp};

use super::one;
use crate::{
    Store,
    column::Columns as _,
    error::{Doing as _, Result},
};

/// A user whose processes are kept of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserOnDevice {
    /// Name, or the number where there is no name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// How many processes.
    pub processes: u64,
    /// One of them belongs to a sign-in.
    pub signed_in: bool,
    /// When the first of them started.
    pub first_at: Timestamp,
    /// When the last of them started.
    pub last_at: Timestamp,
}

impl Store {
    /// The users of the latest processes that are kept of a device, the latest first.
    pub fn users_of_device(&self, tenant: TenantId, device: DeviceId) -> Result<Vec<UserOnDevice>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT coalesce(user_name, CAST(uid AS TEXT)) AS name, uid, count(*) AS n,
                     max(login_uid IS NOT NULL AND login_uid < 4294967295) AS signed_in,
                     min(started_at) AS first_at, max(started_at) AS last_at
                 FROM (SELECT user_name, uid, login_uid, started_at FROM processes
                     INDEXED BY processes_by_start WHERE tenant = ?1 AND device = ?2
                     ORDER BY started_at DESC LIMIT 5000)
                 GROUP BY name, uid ORDER BY last_at DESC LIMIT 100",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), device.bytes()), |row| {
                    Ok(UserOnDevice {
                        name: row.of("name")?,
                        uid: row.of("uid")?,
                        processes: row.count("n")?,
                        signed_in: row.of("signed_in")?,
                        first_at: row.time("first_at")?,
                        last_at: row.time("last_at")?,
                    })
                })?
                .collect()
            })
            .doing("finding the users of a device")
        })
    }
}

/// How many processes are given for the lines of several.
const LINES_MAX: usize = 2_000;

impl Store {
    /// These processes and their ancestors, each once, as far as they are kept.
    pub fn lines_of(
        &self,
        tenant: TenantId,
        of: &[(DeviceId, ProcessKey)],
    ) -> Result<Vec<(DeviceId, Process)>> {
        self.read(|view| {
            let mut found: Vec<(DeviceId, Process)> = Vec::new();
            let mut seen = BTreeSet::new();
            for (device, key) in of {
                let mut next = Some(*key);
                while let Some(key) = next.take()
                    && found.len() < LINES_MAX
                    && seen.insert((*device, key))
                    && let Some(record) = one(view, tenant, *device, key)?
                {
                    next = record.process.parent;
                    found.push((*device, record.process));
                }
            }
            Ok(found)
        })
    }
}
