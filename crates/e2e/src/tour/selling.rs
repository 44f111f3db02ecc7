//! The states of an order, of what pays for it, and of what its provider sees.

use anyhow::{Result, ensure};

use super::{ANNA, BERND, Look, Tour};
use crate::gate::Stage;
use crate::selectors as at;

/// A card whose first answer never comes.
const SILENT: &str = "4000 0000 0000 0069";
const UNKNOWN: &str = "1234";
const ASKED: &str = "4000 0000 0000 0127";
const TWO_HOURS: i64 = 2 * 60 * 60;

/// From the account to the results of orders, as Anna.
pub(super) async fn buyer(tour: &Tour<'_, impl Look>) -> Result<()> {
    let stage = tour.stage;
    let browser = &stage.browser;
    stage.be_user(BERND).await?;
    tour.visit("a0-account-of-a-normal-user", at::ACCOUNT).await?;
    stage.be_user(ANNA).await?;
    tour.visit("a1-account", at::ACCOUNT).await?;
    add_method(stage, UNKNOWN).await?;
    browser.find("#number-error").await?;
    tour.take("a2-account-unknown-number").await?;
    stage.open(at::ACCOUNT).await?;
    add_method(stage, SILENT).await?;
    browser.find("//li[contains(., '0069')]").await?;
    browser.click("details > summary").await?;
    tour.take("a3-account-test-numbers").await?;

    order(stage, "single").await?;
    tour.take("a4-order").await?;
    stage.pay_with(at::CARD_DECLINED).await?;
    browser.see(at::PAYMENT_FAILED).await?;
    tour.take("a5-order-declined").await?;
    stage.pay_with(at::CARD_ASKED).await?;
    browser.find(at::BANK_CONFIRM).await?;
    tour.take("a6-bank").await?;
    browser.click(at::BANK_CONFIRM).await?;
    stage.see_result("success").await?;
    tour.take("a7-order-paid").await?;

    order(stage, "abo").await?;
    tour.take("a8-subscription").await?;
    stage.pay_with(at::CARD_PAID).await?;
    stage.see_result("success").await?;
    order(stage, "user").await?;
    stage.pay_with("//label[contains(., '0069')]").await?;
    browser.find(at::STANDING).await?;
    tour.take("a9-order-without-an-answer").await?;
    order(stage, "customer").await?;
    browser.click(at::GIVE_UP).await?;
    browser.find(at::STANDING).await?;
    tour.take("aa-order-given-up").await?;
    order(stage, "user").await?;
    let address = browser.address().await?;
    stage.sandbox.advance_clock(TWO_HOURS).await?;
    browser.go(&address).await?;
    browser.find(at::STANDING).await?;
    tour.take("ab-order-expired").await?;
    stage.sandbox.advance_clock(-TWO_HOURS).await?;
    order(stage, "customer").await?;
    stage.pay_with(at::DIRECT_DEBIT).await?;
    stage.see_result("inprocess").await?;
    tour.take("ac-order-in-process").await?;
    group_less(stage).await?;
    tour.take("ad-order-refused").await
}

/// What the provider sees, and the page of a link.
pub(super) async fn seller(tour: &Tour<'_, impl Look>) -> Result<()> {
    let stage = tour.stage;
    let browser = &stage.browser;
    stage.open_sales().await?;
    tour.visit("ba-settings", "/provider/settings").await?;
    tour.visit("bb-deliveries", "/provider/deliveries").await?;
    tour.visit("b0-sales", at::SALES).await?;
    let number = browser.text("#transactions tbody tr:last-child td").await?;
    let number = number.split_whitespace().next().unwrap_or_default();
    ensure!(number.parse::<u32>().is_ok(), "the first transaction is called {number}");
    browser.click(at::REFUND_DETAILS).await?;
    tour.take("b1-sales-refund").await?;
    browser.click(at::REFUND).await?;
    browser.leave("/provider/refund").await?;
    stage.open(at::SALES).await?;
    browser.click(at::CANCEL_DETAILS).await?;
    tour.take("b2-sales-cancel").await?;
    let ask = async |price: &str| {
        browser.fill(at::LINK_TRANSACTION, number).await?;
        browser.fill(at::LINK_PRICE, price).await?;
        browser.fill(at::LINK_REASON, "Zweite Etage nachgezeichnet").await?;
        browser.click(at::MAKE_LINK).await
    };
    ask("12,50").await?;
    browser.text(at::ERROR_SUMMARY).await?;
    tour.take("b3-sales-no-link").await?;
    ask("12.50").await?;
    let link = browser.text(at::PAYMENT_LINK).await?;
    tour.take("b4-sales-link").await?;
    stage.browser.forget_cookies().await?;
    browser.go(&link).await?;
    tour.take("b5-link").await?;
    browser.fill(at::NUMBER, UNKNOWN).await?;
    browser.click(at::PAY).await?;
    browser.see(at::PAYMENT_FAILED).await?;
    tour.take("b6-link-failed").await?;
    browser.fill(at::NUMBER, ASKED).await?;
    browser.click(at::PAY).await?;
    browser.find(at::BANK_CONFIRM).await?;
    tour.take("b7-link-bank").await?;
    browser.click(at::BANK_CONFIRM).await?;
    browser.find(at::STANDING).await?;
    tour.take("b8-link-paid").await?;
    stage.be_user(ANNA).await?;
    tour.visit("b9-messages", at::MESSAGES).await
}

async fn order(stage: &Stage, item: &str) -> Result<()> {
    stage.open_shop_again().await?;
    stage.click_in_shop(item).await?;
    stage.browser.find(at::GIVE_UP).await.map(drop)
}

/// Anna is in no group, and orders what only somebody in a group is offered.
async fn group_less(stage: &Stage) -> Result<()> {
    stage.open_shop_again().await?;
    stage.browser.enter_frame(at::SERVICE_FRAME).await?;
    let script = "document.querySelector(\"button[data-item='user']\").dataset.item = 'group'";
    stage.browser.find(&at::shop_item("user")).await?;
    stage.browser.run(script, Vec::new()).await?;
    stage.browser.click(&at::shop_item("group")).await?;
    stage.browser.leave_frame().await?;
    stage.browser.text(at::ORDER_REFUSED).await?;
    // The provider is told in the frame.
    stage.shop_says(&at::result_fact("status")).await.map(drop)
}

async fn add_method(stage: &Stage, number: &str) -> Result<()> {
    stage.browser.fill(at::NUMBER, number).await?;
    stage.browser.click(at::ADD_METHOD).await
}
