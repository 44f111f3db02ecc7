//! Window messages: what a provider's page asks of the window around it
//! (onOfficeGmbH/marketplace-examples, `Shop`; marketplacedoc.onoffice.de, "Integration").
//!
//! They are signed as orders are. This module must not know which window a message came from, nor
//! how old it may be.

use crate::{
    Secret, UnixTime,
    php::{self, Value},
    signed_order::{self, SignedOrderError},
};

/// A message whose signature is the provider's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowMessage {
    /// What is asked for.
    pub request: WindowRequest,
    /// `parametercacheid`, as sent.
    pub parameter_cache_id: String,
    /// `timestamp`
    pub timestamp: UnixTime,
}

/// What a provider's page may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowRequest {
    /// Reload what is below the window.
    RefreshParent,
    /// Reload what is below the window, and close it.
    RefreshParentAndClose,
    /// Close the window.
    Close,
}

/// Why a text is no window message that can be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowMessageProblem {
    /// It is not signed as it should be.
    #[error(transparent)]
    NotGenuine(#[from] SignedOrderError),
    /// There is no such message.
    #[error("onOfficeType is {0:?}; it must be one of the three that exist, in their spelling")]
    UnknownType(String),
    /// A member is missing.
    #[error("{0} is missing or has the wrong type")]
    Member(&'static str),
}

impl WindowRequest {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::RefreshParent, Self::RefreshParentAndClose, Self::Close];

    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RefreshParent => "onOffice.service.refreshParent",
            Self::RefreshParentAndClose => "onOffice.service.refreshParentAndClose",
            Self::Close => "onOffice.service.closeProviderWindow",
        }
    }
}

impl WindowMessage {
    /// Whether an object is meant as a window message. The vendor's code names the member
    /// `onOfficeType`, its documentation `type`; either will do, and the code's goes first.
    pub fn type_of(object: &php::Array) -> Option<&str> {
        object.get_str("onOfficeType").or_else(|| object.get_str("type"))
    }

    /// Checks the signature, then reads the message.
    pub fn verify(text: &[u8], secret: &Secret) -> Result<Self, WindowMessageProblem> {
        let object = signed_order::verify(text, secret)?;
        let name = Self::type_of(&object).ok_or(WindowMessageProblem::Member("onOfficeType"))?;
        let request = WindowRequest::ALL
            .into_iter()
            .find(|known| known.as_str() == name)
            .ok_or_else(|| WindowMessageProblem::UnknownType(name.to_owned()))?;
        let entry = object.get_str("parametercacheid");
        let timestamp = object.get("timestamp").and_then(Value::as_int);
        Ok(Self {
            request,
            parameter_cache_id: entry
                .ok_or(WindowMessageProblem::Member("parametercacheid"))?
                .to_owned(),
            timestamp: UnixTime(timestamp.ok_or(WindowMessageProblem::Member("timestamp"))?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::new("provider-secret-0123456789")
    }

    fn read(json: &str) -> Result<WindowMessage, WindowMessageProblem> {
        let signed = signed_order::sign(json.as_bytes(), &secret()).unwrap();
        WindowMessage::verify(signed.as_bytes(), &secret())
    }

    #[test]
    fn each_request_under_both_names() {
        for request in WindowRequest::ALL {
            for member in ["onOfficeType", "type"] {
                let name = request.as_str();
                let message = format!(
                    r#"{{"{member}":"{name}","parametercacheid":"p","timestamp":1700000004}}"#
                );
                let expected = WindowMessage {
                    request,
                    parameter_cache_id: "p".to_owned(),
                    timestamp: UnixTime(1_700_000_004),
                };
                assert_eq!(read(&message), Ok(expected));
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let member = |name| Err(WindowMessageProblem::Member(name));
        let close = r#""onOfficeType":"onOffice.service.closeProviderWindow""#;
        assert_eq!(read(r#"{"parametercacheid":"p","timestamp":1}"#), member("onOfficeType"));
        assert_eq!(read(&format!(r#"{{{close},"timestamp":1}}"#)), member("parametercacheid"));
        let textual = format!(r#"{{{close},"parametercacheid":"p","timestamp":"1"}}"#);
        assert_eq!(read(&textual), member("timestamp"));
        let unknown = WindowMessageProblem::UnknownType("onOffice.service.Close".to_owned());
        let message = r#"{"type":"onOffice.service.Close","parametercacheid":"p","timestamp":1}"#;
        assert_eq!(read(message), Err(unknown));
        let unsigned = WindowMessage::verify(br#"{"type":"x"}"#, &secret());
        assert_eq!(
            unsigned,
            Err(WindowMessageProblem::NotGenuine(SignedOrderError::MissingSignature))
        );
    }
}
