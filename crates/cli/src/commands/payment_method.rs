//! `freischalt payment-method`: the stored payment methods of a customer.

use clap::{Args, Subcommand};
use freischalt_client::management::{NewPaymentMethod, PaymentMethod};

use super::management::ManagementArguments;
use crate::{failure::Failure, output};

/// What to do with payment methods.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum PaymentMethodCommand {
    /// List the payment methods of a customer
    List(ListArguments),
    /// Store a card or account of the test bank
    Add(AddArguments),
    /// Forget a payment method
    Remove(RemoveArguments),
}

/// Whose payment methods.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArguments {
    /// Slug of the customer
    #[arg(long, value_name = "SLUG")]
    customer: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// The payment method to store.
#[derive(Clone, Debug, Args)]
pub(crate) struct AddArguments {
    /// A card or account number of the test bank; docs/test-bank.md lists them
    number: String,
    /// Slug of the customer
    #[arg(long, value_name = "SLUG")]
    customer: String,
    /// In the account of this group; in the company's by default
    #[arg(long, value_name = "ID", conflicts_with = "user")]
    group: Option<i64>,
    /// In the own account of this user
    #[arg(long, value_name = "ID")]
    user: Option<i64>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// The payment method to forget.
#[derive(Clone, Debug, Args)]
pub(crate) struct RemoveArguments {
    /// Its id
    id: i64,
    /// Slug of the customer
    #[arg(long, value_name = "SLUG")]
    customer: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Runs one of the commands.
pub(crate) fn run(command: &PaymentMethodCommand) -> Result<(), Failure> {
    let show = |one: &PaymentMethod| list(std::slice::from_ref(one));
    match command {
        PaymentMethodCommand::List(ListArguments { customer, management }) => {
            management.call(async |api| api.payment_methods(customer).await, |all| list(all))
        }
        PaymentMethodCommand::Add(AddArguments { number, customer, group, user, management }) => {
            let new = NewPaymentMethod { number: number.clone(), group: *group, user: *user };
            management.call(async |api| api.add_payment_method(customer, &new).await, show)
        }
        PaymentMethodCommand::Remove(RemoveArguments { id, customer, management }) => {
            management.call(async |api| api.remove_payment_method(customer, *id).await, show)
        }
    }
}

fn list(methods: &[PaymentMethod]) -> String {
    if methods.is_empty() {
        return "There are no payment methods.".to_owned();
    }
    let row = |method: &PaymentMethod| {
        let account = match (method.group, method.user) {
            (Some(group), _) => format!("group {group}"),
            (None, Some(user)) => format!("user {user}"),
            (None, None) => "company".to_owned(),
        };
        [method.id.to_string(), method.kind.clone(), method.label.clone(), account]
    };
    output::table(["ID", "KIND", "NAME", "ACCOUNT"], methods.iter().map(row))
}
