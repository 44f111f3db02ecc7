//! `freischalt serve`: the marketplace for real.

use std::path::PathBuf;

use clap::Args;
use freischalt_server::{Config, Server, config};

use crate::{failure::Failure, logging, runtime, signals};

/// How to start the server.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServeArguments {
    /// The configuration (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Where the data is, instead of what the configuration says: the URL of a PostgreSQL database,
    /// or the path of a SQLite one. A URL with a password is safer in the environment
    #[arg(long, value_name = "URL", env = "FREISCHALT_STORE", hide_env_values = true)]
    pub(crate) store: Option<String>,
}

/// Runs the server until it is told to stop.
pub(crate) fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let config = config::read_file(&arguments.config, arguments.store.as_deref())?;
    let _traces = logging::start(logging::Format::Machines)?;
    runtime::servers()?.block_on(serve(config))
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
    server.run(stop.wait()).await?;
    tracing::info!("stopped, everything accepted is finished");
    Ok(())
}
