//! `freischalt deliveries`: calls to providers' servers, and trying them again.

use clap::{Args, Subcommand};
use freischalt_client::management::Delivery;

use super::management::ManagementArguments;
use crate::{failure::Failure, output};

/// What to do with deliveries.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum DeliveryCommand {
    /// List deliveries, the newest first
    List(ListArguments),
    /// Show one delivery with every attempt
    Show(ShowArguments),
    /// Deliver again: one that has ended, or all that were given up
    Replay(ReplayArguments),
}

/// Which deliveries to list.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArguments {
    /// Only those to this provider
    #[arg(long, value_name = "SLUG")]
    provider: Option<String>,
    /// Only those about this customer
    #[arg(long, value_name = "SLUG")]
    customer: Option<String>,
    /// Only those that were given up
    #[arg(long)]
    dead: bool,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Which delivery.
#[derive(Clone, Debug, Args)]
pub(crate) struct ShowArguments {
    /// Its id: the value of X-Freischalt-Delivery
    id: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Which deliveries to make again.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReplayArguments {
    /// The id of one
    #[arg(required_unless_present = "all_dead", conflicts_with = "all_dead")]
    id: Option<String>,
    /// All that were given up
    #[arg(long)]
    all_dead: bool,
    /// Of those, only to this provider
    #[arg(long, value_name = "SLUG", requires = "all_dead")]
    provider: Option<String>,
    /// Of those, only about this customer
    #[arg(long, value_name = "SLUG", requires = "all_dead")]
    customer: Option<String>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Runs one of the commands.
pub(crate) fn run(command: &DeliveryCommand) -> Result<(), Failure> {
    match command {
        DeliveryCommand::List(ListArguments { provider, customer, dead, management }) => management
            .call(
                async |api| api.deliveries(customer.as_deref(), provider.as_deref(), *dead).await,
                |all| list(all),
            ),
        DeliveryCommand::Show(ShowArguments { id, management }) => {
            management.call(async |api| api.delivery(id).await, show)
        }
        DeliveryCommand::Replay(ReplayArguments { id: Some(id), management, .. }) => {
            management.call(async |api| api.replay_delivery(id).await, show)
        }
        DeliveryCommand::Replay(ReplayArguments { provider, customer, management, .. }) => {
            management.call(
                async |api| api.replay_deliveries(customer.as_deref(), provider.as_deref()).await,
                |done| format!("{} to be delivered again.", done.replayed),
            )
        }
    }
}

fn list(deliveries: &[Delivery]) -> String {
    if deliveries.is_empty() {
        return "There are no such deliveries.".into();
    }
    let row = |one: &Delivery| {
        [
            one.id.clone(),
            one.state.clone(),
            one.attempts.to_string(),
            about(one),
            one.provider.clone(),
            one.customer.clone(),
            one.next_attempt_at.clone().unwrap_or_default(),
        ]
    };
    output::table(
        ["ID", "STATE", "ATTEMPTS", "ABOUT", "PROVIDER", "CUSTOMER", "NEXT"],
        deliveries.iter().map(row),
    )
}

fn show(delivery: &Delivery) -> String {
    let mut details = output::Details::default();
    details
        .add("delivery", &delivery.id)
        .add("state", &delivery.state)
        .add("about", about(delivery))
        .add("provider", &delivery.provider)
        .add("customer", &delivery.customer)
        .add("since", &delivery.since)
        .add_some("next attempt", delivery.next_attempt_at.as_ref());
    if delivery.log.is_empty() {
        return details.lines();
    }
    let rows = delivery.log.iter().map(|attempt| {
        let status = attempt.status.map(|status| format!("answered {status}"));
        let outcome = status.or_else(|| attempt.problem.clone()).unwrap_or_default();
        [attempt.number.to_string(), attempt.at.clone(), outcome]
    });
    format!("{}\n{}", details.lines(), output::table(["ATTEMPT", "AT", "OUTCOME"], rows))
}

fn about(delivery: &Delivery) -> String {
    match (&delivery.module, delivery.record, &delivery.order) {
        (Some(module), Some(record), _) => {
            let service = delivery.service.as_deref().unwrap_or_default();
            format!("{service}: {module} {record}")
        }
        (_, _, Some(order)) => format!("result of order {order}"),
        _ => String::new(),
    }
}
