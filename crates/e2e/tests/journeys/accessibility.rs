//! Every page in every state has no grave accessibility violation and fits the screen.

use anyhow::{Result, ensure};
use freischalt_e2e::axe;
use freischalt_e2e::gate::Stage;
use freischalt_e2e::session::Session;
use freischalt_e2e::sheet::Sheet;
use freischalt_e2e::tour;

/// By day and night, on a desk and on the smallest screen.
pub(crate) async fn in_english(stage: &Stage) -> Result<()> {
    tour::walk(stage, &Examiner { sheets: &[Sheet::DESK, Sheet::DESK_DARK, Sheet::SMALL] }).await
}

/// German has the longer words.
pub(crate) async fn in_german(stage: &Stage) -> Result<()> {
    tour::walk(stage, &Examiner { sheets: &[Sheet::SMALL, Sheet::PHONE, Sheet::DESK] }).await
}

/// Everything that axe-core knows, and whether anything sticks out.
struct Examiner {
    sheets: &'static [Sheet],
}

impl tour::Look for Examiner {
    async fn look(&self, stage: &Stage, stop: &str) -> Result<()> {
        for sheet in self.sheets {
            stage.browser.show_on(*sheet).await?;
            let page = format!("{stop} on {}", sheet.name);
            fits(&stage.browser, &page).await?;
            axe::check(&stage.browser, &page).await?;
        }
        stage.browser.show_on(Sheet::DESK).await
    }
}

async fn fits(browser: &Session, page: &str) -> Result<()> {
    let script = "return document.documentElement.scrollWidth - screen.width";
    let excess = browser.run(script, Vec::new()).await?.as_i64().unwrap_or(i64::MAX);
    ensure!(excess <= 0, "{page} is {excess} pixels wider than the screen");
    Ok(())
}
