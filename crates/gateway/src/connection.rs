//! Whether a customer still lets the provider in. The marketplace never tells a provider that it
//! was blocked; its API users just stop working. This module draws the conclusion from answers.
//!
//! It must not know how calls are made, nor who is told about a change.

use freischalt_client::CallError;
use freischalt_protocol::{ErrorCode, UnixTime};

/// Seconds after the first refusal until the question is asked again. One refusal may be a key
/// that was replaced a moment ago; two are an answer.
pub(crate) const DOUBT: i64 = 5;

/// How a customer stands to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Our API user works, as far as we know.
    Active,
    /// One call was refused, as if we had been blocked.
    Doubtful { since: UnixTime },
    /// We are out. Only an administrator can let us in again.
    Blocked,
}

/// What an answer says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Token and key were accepted, whatever became of the call.
    LetIn,
    /// Token or key were not.
    ShutOut(ErrorCode),
    /// The user of the claim, and nobody else, has lost the right.
    UserShutOut,
    /// Nothing: the network, a proxy, a wrong clock of ours.
    Silent,
}

/// Something that the app has to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Blocked(ErrorCode),
    LetInAgain,
}

/// The codes that the API gives when its API user is switched off, replaced or unknown. 136 is our
/// own clock, claims have codes of their own. Which code a blocked provider gets is not documented;
/// these are the ones that mean that token or key no longer count.
const SHUT_OUT: [ErrorCode; 6] = [
    ErrorCode::NOT_AUTHENTICATED,
    ErrorCode(48),
    ErrorCode::SECRET_WRONG,
    ErrorCode::USER_NOT_ACTIVE,
    ErrorCode::HMAC_INVALID,
    ErrorCode(153),
];

impl Verdict {
    /// The one of a single code; 0 is success.
    pub(crate) fn of_code(code: ErrorCode) -> Self {
        match code {
            ErrorCode::TIMESTAMP | ErrorCode::UNKNOWN => Self::Silent,
            ErrorCode::USER_ACCESS_NOT_GRANTED => Self::UserShutOut,
            code if SHUT_OUT.contains(&code) => Self::ShutOut(code),
            _ => Self::LetIn,
        }
    }

    /// The one of a failed call.
    pub(crate) fn of_error(error: &CallError) -> Self {
        match error {
            CallError::Refused(refusal) => Self::of_code(refusal.code),
            _ => Self::Silent,
        }
    }
}

impl Connection {
    /// How it stands after an answer, and what the app has to be told.
    pub(crate) fn after(self, verdict: Verdict, now: UnixTime) -> (Self, Option<Change>) {
        match (self, verdict) {
            (Self::Active, Verdict::ShutOut(_)) => (Self::Doubtful { since: now }, None),
            (Self::Doubtful { since }, Verdict::ShutOut(code)) if now.since(since) >= DOUBT => {
                (Self::Blocked, Some(Change::Blocked(code)))
            }
            (Self::Doubtful { .. }, Verdict::LetIn | Verdict::UserShutOut) => (Self::Active, None),
            (Self::Blocked, Verdict::LetIn) => (Self::Active, Some(Change::LetInAgain)),
            (state, _) => (state, None),
        }
    }

    /// The spelling in the store and for the app.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Doubtful { .. } => "doubtful",
            Self::Blocked => "blocked",
        }
    }

    /// The state of that name, begun at that time.
    pub(crate) fn from_name(name: &str, since: UnixTime) -> Option<Self> {
        match name {
            "active" => Some(Self::Active),
            "doubtful" => Some(Self::Doubtful { since }),
            "blocked" => Some(Self::Blocked),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUT: Verdict = Verdict::ShutOut(ErrorCode::HMAC_INVALID);

    #[test]
    fn two_refusals_with_time_between_them_are_a_block_and_it_is_told_once() {
        let (state, told) = Connection::Active.after(OUT, UnixTime(100));
        assert_eq!((state, told), (Connection::Doubtful { since: UnixTime(100) }, None));
        assert_eq!(state.after(OUT, UnixTime(100 + DOUBT - 1)), (state, None));
        let (state, told) = state.after(OUT, UnixTime(100 + DOUBT));
        let expected = Some(Change::Blocked(ErrorCode::HMAC_INVALID));
        assert_eq!((state, told), (Connection::Blocked, expected));
        assert_eq!(state.after(OUT, UnixTime(200)), (Connection::Blocked, None));
    }

    #[test]
    fn what_says_nothing_changes_nothing() {
        let doubtful = Connection::Doubtful { since: UnixTime(0) };
        for state in [Connection::Active, doubtful, Connection::Blocked] {
            assert_eq!(state.after(Verdict::Silent, UnixTime(1000)), (state, None));
        }
    }

    #[test]
    fn whoever_is_let_in_is_not_blocked() {
        let doubtful = Connection::Doubtful { since: UnixTime(0) };
        assert_eq!(doubtful.after(Verdict::LetIn, UnixTime(9)), (Connection::Active, None));
        assert_eq!(doubtful.after(Verdict::UserShutOut, UnixTime(9)), (Connection::Active, None));
        let told = Some(Change::LetInAgain);
        assert_eq!(
            Connection::Blocked.after(Verdict::LetIn, UnixTime(9)),
            (Connection::Active, told)
        );
    }

    #[test]
    fn codes_of_the_clock_and_of_claims_are_no_block() {
        for code in [22, 48, 49, 104, 137, 153] {
            let code = ErrorCode(code);
            assert_eq!(Verdict::of_code(code), Verdict::ShutOut(code));
        }
        for code in [0, 25, 141, 193, 201, 240, 248] {
            assert_eq!(Verdict::of_code(ErrorCode(code)), Verdict::LetIn, "{code}");
        }
        assert_eq!(Verdict::of_code(ErrorCode(136)), Verdict::Silent);
        assert_eq!(Verdict::of_code(ErrorCode(183)), Verdict::UserShutOut);
    }
}
