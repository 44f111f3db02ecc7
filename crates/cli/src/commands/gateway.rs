//! `freischalt gateway`: the provider's side as a service, for an app in any language.

use std::path::PathBuf;

use clap::Args;
use freischalt_gateway::{Control, Gateway, GatewayConfig, GatewayError, read_file};
use tokio::signal::unix::{SignalKind, signal};

use crate::{failure::Failure, logging, output, runtime, secrecy, signals};

/// How to start the gateway.
#[derive(Clone, Debug, Args)]
pub(crate) struct GatewayArguments {
    /// The configuration (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Only check the configuration and the files it names
    #[arg(long)]
    pub(crate) check: bool,
}

/// Runs the gateway until it is told to stop.
pub(crate) fn run(arguments: &GatewayArguments) -> Result<(), Failure> {
    let config = read_file(&arguments.config)?;
    if arguments.check {
        config.check().map_err(GatewayError::from)?;
        return output::print("The configuration is fine.");
    }
    secrecy::keep();
    let log = logging::start(logging::Format::Machines)?;
    let config = GatewayConfig { dropped_log_lines: log.dropped(), ..config };
    runtime::serve(serve(arguments, config))
}

async fn serve(arguments: &GatewayArguments, config: GatewayConfig) -> Result<(), Failure> {
    let stop = signals::stop()?;
    let gateway = Gateway::bind(config).await?;
    tokio::spawn(reload(arguments.config.clone(), gateway.control())?);
    tracing::info!(
        gateway = %gateway.local_addr(),
        app = gateway.app_addr().map(tracing::field::display),
        activation_url = %gateway.activation_url(),
        "ready"
    );
    gateway.run(stop.wait()).await;
    tracing::info!("stopped, everything accepted is finished");
    Ok(())
}

/// On SIGHUP reads the secrets and keys again, between two requests: nothing is refused meanwhile.
fn reload(
    path: PathBuf,
    control: Control,
) -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let failed = |cause| Failure::System { what: "signals cannot be received", cause };
    let mut hangup = signal(SignalKind::hangup()).map_err(failed)?;
    Ok(async move {
        while hangup.recv().await.is_some() {
            let config = match read_file(&path) {
                Ok(config) => config,
                Err(error) => {
                    tracing::error!(%error, "the configuration was not reloaded");
                    continue;
                }
            };
            match control.replace_secrets(config.provider_secret, config.other_secrets) {
                Ok(()) => tracing::info!("provider secrets reloaded"),
                Err(error) => tracing::error!(%error, "provider secrets were not reloaded"),
            }
            if let Some(keys) = &config.keys {
                report(control.replace_keys(keys).await);
            }
        }
    })
}

fn report(resealed: Result<u64, freischalt_gateway::ResealError>) {
    match resealed {
        Ok(0) => {}
        Ok(values) => tracing::info!(values, "sealed again under the current key"),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "the store was not sealed again");
        }
    }
}
