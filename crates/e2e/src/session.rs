//! A browser session: finding, clicking and typing with patience, and pictures.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use url::{ParseError, Url};

use crate::driver::Driver;

/// How long anything on a page may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// More stops than any page has.
const MOST_STOPS: usize = 80;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// An open browser. Call [`Session::close`] in the end; dropping it kills the browser instead.
#[derive(Debug)]
pub struct Session {
    client: Client,
    _driver: Driver,
    _profile: TempDir,
}

impl Session {
    pub(crate) fn new(client: Client, driver: Driver, profile: TempDir) -> Self {
        Self { client, _driver: driver, _profile: profile }
    }

    /// Goes to a page.
    pub async fn go(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| format!("cannot open {url}"))
    }

    /// Waits for an element. A selector that begins with `//` is XPath, any other CSS.
    pub async fn find(&self, selector: &str) -> Result<Element> {
        let found = self.client.wait().at_most(PATIENCE).for_element(locator(selector)).await;
        match found {
            Ok(element) => Ok(element),
            Err(error) => bail!("`{selector}` is not on {}: {error}", self.place().await),
        }
    }

    /// Waits until the browser has gone on from the page with that path.
    ///
    /// Opening another page while a form is still on its way would be overtaken by its answer.
    pub async fn leave(&self, path: &str) -> Result<()> {
        let what = format!("another page than {path}");
        self.until(&what, async || Ok(self.client.current_url().await?.path() != path)).await
    }

    /// Whether such an element is there right now.
    pub async fn has(&self, selector: &str) -> Result<bool> {
        Ok(!self.client.find_all(locator(selector)).await?.is_empty())
    }

    /// Clicks an element, once it is there and can be clicked.
    pub async fn click(&self, selector: &str) -> Result<()> {
        self.until(&format!("a click on `{selector}`"), async || {
            let element = self.find(selector).await?;
            Ok(element.is_enabled().await? && element.click().await.is_ok())
        })
        .await
    }

    /// Replaces what a field holds, by typing.
    pub async fn fill(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.find(selector).await?;
        field.clear().await?;
        field.send_keys(text).await.with_context(|| format!("cannot type into `{selector}`"))
    }

    /// What a field holds.
    pub async fn value(&self, selector: &str) -> Result<String> {
        let field = self.find(selector).await?;
        field.prop("value").await?.with_context(|| format!("`{selector}` is no field"))
    }

    /// The visible texts of all such elements, as they are right now.
    pub async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.client.find_all(locator(selector)).await? {
            texts.push(element.text().await?);
        }
        Ok(texts)
    }

    /// The text that is visible in an element, once there is any.
    pub async fn text(&self, selector: &str) -> Result<String> {
        self.until(&format!("text in `{selector}`"), async || {
            Ok(!self.find(selector).await?.text().await?.is_empty())
        })
        .await?;
        Ok(self.find(selector).await?.text().await?)
    }

    /// Waits until an element can be seen.
    pub async fn see(&self, selector: &str) -> Result<()> {
        self.until(&format!("`{selector}` to be seen"), async || {
            Ok(self.find(selector).await?.is_displayed().await?)
        })
        .await
    }

    /// Presses the tabulator until the element has the focus, as CSS names it.
    pub async fn tab_to(&self, selector: &str) -> Result<()> {
        for _ in 0..MOST_STOPS {
            if self.is_focused(selector).await? {
                return Ok(());
            }
            self.type_keys("\u{E004}").await?;
        }
        bail!("the tabulator never reaches `{selector}` on {}", self.place().await)
    }

    /// Whether the element has the focus.
    pub async fn is_focused(&self, selector: &str) -> Result<bool> {
        let script = "return document.activeElement?.matches(arguments[0]) ?? false";
        Ok(self.run(script, vec![selector.into()]).await? == true)
    }

    /// Whether the element with the focus shows that it has it.
    pub async fn focus_is_seen(&self) -> Result<bool> {
        let script = "const style = getComputedStyle(document.activeElement);
                      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2";
        Ok(self.run(script, Vec::new()).await? == true)
    }

    /// Types where the focus is.
    pub async fn type_keys(&self, keys: &str) -> Result<()> {
        Ok(self.client.active_element().await?.send_keys(keys).await?)
    }

    /// Goes on inside the frame; [`Session::leave_frame`] comes back.
    pub async fn enter_frame(&self, selector: &str) -> Result<()> {
        self.find(selector).await?.enter_frame().await.context("cannot enter the frame")
    }

    /// Goes on in the page that holds the frame.
    pub async fn leave_frame(&self) -> Result<()> {
        Ok(self.client.enter_parent_frame().await?)
    }

    /// Goes on in the window that has been opened beside the current one, once there is one.
    pub async fn other_window(&self) -> Result<()> {
        let current = self.client.window().await?;
        self.until("another window", async || {
            let open = self.client.windows().await?;
            let Some(other) = open.into_iter().find(|window| *window != current) else {
                return Ok(false);
            };
            self.client.switch_to_window(other).await?;
            Ok(true)
        })
        .await
    }

    /// Waits until there is only one window left, and goes on in it.
    pub async fn only_window(&self) -> Result<()> {
        self.until("a window to close", async || Ok(self.client.windows().await?.len() == 1))
            .await?;
        let left = self.client.windows().await?.into_iter().next().context("no window is left")?;
        Ok(self.client.switch_to_window(left).await?)
    }

    /// The address of the current page.
    pub async fn address(&self) -> Result<String> {
        Ok(self.client.current_url().await?.into())
    }

    /// Becomes somebody of whom no site knows anything.
    pub async fn forget_cookies(&self) -> Result<()> {
        Ok(self.client.delete_all_cookies().await?)
    }

    /// Loads the current page anew.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.client.refresh().await?)
    }

    /// Runs a script in the page; its arguments are `arguments[0]` and so on.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(script, arguments).await?)
    }

    /// Runs a script that calls the last of its arguments with the answer.
    pub async fn run_async(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute_async(script, Vec::new()).await?)
    }

    /// Writes a picture of the whole page.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        let parameters = json!({"format": "png", "captureBeyondViewport": true});
        let answer = self.devtools("Page.captureScreenshot", parameters).await?;
        let data = answer["data"].as_str().context("the browser gave no picture")?;
        let folder = file.parent().context("a picture needs a folder")?;
        fs::create_dir_all(folder)?;
        let bytes = STANDARD.decode(data).context("the picture is not base64")?;
        fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Gives a command of the browser's own protocol.
    pub(crate) async fn devtools(&self, command: &'static str, parameters: Value) -> Result<Value> {
        let answer = self.client.issue_cmd(DevTools(command, parameters)).await;
        answer.with_context(|| format!("the browser refuses {command}"))
    }

    /// Ends the session and the browser.
    pub async fn close(self) -> Result<()> {
        self.client.clone().close().await.context("the browser does not end")
    }

    /// Waits until the condition holds, looking again and again.
    pub async fn until(&self, what: &str, condition: impl AsyncFn() -> Result<bool>) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        let mut last = None;
        while Instant::now() < end {
            match condition().await {
                Ok(true) => return Ok(()),
                Ok(false) => last = None,
                // A page that is being replaced has elements that are gone a moment later.
                Err(error) => last = Some(error),
            }
            sleep(BETWEEN_LOOKS).await;
        }
        let why = last.map(|error| format!(": {error:#}")).unwrap_or_default();
        bail!("waited in vain for {what} on {}{why}", self.place().await)
    }

    /// The path of the current page. Never its query, which may hold credentials.
    async fn place(&self) -> String {
        let url = self.client.current_url().await;
        url.map_or_else(|_| "an unknown page".into(), |url| url.path().to_owned())
    }
}

fn locator(selector: &str) -> Locator<'_> {
    if selector.starts_with("//") { Locator::XPath(selector) } else { Locator::Css(selector) }
}

/// A command of the browser's own protocol, which can do more than WebDriver.
#[derive(Debug)]
struct DevTools(&'static str, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base_url: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"cmd": self.0, "params": self.1}).to_string()))
    }
}
