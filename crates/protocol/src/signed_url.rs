//! Signed URLs: activation, service call, webhook and order callback.
//!
//! The text that is signed is scheme, host and path as they stand (no port, no user info, no
//! fragment), then `?` and the decoded, sorted and newly encoded query without `signature`; the
//! signature is lower-case hex of HMAC-SHA256 under the provider secret. Source: `ProviderUnlock`
//! and `Shop` in the repository onOfficeGmbH/marketplace-examples, where one version of one example
//! keeps the port; see [`Port`].
//!
//! This module must not know which parameters a URL needs.

use std::fmt;

use crate::{
    Secret, UnixTime,
    php::{
        self, Value,
        query::{self, Encoding, MAX_VARIABLES},
        sort, url,
    },
    signature,
};

const SIGNATURE: &str = "signature";

/// A signed URL that proved genuine.
#[derive(Clone)]
pub struct VerifiedUrl {
    /// All query parameters but `signature`, decoded by the rules of PHP's `parse_str` and sorted
    /// by those of `ksort`.
    pub parameters: php::Array,
    id: String,
}

impl VerifiedUrl {
    /// What tells this URL from every other genuine one, however its query is encoded or ordered:
    /// a text of 64 characters to remember used URLs by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A parameter that is valid UTF-8 text; `None` if it is absent, an array or not UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get_str(name)
    }

    /// The `timestamp` parameter; `None` if it is absent or not a whole number of decimal digits.
    pub fn timestamp(&self) -> Option<UnixTime> {
        let text = self.get("timestamp")?;
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        text.parse().ok().map(UnixTime)
    }
}

/// Names only: the values include an API token and an API claim.
impl fmt::Debug for VerifiedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.parameters.iter().map(|(key, _)| key.to_bytes());
        f.write_str("VerifiedUrl ")?;
        f.debug_set()
            .entries(names.map(|name| String::from_utf8_lossy(&name).into_owned()))
            .finish()
    }
}

/// Why a URL could not be signed or was refused. No variant carries a secret or the signature
/// that would have been right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedUrlError {
    /// PHP's `parse_url` would refuse it, or it has no scheme or host.
    #[error("not an absolute URL: a scheme and a host are needed, as in https://provider.example/")]
    NotAbsolute,
    /// No room is left for `signature`, because PHP ignores what follows the first 1,000.
    #[error("the URL has {count} parameters, at most {} can be signed", MAX_VARIABLES - 1)]
    TooManyParameters {
        /// How many there are without `signature`.
        count: usize,
    },
    /// There is no `signature` parameter, or it is an array.
    #[error("the URL has no signature parameter")]
    MissingSignature,
    /// The signature is not the one of this URL under this secret.
    #[error("the signature does not match")]
    WrongSignature,
    /// `timestamp` is absent or not a whole number.
    #[error("the URL has no timestamp parameter, or it is not a whole number of Unix seconds")]
    MissingTimestamp,
    /// The URL was signed longer ago than the caller accepts.
    #[error("the URL was signed {age} s ago, at most {max_age} s are accepted")]
    TooOld {
        /// Seconds since the URL was signed.
        age: i64,
        /// The limit given by the caller, in seconds.
        max_age: i64,
    },
    /// The URL claims to be signed later than now, by more than the allowed clock difference.
    #[error("the URL claims to have been signed {ahead} s in the future")]
    FromTheFuture {
        /// Seconds between now and the time in the URL.
        ahead: i64,
    },
}

/// What becomes of a port in the text that is signed. Most versions of the reference provider drop
/// it, and so do the functions of this module; `ProviderUnlock/CheckSignature.class.php` of
/// marketplace-examples also exists in a version that keeps it. Without a port in the URL both are
/// the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Port {
    /// `https://h:8443/p` is signed as `https://h/p`.
    #[default]
    Dropped,
    /// `https://h:8443/p` is signed as it is.
    Kept,
}

impl Port {
    /// [`canonical`] with this choice.
    pub fn canonical(self, url: &str) -> Result<Vec<u8>, SignedUrlError> {
        Parts::of(url, self).map(|parts| parts.canonical)
    }

    /// [`sign`] with this choice.
    pub fn sign(self, url: &str, secret: &Secret) -> Result<String, SignedUrlError> {
        let canonical = self.canonical(url)?;
        let (base, query, fragment) = split(url);
        let query = query.map(without_signature).unwrap_or_default();
        let count = query::variable_count(&url::clean(query.as_bytes()));
        if count >= MAX_VARIABLES {
            return Err(SignedUrlError::TooManyParameters { count });
        }
        let separator = if query.is_empty() { "" } else { "&" };
        let signature = signature::sign(&canonical, secret);
        Ok(format!("{base}?{query}{separator}{SIGNATURE}={signature}{fragment}"))
    }

    /// [`verify`] with this choice.
    pub fn verify(self, url: &str, secret: &Secret) -> Result<VerifiedUrl, SignedUrlError> {
        let Parts { canonical, parameters, signature } = Parts::of(url, self)?;
        let Some(Value::Str(given)) = signature else {
            return Err(SignedUrlError::MissingSignature);
        };
        if !signature::is_genuine(&canonical, secret, &given) {
            return Err(SignedUrlError::WrongSignature);
        }
        Ok(VerifiedUrl { parameters, id: signature::id(&canonical) })
    }

    /// [`sign_with`] with this choice.
    pub fn sign_with(
        self,
        base: &str,
        parameters: &[(&str, &str)],
        secret: &Secret,
    ) -> Result<String, SignedUrlError> {
        let (before, query, fragment) = split(base);
        let own = query.filter(|query| !query.is_empty()).map(str::to_owned);
        let ours = parameters.iter().map(|(name, value)| {
            let [name, value] = [name, value]
                .map(|text| query::encode_component(text.as_bytes(), Encoding::Rfc1738));
            format!("{name}={value}")
        });
        let query = own.into_iter().chain(ours).collect::<Vec<_>>().join("&");
        self.sign(&format!("{before}?{query}{fragment}"), secret)
    }

    /// [`verify_fresh`] with this choice.
    pub fn verify_fresh(
        self,
        url: &str,
        secret: &Secret,
        now: UnixTime,
        max_age: i64,
        max_ahead: i64,
    ) -> Result<VerifiedUrl, SignedUrlError> {
        let verified = self.verify(url, secret)?;
        let signed_at = verified.timestamp().ok_or(SignedUrlError::MissingTimestamp)?;
        let age = now.since(signed_at);
        if age > max_age {
            return Err(SignedUrlError::TooOld { age, max_age });
        }
        let ahead = signed_at.since(now);
        if ahead > max_ahead {
            return Err(SignedUrlError::FromTheFuture { ahead });
        }
        Ok(verified)
    }
}

/// The exact text whose HMAC is the signature; an existing `signature` parameter is left out.
///
/// A URL without a query ends in a lone `?`. As in PHP, control characters in scheme, host, path
/// and raw query count as `_`.
pub fn canonical(url: &str) -> Result<Vec<u8>, SignedUrlError> {
    Port::Dropped.canonical(url)
}

/// Signs a URL: the same URL with its old `signature`, if any, removed and the right one appended
/// (before a fragment). Everything else stays byte for byte as it was, port included.
pub fn sign(url: &str, secret: &Secret) -> Result<String, SignedUrlError> {
    Port::Dropped.sign(url, secret)
}

/// `base` with `parameters` appended to its query in the given order, encoded by the RFC 1738
/// rules of PHP, and signed. Parameters of `base` (the provider's own) are kept; where names
/// collide ours win, because the last duplicate counts.
pub fn sign_with(
    base: &str,
    parameters: &[(&str, &str)],
    secret: &Secret,
) -> Result<String, SignedUrlError> {
    Port::Dropped.sign_with(base, parameters, secret)
}

/// Checks the signature only; see [`verify_fresh`] for the age.
pub fn verify(url: &str, secret: &Secret) -> Result<VerifiedUrl, SignedUrlError> {
    Port::Dropped.verify(url, secret)
}

/// Checks the signature, then that `timestamp` is at most `max_age` seconds old and at most
/// `max_ahead` seconds in the future.
pub fn verify_fresh(
    url: &str,
    secret: &Secret,
    now: UnixTime,
    max_age: i64,
    max_ahead: i64,
) -> Result<VerifiedUrl, SignedUrlError> {
    Port::Dropped.verify_fresh(url, secret, now, max_age, max_ahead)
}

/// What a check needs to know of a URL.
struct Parts {
    canonical: Vec<u8>,
    /// Without `signature`, sorted.
    parameters: php::Array,
    signature: Option<Value>,
}

impl Parts {
    fn of(text: &str, port: Port) -> Result<Self, SignedUrlError> {
        let url = url::parse_url(text.as_bytes()).ok_or(SignedUrlError::NotAbsolute)?;
        let (Some(scheme), Some(host)) = (url.scheme, url.host) else {
            return Err(SignedUrlError::NotAbsolute);
        };
        let mut parameters = query::parse_str(&url.query.unwrap_or_default());
        let signature = parameters.remove(SIGNATURE);
        sort::ksort(&mut parameters);
        let query = query::build_query(&parameters, Encoding::Rfc1738);
        let path = url.path.unwrap_or_default();
        let port = match (port, url.port) {
            (Port::Kept, Some(number)) => format!(":{number}"),
            _ => String::new(),
        };
        let canonical =
            [&scheme[..], b"://", &host, port.as_bytes(), &path, b"?", query.as_bytes()].concat();
        Ok(Self { canonical, parameters, signature })
    }
}

/// Everything before the query, the query without its `?`, the fragment with its `#`.
fn split(url: &str) -> (&str, Option<&str>, &str) {
    let (rest, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    match rest.split_once('?') {
        Some((base, query)) => (base, Some(query), fragment),
        None => (rest, None, fragment),
    }
}

/// The query, raw as it is, without the pieces that PHP would read as `signature`.
fn without_signature(query: &str) -> String {
    let is_signature =
        |piece: &&str| query::names_variable(&url::clean(piece.as_bytes()), SIGNATURE);
    query.split('&').filter(|piece| !is_signature(piece)).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://provider.example:8443/a?x=1&signature=old&apiClaim=c&timestamp=1000";

    fn secret() -> Secret {
        Secret::new("provider-secret-0123456789")
    }

    #[test]
    fn signing_replaces_the_signature_and_touches_nothing_else() {
        let signed = sign(&format!("{URL}#f?g"), &secret()).unwrap();
        let rest = signed
            .strip_prefix(
                "https://provider.example:8443/a?x=1&apiClaim=c&timestamp=1000&signature=",
            )
            .unwrap();
        assert_eq!(rest.len(), 64 + "#f?g".len());
        assert!(verify(&signed, &secret()).is_ok());
        assert_eq!(sign(&signed, &secret()).unwrap(), signed);
    }

    #[test]
    fn disguised_signatures_are_removed_too() {
        for piece in
            ["%73ignature=a", "+signature=a", "signature[x]=a", "signature%00=b", "signature"]
        {
            let signed = sign(&format!("https://h/p?{piece}&a=1"), &secret()).unwrap();
            assert!(signed.starts_with("https://h/p?a=1&signature="), "{piece}: {signed}");
        }
    }

    /// In a URL a raw NUL becomes an underscore, it does not end the name.
    #[test]
    fn a_name_that_only_starts_like_signature_stays() {
        for piece in ["signature\0=a", "signature.=a", "signatures=a", "signature%5B=a"] {
            let signed = sign(&format!("https://h/p?{piece}&a=1"), &secret()).unwrap();
            assert!(signed.starts_with(&format!("https://h/p?{piece}&a=1&signature=")), "{signed}");
            assert!(verify(&signed, &secret()).is_ok());
        }
    }

    #[test]
    fn parameters_are_appended_and_win() {
        let signed = sign_with(
            "https://h/p?own=%20&userId=1#f",
            &[("userId", "7"), ("a b", "ü~")],
            &secret(),
        )
        .unwrap();
        assert!(
            signed.starts_with("https://h/p?own=%20&userId=1&userId=7&a+b=%C3%BC%7E&signature="),
            "{signed}"
        );
        let verified = verify(&signed, &secret()).unwrap();
        assert_eq!(verified.get("userId"), Some("7"));
        assert_eq!(verified.get("a_b"), Some("ü~"));
        assert!(signed.ends_with("#f"));
    }

    #[test]
    fn a_url_without_a_query_or_path_can_be_signed() {
        assert_eq!(canonical("https://h").unwrap(), b"https://h?");
        for url in ["https://h", "https://h?", "https://h/", "https://h#f", "https://h/p?#f"] {
            let signed = sign(url, &secret()).unwrap();
            assert!(verify(&signed, &secret()).is_ok(), "{signed}");
        }
    }

    #[test]
    fn each_refusal_has_its_reason() {
        let verify = |url: &str| verify(url, &secret()).unwrap_err();
        assert_eq!(verify("/a?signature=x"), SignedUrlError::NotAbsolute);
        assert_eq!(verify("https:///a?signature=x"), SignedUrlError::NotAbsolute);
        assert_eq!(verify("https://h/?a=1"), SignedUrlError::MissingSignature);
        assert_eq!(verify("https://h/?signature[]=1"), SignedUrlError::MissingSignature);
        assert_eq!(verify("https://h/?signature="), SignedUrlError::WrongSignature);
        let upper = sign(URL, &secret()).unwrap().to_uppercase().replace("SIGNATURE", "signature");
        assert_eq!(verify(&upper), SignedUrlError::WrongSignature);
    }

    #[test]
    fn a_thousand_parameters_leave_no_room_for_the_signature() {
        let url = |count: usize| format!("https://h/?{}", "a=1&".repeat(count));
        assert!(super::verify(&sign(&url(999), &secret()).unwrap(), &secret()).is_ok());
        let refused = sign(&url(1000), &secret());
        assert_eq!(refused, Err(SignedUrlError::TooManyParameters { count: 1000 }));
    }

    #[test]
    fn age_is_checked_in_both_directions() {
        let signed = sign(URL, &secret()).unwrap();
        let at = |now| verify_fresh(&signed, &secret(), UnixTime(now), 300, 60).map(|_| ());
        assert_eq!(at(1000), Ok(()));
        assert_eq!(at(1300), Ok(()));
        assert_eq!(at(1301), Err(SignedUrlError::TooOld { age: 301, max_age: 300 }));
        assert_eq!(at(940), Ok(()));
        assert_eq!(at(939), Err(SignedUrlError::FromTheFuture { ahead: 61 }));
        for timestamp in ["", "-", "1e3", "1000 ", "%2B1000", "99999999999999999999"] {
            let signed = sign(&format!("https://h/?timestamp={timestamp}"), &secret()).unwrap();
            let refused = verify_fresh(&signed, &secret(), UnixTime(1000), 300, 60).map(|_| ());
            assert_eq!(refused, Err(SignedUrlError::MissingTimestamp), "{timestamp}");
        }
    }

    #[test]
    fn debug_shows_names_only() {
        let signed = sign("https://h/?apiClaim=c0ffee&apiToken=t0ken", &secret()).unwrap();
        let shown = format!("{:?}", verify(&signed, &secret()).unwrap());
        assert_eq!(shown, r#"VerifiedUrl {"apiClaim", "apiToken"}"#);
    }
}
