//! What was sold, and API users that no activation makes.

use axum::{Json, extract::State, http::StatusCode};
use freischalt_marketplace::{
    Day, SubscriptionId, TransactionId, deal::SubscriptionStage, ledger::Account,
};
use freischalt_store::{ProviderSubscription, ProviderTransaction};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem,
    wire::{Body, Path, filled, rfc3339},
};
use crate::{random, state::App};

/// Transactions in one list.
const LIST: u32 = 1000;

/// An ordinary API user to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateApiUser {
    /// What people call it.
    #[schema(example = "refunds")]
    name: String,
}

/// An ordinary API user. Its key is shown once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatedApiUser {
    name: String,
    /// Its token.
    api_token: String,
    /// Its key.
    api_key: String,
}

/// Makes an ordinary API user of a customer. That of a provider's own client refunds and makes
/// payment links.
#[utoipa::path(post, path = "/v1/customers/{slug}/api-users", operation_id = "createApiUser",
    tag = "customers",
    params(("slug" = String, Path, description = "The customer")), request_body = CreateApiUser,
    responses((status = 201, body = CreatedApiUser), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create_api_user(
    State(app): State<App>,
    Path(slug): Path<String>,
    Body(request): Body<CreateApiUser>,
) -> Result<(StatusCode, Json<CreatedApiUser>), Problem> {
    let customer = app.named_customer(&slug).await?;
    let name = filled("name", request.name)?;
    let user = random::api_user(app.clock.millis(), None)?;
    app.store.create_api_user(customer.id, &name, &user).await?;
    let created = CreatedApiUser {
        name,
        api_token: user.token.as_str().to_owned(),
        api_key: user.key.expose().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// A transaction of a provider.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownTransaction {
    /// `transactionid`.
    id: i64,
    /// `customerName`.
    customer: String,
    /// The user who ordered.
    user: i64,
    /// `payment`, `instalment` or `refund`.
    kind: String,
    /// What was ordered.
    title: String,
    /// In euros, as on the wire.
    amount: String,
    /// How far it is.
    state: &'static str,
    /// `referenceid`.
    reference: String,
    begun_at: String,
}

/// Lists the transactions of a provider, the newest first.
#[utoipa::path(get, path = "/v1/providers/{slug}/transactions", operation_id = "listTransactions",
    tag = "sales",
    params(("slug" = String, Path, description = "The provider")),
    responses((status = 200, body = Vec<ShownTransaction>), (status = 404, body = Problem)))]
pub(super) async fn transactions(
    State(app): State<App>,
    Path(slug): Path<String>,
) -> Result<Json<Vec<ShownTransaction>>, Problem> {
    let provider = app.named_provider(&slug).await?;
    let newest = TransactionId(i64::MAX);
    let sold = app.store.provider_transactions(provider.id, newest, LIST).await?;
    Ok(Json(sold.iter().map(ShownTransaction::from).collect()))
}

impl From<&ProviderTransaction> for ShownTransaction {
    fn from(sold: &ProviderTransaction) -> Self {
        let transaction = &sold.transaction;
        Self {
            id: transaction.id.0,
            customer: sold.customer_name.clone(),
            user: sold.order.user.0,
            kind: transaction.kind.to_string(),
            title: sold.order.goods.title(),
            amount: transaction.amount.to_string(),
            state: transaction.stage.as_str(),
            reference: transaction.reference.clone(),
            begun_at: rfc3339(transaction.begun_at),
        }
    }
}

/// A subscription of a provider.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownSubscription {
    /// `aboid`.
    id: i64,
    /// `customerName`.
    customer: String,
    /// The user who ordered.
    user: i64,
    /// The order that began it.
    order: Uuid,
    /// What was ordered.
    title: String,
    /// What is debited each month, in euros.
    monthly: String,
    /// `waiting` for its first payment, `running` or `ending`.
    state: &'static str,
    /// The day from which on nothing is debited; null if it was not cancelled.
    until: Option<String>,
    /// When the next instalment is due; null if there is none.
    next_due: Option<String>,
}

/// A cancellation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CancelSubscription {
    /// The day from which on nothing is debited, as `YYYY-MM-DD`.
    #[schema(example = "2027-01-01")]
    day: String,
}

/// Extra costs of a payment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AskForMore {
    /// In euros, with two decimals.
    #[schema(example = "12.50")]
    price_net: String,
    /// What for; the customer reads it.
    description: String,
}

/// A link that asks for extra costs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeLink {
    /// The page that pays.
    url: String,
}

/// What a provider has in its wallet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownBalance {
    /// What is to be paid out, in euros.
    balance: String,
}

/// Lists the subscriptions of a provider, the newest first.
#[utoipa::path(get, path = "/v1/providers/{slug}/subscriptions",
    operation_id = "listSubscriptions", tag = "sales",
    params(("slug" = String, Path, description = "The provider")),
    responses((status = 200, body = Vec<ShownSubscription>), (status = 404, body = Problem)))]
pub(super) async fn subscriptions(
    State(app): State<App>,
    Path(slug): Path<String>,
) -> Result<Json<Vec<ShownSubscription>>, Problem> {
    let provider = app.named_provider(&slug).await?;
    let sold = app.store.provider_subscriptions(provider.id, LIST).await?;
    Ok(Json(sold.iter().map(ShownSubscription::from).collect()))
}

/// Cancels a subscription, as its provider does.
#[utoipa::path(post, path = "/v1/providers/{slug}/subscriptions/{id}/cancel",
    operation_id = "cancelSubscription", tag = "sales",
    params(("slug" = String, Path, description = "The provider"),
        ("id" = i64, Path, description = "`aboid`")),
    request_body = CancelSubscription,
    responses((status = 200, body = ShownSubscription), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn cancel(
    State(app): State<App>,
    Path((slug, id)): Path<(String, i64)>,
    Body(request): Body<CancelSubscription>,
) -> Result<Json<ShownSubscription>, Problem> {
    let provider = app.named_provider(&slug).await?;
    let day = Day::parse(&request.day)
        .map_err(|_| Problem::invalid("day", "must be a day of the calendar, as YYYY-MM-DD"))?;
    let cancelled = app.cancel_subscription(provider.id, SubscriptionId(id), day).await;
    cancelled.map_err(Problem::of_commerce)?;
    let sold = app.store.provider_subscriptions(provider.id, u32::MAX).await?;
    let found = sold.iter().find(|sold| sold.subscription.id.0 == id);
    let found = found.ok_or_else(|| Problem::not_found("subscription", id))?;
    Ok(Json(ShownSubscription::from(found)))
}

/// Gives a payment back, in full.
#[utoipa::path(post, path = "/v1/providers/{slug}/transactions/{id}/refund",
    operation_id = "refundTransaction", tag = "sales",
    params(("slug" = String, Path, description = "The provider"),
        ("id" = i64, Path, description = "`transactionid`")),
    responses((status = 200, body = ShownTransaction), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn refund(
    State(app): State<App>,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Json<ShownTransaction>, Problem> {
    let provider = app.named_provider(&slug).await?;
    app.refund(provider.id, TransactionId(id)).await.map_err(Problem::of_call)?;
    let before = TransactionId(id.saturating_add(1));
    let sold = app.store.provider_transactions(provider.id, before, 1).await?;
    let found = sold.first().ok_or_else(|| Problem::not_found("transaction", id))?;
    Ok(Json(ShownTransaction::from(found)))
}

/// Makes a link that asks for extra costs of a payment.
#[utoipa::path(post, path = "/v1/providers/{slug}/transactions/{id}/payment-links",
    operation_id = "createPaymentLink", tag = "sales",
    params(("slug" = String, Path, description = "The provider"),
        ("id" = i64, Path, description = "`transactionid`")),
    request_body = AskForMore,
    responses((status = 201, body = MadeLink), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn payment_link(
    State(app): State<App>,
    Path((slug, id)): Path<(String, i64)>,
    Body(request): Body<AskForMore>,
) -> Result<(StatusCode, Json<MadeLink>), Problem> {
    let provider = app.named_provider(&slug).await?;
    let description = filled("description", request.description)?;
    let price = Some(request.price_net);
    let made = app.payment_link(provider.id, TransactionId(id), price, description).await;
    let url = made.map_err(Problem::of_call)?;
    Ok((StatusCode::CREATED, Json(MadeLink { url })))
}

/// Shows what a provider has in its wallet: what it was paid, less fees and refunds.
#[utoipa::path(get, path = "/v1/providers/{slug}/balance", operation_id = "showBalance",
    tag = "sales",
    params(("slug" = String, Path, description = "The provider")),
    responses((status = 200, body = ShownBalance), (status = 404, body = Problem)))]
pub(super) async fn balance(
    State(app): State<App>,
    Path(slug): Path<String>,
) -> Result<Json<ShownBalance>, Problem> {
    let provider = app.named_provider(&slug).await?;
    let balance = app.store.balance(Account::Wallet(provider.id)).await?;
    Ok(Json(ShownBalance { balance: balance.to_string() }))
}

impl From<&ProviderSubscription> for ShownSubscription {
    fn from(sold: &ProviderSubscription) -> Self {
        let subscription = &sold.subscription;
        let (state, until) = match subscription.stage {
            SubscriptionStage::Waiting => ("waiting", None),
            SubscriptionStage::Running { .. } => ("running", None),
            SubscriptionStage::Ending { until, .. } => ("ending", Some(until.to_string())),
        };
        Self {
            id: subscription.id.0,
            customer: sold.customer_name.clone(),
            user: sold.order.user.0,
            order: sold.order.id.0,
            title: sold.order.goods.title(),
            monthly: subscription.monthly.to_string(),
            state,
            until,
            next_due: subscription.next_due().map(rfc3339),
        }
    }
}
