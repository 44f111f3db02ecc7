//! The provider's page leads to another address: to one of its own it may, to others not.

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::provider::Page;
use freischalt_e2e::selectors as at;
use freischalt_e2e::steps::Audience;
use serde_json::json;

const HTML: &str = "<!doctype html><html lang=en><title>Page</title>\
                    <button id=unlockButton onclick=\"parent.postMessage('hello', '*')\">Go</button>";

/// The marketplace says so, and keeps the key.
pub(crate) async fn to_somebody_else(stage: &Stage) -> Result<()> {
    let elsewhere = Page::showing(HTML)?;
    let moved = Page::moved_to(&elsewhere.url())?;
    stage.sandbox.add_provider("moved", &moved.url()).await?;
    stage.be_administrator().await?;
    stage.walk_to_key("moved", Audience::All).await?;
    stage.browser.see(at::MOVED).await?;
    ensure!(!stage.browser.find(at::FRAME).await?.is_displayed().await?, "an empty frame is shown");
    ensure!(stage.state("moved").await? == "pending", "the activation was given up");
    Ok(())
}

/// The address of a service counts as the provider's own, and its messages are heard.
pub(crate) async fn to_its_own_service(stage: &Stage) -> Result<()> {
    let service = Page::showing(HTML)?;
    let moved = Page::moved_to(&service.url())?;
    let provider = json!({"slug": "moved", "name": "Moved", "activationUrl": moved.url(),
        "services": [{"slug": "service", "name": "Service", "url": service.url()}]});
    stage.sandbox.manage("/v1/providers", &provider).await?;
    stage.be_administrator().await?;
    stage.walk_to_key("moved", Audience::All).await?;
    stage.browser.enter_frame(at::FRAME).await?;
    stage.browser.click(at::PROVIDER_BUTTON).await?;
    stage.browser.leave_frame().await?;
    ensure!(stage.browser.text(at::REPORT).await? == "hello", "the page's message is not shown");
    Ok(())
}
