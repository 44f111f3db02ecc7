//! Orders and window messages, signed for the app's page to post.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use freischalt_client::Price;
use freischalt_client::provider::{
    CircleOfUsers, Item, Order, Product, Subscription, WindowMessage,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::reading::Asked;
use crate::app::App;
use crate::app_path;
use crate::store::{NewOrder, ShownOrder, Visit, random_id};

/// What the app sells, to the user of an open window.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OrderRequest {
    /// `visit` of the session.
    visit: String,
    /// Where in the app the browser goes with the result.
    #[serde(default = "root")]
    return_path: String,
    /// The app's own name for the order.
    #[serde(default)]
    reference: String,
    product: Option<ProductRequest>,
    subscription: Option<SubscriptionRequest>,
}

fn root() -> String {
    "/".to_owned()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ProductRequest {
    name: String,
    price: String,
    #[serde(default = "one")]
    quantity: NonZeroU32,
    circle_of_users: Option<Circle>,
}

fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SubscriptionRequest {
    description: String,
    monthly_costs: String,
    months: NonZeroU32,
    #[serde(default)]
    notice_period: String,
    #[serde(default)]
    automatic_renewal: String,
    circle_of_users: Option<Circle>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Circle {
    Customer,
    Group,
    User,
}

/// `POST /api/orders`.
pub(super) async fn place(
    State(app): State<Arc<App>>,
    Asked(request): Asked<OrderRequest>,
) -> Result<Json<Value>, Problem> {
    let item = item(request.product, request.subscription)?;
    app_path::check(&request.return_path).map_err(Problem::ReturnPath)?;
    let now = (app.clock)();
    let visit = opened_by(&app, &request.visit).await?;
    let id = random_id("ord_")?;
    let callback_url = format!("{}/callback/{id}", app.public_origin());
    let order = NewOrder {
        id: id.clone(),
        visit,
        return_path: request.return_path,
        reference: request.reference,
    };
    app.store.place(&order, now).await?;
    let NewOrder { visit, .. } = order;
    let parameter_cache_id = visit.parameter_cache_id.clone();
    let order = Order { parameter_cache_id, callback_url, item };
    let message = order.sign(app.check().secret(&visit.secret_id), now);
    let mut answer = to_post(&app, &visit, &message);
    answer["orderId"] = id.into();
    Ok(Json(answer))
}

/// `GET /api/orders/ID`: what became of an order, for the page that the browser came back to.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ShownOrder>, Problem> {
    Ok(Json(app.store.order(&id).await?.ok_or(Problem::NoSuchOrder)?))
}

/// What the window shall do.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MessageRequest {
    visit: String,
    message: Wish,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Wish {
    Refresh,
    RefreshAndClose,
    Close,
}

/// `POST /api/messages`.
pub(super) async fn message(
    State(app): State<Arc<App>>,
    Asked(request): Asked<MessageRequest>,
) -> Result<Json<Value>, Problem> {
    let visit = opened_by(&app, &request.visit).await?;
    let message = match request.message {
        Wish::Refresh => WindowMessage::Refresh,
        Wish::RefreshAndClose => WindowMessage::RefreshAndClose,
        Wish::Close => WindowMessage::Close,
    };
    let secret = app.check();
    let secret = secret.secret(&visit.secret_id);
    let message = message.sign(&visit.parameter_cache_id, secret, (app.clock)());
    Ok(Json(to_post(&app, &visit, &message)))
}

/// What the app's page posts, and to whom: `targetOrigin` is the marketplace that opened the window, as
/// far as the browser told; `targetOrigins` has all that it may be.
fn to_post(app: &App, visit: &Visit, message: &str) -> Value {
    let opened_by = visit.marketplace.as_deref();
    json!({
        "message": message,
        "targetOrigin": app.marketplaces.of_window(opened_by),
        "targetOrigins": app.marketplaces.targets(opened_by),
    })
}

/// Whoever opened the window: an order can be placed for nobody else, and from no other call.
async fn opened_by(app: &App, visit: &str) -> Result<Visit, Problem> {
    const CLOSED: &str = "visit names no open window; it is a member of the session";
    app.store.visit(visit, (app.clock)()).await?.ok_or(Problem::Invalid(CLOSED))
}

fn item(
    product: Option<ProductRequest>,
    subscription: Option<SubscriptionRequest>,
) -> Result<Item, Problem> {
    let price = |text: &str| {
        text.parse::<Price>().map_err(|_| {
            Problem::Invalid(
                "a price is a text with a dot and at most two decimals, like \"38.70\"",
            )
        })
    };
    match (product, subscription) {
        (Some(product), None) => {
            let unit = price(&product.price)?;
            if unit.times(product.quantity.get()).is_none() {
                return Err(Problem::Invalid("price times quantity is more than can be written"));
            }
            Ok(Item::Product(Product {
                name: product.name,
                price: unit,
                quantity: product.quantity,
                circle: product.circle_of_users.map(Circle::wire),
            }))
        }
        (None, Some(subscription)) => Ok(Item::Subscription(Subscription {
            description: subscription.description,
            monthly_costs: price(&subscription.monthly_costs)?,
            months: subscription.months,
            notice_period: subscription.notice_period,
            automatic_renewal: subscription.automatic_renewal,
            circle: subscription.circle_of_users.map(Circle::wire),
        })),
        _ => Err(Problem::Invalid("an order holds either product or subscription")),
    }
}

impl Circle {
    fn wire(self) -> CircleOfUsers {
        match self {
            Self::Customer => CircleOfUsers::Customer,
            Self::Group => CircleOfUsers::Group,
            Self::User => CircleOfUsers::User,
        }
    }
}
