//! German or English, by what the browser prefers.

use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    German,
    English,
}

impl Language {
    /// The preferred one of the two; English if neither is wanted.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self::preferred(header.unwrap_or_default())
    }

    /// The value of `lang` in HTML.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::English => "en",
        }
    }

    fn preferred(header: &str) -> Self {
        let german = header.split(',').filter_map(|range| weight(range, "de")).max();
        let english = header.split(',').filter_map(|range| weight(range, "en")).max();
        if german > english { Self::German } else { Self::English }
    }
}

/// The weight of a language range such as `de-AT;q=0.8` in thousandths, if it is one of `language`
/// and wanted at all.
fn weight(range: &str, language: &str) -> Option<u16> {
    let mut parts = range.split(';').map(str::trim);
    let primary = parts.next()?.split('-').next()?;
    if !primary.eq_ignore_ascii_case(language) {
        return None;
    }
    let quality = parts.find_map(|part| part.strip_prefix("q="));
    let weight = quality.map_or(Some(1000), thousandths)?;
    (weight > 0).then_some(weight)
}

fn thousandths(quality: &str) -> Option<u16> {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let fraction: u16 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(whole.parse::<u16>().ok()?.min(1) * 1000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heavier_language_wins_and_english_is_the_fallback() {
        let cases = [
            ("de-DE,de;q=0.9,en;q=0.8", Language::German),
            ("en-GB,en;q=0.9,de;q=0.8", Language::English),
            ("fr, de-AT;q=0.25, en;q=0.2", Language::German),
            ("de;q=0, en;q=0.1", Language::English),
            ("fr", Language::English),
            ("", Language::English),
            ("DE", Language::German),
            ("de;q=junk", Language::English),
        ];
        for (header, expected) in cases {
            assert_eq!(Language::preferred(header), expected, "{header}");
        }
    }
}
