//! The same page on another screen, in other colours, or on paper, without opening it again.

use anyhow::Result;
use serde_json::{Value, json};

use crate::session::Session;

/// What a page is shown on.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    /// A short name, for files.
    pub name: &'static str,
    /// Width and height in CSS pixels.
    size: (u32, u32),
    /// Media features and their values.
    features: &'static [(&'static str, &'static str)],
    /// Whether it is printed.
    paper: bool,
}

// Nothing moves, because a change of colours would otherwise be seen half done.
const LIGHT: &[(&str, &str)] = &[
    ("prefers-color-scheme", "light"),
    ("forced-colors", "none"),
    ("prefers-reduced-motion", "reduce"),
];
const DARK: &[(&str, &str)] = &[
    ("prefers-color-scheme", "dark"),
    ("forced-colors", "none"),
    ("prefers-reduced-motion", "reduce"),
];
const FORCED: &[(&str, &str)] = &[
    ("prefers-color-scheme", "dark"),
    ("forced-colors", "active"),
    ("prefers-reduced-motion", "reduce"),
];

impl Sheet {
    /// A desk by day.
    pub const DESK: Self = Self::screen("desk", (1280, 900), LIGHT);
    /// A desk by night.
    pub const DESK_DARK: Self = Self::screen("desk-dark", (1280, 900), DARK);
    /// A phone.
    pub const PHONE: Self = Self::screen("phone", (390, 844), LIGHT);
    /// The narrowest screen that has to do, or a desk at 400 per cent.
    pub const SMALL: Self = Self::screen("small-dark", (320, 640), DARK);
    /// Colours that the visitor has chosen for every page.
    pub const FORCED: Self = Self::screen("forced", (1280, 900), FORCED);
    /// A4 in portrait.
    pub const PRINT: Self = Self { paper: true, ..Self::screen("print", (794, 1123), LIGHT) };
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::DESK, Self::DESK_DARK, Self::PHONE, Self::SMALL, Self::FORCED, Self::PRINT];

    const fn screen(
        name: &'static str,
        size: (u32, u32),
        features: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { name, size, features, paper: false }
    }
}

impl Session {
    /// Shows the current page on that sheet, and every page that follows.
    pub async fn show_on(&self, sheet: Sheet) -> Result<()> {
        let (width, height) = sheet.size;
        let metrics = json!({
            "width": width, "height": height, "screenWidth": width, "screenHeight": height,
            "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
        let features: Vec<Value> = sheet
            .features
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        let media = if sheet.paper { "print" } else { "" };
        let media = json!({"media": media, "features": features});
        self.devtools("Emulation.setEmulatedMedia", media).await.map(drop)
    }
}
