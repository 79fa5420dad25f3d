//! Tokens: of programs that call the interface, and of machines that want to become devices. Only their
//! hashes are kept.

use bartizan_model::{DeviceId, TenantId, Timestamp, hex};
use rusqlite::{Row, named_params};

use crate::{
    NewAuditEntry, Role, Store, audit,
    column::Columns as _,
    error::{Doing as _, Result},
    page::unhex,
    user,
};

/// A token of a program as people see it: never its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownApiToken {
    /// By what it is named when it is revoked: the hash of its secret, in hex.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A token of a machine as people see it: never its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEnrolmentToken {
    /// By what it is named when it is revoked: the hash of its secret, in hex.
    pub id: String,
    /// What it is for.
    pub note: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// The device it made.
    pub device: Option<DeviceId>,
}

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

    /// The tokens of programs, latest first.
    pub fn api_tokens(&self, tenant: TenantId) -> Result<Vec<KnownApiToken>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM api_tokens WHERE tenant = ?1 ORDER BY created_at DESC, hash LIMIT 1000",
            )
            .and_then(|mut s| s.query_map([tenant.bytes()], api_token)?.collect())
            .doing("listing interface tokens")
        })
    }

    /// The tokens of machines, latest first.
    pub fn enrolment_tokens(&self, tenant: TenantId) -> Result<Vec<KnownEnrolmentToken>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM enrolment_tokens WHERE tenant = ?1 ORDER BY created_at DESC, hash LIMIT 1000",
            )
            .and_then(|mut s| s.query_map([tenant.bytes()], enrolment_token)?.collect())
            .doing("listing enrolment tokens")
        })
    }

    /// Removes a token of a program; it opens nothing from now on. Says whether there was one.
    pub fn revoke_api_token(
        &self,
        tenant: TenantId,
        id: &str,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.revoke("DELETE FROM api_tokens WHERE tenant = ?1 AND hash = ?2", tenant, id, entry)
    }

    /// Removes a token of a machine that was not used yet. Says whether there was one.
    pub fn revoke_enrolment_token(
        &self,
        tenant: TenantId,
        id: &str,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        let sql =
            "DELETE FROM enrolment_tokens WHERE tenant = ?1 AND hash = ?2 AND used_at IS NULL";
        self.revoke(sql, tenant, id, entry)
    }

    fn revoke(
        &self,
        sql: &str,
        tenant: TenantId,
        id: &str,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        let Some(hash) = unhex(id) else { return Ok(false) };
        self.write(|t| {
            let removed = t.execute(sql, (tenant.bytes(), hash)).doing("revoking a token")?;
            if removed > 0 {
                audit::add(t, tenant, entry)?;
            }
            Ok(removed > 0)
        })
    }
}

fn api_token(row: &Row<'_>) -> rusqlite::Result<KnownApiToken> {
    Ok(KnownApiToken {
        id: hex(&row.of::<Vec<u8>>("hash")?),
        name: row.of("name")?,
        role: user::role(row, "role")?,
        created_by: row.of("created_by")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}

fn enrolment_token(row: &Row<'_>) -> rusqlite::Result<KnownEnrolmentToken> {
    let device = row.of::<Option<Vec<u8>>>("device")?.is_some();
    Ok(KnownEnrolmentToken {
        id: hex(&row.of::<Vec<u8>>("hash")?),
        note: row.of("note")?,
        created_by: row.of("created_by")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        used_at: row.maybe_time("used_at")?,
        device: if device { Some(row.device("device")?) } else { None },
    })
}
