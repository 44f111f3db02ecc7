//! Which calls exist, who may make them, and what an entry is good for.

use freischalt_marketplace::{
    ClaimPurpose, ParameterCacheId, Policy, Refusal, User,
    activation::Unlocked,
    decision::{Permitted, UnknownCall, check_acting_user, find_call, permit},
    service::{UseRefusal, UserRight},
};
use freischalt_protocol::{KnownAction, UnixTime, Verb, envelope::Echo, php::Value};

use crate::attempt::{Attempt, NOW, SendClaim, active, administrator, claim, entry, pending};

fn echo(action_id: &str, resource_type: &str, resource_id: &str) -> Echo {
    Echo {
        action_id: action_id.to_owned(),
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
        identifier: String::new(),
    }
}

#[test]
fn every_call_is_found_by_its_own_verb_and_type_only() {
    let policy = Policy::default();
    for call in KnownAction::ALL {
        for verb in Verb::ALL {
            let found = find_call(&echo(&verb.action_id(), call.resource_type(), ""), &policy);
            let unknown = Refusal::CallUnknown(UnknownCall {
                verb,
                resource_type: call.resource_type().to_owned(),
            });
            let expected = if verb == call.verb() { Ok(call) } else { Err(unknown) };
            assert_eq!(found, expected, "{verb} {call:?}");
        }
    }
}

#[test]
fn unknown_names_are_said_back() {
    let action_id = Verb::Do.action_id();
    for (wrong, refusal, argument) in [
        (echo("do", "unlockProvider", ""), Refusal::ActionUnknown("do".to_owned()), "do"),
        (
            echo(&action_id, "unlockprovider", ""),
            Refusal::CallUnknown(UnknownCall {
                verb: Verb::Do,
                resource_type: "unlockprovider".to_owned(),
            }),
            "unlockprovider",
        ),
        (echo(&action_id, "unlockProvider", "0"), Refusal::ResourceIdUnknown("0".to_owned()), "0"),
    ] {
        assert_eq!(refusal.argument(), argument);
        assert_eq!(find_call(&wrong, &Policy::default()), Err(refusal));
    }
}

#[test]
fn a_resource_id_matters_to_unlock_provider_while_strict() {
    let lenient = Policy { strict_resource_id: false, ..Policy::default() };
    let filled = |call: KnownAction| echo(&call.verb().action_id(), call.resource_type(), "7");
    let unlock = KnownAction::UnlockProvider;
    assert_eq!(find_call(&filled(unlock), &lenient), Ok(unlock));
    assert!(find_call(&filled(unlock), &Policy::default()).is_err());
    for call in KnownAction::ALL.into_iter().filter(|call| *call != unlock) {
        assert_eq!(find_call(&filled(call), &Policy::default()), Ok(call));
    }
}

/// Every call × before and after the unlock × every claim.
#[test]
fn who_may_call_what() {
    let only_others = |_: &str| Err(Refusal::NotForMarketplaceUsers);
    for call in KnownAction::ALL {
        for (is_active, run) in [(false, pending()), (true, active())] {
            for purpose in [None, Some(ClaimPurpose::Activation), Some(ClaimPurpose::Service)] {
                let claim = purpose.map(|purpose| claim(&run, purpose));
                let permitted = permit(call, &run, claim.as_ref());
                let name = call.resource_type();
                let expected = match (call, is_active, purpose) {
                    (KnownAction::UnlockProvider, _, Some(ClaimPurpose::Service)) => None,
                    (KnownAction::UnlockProvider, ..) => Some(Ok(Permitted::UnlockProvider)),
                    (
                        KnownAction::SubsequentPaymentLink
                        | KnownAction::TransactionRefund
                        | KnownAction::ExecuteWebhooks,
                        ..,
                    ) => Some(only_others(name)),
                    (_, false, _) => Some(Err(Refusal::OnlyUnlockDuringActivation)),
                    (_, true, Some(ClaimPurpose::Activation)) => None,
                    (KnownAction::InvoiceRecipient, ..) => Some(Ok(Permitted::InvoiceRecipient)),
                    (KnownAction::CancelAbo, ..) => Some(Ok(Permitted::CancelAbo)),
                    (KnownAction::ReadUser, ..) => Some(Ok(Permitted::ReadUser)),
                    (KnownAction::ReadBasicSettings, ..) => Some(Ok(Permitted::ReadBasicSettings)),
                    (KnownAction::ReadEstate, ..) => Some(Ok(Permitted::ReadEstate)),
                };
                match expected {
                    Some(expected) => assert_eq!(permitted, expected, "{call:?} {purpose:?}"),
                    None => assert!(
                        matches!(permitted, Err(Refusal::ClaimPurpose(_))),
                        "{call:?} {purpose:?}: {permitted:?}"
                    ),
                }
            }
        }
    }
}

#[test]
fn a_call_has_the_rights_of_the_claims_user() {
    let administrator = administrator();
    let plain = User { administrator: false, ..administrator.clone() };
    let off = User { active: false, ..administrator.clone() };
    let check = |customer: bool, user: Option<&User>, right| {
        check_acting_user(customer, user, &active(), right)
    };
    let as_chosen = UserRight::AsChosen;
    assert_eq!(check(true, Some(&plain), UserRight::Given), Ok(()));
    assert_eq!(check(true, Some(&administrator), UserRight::Taken), Ok(()));
    let refused = Err(Refusal::UserMayNot(UseRefusal::NoRight));
    assert_eq!(check(true, Some(&plain), UserRight::Taken), refused);
    assert_eq!(check(true, Some(&off), as_chosen), Err(Refusal::UserInactive));
    assert_eq!(check(true, None, as_chosen), Err(Refusal::UserInactive));
    assert_eq!(check(false, Some(&plain), as_chosen), Err(Refusal::CustomerInactive));
}

#[test]
fn an_entry_serves_until_its_last_second() {
    let with_expiry = |expires: UnixTime| {
        let mut attempt = Attempt::default();
        let freischalt_marketplace::Stage::Pending { grant, .. } = &mut attempt.activation.stage
        else {
            panic!("the attempt is on a pending run")
        };
        grant.entry.expires = expires;
        attempt.decide()
    };
    assert!(with_expiry(NOW).is_ok());
    assert_eq!(with_expiry(NOW.plus(-1)), Err(Refusal::EntryExpired { ago: 1 }));
}

#[test]
fn an_entry_is_read_in_either_letter_case_and_as_a_list_of_one() {
    let text = entry().id.to_string();
    assert_ne!(text, text.to_uppercase());
    let list = Value::Array(freischalt_protocol::php::Array::list([text.as_str()]));
    for value in [Value::from(text.as_str()), Value::from(text.to_uppercase()), list] {
        let attempt = Attempt { parameter_cache_id: value, ..Attempt::default() };
        assert!(matches!(attempt.decide(), Ok(Unlocked::Now(_))));
    }
}

#[test]
fn an_entry_that_is_not_the_runs_own_says_why() {
    let other = ParameterCacheId::new([9; 16]).to_string();
    for (value, of_service_call, refusal) in [
        (Value::Null, false, Refusal::EntryNotGiven),
        (Value::from(""), true, Refusal::EntryNotGiven),
        (Value::from(other.as_str()), false, Refusal::EntryUnknown),
        (Value::from("1' OR '1'='1"), false, Refusal::EntryUnknown),
        (Value::from(other.as_str()), true, Refusal::EntryOfServiceCall),
    ] {
        let attempt = Attempt {
            parameter_cache_id: value,
            entry_of_a_service_call: of_service_call,
            ..Attempt::default()
        };
        assert_eq!(attempt.refusal(), refusal);
    }
}

#[test]
fn parameters_of_the_wrong_type_are_named() {
    let id = Attempt { parameter_cache_id: Value::from(7_i64), ..Attempt::default() };
    let flag = Attempt { is_regular_customer: Value::from(2_i64), ..Attempt::default() };
    for (attempt, name) in [(id, "parameterCacheId"), (flag, "isRegularCustomer")] {
        let refusal = attempt.refusal();
        assert_eq!(refusal.argument(), name);
        assert_eq!(refusal.code(&attempt.policy).0, 255);
    }
}

#[test]
fn the_call_acts_as_the_administrator_who_began() {
    let off = |active, administrator| Some(User { active, administrator, ..self::administrator() });
    for (user, refusal) in [
        (None, Refusal::UserInactive),
        (off(false, true), Refusal::UserInactive),
        (off(false, false), Refusal::UserInactive),
        (off(true, false), Refusal::UserNotAdministrator),
    ] {
        assert_eq!(Attempt { user, ..Attempt::default() }.refusal(), refusal);
    }
    let switched_off = Attempt { customer_active: false, user: None, ..Attempt::default() };
    assert_eq!(switched_off.refusal(), Refusal::CustomerInactive);
}

#[test]
fn the_same_call_again_is_fine_and_another_flag_is_not() {
    let again = Attempt { activation: active(), ..Attempt::default() };
    assert_eq!(again.decide(), Ok(Unlocked::Before));
    let other = Attempt { is_regular_customer: Value::from(0_i64), ..again.clone() };
    assert_eq!(other.refusal(), Refusal::EntryUsedWithOtherFlag);
    let with_service_claim =
        Attempt { claim: SendClaim::Sealed(claim(&active(), ClaimPurpose::Service)), ..again };
    assert!(matches!(with_service_claim.refusal(), Refusal::ClaimPurpose(_)));
}
