//! `freischalt transaction`: what a provider was paid, refunds, and links for extra costs.

use clap::{Args, Subcommand};
use freischalt_client::management::Transaction;

use super::management::ManagementArguments;
use crate::{failure::Failure, output};

/// What to do with transactions.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum TransactionCommand {
    /// List what a provider was paid, the newest first
    List(ProviderArguments),
    /// Show what a provider has in its wallet, to be paid out
    Balance(ProviderArguments),
    /// Give a payment back, in full
    Refund(RefundArguments),
    /// Make a link that asks for extra costs of a payment
    Link(LinkArguments),
}

/// Of which provider.
#[derive(Clone, Debug, Args)]
pub(crate) struct ProviderArguments {
    /// Slug of the provider
    #[arg(long, value_name = "SLUG")]
    provider: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// The payment to give back.
#[derive(Clone, Debug, Args)]
pub(crate) struct RefundArguments {
    /// `transactionid`
    id: i64,
    /// Slug of the provider who was paid
    #[arg(long, value_name = "SLUG")]
    provider: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// What to ask for.
#[derive(Clone, Debug, Args)]
pub(crate) struct LinkArguments {
    /// `transactionid` of the payment that it belongs to
    id: i64,
    /// Slug of the provider who was paid
    #[arg(long, value_name = "SLUG")]
    provider: String,
    /// In euros, such as 12.50
    #[arg(long, value_name = "EUROS")]
    price: String,
    /// What for; the customer reads it
    #[arg(long, value_name = "TEXT")]
    description: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Runs one of the commands.
pub(crate) fn run(command: &TransactionCommand) -> Result<(), Failure> {
    match command {
        TransactionCommand::List(ProviderArguments { provider, management }) => {
            management.call(async |api| api.transactions(provider).await, |all| list(all))
        }
        TransactionCommand::Balance(ProviderArguments { provider, management }) => management
            .call(async |api| api.balance(provider).await, |it| format!("{} EUR", it.balance)),
        TransactionCommand::Refund(RefundArguments { id, provider, management }) => management
            .call(
                async |api| api.refund(provider, *id).await,
                |one| list(std::slice::from_ref(one)),
            ),
        TransactionCommand::Link(arguments) => {
            let LinkArguments { id, provider, price, description, management } = arguments;
            management.call(
                async |api| api.payment_link(provider, *id, price, description).await,
                |link| link.url.clone(),
            )
        }
    }
}

fn list(transactions: &[Transaction]) -> String {
    if transactions.is_empty() {
        return "Nothing was paid yet.".into();
    }
    let row = |one: &Transaction| {
        [
            one.id.clone(),
            one.state.clone(),
            one.kind.clone(),
            one.amount.clone(),
            one.title.clone(),
            one.customer.clone(),
            one.begun_at.clone(),
        ]
    };
    output::table(
        ["ID", "STATE", "KIND", "AMOUNT", "WHAT", "CUSTOMER", "BEGUN"],
        transactions.iter().map(row),
    )
}
