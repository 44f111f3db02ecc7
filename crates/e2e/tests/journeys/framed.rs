//! What a provider's page does wrong in its frame, and what the page around it says about that.

use anyhow::{Context, Result, ensure};
use freischalt_e2e::gate::Stage;
use freischalt_e2e::provider::Page;
use freischalt_e2e::sandbox::DEMO;
use freischalt_e2e::selectors as at;
use freischalt_e2e::steps::Audience;
use freischalt_e2e::unlock::Unlock;
use serde_json::json;

const SLUG: &str = "framed";
const EMPTY: &str = "<!doctype html><html lang=en><title>Page</title><p id=there>Page";

/// A page that no other site may frame: the activation page says so, and what would be right.
pub(crate) async fn refused(stage: &Stage) -> Result<()> {
    let page = Page::sending("content-security-policy: frame-ancestors 'self'\r\n", EMPTY)?;
    stage.sandbox.add_provider(SLUG, &page.url()).await?;
    stage.be_administrator().await?;
    stage.walk_to_key(SLUG, Audience::All).await?;
    let said = stage.browser.text(at::FINDING).await?;
    let right = format!("frame-ancestors {}", stage.sandbox.page(""));
    ensure!(said.contains("frame-ancestors 'self'") && said.contains(&right), "{said}");
    ensure!(!said.contains("signature="), "the credentials in the address are shown");
    Ok(())
}

/// The same in the window of a service.
pub(crate) async fn refused_service(stage: &Stage) -> Result<()> {
    let page = Page::sending("x-frame-options: SAMEORIGIN\r\n", EMPTY)?;
    open_service(stage, &page).await?;
    let said = stage.browser.text(at::WINDOW_FINDING).await?;
    ensure!(said.contains("X-Frame-Options: SAMEORIGIN"), "{said}");
    Ok(())
}

/// A provider that unlocks and does not tell its page: noticed all the same, and said.
pub(crate) async fn unannounced(stage: &Stage) -> Result<()> {
    let page = Page::showing(EMPTY)?;
    stage.sandbox.add_provider(SLUG, &page.url()).await?;
    stage.be_administrator().await?;
    let key = stage.walk_to_key(SLUG, Audience::All).await?;
    let shown = stage.browser.run("return document.querySelector('#provider-frame').src", vec![]);
    let shown: url::Url = shown.await?.as_str().context("no frame")?.parse()?;
    let of = |name: &str| {
        shown.query_pairs().find(|pair| pair.0 == name).map(|pair| pair.1.into_owned())
    };
    let activation = json!({"apiKey": key, "apiToken": of("apiToken"),
        "parameterCacheId": of("parameterCacheId"), "apiClaim": of("apiClaim")});
    Unlock::from_activation(&activation)?.send(&stage.sandbox.api()).await?;
    stage.see_active().await?;
    let said = stage.browser.text("#unannounced").await?;
    ensure!(said.contains("parent.postMessage(\"active\""), "{said}");
    Ok(())
}

/// An object in place of a text: listed, with what would be right.
pub(crate) async fn object(stage: &Stage) -> Result<()> {
    const HTML: &str = "<!doctype html><html lang=en><title>Page</title>\
        <button id=unlockButton onclick=\"parent.postMessage({products: []}, '*')\">Go</button>";
    let page = Page::showing(HTML)?;
    stage.sandbox.add_provider(SLUG, &page.url()).await?;
    stage.be_administrator().await?;
    stage.walk_to_key(SLUG, Audience::All).await?;
    press(stage, at::FRAME).await?;
    let said = stage.browser.text(at::REPORT).await?;
    ensure!(said.contains("an object") && said.contains("JSON.stringify"), "{said}");

    open_service(stage, &page).await?;
    press(stage, at::SERVICE_FRAME).await?;
    stage
        .browser
        .until("the message to be listed", async || {
            stage.open(at::MESSAGES).await?;
            let listed = stage.browser.text("main").await?;
            Ok(listed.contains("an object; send JSON.stringify"))
        })
        .await
}

/// A link to a PDF opens a tab that shows it.
pub(crate) async fn pdf_in_a_tab(stage: &Stage) -> Result<()> {
    let pdf = Page::of_kind("application/pdf", PDF)?;
    let page = Page::showing(&format!(
        "<!doctype html><html lang=en><title>Page</title>\
         <a id=unlockButton target=_blank href=\"{}\">PDF</a>",
        pdf.url()
    ))?;
    open_service(stage, &page).await?;
    press(stage, at::SERVICE_FRAME).await?;
    stage.browser.other_window().await?;
    stage
        .browser
        .until("the PDF to be shown", async || {
            let kind = stage.browser.run("return document.contentType", vec![]).await?;
            Ok(kind == "application/pdf")
        })
        .await
}

/// The page may copy, and nothing else of what browsers ask people about.
pub(crate) async fn may_copy(stage: &Stage) -> Result<()> {
    open_service(stage, &Page::showing(EMPTY)?).await?;
    stage.browser.enter_frame(at::SERVICE_FRAME).await?;
    stage.browser.find("#there").await?;
    let allowed = stage.browser.run(
        "return ['clipboard-write', 'fullscreen', 'geolocation', 'camera']\
         .map(name => document.featurePolicy.allowsFeature(name))",
        vec![],
    );
    ensure!(allowed.await? == json!([true, true, false, false]), "other rights than decided");
    stage.browser.leave_frame().await
}

/// A cookie that dies in production dies here: `Lax` does, `Partitioned` lives.
pub(crate) async fn cookies(stage: &Stage) -> Result<()> {
    let page = Page::sending(
        "set-cookie: lax=1; SameSite=Lax\r\nset-cookie: none=1; SameSite=None; Secure\r\n\
         set-cookie: parted=1; SameSite=None; Secure; Partitioned\r\n",
        EMPTY,
    )?;
    open_service(stage, &page).await?;
    stage.browser.enter_frame(at::SERVICE_FRAME).await?;
    stage.browser.find("#there").await?;
    let kept = stage.browser.run("return document.cookie", vec![]).await?;
    ensure!(kept == "parted=1", "kept in a frame of another site: {kept}");
    stage.browser.leave_frame().await
}

/// Another name of the machine leads to the one that frames work under; the whole way works from there.
pub(crate) async fn other_name(stage: &Stage) -> Result<()> {
    let own: url::Url = stage.sandbox.page("/").parse()?;
    let port = own.port().context("no port")?;
    stage.browser.go(&format!("http://localhost:{port}/sandbox/users")).await?;
    ensure!(stage.browser.address().await?.starts_with(own.as_str()), "not led to {own}");
    stage.be_administrator().await?;
    stage.activate(DEMO, Audience::All).await?;
    Ok(())
}

async fn press(stage: &Stage, frame: &str) -> Result<()> {
    stage.browser.enter_frame(frame).await?;
    stage.browser.click(at::PROVIDER_BUTTON).await?;
    stage.browser.leave_frame().await
}

/// Opens the service of a provider that is active, without the frame's own doing.
async fn open_service(stage: &Stage, page: &Page) -> Result<()> {
    const SLUG: &str = "service";
    stage.sandbox.add_provider(SLUG, &page.url()).await?;
    let activation = stage.sandbox.start_activation(SLUG).await?;
    Unlock::from_activation(&activation)?.send(&stage.sandbox.api()).await?;
    stage.be_administrator().await?;
    stage.open(&format!("/services/open?from=menu&service={SLUG}/{SLUG}")).await
}

/// One empty page.
const PDF: &str = "%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
    2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n";
