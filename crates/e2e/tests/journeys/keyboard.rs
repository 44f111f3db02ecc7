//! The whole activation without a pointer: every stop can be reached, and is seen to be reached.

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::sandbox::{CUSTOMER, DEMO};
use freischalt_e2e::selectors as at;

const ENTER: char = '\u{E007}';
const SPACE: char = ' ';
const TAB: char = '\u{E004}';
const CONTROL: char = '\u{E009}';

pub(crate) async fn only(stage: &Stage) -> Result<()> {
    let browser = &stage.browser;
    let administrator = stage.sandbox.user(true).await?.id_text();
    stage.open(at::USERS).await?;
    press(stage, &at::user_button_by_field(CUSTOMER, &administrator), ENTER).await?;
    browser.leave(at::USERS).await?;
    stage.open("/marketplace").await?;
    press(stage, &format!("a[href='{}']", at::provider_page(DEMO)), ENTER).await?;
    browser.leave("/marketplace").await?;
    press(stage, &format!("a[href='{}']", at::activation_page(DEMO)), ENTER).await?;
    browser.find(at::TERMS).await?;
    press(stage, at::TERMS, SPACE).await?;
    press(stage, at::DATA_PROCESSING, SPACE).await?;
    press(stage, at::TERMS_BUTTON, ENTER).await?;
    browser.find(at::AUDIENCE_ALL).await?;
    press(stage, at::AUDIENCE_ALL, SPACE).await?;
    press(stage, at::AUDIENCE_BUTTON, ENTER).await?;
    let key = browser.value(at::KEY).await?;
    press(stage, at::COPY_KEY, ENTER).await?;
    browser.tab_to(at::FRAME).await?;
    in_the_frame(stage, &key).await?;
    stage.see_active().await?;
    ensure!(stage.state(DEMO).await? == "active", "the page says active, the server does not");
    Ok(())
}

/// The key is pasted where the focus is, and the button pressed.
async fn in_the_frame(stage: &Stage, key: &str) -> Result<()> {
    let browser = &stage.browser;
    browser.enter_frame(at::FRAME).await?;
    browser.see(at::PROVIDER_KEY).await?;
    browser.tab_to(at::PROVIDER_KEY).await?;
    browser.type_keys(&format!("{CONTROL}v")).await?;
    ensure!(browser.value(at::PROVIDER_KEY).await? == key, "another text was copied");
    browser.type_keys(&TAB.to_string()).await?;
    ensure!(browser.is_focused(at::PROVIDER_BUTTON).await?, "the button is not the next stop");
    browser.type_keys(&ENTER.to_string()).await?;
    browser.leave_frame().await
}

/// Goes to an element with the tabulator, and presses a key there.
async fn press(stage: &Stage, selector: &str, key: char) -> Result<()> {
    stage.browser.tab_to(selector).await?;
    ensure!(stage.browser.focus_is_seen().await?, "the focus is invisible on `{selector}`");
    stage.browser.type_keys(&key.to_string()).await
}
