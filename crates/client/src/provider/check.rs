//! Checking URLs that the marketplace signed.

use freischalt_protocol::hmac::{SigningKey, V2Message};
use freischalt_protocol::signed_url::{Port, SignedUrlError, VerifiedUrl};
use freischalt_protocol::{Secret, UnixTime};
use url::Url;

use super::launch::{Launch, MissingParameter};

/// Checks what the marketplace signed for one provider: signature, age, and what has to be in it.
///
/// It is given path and query as the request has them and adds the provider's own origin, because
/// that is what was signed: a `Host` header is chosen by whoever sends the request, and behind a
/// TLS proxy the request does not tell the scheme. A signature over the URL without its port is
/// right, as is one with it; hosts of both kinds are known. Nothing else is forgiven.
///
/// ```
/// use freischalt_client::provider::UrlCheck;
/// use freischalt_client::system_time;
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let secret = sandbox.secret();
/// # let (path_and_query, _) = sandbox.activation().await;
/// let check = UrlCheck::new("https://provider.example", secret)?.max_age(900).max_ahead(60);
/// assert_eq!(check.origin(), "https://provider.example");
/// let launch = check.launch(&path_and_query, system_time())?;
/// println!("user {} of {} wants to activate", launch.user, launch.customer_name);
///
/// let tampered = path_and_query.replace("userId=21", "userId=22");
/// let error = check.launch(&tampered, system_time()).unwrap_err();
/// assert_eq!(error.to_string(), "the signature does not match");
/// # Ok(()) });
/// ```
#[derive(Clone, Debug)]
pub struct UrlCheck {
    origin: String,
    secrets: Vec<Known>,
    max_age: i64,
    max_ahead: i64,
}

/// A secret with a name that says nothing about it.
#[derive(Clone, Debug)]
struct Known {
    id: String,
    secret: Secret,
}

impl Known {
    fn new(secret: Secret) -> Self {
        let message = V2Message {
            timestamp: "",
            token: "",
            resource_type: "",
            action_id: "the name of a provider secret",
        };
        let mut id = SigningKey::new(&secret).sign(&message);
        id.truncate(16);
        Self { id, secret }
    }
}

/// The address cannot be the one that a provider is called by.
///
/// ```
/// use freischalt_client::Secret;
/// use freischalt_client::provider::{NotAnOrigin, UrlCheck};
///
/// let error = UrlCheck::new("https://provider.example/activate", Secret::new("s")).unwrap_err();
/// assert_eq!(error, NotAnOrigin("https://provider.example/activate".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not scheme, host and port only; it looks like https://provider.example or \
     http://127.0.0.1:8082"
)]
pub struct NotAnOrigin(pub String);

/// Why a URL is not accepted. No text carries a part of the URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Not signed by the marketplace, or too old.
    #[error(transparent)]
    NotGenuine(#[from] SignedUrlError),
    /// Genuine, but without something that every such URL has.
    #[error(transparent)]
    Incomplete(#[from] MissingParameter),
}

impl CheckError {
    /// Whether the URL was right once.
    ///
    /// ```
    /// use freischalt_client::provider::{CheckError, UrlCheck};
    /// use freischalt_client::system_time;
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let secret = sandbox.secret();
    /// # let (path_and_query, _) = sandbox.activation().await;
    /// let check = UrlCheck::new("https://provider.example", secret)?;
    /// let tomorrow = system_time().plus(86_400);
    /// let error: CheckError = check.launch(&path_and_query, tomorrow).unwrap_err();
    /// assert!(error.is_outdated());
    /// # Ok(()) });
    /// ```
    pub fn is_outdated(&self) -> bool {
        matches!(self, Self::NotGenuine(SignedUrlError::TooOld { .. }))
    }
}

impl UrlCheck {
    /// A check for the provider that the marketplace calls by `public_url`, which is scheme, host
    /// and port. URLs may be 300 s old and 120 s ahead of our clock; the vendor leaves both to the
    /// provider.
    pub fn new(public_url: &str, secret: Secret) -> Result<Self, NotAnOrigin> {
        let origin = origin(public_url)?;
        Ok(Self { origin, secrets: vec![Known::new(secret)], max_age: 300, max_ahead: 120 })
    }

    /// Accepts what was signed with this secret too: the one before or after a rotation.
    ///
    /// ```
    /// use freischalt_client::provider::UrlCheck;
    /// use freischalt_client::{Secret, system_time};
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let old = sandbox.secret();
    /// # let (path_and_query, _) = sandbox.service().await;
    /// let new = Secret::new("the next provider secret");
    /// let check = UrlCheck::new("https://provider.example", new)?.also_accepting(old.clone());
    /// let launch = check.launch(&path_and_query, system_time())?;
    /// // What is sent back is signed with the secret that the marketplace knows already.
    /// assert_eq!(check.secret(&launch.secret_id), &old);
    /// # Ok(()) });
    /// ```
    #[must_use]
    pub fn also_accepting(mut self, secret: Secret) -> Self {
        self.secrets.push(Known::new(secret));
        self
    }

    /// Accepts URLs that are at most so many seconds old.
    #[must_use]
    pub fn max_age(self, seconds: i64) -> Self {
        Self { max_age: seconds, ..self }
    }

    /// Accepts URLs that seem to come from the future, by at most so many seconds.
    #[must_use]
    pub fn max_ahead(self, seconds: i64) -> Self {
        Self { max_ahead: seconds, ..self }
    }

    /// Scheme, host and port that the marketplace calls this provider by.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The secret that [`Launch::secret_id`] names, to sign with what the marketplace is known to
    /// use; the first one if it is not known any more. See [`UrlCheck::also_accepting`].
    pub fn secret(&self, id: &str) -> &Secret {
        let named = self.secrets.iter().find(|known| known.id == id);
        // There is one from the beginning.
        &named.unwrap_or(&self.secrets[0]).secret
    }

    /// Checks signature and age of any signed URL.
    ///
    /// ```
    /// use freischalt_client::provider::UrlCheck;
    /// use freischalt_client::system_time;
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let secret = sandbox.secret();
    /// # let (path_and_query, _) = sandbox.service().await;
    /// let check = UrlCheck::new("https://provider.example", secret)?;
    /// let verified = check.verify(&path_and_query, system_time())?;
    /// assert_eq!(verified.get("userId"), Some("21"));
    /// # Ok(()) });
    /// ```
    pub fn verify(&self, path_and_query: &str, now: UnixTime) -> Result<VerifiedUrl, CheckError> {
        self.find(path_and_query, now).map(|(verified, _)| verified)
    }

    /// Checks the URL of an activation, a service call or a webhook and reads what it brings.
    pub fn launch(&self, path_and_query: &str, now: UnixTime) -> Result<Launch, CheckError> {
        let (verified, secret_id) = self.find(path_and_query, now)?;
        Ok(Launch::read(&verified, secret_id)?)
    }

    /// The genuine URL, and the name of the secret that fits it.
    fn find(&self, path_and_query: &str, now: UnixTime) -> Result<(VerifiedUrl, &str), CheckError> {
        let url = format!("{}{path_and_query}", self.origin);
        let mut refusal = SignedUrlError::WrongSignature;
        for Known { id, secret } in &self.secrets {
            for port in [Port::Dropped, Port::Kept] {
                match port.verify_fresh(&url, secret, now, self.max_age, self.max_ahead) {
                    Err(SignedUrlError::WrongSignature) => {}
                    Err(other) => refusal = other,
                    Ok(verified) => return Ok((verified, id)),
                }
            }
        }
        Err(refusal.into())
    }
}

/// The origin in the spelling of browsers: lower case, no default port, no slash at the end.
fn origin(text: &str) -> Result<String, NotAnOrigin> {
    let refused = || NotAnOrigin(text.to_owned());
    let url = Url::parse(text).map_err(|_| refused())?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    match is_bare && matches!(url.scheme(), "http" | "https") {
        true => Ok(url.origin().ascii_serialization()),
        false => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use freischalt_protocol::signed_url;

    const NOW: UnixTime = UnixTime(1_700_000_000);

    fn check(origin: &str) -> UrlCheck {
        UrlCheck::new(origin, Secret::new("new")).unwrap().also_accepting(Secret::new("old"))
    }

    fn signed(url: &str, secret: &str) -> String {
        let url = format!("{url}?timestamp=1700000000");
        let signed = signed_url::sign(&url, &Secret::new(secret)).unwrap();
        signed[signed.find("/a?").unwrap()..].to_owned()
    }

    #[test]
    fn both_secrets_and_both_dialects_of_the_port_are_right_and_nothing_else_is() {
        let check = check("https://provider.example:8443");
        for secret in ["new", "old"] {
            let without = signed("https://provider.example/a", secret);
            let url = "https://provider.example:8443/a?timestamp=1700000000";
            let with = Port::Kept.sign(url, &Secret::new(secret)).unwrap();
            let with = with.strip_prefix("https://provider.example:8443").unwrap();
            for path in [without.as_str(), with] {
                assert!(check.verify(path, NOW).is_ok(), "{secret} {path}");
            }
        }
        for (url, secret) in [
            ("http://provider.example/a", "new"),
            ("https://PROVIDER.example/a", "new"),
            ("https://other.example/a", "new"),
            ("https://provider.example/a", "stolen"),
        ] {
            let error = check.verify(&signed(url, secret), NOW).unwrap_err();
            assert_eq!(error, SignedUrlError::WrongSignature.into(), "{url} {secret}");
        }
    }

    #[test]
    fn the_reason_is_the_one_of_the_secret_that_fits() {
        let path = signed("https://provider.example/a", "old");
        let late = check("https://provider.example").verify(&path, NOW.plus(301)).unwrap_err();
        assert!(late.is_outdated(), "{late}");
        let check = check("https://provider.example").max_age(400).max_ahead(0);
        assert!(check.verify(&path, NOW.plus(301)).is_ok());
        assert!(!check.verify(&path, NOW.plus(-1)).unwrap_err().is_outdated());
    }

    #[test]
    fn origins_get_the_spelling_of_browsers_and_anything_beyond_is_refused() {
        assert_eq!(check("HTTPS://Provider.Example:443/").origin(), "https://provider.example");
        for wrong in ["https://h/path", "https://h?x", "https://u@h", "ftp://h", "h", ""] {
            assert!(UrlCheck::new(wrong, Secret::new("s")).is_err(), "{wrong}");
        }
    }
}
