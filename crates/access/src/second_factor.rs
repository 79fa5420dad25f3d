//! The second factor of a person: setting it up, confirming it, using it, taking it away.
//!
//! It asks for a code at sign-in only once it was confirmed with one, so nobody shuts themselves out.

use std::fmt;

use bartizan_model::{Timestamp, UserId};
use bartizan_store::SignInRecord;

use crate::{Access, AccessError, Identity, Refusal, Result, password, totp, users::entry};

/// A secret for an authenticator, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSecondFactor {
    /// The secret, to be typed.
    pub secret: String,
    /// The same as the address that an authenticator reads from a picture.
    pub url: String,
}

impl fmt::Debug for NewSecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSecondFactor").finish_non_exhaustive()
    }
}

impl Access {
    /// Whether a person signs in with a second factor.
    pub fn has_second_factor(&self, identity: &Identity) -> Result<bool> {
        let Some(user) = identity.user() else { return Ok(false) };
        let kept = self.store.second_factor(identity.tenant, user)?;
        Ok(kept.is_some_and(|(_, confirmed)| confirmed))
    }

    /// Draws a secret for a person who has no confirmed second factor yet.
    pub fn begin_second_factor(
        &self,
        identity: &Identity,
        current: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<NewSecondFactor> {
        let user = self.proven(identity, current, address, now)?;
        if self.has_second_factor(identity)? {
            return Err(Refusal::Taken("there is a second factor: remove it first".into()).into());
        }
        let secret = totp::draw();
        let target = format!("user {}", identity.name);
        let entry = entry(identity, address, now, "user.second_factor_begun", &target);
        self.store.set_second_factor(identity.tenant, user, Some(&secret), entry)?;
        let url = totp::url(&identity.name, "Bartizan", &secret);
        Ok(NewSecondFactor { secret: totp::text(&secret), url })
    }

    /// Confirms a second factor with a code, and gives the recovery codes, shown once.
    pub fn confirm_second_factor(
        &self,
        identity: &Identity,
        code: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<Vec<String>> {
        let user = identity.user().ok_or(Refusal::NoSuchUser)?;
        let Some((secret, false)) = self.store.second_factor(identity.tenant, user)? else {
            return Err(Refusal::NoSecondFactor.into());
        };
        self.limited(&identity.name, now, || {
            let step = totp::step_of(&secret, code, now);
            Ok(match step {
                Some(step) => self.store.use_second_factor(identity.tenant, user, step)?,
                None => false,
            })
        })?;
        let (codes, hashes) = totp::recovery_codes();
        let target = format!("user {}", identity.name);
        let entry = entry(identity, address, now, "user.second_factor_confirmed", &target);
        self.store.set_recovery_codes(identity.tenant, user, &hashes, entry)?;
        Ok(codes)
    }

    /// Takes a person's own second factor away: with password and code.
    pub fn remove_second_factor(
        &self,
        identity: &Identity,
        (current, code): (&str, &str),
        address: &str,
        now: Timestamp,
    ) -> Result<()> {
        let user = self.proven(identity, current, address, now)?;
        if self.has_second_factor(identity)? {
            let of = (identity.tenant, user);
            self.limited(&identity.name, now, || self.uses(of, code, now))?;
        }
        let target = format!("user {}", identity.name);
        let entry = entry(identity, address, now, "user.second_factor_removed", &target);
        self.store.set_second_factor(identity.tenant, user, None, entry)?;
        Ok(())
    }

    /// Asks for the code of who has shown the right password.
    pub(crate) fn second_step(
        &self,
        of: &SignInRecord,
        code: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        if !of.second_factor {
            return Ok(());
        }
        let code = code.map(str::trim).filter(|code| !code.is_empty());
        let code = code.ok_or(Refusal::CodeNeeded)?;
        self.limited(&of.name, now, || self.uses((of.tenant, of.user), code, now))
    }

    /// Uses a code up: of the authenticator, or a recovery code.
    fn uses(
        &self,
        (tenant, user): (bartizan_model::TenantId, UserId),
        code: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let Some((secret, _)) = self.store.second_factor(tenant, user)? else { return Ok(false) };
        if let Some(step) = totp::step_of(&secret, code, now) {
            return Ok(self.store.use_second_factor(tenant, user, step)?);
        }
        Ok(self.store.use_recovery_code(tenant, user, totp::recovery_hash(code))?)
    }

    /// Six digits are soon tried out: wrong codes are counted for each person, from wherever they come.
    fn limited(
        &self,
        name: &str,
        now: Timestamp,
        right: impl FnOnce() -> Result<bool>,
    ) -> Result<()> {
        let of = format!("code of {}", name.to_lowercase());
        self.attempts.lock().check(name, &of, now)?;
        if right()? {
            self.attempts.lock().succeeded(name, &of);
            return Ok(());
        }
        self.attempts.lock().failed(name, &of, now);
        Err(Refusal::WrongCode.into())
    }

    /// The person, when the password is theirs. A session alone does not change how its owner comes in.
    fn proven(
        &self,
        identity: &Identity,
        current: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<UserId, AccessError> {
        let user = identity.user().ok_or(Refusal::NoSuchUser)?;
        self.attempts.lock().check(&identity.name, address, now)?;
        let kept = self.store.password_hash(identity.tenant, user)?;
        if !password::verify(current, kept.as_deref()) {
            self.attempts.lock().failed(&identity.name, address, now);
            return Err(Refusal::WrongCurrentPassword.into());
        }
        Ok(user)
    }
}
