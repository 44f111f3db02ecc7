//! German and English, by the browser's wish and by the switch.

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::sandbox::DEMO;
use freischalt_e2e::selectors as at;
use freischalt_e2e::steps::Audience;

/// Somebody whose browser prefers German activates in German.
pub(crate) async fn in_german(stage: &Stage) -> Result<()> {
    stage.be_administrator().await?;
    stage.open(&at::activation_page(DEMO)).await?;
    expect(stage, "de", "AGB").await?;
    stage.activate(DEMO, Audience::All).await?;
    expect(stage, "de", "aktiv").await
}

/// Somebody whose browser prefers English switches, and the choice stays.
pub(crate) async fn switched(stage: &Stage) -> Result<()> {
    stage.be_administrator().await?;
    stage.open(&at::activation_page(DEMO)).await?;
    expect(stage, "en", "terms").await?;
    stage.browser.click(&at::language_switch("de")).await?;
    expect(stage, "de", "AGB").await?;
    stage.open(&at::activation_page(DEMO)).await?;
    expect(stage, "de", "AGB").await?;
    stage.browser.click(&at::language_switch("en")).await?;
    expect(stage, "en", "terms").await
}

async fn expect(stage: &Stage, language: &str, word: &str) -> Result<()> {
    stage.browser.find(&at::page_in(language)).await?;
    let text = stage.browser.text("main").await?.to_lowercase();
    ensure!(text.contains(&word.to_lowercase()), "`{word}` is not on the page: {text}");
    Ok(())
}
