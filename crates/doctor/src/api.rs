//! The API that the provider calls: played by the doctor, or that of a running sandbox. The checks
//! ask here for customers and for what arrived, and do not know which of the two it is.

use freischalt_protocol::UnixTime;
use reqwest::Method;

use crate::{
    http::NoAnswer,
    launch::Launch,
    marketplace::{Manner, Marketplace},
    sandbox::Sandbox,
};

/// A call as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) resource_type: String,
    pub(crate) cache: Option<String>,
    pub(crate) claim: Option<String>,
    /// Whether the signature is right under the key of the launch.
    pub(crate) genuine: bool,
    /// Whether the marketplace itself refused it; the doctor's own API is told what to answer.
    pub(crate) refused: bool,
    /// What only the one who read the request knows.
    pub(crate) wire: Option<Wire>,
}

/// How a call was written.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) version_2: bool,
    pub(crate) key_in_body: bool,
    /// Seconds between its timestamp and its arrival.
    pub(crate) age: Option<i64>,
}

/// Who answers the provider's calls.
pub(crate) enum Api {
    /// The doctor.
    Played(Marketplace),
    /// A sandbox, seen through its management API.
    Sandbox(Sandbox),
}

const LOG: &str = "the sandbox's log does not tell this; examine without --sandbox as well";
const HONEST: &str =
    "a sandbox answers honestly; without --sandbox the doctor's own API can fail and lie";

impl Api {
    /// What time it is for the marketplace.
    pub(crate) fn now(&self) -> UnixTime {
        match self {
            Self::Played(_) => crate::marketplace::now(),
            Self::Sandbox(sandbox) => sandbox.now(),
        }
    }

    /// A new customer, whose calls are answered in this manner.
    pub(crate) async fn launch(&self, manner: Manner) -> Result<Launch, NoAnswer> {
        match self {
            Self::Played(played) => {
                let launch = Launch::new();
                played.expect(&launch.token, &launch.key, manner);
                Ok(launch)
            }
            Self::Sandbox(sandbox) if manner == Manner::Honest => sandbox.activation(None).await,
            Self::Sandbox(_) => Err(NoAnswer::Unseen(HONEST)),
        }
    }

    /// Another activation of the same customer.
    pub(crate) async fn relaunch(&self, first: &Launch) -> Result<Launch, NoAnswer> {
        match self {
            Self::Played(_) => {
                let second = self.launch(Manner::Honest).await?;
                Ok(Launch { customer: first.customer.clone(), ..second })
            }
            Self::Sandbox(sandbox) => sandbox.activation(Some(first)).await,
        }
    }

    /// Another launch of the same customer: new claim and cache entry, same token and key.
    pub(crate) async fn again(&self, launch: &Launch) -> Result<Launch, NoAnswer> {
        match self {
            Self::Played(_) => Ok(launch.again()),
            Self::Sandbox(sandbox) => sandbox.service_call(launch).await,
        }
    }

    /// From now on the API answers this customer in another manner.
    pub(crate) fn misbehave(&self, launch: &Launch, manner: Manner) -> Result<(), NoAnswer> {
        match self {
            Self::Played(played) => {
                played.expect(&launch.token, &launch.key, manner);
                Ok(())
            }
            Self::Sandbox(_) => Err(NoAnswer::Unseen(HONEST)),
        }
    }

    /// The customer blocks the provider.
    pub(crate) async fn block(&self, launch: &Launch) -> Result<(), NoAnswer> {
        match self {
            Self::Played(_) => self.misbehave(launch, Manner::NotAuthenticated),
            Self::Sandbox(sandbox) => sandbox.block(launch).await,
        }
    }

    /// What arrived with the token of a launch.
    pub(crate) async fn calls(&self, launch: &Launch) -> Result<Vec<Call>, NoAnswer> {
        match self {
            Self::Played(played) => Ok(played.calls(&launch.token)),
            Self::Sandbox(sandbox) => sandbox.calls(launch).await,
        }
    }

    /// Whether any call, with whatever token, carried this claim.
    pub(crate) fn has_claim(&self, claim: &str) -> Result<bool, NoAnswer> {
        match self {
            Self::Played(played) => Ok(played.has_claim(claim)),
            Self::Sandbox(_) => Err(NoAnswer::Unseen(LOG)),
        }
    }

    /// How many calls that change something arrived, of all customers. The log of a sandbox is too
    /// short to count in.
    pub(crate) fn writing_calls(&self) -> usize {
        match self {
            Self::Played(played) => played.writing_calls(),
            Self::Sandbox(_) => 0,
        }
    }

    /// Whether the redirect that a call with this token got was followed.
    pub(crate) fn followed(&self, token: &str) -> bool {
        match self {
            Self::Played(played) => played.followed(token),
            // It redirects nobody.
            Self::Sandbox(_) => false,
        }
    }

    /// Where the provider has to call it, for people.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Played(played) => played.url(),
            Self::Sandbox(_) => "the API of that sandbox".to_owned(),
        }
    }

    /// The text without the tokens and keys that were given out.
    pub(crate) fn without_credentials(&self, text: String) -> String {
        match self {
            Self::Played(played) => played.without_credentials(text),
            Self::Sandbox(sandbox) => sandbox.without_credentials(text),
        }
    }
}

impl Call {
    /// How it was written, or why nobody knows.
    pub(crate) fn wire(&self) -> Result<&Wire, NoAnswer> {
        self.wire.as_ref().ok_or(NoAnswer::Unseen(LOG))
    }

    /// The claim that it carried, or why nobody knows.
    pub(crate) fn claim(&self) -> Result<Option<&str>, NoAnswer> {
        match (&self.claim, &self.wire) {
            (None, None) => Err(NoAnswer::Unseen(LOG)),
            (claim, _) => Ok(claim.as_deref()),
        }
    }
}

/// Whether an action changes something: its verb is the last word of its id.
pub(crate) fn is_writing(action_id: &str) -> bool {
    let verb = action_id.rsplit(':').next().unwrap_or_default();
    matches!(verb, "create" | "modify" | "edit" | "delete" | "do")
}
