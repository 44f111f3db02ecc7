//! The stored payment methods of a customer's marketplace accounts.

use axum::{Json, extract::State, http::StatusCode};
use freischalt_listen::Caller;
use freischalt_marketplace::{
    CustomerId, GroupId, MethodId, PaymentMethod, UserId, account::AccountOwner, bank::Instrument,
    transaction::MeansKind,
};
use freischalt_store::NewMethod;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem,
    wire::{Body, Path},
};
use crate::{
    security::{self, CalledFrom},
    state::App,
};

/// A payment method to be stored. Without group and user it is one of the company's account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddMethod {
    /// A card or account number of the test bank.
    #[schema(example = "4000 0000 0000 0010")]
    number: String,
    /// The group whose account it is.
    group: Option<i64>,
    /// The user whose own account it is.
    user: Option<i64>,
}

/// Card or account.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum MethodKind {
    /// A card.
    Card,
    /// An account that is debited by SEPA.
    DirectDebit,
}

/// A stored payment method.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownMethod {
    /// What an order names to be paid with it.
    id: i64,
    kind: MethodKind,
    /// What people know it by; never a whole number.
    label: String,
    /// The group whose account it is; null if it is no group's.
    group: Option<i64>,
    /// The user whose own account it is; null if it is no user's.
    user: Option<i64>,
}

impl ShownMethod {
    fn of(owner: AccountOwner, method: &PaymentMethod) -> Self {
        let (group, user) = match owner {
            AccountOwner::Client => (None, None),
            AccountOwner::Group(group) => (Some(group.0), None),
            AccountOwner::User(user) => (None, Some(user.0)),
        };
        let kind = match method.kind {
            MeansKind::Card => MethodKind::Card,
            MeansKind::DirectDebit => MethodKind::DirectDebit,
        };
        Self { id: method.id.0, kind, label: method.label.clone(), group, user }
    }
}

/// Lists the payment methods of a customer, account by account.
#[utoipa::path(get, path = "/v1/customers/{slug}/payment-methods",
    operation_id = "listPaymentMethods", tag = "customers",
    params(("slug" = String, Path, description = "The customer")),
    responses((status = 200, body = Vec<ShownMethod>), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Path(slug): Path<String>,
) -> Result<Json<Vec<ShownMethod>>, Problem> {
    let customer = app.named_customer(&slug).await?;
    let accounts = app.store.accounts(customer.id).await?;
    let shown = accounts.iter().flat_map(|account| {
        account.methods.iter().map(|method| ShownMethod::of(account.owner, method))
    });
    Ok(Json(shown.collect()))
}

/// Stores a card or account of the test bank in an account that was set up before.
#[utoipa::path(post, path = "/v1/customers/{slug}/payment-methods",
    operation_id = "addPaymentMethod", tag = "customers",
    params(("slug" = String, Path, description = "The customer")), request_body = AddMethod,
    responses((status = 201, body = ShownMethod), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn add(
    State(app): State<App>,
    CalledFrom(caller): CalledFrom,
    Path(slug): Path<String>,
    Body(request): Body<AddMethod>,
) -> Result<(StatusCode, Json<ShownMethod>), Problem> {
    let customer = app.named_customer(&slug).await?;
    let owner = match (request.group, request.user) {
        (None, None) => AccountOwner::Client,
        (Some(group), None) => AccountOwner::Group(GroupId(group)),
        (None, Some(user)) => AccountOwner::User(UserId(user)),
        (Some(_), Some(_)) => {
            return Err(Problem::invalid("user", "give a group or a user, not both"));
        }
    };
    if !app.shops {
        return Err(Problem::conflict(
            "this marketplace takes no payments: the only bank is the test bank, whose numbers \
             are published. Where no money is to move, set payments.no_money_moves = true",
        ));
    }
    let instrument = instrument(&request.number)?;
    let new = NewMethod {
        kind: instrument.kind,
        token: instrument.token.to_owned(),
        label: instrument.label(),
    };
    let added = app.store.add_method(customer.id, owner, new).await?;
    let added = added.ok_or_else(|| {
        Problem::conflict("there is no such account yet; it is set up under \"Payment account\"")
    })?;
    changed(caller, customer.id, "method added");
    Ok((StatusCode::CREATED, Json(ShownMethod::of(owner, &added))))
}

/// Forgets a payment method. What was paid with it keeps its label.
#[utoipa::path(delete, path = "/v1/customers/{slug}/payment-methods/{id}",
    operation_id = "removePaymentMethod", tag = "customers",
    params(("slug" = String, Path, description = "The customer"),
        ("id" = i64, Path, description = "The payment method")),
    responses((status = 200, body = ShownMethod), (status = 404, body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    CalledFrom(caller): CalledFrom,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Json<ShownMethod>, Problem> {
    let customer = app.named_customer(&slug).await?;
    let missing = || Problem::not_found("payment method", id);
    let accounts = app.store.accounts(customer.id).await?;
    let shown = accounts.iter().find_map(|account| {
        let method = account.methods.iter().find(|method| method.id == MethodId(id))?;
        Some(ShownMethod::of(account.owner, method))
    });
    let shown = shown.ok_or_else(missing)?;
    if app.store.remove_method(customer.id, MethodId(id)).await? {
        changed(caller, customer.id, "method removed");
        return Ok(Json(shown));
    }
    Err(missing())
}

fn changed(caller: Caller, customer: CustomerId, what: &'static str) {
    tracing::info!(
        target: security::TARGET,
        event = "payment_account_changed",
        %caller,
        %customer,
        what,
        "a payment account was changed"
    );
}

/// The card or account of the test bank with this number.
pub(super) fn instrument(number: &str) -> Result<&'static Instrument, Problem> {
    let number: String = number.chars().filter(|letter| !letter.is_whitespace()).collect();
    Instrument::of_number(&number).ok_or_else(|| {
        Problem::invalid("number", "the test bank knows no such number; docs/test-bank.md has all")
    })
}
