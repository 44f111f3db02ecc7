//! A provider is blocked and activated again: the old token and key die at once.

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::sandbox::DEMO;
use freischalt_e2e::selectors as at;
use freischalt_e2e::steps::Audience;
use freischalt_e2e::unlock::{Unlock, Verdict};

pub(crate) async fn and_activate_again(stage: &Stage) -> Result<()> {
    let old = Unlock::from_activation(&stage.sandbox.start_activation(DEMO).await?)?;
    let alive = old.send(&stage.sandbox.api()).await?;
    ensure!(alive == Verdict { code: 200, error: 0 }, "the first pair does not work: {alive:?}");

    stage.be_administrator().await?;
    stage.open(&at::provider_page(DEMO)).await?;
    stage.browser.click(at::BLOCK_DETAILS).await?;
    stage.browser.click(at::BLOCK_BUTTON).await?;
    stage.browser.see(&at::activation_entry(DEMO)).await?;
    ensure!(stage.state(DEMO).await? == "blocked", "not blocked");
    expect_dead(stage, &old, "after blocking").await?;

    let first_key = stage.activate(DEMO, Audience::All).await?;
    expect_dead(stage, &old, "after the new activation").await?;
    ensure!(stage.state(DEMO).await? == "active", "not active again");
    ensure!(first_key.len() == 64, "no new key was shown");
    Ok(())
}

/// An API user that is gone is not known: 400 with error 22.
async fn expect_dead(stage: &Stage, old: &Unlock, when: &str) -> Result<()> {
    let verdict = old.send(&stage.sandbox.api()).await?;
    ensure!(verdict == Verdict { code: 400, error: 22 }, "{when} the old pair gets {verdict:?}");
    Ok(())
}
