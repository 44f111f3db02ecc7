//! Which addresses a provider may register.

/// Checks for an absolute http or https URL that can be signed.
pub(crate) fn http_url(text: &str) -> Result<(), &'static str> {
    const EXPECTED: &str = "must be an absolute http or https URL with a host and without user \
                            name, such as https://example.com/activate";
    let url = url::Url::parse(text).map_err(|_| EXPECTED)?;
    let fine = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && freischalt_protocol::signed_url::canonical(text).is_ok();
    if fine { Ok(()) } else { Err(EXPECTED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_a_browser_can_frame_and_we_can_sign() {
        for fine in
            ["http://localhost:3000/activate", "https://example.com/a?own=1", "http://[::1]/"]
        {
            assert_eq!(http_url(fine), Ok(()), "{fine}");
        }
        for wrong in [
            "",
            "localhost:3000",
            "/activate",
            "javascript:alert(1)",
            "ftp://example.com/",
            "https://user:secret@example.com/",
            "https://",
            "https:///path",
        ] {
            assert!(http_url(wrong).is_err(), "{wrong}");
        }
    }
}
