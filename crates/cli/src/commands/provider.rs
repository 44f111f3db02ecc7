//! `freischalt provider`: register and show providers.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use freischalt_client::management::{NewProvider, NewService, Provider, ProviderChange};

use super::management::ManagementArguments;
use crate::{
    failure::Failure,
    input::{self, InputError},
    output,
};

/// What to do with providers.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ProviderCommand {
    /// Register a provider and print its secret, once
    Add(AddArguments),
    /// List all providers
    List(ManagementArguments),
    /// Show one provider
    Show(ShowArguments),
    /// Change how a provider sells
    Set(SetArguments),
}

/// The provider to register.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  freischalt provider add --name \"My service\" \\
      --activation-url http://localhost:3000/activate
  freischalt provider add --name Tours --secret-file secret.txt \\
      --activation-url https://tours.example/activate \\
      --service \"Tour=window=https://tours.example/tour\"")]
pub(crate) struct AddArguments {
    /// Name that people see
    #[arg(long)]
    name: String,
    /// Where the activation iframe is loaded from
    #[arg(long, value_name = "URL")]
    activation_url: String,
    /// Short name for URLs and commands; made from the name by default
    #[arg(long)]
    slug: Option<String>,
    /// Sign a port in its URLs as well: one version of the vendor's sample verifier wants that
    #[arg(long)]
    keep_port: bool,
    /// A service it offers: its name, its kind (window or webhook) and its URL; may be repeated
    #[arg(long = "service", value_name = "NAME=KIND=URL", value_parser = parse_service)]
    services: Vec<NewService>,
    /// JSON file with a list of services and all that is agreed about them, as in POST
    /// /v1/providers
    #[arg(long, value_name = "FILE", conflicts_with = "services")]
    services_file: Option<PathBuf>,
    /// File with the provider secret to use; one is made up by default
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// The provider to show.
#[derive(Clone, Debug, Args)]
pub(crate) struct ShowArguments {
    /// Its slug
    slug: String,
    #[command(flatten)]
    management: ManagementArguments,
}

/// What to change about how a provider sells.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  freischalt provider set demo --settle-directly on
  freischalt provider set demo --notify-results on --settle-directly off
  freischalt provider set demo --accepts cards")]
pub(crate) struct SetArguments {
    /// Its slug
    slug: String,
    /// Record orders of regular customers without payment
    #[arg(
        long,
        value_name = "SWITCH",
        required_unless_present_any = ["notify_results", "accepts", "client"]
    )]
    settle_directly: Option<Switch>,
    /// Tell results of orders from server to server, too
    #[arg(long, value_name = "SWITCH")]
    notify_results: Option<Switch>,
    /// Take these payment methods, from the next payment on
    #[arg(long, value_name = "METHODS")]
    accepts: Option<Accepts>,
    /// Slug of the customer that becomes its own client: whose administrators see what it has
    /// sold, and whose API users make refunds and payment links
    #[arg(long, value_name = "SLUG")]
    client: Option<String>,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Payment methods that a provider takes.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Accepts {
    /// Cards and direct debit
    All,
    /// Cards
    Cards,
    /// SEPA direct debit
    DirectDebit,
}

impl Accepts {
    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Cards => "cards",
            Self::DirectDebit => "directDebit",
        }
    }
}

/// The position of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl Switch {
    const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

/// Runs one of the commands.
pub(crate) fn run(command: &ProviderCommand) -> Result<(), Failure> {
    match command {
        ProviderCommand::Add(arguments) => add(arguments),
        ProviderCommand::List(management) => {
            management.call(async |api| api.providers().await, |providers| list(providers))
        }
        ProviderCommand::Show(ShowArguments { slug, management }) => {
            management.call(async |api| api.provider(slug).await, show)
        }
        ProviderCommand::Set(arguments) => set(arguments),
    }
}

fn add(arguments: &AddArguments) -> Result<(), Failure> {
    let file = arguments.secret_file.as_deref();
    let new = NewProvider {
        slug: arguments.slug.clone().unwrap_or_else(|| slug_of(&arguments.name)),
        name: arguments.name.clone(),
        activation_url: arguments.activation_url.clone(),
        keep_port: arguments.keep_port,
        services: match &arguments.services_file {
            Some(path) => read_services(path)?,
            None => arguments.services.clone(),
        },
        secret: file.map(|path| input::secret_file(path, "the provider secret")).transpose()?,
    };
    arguments.management.call(async |api| api.add_provider(&new).await, added)
}

fn read_services(path: &Path) -> Result<Vec<NewService>, Failure> {
    let text = input::read(Some(path))?;
    serde_json::from_slice(&text).map_err(|cause| {
        let place = input::place(Some(path));
        InputError::Document { place, expected: "a JSON list of services", cause }.into()
    })
}

fn set(arguments: &SetArguments) -> Result<(), Failure> {
    let change = ProviderChange {
        settle_directly: arguments.settle_directly.map(Switch::is_on),
        notify_results: arguments.notify_results.map(Switch::is_on),
        accepted: arguments.accepts.map(|accepts| accepts.word().to_owned()),
        client: arguments.client.clone(),
    };
    let slug = &arguments.slug;
    arguments.management.call(async |api| api.change_provider(slug, &change).await, show)
}

fn added(provider: &Provider) -> String {
    let secret = provider.secret.as_ref().map_or("", |secret| secret.expose());
    format!(
        "{}\n{}\nKeep the secret now: it is not shown again. It signs and verifies URLs and orders.",
        show(provider),
        output::bold(&format!("provider secret  {secret}")),
    )
}

fn list(providers: &[Provider]) -> String {
    if providers.is_empty() {
        return "There are no providers. `freischalt provider add` registers one.".to_owned();
    }
    let row = |provider: &Provider| {
        let services = provider.services.len().to_string();
        [provider.slug.clone(), provider.name.clone(), services, provider.activation_url.clone()]
    };
    output::table(["SLUG", "NAME", "SERVICES", "ACTIVATION URL"], providers.iter().map(row))
}

fn show(provider: &Provider) -> String {
    let mut details = output::Details::default();
    details
        .add("slug", &provider.slug)
        .add("name", &provider.name)
        .add("activation URL", &provider.activation_url);
    for service in &provider.services {
        details.add("service", format!("{} ({}) {}", service.name, service.kind, service.url));
    }
    let switch = |on: bool| if on { "on" } else { "off" };
    details
        .add("settle directly", switch(provider.settle_directly))
        .add("notify results", switch(provider.notify_results))
        .add("accepts", &provider.accepted)
        .add_some("own client", provider.client.as_ref());
    details.lines()
}

/// `Größe & Co. KG` becomes `groesse-co-kg`.
fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.trim_end_matches('-').to_owned()
}

fn parse_service(text: &str) -> Result<NewService, String> {
    let mut parts = text.splitn(3, '=');
    let parts = (parts.next(), parts.next(), parts.next());
    let (Some(name), Some(kind), Some(url)) = parts else {
        return Err("expected NAME=KIND=URL, such as Tour=window=https://tours.example/tour".into());
    };
    if name.is_empty() || url.is_empty() {
        return Err("neither the name nor the URL of a service may be empty".into());
    }
    if !matches!(kind, "window" | "webhook") {
        return Err(format!("`{kind}` is no kind of service; expected window or webhook"));
    }
    let agreed = serde_json::Map::new();
    Ok(NewService { name: name.into(), kind: kind.into(), url: url.into(), agreed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_made_from_names() {
        assert_eq!(slug_of("My service"), "my-service");
        assert_eq!(slug_of("  Größe & Co. KG!"), "groesse-co-kg");
        assert_eq!(slug_of("360°-Rundgang"), "360-rundgang");
    }

    #[test]
    fn services_keep_the_equals_signs_of_their_url() {
        let service = parse_service("Tour=window=https://h/?a=b").unwrap();
        assert_eq!(service.url, "https://h/?a=b");
        for wrong in
            ["Tour", "Tour=window", "Tour=popup=https://h", "=window=https://h", "a=window="]
        {
            assert!(parse_service(wrong).is_err(), "{wrong}");
        }
    }
}
