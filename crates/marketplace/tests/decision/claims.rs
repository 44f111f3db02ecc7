//! Claims: whose they are, for how long, and when none is needed.

use freischalt_marketplace::{
    ActivationId, ClaimProblem, ClaimPurpose, ClaimSealer, CustomerId, IssuedClaim, Policy,
    ProviderId, Refusal, UserId,
};
use freischalt_protocol::{php::Value, seal::MasterKey};

use crate::attempt::{Attempt, NOW, SendClaim, claim, pending};

fn own() -> IssuedClaim {
    claim(&pending(), ClaimPurpose::Activation)
}

fn refusal(claim: SendClaim) -> Refusal {
    Attempt { claim, ..Attempt::default() }.refusal()
}

#[test]
fn a_claim_is_that_of_its_provider_customer_run_and_user() {
    for (foreign, whose) in [
        (IssuedClaim { provider: ProviderId(9), ..own() }, "provider"),
        (IssuedClaim { customer: CustomerId(9), ..own() }, "customer"),
        (
            IssuedClaim { activation: ActivationId::new(2, [6; 10]), ..own() },
            "activation of this provider",
        ),
        (IssuedClaim { user: UserId(22), ..own() }, "user"),
    ] {
        let refusal = refusal(SendClaim::Sealed(foreign));
        assert_eq!(refusal, Refusal::Claim(ClaimProblem::Foreign(whose)));
    }
}

#[test]
fn a_claim_serves_until_its_last_second() {
    let until = |seconds| IssuedClaim { expires: NOW.plus(seconds), ..own() };
    let last = Attempt { claim: SendClaim::Sealed(until(0)), ..Attempt::default() };
    assert!(last.decide().is_ok());
    let over = refusal(SendClaim::Sealed(until(-1)));
    assert_eq!(over, Refusal::Claim(ClaimProblem::Expired { ago: 1 }));
}

#[test]
fn a_foreign_claim_is_foreign_first_and_expired_second() {
    let both = IssuedClaim { customer: CustomerId(9), expires: NOW.plus(-1), ..own() };
    let refusal = refusal(SendClaim::Sealed(both));
    assert_eq!(refusal, Refusal::Claim(ClaimProblem::Foreign("customer")));
}

#[test]
fn a_claim_that_was_never_issued_here_is_unreadable() {
    let elsewhere = ClaimSealer::new(&MasterKey::new([9; 32]), &[]);
    let theirs = elsewhere.seal(&own(), [3; 12]).expose().to_owned();
    for text in [theirs.as_str(), "x", "AbC_123-xyz", " "] {
        let refusal = refusal(SendClaim::Value(Value::from(text)));
        assert_eq!(refusal, Refusal::Claim(ClaimProblem::Unreadable), "{text}");
    }
}

#[test]
fn a_claim_is_needed_unless_it_is_not() {
    let optional = Policy { claim_required: false, ..Policy::default() };
    for none in [SendClaim::Nothing, SendClaim::Value(Value::Null), SendClaim::Value("".into())] {
        assert_eq!(refusal(none.clone()), Refusal::ClaimMissing, "{none:?}");
        let older = Attempt { claim: none, policy: optional.clone(), ..Attempt::default() };
        assert!(older.decide().is_ok(), "{:?}", older.claim);
    }
}

#[test]
fn a_claim_that_is_sent_must_be_right_even_where_none_is_needed() {
    let policy = Policy { claim_required: false, ..Policy::default() };
    let foreign = IssuedClaim { customer: CustomerId(9), ..own() };
    let service = claim(&pending(), ClaimPurpose::Service);
    for wrong in [
        SendClaim::Sealed(foreign),
        SendClaim::Sealed(service),
        SendClaim::Value(Value::from("x")),
        SendClaim::Value(Value::from(1_i64)),
    ] {
        let attempt = Attempt { claim: wrong, policy: policy.clone(), ..Attempt::default() };
        assert!(attempt.decide().is_err(), "{:?}", attempt.claim);
    }
}

#[test]
fn a_claim_that_is_no_text_is_named() {
    for value in [Value::from(1_i64), Value::Bool(true), Value::Array(Default::default())] {
        let refusal = refusal(SendClaim::Value(value));
        assert!(matches!(&refusal, Refusal::ClaimNotText(_)), "{refusal:?}");
        assert!(refusal.to_string().starts_with("extendedclaim is "), "{refusal}");
    }
}
