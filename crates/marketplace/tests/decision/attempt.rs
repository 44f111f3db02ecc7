//! A call of `unlockProvider` that is right in every part, to be made wrong one part at a time.

use freischalt_marketplace::{
    Activation, ActivationId, ApiUser, Audience, ClaimPurpose, ClaimSealer, CustomerId,
    IssuedClaim, Language, ParameterCacheEntry, ParameterCacheId, Policy, ProviderId, Refusal,
    Stage, User, UserId,
    activation::{Grant, UnlockCall, UnlockFacts, UnlockRecord, Unlocked, unlock},
    decision::{authenticate, check_claim, find_call, permit},
};
use freischalt_protocol::{
    ApiClaim, KnownAction, Secret, UnixTime, Verb,
    actions::UnlockProvider,
    envelope::{Action, Echo, Signature, Timestamp},
    hmac::{LegacyAction, SigningKey, V2Message, sign_v1},
    php::{self, Value},
    seal::MasterKey,
};

/// The server's clock.
pub const NOW: UnixTime = UnixTime(1_700_000_000);

/// How an attempt is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    V2,
    V1,
    With(Signature),
}

/// What is sent as `extendedclaim`.
#[derive(Clone, Debug)]
pub enum SendClaim {
    Sealed(IssuedClaim),
    Value(Value),
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Attempt {
    pub policy: Policy,
    pub activation: Activation,
    pub customer_active: bool,
    pub user: Option<User>,
    pub entry_of_a_service_call: bool,
    pub echo: Echo,
    pub timestamp: Timestamp,
    pub key: Secret,
    pub sign: Sign,
    pub claim: SendClaim,
    pub parameter_cache_id: Value,
    pub is_regular_customer: Value,
}

impl Default for Attempt {
    fn default() -> Self {
        let activation = pending();
        Self {
            policy: Policy::default(),
            customer_active: true,
            user: Some(administrator()),
            entry_of_a_service_call: false,
            echo: Echo {
                action_id: Verb::Do.action_id(),
                resource_type: KnownAction::UnlockProvider.resource_type().to_owned(),
                resource_id: String::new(),
                identifier: String::new(),
            },
            timestamp: at(NOW.0),
            key: api_user().key,
            sign: Sign::V2,
            claim: SendClaim::Sealed(claim(&activation, ClaimPurpose::Activation)),
            parameter_cache_id: Value::from(entry().id.to_string()),
            is_regular_customer: Value::from(1_i64),
            activation,
        }
    }
}

impl Attempt {
    /// All checks in their order.
    pub fn decide(&self) -> Result<Unlocked, Refusal> {
        let action = self.action();
        self.authenticate(&action)?;
        let claim = check_claim(&action, &self.activation, &sealer(), NOW, &self.policy)?;
        let call = find_call(&self.echo, &self.policy)?;
        permit(call, &self.activation, claim.as_ref())?;
        let parameters = UnlockProvider::parse(&action.parameters)?;
        let facts = UnlockFacts {
            activation: self.activation.clone(),
            customer_active: self.customer_active,
            user: self.user.clone(),
            entry_of_a_service_call: self.entry_of_a_service_call,
        };
        let call = UnlockCall {
            parameter_cache_id: parameters.parameter_cache_id,
            is_regular_customer: parameters.is_regular_customer,
        };
        unlock(facts, &call, NOW)
    }

    pub fn refusal(&self) -> Refusal {
        self.decide().expect_err("it should be refused")
    }

    pub fn authenticate(&self, action: &Action) -> Result<(), Refusal> {
        let ApiUser { token, key } = api_user();
        authenticate(&self.echo, action, &token, &key, NOW, &self.policy)
    }

    /// The action, signed as it is now.
    pub fn action(&self) -> Action {
        let parameters = self.parameters();
        let signature = match &self.sign {
            Sign::V2 => Signature::V2(SigningKey::new(&self.key).sign(&V2Message {
                timestamp: &self.timestamp.text,
                token: api_user().token.as_str(),
                resource_type: &self.echo.resource_type,
                action_id: &self.echo.action_id,
            })),
            Sign::V1 => Signature::V1(self.legacy_signature(&parameters)),
            Sign::With(signature) => signature.clone(),
        };
        Action { timestamp: self.timestamp.clone(), signature, parameters }
    }

    fn legacy_signature(&self, parameters: &php::Array) -> String {
        let user = api_user();
        let legacy = LegacyAction {
            parameters,
            token: user.token.as_str(),
            action_id: &self.echo.action_id,
            identifier: &self.echo.identifier,
            resource_id: &self.echo.resource_id,
            timestamp: &self.timestamp.text,
            resource_type: &self.echo.resource_type,
        };
        sign_v1(&legacy, &self.key).unwrap()
    }

    fn parameters(&self) -> php::Array {
        let mut parameters = php::Array::default();
        parameters.insert("parameterCacheId", self.parameter_cache_id.clone());
        parameters.insert("isRegularCustomer", self.is_regular_customer.clone());
        let claim = match &self.claim {
            SendClaim::Nothing => return parameters,
            SendClaim::Value(value) => value.clone(),
            SendClaim::Sealed(claim) => Value::from(sealer().seal(claim, [3; 12]).expose()),
        };
        parameters.insert(ApiClaim::ACTION_PARAMETER, claim);
        parameters
    }
}

pub fn api_user() -> ApiUser {
    ApiUser::generate([1; 16], [2; 32])
}

pub fn sealer() -> ClaimSealer {
    ClaimSealer::new(&MasterKey::new([4; 32]), &[])
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp { text: seconds.to_string(), value: Some(UnixTime(seconds)) }
}

pub fn administrator() -> User {
    User {
        id: UserId(21),
        name: String::new(),
        administrator: true,
        group: None,
        language: Language::De,
        active: true,
    }
}

/// A claim of the run that serves for the next hour.
pub fn claim(activation: &Activation, purpose: ClaimPurpose) -> IssuedClaim {
    IssuedClaim {
        purpose,
        provider: activation.provider,
        customer: activation.customer,
        user: activation.opened_by,
        activation: activation.id,
        issued: NOW,
        expires: NOW.plus(3600),
    }
}

pub fn entry() -> ParameterCacheEntry {
    ParameterCacheEntry { id: ParameterCacheId::new([0xab; 16]), expires: NOW.plus(60) }
}

fn grant() -> Grant {
    Grant { audience: Audience::AllUsers, token: api_user().token, entry: entry(), chosen_at: NOW }
}

pub fn pending() -> Activation {
    Activation {
        id: ActivationId::new(1, [6; 10]),
        customer: CustomerId(7),
        provider: ProviderId(8),
        opened_by: UserId(21),
        opened_at: NOW,
        stage: Stage::Pending { grant: grant(), key: api_user().key },
    }
}

/// Unlocked as a regular customer.
pub fn active() -> Activation {
    let unlock = UnlockRecord { at: NOW, is_regular_customer: true };
    let stage = Stage::Active { grant: grant(), key: api_user().key, unlock };
    Activation { stage, ..pending() }
}
