//! The calls that providers make, put together from wherever their parts are said to come from.

use freischalt_marketplace::{ApiUser, ClaimPurpose, IssuedClaim, ParameterCacheId, UserId};
use freischalt_protocol::{
    ApiClaim, KnownAction, Secret, Verb,
    envelope::{Action, Echo, Signature, Timestamp},
    hmac::{SigningKey, V2Message},
    php,
};

use super::World;
use crate::commands::{Claim, Entry, Unlock};

impl World {
    pub(super) fn action(&self, call: Unlock, token: &str) -> Action {
        let mut parameters = php::Array::default();
        parameters.insert("parameterCacheId", self.entry(call.entry));
        parameters.insert("isRegularCustomer", i64::from(call.flag));
        if let Some(claim) = self.claim(call.claim) {
            parameters.insert(ApiClaim::ACTION_PARAMETER, claim.expose());
        }
        let invented = Secret::new("f".repeat(ApiUser::KEY_LENGTH));
        let key = call.key.and_then(|of| self.find(of)?.key.clone()).unwrap_or(invented);
        let (echo, text) = (echo(), self.now.to_string());
        let signature = SigningKey::new(&key).sign(&V2Message {
            timestamp: &text,
            token,
            resource_type: &echo.resource_type,
            action_id: &echo.action_id,
        });
        let timestamp = Timestamp { text, value: Some(self.now) };
        Action { timestamp, signature: Signature::V2(signature), parameters }
    }

    fn entry(&self, entry: Entry) -> String {
        let invented = || ParameterCacheId::new([0xee; 16]).to_string();
        match entry {
            Entry::Empty => String::new(),
            Entry::Invented => invented(),
            Entry::Activation(of) => self
                .find(of)
                .and_then(|run| run.activation.grant())
                .map_or_else(invented, |grant| grant.entry.id.to_string()),
            Entry::ServiceCall(of) => {
                self.find(of).map_or_else(invented, |run| run.service_entry.to_string())
            }
        }
    }

    fn claim(&self, claim: Claim) -> Option<ApiClaim> {
        let unreadable = || Some(ApiClaim::new("A".repeat(120)));
        let (of, for_service, other_user, fresh) = match claim {
            Claim::Missing => return None,
            Claim::Changed => return unreadable(),
            Claim::Issued { run, for_service, other_user, fresh } => {
                (run, for_service, other_user, fresh)
            }
        };
        let Some(run) = self.find(of).map(|run| &run.activation) else { return unreadable() };
        let at_choice = run.grant().map_or(run.opened_at, |grant| grant.chosen_at);
        let issued = if fresh { self.now } else { at_choice };
        let user = if other_user { UserId(run.opened_by.0 + 1) } else { run.opened_by };
        let claim = IssuedClaim {
            purpose: if for_service { ClaimPurpose::Service } else { ClaimPurpose::Activation },
            provider: run.provider,
            customer: run.customer,
            user,
            activation: run.id,
            issued,
            expires: issued.plus(self.policy.claim_lifetime),
        };
        Some(self.sealer.seal(&claim, [0; 12]))
    }
}

/// What the result of the call repeats.
pub(super) fn echo() -> Echo {
    Echo {
        action_id: Verb::Do.action_id(),
        resource_type: KnownAction::UnlockProvider.resource_type().to_owned(),
        ..Echo::default()
    }
}
