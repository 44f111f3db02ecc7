//! Marketplace accounts of a customer, and the sales of a provider in its own client.

use askama::Template;

use super::frame::Frame;

/// `GET /account`.
#[derive(Debug, Template)]
#[template(path = "pay_account.html")]
pub struct PayAccount {
    /// The surroundings.
    pub frame: Frame,
    /// The accounts that the visitor may see to: name in addresses, label, whether it is shown.
    pub tabs: Vec<(&'static str, &'static str, bool)>,
    /// The one that is shown.
    pub owner: &'static str,
    /// Whether it exists.
    pub exists: bool,
    /// The contact data: name of the field, label, value.
    pub contact: Vec<(&'static str, &'static str, String)>,
    /// Of a client account: the users, and whether they may pay with it.
    pub users: Vec<(i64, String, bool)>,
    /// The stored methods: id, label, what the test bank does with it.
    pub methods: Vec<(i64, String, &'static str)>,
    /// What was wrong with the number that was sent.
    pub number_problem: Option<&'static str>,
    /// Numbers of the test bank, with what happens.
    pub test_numbers: Vec<(&'static str, &'static str)>,
}

/// `GET /provider`.
#[derive(Template)]
#[template(path = "seller.html")]
pub struct Seller {
    /// The surroundings.
    pub frame: Frame,
    /// Name of the provider.
    pub provider: String,
    /// What it has earned, ready to read.
    pub balance: String,
    /// Its transactions, the newest first.
    pub transactions: Vec<Sale>,
    /// Its subscriptions, the newest first.
    pub subscriptions: Vec<SoldSubscription>,
    /// A link that was made.
    pub link: Option<String>,
    /// Why what was asked for was not done.
    pub problem: Option<String>,
}

impl std::fmt::Debug for Seller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seller").field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// A transaction.
#[derive(Clone, Debug)]
pub struct Sale {
    /// `transactionid`.
    pub id: i64,
    /// When, ready to read.
    pub at: String,
    /// Name of the customer.
    pub customer: String,
    /// What was bought.
    pub title: String,
    /// How much, ready to read.
    pub amount: String,
    /// How far it is, ready to read.
    pub stage: &'static str,
    /// How that is to be taken.
    pub tone: Tone,
    /// Whether it gives money back.
    pub is_refund: bool,
    /// Whether it can be refunded, as far as its stage tells.
    pub refundable: bool,
}

/// How the state of a transaction is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The money is there.
    Good,
    /// Something is still to come.
    Waiting,
    /// The money is not there.
    Bad,
    /// Nothing more is to be said.
    Over,
}

/// A subscription.
#[derive(Clone, Debug)]
pub struct SoldSubscription {
    /// `aboid`.
    pub id: i64,
    /// Name of the customer.
    pub customer: String,
    /// What was bought.
    pub title: String,
    /// How much a month, ready to read.
    pub monthly: String,
    /// Cancelled to this day.
    pub until: Option<String>,
    /// Whether it can be cancelled.
    pub running: bool,
}
