//! Services, orders, what was sold, deliveries, records and rights.

use freischalt_protocol::Secret;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Answer, Management, ManagementError,
    received::{required_secret, text},
};

/// A service to be opened.
#[derive(Clone, Debug, Serialize)]
pub struct NewLaunch {
    /// Slug of the customer.
    pub customer: String,
    /// Slug of the provider.
    pub provider: String,
    /// Slug of the service; the provider's first one if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Who opens it; the user who activated the provider if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<i64>,
    /// `menu`, `estates`, `addresses`, `files` or `calendar`.
    pub from: String,
    /// The records that are selected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<i64>,
    /// The pictures that are selected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<i64>,
}

/// An opened service.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Launched {
    /// The complete signed URL. It holds the claim.
    #[serde(deserialize_with = "required_secret")]
    pub service_url: Secret,
    /// `parametercacheid` of orders and messages.
    pub parameter_cache_id: String,
    /// `extendedclaim` of the calls that follow.
    #[serde(deserialize_with = "required_secret")]
    pub api_claim: Secret,
    /// Who opened it.
    #[serde(deserialize_with = "text")]
    pub user: String,
}

/// An order to be placed.
#[derive(Clone, Debug, Serialize)]
pub struct NewOrder {
    /// Slug of the customer.
    pub customer: String,
    /// Slug of the provider.
    pub provider: String,
    /// Who opened the service; the user who activated the provider if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<i64>,
    /// The signed JSON text.
    pub order: String,
}

/// How an order is paid.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Payment {
    /// With a card or account number of the test bank.
    Number(String),
    /// With a stored payment method.
    Method(i64),
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Names it.
    pub id: String,
    /// Slug of the customer.
    pub customer: String,
    /// Slug of the provider.
    pub provider: String,
    /// What was ordered.
    pub title: String,
    /// What is paid at once, in euros.
    pub amount: String,
    /// `open`, `paying`, `inprocess`, `paid`, `settled`, `returned` or `givenup`.
    pub state: String,
    /// `pay`, `answerBank`, `wait`, or nothing.
    #[serde(default)]
    pub next: Option<String>,
    /// When it was placed.
    #[serde(default)]
    pub placed_at: Option<String>,
    /// The signed URL to which its window is led.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// Its transactions.
    #[serde(default)]
    pub transactions: Vec<OrderTransaction>,
    /// Its subscription.
    #[serde(default)]
    pub subscription: Option<OrderSubscription>,
}

/// A transaction of an order.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderTransaction {
    /// `transactionid`.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// `payment`, `instalment` or `refund`.
    pub kind: String,
    /// In euros.
    pub amount: String,
    /// How far it is.
    pub state: String,
    /// Why it failed, if it did.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The subscription of an order.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderSubscription {
    /// `aboid`.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// In euros.
    pub monthly: String,
    /// When the next instalment is due.
    #[serde(default)]
    pub next_due: Option<String>,
}

/// A transaction of a provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// `transactionid`.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// `customerName`.
    pub customer: String,
    /// `payment`, `instalment` or `refund`.
    pub kind: String,
    /// What was ordered.
    pub title: String,
    /// In euros.
    pub amount: String,
    /// How far it is.
    pub state: String,
    /// When it began.
    pub begun_at: String,
}

/// A subscription of a provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// `aboid`.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// `customerName`.
    pub customer: String,
    /// What was ordered.
    pub title: String,
    /// In euros.
    pub monthly: String,
    /// `waiting`, `running` or `ending`.
    pub state: String,
    /// The day from which on nothing is debited.
    #[serde(default)]
    pub until: Option<String>,
    /// When the next instalment is due.
    #[serde(default)]
    pub next_due: Option<String>,
}

/// A link that asks for extra costs.
#[derive(Clone, Debug, Deserialize)]
pub struct PaymentLink {
    /// The page that pays. Whoever has it can pay.
    pub url: String,
}

/// What a provider has in its wallet.
#[derive(Clone, Debug, Deserialize)]
pub struct Balance {
    /// In euros.
    pub balance: String,
}

/// A call to a provider's server.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The value of `X-Freischalt-Delivery`.
    pub id: String,
    /// Slug of the customer.
    pub customer: String,
    /// Slug of the provider.
    pub provider: String,
    /// Slug of the webhook service, if it is about a record.
    #[serde(default)]
    pub service: Option<String>,
    /// The record's module.
    #[serde(default)]
    pub module: Option<String>,
    /// The record.
    #[serde(default)]
    pub record: Option<i64>,
    /// The order whose result is told.
    #[serde(default)]
    pub order: Option<String>,
    /// `waiting`, `delivered` or `dead`.
    pub state: String,
    /// Since when it is tried.
    pub since: String,
    /// How many attempts there have been.
    pub attempts: u32,
    /// When it is tried next.
    #[serde(default)]
    pub next_attempt_at: Option<String>,
    /// Every attempt, where one delivery is shown.
    #[serde(default)]
    pub log: Vec<DeliveryAttempt>,
}

/// An attempt.
#[derive(Clone, Debug, Deserialize)]
pub struct DeliveryAttempt {
    /// Counts from 1.
    pub number: i64,
    /// When.
    pub at: String,
    /// The HTTP status of the answer.
    #[serde(default)]
    pub status: Option<u16>,
    /// Why there was no answer.
    #[serde(default)]
    pub problem: Option<String>,
}

/// How many deliveries are tried again.
#[derive(Clone, Debug, Deserialize)]
pub struct Replayed {
    /// How many.
    pub replayed: usize,
}

/// A record of a customer.
#[derive(Clone, Debug, Deserialize)]
pub struct Record {
    /// `estate`, `address` or `calendar`.
    pub module: String,
    /// Its id.
    pub id: i64,
    /// Its fields.
    pub fields: std::collections::BTreeMap<String, String>,
    /// How many webhooks are called about it, in the answer to saving it.
    #[serde(default)]
    pub webhooks: Option<usize>,
}

/// What a user may.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Right {
    /// The user's id.
    pub user: i64,
    /// The user's name.
    pub name: String,
    /// `asChosen`, `given` or `taken`.
    pub right: String,
    /// Whether the user may use the provider now.
    pub may_use: bool,
    /// Why not.
    #[serde(default)]
    pub refusal: Option<String>,
}

type Received<T> = Result<Answer<T>, ManagementError>;

impl Management {
    /// Opens a service as a user does: the signed URL, with a fresh claim.
    ///
    /// # Errors
    /// See [`ManagementError`]; a user who may not is `Refused`.
    pub async fn launch_service(&self, new: &NewLaunch) -> Received<Launched> {
        self.send(Method::POST, self.url(&["services", "launch"]), new).await
    }

    /// Places a signed order.
    ///
    /// # Errors
    /// See [`ManagementError`]; an order that is not accepted is `Refused`.
    pub async fn place_order(&self, new: &NewOrder) -> Received<Order> {
        self.send(Method::POST, self.url(&["orders"]), new).await
    }

    /// Orders, of one customer and from one provider if they are named.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn orders(
        &self,
        customer: Option<&str>,
        provider: Option<&str>,
    ) -> Received<Vec<Order>> {
        self.filtered("orders", customer, provider, None).await
    }

    /// One order.
    ///
    /// # Errors
    /// See [`ManagementError`]; an unknown id is `Refused`.
    pub async fn order(&self, id: &str) -> Received<Order> {
        self.get(self.url(&["orders", id])).await
    }

    /// Pays an order.
    ///
    /// # Errors
    /// See [`ManagementError`]; an order that cannot be paid now is `Refused`.
    pub async fn pay_order(&self, id: &str, payment: &Payment) -> Received<Order> {
        self.send(Method::POST, self.url(&["orders", id, "pay"]), payment).await
    }

    /// Answers on the bank's page: `confirm`, `fail` or `leave`.
    ///
    /// # Errors
    /// See [`ManagementError`]; where the bank does not ask, that is `Refused`.
    pub async fn answer_bank(&self, id: &str, answer: &str) -> Received<Order> {
        let body = json!({ "answer": answer });
        self.send(Method::POST, self.url(&["orders", id, "bank"]), &body).await
    }

    /// Closes an order without paying.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn give_order_up(&self, id: &str) -> Received<Order> {
        self.post(&["orders", id, "give-up"]).await
    }

    /// What a provider was paid, the newest first.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn transactions(&self, provider: &str) -> Received<Vec<Transaction>> {
        self.get(self.url(&["providers", provider, "transactions"])).await
    }

    /// Gives a payment back.
    ///
    /// # Errors
    /// See [`ManagementError`]; one that cannot be given back is `Refused`.
    pub async fn refund(&self, provider: &str, transaction: i64) -> Received<Transaction> {
        let id = transaction.to_string();
        self.post(&["providers", provider, "transactions", &id, "refund"]).await
    }

    /// Makes a link that asks for extra costs of a payment.
    ///
    /// # Errors
    /// See [`ManagementError`]; a price that is none is `Refused`.
    pub async fn payment_link(
        &self,
        provider: &str,
        transaction: i64,
        price: &str,
        description: &str,
    ) -> Received<PaymentLink> {
        let id = transaction.to_string();
        let url = self.url(&["providers", provider, "transactions", &id, "payment-links"]);
        let body = json!({ "priceNet": price, "description": description });
        self.send(Method::POST, url, &body).await
    }

    /// What a provider has in its wallet.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn balance(&self, provider: &str) -> Received<Balance> {
        self.get(self.url(&["providers", provider, "balance"])).await
    }

    /// The subscriptions of a provider, the newest first.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn subscriptions(&self, provider: &str) -> Received<Vec<Subscription>> {
        self.get(self.url(&["providers", provider, "subscriptions"])).await
    }

    /// Cancels a subscription from a day on.
    ///
    /// # Errors
    /// See [`ManagementError`]; a day that cannot be taken is `Refused`.
    pub async fn cancel_subscription(
        &self,
        provider: &str,
        subscription: i64,
        day: &str,
    ) -> Received<Subscription> {
        let id = subscription.to_string();
        let url = self.url(&["providers", provider, "subscriptions", &id, "cancel"]);
        self.send(Method::POST, url, &json!({ "day": day })).await
    }

    /// Calls to providers' servers, the newest first.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn deliveries(
        &self,
        customer: Option<&str>,
        provider: Option<&str>,
        dead: bool,
    ) -> Received<Vec<Delivery>> {
        self.filtered("deliveries", customer, provider, dead.then_some(("dead", "true"))).await
    }

    /// One call with every attempt.
    ///
    /// # Errors
    /// See [`ManagementError`]; an unknown id is `Refused`.
    pub async fn delivery(&self, id: &str) -> Received<Delivery> {
        self.get(self.url(&["deliveries", id])).await
    }

    /// Has one call made again.
    ///
    /// # Errors
    /// See [`ManagementError`]; one that waits already is `Refused`.
    pub async fn replay_delivery(&self, id: &str) -> Received<Delivery> {
        self.post(&["deliveries", id, "replay"]).await
    }

    /// Has all calls made again that were given up.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn replay_deliveries(
        &self,
        customer: Option<&str>,
        provider: Option<&str>,
    ) -> Received<Replayed> {
        let body = json!({ "customer": customer, "provider": provider });
        self.send(Method::POST, self.url(&["deliveries", "replay"]), &body).await
    }

    /// The records of a module: `estate`, `address` or `calendar`.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn records(&self, customer: &str, module: &str) -> Received<Vec<Record>> {
        self.get(self.url(&["customers", customer, "records", module])).await
    }

    /// Saves fields of a record, or makes one of them if no id is given.
    ///
    /// # Errors
    /// See [`ManagementError`]; a value that cannot be kept is `Refused`.
    pub async fn save_record(
        &self,
        customer: &str,
        module: &str,
        id: Option<i64>,
        user: Option<i64>,
        fields: &std::collections::BTreeMap<String, String>,
    ) -> Received<Record> {
        let body = json!({ "user": user, "fields": fields });
        let place = ["customers", customer, "records", module];
        match id {
            None => self.send(Method::POST, self.url(&place), &body).await,
            Some(id) => {
                let id = id.to_string();
                let url = self.url(&[&place[..], &[id.as_str()]].concat());
                self.send(Method::PATCH, url, &body).await
            }
        }
    }

    /// Who in a customer may use a provider.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn rights(&self, customer: &str, provider: &str) -> Received<Vec<Right>> {
        self.get(self.url(&["customers", customer, "rights", provider])).await
    }

    /// Gives or takes the right of a user: `asChosen`, `given` or `taken`.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn set_right(
        &self,
        customer: &str,
        provider: &str,
        user: i64,
        right: &str,
    ) -> Received<Right> {
        let user = user.to_string();
        let url = self.url(&["customers", customer, "rights", provider, &user]);
        self.send(Method::PUT, url, &json!({ "right": right })).await
    }

    async fn filtered<T: serde::de::DeserializeOwned>(
        &self,
        what: &str,
        customer: Option<&str>,
        provider: Option<&str>,
        more: Option<(&str, &str)>,
    ) -> Received<T> {
        let mut url = self.url(&[what]);
        let named = [("customer", customer), ("provider", provider)];
        let given = named.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (name, value) in given.chain(more) {
            url.query_pairs_mut().append_pair(name, value);
        }
        self.get(url).await
    }

    async fn post<T: serde::de::DeserializeOwned>(&self, path: &[&str]) -> Received<T> {
        self.call(self.http.request(Method::POST, self.url(path))).await
    }
}
