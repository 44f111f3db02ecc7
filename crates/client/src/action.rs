//! What a call asks for, before it is signed.

use std::fmt;

use freischalt_protocol::{KnownAction, Verb};
use serde_json::{Map, Value};

/// Whether the API may perform an action twice when its answer got lost.
///
/// ```
/// use freischalt_client::{Action, Repeat, Verb};
///
/// assert_eq!(Action::new(Verb::Read, "estate").repeat, Repeat::Harmless);
/// assert_eq!(Action::new(Verb::Create, "estate").repeat, Repeat::Harmful);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Twice is the same as once: reading, or setting a value that is set already. The call is
    /// sent again after every loss.
    Harmless,
    /// Twice is once too often: a second record, a second payment. The call is sent again only if
    /// the first attempt certainly never arrived.
    Harmful,
}

/// One action of a request. Any action and resource type can be called this way, also those this
/// library has no typed call for.
///
/// ```
/// use freischalt_client::{Action, Verb};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let session = sandbox.session().await;
/// let action = Action::new(Verb::Read, "estate")
///     .with_parameter("data", ["Id", "kaufpreis"])
///     .with_parameter("listlimit", 50);
/// assert_eq!(action.action_id, "urn:onoffice-de-ns:smart:2.5:smartml:action:read");
/// session.call(&action).await?;
/// # Ok(()) });
/// ```
#[derive(Clone, PartialEq)]
pub struct Action {
    /// The full URN; see [`Verb::action_id`](freischalt_protocol::Verb::action_id).
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
    /// Whether it is sent again when its answer got lost.
    pub repeat: Repeat,
}

impl Action {
    /// An action without resource id, identifier and parameters. `read` and `get` are harmless to
    /// repeat, all other verbs count as harmful until [`Action::harmless_to_repeat`] says otherwise.
    pub fn new(verb: Verb, resource_type: impl Into<String>) -> Self {
        let repeat = match verb {
            Verb::Read | Verb::Get => Repeat::Harmless,
            Verb::Create | Verb::Modify | Verb::Delete | Verb::Do => Repeat::Harmful,
        };
        Self {
            action_id: verb.action_id(),
            resource_type: resource_type.into(),
            resource_id: String::new(),
            identifier: String::new(),
            parameters: Map::new(),
            repeat,
        }
    }

    pub(crate) fn known(action: KnownAction) -> Self {
        Self::new(action.verb(), action.resource_type())
    }

    /// The same action on this record or sub-resource.
    ///
    /// ```
    /// use freischalt_client::{Action, Verb};
    ///
    /// let action = Action::new(Verb::Read, "estate").with_resource_id("4711");
    /// assert_eq!(action.resource_id, "4711");
    /// ```
    #[must_use]
    pub fn with_resource_id(self, id: impl Into<String>) -> Self {
        Self { resource_id: id.into(), ..self }
    }

    /// The same action, sent again whenever its answer got lost: for changes that are the same
    /// when they are made twice.
    ///
    /// ```
    /// use freischalt_client::{Action, Repeat, Verb};
    ///
    /// let action = Action::new(Verb::Modify, "estate").with_resource_id("4711");
    /// assert_eq!(action.repeat, Repeat::Harmful);
    /// assert_eq!(action.harmless_to_repeat().repeat, Repeat::Harmless);
    /// ```
    #[must_use]
    pub fn harmless_to_repeat(self) -> Self {
        Self { repeat: Repeat::Harmless, ..self }
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
            .field("repeat", &self.repeat)
            .finish()
    }
}
