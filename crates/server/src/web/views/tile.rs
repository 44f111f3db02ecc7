//! The graphic of a provider that has none: initials over a pattern, the same for the same
//! provider every time.
//!
//! A tile of the vendor's marketplace is 247 by 92 pixels (marketplacedoc.onoffice.de).

use std::fmt::Write;

use sha2::{Digest, Sha256};

const WIDTH: u32 = 247;
const HEIGHT: u32 = 92;

/// Hues whose dark shade gives white letters a contrast of more than 4.5 to 1.
const HUES: [u32; 8] = [168, 204, 228, 262, 318, 348, 18, 146];

/// An SVG element without any text that assistive technology would read.
pub(super) fn svg(slug: &str, name: &str) -> String {
    let bytes = Sha256::digest(slug.as_bytes());
    let byte = |index: usize| u32::from(bytes.get(index).copied().unwrap_or_default());
    let hue = HUES.get(byte(0) as usize % HUES.len()).copied().unwrap_or_default();
    let mut svg = format!(
        "<svg class=\"tile-art\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         preserveAspectRatio=\"xMidYMid slice\" aria-hidden=\"true\" focusable=\"false\">\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"hsl({hue} 42% 27%)\"/>"
    );
    for shape in 0..5 {
        let seed = |offset: usize| byte(1 + shape * 4 + offset);
        let (x, y) = (90 + seed(0) * 150 / 255, seed(1) * HEIGHT / 255);
        let size = 16 + seed(2) * 34 / 255;
        let light = 33 + seed(3) % 14;
        let _ = write!(svg, "{}", outline(seed(3) % 3, x, y, size, &format!("{hue} 42% {light}%")));
    }
    let _ = write!(
        svg,
        "<text x=\"20\" y=\"60\" fill=\"#fff\" font-size=\"38\" font-weight=\"650\" \
         letter-spacing=\"-1\">{}</text></svg>",
        escape(&initials(name))
    );
    svg
}

fn outline(kind: u32, x: u32, y: u32, size: u32, colour: &str) -> String {
    let half = size / 2;
    match kind {
        0 => format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{half}\" fill=\"hsl({colour})\"/>"),
        1 => format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{size}\" height=\"{size}\" rx=\"6\" \
             fill=\"hsl({colour})\"/>"
        ),
        _ => format!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{size}\" fill=\"none\" stroke=\"hsl({colour})\" \
             stroke-width=\"7\"/>"
        ),
    }
}

/// The first letters of the first two words, or the first two letters of the only one.
fn initials(name: &str) -> String {
    let words: Vec<&str> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [] => "?".to_owned(),
        [only] => only.chars().take(2).collect(),
        [first, second, ..] => first.chars().take(1).chain(second.chars().take(1)).collect(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_provider_always_looks_the_same() {
        assert_eq!(svg("demo", "Grundrisswerk"), svg("demo", "Grundrisswerk"));
        assert_ne!(svg("demo", "Grundrisswerk"), svg("radar", "Grundrisswerk"));
    }

    #[test]
    fn initials_come_from_words() {
        assert_eq!(initials("Preis Radar AG"), "PR");
        assert_eq!(initials("grundrisswerk"), "gr");
        assert_eq!(initials("Öko-Strom"), "ÖS");
        assert_eq!(initials("<>"), "?");
    }
}
