//! Paths of the app that browsers are sent to. They stand in a `Location` header, behind the address
//! of a window or of the app, and must not lead anywhere else from there.

/// Bytes of the longest path, with its query: proxies stop at 8 KB for the whole target, and what the
/// gateway puts before and behind it has to fit in.
const LONGEST: usize = 2048;

/// Why a text is no path of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAPath {
    #[error("has to begin with one slash: a path of the app, like /shop?tab=2")]
    Beginning,
    #[error(
        "holds a space, a backslash, a # or a character that is not printable ASCII; it has to be \
         percent-encoded"
    )]
    Character,
    #[error("has . or .. as a part; name the path itself")]
    Dots,
    #[error("is longer than {LONGEST} bytes")]
    TooLong,
}

/// Refuses what is not a path below the app's address, with or without a query.
pub(crate) fn check(text: &str) -> Result<(), NotAPath> {
    if !text.starts_with('/') || text.starts_with("//") {
        return Err(NotAPath::Beginning);
    }
    // Browsers take a backslash for a slash, and drop tabs and line ends.
    if text.bytes().any(|byte| !byte.is_ascii_graphic() || matches!(byte, b'\\' | b'#')) {
        return Err(NotAPath::Character);
    }
    let path = text.split('?').next().unwrap_or_default();
    let is_dots = |part: &str| {
        let plain = part.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    };
    if path.split('/').any(is_dots) {
        return Err(NotAPath::Dots);
    }
    if text.len() > LONGEST {
        return Err(NotAPath::TooLong);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_app_leads_nowhere_else() {
        for fine in
            ["/", "/done", "/done?from=shop&x=%C3%A4", "/a/%2F/b", "/.well-known/x", "/a..b"]
        {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
        for (text, problem) in [
            ("", NotAPath::Beginning),
            ("done", NotAPath::Beginning),
            ("https://other.example", NotAPath::Beginning),
            ("//other.example", NotAPath::Beginning),
            ("/\\other.example", NotAPath::Character),
            ("/a\\b", NotAPath::Character),
            ("/a\r\nX: y", NotAPath::Character),
            ("/a\n", NotAPath::Character),
            ("/\t/other.example", NotAPath::Character),
            ("/a\0", NotAPath::Character),
            ("/a b", NotAPath::Character),
            ("/a\u{7f}", NotAPath::Character),
            ("/ä", NotAPath::Character),
            ("/a#b", NotAPath::Character),
            ("/..", NotAPath::Dots),
            ("/a/%2E./b", NotAPath::Dots),
            ("/./a?x", NotAPath::Dots),
        ] {
            assert_eq!(check(text), Err(problem), "{text:?}");
        }
        assert_eq!(check(&format!("/{}", "a".repeat(LONGEST))), Err(NotAPath::TooLong));
    }
}
