//! `parse_url`.

/// The parts of a URL as `parse_url` returns them. Nothing is decoded; control characters have
/// become `_`, as in PHP. A part that is absent differs from an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Url {
    /// Before the first `:`, spelled as it was.
    pub scheme: Option<Vec<u8>>,
    /// Before the `:` or `@` of the authority.
    pub user: Option<Vec<u8>>,
    /// Between `:` and the last `@` of the authority.
    pub pass: Option<Vec<u8>>,
    /// Spelled as it was; an IPv6 address keeps its brackets.
    pub host: Option<Vec<u8>>,
    /// 0 to 65535.
    pub port: Option<u16>,
    /// With its leading `/`.
    pub path: Option<Vec<u8>>,
    /// Without its `?`.
    pub query: Option<Vec<u8>>,
    /// Without its `#`.
    pub fragment: Option<Vec<u8>>,
}

/// `parse_url($url)`; `None` where PHP returns false.
pub fn parse_url(url: &[u8]) -> Option<Url> {
    let mut parts = Url::default();
    match find(url, b':') {
        Some(0) => port_first(url, 0, parts),
        None => relative(url, parts),
        Some(colon) => {
            let (scheme, after) = (&url[..colon], &url[colon + 1..]);
            if !scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(byte)) {
                let in_front = !scheme.iter().any(|byte| b"?#".contains(byte));
                if !after.is_empty() && in_front {
                    return port_first(url, colon, parts);
                }
                return relative(url, parts);
            }
            if !after.is_empty() && after[0] != b'/' && looks_like_port(after) {
                return port_first(url, colon, parts);
            }
            parts.scheme = Some(clean(scheme));
            match after {
                [] => Some(parts),
                [b'/', b'/', rest @ ..] => after_slashes(scheme, rest, parts),
                _ => Some(path_onwards(after, parts)),
            }
        }
    }
}

/// After `scheme://`. Only `file:///` may do without a host.
fn after_slashes(scheme: &[u8], rest: &[u8], parts: Url) -> Option<Url> {
    if scheme.eq_ignore_ascii_case(b"file") && rest.first() == Some(&b'/') {
        // `file:///c:/dir` names a drive, which is no part of the leading slash.
        let path = if rest.get(2) == Some(&b':') { &rest[1..] } else { rest };
        return Some(path_onwards(path, parts));
    }
    authority(rest, parts)
}

fn relative(url: &[u8], parts: Url) -> Option<Url> {
    match url.strip_prefix(b"//") {
        Some(rest) => authority(rest, parts),
        None => Some(path_onwards(url, parts)),
    }
}

/// Up to five digits, then the end or a slash: `a.com:80` has a port, not a scheme.
fn looks_like_port(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits < 6 && matches!(text.get(digits), None | Some(b'/'))
}

/// The text has a colon but no scheme, so the colon may introduce a port.
fn port_first(url: &[u8], colon: usize, mut parts: Url) -> Option<Url> {
    let after = &url[colon + 1..];
    let digits = after.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    if (1..6).contains(&digits) && matches!(after.get(digits), None | Some(b'/')) {
        parts.port = Some(port_number(&after[..digits])?);
        return authority(url.strip_prefix(b"//").unwrap_or(url), parts);
    }
    if after.is_empty() {
        return None;
    }
    relative(url, parts)
}

/// From the user name or host on.
fn authority(text: &[u8], mut parts: Url) -> Option<Url> {
    let end = text.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(text.len());
    let (mut host, rest) = text.split_at(end);
    if let Some(at) = host.iter().rposition(|byte| *byte == b'@') {
        let (login, address) = (&host[..at], &host[at + 1..]);
        let colon = find(login, b':');
        parts.user = Some(clean(&login[..colon.unwrap_or(at)]));
        parts.pass = colon.map(|colon| clean(&login[colon + 1..]));
        host = address;
    }
    let bracketed = host.starts_with(b"[") && host.ends_with(b"]");
    let colon = host.iter().rposition(|byte| *byte == b':').filter(|_| !bracketed);
    if let Some(colon) = colon {
        let port = &host[colon + 1..];
        // A port found earlier and other than 0 wins; PHP then does not even look at this one.
        if parts.port.unwrap_or(0) == 0 && !port.is_empty() {
            parts.port = Some(port_number(port)?);
        }
        host = &host[..colon];
    }
    if host.is_empty() {
        return None;
    }
    parts.host = Some(clean(host));
    if rest.is_empty() {
        return Some(parts);
    }
    Some(path_onwards(rest, parts))
}

fn path_onwards(text: &[u8], mut parts: Url) -> Url {
    let whole_is_empty = text.is_empty();
    let (text, fragment) = cut(text, b'#');
    let (path, query) = cut(text, b'?');
    parts.fragment = fragment.map(clean);
    parts.query = query.map(clean);
    if !path.is_empty() || whole_is_empty {
        parts.path = Some(clean(path));
    }
    parts
}

/// At most five characters, read as C's `strtol` does: white space and a plus may come first,
/// and what follows the digits is ignored.
fn port_number(text: &[u8]) -> Option<u16> {
    if text.len() > 5 {
        return None;
    }
    let spaces = text.iter().take_while(|byte| matches!(byte, b' ' | 9..=13)).count();
    let text = &text[spaces..];
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let digits = unsigned.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number: u32 = std::str::from_utf8(&unsigned[..digits]).ok()?.parse().ok()?;
    if negative && number > 0 {
        return None;
    }
    u16::try_from(number).ok()
}

fn find(text: &[u8], wanted: u8) -> Option<usize> {
    text.iter().position(|byte| *byte == wanted)
}

fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match find(text, separator) {
        Some(place) => (&text[..place], Some(&text[place + 1..])),
        None => (text, None),
    }
}

/// What `parse_url` makes of the bytes of a part.
pub(crate) fn clean(part: &[u8]) -> Vec<u8> {
    part.iter().map(|byte| if byte.is_ascii_control() { b'_' } else { *byte }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host_and_port(url: &str) -> Option<(String, Option<u16>)> {
        let url = parse_url(url.as_bytes())?;
        Some((String::from_utf8(url.host?).unwrap(), url.port))
    }

    #[test]
    fn ports_are_read_as_c_reads_numbers() {
        let cases = [
            ("http://h:", None),
            ("http://h:0/", Some(0)),
            ("http://h:00080", Some(80)),
            ("http://h:+1/", Some(1)),
            ("http://h: 1/", Some(1)),
            ("http://h:1a/", Some(1)),
            ("h:80/x", Some(80)),
        ];
        for (url, port) in cases {
            assert_eq!(host_and_port(url), Some(("h".into(), port)), "{url}");
        }
        for url in ["http://h:a/", "http://h:-1/", "http://h:65536", "http://h:000080", "/a:80"] {
            assert_eq!(parse_url(url.as_bytes()), None, "{url}");
        }
    }

    #[test]
    fn hosts_end_where_php_says() {
        let cases = [
            ("http://u:p@h@i:1/", "i"),
            ("http://[::1]:80/", "[::1]"),
            ("http://h?a=1", "h"),
            ("http://h#f?x", "h"),
            ("http://h:12345:1", "h:12345"),
            ("HTTP://H\u{1}/", "H_"),
        ];
        for (url, host) in cases {
            assert_eq!(host_and_port(url).map(|(host, _)| host).as_deref(), Some(host), "{url}");
        }
        for url in ["http:///x", "http://:80/", "http://u:@/", "x://::abc/?"] {
            assert_eq!(parse_url(url.as_bytes()), None, "{url}");
        }
    }
}
