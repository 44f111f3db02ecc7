//! How a provider sells, and to whom.

use askama::Template;

use super::Frame;

/// `GET /provider/settings`.
#[derive(Clone, Debug, Template)]
#[template(path = "selling.html")]
pub struct Selling {
    /// The surroundings.
    pub frame: Frame,
    /// Name of the provider.
    pub provider: String,
    /// Whether orders of regular customers are recorded without payment.
    pub settles_directly: bool,
    /// Whether results are told from server to server, too.
    pub notifies: bool,
    /// What it takes, as the form names it.
    pub accepted: &'static str,
    /// Whether this was just changed.
    pub saved: bool,
    /// The customers in which the provider is active.
    pub customers: Vec<Client>,
}

/// A customer of the provider.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its name.
    pub name: String,
    /// Since when, ready to read.
    pub since: String,
    /// Whether the provider said that it is a regular one.
    pub is_regular: bool,
}
