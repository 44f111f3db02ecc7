//! `freischalt subscription`: the subscriptions of a provider, and their cancellation.

use clap::{Args, Subcommand};
use freischalt_client::management::Subscription;

use super::management::ManagementArguments;
use crate::{failure::Failure, output};

/// What to do with subscriptions.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum SubscriptionCommand {
    /// List the subscriptions of a provider, the newest first
    List(ListArguments),
    /// Cancel a subscription, as its provider does
    Cancel(CancelArguments),
}

/// Of which provider.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArguments {
    /// Slug of the provider
    #[arg(long, value_name = "SLUG")]
    provider: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// The subscription to cancel.
#[derive(Clone, Debug, Args)]
pub(crate) struct CancelArguments {
    /// `aboid`
    id: i64,
    /// Slug of its provider
    #[arg(long, value_name = "SLUG")]
    provider: String,
    /// The day from which on nothing is debited, as YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    day: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Runs one of the commands.
pub(crate) fn run(command: &SubscriptionCommand) -> Result<(), Failure> {
    match command {
        SubscriptionCommand::List(ListArguments { provider, management }) => {
            management.call(async |api| api.subscriptions(provider).await, |all| list(all))
        }
        SubscriptionCommand::Cancel(CancelArguments { id, provider, day, management }) => {
            management.call(
                async |api| api.cancel_subscription(provider, *id, day).await,
                |one| list(std::slice::from_ref(one)),
            )
        }
    }
}

fn list(subscriptions: &[Subscription]) -> String {
    if subscriptions.is_empty() {
        return "There are no subscriptions.".into();
    }
    let row = |one: &Subscription| {
        [
            one.id.clone(),
            one.state.clone(),
            one.monthly.clone(),
            one.title.clone(),
            one.customer.clone(),
            one.next_due.clone().unwrap_or_default(),
            one.until.clone().unwrap_or_default(),
        ]
    };
    output::table(
        ["ID", "STATE", "MONTHLY", "WHAT", "CUSTOMER", "NEXT", "UNTIL"],
        subscriptions.iter().map(row),
    )
}
