//! The rules of the marketplace calls after the unlock: who is told whom to invoice, who cancels,
//! who asks for more, who gives back, and with which code each is refused.
//!
//! The customer's marketplace API user makes the first two, the provider's own API user the next
//! two (apidoc.onoffice.de). Permission and claim were checked before; see
//! [`decision`](crate::decision). The numbers of codes without a named situation are inferred from
//! their texts.

use freischalt_protocol::{ErrorCode, UnixTime, actions::Number};

use crate::{
    Change, ClaimProblem, Contact, CustomerId, Day, Deal, Money, OrderId, PayAccount, Policy,
    ProviderId, SubscriptionId, Transaction, TransactionId, User, UserId,
    account::paying_account,
    deal::{CancelProblem, Cancelled, ExtraProblem, NewTransaction, Refusable},
};

/// Why a marketplace call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallProblem {
    /// `userid` is no whole number.
    #[error("userid must be a whole number")]
    UserNotInteger,
    /// No user, or one who is gone, switched off, or has not paid.
    #[error("userid is missing, or not the active user who paid this transaction")]
    UserNotBuyer,
    /// The user has no marketplace account with an address.
    #[error("the user has no marketplace account with an address for invoices")]
    NoContact,
    /// No such transaction.
    #[error("transactionid is missing, or there is no such transaction")]
    TransactionUnknown,
    /// A transaction of somebody else.
    #[error("transaction {0} belongs to another customer or provider")]
    TransactionForeign(TransactionId),
    /// Too late without a claim.
    #[error("without extendedclaim, {window} s after the payment; it is {ago} s ago")]
    TooLate {
        /// How long it is answered.
        window: i64,
        /// How long it is ago.
        ago: i64,
    },
    /// No price.
    #[error("priceNet must be a text such as \"1100.50\", more than 0.00")]
    Price,
    /// A payment that cannot be given back.
    #[error("the transaction cannot be refunded: {0}")]
    Refund(Refusable),
    /// No day.
    #[error("cancelationDate must be a day that exists, as YYYY-MM-DD")]
    Day,
    /// A day that cannot be taken.
    #[error("the subscription cannot be cancelled: {0}")]
    Cancel(CancelProblem),
    /// No such subscription, or one of somebody else, who need not know that it exists.
    #[error("aboid is missing, or there is no such subscription of this provider and customer")]
    AboUnknown,
    /// A claim of one user in a call about what another has bought.
    #[error(transparent)]
    Claim(ClaimProblem),
}

impl CallProblem {
    /// The code on the wire.
    pub const fn code(&self) -> ErrorCode {
        ErrorCode(match self {
            Self::UserNotBuyer => 184,
            Self::UserNotInteger => 186,
            Self::NoContact => 188,
            Self::TransactionUnknown => 189,
            Self::TooLate { .. } => 190,
            Self::TransactionForeign(_) => 205,
            Self::Refund(_) => 210,
            Self::Price => 214,
            Self::Day => 122,
            Self::Claim(_) => 248,
            Self::AboUnknown | Self::Cancel(_) => 255,
        })
    }

    /// The row of [`TABLE`](crate::decision::TABLE) that describes it.
    pub const fn row(&self) -> &'static str {
        match self {
            Self::UserNotInteger => "userid-not-a-number",
            Self::UserNotBuyer => "payer-unknown",
            Self::NoContact => "recipient-unknown",
            Self::TransactionUnknown => "transaction-unknown",
            Self::TransactionForeign(_) => "transaction-foreign",
            Self::TooLate { .. } => "transaction-too-old",
            Self::Price => "price-format",
            Self::Refund(Refusable::Before) => "refund-before",
            Self::Refund(_) => "refund-state",
            Self::Day => "cancellation-no-day",
            Self::Cancel(_) => "cancellation-date",
            Self::AboUnknown => "cancellation-unknown",
            Self::Claim(_) => "claim-foreign",
        }
    }

    /// What stands for `%s` in the code's text. For refunds these are the two situations that the
    /// vendor documents, in our words.
    pub fn argument(&self) -> String {
        match self {
            Self::TransactionForeign(id) => id.to_string(),
            Self::Refund(Refusable::Before) => "already refunded".to_owned(),
            Self::Refund(_) => "transaction state not correct".to_owned(),
            Self::AboUnknown => "aboid".to_owned(),
            Self::Cancel(_) => "cancelationDate".to_owned(),
            _ => String::new(),
        }
    }
}

/// On whose behalf a marketplace API user calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The customer of the API user.
    pub customer: CustomerId,
    /// The provider of the API user.
    pub provider: ProviderId,
    /// The user of the claim; none in a call without one.
    pub user: Option<UserId>,
}

impl Caller {
    /// A claim serves what its own user has bought: "can neither read nor do more"
    /// (apidoc.onoffice.de) than the user who called the service.
    fn check_buyer(self, deal: &Deal) -> Result<(), CallProblem> {
        match self.user {
            Some(user) if user != deal.order.user => {
                Err(CallProblem::Claim(ClaimProblem::Foreign("user")))
            }
            _ => Ok(()),
        }
    }
}

/// The number of a transaction that a call names.
pub fn transaction_id(number: Number) -> Result<TransactionId, CallProblem> {
    number.value().map(TransactionId).ok_or(CallProblem::TransactionUnknown)
}

/// The number of a subscription that a call names.
pub fn subscription_id(number: Number) -> Result<SubscriptionId, CallProblem> {
    number.value().map(SubscriptionId).ok_or(CallProblem::AboUnknown)
}

/// What `getMarketplaceInvoiceRecipient` is decided on.
#[derive(Clone, Copy, Debug)]
pub struct RecipientFacts<'a> {
    /// The deal of the transaction, if there is one.
    pub deal: Option<&'a Deal>,
    /// The user with the given id, if the customer has one.
    pub user: Option<&'a User>,
    /// The customer's accounts.
    pub accounts: &'a [PayAccount],
}

/// `getMarketplaceInvoiceRecipient`: whose address is on the invoice.
pub fn invoice_recipient<'a>(
    caller: Caller,
    transaction: Number,
    user: Number,
    facts: RecipientFacts<'a>,
    now: UnixTime,
    policy: &Policy,
) -> Result<&'a Contact, CallProblem> {
    if user == Number::Malformed {
        return Err(CallProblem::UserNotInteger);
    }
    let id = transaction_id(transaction)?;
    let deal = facts.deal.ok_or(CallProblem::TransactionUnknown)?;
    let known = deal.transaction(id).ok_or(CallProblem::TransactionUnknown)?;
    if deal.customer() != caller.customer || deal.provider() != caller.provider {
        return Err(CallProblem::TransactionForeign(id));
    }
    let is_buyer = |found: &&User| {
        found.active && found.id == deal.order.user && user.value() == Some(found.id.0)
    };
    let buyer = facts.user.filter(is_buyer).ok_or(CallProblem::UserNotBuyer)?;
    caller.check_buyer(deal)?;
    let (window, ago) = (policy.invoice_recipient_window, now.since(known.begun_at));
    if caller.user.is_none() && ago > window {
        return Err(CallProblem::TooLate { window, ago });
    }
    let account = paying_account(buyer, facts.accounts).ok_or(CallProblem::NoContact)?;
    Ok(&account.contact)
}

/// `marketplaceCancelAbo`: nothing is debited from that day on.
pub fn cancel_abo(
    caller: Caller,
    deal: Option<Deal>,
    day: &str,
    now: UnixTime,
) -> Result<Cancelled, CallProblem> {
    let ours =
        |deal: &Deal| deal.customer() == caller.customer && deal.provider() == caller.provider;
    let deal = deal.filter(ours).ok_or(CallProblem::AboUnknown)?;
    caller.check_buyer(&deal)?;
    let day = Day::parse(day).map_err(|_| CallProblem::Day)?;
    deal.cancel(day, now).map_err(|problem| match problem {
        CancelProblem::NoSubscription => CallProblem::AboUnknown,
        problem => CallProblem::Cancel(problem),
    })
}

/// `transactionRefund`: gives a payment of this provider back.
pub fn refund(
    provider: ProviderId,
    deal: Deal,
    id: TransactionId,
    new: &NewTransaction,
    now: UnixTime,
) -> Result<Change, CallProblem> {
    transaction_of(provider, &deal, id)?;
    deal.refund(id, new, now).map_err(|problem| match problem {
        Refusable::NoTransaction => CallProblem::TransactionUnknown,
        problem => CallProblem::Refund(problem),
    })
}

/// What `subsequentPaymentLink` asks for.
#[derive(Clone, Copy, Debug)]
pub struct ExtraCosts<'a> {
    /// The payment that they belong to.
    pub of: TransactionId,
    /// `priceNet`, if it is a text.
    pub price: Option<&'a str>,
    /// `description`.
    pub description: &'a str,
}

/// `subsequentPaymentLink`: the deal that the link pays.
pub fn payment_link(
    provider: ProviderId,
    deal: &Deal,
    costs: ExtraCosts<'_>,
    order: OrderId,
    now: UnixTime,
    policy: &Policy,
) -> Result<Deal, CallProblem> {
    transaction_of(provider, deal, costs.of)?;
    let price = costs.price.and_then(|text| Money::parse(text).ok()).ok_or(CallProblem::Price)?;
    let lifetime = policy.payment_link_lifetime;
    deal.ask_for_more(costs.of, order, price, costs.description, now, lifetime).map_err(|problem| {
        match problem {
            ExtraProblem::NoTransaction => CallProblem::TransactionUnknown,
            ExtraProblem::Price => CallProblem::Price,
        }
    })
}

/// A transaction, if it is this provider's: the calling client must be the one that is linked to
/// the transaction's provider.
fn transaction_of(
    provider: ProviderId,
    deal: &Deal,
    id: TransactionId,
) -> Result<&Transaction, CallProblem> {
    let known = deal.transaction(id).ok_or(CallProblem::TransactionUnknown)?;
    if deal.provider() == provider { Ok(known) } else { Err(CallProblem::TransactionForeign(id)) }
}
