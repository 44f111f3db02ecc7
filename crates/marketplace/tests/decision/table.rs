//! The table in words against the code.

use std::collections::BTreeSet;

use freischalt_marketplace::{
    ClaimProblem, Day, Policy, Refusal, TransactionId,
    calls::CallProblem,
    deal::{CancelProblem, Refusable},
    decision::{Place, TABLE, TokenHint, UnknownCall},
    service::UseRefusal,
};
use freischalt_protocol::{
    ErrorCode, UnixTime, Verb,
    actions::{FilterProblem, ParameterProblem},
    envelope::{ActionProblem, EnvelopeProblem},
    php::json::{DecodeError, DecodeErrorKind},
};

/// The row of a refusal. Every refusal is named, so that a new one does not compile without its
/// row.
pub fn row(refusal: &Refusal, policy: &Policy) -> &'static str {
    match refusal {
        Refusal::Envelope(problem) => row_of_envelope(problem),
        Refusal::TokenUnknown(_) => "token-unknown",
        Refusal::ApiUserInactive => match policy.blocked_api_user.0 {
            48 => "client-revoked",
            104 => "user-switched-off",
            _ => "api-user-inactive",
        },
        Refusal::Action(problem) => row_of_action(problem),
        Refusal::TimestampUnreadable => "timestamp-unreadable",
        Refusal::TimestampOutside { .. } => "timestamp-outside",
        Refusal::SignatureMissing
        | Refusal::SignatureVersion
        | Refusal::SignatureLegacy
        | Refusal::SignatureWrong
            if policy.wrong_signature == ErrorCode::SECRET_WRONG =>
        {
            "secret-wrong"
        }
        Refusal::SignatureMissing => "hmac-missing",
        Refusal::SignatureVersion => "hmac-version",
        Refusal::SignatureLegacy => "hmac-legacy-off",
        Refusal::SignatureWrong => "hmac-wrong",
        Refusal::SignatureWrongFloat { .. } => "hmac-float",
        Refusal::ClaimMissing | Refusal::ClaimNotText(_) => "claim-missing",
        Refusal::Claim(ClaimProblem::Unreadable) => "claim-unreadable",
        Refusal::Claim(ClaimProblem::Foreign(_)) => "claim-foreign",
        Refusal::Claim(ClaimProblem::Expired { .. }) => "claim-outdated",
        Refusal::ClaimPurpose(text) if text.contains("unlockProvider only") => {
            "claim-of-activation"
        }
        Refusal::ClaimPurpose(_) => "claim-of-service-call",
        Refusal::ActionUnknown(_) => "action-unknown",
        Refusal::ResourceIdUnknown(_) => "resourceid-unknown",
        Refusal::CallUnknown(_) => "resourcetype-unknown",
        Refusal::OnlyUnlockDuringActivation => "only-unlock",
        Refusal::NotForMarketplaceUsers => "not-for-marketplace-users",
        Refusal::CustomerInactive => "customer-inactive",
        Refusal::UserInactive => "user-inactive",
        Refusal::UserNotAdministrator => "user-not-administrator",
        Refusal::OnlyForMarketplaceUsers => "only-for-marketplace-users",
        Refusal::Call(problem) => match problem {
            CallProblem::UserNotBuyer => "payer-unknown",
            CallProblem::UserNotInteger => "userid-not-a-number",
            CallProblem::TransactionUnknown => "transaction-unknown",
            CallProblem::TransactionForeign(_) => "transaction-foreign",
            CallProblem::TooLate { .. } => "transaction-too-old",
            CallProblem::NoContact => "recipient-unknown",
            CallProblem::Refund(Refusable::Before) => "refund-before",
            CallProblem::Refund(_) => "refund-state",
            CallProblem::Price => "price-format",
            CallProblem::AboUnknown => "cancellation-unknown",
            CallProblem::Day => "cancellation-no-day",
            CallProblem::Cancel(_) => "cancellation-date",
            CallProblem::Claim(_) => "claim-foreign",
        },
        Refusal::RecordUnknown(_) => "record-unknown",
        Refusal::UserMayNot(_) => "user-without-right",
        Refusal::FieldUnknown(_) => "field-unknown",
        Refusal::Filter(FilterProblem::Operator { .. }) => "operator-unknown",
        Refusal::Filter(FilterProblem::Structure { .. }) => "filter-malformed",
        Refusal::OtherUser => "user-not-readable",
        Refusal::EntryNotGiven => "entry-missing",
        Refusal::EntryUnknown => "entry-unknown",
        Refusal::EntryExpired { .. } => "entry-expired",
        Refusal::EntryUsedWithOtherFlag => "entry-used",
        Refusal::EntryOfServiceCall => "entry-of-service-call",
        Refusal::Parameter(_) => "parameter-invalid",
    }
}

fn row_of_envelope(problem: &EnvelopeProblem) -> &'static str {
    match problem {
        EnvelopeProblem::Empty => "body-empty",
        EnvelopeProblem::Json(error) => match error.kind {
            DecodeErrorKind::Depth => "json-depth",
            DecodeErrorKind::StateMismatch => "json-brackets",
            DecodeErrorKind::ControlCharacter => "json-control-character",
            DecodeErrorKind::Syntax => "json-syntax",
            DecodeErrorKind::Utf8 => "json-utf8",
            _ => "json-other",
        },
        EnvelopeProblem::NotAnObject(_) => "json-not-an-object",
        EnvelopeProblem::Token(_) => "token-missing",
        EnvelopeProblem::Request(_) => "request-missing",
        EnvelopeProblem::Actions(_) => "actions-missing",
        EnvelopeProblem::TooManyActions { .. } => "actions-too-many",
    }
}

fn row_of_action(problem: &ActionProblem) -> &'static str {
    match problem {
        ActionProblem::NotAnObject(_) => "action-not-an-object",
        ActionProblem::ActionId(_) => "actionid-missing",
        ActionProblem::ActionIdEmpty => "actionid-empty",
        ActionProblem::ResourceId(_) => "resourceid-invalid",
        ActionProblem::ResourceType(_) => "resourcetype-missing",
        ActionProblem::Parameters(_) => "parameters-invalid",
        ActionProblem::ParameterName => "parameter-name-empty",
    }
}

/// One of each.
fn refusals() -> Vec<Refusal> {
    use DecodeErrorKind as Json;
    let json = [
        Json::Depth,
        Json::StateMismatch,
        Json::ControlCharacter,
        Json::Syntax,
        Json::Utf8,
        Json::Utf16,
    ]
    .map(|kind| EnvelopeProblem::Json(DecodeError { kind, offset: 0 }));
    let envelope = [
        EnvelopeProblem::Empty,
        EnvelopeProblem::NotAnObject("a list"),
        EnvelopeProblem::Token("missing"),
        EnvelopeProblem::Request("missing"),
        EnvelopeProblem::Actions("missing"),
        EnvelopeProblem::TooManyActions { count: 501, max: 500 },
    ];
    let action = [
        ActionProblem::NotAnObject("a list"),
        ActionProblem::ActionId("missing"),
        ActionProblem::ActionIdEmpty,
        ActionProblem::ResourceId("a float"),
        ActionProblem::ResourceType("missing"),
        ActionProblem::Parameters("a list"),
        ActionProblem::ParameterName,
    ];
    let parameter = || ParameterProblem {
        name: "isRegularCustomer",
        found: "2".to_owned(),
        expected: "1 or 0",
    };
    let envelopes = json.into_iter().chain(envelope).map(Refusal::Envelope);
    let others = [
        Refusal::TokenUnknown(TokenHint::RightLength),
        Refusal::ApiUserInactive,
        Refusal::TimestampUnreadable,
        Refusal::TimestampOutside { difference: 121, tolerance: 120 },
        Refusal::SignatureMissing,
        Refusal::SignatureVersion,
        Refusal::SignatureLegacy,
        Refusal::SignatureWrong,
        Refusal::SignatureWrongFloat { parameter: "price".to_owned() },
        Refusal::ClaimMissing,
        Refusal::ClaimNotText(parameter()),
        Refusal::Claim(ClaimProblem::Unreadable),
        Refusal::Claim(ClaimProblem::Foreign("customer")),
        Refusal::Claim(ClaimProblem::Expired { ago: 1 }),
        Refusal::ClaimPurpose("the activation's claim serves unlockProvider only"),
        Refusal::ClaimPurpose("a service call's claim does not serve unlockProvider"),
        Refusal::ActionUnknown("x".to_owned()),
        Refusal::ResourceIdUnknown("x".to_owned()),
        Refusal::CallUnknown(UnknownCall { verb: Verb::Do, resource_type: "x".to_owned() }),
        Refusal::OnlyUnlockDuringActivation,
        Refusal::NotForMarketplaceUsers,
        Refusal::CustomerInactive,
        Refusal::UserInactive,
        Refusal::UserNotAdministrator,
        Refusal::OnlyForMarketplaceUsers,
        Refusal::Call(CallProblem::UserNotBuyer),
        Refusal::Call(CallProblem::UserNotInteger),
        Refusal::Call(CallProblem::TransactionUnknown),
        Refusal::Call(CallProblem::TransactionForeign(TransactionId(1))),
        Refusal::Call(CallProblem::TooLate { window: 900, ago: 901 }),
        Refusal::Call(CallProblem::NoContact),
        Refusal::Call(CallProblem::Refund(Refusable::TooEarly)),
        Refusal::Call(CallProblem::Refund(Refusable::Before)),
        Refusal::Call(CallProblem::Price),
        Refusal::Call(CallProblem::AboUnknown),
        Refusal::Call(CallProblem::Day),
        Refusal::Call(CallProblem::Cancel(CancelProblem::Before(Day::of(UnixTime(0))))),
        Refusal::RecordUnknown("7".to_owned()),
        Refusal::UserMayNot(UseRefusal::NoRight),
        Refusal::FieldUnknown("x".to_owned()),
        Refusal::Filter(FilterProblem::Operator {
            field: "Nr".to_owned(),
            operator: "~".to_owned(),
        }),
        Refusal::Filter(FilterProblem::Structure { place: "Nr".to_owned(), expected: "a list" }),
        Refusal::OtherUser,
        Refusal::EntryNotGiven,
        Refusal::EntryUnknown,
        Refusal::EntryExpired { ago: 1 },
        Refusal::EntryUsedWithOtherFlag,
        Refusal::EntryOfServiceCall,
        Refusal::Parameter(parameter()),
    ];
    envelopes.chain(action.into_iter().map(Refusal::Action)).chain(others).collect()
}

/// Every policy that changes a code.
fn policies() -> Vec<Policy> {
    let blocked =
        [22, 48, 104].map(|code| Policy { blocked_api_user: ErrorCode(code), ..Policy::default() });
    let older = Policy { wrong_signature: ErrorCode::SECRET_WRONG, ..Policy::default() };
    blocked.into_iter().chain([older]).collect()
}

#[test]
fn code_and_table_agree_and_every_row_is_reached() {
    let mut reached = BTreeSet::new();
    for policy in policies() {
        for refusal in refusals() {
            let id = row(&refusal, &policy);
            let row = TABLE.iter().find(|row| row.id == id).expect(id);
            assert_eq!(refusal.code(&policy), ErrorCode(row.code), "{id}: {refusal:?}");
            reached.insert(id);
        }
    }
    let rows: BTreeSet<_> = TABLE.iter().map(|row| row.id).collect();
    assert_eq!(reached, rows);
}

#[test]
fn every_setting_is_one_and_every_code_stands_where_it_may() {
    let policy = serde_json::to_value(Policy::default()).unwrap();
    for row in TABLE {
        if let Some(setting) = row.setting {
            assert!(policy.get(setting).is_some(), "{}: {setting}", row.id);
        }
        let unauthenticated = row.code == ErrorCode::NOT_AUTHENTICATED.0;
        assert_eq!(row.place == Place::Top400, unauthenticated, "{}", row.id);
    }
}

#[test]
fn messages_are_one_line_and_hint_at_a_token_without_showing_it() {
    for refusal in refusals() {
        let text = refusal.to_string();
        assert!(!text.is_empty() && !text.contains('\n'), "{text:?}");
        assert!(!text.ends_with('.'), "{text:?}");
    }
    for (token, hint) in [
        ("f".repeat(64), "it has 64 characters, like an API key; token and key may be swapped"),
        ("f".repeat(31), "it has 31 characters, a token has 32"),
        (format!("{} ", "f".repeat(31)), "it begins or ends with white space"),
        ("f".repeat(32), "it has the right length"),
    ] {
        let text = Refusal::TokenUnknown(TokenHint::of(&token)).to_string();
        assert_eq!(text, format!("no API user has this token: {hint}"));
    }
}
