//! What was sold, and API users that no activation makes.

use axum::{Json, extract::State, http::StatusCode};
use freischalt_marketplace::TransactionId;
use freischalt_store::ProviderTransaction;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    let user = random::api_user(app.clock.millis())?;
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
    tag = "providers",
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
