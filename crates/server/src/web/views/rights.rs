//! Who may use a provider, one by one.

use askama::Template;

use super::frame::Frame;

/// `GET /marketplace/providers/{slug}/rights`
#[derive(Debug, Template)]
#[template(path = "rights.html")]
pub struct Rights {
    /// The surroundings.
    pub frame: Frame,
    /// Names the provider in URLs.
    pub slug: String,
    /// Name of the provider.
    pub provider: String,
    /// Whether they were saved just now.
    pub saved: bool,
    /// The users.
    pub users: Vec<UserRights>,
}

/// A user, and what the user may.
#[derive(Clone, Debug)]
pub struct UserRights {
    /// The user's id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Whether the user is an administrator.
    pub administrator: bool,
    /// `chosen`, `given` or `taken`.
    pub right: &'static str,
    /// Whether the user may use the provider now.
    pub may_use: bool,
}
