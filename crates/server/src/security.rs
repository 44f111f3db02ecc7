//! What an operator has to be able to find out afterwards: who signed in, whose credential was
//! refused, whose rights changed, and from which address. Lines of the log with the target
//! `freischalt_server::security` and a name in `event`; never a credential.
//!
//! Refused credentials are what strangers can send as often as they like: of each kind a few lines
//! a minute are written, and the next one says how many were not.

use std::{convert::Infallible, time::Instant};

use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, request::Parts},
};
use freischalt_listen::{Caller, Sparing, TrustedProxies};

use crate::state::App;

/// The target of all its lines.
pub(crate) const TARGET: &str = module_path!();

/// A credential that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The bearer token of the management API.
    ManagementToken,
    /// A ticket to sign in with.
    Ticket,
    /// The token of an API user.
    ApiToken,
}

impl Refused {
    const ALL: [Self; 3] = [Self::ManagementToken, Self::Ticket, Self::ApiToken];

    const fn event(self) -> &'static str {
        match self {
            Self::ManagementToken => "management_token_refused",
            Self::Ticket => "ticket_refused",
            Self::ApiToken => "api_token_refused",
        }
    }
}

/// Writes what has to do with security.
#[derive(Debug)]
pub struct SecurityLog {
    proxies: TrustedProxies,
    refused: [Sparing; Refused::ALL.len()],
}

impl SecurityLog {
    /// With the word of these proxies about who calls.
    pub(crate) fn new(proxies: TrustedProxies) -> Self {
        Self { proxies, refused: Default::default() }
    }

    /// Who sent a request.
    pub(crate) fn caller(&self, headers: &HeaderMap, extensions: &Extensions) -> Caller {
        self.proxies.caller(headers, extensions)
    }

    /// A credential was refused.
    pub(crate) fn refused(&self, what: Refused, caller: Caller) {
        if let Some(omitted) = self.refused[what as usize].tell(Instant::now()) {
            tracing::warn!(event = what.event(), %caller, omitted, "a credential was refused");
        }
    }

    /// Says how many were not told one by one; to be called now and then.
    pub(crate) fn tell_rest(&self) {
        for what in Refused::ALL {
            if let Some(omitted) = self.refused[what as usize].rest(Instant::now()) {
                tracing::warn!(event = what.event(), omitted, "credentials were refused");
            }
        }
    }
}

/// Who sent the request that a handler answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CalledFrom(pub(crate) Caller);

impl FromRequestParts<App> for CalledFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(app.security.caller(&parts.headers, &parts.extensions)))
    }
}
