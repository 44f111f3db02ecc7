//! The provider's page does not answer: the marketplace says so and offers to try again.

use std::net::TcpListener;

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::selectors as at;
use freischalt_e2e::steps::Audience;

pub(crate) async fn says_so(stage: &Stage) -> Result<()> {
    let slug = "gone";
    let address = unused_address()?;
    stage.sandbox.add_provider(slug, &format!("http://{address}/activate")).await?;
    stage.be_administrator().await?;
    stage.walk_to_key(slug, Audience::All).await?;
    stage.browser.see(at::UNREACHABLE).await?;
    let text = stage.browser.text(at::UNREACHABLE).await?;
    ensure!(text.contains(&address), "the address is not named: {text}");
    ensure!(!text.contains("apiToken"), "the credentials in the address are shown");
    ensure!(stage.state(slug).await? == "pending", "the activation was given up");
    Ok(())
}

/// An address on which something listened a moment ago, so that nothing does now.
fn unused_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
