//! Users: who signs in, and what they may do by their role.

use std::str::FromStr;

use bartizan_model::{TenantId, Timestamp, UserId};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use crate::{
    NewAuditEntry, Store, StoreError, audit,
    column::{Columns as _, unreadable},
    error::{Doing as _, Result},
};

/// What a user or token is trusted with. What each role may do is said in `access`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks.
    Reader,
    /// Looks and answers.
    Responder,
    /// Also says who may come in.
    Administrator,
}

impl Role {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Responder => "responder",
            Self::Administrator => "administrator",
        }
    }
}

impl FromStr for Role {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self> {
        [Self::Reader, Self::Responder, Self::Administrator]
            .into_iter()
            .find(|role| role.word() == word)
            .ok_or_else(|| StoreError::Unreadable { what: "a role", text: word.to_owned() })
    }
}

/// A user to be made.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// Identity.
    pub id: UserId,
    /// Name to sign in with.
    pub name: &'a str,
    /// What they may do.
    pub role: Role,
    /// The password's hash.
    pub password_hash: &'a str,
    /// Whether they must choose a password of their own first.
    pub must_choose: bool,
    /// When.
    pub created_at: Timestamp,
}

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they must choose a password of their own first.
    pub must_choose: bool,
    /// When they were made.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub last_sign_in: Option<Timestamp>,
    /// When they signed in before that.
    pub previous_sign_in: Option<Timestamp>,
    /// They may not sign in.
    pub disabled: bool,
    /// They sign in with a second factor.
    pub second_factor: bool,
}

impl Store {
    /// Makes a user. Names are unique on the whole server, since people sign in without naming a tenant.
    pub fn create_user(
        &self,
        tenant: TenantId,
        user: &NewUser<'_>,
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            let added = t
                .execute(
                    "INSERT INTO users (tenant, id, name, role, password_hash, must_choose, created_at)
                     VALUES (:tenant, :id, :name, :role, :hash, :must, :at)
                     ON CONFLICT (name) DO NOTHING",
                    named_params! {
                        ":tenant": tenant.bytes(), ":id": user.id.bytes(), ":name": user.name,
                        ":role": user.role.word(), ":hash": user.password_hash,
                        ":must": user.must_choose, ":at": user.created_at.nanos(),
                    },
                )
                .doing("making a user")?;
            if added == 0 {
                return Err(StoreError::Conflict(format!(
                    "there is a user named {} already",
                    user.name
                )));
            }
            audit::add(t, tenant, entry)
        })
    }

    /// The user.
    pub fn user(&self, tenant: TenantId, user: UserId) -> Result<Option<User>> {
        self.read(|view| {
            view.query_row(
                "SELECT * FROM users WHERE tenant = ?1 AND id = ?2",
                (tenant.bytes(), user.bytes()),
                read,
            )
            .optional()
            .doing("finding a user")
        })
    }

    /// All users, by name.
    pub fn users(&self, tenant: TenantId) -> Result<Vec<User>> {
        self.read(|view| {
            view.prepare_cached("SELECT * FROM users WHERE tenant = ?1 ORDER BY name")
                .and_then(|mut s| s.query_map([tenant.bytes()], read)?.collect())
                .doing("listing users")
        })
    }

    /// The hash of a user's password.
    pub fn password_hash(&self, tenant: TenantId, user: UserId) -> Result<Option<String>> {
        self.read(|view| {
            view.query_row(
                "SELECT password_hash FROM users WHERE tenant = ?1 AND id = ?2",
                (tenant.bytes(), user.bytes()),
                |row| row.of("password_hash"),
            )
            .optional()
            .doing("finding a user's password")
        })
    }

    /// Gives a user another password and ends all of their sessions. Says whether there is such a user.
    pub fn set_password(
        &self,
        tenant: TenantId,
        user: UserId,
        hash: &str,
        must_choose: bool,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let changed = t
                .execute(
                    "UPDATE users SET password_hash = ?3, must_choose = ?4
                     WHERE tenant = ?1 AND id = ?2",
                    (tenant.bytes(), user.bytes(), hash, must_choose),
                )
                .doing("changing a password")?;
            if changed > 0 {
                t.execute(
                    "DELETE FROM sessions WHERE tenant = ?1 AND user = ?2",
                    (tenant.bytes(), user.bytes()),
                )
                .doing("ending the sessions of a user")?;
                audit::add(t, tenant, entry)?;
            }
            Ok(changed > 0)
        })
    }

    /// Gives a user another role, or shuts them out or lets them in again; their sessions end. The last
    /// administrator who may sign in stays one. Says whether there is such a user.
    pub fn change_user(
        &self,
        tenant: TenantId,
        user: UserId,
        (role, disabled): (Role, bool),
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let changed = t
                .execute(
                    "UPDATE users SET role = ?3, disabled = ?4 WHERE tenant = ?1 AND id = ?2",
                    (tenant.bytes(), user.bytes(), role.word(), disabled),
                )
                .doing("changing a user")?;
            let administrators: i64 = t
                .query_row(
                    "SELECT count(*) FROM users
                     WHERE tenant = ?1 AND role = 'administrator' AND NOT disabled",
                    [tenant.bytes()],
                    |row| row.get(0),
                )
                .doing("counting administrators")?;
            if administrators == 0 {
                let text = "somebody has to be administrator: this is the last one";
                return Err(StoreError::Conflict(text.to_owned()));
            }
            if changed > 0 {
                t.execute(
                    "DELETE FROM sessions WHERE tenant = ?1 AND user = ?2",
                    (tenant.bytes(), user.bytes()),
                )
                .doing("ending the sessions of a user")?;
                audit::add(t, tenant, entry)?;
            }
            Ok(changed > 0)
        })
    }

    /// Keeps the secret of a user's second factor, not confirmed yet; or removes it.
    pub fn set_second_factor(
        &self,
        tenant: TenantId,
        user: UserId,
        secret: Option<&[u8]>,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let changed = t
                .execute(
                    "UPDATE users SET totp_secret = ?3, totp_confirmed = 0, totp_step = 0
                     WHERE tenant = ?1 AND id = ?2",
                    (tenant.bytes(), user.bytes(), secret),
                )
                .doing("keeping a second factor")?;
            if changed > 0 {
                forget_recovery_codes(t, tenant, user)?;
                audit::add(t, tenant, entry)?;
            }
            Ok(changed > 0)
        })
    }

    /// Gives a user these recovery codes, as hashes, in place of those they had.
    pub fn set_recovery_codes(
        &self,
        tenant: TenantId,
        user: UserId,
        hashes: &[[u8; 32]],
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            forget_recovery_codes(t, tenant, user)?;
            for hash in hashes {
                t.execute(
                    "INSERT INTO recovery_codes (tenant, user, hash) VALUES (?1, ?2, ?3)",
                    (tenant.bytes(), user.bytes(), hash),
                )
                .doing("keeping a recovery code")?;
            }
            audit::add(t, tenant, entry)
        })
    }

    /// Uses a recovery code up. False when the user has no such code.
    pub fn use_recovery_code(
        &self,
        tenant: TenantId,
        user: UserId,
        hash: [u8; 32],
    ) -> Result<bool> {
        self.write(|t| {
            let used = t
                .execute(
                    "DELETE FROM recovery_codes WHERE tenant = ?1 AND user = ?2 AND hash = ?3",
                    (tenant.bytes(), user.bytes(), hash),
                )
                .doing("using a recovery code")?;
            Ok(used > 0)
        })
    }

    /// The secret of a user's second factor, and whether it is confirmed.
    pub fn second_factor(&self, tenant: TenantId, user: UserId) -> Result<Option<(Vec<u8>, bool)>> {
        self.read(|view| {
            view.query_row(
                "SELECT totp_secret, totp_confirmed FROM users WHERE tenant = ?1 AND id = ?2",
                (tenant.bytes(), user.bytes()),
                |row| Ok((row.get::<_, Option<Vec<u8>>>(0)?, row.get::<_, bool>(1)?)),
            )
            .optional()
            .doing("reading a second factor")
            .map(|found| found.and_then(|(secret, confirmed)| Some((secret?, confirmed))))
        })
    }

    /// Uses a step of time of a second factor up and confirms it. False when this step or a later one was used
    /// already: a code that somebody looked over the shoulder for opens nothing.
    pub fn use_second_factor(&self, tenant: TenantId, user: UserId, step: u64) -> Result<bool> {
        self.write(|t| {
            let used = t
                .execute(
                    "UPDATE users SET totp_step = ?3, totp_confirmed = 1
                     WHERE tenant = ?1 AND id = ?2 AND totp_step < ?3 AND totp_secret IS NOT NULL",
                    (tenant.bytes(), user.bytes(), crate::column::number(step)),
                )
                .doing("using a second factor")?;
            Ok(used > 0)
        })
    }
}

fn forget_recovery_codes(t: &Transaction<'_>, tenant: TenantId, user: UserId) -> Result<()> {
    t.execute(
        "DELETE FROM recovery_codes WHERE tenant = ?1 AND user = ?2",
        (tenant.bytes(), user.bytes()),
    )
    .doing("removing recovery codes")?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.user("id")?,
        name: row.of("name")?,
        role: role(row, "role")?,
        must_choose: row.of("must_choose")?,
        created_at: row.time("created_at")?,
        last_sign_in: row.maybe_time("last_sign_in")?,
        previous_sign_in: row.maybe_time("previous_sign_in")?,
        disabled: row.of("disabled")?,
        second_factor: row.of("totp_confirmed")?,
    })
}

pub(crate) fn role(row: &Row<'_>, column: &str) -> rusqlite::Result<Role> {
    row.of::<String>(column)?.parse().map_err(|why: StoreError| unreadable(why))
}
