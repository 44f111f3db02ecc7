//! Orders, as the page in the service window posts them to the marketplace
//! (`Shop` in onOfficeGmbH/marketplace-examples; marketplacedoc.onoffice.de, "Payment processing").

use std::num::NonZeroU32;

use freischalt_protocol::{Secret, UnixTime, signed_order};
use serde_json::{Map, Value, json};

use super::Price;

/// An order that is not signed yet. [`UrlCheck::callback`](super::UrlCheck::callback) shows the
/// whole way to the payment.
///
/// ```
/// use std::num::NonZeroU32;
/// use freischalt_client::{Price, Secret, UnixTime};
/// use freischalt_client::provider::{CircleOfUsers, Item, Order, Product};
///
/// let order = Order {
///     parameter_cache_id: "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6".to_owned(),
///     callback_url: "https://provider.example/result?order=17".to_owned(),
///     item: Item::Product(Product {
///         name: "360°-Rundgang (groß)".to_owned(),
///         price: "38.70".parse::<Price>().unwrap(),
///         quantity: NonZeroU32::MIN,
///         circle: Some(CircleOfUsers::Customer),
///     }),
/// };
/// let text = order.sign(&Secret::new("provider-secret-0123456789"), UnixTime(1_700_000_002));
/// assert!(text.contains("bf2bb985b164e0bd603faae0a11b537fb89ccdbe7b625bd0a22eaac2b937fd0f"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// `parameterCacheId` of the service call.
    pub parameter_cache_id: String,
    /// Where the marketplace sends the browser with the result; put your own order id into it.
    pub callback_url: String,
    /// What is ordered; the marketplace takes one thing at a time.
    pub item: Item,
}

/// What is ordered.
///
/// ```
/// use std::num::NonZeroU32;
///
/// use freischalt_client::provider::{CircleOfUsers, Item, Subscription};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let (launch, _) = sandbox.launched().await;
/// let item = Item::Subscription(Subscription {
///     description: "Zehn Grundrisse im Monat".to_owned(),
///     monthly_costs: "25.30".parse()?,
///     months: NonZeroU32::new(6).ok_or("at least a month")?,
///     notice_period: "3 Monate zum Vertragsende".to_owned(),
///     automatic_renewal: "6 Monate".to_owned(),
///     circle: Some(CircleOfUsers::Customer),
/// });
/// # let payment = sandbox.transaction(&launch, item).await;
/// assert!(payment.subscription_id.is_some());
/// # Ok(()) });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Something that is paid once.
    Product(Product),
    /// Something that is paid monthly.
    Subscription(Subscription),
}

/// Something that is paid once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// Net price of one.
    pub price: Price,
    /// How many.
    pub quantity: NonZeroU32,
    /// For whom.
    pub circle: Option<CircleOfUsers>,
}

/// Something that is paid monthly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// What is paid for.
    pub description: String,
    /// Net price of a month.
    pub monthly_costs: Price,
    /// Months of the first term.
    pub months: NonZeroU32,
    /// Notice period, in words.
    pub notice_period: String,
    /// How it goes on after the term, in words.
    pub automatic_renewal: String,
    /// For whom.
    pub circle: Option<CircleOfUsers>,
}

/// Who may use what is bought; the provider keeps to it, the marketplace only shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CircleOfUsers {
    /// Everybody of the customer.
    Customer,
    /// The group of the buyer.
    Group,
    /// The buyer.
    User,
}

impl CircleOfUsers {
    /// The spelling of the wire.
    ///
    /// ```
    /// use freischalt_client::provider::CircleOfUsers;
    ///
    /// assert_eq!(CircleOfUsers::Customer.as_str(), "customer");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Group => "group",
            Self::User => "user",
        }
    }
}

impl Order {
    /// The JSON text to post to the marketplace's window, signed with the provider secret.
    pub fn sign(&self, secret: &Secret, now: UnixTime) -> String {
        let mut order = Map::new();
        order.insert("parametercacheid".to_owned(), self.parameter_cache_id.as_str().into());
        order.insert("callbackurl".to_owned(), self.callback_url.as_str().into());
        order.insert("timestamp".to_owned(), now.0.into());
        match &self.item {
            Item::Product(product) => {
                order.insert("totalprice".to_owned(), product.total().into());
                order.insert("products".to_owned(), json!([product.wire()]));
            }
            Item::Subscription(subscription) => {
                order.insert("abo".to_owned(), subscription.wire());
            }
        }
        sign(order, secret)
    }
}

impl Product {
    fn total(&self) -> String {
        // Beyond what can be written the marketplace refuses the sum, which then does not fit.
        self.price.times(self.quantity.get()).unwrap_or(self.price).to_string()
    }

    /// Prices and numbers are texts: PHP writes the number 38.70 as `38.7`.
    fn wire(&self) -> Value {
        json!({
            "name": self.name,
            "price": self.price.to_string(),
            "quantity": self.quantity.to_string(),
            "circleofusers": self.circle.map_or("", CircleOfUsers::as_str),
        })
    }
}

impl Subscription {
    fn wire(&self) -> Value {
        json!({
            "durationinmonth": self.months.to_string(),
            "noticeperiod": self.notice_period,
            "automaticrenewal": self.automatic_renewal,
            "monthlycosts": self.monthly_costs.to_string(),
            "monthlyservicedescription": self.description,
            "circleofusers": self.circle.map_or("", CircleOfUsers::as_str),
        })
    }
}

pub(super) fn sign(members: Map<String, Value>, secret: &Secret) -> String {
    let text = Value::Object(members).to_string();
    #[expect(clippy::expect_used, reason = "what was written as a JSON object reads as one")]
    signed_order::sign(text.as_bytes(), secret).expect("a JSON object")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::new("provider-secret-0123456789")
    }

    fn signed(text: &str) -> Value {
        signed_order::verify(text.as_bytes(), &secret()).unwrap();
        serde_json::from_str(text).unwrap()
    }

    /// The vectors O1 and O2, made with PHP.
    #[test]
    fn orders_are_signed_as_the_reference_provider_signs_them() {
        let item = Item::Subscription(Subscription {
            description: "Abo-Modell".to_owned(),
            monthly_costs: "25.30".parse().unwrap(),
            months: NonZeroU32::new(6).unwrap(),
            notice_period: "bis 3 Monate vor Vertragsende".to_owned(),
            automatic_renewal: "6 Monate".to_owned(),
            circle: None,
        });
        let order = Order {
            parameter_cache_id: "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6".to_owned(),
            callback_url: "https://provider.example/result".to_owned(),
            item,
        };
        let text = signed(&order.sign(&secret(), UnixTime(1_700_000_003)));
        assert_eq!(
            text["signature"],
            "e901056c60928d36da0ab3aa22d913b398c26461a6f96b2f1493fc9db2f80881"
        );
    }

    #[test]
    fn the_total_is_exact() {
        let product = Product {
            name: "p".to_owned(),
            price: "0.10".parse().unwrap(),
            quantity: NonZeroU32::new(3).unwrap(),
            circle: Some(CircleOfUsers::Group),
        };
        let order = Order {
            parameter_cache_id: "p".to_owned(),
            callback_url: "https://p.example/r".to_owned(),
            item: Item::Product(product),
        };
        let text = signed(&order.sign(&secret(), UnixTime(1)));
        assert_eq!(text["totalprice"], "0.30");
        assert_eq!(text["products"][0]["circleofusers"], "group");
    }
}
