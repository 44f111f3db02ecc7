//! A marketplace whose store is in memory. It has to be filled by the process that serves it.

use std::future::pending;

use anyhow::{Context, Result};
use freischalt_protocol::{Secret, seal::MasterKey};
use freischalt_server::{Config, Mode, Server};
use freischalt_store::Location;

use crate::{echo::announce, fill};

/// Fills the store, says its address in a line of JSON, and serves until it is killed. Logs as the
/// real server does: as JSON on standard error.
pub fn run(plan: &fill::Plan) -> Result<()> {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .with_writer(std::io::stderr)
        .json()
        .flatten_event(true)
        .try_init()
        .map_err(anyhow::Error::from_boxed)?;
    let key = MasterKey::new([7; 32]);
    let any = "127.0.0.1:0".parse().context("an address")?;
    let config = Config {
        mode: Mode::Production,
        management_token: Some(Secret::new("0".repeat(32))),
        ..Config::sandbox(any, any, Location::Memory, key.clone())
    };
    tokio::runtime::Runtime::new()?.block_on(async {
        let server = Server::bind(config).await?;
        fill::fill(server.store(), &key, plan).await?;
        announce(server.marketplace_addr()?)?;
        Ok(server.run(pending()).await?)
    })
}
