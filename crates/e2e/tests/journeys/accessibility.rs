//! Every page, on the way of an activation, has no grave accessibility violation and fits the screen.

use anyhow::{Result, ensure};
use freischalt_e2e::axe;
use freischalt_e2e::gate::Stage;
use freischalt_e2e::sandbox::DEMO;
use freischalt_e2e::selectors as at;
use freischalt_e2e::session::Session;
use freischalt_e2e::steps::Audience;

pub(crate) async fn every_page(stage: &Stage) -> Result<()> {
    let browser = &stage.browser;
    stage.open(at::USERS).await?;
    check(browser, "user switcher").await?;
    stage.be_normal_user().await?;
    stage.open(&at::provider_page(DEMO)).await?;
    check(browser, "provider as normal user").await?;
    stage.be_administrator().await?;
    let pages = [
        "/marketplace",
        at::NEW_PROVIDER,
        "/no-such-page",
        &at::provider_page(DEMO),
        &at::document_page(DEMO, "terms"),
    ];
    for page in pages {
        stage.open(page).await?;
        check(browser, page).await?;
    }
    stage.open(&at::activation_page(DEMO)).await?;
    check(browser, "legal step").await?;
    stage.accept_terms().await?;
    browser.see(at::AUDIENCE_ALL).await?;
    check(browser, "right step").await?;
    stage.choose(Audience::All).await?;
    let key = browser.value(at::KEY).await?;
    check(browser, "key step").await?;
    browser.enter_frame(at::FRAME).await?;
    browser.see(at::PROVIDER_KEY).await?;
    axe::check(browser, "the provider's page").await?;
    browser.leave_frame().await?;
    stage.give_key_to_provider(&key).await?;
    stage.see_active().await?;
    check(browser, "active").await?;
    stage.open(&at::provider_page(DEMO)).await?;
    check(browser, "provider with history").await?;
    stage.open(at::REQUESTS).await?;
    check(browser, "requests").await
}

async fn check(browser: &Session, page: &str) -> Result<()> {
    let script = "return document.documentElement.scrollWidth - screen.width";
    let excess = browser.run(script, Vec::new()).await?.as_i64().unwrap_or(i64::MAX);
    ensure!(excess <= 0, "{page} is {excess} pixels wider than the screen");
    axe::check(browser, page).await
}
