//! Orders and payments as web UI and API both drive them: the rules with fresh random values, in
//! the store's transactions, and what is due for an order done at once.

use freischalt_marketplace::{
    Change, CustomerId, Day, Language, MethodId, Order, OrderId, Provider, ProviderId, StoredMeans,
    SubscriptionId, TransactionId, UserId,
    bank::{Answer, test_bank},
    calls::{self, CallProblem, ExtraCosts},
    deal::{
        CancelProblem, Cancelled, Deal, NewTransaction, PayFacts, PayProblem, settles_directly,
    },
    order::{
        CallbackResult, CallbackUrl, NewOrder, OrderProblem, Placed, Refused, SignedOrder, intake,
    },
};
use freischalt_protocol::{Secret, signed_url::SignedUrlError};
use freischalt_store::{
    DealFacts, DealRef, DealScope, DealVerdict, Decided, OrderScope, Stepped, StoreError,
};

use crate::{
    random::{self, NoRandom},
    state::AppState,
};

/// The path of a link for a subsequent payment, as in the vendor's sample.
pub(crate) const LINK_PATH: &str = "/smart/short.php";
/// Orders that are looked after in one round.
const ROUND: u32 = 200;

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommerceError<E: std::error::Error + 'static> {
    /// The rule refused.
    #[error(transparent)]
    Refused(E),
    /// There is no such thing.
    #[error("there is no such order or transaction")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] NoRandom),
}

impl<E: std::error::Error + 'static> From<Decided<E>> for CommerceError<E> {
    fn from(decided: Decided<E>) -> Self {
        match decided {
            Decided::Refused(refusal) => Self::Refused(refusal),
            Decided::Store(error) => Self::Store(error),
        }
    }
}

impl CommerceError<Refused> {
    /// What nobody has signed cannot even be told to anybody.
    pub(crate) fn unsigned(problem: OrderProblem) -> Self {
        Self::Refused(Refused { problem, callback: None })
    }
}

/// Who orders, and from whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buyer {
    pub(crate) customer: CustomerId,
    pub(crate) provider: ProviderId,
    pub(crate) user: UserId,
}

/// What is told of an order that was refused.
pub(crate) struct ToldRefusal {
    /// To the person.
    pub(crate) sentence: &'static str,
    /// To the provider: its callback URL, signed, if it can be trusted so far.
    pub(crate) callback: Option<String>,
}

/// An order by its address.
pub(crate) type OrderAddress = (CustomerId, OrderId);

impl AppState {
    /// Takes in an order whose signature is good. The same one again is the same order.
    pub(crate) async fn place_order(
        &self,
        buyer: Buyer,
        signed: SignedOrder,
    ) -> Result<Order, CommerceError<Refused>> {
        if !self.shops {
            let (problem, callback) = (OrderProblem::NoShops, signed.callback().ok());
            return Err(CommerceError::Refused(Refused { problem, callback }));
        }
        let Buyer { customer, provider, user } = buyer;
        let (now, policy) = (self.clock.now(), self.policy.clone());
        let new = NewOrder { id: random::order_id(self.clock.millis())?, customer, provider, user };
        let scope = OrderScope {
            customer,
            provider,
            user,
            intent: signed.intent().clone(),
            entry: signed.entry(),
        };
        let placed = self
            .store
            .place_order(scope, move |facts| intake(&signed, new, facts, now, &policy))
            .await?;
        let (Placed::Now(order) | Placed::Before(order)) = placed;
        Ok(order)
    }

    /// What person and provider are told of an order that was refused.
    pub(crate) fn tell_refusal(
        &self,
        refused: &Refused,
        provider: &Provider,
        secret: &Secret,
        language: Language,
    ) -> ToldRefusal {
        let sentence = refused.problem.sentence(language);
        let message = sentence.to_owned();
        let result = CallbackResult::Error { code: refused.problem.code(), message };
        let callback = refused.callback.as_ref();
        let callback = callback
            .and_then(|callback| self.sign_callback(callback, &result, provider, secret).ok());
        ToldRefusal { sentence, callback }
    }

    /// The only bank is the test bank, whose cards everybody knows.
    fn check_shops(&self) -> Result<(), CommerceError<PayProblem>> {
        if self.shops { Ok(()) } else { Err(CommerceError::Refused(PayProblem::NoShops)) }
    }

    /// Pays an order with a stored payment method of the buyer's account.
    pub(crate) async fn pay(
        &self,
        order: OrderAddress,
        user: UserId,
        method: MethodId,
    ) -> Result<(), CommerceError<PayProblem>> {
        self.check_shops()?;
        let now = self.clock.now();
        let (reference, fee) = (reference()?, self.policy.fee_permille);
        self.decide_order(order, Some(user), move |facts| {
            let new = new_transaction(&facts, &reference, fee);
            let means = facts.deal.choose(method, pay_facts(&facts))?;
            facts.deal.pay(means, &new, now)
        })
        .await
    }

    /// Pays an order with a card or account that the buyer's account need not have.
    pub(crate) async fn pay_with(
        &self,
        order: OrderAddress,
        user: UserId,
        means: StoredMeans,
    ) -> Result<(), CommerceError<PayProblem>> {
        self.check_shops()?;
        let now = self.clock.now();
        let (reference, fee) = (reference()?, self.policy.fee_permille);
        self.decide_order(order, Some(user), move |facts| {
            let new = new_transaction(&facts, &reference, fee);
            let means = facts.deal.choose_other(means.clone(), pay_facts(&facts))?;
            facts.deal.pay(means, &new, now)
        })
        .await
    }

    /// Records the order of a regular customer without payment, if the provider is set up so.
    pub(crate) async fn settle(
        &self,
        order: OrderAddress,
        user: UserId,
        provider: &Provider,
    ) -> Result<(), CommerceError<PayProblem>> {
        let (now, commerce) = (self.clock.now(), provider.commerce);
        let (reference, fee) = (reference()?, self.policy.fee_permille);
        self.decide_order(order, Some(user), move |facts| {
            let new = new_transaction(&facts, &reference, fee);
            facts.deal.check_payer(pay_facts(&facts))?;
            let run = facts.activation.as_ref().ok_or(PayProblem::ProviderInactive)?;
            if !settles_directly(&commerce, run) {
                return Err(PayProblem::NoMethod);
            }
            facts.deal.settle(&new, now)
        })
        .await
    }

    /// The buyer closes the order without paying.
    pub(crate) async fn give_up(
        &self,
        order: OrderAddress,
    ) -> Result<(), CommerceError<PayProblem>> {
        let now = self.clock.now();
        self.decide_order(order, None, move |facts| facts.deal.give_up(now)).await
    }

    /// Hands on what the buyer has answered on the bank's page.
    pub(crate) async fn answer_bank(
        &self,
        order: OrderAddress,
        transaction: TransactionId,
        answer: Answer,
    ) -> Result<(), CommerceError<PayProblem>> {
        let now = self.clock.now();
        self.decide_order(order, None, move |facts| facts.deal.answer(transaction, answer, now))
            .await
    }

    async fn decide_order(
        &self,
        order: OrderAddress,
        user: Option<UserId>,
        mut rule: impl FnMut(DealFacts) -> Result<Change, PayProblem> + Send + 'static,
    ) -> Result<(), CommerceError<PayProblem>> {
        let scope = DealScope { deal: DealRef::Order(order.0, order.1), user };
        let decided = self.store.decide_deal(scope, self.clock.now(), move |facts| {
            rule(facts).map(|change| DealVerdict { change: Some(change), outcome: () })
        });
        decided.await?.ok_or(CommerceError::NotFound)?;
        Ok(self.look_after(order).await?)
    }

    /// Does everything that is due for an order now. What fails is done in the background
    /// later.
    pub(crate) async fn look_after(
        &self,
        (customer, order): OrderAddress,
    ) -> Result<(), WorkError> {
        let (now, fee) = (self.clock.now(), self.policy.fee_permille);
        loop {
            let stepped = self
                .store
                .step_order(customer, order, now, reference()?, fee, test_bank::respond)
                .await?;
            if stepped == Stepped::Nothing {
                return Ok(());
            }
        }
    }

    /// Does what is due for all orders; whether there may be more.
    pub(crate) async fn look_after_all(&self) -> Result<bool, WorkError> {
        let due = self.store.due_orders(self.clock.now(), ROUND).await?;
        let more = due.len() >= ROUND as usize;
        for order in due {
            self.look_after(order).await?;
        }
        Ok(more)
    }

    /// The signed callback URL of an order as it is now; `None` while there is nothing to say.
    pub(crate) fn callback_of(
        &self,
        deal: &Deal,
        provider: &Provider,
        secret: &Secret,
        language: Language,
    ) -> Option<Result<String, SignedUrlError>> {
        let (callback, result) = (deal.order.callback()?, deal.callback(language)?);
        Some(self.sign_callback(callback, &result, provider, secret))
    }

    /// Signs a result into a callback URL.
    pub(crate) fn sign_callback(
        &self,
        callback: &CallbackUrl,
        result: &CallbackResult,
        provider: &Provider,
        secret: &Secret,
    ) -> Result<String, SignedUrlError> {
        let mut parameters = result.parameters();
        parameters.push(("timestamp", self.clock.now().to_string()));
        let parameters: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        provider.port.sign_with(callback.as_str(), &parameters, secret)
    }
}

impl AppState {
    /// Gives a payment back that went to this provider.
    pub(crate) async fn refund(
        &self,
        provider: ProviderId,
        id: TransactionId,
    ) -> Result<(), CommerceError<CallProblem>> {
        let now = self.clock.now();
        let (reference, fee) = (reference()?, self.policy.fee_permille);
        let scope = DealScope { deal: DealRef::Transaction(id), user: None };
        let decided = self.store.decide_deal(scope, now, move |facts| {
            let new = new_transaction(&facts, &reference, fee);
            let order = (facts.deal.customer(), facts.deal.order.id);
            let change = calls::refund(provider, facts.deal, id, &new, now)?;
            Ok(DealVerdict { change: Some(change), outcome: order })
        });
        let order =
            decided.await?.ok_or(CommerceError::Refused(CallProblem::TransactionUnknown))?;
        Ok(self.look_after(order).await?)
    }

    /// Cancels a subscription that was sold by this provider, from its own client.
    pub(crate) async fn cancel_subscription(
        &self,
        provider: ProviderId,
        id: SubscriptionId,
        day: Day,
    ) -> Result<(), CommerceError<CancelProblem>> {
        let now = self.clock.now();
        let scope = DealScope { deal: DealRef::Subscription(id), user: None };
        let decided = self.store.decide_deal(scope, now, move |facts| {
            if facts.deal.provider() != provider {
                return Err(CancelProblem::NoSubscription);
            }
            let change = match facts.deal.cancel(day, now)? {
                Cancelled::Now(change) => Some(*change),
                Cancelled::Before => None,
            };
            Ok(DealVerdict { change, outcome: () })
        });
        decided.await?.ok_or(CommerceError::NotFound)
    }

    /// The link for extra costs of a payment that went to this provider. Its spelling is that of
    /// the vendor's sample.
    pub(crate) async fn payment_link(
        &self,
        provider: ProviderId,
        of: TransactionId,
        price: Option<String>,
        description: String,
    ) -> Result<String, CommerceError<CallProblem>> {
        let (now, policy) = (self.clock.now(), self.policy.clone());
        let order = random::order_id(self.clock.millis())?;
        let token = random::link_token()?;
        let made = self.store.create_payment_link(of, &token, move |deal| {
            let costs = ExtraCosts { of, price: price.as_deref(), description: &description };
            calls::payment_link(provider, &deal, costs, order, now, &policy)
        });
        made.await?.ok_or(CommerceError::Refused(CallProblem::TransactionUnknown))?;
        Ok(format!("{}{LINK_PATH}?c={token}", self.public_url))
    }

    /// Pays what a link asks for, with a card or account that is typed in.
    pub(crate) async fn pay_link(
        &self,
        order: OrderAddress,
        means: StoredMeans,
    ) -> Result<(), CommerceError<PayProblem>> {
        self.check_shops()?;
        let now = self.clock.now();
        let (reference, fee) = (reference()?, self.policy.fee_permille);
        self.decide_order(order, None, move |facts| {
            let new = new_transaction(&facts, &reference, fee);
            let means = facts.deal.choose_other(means.clone(), pay_facts(&facts))?;
            facts.deal.pay(means, &new, now)
        })
        .await
    }
}

/// Why something that was due was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] NoRandom),
}

impl<E: std::error::Error + 'static> From<WorkError> for CommerceError<E> {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Store(error) => Self::Store(error),
            WorkError::Random(error) => Self::Random(error),
        }
    }
}

/// A fresh `referenceid`.
fn reference() -> Result<String, NoRandom> {
    Ok(NewTransaction::reference(random::bytes()?))
}

/// What a new transaction is given.
fn new_transaction(facts: &DealFacts, reference: &str, fee_permille: u16) -> NewTransaction {
    NewTransaction {
        id: facts.next_transaction,
        subscription: facts.next_subscription,
        reference: reference.to_owned(),
        fee_permille,
    }
}

fn pay_facts(facts: &DealFacts) -> PayFacts<'_> {
    PayFacts {
        activation: facts.activation.as_ref(),
        customer_active: facts.customer_active,
        user: facts.user.as_ref(),
        right: facts.right,
        accounts: &facts.accounts,
        accepted: facts.accepted,
    }
}
