//! The checks of one action, in their order.

use freischalt_protocol::{
    KnownAction, Secret, UnixTime, Verb,
    actions::extended_claim,
    envelope::{Action, Echo, Signature},
    hmac::{LegacyAction, SigningKey, V2Message, contains_float, verify_v1},
};

use super::{Refusal, UnknownCall};
use crate::{
    Activation, ApiToken, ClaimProblem, ClaimPurpose, ClaimSealer, IssuedClaim, Policy, Stage,
    User,
    service::{UserRight, may_use},
};

/// Checks timestamp and signature of an action under the API user's key.
pub fn authenticate(
    echo: &Echo,
    action: &Action,
    token: &ApiToken,
    key: &Secret,
    now: UnixTime,
    policy: &Policy,
) -> Result<(), Refusal> {
    let timestamp = action.timestamp.value.ok_or(Refusal::TimestampUnreadable)?;
    if !timestamp.is_within(policy.timestamp_tolerance, now) {
        return Err(Refusal::TimestampOutside {
            difference: timestamp.since(now),
            tolerance: policy.timestamp_tolerance,
        });
    }
    match &action.signature {
        Signature::V2(signature) => {
            let message = V2Message {
                timestamp: &action.timestamp.text,
                token: token.as_str(),
                resource_type: &echo.resource_type,
                action_id: &echo.action_id,
            };
            let fine = SigningKey::new(key).verify(&message, signature);
            if fine { Ok(()) } else { Err(Refusal::SignatureWrong) }
        }
        Signature::V1(_) if !policy.hmac_v1 => Err(Refusal::SignatureLegacy),
        Signature::V1(signature) => authenticate_v1(echo, action, token, key, signature),
        Signature::Missing => Err(Refusal::SignatureMissing),
        Signature::UnknownVersion => Err(Refusal::SignatureVersion),
    }
}

fn authenticate_v1(
    echo: &Echo,
    action: &Action,
    token: &ApiToken,
    key: &Secret,
    signature: &str,
) -> Result<(), Refusal> {
    let legacy = LegacyAction {
        parameters: &action.parameters,
        token: token.as_str(),
        action_id: &echo.action_id,
        identifier: &echo.identifier,
        resource_id: &echo.resource_id,
        timestamp: &action.timestamp.text,
        resource_type: &echo.resource_type,
    };
    if verify_v1(&legacy, key, signature) {
        return Ok(());
    }
    Err(match contains_float(&action.parameters) {
        Some(parameter) => Refusal::SignatureWrongFloat { parameter },
        None => Refusal::SignatureWrong,
    })
}

/// Checks that the claim of an action belongs to the run of the API user and is still good.
/// `None` only where the policy does not require one.
pub fn check_claim(
    action: &Action,
    activation: &Activation,
    sealer: &ClaimSealer,
    now: UnixTime,
    policy: &Policy,
) -> Result<Option<IssuedClaim>, Refusal> {
    let Some(text) = extended_claim(&action.parameters).map_err(Refusal::ClaimNotText)? else {
        return if policy.claim_required { Err(Refusal::ClaimMissing) } else { Ok(None) };
    };
    let claim = sealer.open(&text)?;
    claim.check(activation, now)?;
    Ok(Some(claim))
}

/// Finds the call that an action names.
pub fn find_call(echo: &Echo, policy: &Policy) -> Result<KnownAction, Refusal> {
    let verb = Verb::parse(&echo.action_id)
        .ok_or_else(|| Refusal::ActionUnknown(echo.action_id.clone()))?;
    let call = KnownAction::find(verb, &echo.resource_type)
        .ok_or_else(|| UnknownCall { verb, resource_type: echo.resource_type.clone() })?;
    let wants_empty_id = call == KnownAction::UnlockProvider && policy.strict_resource_id;
    if wants_empty_id && !echo.resource_id.is_empty() {
        return Err(Refusal::ResourceIdUnknown(echo.resource_id.clone()));
    }
    Ok(call)
}

/// A call that a marketplace API user may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permitted {
    /// `unlockProvider`, with a claim of the activation.
    UnlockProvider,
    /// `getMarketplaceInvoiceRecipient`.
    InvoiceRecipient,
    /// `marketplaceCancelAbo`.
    CancelAbo,
    /// `user`, of the customer.
    ReadUser,
    /// `basicsettings`, of the customer.
    ReadBasicSettings,
    /// `estate`, of the customer.
    ReadEstate,
}

/// Checks that a marketplace API user may make this call now, with this claim.
pub fn permit(
    call: KnownAction,
    activation: &Activation,
    claim: Option<&IssuedClaim>,
) -> Result<Permitted, Refusal> {
    let purpose = claim.map(|claim| claim.purpose);
    match call {
        KnownAction::UnlockProvider if purpose == Some(ClaimPurpose::Service) => {
            Err(Refusal::ClaimPurpose("a service call's claim does not serve unlockProvider"))
        }
        KnownAction::UnlockProvider => match claim {
            Some(claim) if claim.user != activation.opened_by => {
                Err(ClaimProblem::Foreign("user").into())
            }
            _ => Ok(Permitted::UnlockProvider),
        },
        // Made with the provider's own client, or by ordinary API users (apidoc.onoffice.de).
        KnownAction::SubsequentPaymentLink
        | KnownAction::TransactionRefund
        | KnownAction::ExecuteWebhooks => Err(Refusal::NotForMarketplaceUsers),
        KnownAction::InvoiceRecipient
        | KnownAction::CancelAbo
        | KnownAction::ReadUser
        | KnownAction::ReadBasicSettings
        | KnownAction::ReadEstate => permit_after_activation(call, activation, purpose),
    }
}

/// Everything but the unlock is for active providers, and for claims of service calls.
fn permit_after_activation(
    call: KnownAction,
    activation: &Activation,
    purpose: Option<ClaimPurpose>,
) -> Result<Permitted, Refusal> {
    if matches!(activation.stage, Stage::Pending { .. }) {
        return Err(Refusal::OnlyUnlockDuringActivation);
    }
    if purpose == Some(ClaimPurpose::Activation) {
        return Err(Refusal::ClaimPurpose(
            "the activation's claim serves unlockProvider only; use the latest service call's",
        ));
    }
    match call {
        KnownAction::InvoiceRecipient => Ok(Permitted::InvoiceRecipient),
        KnownAction::CancelAbo => Ok(Permitted::CancelAbo),
        KnownAction::ReadUser => Ok(Permitted::ReadUser),
        KnownAction::ReadBasicSettings => Ok(Permitted::ReadBasicSettings),
        KnownAction::ReadEstate => Ok(Permitted::ReadEstate),
        KnownAction::UnlockProvider
        | KnownAction::SubsequentPaymentLink
        | KnownAction::TransactionRefund
        | KnownAction::ExecuteWebhooks => Err(Refusal::NotForMarketplaceUsers),
    }
}

/// A call that an API user may make which no activation made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermittedToOthers {
    /// `subsequentPaymentLink`, of the client of a provider.
    SubsequentPaymentLink,
    /// `transactionRefund`, of the client of a provider.
    TransactionRefund,
    /// `executeMarketplaceWebhooks`.
    ExecuteWebhooks,
}

/// Checks that an ordinary API user may make this call. Whose transactions are whose is for the
/// call itself.
pub fn permit_ordinary(call: KnownAction) -> Result<PermittedToOthers, Refusal> {
    match call {
        KnownAction::SubsequentPaymentLink => Ok(PermittedToOthers::SubsequentPaymentLink),
        KnownAction::TransactionRefund => Ok(PermittedToOthers::TransactionRefund),
        KnownAction::ExecuteWebhooks => Ok(PermittedToOthers::ExecuteWebhooks),
        KnownAction::UnlockProvider
        | KnownAction::InvoiceRecipient
        | KnownAction::CancelAbo
        | KnownAction::ReadUser
        | KnownAction::ReadBasicSettings
        | KnownAction::ReadEstate => Err(Refusal::OnlyForMarketplaceUsers),
    }
}

/// Whether a call may come without a claim: the invoice recipient alone, and then only for a while
/// (apidoc.onoffice.de, "Get marketplace invoice recipient").
pub fn claim_is_optional(echo: &Echo) -> bool {
    let call =
        Verb::parse(&echo.action_id).and_then(|verb| KnownAction::find(verb, &echo.resource_type));
    call == Some(KnownAction::InvoiceRecipient)
}

/// Checks the user whose rights a call has: the one who called the service, as the claim says. The
/// server switches into the customer and user of the claim; errors 175, 176 and 183 say that it
/// does.
pub fn check_acting_user(
    customer_active: bool,
    user: Option<&User>,
    activation: &Activation,
    right: UserRight,
) -> Result<(), Refusal> {
    if !customer_active {
        return Err(Refusal::CustomerInactive);
    }
    let user = user.filter(|user| user.active).ok_or(Refusal::UserInactive)?;
    may_use(activation, user, right).map_err(Refusal::UserMayNot)
}
