//! The first start: a tenant, its administrator, and a password that works until another is chosen.

use std::path::{Path, PathBuf};

use bartizan_model::{TenantId, Timestamp, UserId};
use bartizan_store::{NewAuditEntry, NewUser, Role, Store, Tenant};
use uuid::Uuid;

use crate::{AccessError, Result, password};

/// What the first tenant is called.
#[derive(Debug, Clone, Copy)]
pub struct FirstTenant<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where its data is kept; never changes.
    pub data_location: &'a str,
    /// The administrator's name.
    pub administrator: &'a str,
}

impl Default for FirstTenant<'_> {
    fn default() -> Self {
        Self { name: "Home", data_location: "local", administrator: "admin" }
    }
}

/// How the administrator signs in for the first time.
#[derive(Clone, PartialEq, Eq)]
pub struct FirstSignIn {
    /// Their name.
    pub name: String,
    /// The one-time password.
    pub password: String,
}

impl std::fmt::Debug for FirstSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstSignIn").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Makes the first tenant where there is none. Gives the tenants, and how to sign in as long as the
/// administrator has not chosen a password: the one-time password waits in the data folder, so that a second
/// start can show it again.
pub(crate) fn first_start(
    store: &Store,
    folder: &Path,
    first: FirstTenant<'_>,
    now: Timestamp,
) -> Result<(Vec<Tenant>, Option<FirstSignIn>)> {
    let tenants = store.door().tenants()?;
    if let Some(home) = tenants.first() {
        let waiting = waiting(store, folder, home.id, now)?;
        return Ok((tenants, waiting));
    }
    let tenant = Tenant {
        id: TenantId::from_uuid(Uuid::new_v4()),
        name: first.name.to_owned(),
        data_location: first.data_location.to_owned(),
        created_at: now,
    };
    let password = password::one_time();
    let hash = password::hash(&password)?;
    // The file stands before the user: a start that ends between the two leaves no user nobody can sign in as.
    let text = format!("{}\n{password}\n", first.administrator);
    crate::authority::write_private(&file(folder), text.as_bytes())?;
    store.create_tenant(&tenant)?;
    make_administrator(store, tenant.id, first.administrator, &hash, now)?;
    let sign_in = FirstSignIn { name: first.administrator.to_owned(), password };
    Ok((vec![tenant], Some(sign_in)))
}

/// Removes the one-time password once another was chosen.
pub(crate) fn chosen(folder: &Path) -> Result<()> {
    let path = file(folder);
    match std::fs::remove_file(&path) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => Err(AccessError::File {
            doing: "removing",
            path: path.display().to_string(),
            source: why,
        }),
        _ => Ok(()),
    }
}

/// The name that waits for its first sign-in, if one does.
fn waiting(
    store: &Store,
    folder: &Path,
    tenant: TenantId,
    now: Timestamp,
) -> Result<Option<FirstSignIn>> {
    let path = file(folder);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            let path = path.display().to_string();
            return Err(AccessError::File { doing: "reading", path, source });
        }
    };
    let mut lines = text.lines();
    let (Some(name), Some(password)) = (lines.next(), lines.next()) else { return Ok(None) };
    if store.users(tenant)?.is_empty() {
        let hash = password::hash(password)?;
        make_administrator(store, tenant, name, &hash, now)?;
    }
    let users = store.users(tenant)?;
    if users.iter().any(|user| user.name == name && user.must_choose) {
        return Ok(Some(FirstSignIn { name: name.to_owned(), password: password.to_owned() }));
    }
    chosen(folder)?;
    Ok(None)
}

fn make_administrator(
    store: &Store,
    tenant: TenantId,
    name: &str,
    hash: &str,
    now: Timestamp,
) -> Result<()> {
    let user = NewUser {
        id: UserId::from_uuid(Uuid::new_v4()),
        name,
        role: Role::Administrator,
        password_hash: hash,
        must_choose: true,
        created_at: now,
    };
    let target = format!("user {name}");
    let entry = NewAuditEntry {
        at: now,
        actor: "server",
        address: "",
        action: "user.create",
        target: &target,
        outcome: "done",
        detail: "first start",
    };
    Ok(store.create_user(tenant, &user, entry)?)
}

fn file(folder: &Path) -> PathBuf {
    folder.join("first-sign-in")
}

/// Whose one-time password waits in the data folder.
pub(crate) fn name(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file(folder)).ok()?;
    text.lines().next().map(str::to_owned)
}
