//! Every page in every state has no grave accessibility violation and fits the screen.

use anyhow::{Result, ensure};
use freischalt_e2e::axe;
use freischalt_e2e::gate::Stage;
use freischalt_e2e::session::Session;
use freischalt_e2e::sheet::Sheet;
use freischalt_e2e::tour;

/// By day, on a desk.
pub(crate) async fn in_english(stage: &Stage) -> Result<()> {
    tour::walk(stage, &Examiner { examined: Sheet::DESK, measured: &[Sheet::SMALL] }).await
}

/// By night, on the smallest screen. German has the longer words.
pub(crate) async fn in_german(stage: &Stage) -> Result<()> {
    let measured = &[Sheet::PHONE, Sheet::DESK_DARK];
    tour::walk(stage, &Examiner { examined: Sheet::SMALL, measured }).await
}

struct Examiner {
    /// Where axe-core looks for everything that it knows, and nothing may stick out.
    examined: Sheet,
    /// Where nothing may stick out.
    measured: &'static [Sheet],
}

impl tour::Look for Examiner {
    async fn look(&self, stage: &Stage, stop: &str) -> Result<()> {
        for sheet in self.measured {
            stage.browser.show_on(*sheet).await?;
            fits(&stage.browser, &format!("{stop} on {}", sheet.name)).await?;
        }
        stage.browser.show_on(self.examined).await?;
        let page = format!("{stop} on {}", self.examined.name);
        fits(&stage.browser, &page).await?;
        axe::check(&stage.browser, &page).await?;
        stage.browser.show_on(Sheet::DESK).await
    }
}

async fn fits(browser: &Session, page: &str) -> Result<()> {
    let script = "return document.documentElement.scrollWidth - screen.width";
    let excess = browser.run(script, Vec::new()).await?.as_i64().unwrap_or(i64::MAX);
    ensure!(excess <= 0, "{page} is {excess} pixels wider than the screen");
    Ok(())
}
