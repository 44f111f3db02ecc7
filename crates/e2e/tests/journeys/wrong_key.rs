//! A wrong key is pasted, and then the right one: a mistake costs nothing but a message.

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::sandbox::DEMO;
use freischalt_e2e::selectors as at;
use freischalt_e2e::steps::Audience;

pub(crate) async fn then_the_right_one(stage: &Stage) -> Result<()> {
    stage.be_administrator().await?;
    let key = stage.walk_to_key(DEMO, Audience::All).await?;
    // As long as the right one, so that only the marketplace can find out.
    let wrong: String = key.chars().rev().collect();
    ensure!(wrong != key, "the key reads the same from both ends");
    stage.give_key_to_provider(&wrong).await?;
    let problem = stage.provider_says(at::PROVIDER_PROBLEM).await?;
    let report = stage.browser.text(at::REPORT).await?;
    ensure!(problem.starts_with(&report), "reported `{report}`, but the provider says `{problem}`");
    ensure!(stage.state(DEMO).await? == "pending", "a wrong key changed the activation");
    stage.give_key_to_provider(&key).await?;
    stage.see_active().await?;
    ensure!(stage.state(DEMO).await? == "active", "the page says active, the server does not");
    Ok(())
}
