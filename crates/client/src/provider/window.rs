//! Messages by which the page in a service window asks the marketplace to reload or close.

use freischalt_protocol::{Secret, UnixTime};
use serde_json::{Map, Value};

use super::order;

/// What the window shall do (`Shop` in onOfficeGmbH/marketplace-examples).
///
/// ```
/// use freischalt_client::{Secret, UnixTime};
/// use freischalt_client::provider::WindowMessage;
///
/// let secret = Secret::new("provider-secret-0123456789");
/// let cache_id = "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6";
/// let text = WindowMessage::Refresh.sign(cache_id, &secret, UnixTime(1_700_000_004));
/// assert!(text.contains("f7f49f9b55d9100bed7b56057f862eeb50c03a9ba710f39e4cc58099a46bc005"));
/// assert!(text.contains(WindowMessage::Refresh.kind()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowMessage {
    /// Reload the page below the window.
    Refresh,
    /// Reload it and close the window.
    RefreshAndClose,
    /// Close the window.
    Close,
}

impl WindowMessage {
    /// The value of `onOfficeType`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Refresh => "onOffice.service.refreshParent",
            Self::RefreshAndClose => "onOffice.service.refreshParentAndClose",
            Self::Close => "onOffice.service.closeProviderWindow",
        }
    }

    /// The JSON text to post to the marketplace's window, signed with the provider secret.
    pub fn sign(self, parameter_cache_id: &str, secret: &Secret, now: UnixTime) -> String {
        let members: [(&str, Value); 3] = [
            ("onOfficeType", self.kind().into()),
            ("parametercacheid", parameter_cache_id.into()),
            ("timestamp", now.0.into()),
        ];
        let members: Map<_, _> =
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        order::sign(members, secret)
    }
}
