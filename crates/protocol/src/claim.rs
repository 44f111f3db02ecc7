//! The API claim as it travels: opaque to everybody but the marketplace that issued it.

use std::fmt;

use zeroize::Zeroizing;

/// The value that is `apiClaim` in a signed URL and comes back as the action parameter
/// `extendedclaim`. One value, two spellings on the wire.
///
/// It is a bearer credential, so `Debug` does not print it.
///
/// ```
/// use freischalt_protocol::ApiClaim;
///
/// let claim = ApiClaim::new("mXc9");
/// assert_eq!(format!("{}={}", ApiClaim::URL_PARAMETER, claim.expose()), "apiClaim=mXc9");
/// assert_eq!(ApiClaim::ACTION_PARAMETER, "extendedclaim");
/// assert_eq!(format!("{claim:?}"), "ApiClaim(…)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiClaim(Zeroizing<String>);

impl ApiClaim {
    /// Name of the query parameter in a signed URL.
    pub const URL_PARAMETER: &'static str = "apiClaim";
    /// Name of the action parameter in a call.
    pub const ACTION_PARAMETER: &'static str = "extendedclaim";

    /// Wraps the text of a claim; any text is a claim until the marketplace has looked at it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text to put on the wire.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiClaim(…)")
    }
}
