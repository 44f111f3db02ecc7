//! `freischalt sandbox`: the marketplace to play with, also started without any command.

mod addresses;
mod demo;

use std::{
    future::pending,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    thread,
};

use clap::Args;
use freischalt_gateway::Keys;
use freischalt_server::{Config, Server, config, reachable, seeds};
use serde::Serialize;
use tokio::sync::oneshot;

pub(crate) use self::addresses::NameNeeded;
use self::addresses::{Addresses, PublicUrl};
use crate::{
    failure::Failure,
    logging,
    output::{self, Details},
    runtime, signals,
};

const EXAMPLES: &str = "\
Examples:
  freischalt sandbox --data ~/marketplace
  freischalt sandbox --port 0 --management-port 0 --ephemeral --json
  freischalt sandbox --bind 0.0.0.0 --public-url http://machine.example:8080
  freischalt sandbox --policy claim_required=false --policy claim_lifetime=600

The switches of the rules are listed in docs/configuration.md.";

/// How to start the sandbox.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sandbox", after_help = EXAMPLES)]
pub(crate) struct SandboxArguments {
    /// Port of the marketplace; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub(crate) port: u16,
    /// Port of the management API; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub(crate) management_port: u16,
    /// Port of the demo provider; 0 takes any free one [default: 8082, or any free one]
    #[arg(long, value_name = "PORT")]
    pub(crate) demo_port: Option<u16>,
    /// Port of the demo provider that is a webhook; 0 takes any free one [default: 8083, or any free
    /// one]
    #[arg(long, value_name = "PORT")]
    pub(crate) demo_webhook_port: Option<u16>,
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub(crate) bind: IpAddr,
    /// Where browsers reach it, if that is not the address it listens on: through a mapped port, from
    /// another machine, in a workspace. {port} in it stands for the port of the marketplace and of
    /// each demo provider, as in https://{port}-box.workspace.example
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<PublicUrl>,
    /// Folder to keep data in; a second start carries on
    #[arg(long, value_name = "DIR", default_value = "./freischalt-data")]
    pub(crate) data: PathBuf,
    /// Keep data in a PostgreSQL database instead of a file; the encryption key stays in the folder
    #[arg(
        long,
        value_name = "URL",
        env = "FREISCHALT_STORE",
        hide_env_values = true,
        conflicts_with = "ephemeral"
    )]
    pub(crate) store: Option<String>,
    /// Keep nothing: a fresh sandbox that is gone when it stops
    #[arg(long, conflicts_with = "data")]
    pub(crate) ephemeral: bool,
    /// Change a switch of the rules, such as claim_required=false; can be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) policy: Vec<String>,
    /// Print one line of JSON with the addresses once it is ready, and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs the sandbox until it is told to stop.
pub(crate) fn run(arguments: &SandboxArguments) -> Result<(), Failure> {
    let log = logging::start(logging::Format::People)?;
    let policy = config::policy_from_settings(&arguments.policy)?;
    // Sandboxes on one PostgreSQL database may share the folder: it holds nothing but the key.
    let own_folder = !arguments.ephemeral && arguments.store.is_none();
    let _lock = own_folder.then(|| config::FolderLock::take(&arguments.data)).transpose()?;
    let (location, key) = if arguments.ephemeral {
        config::sandbox_in_memory()?
    } else {
        config::sandbox_location(&arguments.data, arguments.store.as_deref())?
    };
    let addresses = Addresses::of(arguments.bind, arguments.public_url.as_ref())?;
    let address = |port| SocketAddr::new(arguments.bind, port);
    let keys = Keys { current: key.clone(), previous: Vec::new() };
    let config = Config {
        policy,
        public_url: addresses.marketplace.clone(),
        dropped_log_lines: config::DroppedLogLines(log.dropped()),
        ..Config::sandbox(
            address(arguments.port),
            address(arguments.management_port),
            location,
            key,
        )
    };
    runtime::serve(serve(arguments, &addresses, config, keys))
}

async fn serve(
    arguments: &SandboxArguments,
    addresses: &Addresses,
    config: Config,
    keys: Keys,
) -> Result<(), Failure> {
    let stop = signals::stop()?;
    let server = Server::bind(config).await?;
    seeds::ensure(server.store()).await?;
    let stage = demo::Stage { arguments, addresses, server: &server, keys };
    let shop = stage.shop().await?;
    let webhook = stage.webhook().await?;
    let management = server
        .management_addr()
        .map_err(|cause| Failure::System { what: "the management address is unknown", cause })?;
    let ready = Ready {
        marketplace: server.public_url().to_owned(),
        management: format!("http://{}", reachable(management)),
        demo_provider: shop.public_origin().to_owned(),
        demo_webhook: webhook.public_origin().to_owned(),
    };
    // Said on a thread of its own: a terminal that is held, or a pipe that nobody reads, keeps nobody
    // from being served.
    let announced = say(match arguments.json {
        true => output::json(&ready)?,
        false => banner(arguments, addresses, &ready),
    });
    let served = async {
        let ((), shop, webhook) = tokio::join!(
            server.run(stop.clone().wait()),
            shop.run(stop.clone()),
            webhook.run(stop)
        );
        shop.and(webhook)
    };
    tokio::select! {
        served = served => served,
        failure = failed(announced) => Err(failure),
    }
}

/// Writes it on a thread of its own.
fn say(text: String) -> oneshot::Receiver<Result<(), Failure>> {
    let (said, is_said) = oneshot::channel();
    thread::spawn(move || said.send(output::print(&text)));
    is_said
}

/// Completes only if something could not be said.
async fn failed(said: oneshot::Receiver<Result<(), Failure>>) -> Failure {
    match said.await {
        Ok(Err(failure)) => failure,
        _ => pending().await,
    }
}

/// Where everything is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    marketplace: String,
    management: String,
    demo_provider: String,
    demo_webhook: String,
}

fn banner(arguments: &SandboxArguments, addresses: &Addresses, ready: &Ready) -> String {
    let Ready { marketplace, management, demo_provider, demo_webhook } = ready;
    let own_provider = addresses.own_provider;
    let mut places = Details::default();
    places
        .add("Marketplace", output::bold(marketplace))
        .add("API", format!("{marketplace}/api/stable/api.php"))
        .add("Management", format!("{management}  {}", output::dim("open, no token needed")))
        .add("Demo providers", format!("{demo_provider}  {demo_webhook}"))
        .add("Data", data(arguments));
    let option = if management.ends_with(":8081") {
        String::new()
    } else {
        format!(" \\\n      --management {management}")
    };
    format!(
        "\n{}\n\n{}\n\
         {}\n  \
         1. Open {marketplace} and choose Anna Albrecht, an administrator.\n  \
         2. Open Grundrisswerk and activate it. No password is needed anywhere.\n\n\
         {}\n  \
         freischalt activation start --provider demo --customer musterimmo --json{option}\n\n\
         {}\n  \
         freischalt provider add --name \"My service\" \\\n      \
         --activation-url {own_provider}:3000/activate{option}\n\n\
         {}\n",
        output::good("The sandbox is ready."),
        places.lines(),
        output::bold("In the browser"),
        output::bold("Without a browser"),
        output::bold("With your own provider"),
        output::dim("Ctrl-C stops it."),
    )
}

fn data(arguments: &SandboxArguments) -> String {
    if arguments.ephemeral {
        return "kept in memory, gone when the sandbox stops".to_owned();
    }
    if arguments.store.is_some() {
        let kept = "in the database that --store names, its key in";
        return format!("{kept} {}", arguments.data.display());
    }
    format!("{}  {}", arguments.data.display(), output::dim("a second start carries on"))
}
