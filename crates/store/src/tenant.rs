//! Tenants: whose everything is.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::{OptionalExtension as _, Row, named_params};

use crate::{
    Store,
    column::Columns as _,
    error::{Doing as _, Result},
};

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Identity.
    pub id: TenantId,
    /// Name.
    pub name: String,
    /// Where its data is kept, chosen once.
    pub data_location: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// Makes a tenant.
    pub fn create_tenant(&self, tenant: &Tenant) -> Result<()> {
        self.write(|t| {
            t.execute(
                "INSERT INTO tenants (id, name, data_location, created_at)
                 VALUES (:id, :name, :location, :at)",
                named_params! {
                    ":id": tenant.id.bytes(), ":name": tenant.name,
                    ":location": tenant.data_location, ":at": tenant.created_at.nanos(),
                },
            )
            .doing("making a tenant")?;
            Ok(())
        })
    }

    /// The tenant.
    pub fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>> {
        self.read(|view| {
            view.query_row("SELECT * FROM tenants WHERE id = ?1", [tenant.bytes()], read)
                .optional()
                .doing("finding a tenant")
        })
    }
}

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Tenant> {
    Ok(Tenant {
        id: row.tenant("id")?,
        name: row.of("name")?,
        data_location: row.of("data_location")?,
        created_at: row.time("created_at")?,
    })
}
