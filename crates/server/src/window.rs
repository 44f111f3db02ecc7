//! A service's window: opened for one user, with one parameter cache entry, and what its page may
//! ask for.
//!
//! The window is known to the page around it by a sealed text, so that a message from a frame is
//! judged by what was opened and not by what a browser says was opened.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use freischalt_marketplace::{
    Activation, ActivationId, CustomerId, ParameterCacheId, ProviderId, Stage, UserId,
};
use freischalt_protocol::{
    Secret, UnixTime,
    php::json,
    window_message::{WindowMessage, WindowRequest},
};
use uuid::Uuid;

use crate::{
    random::{self, NoRandom},
    state::AppState,
};

const CONTEXT: &[u8] = b"service window";
const NUMBERS: usize = 4;
const FIXED_BYTES: usize = NUMBERS * 8 + 2 * 16;

/// A window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Whose user opened it.
    pub(crate) customer: CustomerId,
    /// Who opened it.
    pub(crate) user: UserId,
    /// Whose page is in it.
    pub(crate) provider: ProviderId,
    /// The run of the activation.
    pub(crate) activation: ActivationId,
    /// The parameter cache entry of the call.
    pub(crate) entry: ParameterCacheId,
    /// The last second it serves.
    pub(crate) expires: UnixTime,
    /// The origin of the service's URL, as browsers write it.
    pub(crate) origin: String,
}

impl Window {
    /// The sealed text for the page.
    pub(crate) fn seal(&self, app: &AppState) -> Result<String, NoRandom> {
        let numbers = [self.customer.0, self.user.0, self.provider.0, self.expires.0];
        let mut plain: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        plain.extend_from_slice(self.activation.0.as_bytes());
        plain.extend_from_slice(self.entry.0.as_bytes());
        plain.extend_from_slice(self.origin.as_bytes());
        Ok(URL_SAFE_NO_PAD.encode(app.sessions.seal(random::nonce()?, CONTEXT, &plain)))
    }

    /// The window of a sealed text, if it was sealed here.
    pub(crate) fn open(app: &AppState, sealed: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = app.sessions.open(CONTEXT, &sealed)?;
        let (fixed, origin) = plain.split_at_checked(FIXED_BYTES)?;
        let (numbers, ids) = fixed.split_at_checked(NUMBERS * 8)?;
        let [customer, user, provider, expires] = numbers.as_chunks::<8>().0 else { return None };
        let (activation, entry) = ids.split_at_checked(16)?;
        let number = |bytes: &[u8; 8]| i64::from_be_bytes(*bytes);
        Some(Self {
            customer: CustomerId(number(customer)),
            user: UserId(number(user)),
            provider: ProviderId(number(provider)),
            activation: ActivationId(Uuid::from_slice(activation).ok()?),
            entry: ParameterCacheId(Uuid::from_slice(entry).ok()?),
            expires: UnixTime(number(expires)),
            origin: String::from_utf8(origin.to_vec()).ok()?,
        })
    }

    /// Checks that a message came from the page that was opened.
    pub(crate) fn check_origin(&self, origin: &str) -> Result<(), MessageProblem> {
        if origin == self.origin {
            return Ok(());
        }
        let (found, expected) = (origin.to_owned(), self.origin.clone());
        Err(MessageProblem::Origin { found, expected })
    }

    /// Checks that the window still serves, and that the provider is active by the same run.
    pub(crate) fn check_life(
        &self,
        newest: Option<&Activation>,
        now: UnixTime,
    ) -> Result<(), MessageProblem> {
        if now > self.expires {
            return Err(MessageProblem::WindowExpired);
        }
        let active = |run: &&Activation| {
            run.id == self.activation && matches!(run.stage, Stage::Active { .. })
        };
        newest.filter(active).map(|_| ()).ok_or(MessageProblem::ProviderInactive)
    }

    /// Reads a message that is no order.
    pub(crate) fn request(
        &self,
        text: &str,
        secret: &Secret,
        tolerance: i64,
        now: UnixTime,
    ) -> Result<WindowRequest, MessageProblem> {
        let message = WindowMessage::verify(text.as_bytes(), secret)
            .map_err(|problem| MessageProblem::Message(problem.to_string()))?;
        if ParameterCacheId::parse(&message.parameter_cache_id) != Some(self.entry) {
            return Err(MessageProblem::OtherWindow);
        }
        if !message.timestamp.is_within(tolerance, now) {
            return Err(MessageProblem::Timestamp { difference: message.timestamp.since(now) });
        }
        Ok(message.request)
    }
}

/// What a text from a frame is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A window message.
    Request,
    /// An order.
    Order,
    /// Nothing of ours.
    Nothing,
}

impl Meaning {
    /// Looks at a text without believing it.
    pub(crate) fn of(text: &str) -> Self {
        let Ok(value) = json::decode(text.as_bytes()) else { return Self::Nothing };
        let Some(object) = value.as_array() else { return Self::Nothing };
        let has = |name| object.contains_key(name);
        if WindowMessage::type_of(object).is_some() {
            Self::Request
        } else if has("products") || has("abo") || has("callbackurl") {
            Self::Order
        } else {
            Self::Nothing
        }
    }
}

/// Why a message is not followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MessageProblem {
    /// From another page.
    #[error("the message came from {found:?}; this window shows a page of {expected:?}")]
    Origin {
        /// Where it came from.
        found: String,
        /// Where it should come from.
        expected: String,
    },
    /// Too late.
    #[error("the window was open for too long; open the service again")]
    WindowExpired,
    /// Blocked in the meantime.
    #[error("the provider is not active any more, or was activated anew")]
    ProviderInactive,
    /// Neither a window message nor an order.
    #[error(
        "the text is neither a window message nor an order: it has no onOfficeType, products or abo"
    )]
    NothingKnown,
    /// A text of a text.
    #[error("the text is JSON twice: JSON.stringify was called on what was a JSON text already")]
    EncodedTwice,
    /// Something around a message or order.
    #[error(
        "the message or order is inside {0:?} of another value; send the text of it alone, as \
         JSON.stringify makes it"
    )]
    Wrapped(String),
    /// No text at all.
    #[error("the message is {0}")]
    NoText(NoText),
    /// Not a message as it should be.
    #[error("{0}")]
    Message(String),
    /// For another window.
    #[error("parametercacheid is not the one of this window")]
    OtherWindow,
    /// Too old, or too new.
    #[error("timestamp is {difference} s away from the server's clock")]
    Timestamp {
        /// Seconds from the server's clock to the timestamp.
        difference: i64,
    },
}

impl MessageProblem {
    /// Why a text is nothing that is known. Frameworks that carry messages like to put something
    /// around them.
    pub(crate) fn of_unknown(text: &str) -> Self {
        const LONGEST_NAME: usize = 40;
        let is_known = |inner: &str| Meaning::of(inner) != Meaning::Nothing;
        let Ok(value) = json::decode(text.as_bytes()) else { return Self::NothingKnown };
        if value.as_str().is_some_and(is_known) {
            return Self::EncodedTwice;
        }
        let Some(members) = value.as_array() else { return Self::NothingKnown };
        let around = members.iter().find(|(_, inner)| {
            let text = match inner.as_str() {
                Some(text) => Some(text.to_owned()),
                None => json::encode(inner),
            };
            text.is_some_and(|text| is_known(&text))
        });
        match around {
            Some((name, _)) => {
                let name = String::from_utf8_lossy(&name.to_bytes()).into_owned();
                Self::Wrapped(name.chars().take(LONGEST_NAME).collect())
            }
            None => Self::NothingKnown,
        }
    }
}

/// What a page sent in place of a text, as the script of the window has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum NoText {
    Object,
    Array,
    Number,
    Boolean,
    Nothing,
    Other,
    TooLong,
}

impl fmt::Display for NoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "an object; send JSON.stringify of it, which is a text",
            Self::Array => "an array; send JSON.stringify of one message or order, which is a text",
            Self::Number => "a number; send a text",
            Self::Boolean => "a boolean; send a text",
            Self::Nothing => "null or undefined; send a text",
            Self::Other => {
                "no text and nothing that JSON has; send JSON.stringify of a plain object"
            }
            Self::TooLong => "longer than 64 KiB, and was not read",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_at_before_it_is_believed() {
        for (text, meaning) in [
            (r#"{"onOfficeType":"x"}"#, Meaning::Request),
            (r#"{"type":"x","products":[]}"#, Meaning::Request),
            (r#"{"products":[]}"#, Meaning::Order),
            (r#"{"callbackurl":"x"}"#, Meaning::Order),
            (r#"{"abo":{}}"#, Meaning::Order),
            (r#"{"signature":"x"}"#, Meaning::Nothing),
            ("active", Meaning::Nothing),
            ("[]", Meaning::Nothing),
            ("7", Meaning::Nothing),
            ("", Meaning::Nothing),
        ] {
            assert_eq!(Meaning::of(text), meaning, "{text}");
        }
    }

    #[test]
    fn what_stands_around_a_message_is_named() {
        let order = r#"{"products":[]}"#;
        let quoted = serde_json::to_string(order).unwrap();
        assert_eq!(MessageProblem::of_unknown(&quoted), MessageProblem::EncodedTwice);
        for (text, name) in [
            (format!(r#"{{"type":"order","data":{order}}}"#), "data"),
            (format!(r#"{{"payload":{quoted}}}"#), "payload"),
            (format!("[{order}]"), "0"),
        ] {
            let wrapped = MessageProblem::Wrapped(name.to_owned());
            assert_eq!(MessageProblem::of_unknown(&text), wrapped, "{text}");
        }
        for text in ["active", "7", r#"{"a":{"b":1}}"#, "[]", "\"x\""] {
            assert_eq!(MessageProblem::of_unknown(text), MessageProblem::NothingKnown, "{text}");
        }
    }
}
