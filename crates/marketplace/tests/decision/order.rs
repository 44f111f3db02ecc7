//! The order of the checks is the order of the rows: of several faults, the one of the first row
//! is told.

use freischalt_marketplace::{ClaimPurpose, CustomerId, IssuedClaim, decision::TABLE};
use freischalt_protocol::{
    Secret, Verb,
    envelope::{Signature, Timestamp},
    php::Value,
};

use crate::{
    attempt::{Attempt, NOW, SendClaim, Sign, active, administrator, api_user, at, claim, entry},
    table::row,
};

/// A repair of the one fault that is told.
type Repair = (&'static str, fn(&mut Attempt));

/// Every fault at once. Repaired one by one, each uncovers the next.
const REPAIRS: &[Repair] = &[
    ("timestamp-unreadable", |call| call.timestamp = at(0)),
    ("timestamp-outside", |call| call.timestamp = at(NOW.0)),
    ("hmac-missing", |call| call.sign = Sign::With(Signature::UnknownVersion)),
    ("hmac-version", |call| {
        call.sign = Sign::V1;
        call.policy.hmac_v1 = false;
    }),
    ("hmac-legacy-off", |call| call.sign = Sign::V2),
    ("hmac-wrong", |call| call.key = api_user().key),
    ("claim-missing", |call| call.claim = SendClaim::Value(Value::from("x"))),
    ("claim-unreadable", |call| {
        let claim = claim(&call.activation, ClaimPurpose::Service);
        let customer = CustomerId(9);
        call.claim = SendClaim::Sealed(IssuedClaim { customer, expires: NOW.plus(-1), ..claim });
    }),
    ("claim-foreign", |call| {
        let claim = claim(&call.activation, ClaimPurpose::Service);
        call.claim = SendClaim::Sealed(IssuedClaim { expires: NOW.plus(-1), ..claim });
    }),
    ("claim-outdated", |call| {
        call.claim = SendClaim::Sealed(claim(&call.activation, ClaimPurpose::Service));
    }),
    ("action-unknown", |call| call.echo.action_id = Verb::Do.action_id()),
    ("resourcetype-unknown", |call| call.echo.resource_type = "unlockProvider".to_owned()),
    ("resourceid-unknown", |call| call.echo.resource_id.clear()),
    ("claim-of-service-call", |call| {
        call.claim = SendClaim::Sealed(claim(&call.activation, ClaimPurpose::Activation));
    }),
    ("parameter-invalid", |call| call.parameter_cache_id = Value::Null),
    ("customer-inactive", |call| call.customer_active = true),
    ("user-inactive", |call| {
        call.user = Some(freischalt_marketplace::User { administrator: false, ..administrator() });
    }),
    ("user-not-administrator", |call| call.user = Some(administrator())),
    ("entry-missing", |call| call.parameter_cache_id = Value::from("another")),
    ("entry-unknown", |call| call.entry_of_a_service_call = true),
    ("entry-of-service-call", |call| {
        call.parameter_cache_id = Value::from(entry().id.to_string());
        expire_entry(call, NOW.plus(-1));
    }),
    ("entry-expired", |call| expire_entry(call, NOW)),
    ("entry-used", |call| call.is_regular_customer = Value::from(1_i64)),
];

fn expire_entry(call: &mut Attempt, expires: freischalt_protocol::UnixTime) {
    let freischalt_marketplace::Stage::Active { grant, .. } = &mut call.activation.stage else {
        panic!("the run is active")
    };
    grant.entry.expires = expires;
}

fn everything_wrong() -> Attempt {
    let mut call = Attempt {
        activation: active(),
        customer_active: false,
        user: None,
        timestamp: Timestamp { text: String::new(), value: None },
        key: Secret::new("another"),
        sign: Sign::With(Signature::Missing),
        claim: SendClaim::Nothing,
        parameter_cache_id: Value::from(7_i64),
        is_regular_customer: Value::from(0_i64),
        ..Attempt::default()
    };
    call.echo.action_id = "do".to_owned();
    call.echo.resource_type = "unlock".to_owned();
    call.echo.resource_id = "7".to_owned();
    call
}

#[test]
fn of_several_faults_the_first_row_is_told() {
    let mut call = everything_wrong();
    let mut last = 0;
    for (expected, repair) in REPAIRS {
        let told = row(&call.refusal(), &call.policy);
        assert_eq!(told, *expected);
        let place = TABLE.iter().position(|row| row.id == told).expect("the row is in the table");
        assert!(place > last, "{told} is told after {}", TABLE[last].id);
        last = place;
        repair(&mut call);
    }
    assert!(call.decide().is_ok(), "all faults are repaired");
}
