//! What a genuine URL of an activation, a service call or a webhook brings.
//!
//! Everything is read from the decoded parameters that were signed: a duplicate or an array in the
//! raw text means nothing.

use std::fmt;

use freischalt_protocol::signed_url::VerifiedUrl;
use freischalt_protocol::{ApiClaim, Secret, UnixTime};

/// Who called whom with what (marketplacedoc.onoffice.de, "Activation" and "Integration"). Only
/// [`UrlCheck`](super::UrlCheck) makes one, so that it always proved genuine.
///
/// ```
/// use freischalt_client::provider::{Launch, UrlCheck};
/// use freischalt_client::system_time;
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let secret = sandbox.secret();
/// # let (path_and_query, _) = sandbox.service().await;
/// let check = UrlCheck::new("https://provider.example", secret)?;
/// let launch: Launch = check.launch(&path_and_query, system_time())?;
/// println!("{} of {} called", launch.user, launch.customer);
/// assert_eq!(launch.parameter("UserLanguage"), Some("DEU"));
/// assert_eq!(launch.record_id("estateId"), Some("11".to_owned()));
/// assert!(launch.token.is_none(), "it is no activation");
/// # Ok(()) });
/// ```
#[derive(Clone)]
pub struct Launch {
    /// `customerWebId`: the customer. Keep data by this, not by the name.
    pub customer: String,
    /// `customerName`, which may change; empty if it is absent.
    pub customer_name: String,
    /// `userId`, unique within the customer only; empty if it is absent.
    pub user: String,
    /// `groupId`, if the user is in a group.
    pub group: Option<String>,
    /// `parameterCacheId`, which orders and window messages name.
    pub parameter_cache_id: String,
    /// `apiClaim`, to be sent back with every call made for this user.
    pub claim: ApiClaim,
    /// `apiToken`; in activations only.
    pub token: Option<Secret>,
    /// When the marketplace signed it.
    pub signed_at: UnixTime,
    /// All others with a text as value, such as `language`, `estateId` and the provider's own.
    pub parameters: Vec<(String, String)>,
    /// What tells this URL from every other one, whatever the encoding of its query.
    pub id: String,
    /// Names the provider secret that it was signed with, without telling it; see
    /// [`UrlCheck::secret`](super::UrlCheck::secret).
    pub secret_id: String,
}

/// A genuine URL lacks a parameter.
///
/// ```
/// use freischalt_client::provider::MissingParameter;
///
/// let text = "the URL is genuine but has no userId parameter";
/// assert_eq!(MissingParameter("userId").to_string(), text);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the URL is genuine but has no {0} parameter")]
pub struct MissingParameter(pub &'static str);

const CUSTOMER: &str = "customerWebId";
const CUSTOMER_NAME: &str = "customerName";
const USER: &str = "userId";
const GROUP: &str = "groupId";
const PARAMETER_CACHE: &str = "parameterCacheId";
const TOKEN: &str = "apiToken";
const TIMESTAMP: &str = "timestamp";

impl Launch {
    pub(super) fn read(url: &VerifiedUrl, secret_id: &str) -> Result<Self, MissingParameter> {
        let optional = |name| url.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let required = |name| optional(name).ok_or(MissingParameter(name));
        Ok(Self {
            customer: required(CUSTOMER)?,
            customer_name: optional(CUSTOMER_NAME).unwrap_or_default(),
            user: optional(USER).unwrap_or_default(),
            group: optional(GROUP),
            parameter_cache_id: required(PARAMETER_CACHE)?,
            claim: ApiClaim::new(required(ApiClaim::URL_PARAMETER)?),
            token: optional(TOKEN).map(Secret::new),
            signed_at: url.timestamp().ok_or(MissingParameter(TIMESTAMP))?,
            parameters: others(url),
            id: url.id().to_owned(),
            secret_id: secret_id.to_owned(),
        })
    }

    /// A parameter of the provider's own or a macro, by its name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(other, _)| other == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The id of a record that a macro filled in, without the thousands separators that some
    /// marketplaces write into it (`1.234`, observed by workdev1211/area-butler).
    pub fn record_id(&self, name: &str) -> Option<String> {
        let digits: String = self.parameter(name)?.chars().filter(char::is_ascii_digit).collect();
        (!digits.is_empty()).then_some(digits)
    }
}

fn others(url: &VerifiedUrl) -> Vec<(String, String)> {
    let ours = [
        CUSTOMER,
        CUSTOMER_NAME,
        USER,
        GROUP,
        PARAMETER_CACHE,
        ApiClaim::URL_PARAMETER,
        TOKEN,
        TIMESTAMP,
    ];
    let names = url.parameters.iter().map(|(key, _)| key.to_bytes().into_owned());
    names
        .filter_map(|name| String::from_utf8(name).ok())
        .filter(|name| !ours.contains(&name.as_str()))
        .filter_map(|name| Some((url.get(&name)?.to_owned(), name)))
        .map(|(value, name)| (name, value))
        .collect()
}

/// Neither token nor claim.
impl fmt::Debug for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Launch")
            .field("customer", &self.customer)
            .field("user", &self.user)
            .field("group", &self.group)
            .field("signed_at", &self.signed_at)
            .finish_non_exhaustive()
    }
}
