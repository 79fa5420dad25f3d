//! The door: the only place that looks without a tenant, because it finds the tenant that a credential
//! opens. It gives back credentials' owners and nothing of what belongs to them.

use bartizan_model::{DeviceId, TenantId, Text, Timestamp, UserId};
use rusqlite::{OptionalExtension as _, Row, named_params};

use crate::{
    NewAuditEntry, NewDevice, Role, Store, Tenant, audit,
    column::Columns as _,
    device,
    error::{Doing as _, Result},
    tenant, user,
};

/// Finds whose a credential is.
#[derive(Debug, Clone, Copy)]
pub struct Door<'a>(&'a Store);

impl Store {
    /// The door.
    pub const fn door(&self) -> Door<'_> {
        Door(self)
    }
}

/// What is needed to judge a sign-in.
#[derive(Debug, Clone)]
pub struct SignInRecord {
    /// Whose user.
    pub tenant: TenantId,
    /// Which user.
    pub user: UserId,
    /// Name as it is kept.
    pub name: String,
    /// Hash of the password.
    pub password_hash: String,
    /// They may not sign in.
    pub disabled: bool,
    /// A code of their second factor is needed too.
    pub second_factor: bool,
}

/// A session and the user it is of.
#[derive(Debug, Clone)]
pub struct Session {
    /// Whose.
    pub tenant: TenantId,
    /// Which user.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Whether they must choose a password first.
    pub must_choose: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
}

/// A program's token.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// Whose.
    pub tenant: TenantId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A machine's token.
#[derive(Debug, Clone)]
pub struct EnrolmentToken {
    /// Whose device it makes.
    pub tenant: TenantId,
    /// What it is for.
    pub note: String,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// When it was used, if it was.
    pub used_at: Option<Timestamp>,
}

/// A device known by its certificate.
#[derive(Debug, Clone)]
pub struct KnownDevice {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub device: DeviceId,
    /// The machine's name.
    pub name: Text,
    /// When it was shut out, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl Door<'_> {
    /// Every tenant, oldest first: for a server at its start, which acts for all of them.
    pub fn tenants(self) -> Result<Vec<Tenant>> {
        self.0.read(|view| {
            view.prepare("SELECT * FROM tenants ORDER BY created_at, id")
                .and_then(|mut s| s.query_map([], tenant::read)?.collect())
                .doing("listing tenants")
        })
    }

    /// The user with this name, in any case.
    pub fn user_named(self, name: &str) -> Result<Option<SignInRecord>> {
        let record = |row: &Row<'_>| {
            Ok(SignInRecord {
                tenant: row.tenant("tenant")?,
                user: row.user("id")?,
                name: row.of("name")?,
                password_hash: row.of("password_hash")?,
                disabled: row.of("disabled")?,
                second_factor: row.of("totp_confirmed")?,
            })
        };
        self.0.read(|view| {
            view.query_row("SELECT * FROM users WHERE name = ?1", [name], record)
                .optional()
                .doing("finding a user by name")
        })
    }

    /// Begins a session.
    pub fn begin_session(
        self,
        hash: [u8; 32],
        of: &SignInRecord,
        at: Timestamp,
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.0.write(|t| {
            t.execute(
                "INSERT INTO sessions (hash, tenant, user, created_at, used_at, address)
                 VALUES (:hash, :tenant, :user, :at, :at, :address)",
                named_params! {
                    ":hash": hash, ":tenant": of.tenant.bytes(), ":user": of.user.bytes(),
                    ":at": at.nanos(), ":address": entry.address,
                },
            )
            .doing("beginning a session")?;
            t.execute(
                "UPDATE users SET previous_sign_in = last_sign_in, last_sign_in = ?3 WHERE tenant = ?1 AND id = ?2",
                (of.tenant.bytes(), of.user.bytes(), at.nanos()),
            )
            .doing("keeping when a user signed in")?;
            audit::add(t, of.tenant, entry)
        })
    }

    /// The session with this hash.
    pub fn session(self, hash: [u8; 32]) -> Result<Option<Session>> {
        let session = |row: &Row<'_>| {
            Ok(Session {
                tenant: row.tenant("tenant")?,
                user: row.user("user")?,
                name: row.of("name")?,
                role: user::role(row, "role")?,
                must_choose: row.of("must_choose")?,
                created_at: row.time("created_at")?,
                used_at: row.time("used_at")?,
            })
        };
        self.0.read(|view| {
            view.prepare_cached(
                "SELECT s.tenant, s.user, s.created_at, s.used_at, u.name, u.role, u.must_choose
                 FROM sessions s JOIN users u ON u.tenant = s.tenant AND u.id = s.user
                 WHERE s.hash = ?1",
            )
            .and_then(|mut s| s.query_row([hash], session).optional())
            .doing("finding a session")
        })
    }

    /// Keeps that a session was used, unless something else is being kept: nobody waits for this, and the
    /// next use says it again.
    pub fn touch_session(self, hash: [u8; 32], at: Timestamp) -> Result<()> {
        let kept = self.0.write_if_free(|t| {
            t.execute("UPDATE sessions SET used_at = ?2 WHERE hash = ?1", (hash, at.nanos()))
                .doing("keeping that a session was used")?;
            Ok(())
        });
        kept.map(|_left_out| ())
    }

    /// Ends a session.
    pub fn end_session(self, hash: [u8; 32]) -> Result<()> {
        self.0.write(|t| {
            t.execute("DELETE FROM sessions WHERE hash = ?1", [hash]).doing("ending a session")?;
            Ok(())
        })
    }

    /// Ends sessions that began before `begun` or were last used before `used`.
    pub fn end_old_sessions(self, begun: Timestamp, used: Timestamp) -> Result<()> {
        self.0.write(|t| {
            t.execute(
                "DELETE FROM sessions WHERE created_at < ?1 OR used_at < ?2",
                (begun.nanos(), used.nanos()),
            )
            .doing("ending old sessions")?;
            Ok(())
        })
    }

    /// The program's token with this hash.
    pub fn api_token(self, hash: [u8; 32]) -> Result<Option<ApiToken>> {
        let token = |row: &Row<'_>| {
            Ok(ApiToken {
                tenant: row.tenant("tenant")?,
                name: row.of("name")?,
                role: user::role(row, "role")?,
                expires_at: row.time("expires_at")?,
            })
        };
        self.0.read(|view| {
            view.prepare_cached("SELECT * FROM api_tokens WHERE hash = ?1")
                .and_then(|mut s| s.query_row([hash], token).optional())
                .doing("finding an interface token")
        })
    }

    /// The machine's token with this hash.
    pub fn enrolment_token(self, hash: [u8; 32]) -> Result<Option<EnrolmentToken>> {
        let token = |row: &Row<'_>| {
            Ok(EnrolmentToken {
                tenant: row.tenant("tenant")?,
                note: row.of("note")?,
                expires_at: row.time("expires_at")?,
                used_at: row.maybe_time("used_at")?,
            })
        };
        self.0.read(|view| {
            view.query_row("SELECT * FROM enrolment_tokens WHERE hash = ?1", [hash], token)
                .optional()
                .doing("finding an enrolment token")
        })
    }

    /// Uses a machine's token up and keeps the device that it made. Says false, and keeps nothing, when
    /// another machine was faster or the token has expired.
    pub fn enrol(
        self,
        hash: [u8; 32],
        tenant: TenantId,
        device: &NewDevice,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.0.write(|t| {
            let used = t
                .execute(
                    "UPDATE enrolment_tokens SET used_at = :at, device = :device
                     WHERE hash = :hash AND tenant = :tenant AND used_at IS NULL AND expires_at > :at",
                    named_params! {
                        ":hash": hash, ":tenant": tenant.bytes(), ":device": device.id.bytes(),
                        ":at": device.enrolled_at.nanos(),
                    },
                )
                .doing("using an enrolment token up")?;
            if used == 0 {
                return Ok(false);
            }
            device::insert(t, tenant, device)?;
            audit::add(t, tenant, entry)?;
            Ok(true)
        })
    }

    /// The device whose certificate has this SHA-256.
    pub fn device_with_certificate(
        self,
        fingerprint: [u8; 32],
        device: DeviceId,
    ) -> Result<Option<KnownDevice>> {
        let known = |row: &Row<'_>| {
            Ok(KnownDevice {
                tenant: row.tenant("tenant")?,
                device: row.device("id")?,
                name: row.text("name")?,
                revoked_at: row.maybe_time("revoked_at")?,
            })
        };
        self.0.read(|view| {
            view.prepare_cached(
                "SELECT * FROM devices WHERE id = ?1 AND certificate_fingerprint = ?2",
            )
            .and_then(|mut s| s.query_row((device.bytes(), fingerprint), known).optional())
            .doing("finding a device by its certificate")
        })
    }
}
