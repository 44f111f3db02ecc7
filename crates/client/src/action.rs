//! What a call asks for, before it is signed.

use std::fmt;

use serde_json::{Map, Value};

/// What an action does to its resource; the last part of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads records.
    Read,
    /// Makes a record.
    Create,
    /// Changes a record.
    Modify,
    /// Removes a record.
    Delete,
    /// Gets information that is not a record.
    Get,
    /// Performs something.
    Do,
}

impl Verb {
    /// The full action id, `urn:onoffice-de-ns:smart:2.5:smartml:action:` and the verb.
    pub fn action_id(self) -> &'static str {
        match self {
            Self::Read => "urn:onoffice-de-ns:smart:2.5:smartml:action:read",
            Self::Create => "urn:onoffice-de-ns:smart:2.5:smartml:action:create",
            Self::Modify => "urn:onoffice-de-ns:smart:2.5:smartml:action:modify",
            Self::Delete => "urn:onoffice-de-ns:smart:2.5:smartml:action:delete",
            Self::Get => "urn:onoffice-de-ns:smart:2.5:smartml:action:get",
            Self::Do => "urn:onoffice-de-ns:smart:2.5:smartml:action:do",
        }
    }
}

/// One action of a request. Any action and resource type can be called this way, also those this
/// library has no typed call for.
///
/// ```
/// use freischalt_client::{Action, Verb};
///
/// let action = Action::new(Verb::Read, "estate")
///     .with_parameter("data", ["Id", "kaufpreis"])
///     .with_parameter("listlimit", 50);
/// assert_eq!(action.action_id, "urn:onoffice-de-ns:smart:2.5:smartml:action:read");
/// ```
#[derive(Clone, PartialEq)]
pub struct Action {
    /// The full URN; see [`Verb::action_id`].
    pub action_id: String,
    /// The resource type, such as `estate` or `unlockProvider`. Case matters.
    pub resource_type: String,
    /// Id of a record, or the name of a sub-resource; empty where the call has none.
    pub resource_id: String,
    /// A label that comes back with the result; may be empty.
    pub identifier: String,
    /// The parameters, without `extendedclaim`: the claim of a call is given beside its actions
    /// and added to each of them.
    pub parameters: Map<String, Value>,
}

impl Action {
    /// An action without resource id, identifier and parameters.
    pub fn new(verb: Verb, resource_type: impl Into<String>) -> Self {
        Self {
            action_id: verb.action_id().to_owned(),
            resource_type: resource_type.into(),
            resource_id: String::new(),
            identifier: String::new(),
            parameters: Map::new(),
        }
    }

    /// The same action with one more parameter; an old one of that name is replaced.
    #[must_use]
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }
}

/// Parameters carry personal data and handles of other systems, so only their names are shown.
impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Action")
            .field("action_id", &self.action_id)
            .field("resource_type", &self.resource_type)
            .field("resource_id", &self.resource_id)
            .field("identifier", &self.identifier)
            .field("parameters", &self.parameters.keys().collect::<Vec<_>>())
            .finish()
    }
}
