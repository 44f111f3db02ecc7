//! The command line: which commands there are and how `--help` presents them. The arguments of a
//! command stand beside the command itself.

use clap::{Args, Parser, Subcommand};

use crate::{
    commands::{
        activation, clock, completions, customer, delivery, doctor, error, explain, gateway, order,
        payment_method, provider, record, requests, right, sandbox, serve, service, sign, store,
        subscription, transaction, unlock, verify,
    },
    failure::EXIT_CODES,
};

const EXAMPLES: &str = "\
Try it:
  freischalt                              start the sandbox
  freischalt --port 0 --ephemeral --json  for CI: a free port, nothing is kept

Your own provider:
  freischalt provider add --name \"My service\" \\
      --activation-url http://localhost:3000/activate
  freischalt activation start --provider my-service --customer musterimmo

Without a browser:
  freischalt activation start --provider demo --customer musterimmo --json \\
      > started.json
  freischalt unlock --api http://127.0.0.1:8080 --from-activation started.json
  freischalt clock advance 2h

When something does not work:
  freischalt verify url --secret-file secret.txt 'https://provider.example/…'
  freischalt explain request body.json --key-file key.txt
  freischalt doctor http://localhost:3000/activate --secret-file secret.txt
  freischalt requests --failed
  freischalt error 137
";

/// Where a server's data is, as every command reads it that has to do with that data.
#[derive(Clone, Debug, Args)]
pub(crate) struct StoreOption {
    /// Where the data is, instead of what configuration or folder say: the URL of a PostgreSQL
    /// database, or the path of a SQLite one. A URL with a password is safer in the environment
    #[arg(long, value_name = "URL", env = "FREISCHALT_STORE", hide_env_values = true)]
    store: Option<String>,
}

impl StoreOption {
    pub(crate) fn named(&self) -> Option<&str> {
        self.store.as_deref()
    }
}

/// An open marketplace server, wire-compatible with the onOffice Marketplace protocol. Without a
/// command it starts the sandbox.
#[derive(Debug, Parser)]
#[command(
    name = "freischalt",
    version,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    after_help = format!("{EXAMPLES}\n{EXIT_CODES}"),
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// How to start the sandbox if there is no command.
    #[command(flatten)]
    pub(crate) sandbox: sandbox::SandboxArguments,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a marketplace to play with: seeded, with a demo provider that works
    Sandbox(sandbox::SandboxArguments),
    /// Start a marketplace for real, configured by a file
    Serve(serve::ServeArguments),
    /// Run a provider's side as a service: activation, sessions, calls, orders and events for an app
    /// in any language
    Gateway(gateway::GatewayArguments),
    /// Move an installation between SQLite and PostgreSQL
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Copy the database into a file, while the server goes on
    Backup(store::BackupArguments),
    /// Put a backup in the place of a database that was moved away
    Restore(store::RestoreArguments),
    /// Register and show providers
    #[command(subcommand)]
    Provider(provider::ProviderCommand),
    /// Register and show customers
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Start, show and block activations
    #[command(subcommand)]
    Activation(activation::ActivationCommand),
    /// Open a service as a user does: its signed URL
    #[command(subcommand)]
    Service(service::ServiceCommand),
    /// Place and pay orders without a browser, and show them
    #[command(subcommand)]
    Order(order::OrderCommand),
    /// Cards and accounts that a customer has stored to pay with
    #[command(subcommand)]
    PaymentMethod(payment_method::PaymentMethodCommand),
    /// What a provider was paid, refunds, and links for extra costs
    #[command(subcommand)]
    Transaction(transaction::TransactionCommand),
    /// The subscriptions of a provider, and their cancellation
    #[command(subcommand)]
    Subscription(subscription::SubscriptionCommand),
    /// Calls to providers' servers, and trying them again
    #[command(subcommand)]
    Deliveries(delivery::DeliveryCommand),
    /// Properties, addresses and appointments of a customer
    #[command(subcommand)]
    Record(record::RecordCommand),
    /// Who in a customer may use a provider, one by one
    #[command(subcommand)]
    Right(right::RightCommand),
    /// Show and set the clock of a sandbox
    #[command(subcommand)]
    Clock(clock::ClockCommand),
    /// Show the actions the server answered, and why some failed
    Requests(requests::RequestsArguments),
    /// Sign a URL or an order with a provider secret
    #[command(subcommand)]
    Sign(sign::SignCommand),
    /// Check the signature of a URL or an order
    #[command(subcommand)]
    Verify(verify::VerifyCommand),
    /// Attack a provider's endpoints, playing the marketplace, and grade them
    Doctor(Box<doctor::DoctorArguments>),
    /// Say which step of a wrong signature differs, and which idiom in which language causes it
    #[command(subcommand)]
    Explain(explain::ExplainCommand),
    /// Make the call that activates a provider, against any server
    Unlock(unlock::UnlockArguments),
    /// Explain an error code, or search the codes
    Error(error::ErrorArguments),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArguments),
}

/// Whether a script reads the output.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Format {
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Help is wrapped at the terminal's width, which would tear commands to be copied apart.
    #[test]
    fn examples_fit_a_terminal_of_80_columns() {
        fn check(command: &clap::Command) {
            let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for line in text.lines() {
                let length = line.chars().count();
                assert!(length <= 79, "{}: {length} characters: {line}", command.get_name());
            }
            command.get_subcommands().for_each(check);
        }
        check(&Arguments::command());
    }
}
