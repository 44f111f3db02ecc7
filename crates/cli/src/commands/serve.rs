//! `freischalt serve`: the marketplace for real.

use std::path::PathBuf;

use clap::Args;
use freischalt_server::{Config, Server, config};

use crate::{arguments::StoreOption, failure::Failure, logging, runtime, secrecy, signals};

/// How to start the server.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  freischalt store create --config /etc/freischalt/freischalt.toml   # once
  freischalt serve --config /etc/freischalt/freischalt.toml

The least that the file holds:
  [server]
  bind = \"127.0.0.1:8080\"
  public_url = \"https://marketplace.example.com\"
  [management]
  bind = \"127.0.0.1:8081\"
  token_file = \"management.token\"      # at least 32 characters, mode 600
  [store]
  path = \"freischalt.db\"
  encryption_key_file = \"store.key\"    # 64 hexadecimal digits, mode 600

Every setting: docs/configuration.md. From there to a running server:
docs/production.md.")]
pub(crate) struct ServeArguments {
    /// The configuration (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    #[command(flatten)]
    pub(crate) store: StoreOption,
}

/// Runs the server until it is told to stop.
pub(crate) fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let config = config::read_file(&arguments.config, arguments.store.named())?;
    secrecy::keep();
    let log = logging::start(logging::Format::Machines)?;
    let config = Config { dropped_log_lines: config::DroppedLogLines(log.dropped()), ..config };
    runtime::serve(serve(config))
}

async fn serve(config: Config) -> Result<(), Failure> {
    let stop = signals::stop()?;
    let server = Server::bind(config).await.map_err(Failure::of_configured_server)?;
    tracing::info!(
        marketplace = server.marketplace_addr().ok().map(tracing::field::display),
        management = server.management_addr().ok().map(tracing::field::display),
        public_url = server.public_url(),
        "ready"
    );
    server.run(stop.wait()).await;
    tracing::info!("stopped, everything accepted is finished");
    Ok(())
}
