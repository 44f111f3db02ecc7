//! An order in its window: what is ordered, how it is paid, and the bank's page in between.

use askama::Template;

use super::frame::Frame;

/// What is ordered.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Names the order in URLs.
    pub id: String,
    /// Name of the provider.
    pub provider: String,
    /// The lines.
    pub lines: Vec<Line>,
    /// What is to be paid at once, ready to read.
    pub amount: String,
    /// For a subscription: what was agreed.
    pub agreement: Vec<String>,
}

/// A line of an order.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it is, in the provider's words.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What one costs, ready to read.
    pub price: String,
    /// Who may use it.
    pub circle: String,
}

/// `GET /orders/{id}`: the confirmation.
#[derive(Debug, Template)]
#[template(path = "order.html")]
pub struct Confirm {
    /// The surroundings.
    pub frame: Frame,
    /// The order.
    pub order: Summary,
    /// How it can be paid.
    pub payment: Payment,
    /// Why the last attempt failed.
    pub failed: Option<String>,
}

/// How an order can be paid.
#[derive(Clone, Debug)]
pub enum Payment {
    /// With one of these.
    Methods(Vec<Method>),
    /// Not yet: there is no account, or nothing stored in it.
    NoMethod,
    /// Not here: provider and regular customer settle it between them.
    Directly,
}

/// A stored card or account.
#[derive(Clone, Debug)]
pub struct Method {
    /// Names it in the form.
    pub id: i64,
    /// What people know it by.
    pub label: String,
    /// What the test bank does with it; empty in production.
    pub outcome: String,
}

/// `GET /orders/{id}/bank`: the bank asks whether it is really you.
#[derive(Debug, Template)]
#[template(path = "bank.html")]
pub struct Bank {
    /// The surroundings.
    pub frame: Frame,
    /// The order.
    pub order: Summary,
    /// What is paid with.
    pub label: String,
}

/// An order that waits for the bank, or that is over without a result.
#[derive(Debug, Template)]
#[template(path = "order_state.html")]
pub struct State {
    /// The surroundings.
    pub frame: Frame,
    /// The order.
    pub order: Summary,
    /// How it stands.
    pub state: Standing,
    /// Where to look again.
    pub again: String,
}

/// `GET /smart/short.php`: the link of a subsequent payment.
#[derive(Template)]
#[template(path = "pay_link.html")]
pub struct LinkPage {
    /// The surroundings.
    pub frame: Frame,
    /// What is to be paid.
    pub order: Summary,
    /// The link's token.
    pub token: String,
    /// What comes next.
    pub step: LinkStep,
    /// Why the last attempt failed.
    pub failed: Option<String>,
}

impl std::fmt::Debug for LinkPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkPage").field("order", &self.order).finish_non_exhaustive()
    }
}

/// What comes next on the page of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkStep {
    /// A card or account.
    Pay,
    /// The answer to the bank.
    Bank,
}

/// How an order stands that has nothing to tell its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The bank has not answered.
    Waiting,
    /// Closed without paying.
    GivenUp,
    /// Too late.
    Expired,
    /// Paid: a subsequent payment has no callback.
    Paid,
    /// A direct debit is on its way.
    InProcess,
    /// A direct debit came back.
    Returned,
}
