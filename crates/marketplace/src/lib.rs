//! The rules of a marketplace: who may activate a provider, what an API user may call, which claim
//! serves which call, and what state follows.
//!
//! Everything here is a pure function of its arguments. This crate must not know how requests
//! arrive, where state is kept, what time it is or where random bytes come from.

pub mod account;
pub mod activation;
pub mod audit;
pub mod bank;
pub mod calendar;
pub mod calls;
pub mod claim;
pub mod credentials;
pub mod customer;
pub mod deal;
pub mod decision;
pub mod filter;
pub mod ids;
pub mod ledger;
pub mod money;
pub mod order;
pub mod policy;
pub mod provider;
pub mod service;
pub mod transaction;
pub mod webhook;

pub use account::{AccountOwner, Contact, PayAccount, PaymentMethod};
pub use activation::{Activation, Audience, EndReason, ParameterCacheEntry, Stage};
pub use audit::{Actor, AuditEvent, AuditKind};
pub use calendar::Day;
pub use claim::{ClaimProblem, ClaimPurpose, ClaimSealer, IssuedClaim};
pub use credentials::{ApiToken, ApiUser};
pub use customer::{Customer, Group, Language, User};
pub use deal::{Change, Deal, Subscription};
pub use decision::Refusal;
pub use ids::{
    ActivationId, CustomerId, DeliveryId, GroupId, MethodId, OrderId, ParameterCacheId, ProviderId,
    Slug, SubscriptionId, TransactionId, UserId,
};
pub use money::Money;
pub use order::{Order, OrderStage};
pub use policy::Policy;
pub use provider::{Document, DocumentKind, Provider, Service, ServiceKind};
pub use service::ServiceSettings;
pub use transaction::{Means, StoredMeans, Transaction, TransactionStage};
pub use webhook::Delivery;
