//! Somebody who came in.

use bartizan_model::{TenantId, UserId};
use bartizan_store::{Role, Tenant};

use crate::{Permission, permissions};

/// Somebody who came in, of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Whose.
    pub tenant: TenantId,
    /// Their name, as the audit log has it.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// How they came in.
    pub means: Means,
}

/// How somebody came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// A person with a session.
    Session {
        /// Which user.
        user: UserId,
        /// They must choose a password before anything else.
        must_choose_password: bool,
    },
    /// A program with a token.
    Token,
    /// The server itself.
    Server,
}

impl Identity {
    /// The server itself, for what it does without being asked.
    pub fn server(tenant: &Tenant) -> Self {
        Self {
            tenant: tenant.id,
            name: "server".to_owned(),
            role: Role::Administrator,
            means: Means::Server,
        }
    }

    /// Whether they may do this. Who still has a one-time password may do nothing but choose their own.
    pub fn may(&self, permission: Permission) -> bool {
        !self.must_choose_password() && permissions(self.role).contains(&permission)
    }

    /// Whether they must choose a password before anything else.
    pub const fn must_choose_password(&self) -> bool {
        matches!(self.means, Means::Session { must_choose_password: true, .. })
    }

    /// The user, when it is one.
    pub const fn user(&self) -> Option<UserId> {
        match self.means {
            Means::Session { user, .. } => Some(user),
            Means::Token | Means::Server => None,
        }
    }
}
