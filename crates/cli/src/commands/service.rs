//! `freischalt service`: open a service without a browser.

use clap::{Args, Subcommand, ValueEnum};
use freischalt_client::management::{Launched, NewLaunch};

use super::management::ManagementArguments;
use crate::{failure::Failure, output};

/// What to do with services.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Open a service as a user does: its signed URL, with a fresh claim
    Open(OpenArguments),
}

/// The service to open.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Example:
  freischalt service open --provider demo --customer musterimmo \\
      --from files --record 11 --image 101 --json")]
pub(crate) struct OpenArguments {
    /// Slug of the provider
    #[arg(long, value_name = "SLUG")]
    provider: String,
    /// Slug of the customer
    #[arg(long, value_name = "SLUG")]
    customer: String,
    /// Slug of the service; the provider's first one by default
    #[arg(long, value_name = "SLUG")]
    service: Option<String>,
    /// The user who opens it; the one who activated the provider by default
    #[arg(long, value_name = "ID")]
    user: Option<i64>,
    /// Where it is opened
    #[arg(long, default_value = "menu")]
    from: Place,
    /// A record that is selected; may be repeated
    #[arg(long = "record", value_name = "ID")]
    records: Vec<i64>,
    /// A picture that is selected; may be repeated
    #[arg(long = "image", value_name = "ID")]
    images: Vec<i64>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Where a service is opened.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Place {
    /// The menu
    Menu,
    /// The action bar of properties
    Estates,
    /// The action bar of addresses
    Addresses,
    /// The files of a property
    Files,
    /// The calendar
    Calendar,
}

/// Runs the command.
pub(crate) fn run(command: &ServiceCommand) -> Result<(), Failure> {
    let ServiceCommand::Open(arguments) = command;
    let new = NewLaunch {
        customer: arguments.customer.clone(),
        provider: arguments.provider.clone(),
        service: arguments.service.clone(),
        user: arguments.user,
        from: match arguments.from {
            Place::Menu => "menu",
            Place::Estates => "estates",
            Place::Addresses => "addresses",
            Place::Files => "files",
            Place::Calendar => "calendar",
        }
        .to_owned(),
        records: arguments.records.clone(),
        images: arguments.images.clone(),
    };
    arguments.management.call(async |api| api.launch_service(&new).await, show)
}

fn show(launched: &Launched) -> String {
    let mut details = output::Details::default();
    details
        .add("user", &launched.user)
        .add("parameter cache id", &launched.parameter_cache_id)
        .add("API claim", launched.api_claim.expose())
        .add("service URL", launched.service_url.expose());
    details.lines()
}
