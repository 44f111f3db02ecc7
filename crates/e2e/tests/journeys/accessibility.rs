//! Every page in every state has no grave accessibility violation and fits the screen.

use anyhow::{Result, ensure};
use freischalt_e2e::axe;
use freischalt_e2e::gate::Stage;
use freischalt_e2e::session::Session;
use freischalt_e2e::sheet::Sheet;
use freischalt_e2e::tour;

/// Everything that axe-core knows, by day and night, on a desk and on the smallest screen.
pub(crate) async fn every_page(stage: &Stage) -> Result<()> {
    const SHEETS: [Sheet; 3] = [Sheet::DESK, Sheet::DESK_DARK, Sheet::SMALL];
    tour::walk(stage, &Examiner { sheets: &SHEETS, axe: true }).await
}

/// German has the longer words.
pub(crate) async fn nothing_sticks_out(stage: &Stage) -> Result<()> {
    const SHEETS: [Sheet; 3] = [Sheet::SMALL, Sheet::PHONE, Sheet::DESK];
    tour::walk(stage, &Examiner { sheets: &SHEETS, axe: false }).await
}

struct Examiner {
    sheets: &'static [Sheet],
    axe: bool,
}

impl tour::Look for Examiner {
    async fn look(&self, stage: &Stage, stop: &str) -> Result<()> {
        for sheet in self.sheets {
            stage.browser.show_on(*sheet).await?;
            let page = format!("{stop} on {}", sheet.name);
            fits(&stage.browser, &page).await?;
            if self.axe {
                axe::check(&stage.browser, &page).await?;
            }
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
