//! Calls to providers' servers, and what became of each.

use askama::Template;

use super::frame::Frame;

/// `GET /deliveries` and `GET /provider/deliveries`.
#[derive(Debug, Template)]
#[template(path = "deliveries.html")]
pub struct Deliveries {
    /// The surroundings.
    pub frame: Frame,
    /// The path of this list.
    pub list: &'static str,
    /// Whether only those that were given up are shown, as with `?dead=1`.
    pub dead_only: bool,
    /// Whether there are any that were given up.
    pub any_dead: bool,
    /// The deliveries, newest first.
    pub deliveries: Vec<Delivery>,
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be tried.
    Waiting,
    /// It has arrived.
    Delivered,
    /// Given up.
    Dead,
}

/// A delivery.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// Since when it is tried, ready to read.
    pub since: String,
    /// Name of the customer.
    pub customer: String,
    /// Name of the provider.
    pub provider: String,
    /// What it is about.
    pub about: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How many attempts there have been.
    pub attempts: u32,
    /// When it is tried next, if it is.
    pub next: Option<String>,
}

/// `GET /deliveries/{id}` and `GET /provider/deliveries/{id}`.
#[derive(Debug, Template)]
#[template(path = "delivery.html")]
pub struct DeliveryPage {
    /// The surroundings.
    pub frame: Frame,
    /// The path of the list.
    pub list: &'static str,
    /// The delivery.
    pub delivery: Delivery,
    /// Every attempt: number, when, HTTP status if there was an answer, and the problem if not.
    pub log: Vec<Attempt>,
}

/// An attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its number.
    pub number: i64,
    /// When, ready to read.
    pub at: String,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub problem: Option<String>,
}
