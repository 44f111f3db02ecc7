//! Orders without a browser: placed as the page around a service window does it, and paid with the
//! cards of the test bank. What is answered is all that a test of a shop needs.

use axum::{Json, extract::State, http::StatusCode};
use freischalt_marketplace::{
    CustomerId, Language, MethodId, OrderId, OrderStage, Provider, StoredMeans, TransactionId,
    UserId,
    bank::Answer,
    deal::{Deal, PayProblem, SubscriptionStage},
    order::SignedOrder,
    transaction::TransactionStage,
};
use freischalt_store::{DealRef, OrderFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem,
    methods::instrument,
    wire::{Body, Path, Query, rfc3339},
};
use crate::{
    commerce::{Buyer, CommerceError},
    state::{App, AppState},
};

/// Orders in one list.
const LIST: u32 = 200;

/// An order to be placed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceOrder {
    /// Slug of the customer.
    #[schema(example = "musterimmo")]
    customer: String,
    /// Slug of the provider.
    #[schema(example = "demo")]
    provider: String,
    /// The user who opened the service; the one who activated the provider if absent.
    user: Option<i64>,
    /// The signed JSON text that the provider's page posts, with the `parameterCacheId` of a service
    /// call of this user.
    order: String,
}

/// How an order is paid: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PayOrder {
    /// A card or account number of the test bank.
    #[schema(example = "4000 0000 0000 0010")]
    number: Option<String>,
    /// A stored payment method of the buyer's account.
    method: Option<i64>,
}

/// What the buyer does on the bank's page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerBank {
    answer: BankAnswer,
}

/// Confirms, gets it wrong, or leaves the page.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum BankAnswer {
    Confirm,
    Fail,
    Leave,
}

/// Which orders to list.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListFilter {
    /// Slug of a customer.
    customer: Option<String>,
    /// Slug of a provider.
    provider: Option<String>,
}

/// What has to happen for an order to go on.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum Next {
    /// Somebody pays.
    Pay,
    /// The buyer answers on the bank's page.
    AnswerBank,
    /// The bank says more, with time.
    Wait,
}

/// An order with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownOrder {
    id: Uuid,
    /// Slug of the customer.
    customer: String,
    /// Slug of the provider.
    provider: String,
    /// Who ordered.
    user: i64,
    /// What was ordered.
    title: String,
    /// What is paid at once, in euros, as on the wire.
    amount: String,
    /// `open`, `paying`, `inprocess`, `paid`, `settled`, `returned` or `givenup`.
    state: &'static str,
    /// What has to happen next; null if nothing has to.
    next: Option<Next>,
    placed_at: String,
    /// The last moment in which it can be paid.
    expires_at: String,
    /// The signed URL to which the window is led; null while there is nothing to tell.
    callback_url: Option<String>,
    transactions: Vec<OrderTransaction>,
    subscription: Option<OrderSubscription>,
    /// What has happened, the first first.
    history: Vec<OrderEvent>,
}

/// A transaction of an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderTransaction {
    /// `transactionid`.
    id: i64,
    /// `payment`, `instalment` or `refund`.
    kind: String,
    amount: String,
    state: &'static str,
    /// Why it failed; null if it did not.
    reason: Option<String>,
    /// `referenceid`.
    reference: String,
    begun_at: String,
}

/// The subscription that an order began.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderSubscription {
    /// `aboid`.
    id: i64,
    monthly: String,
    /// When the next instalment is due; null if there is none.
    next_due: Option<String>,
    /// The day from which on nothing is debited; null if it was not cancelled.
    until: Option<String>,
}

/// What has happened to an order.
#[derive(Debug, Serialize, ToSchema)]
struct OrderEvent {
    at: String,
    /// The transaction that moved; null if it is the order itself.
    transaction: Option<i64>,
    state: String,
}

/// Places a signed order, as the page of a service window does. The same text again is the same
/// order.
#[utoipa::path(post, path = "/v1/orders", operation_id = "placeOrder", tag = "orders",
    request_body = PlaceOrder,
    responses((status = 201, body = ShownOrder), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn place(
    State(app): State<App>,
    Body(request): Body<PlaceOrder>,
) -> Result<(StatusCode, Json<ShownOrder>), Problem> {
    let customer = app.named_customer(&request.customer).await?;
    let provider = app.named_provider(&request.provider).await?;
    let user = match request.user {
        Some(user) => UserId(user),
        None => {
            let run = app.store.newest_activation(customer.id, provider.id).await?;
            run.ok_or_else(|| Problem::conflict("the provider is not active"))?.opened_by
        }
    };
    let secret = app.store.provider_secret(provider.id).await?;
    let secret = secret.ok_or_else(|| Problem::not_found("provider", &provider.slug))?;
    let buyer = Buyer { customer: customer.id, provider: provider.id, user };
    let placed = match SignedOrder::verify(request.order.as_bytes(), &secret) {
        Ok(signed) => app.place_order(buyer, signed).await,
        Err(problem) => Err(CommerceError::unsigned(problem)),
    };
    match placed {
        Ok(order) => {
            let shown = named_order(&app, customer.id, order.id).await?;
            Ok((StatusCode::CREATED, Json(shown)))
        }
        Err(CommerceError::Refused(refused)) => {
            let told = app.tell_refusal(&refused, &provider, &secret, Language::En);
            Err(Problem::refused_order(refused.to_string(), refused.problem.code(), told.callback))
        }
        Err(error) => Err(Problem::of_commerce(error)),
    }
}

/// Lists orders, the newest first, at most 200.
#[utoipa::path(get, path = "/v1/orders", operation_id = "listOrders", tag = "orders",
    params(ListFilter),
    responses((status = 200, body = Vec<ShownOrder>), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(filter): Query<ListFilter>,
) -> Result<Json<Vec<ShownOrder>>, Problem> {
    let filter = OrderFilter {
        customer: match &filter.customer {
            Some(name) => Some(app.named_customer(name).await?.id),
            None => None,
        },
        provider: match &filter.provider {
            Some(name) => Some(app.named_provider(name).await?.id),
            None => None,
        },
    };
    let mut shown = Vec::new();
    for order in app.store.orders(filter, LIST).await? {
        shown.push(named_order(&app, order.customer, order.id).await?);
    }
    Ok(Json(shown))
}

/// Shows an order.
#[utoipa::path(get, path = "/v1/orders/{id}", operation_id = "showOrder", tag = "orders",
    params(("id" = Uuid, Path, description = "The order")),
    responses((status = 200, body = ShownOrder), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ShownOrder>, Problem> {
    let (customer, id) = address(&app, &id).await?;
    Ok(Json(named_order(&app, customer, id).await?))
}

/// Pays an order, with a number of the test bank or a stored payment method.
#[utoipa::path(post, path = "/v1/orders/{id}/pay", operation_id = "payOrder", tag = "orders",
    params(("id" = Uuid, Path, description = "The order")), request_body = PayOrder,
    responses((status = 200, body = ShownOrder), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn pay(
    State(app): State<App>,
    Path(id): Path<String>,
    Body(request): Body<PayOrder>,
) -> Result<Json<ShownOrder>, Problem> {
    let (customer, id) = address(&app, &id).await?;
    let deal = deal(&app, customer, id).await?;
    let user = deal.order.user;
    let paid = match (request.number, request.method) {
        (Some(number), None) => {
            let means = means(&number)?;
            app.pay_with((customer, id), user, means).await
        }
        (None, Some(method)) => app.pay((customer, id), user, MethodId(method)).await,
        _ => return Err(Problem::invalid("number", "give a number or a method, one of them")),
    };
    done(&app, (customer, id), paid).await
}

/// Answers on the bank's page, where a card wants that.
#[utoipa::path(post, path = "/v1/orders/{id}/bank", operation_id = "answerBank", tag = "orders",
    params(("id" = Uuid, Path, description = "The order")), request_body = AnswerBank,
    responses((status = 200, body = ShownOrder), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn answer_bank(
    State(app): State<App>,
    Path(id): Path<String>,
    Body(request): Body<AnswerBank>,
) -> Result<Json<ShownOrder>, Problem> {
    let (customer, id) = address(&app, &id).await?;
    let deal = deal(&app, customer, id).await?;
    let asked = asked(&deal).ok_or_else(|| Problem::conflict("the bank does not ask anything"))?;
    let answer = match request.answer {
        BankAnswer::Confirm => Answer::Confirm,
        BankAnswer::Fail => Answer::Fail,
        BankAnswer::Leave => Answer::Leave,
    };
    let answered = app.answer_bank((customer, id), asked, answer).await;
    done(&app, (customer, id), answered).await
}

/// Closes an order without paying.
#[utoipa::path(post, path = "/v1/orders/{id}/give-up", operation_id = "giveOrderUp",
    tag = "orders",
    params(("id" = Uuid, Path, description = "The order")),
    responses((status = 200, body = ShownOrder), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn give_up(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ShownOrder>, Problem> {
    let (customer, id) = address(&app, &id).await?;
    let given_up = app.give_up((customer, id)).await;
    done(&app, (customer, id), given_up).await
}

async fn done(
    app: &AppState,
    (customer, id): (CustomerId, OrderId),
    outcome: Result<(), CommerceError<PayProblem>>,
) -> Result<Json<ShownOrder>, Problem> {
    outcome.map_err(Problem::of_commerce)?;
    Ok(Json(named_order(app, customer, id).await?))
}

fn means(number: &str) -> Result<StoredMeans, Problem> {
    let instrument = instrument(number)?;
    Ok(StoredMeans {
        method: MethodId(0),
        kind: instrument.kind,
        token: instrument.token.to_owned(),
        label: instrument.label(),
    })
}

async fn address(app: &AppState, text: &str) -> Result<(CustomerId, OrderId), Problem> {
    let not_found = || Problem::not_found("order", format_args!("{text:?}"));
    let id = OrderId::parse(text).ok_or_else(not_found)?;
    let customer = app.store.customer_of_order(id).await?.ok_or_else(not_found)?;
    Ok((customer, id))
}

async fn deal(app: &AppState, customer: CustomerId, id: OrderId) -> Result<Deal, Problem> {
    let found = app.store.deal(DealRef::Order(customer, id)).await?;
    found.ok_or_else(|| Problem::not_found("order", id))
}

fn asked(deal: &Deal) -> Option<TransactionId> {
    let OrderStage::Paying(id) = deal.order.stage else { return None };
    let transaction = deal.transaction(id)?;
    (transaction.stage == TransactionStage::Authenticating).then_some(id)
}

async fn named_order(
    app: &AppState,
    customer: CustomerId,
    id: OrderId,
) -> Result<ShownOrder, Problem> {
    let deal = deal(app, customer, id).await?;
    let missing = || Problem::not_found("order", id);
    let provider = app.store.provider_by_id(deal.provider()).await?.ok_or_else(missing)?;
    let customer = app.store.customer_by_id(customer).await?.ok_or_else(missing)?;
    let history = app.store.order_history(customer.id, id).await?;
    let order = &deal.order;
    let next = match order.stage {
        OrderStage::Open if !order.is_expired(app.clock.now()) => Some(Next::Pay),
        OrderStage::Paying(_) if asked(&deal).is_some() => Some(Next::AnswerBank),
        OrderStage::Paying(_) | OrderStage::InProcess(_) => Some(Next::Wait),
        _ => None,
    };
    Ok(ShownOrder {
        id: id.0,
        customer: customer.slug.to_string(),
        provider: provider.slug.to_string(),
        user: order.user.0,
        title: order.goods.title(),
        amount: order.amount.to_string(),
        state: order.stage.as_str(),
        next,
        placed_at: rfc3339(order.placed_at),
        expires_at: rfc3339(order.expires),
        callback_url: callback(app, &deal, &provider).await?,
        transactions: deal.transactions.iter().map(transaction).collect(),
        subscription: deal.subscription.as_ref().map(|known| OrderSubscription {
            id: known.id.0,
            monthly: known.monthly.to_string(),
            next_due: known.next_due().map(rfc3339),
            until: match known.stage {
                SubscriptionStage::Ending { until, .. } => Some(until.to_string()),
                SubscriptionStage::Waiting | SubscriptionStage::Running { .. } => None,
            },
        }),
        history: history
            .into_iter()
            .map(|(at, transaction, state)| OrderEvent {
                at: rfc3339(at),
                transaction: transaction.map(|id| id.0),
                state,
            })
            .collect(),
    })
}

async fn callback(
    app: &AppState,
    deal: &Deal,
    provider: &Provider,
) -> Result<Option<String>, Problem> {
    let Some(secret) = app.store.provider_secret(provider.id).await? else { return Ok(None) };
    // A callback URL is checked before its order is taken in, so signing it does not fail.
    let signed = app.callback_of(deal, provider, &secret, Language::De);
    Ok(signed.and_then(Result::ok))
}

fn transaction(known: &freischalt_marketplace::Transaction) -> OrderTransaction {
    OrderTransaction {
        id: known.id.0,
        kind: known.kind.to_string(),
        amount: known.amount.to_string(),
        state: known.stage.as_str(),
        reason: match known.stage {
            TransactionStage::Failed { reason, .. } => {
                Some(reason.sentence(Language::En).to_owned())
            }
            _ => None,
        },
        reference: known.reference.clone(),
        begun_at: rfc3339(known.begun_at),
    }
}
