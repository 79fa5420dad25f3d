//! Signing in, staying in, going out.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bartizan_model::Timestamp;
use bartizan_store::{NewAuditEntry, Store, Tenant};
use parking_lot::Mutex;

use crate::{
    AccessError, Authority, FirstSignIn, FirstTenant, Identity, Means, Refusal, Result,
    action::Hooks, first_start, limit::Attempts, live::LiveHub, password, secret, signer::Signer,
};

/// A session that is not used ends after this.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// Every session ends after this.
const ABSOLUTE: Duration = Duration::from_secs(12 * 3_600);
/// That a session is used is written down at most this often.
const TOUCH: Duration = Duration::from_secs(60);
/// What the token of a program starts with.
pub(crate) const TOKEN_PREFIX: &str = "bzt_";

/// The gate: everybody passes it, and nobody else decides who does.
#[derive(Debug)]
pub struct Access {
    pub(crate) store: Arc<Store>,
    pub(crate) folder: PathBuf,
    pub(crate) authority: Authority,
    pub(crate) signer: Signer,
    pub(crate) hooks: Hooks,
    pub(crate) live: LiveHub,
    tenants: Vec<Tenant>,
    pub(crate) attempts: Mutex<Attempts>,
}

/// Somebody signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// The session's secret, for the cookie.
    pub secret: String,
    /// Who.
    pub identity: Identity,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("identity", &self.identity).finish_non_exhaustive()
    }
}

impl Access {
    /// Opens the gate over these records, with keys in `folder`. At the first start a tenant and its
    /// administrator are made; the sign-in comes along until the administrator has chosen a password.
    pub fn open(
        store: Arc<Store>,
        folder: &Path,
        first: FirstTenant<'_>,
        now: Timestamp,
    ) -> Result<(Self, Option<FirstSignIn>)> {
        let authority = Authority::open(folder, now)?;
        let signer = Signer::open(folder)?;
        let (tenants, sign_in) = first_start::first_start(&store, folder, first, now)?;
        let attempts = Mutex::default();
        let folder = folder.to_owned();
        let (hooks, live) = (Hooks::default(), LiveHub::default());
        let access = Self { store, folder, authority, signer, hooks, live, tenants, attempts };
        Ok((access, sign_in))
    }

    /// The certificate authority.
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The tenants of this server, the first one first.
    pub fn tenants(&self) -> &[Tenant] {
        &self.tenants
    }

    /// Signs a person in who has no second factor.
    pub fn sign_in(
        &self,
        name: &str,
        password: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<SignedIn> {
        self.sign_in_with(name, (password, None), address, now)
    }

    /// Signs a person in, with a code of their second factor when they have one. Without it they hear that it is
    /// needed, once the password is right.
    pub fn sign_in_with(
        &self,
        name: &str,
        (password, code): (&str, Option<&str>),
        address: &str,
        now: Timestamp,
    ) -> Result<SignedIn> {
        self.attempts.lock().check(name, address, now).inspect_err(|_| {
            tell(self.refused(name, address, now, "too many tries"));
        })?;
        let record = self.store.door().user_named(name)?;
        let hash = record.as_ref().map(|record| record.password_hash.as_str());
        let right = password::verify(password, hash);
        let Some(record) = record.filter(|record| right && !record.disabled) else {
            self.attempts.lock().failed(name, address, now);
            self.refused(name, address, now, "wrong name or password")?;
            return Err(Refusal::WrongPassword.into());
        };
        if let Err(why) = self.second_step(&record, code, now) {
            if !matches!(why, AccessError::Refused(Refusal::CodeNeeded)) {
                self.refused(name, address, now, "wrong code of the second factor")?;
            }
            return Err(why);
        }
        self.attempts.lock().succeeded(name, address);
        let drawn = secret::draw();
        let entry = NewAuditEntry {
            at: now,
            actor: &record.name,
            address,
            action: "session.create",
            target: "",
            outcome: "done",
            detail: "",
        };
        let door = self.store.door();
        door.end_old_sessions(now.minus(ABSOLUTE), now.minus(IDLE))?;
        door.begin_session(secret::hash(&drawn), &record, now, entry)?;
        let secret = secret::text(drawn);
        let identity = self.session(&secret, now)?.ok_or(Refusal::WrongPassword)?;
        Ok(SignedIn { secret, identity })
    }

    /// Whose session this is, if it still goes on. It goes on longer by being used.
    pub fn session(&self, secret: &str, now: Timestamp) -> Result<Option<Identity>> {
        let Some(secret) = secret::parse(secret) else { return Ok(None) };
        let hash = secret::hash(&secret);
        let door = self.store.door();
        let Some(session) = door.session(hash)? else { return Ok(None) };
        if now.since(session.created_at) >= ABSOLUTE || now.since(session.used_at) >= IDLE {
            door.end_session(hash)?;
            return Ok(None);
        }
        if now.since(session.used_at) >= TOUCH {
            door.touch_session(hash, now)?;
        }
        let means =
            Means::Session { user: session.user, must_choose_password: session.must_choose };
        let (tenant, name, role) = (session.tenant, session.name, session.role);
        Ok(Some(Identity { tenant, name, role, means }))
    }

    /// Whether a session still goes on, without using it: a page that only watches does not keep it open.
    pub fn goes_on(&self, secret: &str, now: Timestamp) -> Result<bool> {
        let Some(secret) = secret::parse(secret) else { return Ok(false) };
        let session = self.store.door().session(secret::hash(&secret))?;
        Ok(session.is_some_and(|session| {
            now.since(session.created_at) < ABSOLUTE && now.since(session.used_at) < IDLE
        }))
    }

    /// Whose token this is, if it still works.
    pub fn token(&self, text: &str, now: Timestamp) -> Result<Option<Identity>> {
        let secret = text.strip_prefix(TOKEN_PREFIX).and_then(secret::parse);
        let Some(secret) = secret else { return Ok(None) };
        let token = self.store.door().api_token(secret::hash(&secret))?;
        Ok(token.filter(|token| token.expires_at > now).map(|token| Identity {
            tenant: token.tenant,
            name: format!("token {}", token.name),
            role: token.role,
            means: Means::Token,
        }))
    }

    /// Signs a person out.
    pub fn sign_out(
        &self,
        secret: &str,
        identity: &Identity,
        address: &str,
        now: Timestamp,
    ) -> Result<()> {
        if let Some(secret) = secret::parse(secret) {
            self.store.door().end_session(secret::hash(&secret))?;
        }
        let entry = NewAuditEntry {
            at: now,
            actor: &identity.name,
            address,
            action: "session.delete",
            target: "",
            outcome: "done",
            detail: "",
        };
        Ok(self.store.add_audit(identity.tenant, entry)?)
    }

    /// Writes down who was not let in. Who has no tenant is written down with the first.
    fn refused(&self, name: &str, address: &str, now: Timestamp, detail: &str) -> Result<()> {
        let first = self.tenants.first().map(|tenant| tenant.id);
        let known = self.store.door().user_named(name)?.map(|record| record.tenant);
        let Some(tenant) = known.or(first) else { return Ok(()) };
        let name: String = name.chars().take(100).collect();
        let entry = NewAuditEntry {
            at: now,
            actor: &name,
            address,
            action: "session.create",
            target: "",
            outcome: "refused",
            detail,
        };
        Ok(self.store.add_audit(tenant, entry)?)
    }
}

/// A refusal stands whether or not it could be written down.
fn tell(outcome: Result<()>) {
    if let Err(AccessError::Store(why)) = outcome {
        tracing::error!(error = %why, "writing down a refused sign-in");
    }
}
