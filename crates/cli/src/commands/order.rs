//! `freischalt order`: place and pay orders without a browser, and show them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use freischalt_client::management::{NewOrder, Order, Payment};

use super::management::ManagementArguments;
use crate::{failure::Failure, input, output};

/// What to do with orders.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum OrderCommand {
    /// Place a signed order, as the page of a service window does
    Place(PlaceArguments),
    /// Pay an order with a card of the test bank or a stored method
    Pay(PayArguments),
    /// Answer on the bank's page, where a card wants that
    Bank(BankArguments),
    /// Close an order without paying
    GiveUp(OneArguments),
    /// List orders, the newest first
    List(ListArguments),
    /// Show one order with its transactions and its signed callback URL
    Show(OneArguments),
}

/// The order to place.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Example, with the provider's secret in FREISCHALT_PROVIDER_SECRET:
  freischalt service open --provider demo --customer musterimmo --json
  freischalt sign order order.json > signed.json
  freischalt order place --provider demo --customer musterimmo signed.json
  freischalt order pay ID --number 4000000000000010 --json")]
pub(crate) struct PlaceArguments {
    /// Slug of the provider
    #[arg(long, value_name = "SLUG")]
    provider: String,
    /// Slug of the customer
    #[arg(long, value_name = "SLUG")]
    customer: String,
    /// The user who opened the service; the one who activated the provider by default
    #[arg(long, value_name = "ID")]
    user: Option<i64>,
    /// File with the signed order; standard input by default, as with `-`
    file: Option<PathBuf>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// How to pay which order.
#[derive(Clone, Debug, Args)]
pub(crate) struct PayArguments {
    /// Its id
    id: String,
    /// A card or account number of the test bank; docs/test-bank.md lists them
    #[arg(long, required_unless_present = "method", conflicts_with = "method")]
    number: Option<String>,
    /// A stored payment method of the buyer's account
    #[arg(long, value_name = "ID")]
    method: Option<i64>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// What to answer the bank.
#[derive(Clone, Debug, Args)]
pub(crate) struct BankArguments {
    /// The order's id
    id: String,
    /// The answer
    answer: BankAnswer,
    #[command(flatten)]
    management: ManagementArguments,
}

/// An answer on the bank's page.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum BankAnswer {
    /// The payment is confirmed
    Confirm,
    /// The confirmation goes wrong
    Fail,
    /// The page is left
    Leave,
}

/// Which orders to list.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArguments {
    /// Only those from this provider
    #[arg(long, value_name = "SLUG")]
    provider: Option<String>,
    /// Only those of this customer
    #[arg(long, value_name = "SLUG")]
    customer: Option<String>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Which order.
#[derive(Clone, Debug, Args)]
pub(crate) struct OneArguments {
    /// Its id
    id: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Runs one of the commands.
pub(crate) fn run(command: &OrderCommand) -> Result<(), Failure> {
    match command {
        OrderCommand::Place(arguments) => {
            let new = NewOrder {
                customer: arguments.customer.clone(),
                provider: arguments.provider.clone(),
                user: arguments.user,
                order: String::from_utf8_lossy(&input::read(arguments.file.as_deref())?)
                    .into_owned(),
            };
            arguments.management.call(async |api| api.place_order(&new).await, show)
        }
        OrderCommand::Pay(PayArguments { id, number, method, management }) => {
            let payment = match (number, method) {
                (_, Some(method)) => Payment::Method(*method),
                (number, None) => Payment::Number(number.clone().unwrap_or_default()),
            };
            management.call(async |api| api.pay_order(id, &payment).await, show)
        }
        OrderCommand::Bank(BankArguments { id, answer, management }) => {
            let answer = match answer {
                BankAnswer::Confirm => "confirm",
                BankAnswer::Fail => "fail",
                BankAnswer::Leave => "leave",
            };
            management.call(async |api| api.answer_bank(id, answer).await, show)
        }
        OrderCommand::GiveUp(OneArguments { id, management }) => {
            management.call(async |api| api.give_order_up(id).await, show)
        }
        OrderCommand::List(ListArguments { provider, customer, management }) => management.call(
            async |api| api.orders(customer.as_deref(), provider.as_deref()).await,
            |orders| list(orders),
        ),
        OrderCommand::Show(OneArguments { id, management }) => {
            management.call(async |api| api.order(id).await, show)
        }
    }
}

fn list(orders: &[Order]) -> String {
    if orders.is_empty() {
        return "There are no such orders. `freischalt order place` places one.".into();
    }
    let row = |order: &Order| {
        [
            order.id.clone(),
            order.state.clone(),
            order.amount.clone(),
            order.title.clone(),
            order.provider.clone(),
            order.customer.clone(),
        ]
    };
    output::table(["ID", "STATE", "AMOUNT", "WHAT", "PROVIDER", "CUSTOMER"], orders.iter().map(row))
}

fn show(order: &Order) -> String {
    let next = order.next.as_deref().map(|next| match next {
        "pay" => "`freischalt order pay`".to_owned(),
        "answerBank" => "`freischalt order bank`".to_owned(),
        "wait" => "the bank says more later; `freischalt clock advance`".to_owned(),
        other => other.to_owned(),
    });
    let mut details = output::Details::default();
    details
        .add("order", &order.id)
        .add("state", &order.state)
        .add("what", &order.title)
        .add("amount", format!("{} EUR", order.amount))
        .add("provider", &order.provider)
        .add("customer", &order.customer)
        .add_some("placed", order.placed_at.as_ref())
        .add_some("next", next.as_ref())
        .add_some("callback URL", order.callback_url.as_ref());
    if let Some(subscription) = &order.subscription {
        let due = subscription.next_due.as_deref().unwrap_or("never");
        let text = format!("{}: {} EUR, next {due}", subscription.id, subscription.monthly);
        details.add("subscription", text);
    }
    if order.transactions.is_empty() {
        return details.lines();
    }
    let rows = order.transactions.iter().map(|one| {
        let reason = one.reason.clone().unwrap_or_default();
        [one.id.clone(), one.kind.clone(), one.amount.clone(), one.state.clone(), reason]
    });
    let header = ["TRANSACTION", "KIND", "AMOUNT", "STATE", "REASON"];
    format!("{}\n{}", details.lines(), output::table(header, rows))
}
