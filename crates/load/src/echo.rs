//! The same framework with nothing behind it: what HTTP alone allows on this machine.

use std::net::SocketAddr;

use anyhow::Result;
use axum::{Router, body::Bytes, routing::post};
use tokio::net::TcpListener;

/// Serves until it is killed; says its address in a line of JSON.
pub fn run() -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        announce(start().await?)?;
        std::future::pending().await
    })
}

/// Starts to serve in the background.
pub async fn start() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/", post(|body: Bytes| async move { body }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// The line that a caller waits for.
pub(crate) fn announce(address: SocketAddr) -> Result<()> {
    use std::io::Write;
    Ok(writeln!(std::io::stdout(), r#"{{"address":"{address}"}}"#)?)
}
