//! A picture of every page in every state, on every kind of screen, in both languages.
//!
//! Runs when `FREISCHALT_SCREENSHOTS` names a folder, as `cargo xtask screenshots` does.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use freischalt_e2e::browser::Look;
use freischalt_e2e::gate::{self, Stage, journey};
use freischalt_e2e::sheet::Sheet;
use freischalt_e2e::tour;

const SWITCH: &str = "FREISCHALT_SCREENSHOTS";

fn main() -> ExitCode {
    let album = |name: &'static str, look| {
        journey(name, SWITCH, look, async move |stage: &Stage| {
            tour::walk(stage, &Camera::new(name)?).await
        })
    };
    gate::main(vec![album("en", Look::DESK), album("de", Look::DESK.in_german())])
}

/// Takes the pictures of one tour.
struct Camera {
    album: &'static str,
    folder: PathBuf,
}

impl Camera {
    fn new(album: &'static str) -> Result<Self> {
        let folder = env::var_os(SWITCH).context("no folder for the pictures")?;
        Ok(Self { album, folder: folder.into() })
    }
}

impl tour::Look for Camera {
    async fn look(&self, stage: &Stage, stop: &str) -> Result<()> {
        let browser = &stage.browser;
        // A page inside a page is drawn by another process, which may be a moment late.
        let has_frame = browser.has("iframe").await?;
        let exposures = if has_frame { 2 } else { 1 };
        for sheet in Sheet::ALL {
            browser.show_on(sheet).await?;
            let file = self.folder.join(format!("{stop}-{}-{}.png", self.album, sheet.name));
            for _ in 0..exposures {
                browser.picture(&file).await?;
            }
        }
        browser.show_on(Sheet::DESK).await
    }
}
