//! Orders in the demo provider's shop, from its page to the result in it.

use anyhow::{Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::selectors as at;

const ANNA: i64 = 21;
/// In the group whose number is 1.
const BERND: i64 = 22;
const DAY: i64 = 24 * 3600;

/// One product, paid with a card. Loaded again, nothing is bought again.
pub(crate) async fn single_product(stage: &Stage) -> Result<()> {
    stage.open_shop(ANNA).await?;
    stage.click_in_shop("single").await?;
    stage.pay_with(at::CARD_PAID).await?;
    let transaction = stage.see_result("success").await?;
    stage.browser.reload().await?;
    let again = stage.see_result("success").await?;
    ensure!(again == transaction, "loaded again, {transaction} became {again}");
    stage.open_sales().await?;
    stage.see_sales(&["paid"]).await
}

/// A product for the buyer's group, of whom the shop is told by the signed URL.
pub(crate) async fn for_the_group(stage: &Stage) -> Result<()> {
    stage.open_shop(BERND).await?;
    let group = stage.shop_says(&at::shop_fact("groupId")).await?;
    ensure!(group == "1", "the shop was told of group {group}");
    stage.click_in_shop("group").await?;
    let circle = stage.browser.text(at::CIRCLE).await?;
    ensure!(circle == "your group", "the order is for {circle}");
    stage.pay_with(at::CARD_PAID).await?;
    stage.see_result("success").await.map(drop)
}

/// A subscription: the second instalment a month later, then an end.
pub(crate) async fn subscription(stage: &Stage) -> Result<()> {
    stage.open_shop(ANNA).await?;
    stage.click_in_shop("abo").await?;
    stage.pay_with(at::CARD_PAID).await?;
    stage.see_result("success").await?;
    let number = stage.shop_says(&at::result_fact("aboid")).await?;
    ensure!(number == "1", "the first subscription is called {number}");
    stage.open_sales().await?;
    stage.see_sales(&["paid"]).await?;
    stage.sandbox.advance_clock(32 * DAY).await?;
    stage.open_sales().await?;
    stage.see_sales(&["paid", "paid"]).await?;
    stage.cancel_subscription("12312099").await?;
    let end = stage.browser.text(at::ENDS).await?;
    ensure!(end == "2099-12-31", "the subscription ends {end}");
    Ok(())
}

/// A card that is declined, then one that the bank asks about.
pub(crate) async fn declined_then_another_card(stage: &Stage) -> Result<()> {
    stage.open_shop(ANNA).await?;
    stage.click_in_shop("user").await?;
    stage.pay_with(at::CARD_DECLINED).await?;
    stage.browser.see(at::PAYMENT_FAILED).await?;
    stage.pay_with(at::CARD_ASKED).await?;
    stage.browser.click(at::BANK_CONFIRM).await?;
    stage.see_result("success").await?;
    stage.open_sales().await?;
    stage.see_sales(&["paid", "failed"]).await
}

/// A direct debit on its way, and three days later there; the same page says so.
pub(crate) async fn direct_debit(stage: &Stage) -> Result<()> {
    stage.open_shop(ANNA).await?;
    stage.click_in_shop("customer").await?;
    stage.pay_with(at::DIRECT_DEBIT).await?;
    let transaction = stage.see_result("inprocess").await?;
    let result = stage.browser.address().await?;
    stage.open_sales().await?;
    stage.see_sales(&["on its way"]).await?;
    stage.sandbox.advance_clock(3 * DAY).await?;
    stage.open_sales().await?;
    stage.see_sales(&["paid"]).await?;
    stage.be_user(ANNA).await?;
    stage.browser.go(&result).await?;
    let paid = stage.see_result("success").await?;
    ensure!(paid == transaction, "{transaction} became {paid}");
    Ok(())
}
