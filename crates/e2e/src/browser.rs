//! How the browser is started: fresh, without a window, without talking to its maker.

use anyhow::Result;
use fantoccini::ClientBuilder;
use fantoccini::wd::Capabilities;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::driver::{Driver, browser_program};
use crate::session::Session;

/// Quiet: nothing of the browser's own goes to the network during a test.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// The person in front of the screen, as far as a page can notice.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Prefers a dark page.
    pub dark: bool,
    /// Width and height of the page in CSS pixels.
    pub size: (u32, u32),
    /// The preferred language, `de` or `en`.
    pub language: &'static str,
}

impl Look {
    /// A desk, a light page, English.
    pub const DESK: Self = Self { dark: false, size: (1280, 900), language: "en" };
    /// A phone.
    pub const PHONE: Self = Self { size: (390, 844), ..Self::DESK };

    /// The same in German.
    #[must_use]
    pub const fn in_german(self) -> Self {
        Self { language: "de", ..self }
    }

    /// The same in the dark.
    #[must_use]
    pub const fn in_the_dark(self) -> Self {
        Self { dark: true, ..self }
    }

    fn capabilities(self, profile: &str) -> Result<Capabilities> {
        let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={profile}"));
        arguments.push(format!("--accept-lang={}", self.language));
        arguments.push(format!("--blink-settings=preferredColorScheme={}", u8::from(!self.dark)));
        let (width, height) = self.size;
        let mut options = json!({"binary": browser_program()?, "args": arguments});
        // A window cannot be made as narrow as a phone; the emulation can.
        options["mobileEmulation"] = json!({
            "deviceMetrics": {"width": width, "height": height, "pixelRatio": 1.0, "touch": width < 600}
        });
        let mut capabilities = Capabilities::new();
        capabilities.insert("browserName".into(), Value::from("chrome"));
        capabilities.insert("goog:chromeOptions".into(), options);
        Ok(capabilities)
    }
}

/// Opens a browser with a profile that nobody has used.
pub async fn open(look: Look) -> Result<Session> {
    let profile = TempDir::with_prefix("freischalt-e2e-")?;
    let driver = Driver::start()?;
    let capabilities = look.capabilities(&profile.path().to_string_lossy())?;
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(&driver.address())
        .await?;
    Ok(Session::new(client, driver, profile))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_built_from_a_place() {
        let look = Look::PHONE.in_german().in_the_dark();
        assert!(look.dark);
        assert_eq!((look.size, look.language), ((390, 844), "de"));
    }
}
