//! A marketplace whose store is in memory. It has to be filled by the process that serves it.

use std::future::pending;

use anyhow::{Context, Result};
use freischalt_log::Lines;
use freischalt_protocol::{Secret, seal::MasterKey};
use freischalt_server::{ACTIVATION_SPANS, Config, Mode, Server, event_loop_threads};
use freischalt_store::Location;
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, filter_fn},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{echo::announce, fill};

/// Fills the store, says its address in a line of JSON, and serves until it is killed. Logs as the
/// real server does: as JSON on standard error.
pub fn run(plan: &fill::Plan) -> Result<()> {
    let (lines, _rest) = Lines::to(std::io::stderr());
    let is_logged = filter_fn(|event| {
        event.target() != ACTIVATION_SPANS && *event.level() <= LevelFilter::INFO
    });
    let log = freischalt_log::json(lines).with_filter(is_logged);
    tracing_subscriber::registry().with(log).try_init()?;
    let key = MasterKey::new([7; 32]);
    let any = "127.0.0.1:0".parse().context("an address")?;
    let config = Config {
        mode: Mode::Production,
        management_token: Some(Secret::new("0".repeat(32))),
        ..Config::sandbox(any, any, Location::Memory, key.clone())
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(event_loop_threads())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let server = Server::bind(config).await?;
        fill::fill(server.store(), &key, plan).await?;
        announce(server.marketplace_addr()?)?;
        server.run(pending()).await;
        Ok(())
    })
}
