//! Making users and tokens, and choosing passwords.

use std::{fmt, time::Duration};

use bartizan_model::{Timestamp, UserId};
use bartizan_store::{NewApiToken, NewAuditEntry, NewUser, Role, StoreError};
use uuid::Uuid;

use crate::{
    Access, AccessError, Identity, Refusal, Result, first_start, gate::TOKEN_PREFIX, password,
    secret,
};

/// The longest name of a user.
const LONGEST_NAME: usize = 64;

/// A one-time password for somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword {
    /// Whose.
    pub user: UserId,
    /// The password, shown once.
    pub password: String,
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPassword").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Access {
    /// A person chooses a password. All of their sessions end; they sign in with the new one.
    pub fn choose_password(
        &self,
        identity: &Identity,
        current: &str,
        new: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<()> {
        let user = identity.user().ok_or(Refusal::NoSuchUser)?;
        let kept = self.store.password_hash(identity.tenant, user)?;
        if !password::verify(current, kept.as_deref()) {
            return Err(Refusal::WrongCurrentPassword.into());
        }
        password::judge(&identity.name, current, new)?;
        let hash = password::hash(new)?;
        let target = format!("user {}", identity.name);
        let entry = entry(identity, address, now, "user.password", &target);
        self.store.set_password(identity.tenant, user, &hash, false, entry)?;
        if self.first_sign_in_is(&identity.name) {
            first_start::chosen(&self.folder)?;
        }
        Ok(())
    }

    /// Makes a user with a one-time password.
    pub fn create_user(
        &self,
        by: &Identity,
        name: &str,
        role: Role,
        address: &str,
        now: Timestamp,
    ) -> Result<NewPassword> {
        let name = name.trim();
        judge_name(name)?;
        let (id, password) = (UserId::from_uuid(Uuid::new_v4()), password::one_time());
        let hash = password::hash(&password)?;
        let user =
            NewUser { id, name, role, password_hash: &hash, must_choose: true, created_at: now };
        let target = format!("user {name}");
        let mut entry = entry(by, address, now, "user.create", &target);
        entry.detail = role.word();
        match self.store.create_user(by.tenant, &user, entry) {
            Err(StoreError::Conflict(taken)) => Err(Refusal::Taken(taken).into()),
            outcome => {
                outcome?;
                Ok(NewPassword { user: id, password })
            }
        }
    }

    /// Gives a user a new one-time password and ends their sessions.
    pub fn reset_password(
        &self,
        by: &Identity,
        user: UserId,
        address: &str,
        now: Timestamp,
    ) -> Result<NewPassword> {
        let known = self.store.user(by.tenant, user)?.ok_or(Refusal::NoSuchUser)?;
        let password = password::one_time();
        let target = format!("user {}", known.name);
        let entry = entry(by, address, now, "user.reset_password", &target);
        self.store.set_password(by.tenant, user, &password::hash(&password)?, true, entry)?;
        Ok(NewPassword { user, password })
    }

    /// Makes a token for a program. It is shown once.
    pub fn create_api_token(
        &self,
        by: &Identity,
        name: &str,
        role: Role,
        valid: Duration,
        now: Timestamp,
    ) -> Result<String> {
        let drawn = secret::draw();
        let token = NewApiToken {
            hash: secret::hash(&drawn),
            name,
            role: role.min(by.role),
            created_by: &by.name,
            created_at: now,
            expires_at: now.plus(valid),
        };
        let target = format!("token {name}");
        let entry = entry(by, "", now, "token.create", &target);
        self.store.create_api_token(by.tenant, &token, entry)?;
        Ok(format!("{TOKEN_PREFIX}{}", secret::text(drawn)))
    }

    /// Whether the one-time password in the data folder is of this name.
    fn first_sign_in_is(&self, name: &str) -> bool {
        first_start::name(&self.folder).is_some_and(|first| first.eq_ignore_ascii_case(name))
    }
}

/// An entry of the audit log about something that was done.
pub(crate) fn entry<'a>(
    by: &'a Identity,
    address: &'a str,
    at: Timestamp,
    action: &'a str,
    target: &'a str,
) -> NewAuditEntry<'a> {
    NewAuditEntry { at, actor: &by.name, address, action, target, outcome: "done", detail: "" }
}

fn judge_name(name: &str) -> Result<(), AccessError> {
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Refusal::BadName("a user's name has 1 to 64 characters").into());
    }
    if !name.chars().all(|c| c.is_alphanumeric() || "._-@+".contains(c)) {
        return Err(Refusal::BadName("a user's name has letters, digits and . _ - @ + only").into());
    }
    Ok(())
}
