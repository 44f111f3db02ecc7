//! `freischalt right`: who in a customer may use a provider, one by one.

use clap::{Args, Subcommand, ValueEnum};
use freischalt_client::management::Right;

use super::management::ManagementArguments;
use crate::{failure::Failure, output};

/// What to do with rights.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum RightCommand {
    /// List who may use a provider
    List(ListArguments),
    /// Give or take the right of one user
    Set(SetArguments),
}

/// Which rights.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArguments {
    /// Slug of the customer
    #[arg(long, value_name = "SLUG")]
    customer: String,
    /// Slug of the provider
    #[arg(long, value_name = "SLUG")]
    provider: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Whose right.
#[derive(Clone, Debug, Args)]
pub(crate) struct SetArguments {
    /// The user
    user: i64,
    /// The right
    right: RightWord,
    /// Slug of the customer
    #[arg(long, value_name = "SLUG")]
    customer: String,
    /// Slug of the provider
    #[arg(long, value_name = "SLUG")]
    provider: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// A right.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RightWord {
    /// As chosen at the activation
    AsChosen,
    /// Given
    Given,
    /// Taken away; administrators keep it
    Taken,
}

/// Runs one of the commands.
pub(crate) fn run(command: &RightCommand) -> Result<(), Failure> {
    match command {
        RightCommand::List(ListArguments { customer, provider, management }) => {
            management.call(async |api| api.rights(customer, provider).await, |all| list(all))
        }
        RightCommand::Set(SetArguments { user, right, customer, provider, management }) => {
            let right = match right {
                RightWord::AsChosen => "asChosen",
                RightWord::Given => "given",
                RightWord::Taken => "taken",
            };
            management.call(
                async |api| api.set_right(customer, provider, *user, right).await,
                |one| list(std::slice::from_ref(one)),
            )
        }
    }
}

fn list(rights: &[Right]) -> String {
    let row = |one: &Right| {
        let now = if one.may_use { "may" } else { "may not" };
        let why = one.refusal.clone().unwrap_or_default();
        [one.user.to_string(), one.name.clone(), one.right.clone(), now.to_owned(), why]
    };
    output::table(["USER", "NAME", "RIGHT", "NOW", "WHY NOT"], rights.iter().map(row))
}
