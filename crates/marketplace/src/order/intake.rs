//! The way of a signed order into the marketplace.
//!
//! The checks, in this order; the first that fails is told: text, signature, the same order before,
//! age, parameter cache entry, provider and user, goods (number, texts, prices, quantities, sum),
//! circle of users, callback URL. A refusal goes to the provider only if the signature and the
//! callback URL are good: otherwise anybody could have us sign a callback to anywhere.

use freischalt_protocol::{
    Secret, UnixTime,
    php::{Array, Value, json},
    signed_order::{self, SignedOrderError},
};

use super::{CallbackUrl, Circle, Goods, Order, OrderProblem, OrderStage, Origin};
use crate::{
    Activation, CustomerId, OrderId, ParameterCacheId, Policy, ProviderId, User, UserId,
    service::{self, UserRight},
};

/// What makes the same order the same: its signature. It covers every member, the parameter cache
/// entry and the second in which the provider signed among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Intent(String);

impl Intent {
    /// As it was kept.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text to keep.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An order whose signature is the provider's. Nothing else about it is known to be good.
#[derive(Clone, Debug)]
pub struct SignedOrder {
    members: Array,
    intent: Intent,
}

impl SignedOrder {
    /// The longest text that is looked at.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Checks the signature.
    pub fn verify(text: &[u8], secret: &Secret) -> Result<Self, OrderProblem> {
        if text.len() > Self::MAX_BYTES {
            return Err(OrderProblem::Unreadable);
        }
        let members = signed_order::verify(text, secret).map_err(|error| match error {
            SignedOrderError::MissingSignature => OrderProblem::SignatureMissing,
            SignedOrderError::WrongSignature => OrderProblem::SignatureWrong,
            _ => OrderProblem::Unreadable,
        })?;
        let whole = json::decode(text).map_err(|_| OrderProblem::Unreadable)?;
        let signature = whole.as_array().and_then(|order| order.get_str("signature"));
        let intent = Intent(signature.ok_or(OrderProblem::SignatureMissing)?.to_owned());
        Ok(Self { members, intent })
    }

    /// What makes it the same order as another.
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// `parametercacheid`, if it can be one.
    pub fn entry(&self) -> Option<ParameterCacheId> {
        self.members.get_str("parametercacheid").and_then(ParameterCacheId::parse)
    }

    /// `callbackurl`.
    pub fn callback(&self) -> Result<CallbackUrl, OrderProblem> {
        let text = self.members.get_str("callbackurl").ok_or(OrderProblem::CallbackMissing)?;
        Ok(CallbackUrl::parse(text)?)
    }

    fn check_age(&self, now: UnixTime, tolerance: i64) -> Result<(), OrderProblem> {
        let timestamp = match self.members.get("timestamp") {
            Some(Value::Int(seconds)) => UnixTime(*seconds),
            _ => return Err(OrderProblem::Timestamp),
        };
        if timestamp.is_within(tolerance, now) {
            return Ok(());
        }
        Err(OrderProblem::TimestampOutside { difference: timestamp.since(now), tolerance })
    }
}

/// What is true at the moment of the decision.
#[derive(Clone, Debug)]
pub struct IntakeFacts {
    /// The order that was made of the same intent before.
    pub before: Option<Order>,
    /// The parameter cache entry that the order names, if this customer has it.
    pub entry: Option<EntryFacts>,
    /// Whether the customer may be acted for.
    pub customer_active: bool,
    /// Who is at the window.
    pub user: Option<User>,
    /// Whether an administrator has given or taken the right one by one.
    pub right: UserRight,
}

/// A parameter cache entry of a service call.
#[derive(Clone, Debug)]
pub struct EntryFacts {
    /// Its id.
    pub id: ParameterCacheId,
    /// Who called the service.
    pub user: UserId,
    /// The last second it serves.
    pub expires: UnixTime,
    /// The run it belongs to.
    pub activation: Activation,
}

/// The order to be, as far as the server knows by itself.
#[derive(Clone, Copy, Debug)]
pub struct NewOrder {
    /// The id, should it become one.
    pub id: OrderId,
    /// Whose window it was.
    pub customer: CustomerId,
    /// Whose service is in the window, and whose secret the signature was checked with.
    pub provider: ProviderId,
    /// Who is at the window.
    pub user: UserId,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    /// A new one.
    Now(Order),
    /// The same as before: a double click, a reload, a replay. Nothing changes.
    Before(Order),
}

/// A refusal, and where it is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Refused {
    /// Why.
    pub problem: OrderProblem,
    /// Where the provider hears of it, if the order can be trusted so far.
    pub callback: Option<CallbackUrl>,
}

/// Decides what a signed order becomes.
pub fn intake(
    signed: &SignedOrder,
    new: NewOrder,
    facts: IntakeFacts,
    now: UnixTime,
    policy: &Policy,
) -> Result<Placed, Refused> {
    decide(signed, new, facts, now, policy)
        .map_err(|problem| Refused { problem, callback: signed.callback().ok() })
}

fn decide(
    signed: &SignedOrder,
    new: NewOrder,
    facts: IntakeFacts,
    now: UnixTime,
    policy: &Policy,
) -> Result<Placed, OrderProblem> {
    if let Some(before) = facts.before {
        return if before.user == new.user {
            Ok(Placed::Before(before))
        } else {
            Err(OrderProblem::EntryForeign("user"))
        };
    }
    signed.check_age(now, policy.order_age)?;
    let entry = check_entry(facts.entry, new, now)?;
    let user = facts.user.as_ref().filter(|_| facts.customer_active);
    let user = user.ok_or(OrderProblem::UserMayNot)?;
    service::may_use(&entry.activation, user, facts.right).map_err(|refusal| match refusal {
        service::UseRefusal::NotActive => OrderProblem::ProviderInactive,
        _ => OrderProblem::UserMayNot,
    })?;
    let (goods, amount) = Goods::read(&signed.members, policy.max_products)?;
    if user.group.is_none() && goods.circles().contains(&Circle::Group) {
        return Err(OrderProblem::NoGroup);
    }
    let origin = Origin::Shop {
        activation: entry.activation.id,
        entry: entry.id,
        intent: signed.intent.clone(),
        callback: signed.callback()?,
    };
    Ok(Placed::Now(Order {
        id: new.id,
        customer: new.customer,
        provider: new.provider,
        user: new.user,
        origin,
        goods,
        amount,
        placed_at: now,
        expires: now.plus(policy.order_lifetime),
        stage: OrderStage::Open,
    }))
}

fn check_entry(
    entry: Option<EntryFacts>,
    new: NewOrder,
    now: UnixTime,
) -> Result<EntryFacts, OrderProblem> {
    let entry = entry.ok_or(OrderProblem::EntryUnknown)?;
    if entry.activation.customer != new.customer {
        return Err(OrderProblem::EntryForeign("customer"));
    }
    if entry.activation.provider != new.provider {
        return Err(OrderProblem::EntryForeign("provider"));
    }
    if entry.user != new.user {
        return Err(OrderProblem::EntryForeign("user"));
    }
    if now > entry.expires {
        return Err(OrderProblem::EntryExpired { ago: now.since(entry.expires) });
    }
    Ok(entry)
}
