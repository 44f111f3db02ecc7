//! An administrator activates the demo provider.

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::sandbox::DEMO;
use freischalt_e2e::selectors as at;
use freischalt_e2e::steps::Audience;

/// From the overview to the active provider, by clicking only.
pub(crate) async fn as_administrator(stage: &Stage) -> Result<()> {
    stage.be_administrator().await?;
    stage.open("/marketplace").await?;
    stage.browser.click(&format!("a[href$='{}']", at::provider_page(DEMO))).await?;
    stage.browser.click(&at::activation_entry(DEMO)).await?;
    stage.accept_terms().await?;
    stage.choose(Audience::All).await?;
    let key = stage.browser.value(at::KEY).await?;
    ensure!(key.len() == 64, "an API key has 64 characters, this one {}", key.len());
    ensure!(stage.state(DEMO).await? == "pending", "active before the provider has called");
    stage.give_key_to_provider(&key).await?;
    stage.see_active().await?;
    ensure!(stage.state(DEMO).await? == "active", "the page says active, the server does not");
    let activation = stage.sandbox.latest_activation(DEMO).await?;
    ensure!(activation["allUsers"] == true, "the choice of the right is lost: {activation}");
    Ok(())
}

/// The key travels through the clipboard, as the page proposes.
pub(crate) async fn with_copy_and_paste(stage: &Stage) -> Result<()> {
    const CONTROL: char = '\u{E009}';
    stage.be_administrator().await?;
    let key = stage.walk_to_key(DEMO, Audience::Administrators).await?;
    stage.browser.click(at::COPY_KEY).await?;
    stage.browser.enter_frame(at::FRAME).await?;
    stage.browser.find(at::PROVIDER_KEY).await?.send_keys(&format!("{CONTROL}v")).await?;
    ensure!(stage.browser.value(at::PROVIDER_KEY).await? == key, "another text was copied");
    stage.browser.click(at::PROVIDER_BUTTON).await?;
    stage.browser.leave_frame().await?;
    stage.see_active().await?;
    let activation = stage.sandbox.latest_activation(DEMO).await?;
    ensure!(activation["allUsers"] == false, "the choice of the right is lost: {activation}");
    Ok(())
}
