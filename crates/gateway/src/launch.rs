//! A genuine activation URL, taken apart.
//!
//! Nothing is read from a query before its signature proved right, and then only from the decoded
//! parameters that were signed: a duplicate or an array in the raw text means nothing.

use freischalt_protocol::signed_url::{Port, SignedUrlError, VerifiedUrl};
use freischalt_protocol::{ApiClaim, UnixTime};

use crate::app::App;
use crate::launches::LaunchId;
use crate::router;

/// What an activation URL brings (marketplacedoc.onoffice.de, "Activation").
pub(crate) struct Launch {
    pub(crate) id: LaunchId,
    pub(crate) customer_name: Option<String>,
    pub(crate) token: String,
    pub(crate) claim: ApiClaim,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LaunchError {
    #[error(transparent)]
    NotGenuine(#[from] SignedUrlError),
    #[error("the URL is genuine but has no {0} parameter")]
    Missing(&'static str),
}

impl LaunchError {
    /// Whether the URL was right once.
    pub(crate) fn is_outdated(&self) -> bool {
        matches!(self, Self::NotGenuine(SignedUrlError::TooOld { .. }))
    }
}

impl Launch {
    /// Checks the raw query of a request for the activation page, at most `max_age` seconds old.
    pub(crate) fn verify(
        app: &App,
        query: &str,
        now: UnixTime,
        max_age: i64,
    ) -> Result<Self, LaunchError> {
        let url = format!("{}{}?{query}", app.public_origin, router::ACTIVATE);
        let check = |port: Port| {
            port.verify_fresh(&url, &app.provider_secret, now, max_age, app.max_url_ahead)
        };
        // Hosts are known that sign the port, and hosts that do not.
        let verified = match check(Port::Dropped) {
            Err(SignedUrlError::WrongSignature) => check(Port::Kept)?,
            verified => verified?,
        };
        Self::read(&verified)
    }

    fn read(url: &VerifiedUrl) -> Result<Self, LaunchError> {
        let required = |name| {
            let value = url.get(name).filter(|value| !value.is_empty());
            value.map(str::to_owned).ok_or(LaunchError::Missing(name))
        };
        let signed_at = url.timestamp().ok_or(LaunchError::Missing("timestamp"))?;
        Ok(Self {
            id: LaunchId {
                customer: required("customerWebId")?,
                parameter_cache_id: required("parameterCacheId")?,
                signed_at,
            },
            customer_name: required("customerName").ok(),
            token: required("apiToken")?,
            claim: ApiClaim::new(required(ApiClaim::URL_PARAMETER)?),
        })
    }
}
