//! A genuine activation URL, taken apart.
//!
//! Nothing is read from a query before its signature proved right, and then only from the decoded
//! parameters that were signed: a duplicate or an array in the raw text means nothing.

use freischalt_protocol::signed_url::{SignedUrlError, VerifiedUrl, verify_fresh};
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
        let check = |origin: &str| {
            let url = format!("{origin}{}?{query}", router::ACTIVATE);
            verify_fresh(&url, &app.provider_secret, now, max_age, app.max_url_ahead)
        };
        let verified = match (check(&app.public_origin), port_as_host(&app.public_origin)) {
            (Err(SignedUrlError::WrongSignature), Some(origin)) => check(&origin)?,
            (verified, _) => verified?,
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

/// The origin for the dialect of hosts that sign the port as well. What is signed never has the
/// port that `parse_url` finds, and that is the one after the last colon: written twice, the first
/// one counts as part of the host. `None` if the origin names no port.
fn port_as_host(origin: &str) -> Option<String> {
    let (_, port) = origin.rsplit_once(':')?;
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    is_port.then(|| format!("{origin}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use freischalt_protocol::Secret;
    use freischalt_protocol::signed_url::{canonical, verify};

    #[test]
    fn a_port_written_twice_is_signed_once() {
        for (origin, signed) in [
            ("http://127.0.0.1:8082", "http://127.0.0.1:8082/a?"),
            ("https://provider.example:8443", "https://provider.example:8443/a?"),
            ("http://[::1]:8082", "http://[::1]:8082/a?"),
        ] {
            let url = format!("{}/a", port_as_host(origin).unwrap());
            assert_eq!(canonical(&url).unwrap(), signed.as_bytes());
        }
    }

    /// The signature was made by PHP over the text with the port in it.
    #[test]
    fn the_signature_of_a_host_that_signs_the_port() {
        let origin = port_as_host("https://provider.example:8443").unwrap();
        let url = format!(
            "{origin}/shop/index.php?theme=dark+mode&customerName=A%2BB%20GmbH%20%C3%9C\
             &customerWebId=42&userId=7&groupId=3&apiClaim=a%2Fb%2Bc%3D%3D&parameterCacheId=pc-1\
             &timestamp=1700000001&estateId=1.234&language=DEU&UserLanguage=ENG\
             &imageIds=12%2C34\
             &signature=85148de6d11212c0a7be31c0ac4af268ab40fa631e450ac68af81080ccc97a8e"
        );
        let secret = Secret::new("provider-secret-0123456789");
        assert!(verify(&url, &secret).is_ok());
        let without = url.replace(":8443:8443", ":8443");
        assert_eq!(verify(&without, &secret).unwrap_err(), SignedUrlError::WrongSignature);
    }

    #[test]
    fn an_origin_without_port_has_one_dialect() {
        for origin in ["https://provider.example", "http://[::1]"] {
            assert_eq!(port_as_host(origin), None, "{origin}");
        }
    }
}
