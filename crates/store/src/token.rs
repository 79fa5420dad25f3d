//! Tokens: of programs that call the interface, and of machines that want to become devices. Only their
//! hashes are kept.

use bartizan_model::{TenantId, Timestamp};
use rusqlite::named_params;

use crate::{
    NewAuditEntry, Role, Store, audit,
    error::{Doing as _, Result},
};

/// A token of a program.
#[derive(Debug, Clone)]
pub struct NewApiToken<'a> {
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it is for.
    pub name: &'a str,
    /// What it may do.
    pub role: Role,
    /// Who made it.
    pub created_by: &'a str,
    /// When.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A token that lets one machine in.
#[derive(Debug, Clone)]
pub struct NewEnrolmentToken<'a> {
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it is for.
    pub note: &'a str,
    /// Who made it.
    pub created_by: &'a str,
    /// When.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl Store {
    /// Keeps a token of a program.
    pub fn create_api_token(
        &self,
        tenant: TenantId,
        token: &NewApiToken<'_>,
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            t.execute(
                "INSERT INTO api_tokens (hash, tenant, name, role, created_by, created_at, expires_at)
                 VALUES (:hash, :tenant, :name, :role, :by, :at, :expires)",
                named_params! {
                    ":hash": token.hash, ":tenant": tenant.bytes(), ":name": token.name,
                    ":role": token.role.word(), ":by": token.created_by,
                    ":at": token.created_at.nanos(), ":expires": token.expires_at.nanos(),
                },
            )
            .doing("keeping an interface token")?;
            audit::add(t, tenant, entry)
        })
    }

    /// Keeps a token that lets one machine in.
    pub fn create_enrolment_token(
        &self,
        tenant: TenantId,
        token: &NewEnrolmentToken<'_>,
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            t.execute(
                "INSERT INTO enrolment_tokens (hash, tenant, note, created_by, created_at, expires_at)
                 VALUES (:hash, :tenant, :note, :by, :at, :expires)",
                named_params! {
                    ":hash": token.hash, ":tenant": tenant.bytes(), ":note": token.note,
                    ":by": token.created_by, ":at": token.created_at.nanos(),
                    ":expires": token.expires_at.nanos(),
                },
            )
            .doing("keeping an enrolment token")?;
            audit::add(t, tenant, entry)
        })
    }
}
