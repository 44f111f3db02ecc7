//! `freischalt sandbox`: the marketplace to play with, also started without any command.

use std::{net::IpAddr, path::PathBuf};

use clap::Args;

use crate::failure::Failure;

/// How to start the sandbox.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sandbox")]
pub(crate) struct SandboxArguments {
    /// Port of the marketplace; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub(crate) port: u16,
    /// Port of the management API; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub(crate) management_port: u16,
    /// Port of the demo provider; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 8082)]
    pub(crate) demo_port: u16,
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub(crate) bind: IpAddr,
    /// Folder to keep data in; a second start carries on
    #[arg(long, value_name = "DIR", default_value = "./freischalt-data")]
    pub(crate) data: PathBuf,
    /// Keep nothing: a fresh sandbox that is gone when it stops
    #[arg(long, conflicts_with = "data")]
    pub(crate) ephemeral: bool,
    /// Print one line of JSON with the addresses once it is ready, and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs the sandbox until it is told to stop.
pub(crate) fn run(arguments: &SandboxArguments) -> Result<(), Failure> {
    let _ = arguments;
    Err(Failure::NotWired("sandbox"))
}
