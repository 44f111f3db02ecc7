//! Who may pay an order from a shop, and with what.

use super::{Deal, PayProblem};
use crate::{
    Activation, MethodId, PayAccount, StoredMeans, User,
    account::paying_account,
    order::Origin,
    provider::{Accepted, Commerce, RegularCustomers},
    service::{self, UseRefusal, UserRight},
};

/// What is true at the moment of paying.
#[derive(Clone, Copy, Debug)]
pub struct PayFacts<'a> {
    /// The live run of the activation, if there is one.
    pub activation: Option<&'a Activation>,
    /// Whether the customer may be acted for.
    pub customer_active: bool,
    /// Who sits before the page.
    pub user: Option<&'a User>,
    /// Whether the user has the right one by one.
    pub right: UserRight,
    /// The customer's accounts.
    pub accounts: &'a [PayAccount],
    /// What the provider takes.
    pub accepted: Accepted,
}

impl Deal {
    /// Checks that this user may pay the order now: the buyer, while the run of the activation
    /// that the order came from is live.
    pub fn check_payer(&self, facts: PayFacts<'_>) -> Result<(), PayProblem> {
        let Origin::Shop { activation: run, .. } = &self.order.origin else { return Ok(()) };
        let user = facts.user.filter(|user| facts.customer_active && user.id == self.order.user);
        let user = user.ok_or(PayProblem::UserMayNot)?;
        let activation = facts.activation.filter(|activation| activation.id == *run);
        let activation = activation.ok_or(PayProblem::ProviderInactive)?;
        service::may_use(activation, user, facts.right).map_err(|refusal| match refusal {
            UseRefusal::NotActive => PayProblem::ProviderInactive,
            _ => PayProblem::UserMayNot,
        })
    }

    /// The payment method that was chosen, if the user may pay with it.
    pub fn choose(&self, method: MethodId, facts: PayFacts<'_>) -> Result<StoredMeans, PayProblem> {
        self.check_payer(facts)?;
        let user = facts.user.ok_or(PayProblem::UserMayNot)?;
        let means = paying_account(user, facts.accounts)
            .and_then(|account| account.methods.iter().find(|known| known.id == method))
            .map(crate::PaymentMethod::means)
            .ok_or(PayProblem::NoMethod)?;
        if facts.accepted.takes(means.kind) { Ok(means) } else { Err(PayProblem::NotAccepted) }
    }

    /// A payment method that need not be stored, if this user may pay with it.
    pub fn choose_other(
        &self,
        means: StoredMeans,
        facts: PayFacts<'_>,
    ) -> Result<StoredMeans, PayProblem> {
        self.check_payer(facts)?;
        if facts.accepted.takes(means.kind) { Ok(means) } else { Err(PayProblem::NotAccepted) }
    }
}

/// Whether orders of this customer are recorded without payment.
pub fn settles_directly(commerce: &Commerce, activation: &Activation) -> bool {
    let regular = activation.unlock_record().is_some_and(|unlock| unlock.is_regular_customer);
    regular && commerce.regular_customers == RegularCustomers::SettleDirectly
}
