//! Bodies that are no JSON because of what a client or a proxy did to them.

use crate::{Cause, causes};

/// What was done to a body so that it cannot be read, if the bytes tell.
pub fn body_problem(body: &[u8]) -> Option<&'static Cause> {
    let start = body.trim_ascii_start();
    match body {
        [0xef, 0xbb, 0xbf, ..] => return Some(&causes::BODY_BOM),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'{', 0, ..] | [0, b'{', ..] => {
            return Some(&causes::BODY_UTF16);
        }
        // gzip, zlib, Zstandard.
        [0x1f, 0x8b, ..] | [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            return Some(&causes::BODY_COMPRESSED);
        }
        _ => {}
    }
    if start.starts_with(b"--") {
        return Some(&causes::BODY_FORM);
    }
    if start.starts_with(b"<") {
        return Some(&causes::BODY_XML);
    }
    if start.starts_with(b"%7B") || start.starts_with(b"%7b") {
        return Some(&causes::BODY_FORM);
    }
    if start.starts_with(b"\"{") || start.starts_with(b"\"[") {
        return Some(&causes::BODY_TWICE);
    }
    // Quotes of a shell or of Python instead of those of JSON.
    if start.starts_with(b"'{") || start.starts_with(b"{'") || start.starts_with("{“".as_bytes())
    {
        return Some(&causes::BODY_QUOTES);
    }
    let name =
        start.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.[]%".contains(byte));
    let name = name.count();
    (name > 0 && start.get(name) == Some(&b'=')).then_some(&causes::BODY_FORM)
}

/// The body without a byte order mark.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_to_a_body_is_told_by_its_bytes() {
        let cases: [(&[u8], Option<&str>); 16] = [
            (b"\xef\xbb\xbf{\"token\":1}", Some("body-bom")),
            (b"\x1f\x8b\x08\0\0", Some("body-compressed")),
            (b"\x78\x9c\xab", Some("body-compressed")),
            (b"\x28\xb5\x2f\xfd\x04", Some("body-compressed")),
            (b"\xff\xfe{\0", Some("body-utf16")),
            (b"{\0\"\0", Some("body-utf16")),
            (b"token=a&request[actions][0][actionid]=b", Some("body-form")),
            (b"%7B%22token%22%3A1%7D=", Some("body-form")),
            (b"------WebKitFormBoundary\r\n", Some("body-form")),
            (b"<?xml version=\"1.0\"?>", Some("body-xml")),
            (b"\"{\\\"token\\\":1}\"", Some("body-json-twice")),
            (b"{'token': 'a'}", Some("body-quotes")),
            (b"{\"token\":", None),
            (b"", None),
            (b"token", None),
            (b"[1]", None),
        ];
        for (body, cause) in cases {
            assert_eq!(body_problem(body).map(|cause| cause.id), cause, "{body:?}");
        }
    }
}
