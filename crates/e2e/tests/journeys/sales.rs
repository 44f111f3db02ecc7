//! What a provider does about an order after it was paid.

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::selectors as at;

const ANNA: i64 = 21;
/// Test cards, as people type them.
const DECLINED: &str = "4000 0000 0000 0226";
const ASKED: &str = "4000 0000 0000 0127";

/// A refund gives all of it back, and the balance is what it was.
pub(crate) async fn refund(stage: &Stage) -> Result<()> {
    buy(stage).await?;
    ensure!(balance(stage).await? == "€38.70", "another balance after the sale");
    stage.refund().await?;
    stage.see_sales(&["given back", "refunded"]).await?;
    ensure!(balance(stage).await? == "€0.00", "another balance after the refund");
    ensure!(!stage.browser.has(at::REFUND).await?, "it can be refunded twice");
    Ok(())
}

/// A link for extra costs: opened by somebody who is not signed in, it really pays.
pub(crate) async fn payment_link(stage: &Stage) -> Result<()> {
    let transaction = buy(stage).await?;
    let browser = &stage.browser;
    browser.fill(at::LINK_TRANSACTION, &transaction).await?;
    browser.fill(at::LINK_PRICE, "12.50").await?;
    browser.fill(at::LINK_REASON, "Zweite Etage <b>nachgezeichnet</b>").await?;
    browser.click(at::MAKE_LINK).await?;
    let link = browser.text(at::PAYMENT_LINK).await?;
    browser.forget_cookies().await?;
    browser.go(&link).await?;
    pay_by_link(stage, DECLINED).await?;
    browser.see(at::PAYMENT_FAILED).await?;
    pay_by_link(stage, ASKED).await?;
    browser.click(at::BANK_CONFIRM).await?;
    let standing = browser.text(at::STANDING).await?;
    ensure!(standing.starts_with("Thank you"), "the link says: {standing}");
    stage.open_sales().await?;
    stage.see_sales(&["paid", "failed", "paid"]).await?;
    ensure!(balance(stage).await? == "€51.20", "another balance than both payments");
    Ok(())
}

/// Buys the single product, then shows it to the provider.
async fn buy(stage: &Stage) -> Result<String> {
    stage.open_shop(ANNA).await?;
    stage.click_in_shop("single").await?;
    stage.pay_with(at::CARD_PAID).await?;
    let transaction = stage.see_result("success").await?;
    stage.open_sales().await?;
    Ok(transaction)
}

async fn pay_by_link(stage: &Stage, card: &str) -> Result<()> {
    stage.browser.fill(at::NUMBER, card).await?;
    stage.browser.click(at::PAY).await
}

async fn balance(stage: &Stage) -> Result<String> {
    stage.browser.text(at::BALANCE).await
}
