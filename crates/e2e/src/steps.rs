//! The steps that journeys are made of, in the words of the people who take them.

use anyhow::{Result, ensure};

use crate::gate::Stage;
use crate::sandbox::{CUSTOMER, User};
use crate::selectors as at;

/// Who gets the right to use the provider.
#[derive(Debug, Clone, Copy)]
pub enum Audience {
    /// Everybody at the customer.
    All,
    /// Administrators only.
    Administrators,
}

impl Stage {
    /// Becomes an administrator of the customer.
    pub async fn be_administrator(&self) -> Result<()> {
        self.be(&self.sandbox.user(true).await?).await
    }

    /// Becomes somebody who is no administrator.
    pub async fn be_normal_user(&self) -> Result<()> {
        self.be(&self.sandbox.user(false).await?).await
    }

    /// Becomes one particular user of the customer.
    pub async fn be_user(&self, id: i64) -> Result<()> {
        self.be(&User { id: id.into(), administrator: false }).await
    }

    async fn be(&self, user: &User) -> Result<()> {
        self.be_at(CUSTOMER, &user.id_text()).await
    }

    /// Becomes a user of any customer.
    pub async fn be_at(&self, customer: &str, user: &str) -> Result<()> {
        self.open(at::USERS).await?;
        self.browser.click(&at::user_button(customer, user)).await?;
        self.browser.leave(at::USERS).await
    }

    /// Opens a page of the marketplace.
    pub async fn open(&self, path: &str) -> Result<()> {
        self.browser.go(&self.sandbox.page(path)).await
    }

    /// Accepts terms and data-processing agreement.
    pub async fn accept_terms(&self) -> Result<()> {
        self.browser.click(at::TERMS).await?;
        self.browser.click(at::DATA_PROCESSING).await?;
        self.browser.click(at::TERMS_BUTTON).await
    }

    /// Decides who gets the right; nothing may have been decided before.
    pub async fn choose(&self, audience: Audience) -> Result<()> {
        let choice = match audience {
            Audience::All => at::AUDIENCE_ALL,
            Audience::Administrators => at::AUDIENCE_ADMINISTRATORS,
        };
        self.browser.see(choice).await?;
        ensure!(!self.browser.has(at::AUDIENCE_CHOSEN).await?, "the right is preselected");
        ensure!(!self.browser.has(at::KEY).await?, "the key is shown before the right is chosen");
        self.browser.click(choice).await?;
        self.browser.click(at::AUDIENCE_BUTTON).await
    }

    /// From the provider's activation page to the step that shows the key; gives the key.
    pub async fn walk_to_key(&self, provider: &str, audience: Audience) -> Result<String> {
        self.open(&at::activation_page(provider)).await?;
        self.accept_terms().await?;
        self.choose(audience).await?;
        self.browser.value(at::KEY).await
    }

    /// Types a key into the provider's page and presses its button.
    pub async fn give_key_to_provider(&self, key: &str) -> Result<()> {
        self.browser.enter_frame(at::FRAME).await?;
        self.browser.fill(at::PROVIDER_KEY, key).await?;
        self.browser.click(at::PROVIDER_BUTTON).await?;
        self.browser.leave_frame().await
    }

    /// What the provider's page says in an element.
    pub async fn provider_says(&self, selector: &str) -> Result<String> {
        self.browser.enter_frame(at::FRAME).await?;
        let text = self.browser.text(selector).await;
        self.browser.leave_frame().await?;
        text
    }

    /// Waits until the marketplace's page says that the provider is active.
    pub async fn see_active(&self) -> Result<()> {
        self.browser.see(at::ACTIVE).await
    }

    /// The whole activation, without a mistake; gives the key.
    pub async fn activate(&self, provider: &str, audience: Audience) -> Result<String> {
        let key = self.walk_to_key(provider, audience).await?;
        self.give_key_to_provider(&key).await?;
        self.see_active().await?;
        Ok(key)
    }

    /// The state of the provider's latest activation, as the management API has it.
    pub async fn state(&self, provider: &str) -> Result<String> {
        let activation = self.sandbox.latest_activation(provider).await?;
        Ok(activation["state"].as_str().unwrap_or_default().to_owned())
    }
}
