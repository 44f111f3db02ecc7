//! Style sheets, scripts and icons, embedded in the binary.
//!
//! An asset's URL carries a digest of its content, so that browsers may keep it for ever. The two
//! style sheets that a provider's page loads have the fixed paths of the vendor's host and no
//! digest.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A file that is served as it is.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The content.
    pub bytes: &'static [u8],
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The value of `ETag`, with its quotes.
    pub etag: &'static str,
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! files {
    ($($path:literal, $file:literal, $content_type:expr;)*) => {
        /// URL path without the first slash, content type and content of every asset.
        const FILES: &[(&str, &str, &[u8])] = &[
            $(($path, $content_type, include_bytes!(concat!("../../assets/", $file))),)*
        ];
    };
}

files! {
    "assets/base.css", "base.css", CSS;
    "assets/layout.css", "layout.css", CSS;
    "assets/components.css", "components.css", CSS;
    "assets/activation.css", "activation.css", CSS;
    "assets/commerce.css", "commerce.css", CSS;
    "assets/copy.js", "copy.js", JS;
    "assets/activation.js", "activation.js", JS;
    "assets/service.js", "service.js", JS;
    "assets/mark.svg", "mark.svg", SVG;
    "smart/gui/smart/resources/font/Open_SansFamily.css", "host/open-sans-family.css", CSS;
    "smart/gui/smart/resources/css/layout/smart/themes/marketplace/marketplaceUnlockIFrame.css",
        "host/unlock-iframe.css", CSS;
}

static ETAGS: LazyLock<Vec<String>> =
    LazyLock::new(|| FILES.iter().map(|(_, _, bytes)| format!("\"{}\"", digest(bytes))).collect());

/// The asset at a URL path, which is written without its first slash and without a query.
pub fn get(path: &str) -> Option<Asset> {
    let index = FILES.iter().position(|(known, _, _)| *known == path)?;
    let (_, content_type, bytes) = FILES.get(index)?;
    Some(Asset { bytes, content_type, etag: ETAGS.get(index)? })
}

/// The URL paths of all assets, without their first slash.
pub fn paths() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(path, _, _)| *path)
}

/// The URL of a file below `/assets/`, with the digest of its content as its query. A file that
/// is not there has no digest.
pub fn url(file: &str) -> String {
    let path = format!("assets/{file}");
    match get(&path) {
        Some(asset) => format!("/{path}?v={}", asset.etag.trim_matches('"')),
        None => format!("/{path}"),
    }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_has_content_and_its_own_etag() {
        let mut etags: Vec<_> = paths().filter_map(get).map(|asset| asset.etag).collect();
        assert_eq!(etags.len(), FILES.len());
        etags.sort_unstable();
        etags.dedup();
        assert_eq!(etags.len(), FILES.len());
    }

    #[test]
    fn style_sheets_are_where_pages_of_providers_look_for_them() {
        let folder = "smart/gui/smart/resources";
        for file in [
            "font/Open_SansFamily.css",
            "css/layout/smart/themes/marketplace/marketplaceUnlockIFrame.css",
        ] {
            let sheet = get(&format!("{folder}/{file}")).unwrap();
            assert_eq!(sheet.content_type, CSS);
        }
    }

    #[test]
    fn a_url_changes_with_the_content() {
        let etag = get("assets/base.css").map(|asset| asset.etag.replace('"', ""));
        assert_eq!(Some(url("base.css")), etag.map(|etag| format!("/assets/base.css?v={etag}")));
        assert_ne!(digest(b"a"), digest(b"b"));
    }

    #[test]
    fn nothing_outside_the_table_is_served() {
        assert!(get("assets/../Cargo.toml").is_none());
        assert!(get("/assets/base.css").is_none());
    }
}
