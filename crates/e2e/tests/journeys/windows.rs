//! Windows of services: opened by a click, closed by their own page, and of a blocked provider.

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::sandbox::DEMO;
use freischalt_e2e::selectors as at;
use freischalt_e2e::steps::Audience;

const ANNA: i64 = 21;
/// Stays until the page is loaded again.
const MARK: &str = "window.marked = true";
const IS_MARKED: &str = "return window.marked === true";

/// A click at a property opens a window whose page knows the property and who clicked.
pub(crate) async fn of_a_property(stage: &Stage) -> Result<()> {
    let estate = open_from_property(stage).await?;
    let told = stage.shop_says(&at::shop_fact("estateId")).await?;
    ensure!(told == estate, "the shop was told of property {told}, not {estate}");
    let user = stage.shop_says(&at::shop_fact("userId")).await?;
    ensure!(user == "22", "the shop was told of user {user}");
    let customer = stage.shop_says(&at::shop_fact("customerName")).await?;
    ensure!(customer == "Musterimmo GmbH", "the shop was told of {customer}");
    Ok(())
}

/// Each of the three messages does what it says, to the page below and to the window.
pub(crate) async fn messages(stage: &Stage) -> Result<()> {
    open_from_property(stage).await?;
    let browser = &stage.browser;
    stage.click_in_shop("refresh").await?;
    browser.text(at::WINDOW_SAYS).await?;
    browser.other_window().await?;
    browser.until("the page below to be new", async || is_new(stage).await).await?;
    browser.run(MARK, Vec::new()).await?;
    browser.other_window().await?;
    stage.close_by_shop("refresh-and-close").await?;
    browser.until("the page below to be new", async || is_new(stage).await).await?;

    browser.run(MARK, Vec::new()).await?;
    browser.click(at::SERVICE_BUTTON).await?;
    browser.other_window().await?;
    stage.close_by_shop("close").await?;
    ensure!(!is_new(stage).await?, "closing has loaded the page below again");
    stage.open(at::MESSAGES).await?;
    let followed = browser.texts(at::FOLLOWED).await?.len();
    ensure!(followed == 3, "{followed} of three messages are in the log as followed");
    Ok(())
}

/// The shop is open, the provider is blocked: buying is refused, and the window says why.
pub(crate) async fn blocked_meanwhile(stage: &Stage) -> Result<()> {
    stage.open_shop(ANNA).await?;
    // The page has to be there before the block, or it would not come at all.
    stage.shop_says(&at::shop_fact("userId")).await?;
    stage.sandbox.block(DEMO).await?;
    stage.click_in_shop("single").await?;
    let reason = stage.browser.text(at::ORDER_REFUSED).await?;
    ensure!(reason.contains("not active"), "the window says: {reason}");
    stage.open_shop_again().await?;
    ensure!(!stage.browser.has(at::SERVICE_FRAME).await?, "the service still opens");
    stage.open_sales().await?;
    stage.see_sales(&[]).await
}

/// As a user without a say, from the first property; gives its number. Goes on in the window.
async fn open_from_property(stage: &Stage) -> Result<String> {
    let browser = &stage.browser;
    stage.be_administrator().await?;
    stage.activate(DEMO, Audience::All).await?;
    stage.be_user(22).await?;
    stage.open(at::RECORDS).await?;
    browser.click(at::ESTATE).await?;
    browser.leave(at::RECORDS).await?;
    let address = browser.address().await?;
    browser.run(MARK, Vec::new()).await?;
    browser.click(at::SERVICE_BUTTON).await?;
    browser.other_window().await?;
    Ok(address.rsplit('/').next().unwrap_or_default().to_owned())
}

/// Whether the page below was loaded again since it was marked, and is there.
async fn is_new(stage: &Stage) -> Result<bool> {
    let is_there = stage.browser.has(at::SERVICE_BUTTON).await?;
    Ok(is_there && stage.browser.run(IS_MARKED, Vec::new()).await? == false)
}
