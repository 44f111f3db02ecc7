//! Error codes: numbers, texts and where they stand in an answer.
//!
//! A code is an open value: one this table does not know survives a round trip. Where a code's
//! level is not documented by the vendor it is inferred, which the fidelity table says.

mod explain;
mod table;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use explain::{Explanation, Topic};
pub use table::ALL;

/// A number in `status.errorcode` or `results[i].status.errorcode`.
///
/// ```
/// use freischalt_protocol::ErrorCode;
///
/// let code = ErrorCode(137);
/// assert_eq!(code, ErrorCode::HMAC_INVALID);
/// assert_eq!(code.to_string(), "137");
/// assert!(code.entry().is_some_and(|entry| entry.message.contains("HMAC")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(pub u32);

/// Where in an answer a code appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// At the top and in a result alike.
    Both,
    /// `status.errorcode`: the request as a whole failed and there are no results.
    Top,
    /// `status.errorcode` with `status.code` 400.
    Unauthenticated,
    /// In the result of an action; the top says 500/97.
    Result,
    /// At the top where no action can be blamed, in a result otherwise.
    TopOrResult,
    /// Raised by log-in methods that the token API does not use.
    LegacyLogin,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The number.
    pub code: ErrorCode,
    /// The text on the wire; `%s` stands for an argument.
    pub message: &'static str,
    /// Where it appears.
    pub level: Level,
}

impl ErrorCode {
    /// No error.
    pub const OK: Self = Self(0);
    /// Something went wrong inside the server.
    pub const UNKNOWN: Self = Self(1);
    /// JSON nested too deeply.
    pub const JSON_DEPTH: Self = Self(3);
    /// JSON that is not an object, or otherwise of no use.
    pub const JSON_MALFORMED: Self = Self(4);
    /// A raw control character in a JSON string.
    pub const JSON_CONTROL_CHARACTER: Self = Self(5);
    /// A JSON syntax error.
    pub const JSON_SYNTAX: Self = Self(6);
    /// A body that is not UTF-8.
    pub const JSON_UTF8: Self = Self(7);
    /// Any other JSON error, such as an unpaired surrogate.
    pub const JSON_OTHER: Self = Self(8);
    /// An empty body.
    pub const EMPTY_REQUEST: Self = Self(9);
    /// `token` missing or not a string.
    pub const TOKEN_MISSING: Self = Self(13);
    /// `request` missing or not an object.
    pub const REQUEST_MISSING: Self = Self(14);
    /// `request.actions` missing, not a list, empty or too long.
    pub const ACTIONS_MISSING: Self = Self(15);
    /// `actionid` missing or not a string.
    pub const ACTION_ID_MISSING: Self = Self(16);
    /// `actionid` is the empty string.
    pub const ACTION_ID_EMPTY: Self = Self(17);
    /// `resourceid` of an impossible type.
    pub const RESOURCE_ID_INVALID: Self = Self(18);
    /// `resourcetype` missing or not a string.
    pub const RESOURCE_TYPE_MISSING: Self = Self(19);
    /// `parameters` is neither an object nor empty.
    pub const PARAMETERS_INVALID: Self = Self(20);
    /// A parameter without a name.
    pub const PARAMETER_NAME_EMPTY: Self = Self(21);
    /// The token is unknown, or its API user is no longer active.
    pub const NOT_AUTHENTICATED: Self = Self(22);
    /// No such action.
    pub const ACTION_ID_UNKNOWN: Self = Self(23);
    /// No such resource id for this call.
    pub const RESOURCE_ID_UNKNOWN: Self = Self(24);
    /// No such resource type.
    pub const RESOURCE_TYPE_UNKNOWN: Self = Self(25);
    /// The secret is wrong (legacy text for a wrong signature).
    pub const SECRET_WRONG: Self = Self(49);
    /// At least one action failed; its result says why.
    pub const ERROR_IN_ACTION: Self = Self(97);
    /// The API user is switched off.
    pub const USER_NOT_ACTIVE: Self = Self(104);
    /// The timestamp lies outside the window.
    pub const TIMESTAMP: Self = Self(136);
    /// The signature is wrong.
    pub const HMAC_INVALID: Self = Self(137);
    /// The records have no such field.
    pub const FIELD_UNKNOWN: Self = Self(141);
    /// A filter has no such operator.
    pub const OPERATOR_UNKNOWN: Self = Self(142);
    /// A filter has another structure.
    pub const FILTER_INVALID: Self = Self(257);
    /// Records that the acting user may not read.
    pub const READ_NOT_PERMITTED: Self = Self(170);
    /// The customer of the call cannot be acted for.
    pub const CUSTOMER_SWITCH_FAILED: Self = Self(175);
    /// The user of the claim cannot be acted for.
    pub const USER_SWITCH_FAILED: Self = Self(176);
    /// The parameter cache entry is unknown, expired, used with other values, or somebody else's.
    pub const PARAMETER_CACHE_MISSING: Self = Self(177);
    /// The parameter cache entry was not made for an activation.
    pub const PARAMETER_CACHE_INCOMPLETE: Self = Self(178);
    /// The user who started no longer has the right.
    pub const USER_ACCESS_NOT_GRANTED: Self = Self(183);
    /// The claim is missing, empty or was never issued.
    pub const CLAIM_INVALID: Self = Self(193);
    /// The claim's time is over.
    pub const CLAIM_OUTDATED: Self = Self(201);
    /// The call is closed to marketplace API users, now or always.
    pub const NOT_FOR_MARKETPLACE_USERS: Self = Self(240);
    /// A version 1 signature is wrong and a parameter is a float, which explains most of these.
    pub const HMAC_INVALID_FLOAT: Self = Self(243);
    /// An element of `actions` is not an object.
    pub const ACTION_INVALID: Self = Self(247);
    /// The claim belongs to another provider, customer, user or purpose.
    pub const CLAIM_MISMATCH: Self = Self(248);
    /// A parameter has a value it cannot have.
    pub const PARAMETER_INVALID: Self = Self(255);

    /// The row of a code that is known.
    pub fn entry(self) -> Option<&'static Entry> {
        ALL.binary_search_by_key(&self, |entry| entry.code).ok().map(|index| &ALL[index])
    }

    /// The text on the wire, with `argument` in place of every `%s`. Unknown codes get the text
    /// of code 1.
    pub fn message(self, argument: &str) -> String {
        let template = self.entry().map_or("Unknown error occurred", |entry| entry.message);
        template.replace("%s", argument)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_sorted() {
        assert_eq!(ALL.len(), 287, "286 error codes and 0");
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert_eq!(ALL.last().map(|entry| entry.code), Some(ErrorCode(304)));
        let gaps =
            [2, 10, 11, 12, 33, 66, 118, 120, 128, 140, 147, 157, 195, 197, 200, 234, 280, 296];
        assert!(gaps.iter().all(|gap| ErrorCode(*gap).entry().is_none()));
    }

    #[test]
    fn arguments_go_into_the_text() {
        assert_eq!(
            ErrorCode::RESOURCE_TYPE_UNKNOWN.message("x"),
            "missing configuration for resourceType \"x\""
        );
        assert_eq!(ErrorCode(4711).message(""), "Unknown error occurred");
    }
}
