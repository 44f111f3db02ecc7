//! The way through every state that a page can be in, for whoever wants to look at all of them.

mod selling;

use anyhow::{Context, Result};
use serde_json::json;

use crate::gate::Stage;
use crate::provider::Page;
use crate::sandbox::DEMO;
use crate::selectors as at;
use crate::steps::Audience;

const ANNA: i64 = 21;
const BERND: i64 = 22;
const DENIZ: i64 = 24;
const ADDRESS_OF_LINK: &str =
    "return document.querySelector(arguments[0])?.getAttribute('href') ?? null";
/// Where a button of a form leads; clicked, it would open a window of its own.
const ADDRESS_OF_BUTTON: &str = "const button = document.querySelector(arguments[0]);
    if (!button) return null;
    const values = new URLSearchParams(new FormData(button.form, button));
    return `${button.form.getAttribute('action')}?${values}`";
const NINE_HOURS: i64 = 9 * 3600;

struct Tour<'stage, L> {
    stage: &'stage Stage,
    look: &'stage L,
}

impl<L: Look> Tour<'_, L> {
    /// Looks at the current page.
    async fn take(&self, stop: &str) -> Result<()> {
        let seen = self.look.look(self.stage, stop).await;
        seen.with_context(|| format!("at the stop {stop}"))
    }

    /// Opens a page of the marketplace and looks at it.
    async fn visit(&self, stop: &str, path: &str) -> Result<()> {
        self.stage.open(path).await?;
        self.take(stop).await
    }
}

/// What is done at every stop. It is told the stop's name, and leaves the page as it found it.
pub trait Look {
    /// Looks at the current page.
    fn look(&self, stage: &Stage, stop: &str) -> impl Future<Output = Result<()>>;
}

/// Walks through every state of every page. The sandbox has to be fresh.
pub async fn walk(stage: &Stage, look: &impl Look) -> Result<()> {
    let tour = &Tour { stage, look };
    tour.visit("01-nobody-signed-in", at::USERS).await?;
    tour.visit("02-requests-none", at::REQUESTS).await?;
    activation(tour).await?;
    somebody_else(tour).await?;
    trouble(tour).await?;
    own_provider(tour).await?;
    long_names(tour).await?;
    failures(tour).await?;
    provider_pages(tour).await
}

/// From the first look to the active provider, then blocked.
async fn activation(tour: &Tour<'_, impl Look>) -> Result<()> {
    let stage = tour.stage;
    stage.be_user(ANNA).await?;
    tour.visit("03-users", at::USERS).await?;
    tour.visit("04-overview", "/marketplace").await?;
    tour.visit("05-provider", &at::provider_page(DEMO)).await?;
    tour.visit("06-document", &at::document_page(DEMO, "terms")).await?;
    tour.visit("07-records-without-services", at::RECORDS).await?;
    tour.visit("10-legal", &at::activation_page(DEMO)).await?;
    send_incomplete(tour, at::TERMS_BUTTON).await?;
    tour.take("11-legal-incomplete").await?;
    stage.open(&at::activation_page(DEMO)).await?;
    stage.accept_terms().await?;
    stage.browser.see(at::AUDIENCE_ALL).await?;
    tour.take("12-right").await?;
    send_incomplete(tour, at::AUDIENCE_BUTTON).await?;
    tour.take("13-right-incomplete").await?;
    stage.open(&at::activation_page(DEMO)).await?;
    stage.choose(Audience::All).await?;
    let key = stage.browser.value(at::KEY).await?;
    settle_frame(tour).await?;
    tour.take("14-key").await?;
    let wrong: String = key.chars().rev().collect();
    stage.give_key_to_provider(&wrong).await?;
    stage.browser.text(at::REPORT).await?;
    tour.take("15-key-wrong").await?;
    tour.visit("16-overview-pending", "/marketplace").await?;
    stage.open(&at::activation_page(DEMO)).await?;
    stage.give_key_to_provider(&key).await?;
    stage.see_active().await?;
    tour.take("17-active").await?;
    tour.visit("18-provider-active", &at::provider_page(DEMO)).await?;
    stage.browser.click(at::BLOCK_DETAILS).await?;
    tour.take("19-block").await?;
    services(tour).await?;
    selling::buyer(tour).await?;
    selling::seller(tour).await?;
    stage.be_user(BERND).await?;
    tour.visit("20-normal-user-overview", "/marketplace").await?;
    tour.visit("21-normal-user-active", &at::provider_page(DEMO)).await?;
    tour.visit("22-normal-user-inactive", &at::provider_page("preisradar")).await?;
    tour.visit("23-normal-user-refused", &at::activation_page(DEMO)).await?;
    stage.be_user(ANNA).await?;
    stage.open(&at::provider_page(DEMO)).await?;
    stage.browser.click(at::BLOCK_DETAILS).await?;
    stage.browser.click(at::BLOCK_BUTTON).await?;
    stage.browser.leave(&format!("{}/block", at::provider_page(DEMO))).await?;
    tour.visit("24-provider-blocked", &at::provider_page(DEMO)).await?;
    tour.visit("25-requests", at::REQUESTS).await?;
    tour.visit("26-requests-failed", "/requests?failed=1").await?;
    tour.visit("27-request", "/requests/1").await?;
    tour.visit("28-request-good", "/requests/2").await?;
    explanation(tour).await
}

/// What the active provider's services are opened from, and one of them.
async fn services(tour: &Tour<'_, impl Look>) -> Result<()> {
    let browser = &tour.stage.browser;
    tour.visit("80-records", at::RECORDS).await?;
    let estate = browser.run(ADDRESS_OF_LINK, vec![at::ESTATE.into()]).await?;
    tour.visit("81-estate", estate.as_str().context("there is no property")?).await?;
    let service = browser.run(ADDRESS_OF_BUTTON, vec![at::SERVICE_BUTTON.into()]).await?;
    tour.stage.open(service.as_str().context("the property has no service")?).await?;
    browser.enter_frame(at::SERVICE_FRAME).await?;
    browser.find("h1, h2, form").await?;
    browser.leave_frame().await?;
    tour.take("82-service").await?;
    tour.visit("83-messages", at::MESSAGES).await?;
    tour.visit("84-record-new", "/records/new/estates").await?;
    tour.stage.open(estate.as_str().context("there is no property")?).await?;
    browser.click(at::EDIT_RECORD).await?;
    browser.find("form.panel").await?;
    tour.take("85-record-edit").await?;
    tour.visit("86-rights", &format!("{}/rights", at::provider_page(DEMO))).await?;
    tour.visit("87-deliveries", "/deliveries").await
}

/// Two administrators at the same provider.
async fn somebody_else(tour: &Tour<'_, impl Look>) -> Result<()> {
    let stage = tour.stage;
    stage.walk_to_key(DEMO, Audience::Administrators).await?;
    stage.be_user(DENIZ).await?;
    tour.visit("30-another-administrators-run", &at::activation_page(DEMO)).await?;
    stage.accept_terms().await?;
    stage.browser.see(at::AUDIENCE_ALL).await?;
    stage.be_user(ANNA).await?;
    tour.visit("31-superseded", &at::activation_page(DEMO)).await
}

/// What can go wrong with the provider's page, and with the time.
async fn trouble(tour: &Tour<'_, impl Look>) -> Result<()> {
    let stage = tour.stage;
    stage.walk_to_key("funkstille", Audience::All).await?;
    stage.browser.see(at::UNREACHABLE).await?;
    tour.take("32-unreachable").await?;
    let elsewhere = Page::showing("<!doctype html><title>Elsewhere</title><p>Elsewhere")?;
    let moved = Page::moved_to(&elsewhere.url())?;
    stage.sandbox.add_provider("umgezogen", &moved.url()).await?;
    stage.walk_to_key("umgezogen", Audience::All).await?;
    stage.browser.see(at::MOVED).await?;
    tour.take("33-moved").await?;
    let refusing = Page::sending("x-frame-options: SAMEORIGIN\r\n", "<!doctype html><p>Page")?;
    stage.sandbox.add_provider("rahmenlos", &refusing.url()).await?;
    stage.walk_to_key("rahmenlos", Audience::All).await?;
    stage.browser.see(at::FINDING).await?;
    tour.take("35-refuses-frames").await?;
    stage.open(&at::activation_page("preisradar")).await?;
    stage.accept_terms().await?;
    stage.browser.find(at::KEY).await?;
    settle_frame(tour).await?;
    tour.take("34-webhook-key").await?;
    // What another administrator has begun is replaced.
    stage.open(&format!("{}/start", at::activation_page(DEMO))).await?;
    stage.accept_terms().await?;
    stage.choose(Audience::All).await?;
    stage.browser.find(at::KEY).await?;
    stage.sandbox.advance_clock(NINE_HOURS).await?;
    tour.visit("35-expired", &at::activation_page(DEMO)).await?;
    stage.sandbox.advance_clock(-NINE_HOURS).await
}

/// A signature that was made with another secret, explained.
async fn explanation(tour: &Tour<'_, impl Look>) -> Result<()> {
    const SUBMIT: &str = "form[action='/sandbox/explain'] button";
    let browser = &tour.stage.browser;
    tour.visit("29-explain", at::EXPLAIN).await?;
    let url = "http://localhost:3000/activate?a=b&timestamp=1700000000&signature=";
    browser.fill("#text", &format!("{url}{}", "0".repeat(64))).await?;
    browser.fill("#secret", "provider-secret").await?;
    browser.click(SUBMIT).await?;
    browser.find("#verdict").await?;
    tour.take("29-explained").await
}

/// A provider of the user's own.
async fn own_provider(tour: &Tour<'_, impl Look>) -> Result<()> {
    let stage = tour.stage;
    tour.visit("40-new-provider", at::NEW_PROVIDER).await?;
    stage.browser.fill("#name", "Exposé Express").await?;
    stage.browser.fill("#slug", "Exposé Express!").await?;
    stage.browser.fill("#activation_url", "localhost:3000").await?;
    send_incomplete(tour, "form[action='/providers/new'] button").await?;
    tour.take("41-new-provider-incomplete").await?;
    stage.browser.fill("#slug", "expose").await?;
    stage.browser.fill("#activation_url", "http://localhost:3000/activate").await?;
    stage.browser.click("form[action='/providers/new'] button").await?;
    stage.browser.find("#secret").await?;
    tour.take("42-provider-added").await?;
    tour.visit("43-provider-bare", &at::provider_page("expose")).await
}

/// The longest names that are accepted, in one word and in many.
async fn long_names(tour: &Tour<'_, impl Look>) -> Result<()> {
    let stage = tour.stage;
    let words = "Grundstücksverwaltungsgesellschaft für energetisch sanierte Mehrfamilienhäuser am \
                 Nordostseekanal und Umgebung mit beschränkter Haftung";
    let customer = json!({"slug": "lang", "name": words, "users": [
        {"id": 1, "name": "Maximiliane-Theodora von und zu Hohenschwangau-Wittelsbach",
         "administrator": true}]});
    stage.sandbox.manage("/v1/customers", &customer).await?;
    let provider = json!({"slug": "lang", "name": "W".repeat(60),
        "activationUrl": format!("https://{}.example/activate", "sehrlang".repeat(7))});
    stage.sandbox.manage("/v1/providers", &provider).await?;
    tour.visit("50-long-users", at::USERS).await?;
    stage.browser.click(&at::user_button("lang", "1")).await?;
    stage.browser.leave(at::USERS).await?;
    tour.visit("51-long-overview", "/marketplace").await?;
    tour.visit("52-long-provider", &at::provider_page("lang")).await?;
    tour.visit("53-long-legal", &at::activation_page("lang")).await
}

/// Pages that say what went wrong.
async fn failures(tour: &Tour<'_, impl Look>) -> Result<()> {
    let stage = tour.stage;
    stage.be_user(ANNA).await?;
    tour.visit("60-not-found", "/no-such-page").await?;
    tour.visit("61-wrong-method", &format!("{}/block", at::provider_page(DEMO))).await?;
    tour.visit("62-no-such-request", "/requests/999999").await
}

/// The demo provider's own server, outside the marketplace's frame.
async fn provider_pages(tour: &Tour<'_, impl Look>) -> Result<()> {
    let stage = tour.stage;
    let started = stage.sandbox.start_activation(DEMO).await?;
    let url = started["activationUrl"].as_str().unwrap_or_default();
    stage.browser.go(&stage.sandbox.demo_provider("/")).await?;
    tour.take("70-gateway-home").await?;
    stage.browser.go(url).await?;
    stage.browser.see(at::PROVIDER_KEY).await?;
    tour.take("71-gateway-page").await?;
    stage.browser.go(&url.replace("userId=21", "userId=22")).await?;
    tour.take("72-gateway-wrong-signature").await?;
    stage.sandbox.advance_clock(NINE_HOURS).await?;
    stage.browser.go(url).await?;
    tour.take("73-gateway-too-old").await?;
    stage.sandbox.advance_clock(-NINE_HOURS).await
}

/// Sends a form past the browser's own check, so that the server's answer is seen.
async fn send_incomplete(tour: &Tour<'_, impl Look>, button: &str) -> Result<()> {
    let script = "const button = document.querySelector(arguments[0]);
                  button.form.noValidate = true; button.click();";
    tour.stage.browser.run(script, vec![button.into()]).await?;
    tour.stage.browser.text(at::ERROR_SUMMARY).await.map(drop)
}

/// Waits until the provider's page has come up in its frame.
async fn settle_frame(tour: &Tour<'_, impl Look>) -> Result<()> {
    let browser = &tour.stage.browser;
    browser.enter_frame(at::FRAME).await?;
    browser.see(at::PROVIDER_KEY).await?;
    browser.leave_frame().await
}
