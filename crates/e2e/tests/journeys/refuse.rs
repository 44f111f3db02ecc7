//! Who may not activate, and what must be done first.

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::http;
use freischalt_e2e::sandbox::DEMO;
use freischalt_e2e::selectors as at;

/// Somebody who is no administrator finds no way in, and none by typing the address either.
pub(crate) async fn as_normal_user(stage: &Stage) -> Result<()> {
    stage.be_normal_user().await?;
    stage.open(&at::provider_page(DEMO)).await?;
    let text = stage.browser.text("main").await?;
    ensure!(text.contains("administrator"), "the page does not say why: {text}");
    let entry = at::activation_entry(DEMO);
    ensure!(!stage.browser.has(&entry).await?, "the page offers to activate");
    stage.open(&at::activation_page(DEMO)).await?;
    ensure!(!stage.browser.has(at::TERMS).await?, "the activation can be begun");
    ensure!(!stage.browser.has(at::KEY).await?, "the key is shown");
    ensure!(stage.sandbox.latest_activation(DEMO).await.is_err(), "an activation was begun");
    let anonymous = http::get(&stage.sandbox.page(&at::activation_page(DEMO))).await?;
    ensure!(!anonymous.body.contains("name=\"terms\""), "anybody can begin an activation");
    Ok(())
}

/// Terms that are not accepted stop an administrator, with a message that says so.
pub(crate) async fn without_terms(stage: &Stage) -> Result<()> {
    stage.be_administrator().await?;
    stage.open(&at::activation_page(DEMO)).await?;
    stage.browser.click(at::TERMS).await?;
    stage.browser.find(at::TERMS_BUTTON).await?;
    // The browser's own check is only a convenience; the server has to insist as well.
    let submit = "document.querySelector(arguments[0]).form.noValidate = true;
                  document.querySelector(arguments[0]).click();";
    stage.browser.run(submit, vec![at::TERMS_BUTTON.into()]).await?;
    stage.browser.text(at::ERROR_SUMMARY).await?;
    ensure!(stage.browser.has(at::DATA_PROCESSING).await?, "the next step was reached");
    ensure!(!stage.browser.has(at::AUDIENCE_ALL).await?, "the next step was reached");
    Ok(())
}
