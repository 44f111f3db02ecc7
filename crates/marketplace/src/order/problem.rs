//! Why an order was refused, with a number for the provider and a sentence for the person.
//!
//! The vendor's list of order errors could not be read, so the numbers are our own; a provider
//! should show `message` and build nothing on `errorCodes`.

use super::CallbackProblem;
use crate::{Language, Money};

/// Why an order was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderProblem {
    /// Not a JSON object.
    #[error("the order is not a JSON object, or longer than 64 KiB")]
    Unreadable,
    /// No signature.
    #[error("signature is missing or not a text")]
    SignatureMissing,
    /// A wrong signature.
    #[error("the signature is not that of this order under the provider secret")]
    SignatureWrong,
    /// No timestamp.
    #[error("timestamp is missing or not a whole number of Unix seconds")]
    Timestamp,
    /// A timestamp too far away.
    #[error("timestamp is {} s {} the server's clock, at most {tolerance} s are accepted",
        .difference.unsigned_abs(), if *.difference < 0 { "behind" } else { "ahead of" })]
    TimestampOutside {
        /// Seconds from the server's clock to the timestamp.
        difference: i64,
        /// The window in either direction, in seconds.
        tolerance: i64,
    },
    /// No parameter cache entry, or one that is unknown here.
    #[error("parametercacheid is missing, or not one that a service call of this customer had")]
    EntryUnknown,
    /// The parameter cache entry of somebody else.
    #[error("parametercacheid belongs to a service call of another {0}")]
    EntryForeign(&'static str),
    /// A parameter cache entry that is too old.
    #[error("the parameter cache entry expired {ago} s ago; open the service again")]
    EntryExpired {
        /// Seconds since then.
        ago: i64,
    },
    /// The provider is not active any more.
    #[error("the provider is not active in this customer")]
    ProviderInactive,
    /// The user may not use the provider.
    #[error("the user, or the customer, may not use this provider")]
    UserMayNot,
    /// Neither products nor abo.
    #[error("the order has neither products nor abo")]
    NothingOrdered,
    /// Both.
    #[error("the order has products and abo; it may have one of them")]
    ProductsAndAbo,
    /// Too many products.
    #[error("the order has {found} products; at most {most} are accepted")]
    TooManyProducts {
        /// How many it has.
        found: usize,
        /// How many are accepted.
        most: usize,
    },
    /// A member is missing or of the wrong type.
    #[error("{0} is missing or has the wrong type")]
    Member(&'static str),
    /// A text is empty or too long.
    #[error("{0} must be a text of 1 to 500 characters without control characters")]
    Text(&'static str),
    /// A price that is none.
    #[error("{0} must be a text such as \"38.70\": digits, a dot, two digits, more than 0.00")]
    Price(&'static str),
    /// A quantity that is none.
    #[error("quantity must be a whole number from 1 to 9999, as a number or a text")]
    Quantity,
    /// The sum is wrong.
    #[error("totalprice is {total}, but price times quantity is {sum}")]
    TotalDiffers {
        /// What is stated.
        total: Money,
        /// What is right.
        sum: Money,
    },
    /// The sum is too large.
    #[error("the order is above 999999.99")]
    TooExpensive,
    /// A duration that is none.
    #[error("durationinmonth must be a whole number from 1 to 120")]
    Duration,
    /// A circle of users that does not exist.
    #[error("circleofusers must be customer, group, user or empty")]
    Circle,
    /// The buyer's group, but the buyer is in none.
    #[error("circleofusers is group, but the user is in no group")]
    NoGroup,
    /// A callback URL that cannot be used.
    #[error("callbackurl cannot be used: {0}")]
    Callback(#[from] CallbackProblem),
    /// No callback URL.
    #[error("callbackurl is missing or not a text")]
    CallbackMissing,
    /// Nothing can be bought in this marketplace.
    #[error("this marketplace has no bank and takes no orders")]
    NoShops,
}

impl OrderProblem {
    /// `errorCodes` of the callback: our own numbers, stable from release to release.
    pub const fn code(&self) -> u32 {
        match self {
            Self::Unreadable => 1,
            Self::SignatureMissing => 2,
            Self::SignatureWrong => 3,
            Self::Timestamp => 4,
            Self::TimestampOutside { .. } => 5,
            Self::EntryUnknown => 6,
            Self::EntryForeign(_) => 7,
            Self::EntryExpired { .. } => 8,
            Self::ProviderInactive => 9,
            Self::UserMayNot => 10,
            Self::NothingOrdered => 11,
            Self::ProductsAndAbo => 12,
            Self::TooManyProducts { .. } => 13,
            Self::Member(_) => 14,
            Self::Text(_) => 15,
            Self::Price(_) => 16,
            Self::Quantity => 17,
            Self::TotalDiffers { .. } => 18,
            Self::TooExpensive => 19,
            Self::Duration => 20,
            Self::Circle => 21,
            Self::NoGroup => 22,
            Self::Callback(_) => 23,
            Self::CallbackMissing => 24,
            Self::NoShops => 25,
        }
    }

    /// A plain sentence for the person who ordered: what went wrong, and what to do.
    pub const fn sentence(&self, language: Language) -> &'static str {
        let (de, en) = match self {
            Self::TimestampOutside { .. } => (
                "Die Bestellung ist zu alt. Bitte öffnen Sie den Dienst neu und bestellen Sie noch \
                 einmal.",
                "The order is too old. Please open the service again and order once more.",
            ),
            Self::EntryUnknown | Self::EntryForeign(_) | Self::EntryExpired { .. } => (
                "Die Bestellung gehört nicht zu diesem Fenster, oder das Fenster war zu lange \
                 offen. Bitte öffnen Sie den Dienst neu.",
                "The order does not belong to this window, or the window was open too long. \
                 Please open the service again.",
            ),
            Self::ProviderInactive => (
                "Der Anbieter ist nicht mehr freigeschaltet. Bitte fragen Sie Ihre Verwaltung.",
                "The provider is not active any more. Please ask your administrator.",
            ),
            Self::UserMayNot => (
                "Sie dürfen bei diesem Anbieter nicht bestellen. Bitte fragen Sie Ihre Verwaltung.",
                "You may not order from this provider. Please ask your administrator.",
            ),
            Self::NoGroup => (
                "Dieses Produkt ist für Gruppen, Sie sind aber in keiner. Bitte wählen Sie ein \
                 anderes.",
                "This product is for groups, but you are in none. Please choose another one.",
            ),
            Self::SignatureMissing | Self::SignatureWrong => (
                "Die Bestellung ist nicht gültig unterschrieben. Es wurde nichts gekauft; bitte \
                 wenden Sie sich an den Anbieter.",
                "The order is not signed correctly. Nothing was bought; please contact the \
                 provider.",
            ),
            Self::NoShops => (
                "In diesem Marktplatz kann nichts gekauft werden. Es wurde nichts gekauft.",
                "Nothing can be bought in this marketplace. Nothing was bought.",
            ),
            _ => (
                "Die Bestellung des Anbieters enthält einen Fehler. Es wurde nichts gekauft; bitte \
                 wenden Sie sich an den Anbieter.",
                "The provider's order contains a mistake. Nothing was bought; please contact the \
                 provider.",
            ),
        };
        match language {
            Language::De => de,
            Language::En => en,
        }
    }
}
