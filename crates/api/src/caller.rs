//! Who calls, and whether they may: the one place where a call is let through or not.
//!
//! A handler names what it needs in its signature; without that it has no tenant to ask with.

use std::{marker::PhantomData, net::SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, Method, header, request::Parts},
};
use bartizan_access::{Identity, Permission};
use bartizan_model::{TenantId, Timestamp};
use bartizan_store::NewAuditEntry;

use crate::{Api, problem::ApiError};

/// What a handler needs of its caller.
pub(crate) trait Need: Send + Sync + 'static {
    /// The permission; `None` lets everybody in who is signed in.
    const PERMISSION: Option<Permission>;
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = $permission:expr),+ $(,)?) => {
        $($(#[$doc])* #[derive(Debug)] pub(crate) struct $name;
        impl Need for $name { const PERMISSION: Option<Permission> = $permission; })+
    };
}

needs!(
    /// To be signed in, even with a one-time password.
    SignedIn = None,
    /// To see.
    Read = Some(Permission::Read),
    /// To answer.
    Respond = Some(Permission::Respond),
    /// To keep and remove indicators.
    ManageIndicators = Some(Permission::ManageIndicators),
    /// To say what is expected here.
    Tune = Some(Permission::Tune),
    /// To say which rules judge.
    ManageRules = Some(Permission::ManageRules),
    /// To change settings.
    ManageSettings = Some(Permission::ManageSettings),
    /// To group devices, value them and shut them out.
    ManageDevices = Some(Permission::ManageDevices),
    /// To make and revoke tokens of programs.
    ManageTokens = Some(Permission::ManageTokens),
    /// To have something done to devices.
    Act = Some(Permission::Act),
    /// To approve what somebody else wants done.
    Approve = Some(Permission::Approve),
    /// To lay down who has to approve what.
    ManageActions = Some(Permission::ManageActions),
    /// To make users.
    ManageUsers = Some(Permission::ManageUsers),
    /// To let machines in.
    EnrolDevices = Some(Permission::EnrolDevices),
    /// To look at devices live.
    LiveLook = Some(Permission::LiveLook),
    /// To change devices live.
    LiveAct = Some(Permission::LiveAct),
    /// To see the audit log.
    ReadAudit = Some(Permission::ReadAudit),
);

/// A caller who may.
#[derive(Debug)]
pub(crate) struct Caller<N> {
    /// Who.
    pub(crate) identity: Identity,
    /// From where.
    pub(crate) address: String,
    /// The session's secret, when they have one.
    pub(crate) secret: Option<String>,
    need: PhantomData<N>,
}

impl<N> Caller<N> {
    /// Whose things they may ask for.
    pub(crate) const fn tenant(&self) -> TenantId {
        self.identity.tenant
    }

    /// What the audit log says of something they did.
    pub(crate) fn did<'a>(
        &'a self,
        at: Timestamp,
        action: &'a str,
        target: &'a str,
        detail: &'a str,
    ) -> NewAuditEntry<'a> {
        let (actor, address) = (&self.identity.name, &self.address);
        NewAuditEntry { at, actor, address, action, target, outcome: "done", detail }
    }
}

impl<N: Need> FromRequestParts<Api> for Caller<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let bearer = bearer(&parts.headers);
        let secret = cookie(&parts.headers, api.cookie_name());
        if bearer.is_none() {
            refuse_other_sites(&parts.method, &parts.headers)?;
        }
        let (now, kept) = (api.now(), secret.clone());
        let identity = api
            .run(move |api| {
                let identity = match (bearer, kept) {
                    (Some(token), _) => api.access.token(&token, now)?,
                    (None, Some(secret)) => api.access.session(&secret, now)?,
                    (None, None) => None,
                };
                identity.ok_or_else(ApiError::signed_out)
            })
            .await?;
        if let Some(permission) = N::PERMISSION
            && !identity.may(permission)
        {
            return Err(refused(&identity));
        }
        Ok(Self { identity, address: address(parts), secret, need: PhantomData })
    }
}

/// From where a call comes.
pub(crate) fn address(parts: &Parts) -> String {
    let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    connection.map_or_else(String::new, |info| info.0.ip().to_canonical().to_string())
}

/// A browser says from which site a call comes. A call that changes something must come from our own pages.
/// Programs that are no browsers say neither and bring no cookies they were not given.
pub(crate) fn refuse_other_sites(method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let own = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text("host")
        }
        (None, None) => true,
    };
    if own {
        return Ok(());
    }
    Err(ApiError::forbidden("other-site", "this call comes from another site and was refused"))
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).into_iter();
    let pairs = cookies.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().split_once('='));
    values.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn refused(identity: &Identity) -> ApiError {
    if identity.must_choose_password() {
        let detail = "choose a password of your own first (POST /api/v1/me/password)";
        return ApiError::forbidden("must-choose-password", detail);
    }
    ApiError::forbidden("not-allowed", "your role does not allow this")
}
