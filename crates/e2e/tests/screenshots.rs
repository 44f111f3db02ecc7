//! A picture of every page, light and dark, wide and narrow, in both languages.
//!
//! Runs when `FREISCHALT_SCREENSHOTS` names a folder, as `cargo xtask screenshots` does.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use freischalt_e2e::browser::Look;
use freischalt_e2e::gate::{self, Stage, journey};
use freischalt_e2e::sandbox::DEMO;
use freischalt_e2e::selectors as at;
use freischalt_e2e::steps::Audience;

const SWITCH: &str = "FREISCHALT_SCREENSHOTS";

fn main() -> ExitCode {
    let album = |name: &'static str, look| {
        journey(name, SWITCH, look, async move |stage: &Stage| walk(stage, name).await)
    };
    gate::main(vec![
        album("wide-light-en", Look::DESK),
        album("wide-dark-de", Look::DESK.in_german().in_the_dark()),
        album("narrow-light-de", Look::PHONE.in_german()),
        album("narrow-dark-en", Look::PHONE.in_the_dark()),
    ])
}

async fn walk(stage: &Stage, album: &str) -> Result<()> {
    let folder = PathBuf::from(env::var_os(SWITCH).context("no folder for the pictures")?);
    let take =
        async |name: &str| stage.browser.picture(&folder.join(format!("{name}-{album}.png"))).await;
    stage.open(at::USERS).await?;
    take("01-users").await?;
    stage.be_administrator().await?;
    stage.open("/marketplace").await?;
    take("02-overview").await?;
    stage.open(&at::provider_page(DEMO)).await?;
    take("03-provider").await?;
    stage.open(&at::activation_page(DEMO)).await?;
    take("04-legal").await?;
    stage.accept_terms().await?;
    stage.browser.see(at::AUDIENCE_ALL).await?;
    take("05-right").await?;
    stage.choose(Audience::All).await?;
    let key = stage.browser.value(at::KEY).await?;
    take("06-key").await?;
    stage.give_key_to_provider(&key).await?;
    stage.see_active().await?;
    take("07-active").await?;
    stage.open(&at::provider_page(DEMO)).await?;
    take("08-provider-active").await?;
    stage.open(at::REQUESTS).await?;
    take("09-requests").await?;
    stage.open(at::NEW_PROVIDER).await?;
    take("10-new-provider").await?;
    stage.open(&at::document_page(DEMO, "terms")).await?;
    take("11-document").await?;
    stage.open("/no-such-page").await?;
    take("12-not-found").await
}
