//! The steps of buying in the demo shop, and of selling in the provider's own client.

use anyhow::{Result, ensure};

use crate::gate::Stage;
use crate::sandbox::{DEMO, DEMO_CLIENT};
use crate::selectors as at;
use crate::steps::Audience;

/// The service that sells, called from the menu.
const SHOP: &str = "/services/open?from=menu&service=demo/floor-plan";
/// Sells for the demo provider.
const GRETA: &str = "1";

impl Stage {
    /// Activates the demo provider, then opens its shop as that user, in the only window.
    pub async fn open_shop(&self, user: i64) -> Result<()> {
        self.be_administrator().await?;
        self.activate(DEMO, Audience::All).await?;
        self.be_user(user).await?;
        self.open(SHOP).await
    }

    /// Opens the shop once more.
    pub async fn open_shop_again(&self) -> Result<()> {
        self.open(SHOP).await
    }

    /// Clicks something in the shop.
    pub async fn click_in_shop(&self, item: &str) -> Result<()> {
        self.browser.enter_frame(at::SERVICE_FRAME).await?;
        self.browser.click(&at::shop_item(item)).await?;
        self.browser.leave_frame().await
    }

    /// Clicks something that closes the shop's window.
    pub async fn close_by_shop(&self, item: &str) -> Result<()> {
        self.browser.enter_frame(at::SERVICE_FRAME).await?;
        self.browser.click(&at::shop_item(item)).await?;
        self.browser.only_window().await
    }

    /// What a page of the shop says, once it does.
    pub async fn shop_says(&self, selector: &str) -> Result<String> {
        self.browser.enter_frame(at::SERVICE_FRAME).await?;
        let text = self.browser.text(selector).await?;
        self.browser.leave_frame().await?;
        Ok(text)
    }

    /// Orders and pays with a stored card or account.
    pub async fn pay_with(&self, method: &str) -> Result<()> {
        self.browser.click(method).await?;
        self.browser.click(at::PAY).await
    }

    /// Sees that the shop was called back with that status; gives the transaction's number.
    pub async fn see_result(&self, status: &str) -> Result<String> {
        // The order's own page is in between.
        self.browser.find(at::SERVICE_FRAME).await?;
        let told = self.shop_says(&at::result_fact("status")).await?;
        ensure!(told == status, "the shop was told {told}, not {status}");
        self.shop_says(&at::result_fact("transactionid")).await
    }

    /// Opens the provider's view of what it has sold, as its administrator.
    pub async fn open_sales(&self) -> Result<()> {
        self.be_at(DEMO_CLIENT, GRETA).await?;
        self.browser.click(at::SALES_ENTRY).await?;
        self.browser.find(at::BALANCE).await.map(drop)
    }

    /// Waits until the states of all transactions are these, the newest first.
    pub async fn see_sales(&self, states: &[&str]) -> Result<()> {
        let what = format!("sales that are {states:?}");
        let seen = async || {
            self.open(at::SALES).await?;
            Ok(self.browser.texts(at::SALE_STATES).await? == states)
        };
        self.browser.until(&what, seen).await
    }

    /// Gives back the money of the newest transaction.
    pub async fn refund(&self) -> Result<()> {
        self.browser.click(at::REFUND_DETAILS).await?;
        self.browser.click(at::REFUND).await
    }

    /// Ends a subscription on that day, typed as the browser's field wants it.
    pub async fn cancel_subscription(&self, month_day_year: &str) -> Result<()> {
        self.browser.click(at::CANCEL_DETAILS).await?;
        self.browser.find(at::CANCEL_DAY).await?.send_keys(month_day_year).await?;
        self.browser.click(at::CANCEL).await
    }
}
