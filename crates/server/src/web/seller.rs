//! The provider's own client: what it has sold, refunds, subscriptions, subsequent payments.

use axum::response::{IntoResponse, Redirect, Response};
use freischalt_marketplace::{
    Day, Provider, SubscriptionId, TransactionId, deal::SubscriptionStage, ledger::Account,
    transaction::TransactionStage,
};
use freischalt_store::{ProviderSubscription, ProviderTransaction};
use serde::Deserialize;

use super::{
    failure::Failure,
    form::Fields,
    page::page,
    views::{
        Section,
        pay_account::{Sale, Seller, SoldSubscription, Tone},
    },
    visitor::Visitor,
};
use crate::money::shown;

/// Rows in each list.
const LIST: u32 = 100;

/// `GET /provider`
pub(super) async fn show(visitor: Visitor) -> Result<Response, Failure> {
    render(&visitor, None, None).await
}

/// A transaction to be refunded.
#[derive(Deserialize)]
pub(super) struct Refund {
    transaction: i64,
}

/// `POST /provider/refund`
pub(super) async fn refund(
    visitor: Visitor,
    Fields(sent): Fields<Refund>,
) -> Result<Response, Failure> {
    let provider = own_provider(&visitor).await?;
    let refunded = visitor.app.refund(provider.id, TransactionId(sent.transaction)).await;
    done(&visitor, refunded.map_err(|error| error.to_string())).await
}

/// A subscription to be cancelled.
#[derive(Deserialize)]
pub(super) struct Cancel {
    subscription: i64,
    day: String,
}

/// `POST /provider/cancel`
pub(super) async fn cancel(
    visitor: Visitor,
    Fields(sent): Fields<Cancel>,
) -> Result<Response, Failure> {
    let provider = own_provider(&visitor).await?;
    let Ok(day) = Day::parse(&sent.day) else {
        return render(&visitor, None, Some("YYYY-MM-DD".to_owned())).await;
    };
    let id = SubscriptionId(sent.subscription);
    let cancelled = visitor.app.cancel_subscription(provider.id, id, day).await;
    done(&visitor, cancelled.map_err(|error| error.to_string())).await
}

/// Extra costs to be asked for.
#[derive(Deserialize)]
pub(super) struct Link {
    transaction: String,
    price: String,
    description: String,
}

/// `POST /provider/link`
pub(super) async fn link(
    visitor: Visitor,
    Fields(sent): Fields<Link>,
) -> Result<Response, Failure> {
    let provider = own_provider(&visitor).await?;
    let words = &visitor.language.texts().seller;
    let Ok(id) = sent.transaction.trim().parse() else {
        return render(&visitor, None, Some(words.link_of.to_owned())).await;
    };
    let description = sent.description.trim().to_owned();
    if description.is_empty() || description.chars().count() > 500 {
        return render(&visitor, None, Some(words.description.to_owned())).await;
    }
    let price = Some(sent.price.trim().to_owned());
    match visitor.app.payment_link(provider.id, TransactionId(id), price, description).await {
        Ok(url) => render(&visitor, Some(url), None).await,
        Err(error) => render(&visitor, None, Some(error.to_string())).await,
    }
}

async fn done(visitor: &Visitor, outcome: Result<(), String>) -> Result<Response, Failure> {
    match outcome {
        Ok(()) => Ok(Redirect::to("/provider").into_response()),
        Err(problem) => render(visitor, None, Some(problem)).await,
    }
}

/// The provider whose client the visitor is in; only its administrators see what it has sold.
pub(super) async fn own_provider(visitor: &Visitor) -> Result<Provider, Failure> {
    let who = visitor.administrator().await?;
    let internal = |error| Failure::internal(visitor, &error);
    let store = &visitor.app.store;
    let id = store.provider_of_client(who.customer.id).await.map_err(internal)?;
    let id = id.ok_or_else(|| Failure::not_found(visitor))?;
    let provider = store.provider_by_id(id).await.map_err(internal)?;
    provider.ok_or_else(|| Failure::not_found(visitor))
}

async fn render(
    visitor: &Visitor,
    link: Option<String>,
    problem: Option<String>,
) -> Result<Response, Failure> {
    let provider = own_provider(visitor).await?;
    let internal = |error| Failure::internal(visitor, &error);
    let store = &visitor.app.store;
    let newest = TransactionId(i64::MAX);
    let sales = store.provider_transactions(provider.id, newest, LIST).await.map_err(internal)?;
    let abos = store.provider_subscriptions(provider.id, LIST).await.map_err(internal)?;
    let balance = store.balance(Account::Wallet(provider.id)).await.map_err(internal)?;
    Ok(page(&Seller {
        frame: visitor.frame(Section::Sales),
        provider: provider.name,
        balance: shown(balance, visitor.language),
        transactions: sales.iter().map(|sold| sale(visitor, sold)).collect(),
        subscriptions: abos.iter().map(|sold| subscription(visitor, sold)).collect(),
        link,
        problem,
    }))
}

fn sale(visitor: &Visitor, sold: &ProviderTransaction) -> Sale {
    let transaction = &sold.transaction;
    let words = &visitor.language.texts().seller;
    let stages = words.stages;
    let is_refund = transaction.gives_back().is_some();
    let (stage, tone) = match transaction.stage {
        TransactionStage::Submitted => (stages[0], Tone::Waiting),
        TransactionStage::Authenticating => (stages[1], Tone::Waiting),
        TransactionStage::InProcess => (stages[2], Tone::Waiting),
        TransactionStage::Paid { .. } if is_refund => (words.given_back, Tone::Over),
        TransactionStage::Paid { .. } => (stages[3], Tone::Good),
        TransactionStage::Refunding { .. } => (stages[4], Tone::Waiting),
        TransactionStage::Refunded { .. } => (stages[5], Tone::Over),
        TransactionStage::Failed { .. } => (stages[6], Tone::Bad),
        TransactionStage::Returned { .. } => (stages[7], Tone::Bad),
        TransactionStage::Reversed { .. } => (stages[8], Tone::Bad),
        TransactionStage::Settled { .. } => (stages[9], Tone::Over),
    };
    let is_paid = matches!(transaction.stage, TransactionStage::Paid { .. });
    Sale {
        id: transaction.id.0,
        at: visitor.time(transaction.begun_at),
        customer: sold.customer_name.clone(),
        title: sold.order.goods.title(),
        amount: shown(transaction.amount, visitor.language),
        stage,
        tone,
        is_refund,
        refundable: is_paid && !is_refund,
    }
}

fn subscription(visitor: &Visitor, sold: &ProviderSubscription) -> SoldSubscription {
    let stage = sold.subscription.stage;
    let until = match stage {
        SubscriptionStage::Ending { until, .. } => Some(until.to_string()),
        SubscriptionStage::Waiting | SubscriptionStage::Running { .. } => None,
    };
    SoldSubscription {
        id: sold.subscription.id.0,
        customer: sold.customer_name.clone(),
        title: sold.order.goods.title(),
        monthly: shown(sold.subscription.monthly, visitor.language),
        until,
        running: matches!(stage, SubscriptionStage::Running { .. }),
    }
}
