//! `freischalt activation`: start, show and block activations.

use clap::{Args, Subcommand};
use freischalt_client::management::{Activation, NewActivation, Started};

use super::management::ManagementArguments;
use crate::{failure::Failure, output};

/// What to do with activations.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ActivationCommand {
    /// Bring an activation to the point where the API key is shown
    Start(StartArguments),
    /// List activations
    List(ListArguments),
    /// Show one activation with its history
    Show(OneArguments),
    /// Block an activation: its token and key die at once
    Block(OneArguments),
}

/// The activation to start.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
An activation of the same provider and customer that is active or pending is
ended first.

Example:
  freischalt activation start --provider demo --customer musterimmo --json")]
pub(crate) struct StartArguments {
    /// Slug of the provider
    #[arg(long, value_name = "SLUG")]
    provider: String,
    /// Slug of the customer
    #[arg(long, value_name = "SLUG")]
    customer: String,
    /// The administrator who activates; the first one by default
    #[arg(long, value_name = "ID")]
    user: Option<i64>,
    /// Give the right to all users
    #[arg(long, conflicts_with = "administrators_only")]
    all_users: bool,
    /// Give the right to administrators only
    #[arg(long)]
    administrators_only: bool,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Which activations to list.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArguments {
    /// Only those of this provider
    #[arg(long, value_name = "SLUG")]
    provider: Option<String>,
    /// Only those of this customer
    #[arg(long, value_name = "SLUG")]
    customer: Option<String>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Which activation.
#[derive(Clone, Debug, Args)]
pub(crate) struct OneArguments {
    /// Its id
    id: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Runs one of the commands.
pub(crate) fn run(command: &ActivationCommand) -> Result<(), Failure> {
    match command {
        ActivationCommand::Start(arguments) => {
            let new = new_activation(arguments);
            arguments.management.call(async |api| api.start_activation(&new).await, started)
        }
        ActivationCommand::List(ListArguments { provider, customer, management }) => management
            .call(
                async |api| api.activations(provider.as_deref(), customer.as_deref()).await,
                |activations| list(activations),
            ),
        ActivationCommand::Show(OneArguments { id, management }) => {
            management.call(async |api| api.activation(id).await, show)
        }
        ActivationCommand::Block(OneArguments { id, management }) => {
            management.call(async |api| api.block_activation(id).await, show)
        }
    }
}

fn new_activation(arguments: &StartArguments) -> NewActivation {
    let chosen = arguments.all_users || arguments.administrators_only;
    NewActivation {
        provider: arguments.provider.clone(),
        customer: arguments.customer.clone(),
        user: arguments.user,
        all_users: chosen.then_some(arguments.all_users),
    }
}

fn started(started: &Started) -> String {
    let mut details = output::Details::default();
    details
        .add("activation", &started.id)
        .add("state", output::state(&started.state))
        .add_some("provider", started.provider.as_ref())
        .add_some("customer", started.customer.as_ref())
        .add_some("user", started.user.as_ref())
        .add_some("expires", started.expires_at.as_ref());
    if let Some(replaced) = &started.replaced {
        details.add("replaces", format!("{} (was {})", replaced.id, replaced.state));
    }
    details
        .add("parameter cache id", &started.parameter_cache_id)
        .add("API claim", started.api_claim.expose())
        .add("API token", started.api_token.expose())
        .add("API key", started.api_key.expose())
        .add("activation URL", started.activation_url.expose());
    details.lines()
}

fn list(activations: &[Activation]) -> String {
    if activations.is_empty() {
        return "There are no such activations. `freischalt activation start` starts one.".into();
    }
    let row = |activation: &Activation| {
        [
            activation.id.clone(),
            activation.state.clone(),
            activation.provider.clone().unwrap_or_default(),
            activation.customer.clone().unwrap_or_default(),
            activation.created_at.clone().unwrap_or_default(),
        ]
    };
    output::table(["ID", "STATE", "PROVIDER", "CUSTOMER", "STARTED"], activations.iter().map(row))
}

fn show(activation: &Activation) -> String {
    let mut details = output::Details::default();
    details
        .add("activation", &activation.id)
        .add("state", output::state(&activation.state))
        .add_some("provider", activation.provider.as_ref())
        .add_some("customer", activation.customer.as_ref())
        .add_some("user", activation.user.as_ref());
    if let Some(all) = activation.all_users {
        details.add("right for", if all { "all users" } else { "administrators only" });
    }
    if let Some(regular) = activation.is_regular_customer {
        details.add("regular customer", if regular { "yes" } else { "no" });
    }
    details
        .add_some("started", activation.created_at.as_ref())
        .add_some("expires", activation.expires_at.as_ref())
        .add_some("activated", activation.activated_at.as_ref())
        .add_some("blocked", activation.blocked_at.as_ref());
    if activation.history.is_empty() {
        return details.lines();
    }
    let rows = activation
        .history
        .iter()
        .map(|event| [event.at.clone(), words(&event.event), event.by.clone().unwrap_or_default()]);
    format!("{}\n{}", details.lines(), output::table(["AT", "EVENT", "BY"], rows))
}

/// `termsAccepted` as people write it.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}
